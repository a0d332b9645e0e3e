-- Phases of the rollout (O2): what begins something new can be switched off, for all, or for a company or a share of people. It
-- answers 404 `feature_disabled` then, called directly or by an edge function, and 409 `terms_required` to who has not accepted
-- the terms in force. What goes on, goes on: whoever has a booking sees, moves and cancels it, and jobs do their work.
--
-- Called: hooks.before_request() by the Data API, before each request.
--
-- Flags of phases are `phase-...`, and stay. Nobody has to ask for one in a function of SQL: a name in this table does it.

create table private.phase_functions (
  sql_function text primary key check (sql_function ~ '^[a-z_]{1,63}$'),
  flag_key text check (flag_key ~ '^phase-[a-z-]{1,50}$')
);

comment on table private.phase_functions is 'The SQL functions by which something begins, and the flag of its phase, if there is one. Written by migrations alone.';

comment on column private.phase_functions.flag_key is
  'No foreign key: an admin who takes a flag away switches the phase on, and by one of the same key it is switched off again.';

alter table private.phase_functions enable row level security;
alter table private.phase_functions force row level security;

insert into public.feature_flags (key, description, owner, is_on, is_public)
select 'phase-' || name, description, 'Platform', true, true
from (values
  ('sign-up', 'New accounts, by an address alone'),
  ('invitations', 'Invitations of companies'),
  ('documents', 'Documents of specialists, handed in'),
  ('bookings', 'Bookings, holds and requests'),
  ('series', 'Series of sessions'),
  ('packages', 'Packages, given by us or by companies'),
  ('waiting-list', 'The waiting list'),
  ('calendar-feeds', 'Addresses by which a calendar reads sessions'),
  ('session-notes', 'Notes of sessions'),
  ('recordings', 'Recordings of sessions')
) phase (name, description);

insert into private.phase_functions (flag_key, sql_function)
select 'phase-' || phase, unnest(functions)
from (values
  ('sign-up', array['request_sign_up']),
  ('invitations', array['invite_employees', 'resend_invitation']),
  ('documents', array['submit_document']),
  ('bookings', array['book_session', 'hold_slot', 'confirm_hold', 'request_session']),
  ('series', array['make_series', 'change_series', 'add_to_series']),
  ('packages', array['grant_package', 'grant_company_package']),
  ('waiting-list', array['join_waiting_list']),
  ('calendar-feeds', array['make_calendar_feed']),
  ('session-notes', array['write_session_note', 'share_session_note']),
  ('recordings', array['give_recording_consent', 'announce_recording'])
) p (phase, functions);

-- The Data API finds a function by the decoded path, and tells us the path as it came.
create function private.called_function()
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  v_path text := current_setting('request.path', true);
begin
  -- What is longer, each character escaped, leads to no function.
  if length(v_path) > 204 then
    return null;
  elsif v_path like '%\%%' then
    v_path := (
      select string_agg(case when part[1] is null then part[2] else convert_from(decode(part[1], 'hex'), 'LATIN1') end, '' order by n)
      from regexp_matches(v_path, '%([2-7][0-9A-Fa-f])|([^%]+|%)', 'g') with ordinality as m (part, n)
    );
  end if;
  return substring(v_path from '^/rpc/([a-z_]{1,63})$');
end;
$$;

comment on function private.called_function() is 'The SQL function of the present request to the Data API. Null for any other request.';

create function private.require_phase()
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_flag public.feature_flags;
  v_user_id uuid;
  v_variant text;
begin
  select f.* into v_flag
  from private.phase_functions p left join public.feature_flags f on f.key = p.flag_key
  where p.sql_function = private.called_function();
  if not found then
    return;
  end if;
  v_user_id := private.user_id();
  if v_flag.key is not null then
    v_variant := (private.evaluate_flag(v_flag, v_user_id, v_user_id::text)).variant;
    if v_flag.variants -> v_variant is distinct from 'true' then
      raise sqlstate 'PT404' using message = 'feature_disabled', detail = 'This is not switched on.';
    end if;
  end if;
  if v_user_id is not null then
    perform private.require_terms();
  end if;
end;
$$;

comment on function private.require_phase() is
  'Refuses what begins something of a phase that is switched off for whoever asks, or where they have not accepted the terms. '
  'Errors: feature_disabled (404), terms_required (409).';

grant execute on function private.require_phase() to authenticated, service_role;

-- What the platform's services call: no part of the API, and open to every caller of it, who reach no further.
create schema hooks;
revoke all on schema hooks from public;
grant usage on schema hooks to anon, authenticated, service_role;

-- Who has not signed in can call none of these functions.
create function hooks.before_request()
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if current_setting('role', true) <> 'anon' then
    perform private.require_phase();
  end if;
end;
$$;

comment on function hooks.before_request() is 'db-pre-request of the Data API: called in the transaction of each request, as its caller. Errors: feature_disabled (404), terms_required (409).';

grant execute on function hooks.before_request() to anon, authenticated, service_role;

alter role authenticator set pgrst.db_pre_request = 'hooks.before_request';
notify pgrst, 'reload config';

-- A dump of the database has no settings of roles: one that was restored elsewhere asks nothing before a request, and says nothing of it.
create function private.job_check_api_hook(p_now timestamptz)
returns bigint
language sql
set search_path = ''
as $$
  select private.raise_fault(case when not exists (
    select from pg_catalog.pg_db_role_setting s
    where s.setrole = 'authenticator'::regrole and s.setdatabase = 0 and 'pgrst.db_pre_request=hooks.before_request' = any (s.setconfig)
  ) then
    'the Data API asks hooks.before_request no more, so that phases are on and terms are asked of nobody: '
    'alter role authenticator set pgrst.db_pre_request = ''hooks.before_request''; notify pgrst, ''reload config'';'
  end);
$$;

comment on function private.job_check_api_hook(timestamptz) is 'Fails, and so shows in job_runs and the log, where the Data API is not told to ask hooks.before_request().';

select cron.schedule('check-api-hook', '*/5 * * * *', $$select private.run_job('check_api_hook')$$);
