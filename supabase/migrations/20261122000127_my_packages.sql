-- What somebody has in packages, and the end of one.
--
-- Called: my_packages() by the person, the job by pg_cron.

create function private.my_packages()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'package_id', p.id, 'session_type_id', p.session_type_id, 'session_type', t.name, 'company_id', p.company_id, 'company', c.name,
    'given_by', p.given_by, 'sessions', p.sessions, 'sessions_left', private.package_left(p), 'expires_on', p.expires_on, 'status', p.status
  ) order by p.status, p.expires_on, p.created_at, p.id), '[]')
  from (
    select * from public.booking_packages where user_id = (select private.user_id()) order by status, created_at desc limit 100
  ) p
  join public.session_types t on t.id = p.session_type_id
  join public.companies c on c.id = p.company_id;
$$;

grant execute on function private.my_packages() to authenticated;

create function public.my_packages()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.my_packages();
$$;

comment on function public.my_packages() is
  'The packages of the caller, those first that end soonest: how many sessions each has, and how many are left. What became of each session is in booking_package_entries.';

grant execute on function public.my_packages() to authenticated;

-- A day is over everywhere when it is two days ago in UTC; nobody books a session of that day any more. Of a package of which somebody is
-- just giving a session back, the rest lapses with the next run: whoever comes later waits for this one, and finds it ended.
create function private.job_expire_packages(p_now timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
  v_ended bigint;
begin
  update public.booking_packages p set status = 'ended', lapsed = p.lapsed + private.package_left(p)
  where p.id = any (array(
    select due.id from (
      select id from public.booking_packages
      where status = 'active' and expires_on < (p_now at time zone 'UTC')::date - 1
      order by id limit private.purge_limit() for no key update skip locked
    ) due
    where (select count(*) from private.package_uses u where u.package_id = due.id and u.is_used)
      = (select count(*) from (select from private.package_uses u where u.package_id = due.id and u.is_used for no key update skip locked) held)
  ));
  get diagnostics v_ended = row_count;
  return v_ended;
end;
$$;

comment on function private.job_expire_packages(timestamptz) is 'Ends packages whose last day is over, and lets lapse what is left of them.';

select cron.schedule('expire-packages', '37 * * * *', $$select private.run_job('expire_packages')$$);
