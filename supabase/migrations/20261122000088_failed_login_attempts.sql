-- Failed sign-ins (T18): the log of wrong passwords, and the counters that slow guessing down.
--
-- Read:  a person what was tried on their account, without the address it came from; platform
--        admins by the audited read_failed_login_attempts().
-- Write: private.check_password_attempt(), which Auth calls.
--
-- The counters must never lock somebody out: docs/decisions/slowing-down-guesses.md.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('sign_in_free_failures', '5', 1, 100, 'Wrong passwords for an account that cost nothing. Each further one makes signing in wait.'),
  ('sign_in_client_free_failures', '50', 1, 10000, 'Wrong passwords in an hour from one network that cost nothing.'),
  ('sign_in_back_off_max_seconds', '900', 1, 3600, 'Longest that one wrong password makes signing in wait.'),
  ('sign_in_memory_hours', '24', 1, 168, 'After so long without a wrong password an account''s are forgotten.'),
  ('sign_in_grace_minutes', '15', 1, 60, 'How long after a new password the right one is taken whatever was tried.');

create table public.failed_login_attempts (
  id bigint generated always as identity primary key,
  user_id uuid not null references public.profiles (id) on delete cascade,
  occurred_at timestamptz not null default now(),
  ip inet,
  failures int not null check (failures >= 0),
  held_until timestamptz,
  held_back int not null default 0 check (held_back >= 0),
  constraint held_after_it_occurred check (held_until > occurred_at)
);

comment on table public.failed_login_attempts is
  'Wrong passwords of accounts that exist, and wrong codes of their second factors. Auth asks about no others, so guesses at unknown addresses are not here.';
comment on column public.failed_login_attempts.ip is 'Where it came from, as Auth saw it; null where Auth does not say.';
comment on column public.failed_login_attempts.failures is 'How many in a row this was; 0 where the network alone had to wait.';
comment on column public.failed_login_attempts.held_until is 'Until when signing in had to wait after it.';
comment on column public.failed_login_attempts.held_back is
  'Attempts refused in that time, with the right password or a wrong one. Counted here, so that a flood adds no rows.';

create index failed_login_attempts_user_id_idx on public.failed_login_attempts (user_id, id desc);
create index failed_login_attempts_occurred_at_idx on public.failed_login_attempts (occurred_at);

create table private.sign_in_back_offs (
  subject text primary key check (subject ~ '^(account|client|share):' and length(subject) <= 120),
  failures int not null check (failures >= 0),
  started_at timestamptz not null,
  last_failed_at timestamptz not null,
  held_until timestamptz,
  grace_until timestamptz,
  constraint starts_first check (started_at <= last_failed_at)
);

comment on table private.sign_in_back_offs is 'Counters of wrong passwords and codes, of the series that is going on.';
comment on column private.sign_in_back_offs.subject is
  'account:<id>, account:<id>:<network> for a network that the person is known to sign in from, account:<id>:codes, client:<network>, or share:<network>:<id>, '
  'of the failures of a network those of one account.';
comment on column private.sign_in_back_offs.started_at is 'When the series began; of a share, that of its network, to whose count it belongs.';
comment on column private.sign_in_back_offs.grace_until is 'Since the password was changed lately, nothing holds its owner back until then.';

create index sign_in_back_offs_last_failed_at_idx on private.sign_in_back_offs (last_failed_at);

select private.keep_no_statistics('public.failed_login_attempts');

alter table public.failed_login_attempts enable row level security;
alter table public.failed_login_attempts force row level security;
alter table private.sign_in_back_offs enable row level security;
alter table private.sign_in_back_offs force row level security;
revoke all on table public.failed_login_attempts, private.sign_in_back_offs from public, anon, authenticated, service_role;
grant select (user_id, occurred_at, failures, held_until, held_back) on public.failed_login_attempts to authenticated;
grant select on public.failed_login_attempts to service_role;

create policy "A person sees what was tried on their account"
  on public.failed_login_attempts for select to authenticated
  using (user_id = (select private.user_id()) and occurred_at >= (select private.shown_from('public.failed_login_attempts')));

create function private.read_failed_login_attempts(p_reason text, p_user_id uuid, p_cursor bigint, p_limit int)
returns setof public.failed_login_attempts
language plpgsql
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_rows int;
begin
  return query
    select a.* from public.failed_login_attempts a
    where (p_user_id is null or a.user_id = p_user_id) and (p_cursor is null or a.id < p_cursor)
    order by a.id desc
    limit least(greatest(coalesce(p_limit, 50), 1), 200);
  get diagnostics v_rows = row_count;
  perform private.write_audit(
    'failed_login_attempts.read', 'failed_login_attempts', null, p_user_id, null,
    jsonb_build_object('cursor', p_cursor, 'attempts', v_rows),
    jsonb_build_object('source', 'read_failed_login_attempts', 'reason', v_reason)
  );
end;
$$;

grant execute on function private.read_failed_login_attempts(text, uuid, bigint, int) to authenticated;

create function public.read_failed_login_attempts(
  p_reason text, p_user_id uuid default null, p_cursor bigint default null, p_limit int default 50
)
returns setof public.failed_login_attempts
language sql
security invoker
set search_path = ''
as $$
  select * from private.read_failed_login_attempts(p_reason, p_user_id, p_cursor, p_limit);
$$;

comment on function public.read_failed_login_attempts(text, uuid, bigint, int) is
  'A platform admin reads failed sign-ins, newest first, of everybody or of one person, at most 200 at once. p_cursor: the id of '
  'the last one of the page before. Each call is audited. Errors: forbidden (403), reason_required (422).';

grant execute on function public.read_failed_login_attempts(text, uuid, bigint, int) to authenticated;
