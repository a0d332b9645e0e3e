-- A specialist's agenda: the name of the person they will meet, and nothing else about them.
--
-- Read: verified specialists, their own sessions. docs/decisions/reading-about-people.md says why by a function.

create function private.specialist_agenda(p_from timestamptz, p_until timestamptz, p_after uuid, p_limit int)
returns table (
  booking_id uuid, starts_at timestamptz, ends_at timestamptz, status text, session_type text, employee_name text
)
language sql
stable
security definer
set search_path = ''
as $$
  select b.id, b.starts_at, b.ends_at, b.status, t.name, coalesce(p.display_name, '')
  from public.bookings b
  join public.session_types t on t.id = b.session_type_id
  left join public.profiles p on p.id = b.employee_id
  where b.specialist_id = (select private.my_practice_id()) and b.status not in ('held', 'released')
    and b.starts_at >= coalesce(p_from, '-infinity') and b.starts_at < coalesce(p_until, 'infinity')
    and (p_after is null or (b.starts_at, b.id) > (coalesce(p_from, '-infinity'), p_after))
  order by b.starts_at, b.id
  limit least(greatest(coalesce(p_limit, 1000), 1), 1000);
$$;

grant execute on function private.specialist_agenda(timestamptz, timestamptz, uuid, int) to authenticated;

create function public.specialist_agenda(
  p_from timestamptz default null, p_until timestamptz default null, p_after uuid default null, p_limit int default 1000
)
returns table (
  booking_id uuid, starts_at timestamptz, ends_at timestamptz, status text, session_type text, employee_name text
)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.specialist_agenda(p_from, p_until, p_after, p_limit);
$$;

comment on function public.specialist_agenda(timestamptz, timestamptz, uuid, int) is
  'The caller''s sessions as a specialist that start within [p_from, p_until), each without a bound if left out, with the name of whom they meet; at most 1000 at once. '
  'A page goes on with starts_at of its last row as p_from, and booking_id of it as p_after.';

grant execute on function public.specialist_agenda(timestamptz, timestamptz, uuid, int) to authenticated;
