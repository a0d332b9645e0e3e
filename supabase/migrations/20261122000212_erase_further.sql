-- Going on with erasures: what is due does its next step, each a transaction of its own.
--
-- Called: by pg_cron, every minute, for twenty seconds. What is under a legal hold waits, and goes on by itself once the hold is lifted.

-- What a person's rows are by the register, after the erasure. Addresses are gone with the account. What a specialist was outlives it and leads
-- to nobody: what was theirs is found by that, but for what only no longer says anything of them. Of it there is said what stays, and not how much, nor
-- whether there is any: admins read it as well, and that there are notes is not theirs to know.
create function private.rows_of_erased(p_user_id uuid, p_practice_id uuid, p_kept boolean)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_practice_id constant uuid := (select s.id from public.specialists s where s.id = p_practice_id);
  v record;
  v_rows bigint;
  v_found jsonb := '[]'::jsonb;
begin
  for v in
    select r.*, r.on_erasure <> 'clear' and v_practice_id is not null and strpos(r.condition, 's.user_id = $1') > 0 as is_of_practice from private.personal_rows r
    where to_regclass(r.table_name) is not null and (r.on_erasure = 'keep') = p_kept and r.table_name <> 'storage.objects'
    order by r.table_name, r.party
  loop
    execute format(
      'select count(*) from %s r where %s', v.table_name, case when v.is_of_practice then replace(v.condition, 's.user_id = $1', 's.id = $3') else v.condition end
    ) into v_rows using p_user_id, '{}'::text[], v_practice_id;
    if p_kept and v.is_of_practice then
      v_found := v_found || jsonb_build_object('table', v.table_name, 'party', v.party, 'rows', null, 'why', v.why_kept);
    elsif v_rows > 0 then
      v_found := v_found || jsonb_build_object('table', v.table_name, 'party', v.party, 'rows', v_rows, 'why', v.why_kept);
    end if;
  end loop;
  return v_found;
end;
$$;

comment on function private.rows_of_erased(uuid, uuid, boolean) is 'What there is of somebody who was erased: what stays with its reason or, with p_kept false, what should not be there.';

create function private.check_erased(p_request private.erasure_requests)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_practice_id constant uuid := private.practice_of_erased(p_request);
  v_left constant jsonb := private.rows_of_erased(p_request.user_id, v_practice_id, false);
  v_kept constant jsonb := private.rows_of_erased(p_request.user_id, v_practice_id, true);
begin
  if v_left <> '[]' then
    raise exception 'rows of somebody who was erased are left: %', (select string_agg(l ->> 'table', ', ') from jsonb_array_elements(v_left) l);
  end if;
  perform private.write_audit('erasure.completed', 'erasure_requests', p_request.id::text, null, null, jsonb_build_object(
    'asked_at', p_request.asked_at, 'due_by', p_request.due_by,
    'steps', (select jsonb_object_agg(s.step, s.done_at) from private.erasure_steps s where s.request_id = p_request.id),
    'kept', (select coalesce(jsonb_object_agg(k ->> 'table', k -> 'rows'), '{}') from jsonb_array_elements(v_kept) k)
  ), '{"source": "check_erased"}');
  return jsonb_build_object('kept', v_kept);
end;
$$;

comment on function private.check_erased(private.erasure_requests) is
  'Raises where something is left that the register does not keep; else writes down that the erasure is complete, in the log, whose checkpoints are signed.';

create function private.practice_of_erased(p_request private.erasure_requests)
returns uuid
language sql
stable
set search_path = ''
as $$
  select coalesce(
    p_request.practice_id,
    (select (s.counts ->> 'practice_id')::uuid from private.erasure_steps s where s.request_id = p_request.id and s.step = 'sessions'),
    (select s.id from public.specialists s where s.user_id = p_request.user_id)
  );
$$;

comment on function private.practice_of_erased(private.erasure_requests) is 'The specialist that somebody is or was who is erased; null for none.';

-- Of two in a session, a series or a line of waiting, each record is that of both; so is an entry about what one did to the
-- other, and an invitation. What retention holds for one of them, the erasure of the other does not take.
create function private.is_erasure_held(p_request private.erasure_requests)
returns boolean
language sql
stable
set search_path = ''
as $$
  with practice (id) as (select private.practice_of_erased(p_request)), held (user_id) as materialized (
    select h.user_id from public.legal_holds h where h.lifted_at is null
  ), shared (user_id, specialist_id) as (
    select b.employee_id, b.specialist_id from public.bookings b where b.employee_id = p_request.user_id or b.specialist_id = (select id from practice)
    union
    select r.employee_id, r.specialist_id from public.recurring_bookings r where r.employee_id = p_request.user_id or r.specialist_id = (select id from practice)
    union
    select w.user_id, w.specialist_id from public.waiting_list_entries w where w.user_id = p_request.user_id or w.specialist_id = (select id from practice)
  )
  select exists (select from held) and (
    private.is_held(p_request.user_id) or exists (
      select from shared s left join public.specialists p on p.id = s.specialist_id where s.user_id in (select user_id from held) or p.user_id in (select user_id from held)
    ) or exists (
      select from public.audit_logs l where l.user_id = p_request.user_id and l.actor_id in (select user_id from held)
    ) or exists (
      select from public.company_employee_invitations i where i.accepted_by = p_request.user_id and i.invited_by in (select user_id from held)
    )
  );
$$;

comment on function private.is_erasure_held(private.erasure_requests) is 'Whether somebody is under a legal hold: the person, or whom they share records with.';

