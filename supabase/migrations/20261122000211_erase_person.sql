-- The steps of an erasure, each of which can be done again and again: what it finds done it leaves.
--
-- Called: by private.erase_further() alone, a step in a transaction.

-- Asked before and at the first step: two who ask on one day are each not the last. Whoever is to be erased is no admin to rely on.
create function private.refuse_last_admin(p_user_id uuid, p_of_companies boolean)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.lock_platform_admins();
  if exists (select from public.user_roles where user_id = p_user_id and role = 'platform_admin') and not exists (
    select from public.user_roles o
    where o.user_id <> p_user_id and o.role = 'platform_admin' and private.has_usable_account(o.user_id) and (private.open_erasure(o.user_id)).id is null
  ) then
    raise sqlstate 'PT409' using message = 'last_platform_admin', detail = 'The platform keeps at least one admin. Make another one first.';
  end if;
  if not p_of_companies then
    return;
  end if;
  perform from public.companies c
  where c.id in (select m.company_id from public.company_members m where m.user_id = p_user_id and m.role = 'admin' and m.status = 'active')
  order by c.id for no key update;
  if exists (
    select from public.company_members m
    where m.user_id = p_user_id and m.role = 'admin' and m.status = 'active' and not exists (
      select from public.company_members o
      where o.company_id = m.company_id and o.user_id <> p_user_id and o.role = 'admin' and o.status = 'active'
        and private.has_usable_account(o.user_id) and (private.open_erasure(o.user_id)).id is null
    )
  ) then
    raise sqlstate 'PT409' using message = 'last_admin', detail = 'A company keeps at least one admin. Make another one first.';
  end if;
end;
$$;

comment on function private.refuse_last_admin(uuid, boolean) is
  'Refuses to erase the last usable admin of the platform or of a company. Errors: last_admin, last_platform_admin (409).';

-- Nothing new comes of somebody who cannot sign in. A ban of Auth's has a date; this one outlasts the account.
create function private.erase_sessions(p_user_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_rows bigint;
begin
  update auth.users set banned_until = now() + interval '100 years' where id = p_user_id and (banned_until is null or banned_until < now() + interval '50 years');
  delete from auth.sessions where user_id = p_user_id;
  get diagnostics v_rows = row_count;
  -- Who became a specialist after they asked: by now they become nothing any more.
  return jsonb_strip_nulls(jsonb_build_object('auth.sessions', v_rows, 'practice_id', (select s.id from public.specialists s where s.user_id = p_user_id)));
end;
$$;

comment on function private.erase_sessions(uuid) is 'Ends every session of a person, and lets them begin none.';

-- What they were to give is cancelled, and told to whom they were to give it, by name.
create function private.close_practice(p_user_id uuid, p_practice_id uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_booking_ids uuid[];
begin
  if p_practice_id is null or not exists (select from public.specialists where id = p_practice_id and user_id = p_user_id) then
    return '{}'::jsonb;
  end if;
  perform from public.specialists where id = p_practice_id for no key update;
  perform private.lock_booking_parties(p_practice_id, null);
  v_booking_ids := array(
    select id from public.bookings
    where specialist_id = p_practice_id and status in ('pending', 'held', 'confirmed') and starts_at > now()
    order by id for no key update
  );
  perform private.cancel_bookings(v_booking_ids, 'account_closed', 'The specialist is no longer here.');
  update public.specialists set status = 'suspended', verified_at = null, verified_by = null where id = p_practice_id;
  return jsonb_build_object('public.bookings', cardinality(v_booking_ids));
end;
$$;

comment on function private.close_practice(uuid, uuid) is 'Cancels what a specialist has still to give, and lets nobody book them.';

-- Of what an entry said and of its salt nothing stays; its leaf does, and another entry says that it was erased. Whoever seals reads
-- entries meanwhile: it is waited for.
create function private.erase_audit_entries(p_user_id uuid, p_addresses text[], p_limit int)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_ids bigint[];
begin
  perform from private.audit_sequence for update;
  execute format(
    'select array(select r.id from public.audit_logs r where (%s)
      and (num_nonnulls(r.old_values, r.new_values, r.ip_address, r.user_agent, r.error_message) > 0 or r.context <> ''{}'') limit $3)',
    (select condition from private.personal_rows where table_name = 'public.audit_logs' and party = 'self')
  ) into v_ids using p_user_id, p_addresses, p_limit;
  update public.audit_logs
  set old_values = null, new_values = null, context = '{}', ip_address = null, user_agent = null, error_message = null
  where id = any (v_ids);
  update private.audit_leaves set salt = null where entry_id = any (v_ids);
  perform private.write_audit('audit_logs.erased', 'audit_logs', i::text, null, null, null, '{"source": "erase_audit_entries"}') from unnest(v_ids) i;
  return cardinality(v_ids);
end;
$$;

comment on function private.erase_audit_entries(uuid, text[], int) is 'Empties what up to p_limit entries about a person said. How many: none are left where it is fewer.';

-- A mail that a batch holds is on its way, with an address that the batch needs; one that names the person to somebody else has to go out,
-- and so does the receipt.
create function private.has_mail_under_way(p_user_id uuid, p_addresses text[])
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from private.email_batches b
    where b.mail_ids && (
      array(select e.id from private.emails e where e.id in (select private.mails_to(p_user_id, p_addresses)))
      || array(select e.id from private.emails e where e.named_id = p_user_id)
    )
  ) or exists (
    select from private.email_queue q
    where q.mail_id in (select e.id from private.emails e where e.named_id = p_user_id)
      or q.mail_id in (select e.id from private.emails e where e.user_id = p_user_id and e.template_key = 'erasure_receipt')
  );
