-- Enqueueing a mail, and waking the function that sends it.
--
-- Called: by SQL functions and triggers, inside the transaction that gives the reason. If that
-- is rolled back, the mail was never there.

create function private.kick_function(p_name text, p_body jsonb default '{}')
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_url text;
  v_key text;
begin
  select decrypted_secret into v_url from vault.decrypted_secrets where name = 'project_url';
  select decrypted_secret into v_key from vault.decrypted_secrets where name = 'cron_secret_key';
  if v_url is null or v_key is null then
    raise exception 'project_url or cron_secret_key is missing in the vault';
  end if;
  return net.http_post(
    url := rtrim(v_url, '/') || '/functions/v1/' || p_name,
    body := p_body,
    headers := jsonb_build_object('Content-Type', 'application/json', 'apikey', v_key),
    timeout_milliseconds := 30000
  );
end;
$$;

comment on function private.kick_function(text, jsonb) is
  'Calls an edge function with the cron key after commit; the id of the answer in net._http_response. Raises where that cannot be: a job then has failed.';

-- This kick only shortens the wait: cron looks into the queue every minute anyway. So nothing that goes wrong
-- here may reach the transaction that caused it; it is written down as a failed run instead.
create function private.kick_at_once(p_name text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_guard constant text := 'evenkeel.kicked_' || replace(p_name, '-', '_');
  v_transaction constant text := pg_current_xact_id()::text;
begin
  if current_setting(v_guard, true) = v_transaction then
    return;
  end if;
  perform set_config(v_guard, v_transaction, true);
  begin
    perform private.kick_function(p_name);
  exception when others then
    raise warning 'could not kick %: %', p_name, sqlerrm;
    perform private.record_failed_run('kick_at_once', sqlerrm);
  end;
end;
$$;

comment on function private.kick_at_once(text) is
  'Calls an edge function for a mail that somebody waits for, once per transaction. A failure is a failed run of kick_at_once in private.job_runs.';

create function private.enqueue_email(
  p_template text,
  p_user_id uuid,
  p_recipient text,
  p_variables jsonb,
  p_category text,
  p_dedupe_key text,
  p_token_purpose text default null,
  p_token_id uuid default null,
  p_booking_reminder_id uuid default null,
  p_not_before timestamptz default now(),
  p_stream text default 'mail',
  p_priority int default null,
  p_needed_by timestamptz default null,
  p_useless_after timestamptz default null,
  p_named_id uuid default null
)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_mail_id bigint;
begin
  if private.template_in_force(p_template, 'en') is null then
    raise exception using errcode = 'P0002', message = format('no mail template named %s', p_template);
  end if;
  insert into private.emails (
    user_id, stream, category, template_key, recipient, variables, dedupe_key,
    token_purpose, token_id, booking_reminder_id, needed_by, useless_after, named_id
  ) values (
    p_user_id, p_stream, p_category, p_template, coalesce(private.email_address(p_recipient), p_recipient), coalesce(p_variables, '{}'),
    p_dedupe_key, p_token_purpose, p_token_id, p_booking_reminder_id, p_needed_by, p_useless_after, p_named_id
  )
  on conflict (dedupe_key) do nothing
  returning id into v_mail_id;
  if v_mail_id is null then
    return null;
  end if;
  insert into private.email_queue (mail_id, stream, priority, ready_in, due_at)
  values (
    v_mail_id, p_stream, coalesce(p_priority, private.email_priority(p_category)),
    case when p_not_before > now() then null else pg_current_xact_id() end, coalesce(p_not_before, now())
  );
  if p_category = 'security' then
    perform private.kick_at_once('email-dispatch');
  end if;
  return v_mail_id;
end;
$$;

comment on function private.enqueue_email(text, uuid, text, jsonb, text, text, text, uuid, uuid, timestamptz, text, int, timestamptz, timestamptz, uuid) is
  'Queues a mail and returns its id, or null when its dedupe key is known already. Security mail wakes the dispatcher. p_named_id: the other of the session that it is about.';

create function private.email_priority(p_category text)
returns smallint
language sql
immutable
set search_path = ''
as $$
  select case p_category when 'security' then 0 else 1 end::smallint;
$$;

comment on function private.email_priority(text) is 'Place in the queue: security mail goes before everything else.';

create function private.iso_timestamp(p_at timestamptz)
returns text
language sql
immutable
strict
set search_path = ''
as $$
  select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
$$;

comment on function private.iso_timestamp(timestamptz) is 'ISO 8601 in UTC, the form in which times travel in mail variables.';
