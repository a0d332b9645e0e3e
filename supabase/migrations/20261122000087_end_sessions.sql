-- Ending sessions: one, or all but one's own. From then on policies and functions refuse the access
-- token (private.user_id()), and Auth its refresh token, which goes with the row.
--
-- Called: by the person, for their own sessions; by platform admins for those of somebody whose account was taken over.

create function private.end_session(p_session_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
begin
  if v_user_id is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  perform set_config('evenkeel.session_end_reason', 'ended_by_person', true);
  delete from auth.sessions where id = p_session_id and user_id = v_user_id;
  if not found then
    raise sqlstate 'PT404' using message = 'session_not_found', detail = 'There is no such session of yours.';
  end if;
  perform set_config('evenkeel.session_end_reason', '', true);
  perform private.write_audit(
    'session.ended', 'session_tokens', p_session_id::text, v_user_id, null, null, '{"source": "end_session"}'
  );
end;
$$;

-- private.user_id() has vouched for the session that the token names before it is spared.
create function private.end_other_sessions()
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_user_id constant uuid := private.user_id();
  v_ended bigint;
begin
  if v_user_id is null then
    raise sqlstate 'PT401' using message = 'unauthenticated', detail = 'Sign in first.';
  end if;
  perform set_config('evenkeel.session_end_reason', 'ended_by_person', true);
  delete from auth.sessions where user_id = v_user_id and id <> (auth.jwt() ->> 'session_id')::uuid;
  get diagnostics v_ended = row_count;
  perform set_config('evenkeel.session_end_reason', '', true);
  if v_ended > 0 then
    perform private.write_audit(
      'session.others_ended', 'session_tokens', null, v_user_id, null, jsonb_build_object('ended', v_ended),
      '{"source": "end_other_sessions"}'
    );
  end if;
  return v_ended;
end;
$$;

create function private.end_sessions_of(p_user_id uuid, p_reason text)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_reason constant text := private.audited_reason(p_reason);
  v_ended bigint;
begin
  if not exists (select from public.profiles where id = p_user_id) then
    raise sqlstate 'PT404' using message = 'person_not_found', detail = 'There is no such account.';
  end if;
  perform set_config('evenkeel.session_end_reason', 'ended_by_admin', true);
  delete from auth.sessions where user_id = p_user_id;
  get diagnostics v_ended = row_count;
  perform set_config('evenkeel.session_end_reason', '', true);
  perform private.write_audit(
    'session.all_ended', 'session_tokens', null, p_user_id, null, jsonb_build_object('ended', v_ended),
    jsonb_build_object('source', 'end_sessions_of', 'reason', v_reason)
  );
  return v_ended;
end;
$$;

grant execute on function private.end_sessions_of(uuid, text) to authenticated;
grant execute on function private.end_session(uuid) to authenticated;
grant execute on function private.end_other_sessions() to authenticated;

create function public.end_session(p_session_id uuid)
returns void
language sql
security invoker
set search_path = ''
as $$
  select private.end_session(p_session_id);
$$;

create function public.end_other_sessions()
returns bigint
language sql
security invoker
set search_path = ''
as $$
  select private.end_other_sessions();
$$;

comment on function public.end_session(uuid) is
  'Ends a session of the caller, at once and for good; also the one that calls. Errors: unauthenticated (401), session_not_found (404).';
comment on function public.end_other_sessions() is
  'Ends every session of the caller but the one that calls, and says how many. Errors: unauthenticated (401).';
grant execute on function public.end_session(uuid) to authenticated;
grant execute on function public.end_other_sessions() to authenticated;

create function public.end_sessions_of(p_user_id uuid, p_reason text)
returns bigint
language sql
security invoker
set search_path = ''
as $$
  select private.end_sessions_of(p_user_id, p_reason);
$$;

comment on function public.end_sessions_of(uuid, text) is
  'A platform admin ends every session of somebody whose account was taken over, with a reason, and is told how many. The person chooses a new password by '
  'a link. Audited. Errors: forbidden (403), person_not_found (404), reason_required (422), rate_limited (429).';
grant execute on function public.end_sessions_of(uuid, text) to authenticated;
