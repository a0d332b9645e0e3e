-- Asking to be erased, taking it back, and what came of it.
--
-- Called: by the person, shortly after signing in and with their address typed; by a platform admin for somebody else who cannot.
--         What came of it is read by its number, which the person is mailed, since by then there is no account of theirs to sign in to.

create function private.erasure_json(p_request private.erasure_requests)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select case when p_request.id is not null then jsonb_build_object(
    'request_id', p_request.id, 'asked_at', p_request.asked_at, 'starts_at', p_request.starts_at, 'due_by', p_request.due_by,
    'state', case
      when exists (select from private.erasure_steps s where s.request_id = p_request.id and s.step = 'checked') then 'done'
      when exists (select from private.erasure_steps s where s.request_id = p_request.id and s.step = 'withdrawn') then 'withdrawn'
      when exists (select from private.erasure_steps s where s.request_id = p_request.id) then 'under_way'
      else 'asked'
    end
  ) end;
$$;

comment on function private.erasure_json(private.erasure_requests) is 'How an erasure stands. That it waits for a legal hold is not told by it.';

create function private.tell_of_erasure(p_request private.erasure_requests)
returns void
language sql
set search_path = ''
as $$
  select private.enqueue_email(
    'erasure_asked', p.id, p.email,
    jsonb_build_object('recipient_name', nullif(p.display_name, ''), 'starts_at', private.iso_timestamp(p_request.starts_at)),
    'security', 'erasure_asked:' || p_request.id
  )
  from public.profiles p where p.id = p_request.user_id and p.email like '_%@_%' and p.email_confirmed_at is not null;
$$;

comment on function private.tell_of_erasure(private.erasure_requests) is 'Mails somebody when they are going to be erased, and that they can take it back.';