$$;

comment on function private.has_mail_under_way(uuid, text[]) is 'Whether a mail to a person is being sent, or one that names them, or their receipt, is still to be.';

-- As the register says. Rows of others that led here are found before they are emptied.
create function private.erase_rows(p_user_id uuid, p_addresses text[])
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v record;
  v_rows bigint;
  v_counts jsonb := '{}'::jsonb;
begin
  insert into private.email_outcomes (mail_id, status, error_code, settled_at)
  select q.mail_id, 'skipped', 'account_erased', now()
  from private.email_queue q
  where q.mail_id in (select private.mails_to(p_user_id, p_addresses))
  on conflict (mail_id) do nothing;
  for v in
    select r.table_name, r.condition, r.cleared, r.on_erasure
    from private.personal_rows r
    where to_regclass(r.table_name) is not null and r.table_name not in ('auth.users', 'public.audit_logs', 'private.audit_leaves')
      and (r.on_erasure = 'delete' or r.cleared <> '{}')
    -- What they take of their share last, as whoever acts does (20261122000007_locks.sql): they may be acting.
    order by r.table_name = 'private.allowances', r.on_erasure <> 'delete', r.table_name, r.party
  loop
    if v.on_erasure = 'delete' then
      execute format('delete from %s r where %s', v.table_name, v.condition) using p_user_id, p_addresses;
    else
      -- Nothing at all where the column takes nothing, else an empty text.
      execute format(
        'update %s r set (%s) = (select %s) where (%s) and concat(%s) <> ''''', v.table_name,
        (select string_agg(format('%I', c), ', ' order by c) from unnest(v.cleared) c),
        (
          select string_agg(format('%L::%s', case when a.attnotnull then '' end, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attname::text)
          from pg_catalog.pg_attribute a where a.attrelid = v.table_name::regclass and a.attname = any (v.cleared)
        ),
        v.condition, (select string_agg(format('r.%I', c), ', ') from unnest(v.cleared) c)
      ) using p_user_id, p_addresses;
    end if;
    get diagnostics v_rows = row_count;
    if v_rows > 0 then
      v_counts := private.added_counts(v_counts, jsonb_build_object(v.table_name, v_rows));
    end if;
  end loop;
  return v_counts;
end;
$$;

comment on function private.erase_rows(uuid, text[]) is 'Deletes and empties what the register says of a person''s rows, but for the account and the log.';

-- The row of a specialist whose sessions are there stays without them; else it goes with the account. Name and words go while the row is
-- still theirs, so that the entries of that are found.
create function private.erase_account(p_user_id uuid, p_practice_id uuid, p_addresses text[])
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  v_counts jsonb;
  v_rows bigint;
begin
  -- What came after the step before, such as that somebody tried to sign in, or invited their address.
  v_counts := private.erase_rows(p_user_id, p_addresses);
  update public.specialists
  set display_name = 'Former specialist', headline = '', bio = '', languages = '{en}', time_zone = 'UTC'
  where id = p_practice_id and user_id = p_user_id;
  update public.specialists set user_id = null
  where id = p_practice_id and user_id = p_user_id and exists (select from public.bookings b where b.specialist_id = p_practice_id);
  delete from auth.users where id = p_user_id;
  get diagnostics v_rows = row_count;
  return private.added_counts(v_counts, private.erase_rows(p_user_id, '{}')) || jsonb_build_object('auth.users', v_rows);
end;
$$;

comment on function private.erase_account(uuid, uuid, text[]) is 'Deletes an account, and with it what foreign keys and triggers take along.';

create function private.files_of_erased(p_user_id uuid, p_practice_id uuid)
returns bigint
language sql
stable
set search_path = ''
as $$
  select count(*) from storage.objects o
  where o.bucket_id in ('specialist-documents', 'reviewed-documents') and starts_with(o.name, p_practice_id::text || '/')
    or o.name in (select f from public.meeting_recordings m, lateral (values (m.upload_path), (m.recorded_path)) v (f) where m.employee_id = p_user_id);
$$;

comment on function private.files_of_erased(uuid, uuid) is 'How many files of somebody who was erased storage-sweep has not removed yet.';