-- The last mail, while there is an address: it goes out, and then the address does. After a restore the ledger says who has had it.
-- A sender that stands still for a week keeps nobody from being erased.
create function private.mail_receipt(p_request private.erasure_requests)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  perform private.enqueue_email(
    'erasure_receipt', p.id, p.email,
    jsonb_build_object('recipient_name', nullif(p.display_name, ''), 'receipt', p_request.id, 'asked_at', private.iso_timestamp(p_request.asked_at)),
    'security', 'erasure_receipt:' || p_request.id, p_useless_after => now() + interval '7 days'
  )
  from public.profiles p where p.id = p_request.user_id and p.email like '_%@_%' and p.email_confirmed_at is not null;
  return '{}'::jsonb;
end;
$$;

comment on function private.mail_receipt(private.erasure_requests) is 'Mails a person the number of their receipt, what is being deleted, and what stays and why.';

-- Null where the step is not done yet: more entries are left, a mail is on its way, or storage-sweep has still to come.
create function private.do_erasure_step(p_request private.erasure_requests, p_step text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_addresses constant text[] := private.addresses_of(p_request.user_id);
  v_practice_id constant uuid := private.practice_of_erased(p_request);
  v_entries bigint;
begin
  if p_step = 'sessions' then
    perform private.refuse_last_admin(p_request.user_id, p_request.asked_by = 'person');
  end if;
  if p_step in ('log', 'rest_of_log') then
    v_entries := private.erase_audit_entries(p_request.user_id, v_addresses, 1000);
    return case when v_entries < 1000 then jsonb_build_object('public.audit_logs', v_entries) end;
  end if;
  return case p_step
    when 'sessions' then private.erase_sessions(p_request.user_id)
    when 'practice' then private.close_practice(p_request.user_id, v_practice_id)
    when 'told' then private.mail_receipt(p_request)
    when 'rows' then case when not private.has_mail_under_way(p_request.user_id, v_addresses) then private.erase_rows(p_request.user_id, v_addresses) end
    when 'account' then case when not private.has_mail_under_way(p_request.user_id, v_addresses) then private.erase_account(p_request.user_id, v_practice_id, v_addresses) end
    when 'files' then case when private.files_of_erased(p_request.user_id, v_practice_id) = 0 then '{}'::jsonb end
    else private.check_erased(p_request)
  end;
end;
$$;

comment on function private.do_erasure_step(private.erasure_requests, text) is 'Does a step of an erasure: how many rows of what. Null where it has to be called again.';

create function private.erase_further(p_request_id uuid, p_now timestamptz default now())
returns text
language plpgsql
set search_path = ''
as $$
declare
  v_request private.erasure_requests;
  v_step text;
  v_counts jsonb;
begin
  perform private.lock_ends_of_accounts();
  select * into v_request from private.erasure_requests where id = p_request_id for update skip locked;
  v_step := private.next_erasure_step(p_request_id);
  if v_request.id is null or v_step is null or v_request.starts_at > p_now then
    return null;
  end if;
  perform from auth.users where id = v_request.user_id for update;
  if private.is_erasure_held(v_request) then
    return null;
  end if;
  v_counts := private.do_erasure_step(v_request, v_step);
  if v_counts is null then
    return null;
  end if;
  insert into private.erasure_steps (request_id, step, counts) values (p_request_id, v_step, v_counts);
  return v_step;
end;
$$;

comment on function private.erase_further(uuid, timestamptz) is
  'Does the next step of an erasure: which it was. Null where there is none, it is not due, somebody else is at it, the person is under a legal hold, or the step takes longer.';

create function private.job_erase_people(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_id constant uuid := (
    select r.id from private.erasure_requests r where r.try_after <= p_now and r.starts_at <= p_now order by r.try_after, r.id limit 1
  );
  v_step text;
begin
  if v_id is null then
    return 0;
  end if;
  begin
    v_step := private.erase_further(v_id, p_now);
  exception when others then
    perform private.record_failed_run('erase_further', format('%s: %s', v_id, sqlerrm));
  end;
  -- One that waits, for a hold to be lifted or a file to be removed, keeps no other from going on.
  if v_step is null then
    update private.erasure_requests set try_after = p_now + interval '1 minute' where id = v_id and try_after is not null;
  end if;
  return 1;
end;
$$;

comment on function private.job_erase_people(timestamptz) is
  'Does the next step of one erasure that is due, and says that it looked at one. One that fails is written down, and tried again a minute later, as is one that waits.';

-- Art. 12(3): within a month the person is told what was done or why not; that is so under a hold, too.
create function private.job_check_erasures(p_now timestamptz)
returns bigint
language sql
set search_path = ''
as $$
  select private.raise_fault('erasures that are due within days, or overdue: ' || string_agg(late.id::text, ', ' order by late.asked_at))
  from (
    select r.id, r.asked_at from private.erasure_requests r
    where r.try_after is not null and r.asked_at < p_now - private.days('erasure_warning_days') and private.next_erasure_step(r.id) is not null
    order by r.asked_at limit 20
  ) late;
$$;

comment on function private.job_check_erasures(timestamptz) is 'Fails, and so shows in job_runs and the log, where an erasure is not done erasure_warning_days after it was asked for.';

-- Each step is a transaction of its own, so that nobody waits for the locks of more than one, and a run is over before the next.
select cron.schedule('erase-people', '* * * * *', $job$do $$
declare
  v_until constant timestamptz := clock_timestamp() + interval '20 seconds';
begin
  while private.run_job('erase_people') > 0 and clock_timestamp() < v_until loop
    commit;
  end loop;
end $$$job$);
select cron.schedule('check-erasures', '13 * * * *', $$select private.run_job('check_erasures')$$);