-- Asking twice is asking once. The profile's lock keeps two at once apart.
create function private.begin_erasure(p_user_id uuid, p_asked_by text, p_reason text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v private.erasure_requests;
begin
  perform from public.profiles where id = p_user_id for no key update;
  v := private.open_erasure(p_user_id);
  if v.id is null then
    insert into private.erasure_requests (user_id, practice_id, asked_by, starts_at, due_by)
    values (
      p_user_id, (select s.id from public.specialists s where s.user_id = p_user_id), p_asked_by,
      now() + private.days('erasure_grace_days'), now() + interval '1 month'
    )
    returning * into v;
    perform private.write_audit('erasure.asked', 'erasure_requests', v.id::text, p_user_id, null, null,
      jsonb_strip_nulls(jsonb_build_object('source', 'begin_erasure', 'reason', p_reason)));
    perform private.tell_of_erasure(v);
  end if;
  return private.erasure_json(v);
end;
$$;

comment on function private.begin_erasure(uuid, text, text) is 'Writes down that somebody is to be erased, and mails them that; the one that is open where there is one.';

create function private.ask_erasure(p_address text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.require_fresh_sign_in();
begin
  perform private.hold_accounts(v_user_id);
  if (select p.email from public.profiles p where p.id = v_user_id) is distinct from private.email_address(p_address) then
    raise sqlstate 'PT422' using message = 'rule_violation', detail = 'That is not the address of your account.';
  end if;
  perform private.refuse_last_admin(v_user_id, true);
  return private.begin_erasure(v_user_id, 'person', null);
end;
$$;

grant execute on function private.ask_erasure(text) to authenticated;

create function private.withdraw_erasure()
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
  v private.erasure_requests;
begin
  if v_user_id is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  -- As the job has it: what it begins meanwhile is not taken back.
  v := private.open_erasure(v_user_id);
  perform from private.erasure_requests where id = v.id for update;
  if v.id is null or exists (select from private.erasure_steps s where s.request_id = v.id) then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is nothing that could be taken back.';
  end if;
  insert into private.erasure_steps (request_id, step) values (v.id, 'withdrawn');
  perform private.write_audit('erasure.withdrawn', 'erasure_requests', v.id::text, v_user_id, null, null, '{"source": "withdraw_erasure"}');
  return private.erasure_json(v);
end;
$$;

grant execute on function private.withdraw_erasure() to authenticated;

create function private.my_erasure()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return private.erasure_json(private.open_erasure(private.user_id()));
end;
$$;

grant execute on function private.my_erasure() to authenticated;

create function private.ask_erasure_for(p_user_id uuid, p_reason text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
begin
  -- Whoever found an admin's session open has not signed in, and may not know their address.
  if p_user_id = private.user_id() then
    raise sqlstate 'PT403' using message = 'forbidden', detail = 'For yourself you ask by ask_erasure().';
  end if;
  perform private.hold_accounts(p_user_id, private.user_id());
  -- The log knows also whose account was deleted by other ways, which take along what foreign keys reach and no more.
  if not exists (select from public.profiles where id = p_user_id) and not exists (select from public.audit_logs where user_id = p_user_id) then
    raise sqlstate 'PT404' using message = 'person_not_found', detail = 'There is no such person.';
  end if;
  perform private.refuse_last_admin(p_user_id, false);
  return private.begin_erasure(p_user_id, 'admin', v_reason);
end;
$$;

grant execute on function private.ask_erasure_for(uuid, text) to authenticated;

-- Its number is as good as a key, and says nothing of who it was. In the form of an export, so that the same tool checks it.
create function private.erasure_receipt(p_request_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v private.erasure_requests;
begin
  select * into v from private.erasure_requests where id = p_request_id;
  if v.id is null then
    raise sqlstate 'PT404' using message = 'not_found', detail = 'There is no erasure with this number.';
  end if;
  return jsonb_build_object(
    'format', 'evenkeel/export/1', 'erasure', private.erasure_json(v),
    'kept', (select s.counts -> 'kept' from private.erasure_steps s where s.request_id = v.id and s.step = 'checked'),
    'checkpoints', (select coalesce(jsonb_agg((c).note) filter (where (c).note is not null), '[]') from private.export_checkpoint() c),
    'tables', jsonb_build_object('public.audit_logs', (
      select coalesce(jsonb_agg(private.exported_entry(l, private.exported_columns('public.audit_logs', 'self'))), '[]')
      from public.audit_logs l where l.entity_type = 'erasure_requests' and l.entity_id = v.id::text and l.action = 'erasure.completed'
    ))
  );
end;
$$;

grant execute on function private.erasure_receipt(uuid) to authenticated;

create function public.ask_erasure(p_address text)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.ask_erasure(p_address);
$$;

create function public.withdraw_erasure()
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.withdraw_erasure();
$$;

create function public.my_erasure()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.my_erasure();
$$;

create function public.ask_erasure_for(p_user_id uuid, p_reason text)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
  select private.ask_erasure_for(p_user_id, p_reason);
$$;

create function public.erasure_receipt(p_request_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.erasure_receipt(p_request_id);
$$;

comment on function public.ask_erasure(text) is
  'The caller, who types the address of their account, is to be erased: {request_id, asked_at, starts_at, due_by, state}. It begins after erasure_grace_days, and is done '
  'within a month. They are mailed. Idempotent. Errors: unauthenticated (401), last_admin, last_platform_admin (409), rule_violation (422), rate_limited (429).';
comment on function public.withdraw_erasure() is 'The caller takes it back, as long as it has not begun. Errors: unauthenticated (401), not_found (404), rate_limited (429).';
comment on function public.my_erasure() is 'The erasure of the caller that is to come, as ask_erasure() answers it; null where there is none.';
comment on function public.ask_erasure_for(uuid, text) is
  'A platform admin has somebody else erased, as ask_erasure() does, also whose account was deleted before; the person is mailed, if there is an address. Errors: forbidden (403), person_not_found (404), last_platform_admin (409), reason_required (422), rate_limited (429).';
comment on function public.erasure_receipt(uuid) is
  'What came of an erasure, by its number: its state, what stays and why, and once it is done the entry of the log with its proof, from the next day on. '
  'Errors: not_found (404).';

grant execute on function public.ask_erasure(text) to authenticated;
grant execute on function public.withdraw_erasure() to authenticated;
grant execute on function public.my_erasure() to authenticated;
grant execute on function public.ask_erasure_for(uuid, text) to authenticated;
grant execute on function public.erasure_receipt(uuid) to authenticated;
