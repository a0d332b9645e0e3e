-- The consequences of the end of a membership: signed out everywhere, sessions to come cancelled, each by a job.
--
-- Read:  nobody.
-- Write: a trigger on company_members, and the jobs below.
--
-- Ending a membership leaves one mark and does nothing else, so that neither how long it takes nor what changes
-- afterwards tells whoever ended it what the person had booked: docs/decisions/ending-a-membership.md

create table private.membership_ends (
  company_id uuid not null references public.companies (id) on delete cascade,
  user_id uuid not null references public.profiles (id) on delete cascade,
  ended_at timestamptz not null,
  signs_out boolean not null,
  settled_at timestamptz,
  cancels_at timestamptz not null,
  primary key (company_id, user_id)
);

comment on table private.membership_ends is 'Memberships that have ended, and whose sessions are not cancelled yet.';
comment on column private.membership_ends.signs_out is 'Whether the person is signed out everywhere: not when they left by themselves.';
comment on column private.membership_ends.settled_at is 'When sign-ins and the role employee were looked at.';
comment on column private.membership_ends.cancels_at is 'When the sessions are due to be cancelled, drawn at random.';

create index membership_ends_user_id_idx on private.membership_ends (user_id);
create index membership_ends_cancels_at_idx on private.membership_ends (cancels_at);
create index membership_ends_unsettled_idx on private.membership_ends (ended_at) where settled_at is null;

alter table private.membership_ends enable row level security;
alter table private.membership_ends force row level security;
revoke all on table private.membership_ends from public, anon, authenticated, service_role;

create function private.mark_membership_end()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.membership_ends (company_id, user_id, ended_at, signs_out, cancels_at)
  values (
    new.company_id, new.user_id, now(), new.user_id is distinct from private.user_id(),
    now() + private.session_release_delay()
  )
  on conflict (company_id, user_id) do update
  set ended_at = excluded.ended_at, signs_out = excluded.signs_out, settled_at = null, cancels_at = excluded.cancels_at;
  return null;
end;
$$;

comment on function private.mark_membership_end() is 'Trigger: somebody is no member any more.';

create trigger mark_membership_end after update on public.company_members
  for each row when (old.status = 'active' and new.status = 'removed')
  execute function private.mark_membership_end();

create function private.is_member(p_company_id uuid, p_user_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from public.company_members where company_id = p_company_id and user_id = p_user_id and status = 'active'
  );
$$;

comment on function private.is_member(uuid, uuid) is 'Whether a person is an active member of a company.';

create function private.job_settle_ended_memberships(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_settled bigint;
  v_company_ids uuid[];
  v_user_ids uuid[];
  v_signed_out uuid[];
begin
  -- An account that is being deleted is passed over instead of waited for: its sessions and roles go with it.
  with due as materialized (
    select e.company_id, e.user_id from private.membership_ends e join auth.users u on u.id = e.user_id
    where e.settled_at is null
    for no key update of e skip locked
    for key share of u skip locked
  ), settled as (
    update private.membership_ends e set settled_at = p_now from due
    where e.company_id = due.company_id and e.user_id = due.user_id returning e.company_id, e.user_id, e.signs_out
  )
  select count(*), array_agg(company_id), array_agg(user_id), array_agg(user_id) filter (where signs_out)
  into v_settled, v_company_ids, v_user_ids, v_signed_out from settled;
  perform private.mail_membership_end(e.company_id, e.user_id) from unnest(v_company_ids, v_user_ids) e (company_id, user_id);
  delete from auth.sessions where user_id = any (v_signed_out);
  delete from public.user_roles r
  where r.user_id = any (v_user_ids) and r.role = 'employee'
    and not exists (select from public.company_members m where m.user_id = r.user_id and m.status = 'active');
  return v_settled;
end;
$$;

comment on function private.job_settle_ended_memberships(timestamptz) is
  'Tells who is no member any more whose the account is, signs out who was removed, and takes the role employee from who has no membership left.';

create function private.release_bookings(p_booking_ids uuid[], p_category public.cancellation_category, p_reason text, p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  perform private.withhold_time(b, p_now) from public.bookings b where b.id = any (p_booking_ids) and b.releases_at is null;
  perform private.cancel_bookings(p_booking_ids, p_category, p_reason);
  return cardinality(p_booking_ids);
end;
$$;

comment on function private.release_bookings(uuid[], public.cancellation_category, text, timestamptz) is
  'Cancels sessions whose person has left, and keeps their times from being offered for a while.';

-- One run goes through many people's calendars, in an order that is nobody else's. So it waits for none of them: what
-- somebody else holds has its turn in an hour.
create function private.release_bookings_of_member(p_company_id uuid, p_user_id uuid, p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_released bigint;
begin
  if not private.lock_booking_parties(null, p_user_id, p_wait => false) then
    return 0;
  end if;
  v_released := private.release_bookings(array(
    select id from public.bookings
    where employee_id = p_user_id and company_id = p_company_id
      and status in ('pending', 'held', 'confirmed') and starts_at > p_now
      and not private.is_member(p_company_id, p_user_id)
    order by id for no key update skip locked
  ), 'membership_ended', 'The employer no longer takes part.', p_now);
  delete from private.membership_ends e
  where e.company_id = p_company_id and e.user_id = p_user_id and (private.is_member(p_company_id, p_user_id) or not exists (
    select from public.bookings b
    where b.employee_id = p_user_id and b.company_id = p_company_id
      and b.status in ('pending', 'held', 'confirmed') and b.starts_at > p_now
  ));
  return v_released;
end;
$$;

comment on function private.release_bookings_of_member(uuid, uuid, timestamptz) is
  'Cancels what a person has still to come at the cost of a company whose member they are no more. Returns how many.';

create function private.release_bookings_of_nobody(p_specialist_id uuid, p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
begin
  if not private.lock_booking_parties(p_specialist_id, null, p_wait => false) then
    return 0;
  end if;
  return private.release_bookings(array(
    select id from public.bookings
    where specialist_id = p_specialist_id and releases_at <= p_now
      and status in ('pending', 'held', 'confirmed') and starts_at > p_now
    order by id for no key update skip locked
  ), 'account_closed', 'The session cannot take place.', p_now);
end;
$$;

comment on function private.release_bookings_of_nobody(uuid, timestamptz) is
  'Cancels what a specialist has still to come with people whose account is gone. Returns how many.';

create function private.job_cancel_ended_sessions(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_released bigint;
begin
  select sum(private.release_bookings_of_member(e.company_id, e.user_id, p_now)) into v_released
  from (select * from private.membership_ends where cancels_at <= p_now order by cancels_at limit private.purge_limit()) e;
  return coalesce(v_released, 0) + (
    select coalesce(sum(private.release_bookings_of_nobody(s.specialist_id, p_now)), 0)
    from (
      select distinct specialist_id from public.bookings
      where releases_at <= p_now and starts_at > p_now and status in ('pending', 'held', 'confirmed')
    ) s
  );
end;
$$;

comment on function private.job_cancel_ended_sessions(timestamptz) is
  'Cancels, all together, the sessions that are due of people whose membership or account has ended.';

select cron.schedule('settle-ended-memberships', '* * * * *', $$select private.run_job('settle_ended_memberships')$$);
select cron.schedule('cancel-ended-sessions', '41 * * * *', $$select private.run_job('cancel_ended_sessions')$$);
