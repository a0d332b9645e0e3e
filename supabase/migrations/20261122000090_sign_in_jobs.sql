-- The jobs around sessions and sign-ins, and when they run.
--
-- Called: by pg_cron, through private.run_job().

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('sessions_per_person', '100', 10, 1000, 'Sessions that a person may have at a time. Of more, those are ended that were used longest ago.'),
  ('session_idle_days', '14', 1, 365, 'Days after which a session ends that nobody has used.'),
  ('session_max_days', '30', 1, 365, 'Days after which a session ends however much it is used.'),
  ('session_retention_days', '90', 1, 365, 'How long a session that ended is remembered.'),
  ('failed_login_retention_days', '90', 1, 365, 'How long a failed sign-in is remembered.');

-- Makes up for what the triggers on auth.sessions missed, and for sessions that ran out without Auth removing them.
-- Where a platform allows no such triggers, this every minute takes their place.
create function private.job_follow_sessions(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_total bigint;
  v_rows bigint;
begin
  v_total := private.record_sessions(array(
    select s.id from auth.sessions s left join public.session_tokens t on t.id = s.id
    where t.id is null or t.ended_at is null and t.last_used_at < s.updated_at
    limit private.purge_limit()
  ));
  update public.session_tokens t
  set ended_at = greatest(t.expires_at, t.created_at), end_reason = 'expired'
  where t.ended_at is null and t.expires_at <= p_now;
  get diagnostics v_rows = row_count;
  v_total := v_total + v_rows;
  update public.session_tokens t
  set ended_at = greatest(p_now, t.created_at), end_reason = 'signed_out'
  where t.ended_at is null and not exists (select from auth.sessions s where s.id = t.id);
  get diagnostics v_rows = row_count;
  return v_total + v_rows;
end;
$$;

comment on function private.job_follow_sessions(timestamptz) is 'Brings session_tokens in step with auth.sessions. Finds nothing where the triggers work.';

-- A session that nobody ends stands for ever with Auth, and each sign-in begins one. Not in Auth's transaction, where it would
-- make a sign-in wait for others. Auth can end them by age itself, on some plans (docs/login-protection.md).
create function private.job_end_surplus_sessions(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_most constant bigint := private.setting('sessions_per_person')::bigint;
  v_idle_since constant timestamptz := p_now - private.days('session_idle_days');
  v_begun constant timestamptz := p_now - private.days('session_max_days');
  v_total bigint;
  v_rows bigint;
begin
  perform set_config('evenkeel.session_end_reason', 'expired', true);
  delete from auth.sessions where id = any (array(
    select id from public.session_tokens where ended_at is null and (last_used_at <= v_idle_since or created_at <= v_begun)
    limit private.purge_limit()
  ));
  get diagnostics v_total = row_count;
  perform set_config('evenkeel.session_end_reason', 'too_many', true);
  delete from auth.sessions where id = any (array(
    select s.id
    from (
      select user_id from public.session_tokens where ended_at is null and created_at <= p_now
      group by user_id having count(*) > v_most
    ) p
    cross join lateral (
      select t.id from public.session_tokens t where t.user_id = p.user_id and t.ended_at is null and t.created_at <= p_now
      order by t.last_used_at desc, t.id offset v_most
    ) s
    limit private.purge_limit()
  ));
  get diagnostics v_rows = row_count;
  perform set_config('evenkeel.session_end_reason', '', true);
  return v_total + v_rows;
end;
$$;

comment on function private.job_end_surplus_sessions(timestamptz) is
  'Ends sessions that nobody has used for long, that began long ago, or of people who have more than they may have at a time, those first that were used longest ago.';

insert into public.data_retention_policies (name, description, counts_from, setting, held_by) values
  ('public.session_tokens', 'Sessions that ended', 'ended_at', 'session_retention_days', '{r.user_id}'),
  ('public.failed_login_attempts', 'Failed sign-ins', 'occurred_at', 'failed_login_retention_days', '{r.user_id}'),
  ('private.sign_in_back_offs', 'Failed sign-ins in a row: after that, a failure starts a new series anyway', 'last_failed_at', 'sign_in_memory_hours', '{}');

insert into public.data_retention_policies (name, description, counts_from, kept_for, held_by) values
  ('private.auth_emails', 'Mails that Auth asked for: it tries for seconds, and an older request is refused by its time', 'taken_at', '1 day', '{}');

create function private.job_purge_sign_ins(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  return private.purge('public.session_tokens', p_now)
    + private.purge('public.failed_login_attempts', p_now)
    + private.purge('private.auth_emails', p_now)
    + private.purge('private.sign_in_back_offs', p_now);
end;
$$;

comment on function private.job_purge_sign_ins(timestamptz) is 'Deletes ended sessions and failed sign-ins after their retention, and counters that are over.';

select cron.schedule('follow-sessions', '23 * * * *', $$select private.run_job('follow_sessions')$$);
select cron.schedule('end-surplus-sessions', '27 * * * *', $$select private.run_job('end_surplus_sessions')$$);
select cron.schedule('purge-sign-ins', '57 * * * *', $$select private.run_job('purge_sign_ins')$$);
