-- A specialist's agenda: the name of the person they will meet, and nothing else about them.
--
-- Read: verified specialists, their own sessions. docs/decisions/reading-about-people.md says why by a function.

create function private.specialist_agenda(p_from timestamptz, p_until timestamptz)
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
  where b.specialist_id = (select private.my_practice_id())
    and b.starts_at >= coalesce(p_from, '-infinity') and b.starts_at < coalesce(p_until, 'infinity')
  order by b.starts_at, b.id
  limit 1000;
$$;

grant execute on function private.specialist_agenda(timestamptz, timestamptz) to authenticated;

create function public.specialist_agenda(p_from timestamptz default null, p_until timestamptz default null)
returns table (
  booking_id uuid, starts_at timestamptz, ends_at timestamptz, status text, session_type text, employee_name text
)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.specialist_agenda(p_from, p_until);
$$;

comment on function public.specialist_agenda(timestamptz, timestamptz) is
  'The caller''s sessions as a specialist that start within [p_from, p_until), each without a bound if left out, with the name of whom they meet; the first thousand.';

grant execute on function public.specialist_agenda(timestamptz, timestamptz) to authenticated;
