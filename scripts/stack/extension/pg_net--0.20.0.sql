-- pg_net is not packaged by Debian. This has its tables and functions as pg_net 0.20 has them, and
-- net-worker.mjs sends. A request row joins the caller's transaction, is sent once after commit and never
-- retried. Tables are UNLOGGED: a crash of the server empties them. Like the original's they belong to
-- everybody who can reach the schema, so that `net` must never be exposed.
\echo Use "create extension pg_net" to load this file. \quit

create schema net;

create unlogged table net.http_request_queue (
  id bigserial,
  method text not null check (method in ('GET', 'POST', 'DELETE')),
  url text not null,
  headers jsonb,
  body bytea,
  timeout_milliseconds int not null
);

create unlogged table net._http_response (
  id bigint,
  status_code int,
  content_type text,
  headers jsonb,
  content text,
  timed_out bool,
  error_msg text,
  created timestamptz not null default now()
);
create index on net._http_response (created);

create function net.wake() returns void language sql as $$
  select pg_notify('net_wake', '');
$$;

create function net._urlencode_string(string varchar) returns text language sql immutable as $$
  select coalesce(string_agg(case
    when character ~ '^[A-Za-z0-9_.~-]$' then character
    else regexp_replace(upper(encode(convert_to(character, 'UTF8'), 'hex')), '(..)', '%\1', 'g')
  end, '' order by place), '')
  from regexp_split_to_table(string, '') with ordinality as parts (character, place)
$$;

create function net._urlencode_params(url text, params jsonb) returns text language sql immutable as $$
  select case when params is null or params = '{}'::jsonb then url
    else url || case when position('?' in url) > 0 then '&' else '?' end || (
      select string_agg(net._urlencode_string(key) || '=' || net._urlencode_string(value), '&')
      from jsonb_each_text(params))
    end
$$;

create function net._enqueue(method text, url text, params jsonb, headers jsonb, body jsonb, timeout_milliseconds int)
returns bigint language plpgsql as $$
declare
  request_id bigint;
begin
  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  values (method, net._urlencode_params(url, params), headers, convert_to(body::text, 'UTF8'), timeout_milliseconds)
  returning id into request_id;
  perform net.wake();
  return request_id;
end $$;

create function net.http_get(
  url text,
  params jsonb default '{}'::jsonb,
  headers jsonb default '{}'::jsonb,
  timeout_milliseconds int default 5000
) returns bigint language sql as $$
  select net._enqueue('GET', url, params, headers, null, timeout_milliseconds)
$$;

create function net.http_post(
  url text,
  body jsonb default '{}'::jsonb,
  params jsonb default '{}'::jsonb,
  headers jsonb default '{"Content-Type": "application/json"}'::jsonb,
  timeout_milliseconds int default 5000
) returns bigint language plpgsql as $$
declare
  content_type text := (select value from jsonb_each_text(headers) where lower(key) = 'content-type' limit 1);
begin
  if content_type <> 'application/json' then
    raise exception 'Content-Type header must be "application/json"';
  end if;
  return net._enqueue(
    'POST', url, params,
    -- Of no headers at all, none are made.
    case when content_type is null then headers || '{"Content-Type": "application/json"}' else headers end,
    body, timeout_milliseconds
  );
end $$;

create function net.http_delete(
  url text,
  params jsonb default '{}'::jsonb,
  headers jsonb default '{}'::jsonb,
  timeout_milliseconds int default 5000,
  body jsonb default null
) returns bigint language sql as $$
  select net._enqueue('DELETE', url, params, headers, body, timeout_milliseconds)
$$;

grant usage on schema net to public;
grant all on all tables in schema net to public;
grant all on all sequences in schema net to public;
