-- The context of a request: its id, the client's address and user agent, as far as they can be believed.
--
-- Called: by the audit log and by SQL functions that record an act. Of a person's own request to the Data API the context
-- is in its headers; an edge function passes it on as an argument.

-- An address that a proxy garbled must not undo the act that is being recorded.
create function private.try_inet(p_text text)
returns inet
language plpgsql
immutable
set search_path = ''
as $$
begin
  return p_text::inet;
exception when invalid_text_representation then
  return null;
end;
$$;

comment on function private.try_inet(text) is 'The address, or null when the text is none.';

create function private.try_uuid(p_text text)
returns uuid
language plpgsql
immutable
set search_path = ''
as $$
begin
  return p_text::uuid;
exception when invalid_text_representation then
  return null;
end;
$$;

comment on function private.try_uuid(text) is 'The uuid, or null when the text is none.';

-- The Data API leaves the request's headers in a setting; a job or a psql session has none.
-- A function of ours calls as service_role for somebody else: its headers tell where the function
-- runs, so they count for nothing, and what is known of the person is in its arguments.
-- Anybody can send x-forwarded-for, so only a header that the operator vouches for tells the address.
create function private.request_context()
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  v_headers constant jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
begin
  if v_headers is null or current_setting('role', true) = 'service_role' then
    return '{}'::jsonb;
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'request_id', v_headers ->> 'x-request-id',
    'ip', v_headers ->> lower(private.setting('client_ip_header') #>> '{}'),
    'user_agent', v_headers ->> 'user-agent'
  ));
end;
$$;

comment on function private.request_context() is
  'request_id, ip and user_agent of the person''s Data API request that is being served, as far as known.';

-- A person who calls the Data API directly can write anything there: it is what the caller says. So
-- nothing else of it is taken over, least of all a reason or a source, and no address in a person's own
-- name: the log and the evidence of an acceptance hold none that a client can make up. It is unknown then,
-- since the address that the Data API saw may be the function's.
create function private.caller_context(p_context jsonb, p_source text)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'request_id', p_context ->> 'request_id', 'user_agent', p_context ->> 'user_agent', 'source', p_source
  )) || case when p_context is null then '{}' else jsonb_build_object(
    'ip', case when current_setting('role', true) <> 'authenticated' then p_context ->> 'ip' end
  ) end;
$$;

comment on function private.caller_context(jsonb, text) is 'request_id, user_agent and, where a function vouches for it (service_role), ip of a context that an edge function passes on for its caller.';
