-- Working hours of specialists (T7), and what departs from them (T32).
--
-- Read and write: the specialist, also while not verified. Others learn of it only which times are
--                 free: public.available_slots().
--
-- Both are local, what the clock on the specialist's wall shows: nine o'clock stays nine o'clock when the clocks change, and
-- a day off stays that day when the specialist moves to another zone.

create function private.my_day()
returns date
language sql
stable
security definer
set search_path = ''
as $$
  select private.specialist_day(private.my_specialist_id(), now());
$$;

comment on function private.my_day() is 'The day that it is for the specialist who asks; null for everybody else.';

grant execute on function private.my_day() to authenticated;

create table public.specialist_working_hours (
  id uuid primary key default gen_random_uuid(),
  specialist_id uuid not null default private.my_specialist_id() references public.specialists (id) on delete cascade,
  session_type_id uuid references public.session_types (id) on delete cascade,
  day_of_week smallint not null check (day_of_week between 1 and 7),
  starts_at time not null,
  ends_at time not null,
  effective_from date not null default private.my_day() check (isfinite(effective_from)),
  effective_until date check (isfinite(effective_until)),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ends_after_start check (ends_at > starts_at),
  constraint effective_for_a_while check (effective_until >= effective_from),
  constraint full_minutes check (
    extract(epoch from starts_at)::int % 300 = 0 and extract(epoch from ends_at)::int % 300 = 0
  ),
  -- Those for all types and those for one may: both say the same.
  constraint hours_do_not_overlap exclude using gist (
    specialist_id with =, coalesce(session_type_id, '00000000-0000-0000-0000-000000000000') with =, day_of_week with =,
    int4range(extract(epoch from starts_at)::int, extract(epoch from ends_at)::int) with &&,
    daterange(effective_from, effective_until, '[]') with &&
  )
);

comment on table public.specialist_working_hours is 'When a specialist works, week by week, in the time zone of the specialist.';
comment on column public.specialist_working_hours.session_type_id is 'For sessions of this type alone. Null: of all types.';
comment on column public.specialist_working_hours.day_of_week is 'ISO: 1 is Monday, 7 is Sunday.';
comment on column public.specialist_working_hours.starts_at is 'Local time, at a full five minutes, since sessions start there.';
comment on column public.specialist_working_hours.ends_at is
  'Local time, 24:00 at the latest; who works past midnight has a row on the next day too.';
comment on column public.specialist_working_hours.effective_until is 'The last day, included. Null: until further notice.';

create index specialist_working_hours_specialist_id_idx on public.specialist_working_hours (specialist_id, day_of_week);
create index specialist_working_hours_session_type_id_idx on public.specialist_working_hours (session_type_id);
create index specialist_working_hours_effective_idx on public.specialist_working_hours (effective_from, effective_until);

create table public.specialist_availability_exceptions (
  id uuid primary key default gen_random_uuid(),
  specialist_id uuid not null default private.my_specialist_id() references public.specialists (id) on delete cascade,
  kind text not null check (kind in ('time_off', 'extra_hours')),
  starts_at timestamp not null check (isfinite(starts_at)),
  ends_at timestamp not null check (isfinite(ends_at)),
  note text check (length(note) <= 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ends_after_start check (ends_at > starts_at),
  constraint nobody_works_on_and_on check (
    ends_at <= starts_at + case kind when 'extra_hours' then interval '24 hours' else interval '9000 hours' end
  ),
  constraint full_minutes check (extract(epoch from starts_at)::numeric % 300 = 0 and extract(epoch from ends_at)::numeric % 300 = 0)
);

comment on table public.specialist_availability_exceptions is
  'Time off, and hours worked beside the usual ones, in the time zone of the specialist. Extra hours within time off are worked.';
comment on column public.specialist_availability_exceptions.starts_at is 'Local time, at a full five minutes. A day off is from midnight to midnight.';
comment on column public.specialist_availability_exceptions.note is 'For the specialist alone.';

create index specialist_availability_exceptions_specialist_id_idx
  on public.specialist_availability_exceptions (specialist_id, starts_at);

-- Others wait for rows that somebody writes without end. After the row, when row level security has spoken: before, it would
-- count in the name of whoever the row names, and answer an outsider. Behind the specialist's lock.
create function private.limit_rows_of_specialist()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_rows bigint;
begin
  execute format('select count(*) from %I.%I where specialist_id = $1', tg_table_schema, tg_table_name)
    into v_rows using new.specialist_id;
  if v_rows > tg_argv[0]::bigint then
    raise sqlstate 'PT409' using message = 'too_many_rows', detail = format('A specialist has up to %s of these. Delete what is over.', tg_argv[0]);
  end if;
  return null;
end;
$$;

comment on function private.limit_rows_of_specialist() is 'Trigger: a specialist has up to so many rows in a table. Error: too_many_rows (409).';

-- Two of one kind may overlap, since both say the same; extra hours that lie wholly within time off are an exception from it.
-- What is both in part would leave it to somebody else to say which counts.
create function private.refuse_disagreement()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if exists (
    select from public.specialist_availability_exceptions e
    cross join lateral (
      select range_agg(tsrange(o.starts_at, o.ends_at)) as spans
      from public.specialist_availability_exceptions o
      where o.specialist_id = e.specialist_id and o.kind = 'time_off' and o.starts_at < e.ends_at and o.ends_at > e.starts_at
    ) off
    where e.kind = 'extra_hours' and not off.spans @> tsrange(e.starts_at, e.ends_at) and (
      tg_op <> 'DELETE' and e.specialist_id = new.specialist_id and e.starts_at < new.ends_at and e.ends_at > new.starts_at
      or tg_op <> 'INSERT' and e.specialist_id = old.specialist_id and e.starts_at < old.ends_at and e.ends_at > old.starts_at
    )
  ) then
    raise sqlstate 'PT409' using message = 'exceptions_disagree', detail = 'Extra hours lie within time off, or outside it.';
  end if;
  return null;
end;
$$;

comment on function private.refuse_disagreement() is
  'Trigger: no time is partly off and partly worked by exceptions that overlap. Error: exceptions_disagree (409).';

create trigger lock_own_specialist before insert or update or delete on public.specialist_working_hours
  for each statement execute function private.lock_own_specialist();
create trigger lock_own_specialist before insert or update or delete on public.specialist_availability_exceptions
  for each statement execute function private.lock_own_specialist();
create trigger limit_rows after insert on public.specialist_working_hours
  for each row execute function private.limit_rows_of_specialist('500');
create trigger limit_rows after insert on public.specialist_availability_exceptions
  for each row execute function private.limit_rows_of_specialist('1000');
create trigger refuse_disagreement after insert or update or delete on public.specialist_availability_exceptions
  for each row execute function private.refuse_disagreement();
create trigger touch_updated_at before update on public.specialist_working_hours
  for each row execute function private.touch_updated_at();
create trigger touch_updated_at before update on public.specialist_availability_exceptions
  for each row execute function private.touch_updated_at();

alter table public.specialist_working_hours enable row level security;
alter table public.specialist_working_hours force row level security;
alter table public.specialist_availability_exceptions enable row level security;
alter table public.specialist_availability_exceptions force row level security;
revoke all on table public.specialist_working_hours, public.specialist_availability_exceptions
  from public, anon, authenticated, service_role;
grant select (id, specialist_id, session_type_id, day_of_week, starts_at, ends_at, effective_from, effective_until, created_at, updated_at), delete,
  insert (specialist_id, session_type_id, day_of_week, starts_at, ends_at, effective_from, effective_until),
  update (session_type_id, day_of_week, starts_at, ends_at, effective_from, effective_until)
  on public.specialist_working_hours to authenticated;
grant select (id, specialist_id, kind, starts_at, ends_at, note, created_at, updated_at), delete,
  insert (specialist_id, kind, starts_at, ends_at, note),
  update (kind, starts_at, ends_at, note)
  on public.specialist_availability_exceptions to authenticated;
grant select on public.specialist_working_hours, public.specialist_availability_exceptions to service_role;

create policy "A specialist sees their own working hours"
  on public.specialist_working_hours for select to authenticated
  using (specialist_id = (select private.my_specialist_id()));

create policy "A specialist adds working hours of their own"
  on public.specialist_working_hours for insert to authenticated
  with check (specialist_id = (select private.my_specialist_id()));

create policy "A specialist changes their own working hours"
  on public.specialist_working_hours for update to authenticated
  using (specialist_id = (select private.my_specialist_id()))
  with check (specialist_id = (select private.my_specialist_id()));

create policy "A specialist drops their own working hours"
  on public.specialist_working_hours for delete to authenticated
  using (specialist_id = (select private.my_specialist_id()));

create policy "A specialist sees their own exceptions"
  on public.specialist_availability_exceptions for select to authenticated
  using (specialist_id = (select private.my_specialist_id()));

create policy "A specialist adds exceptions of their own"
  on public.specialist_availability_exceptions for insert to authenticated
  with check (specialist_id = (select private.my_specialist_id()));

create policy "A specialist changes their own exceptions"
  on public.specialist_availability_exceptions for update to authenticated
  using (specialist_id = (select private.my_specialist_id()))
  with check (specialist_id = (select private.my_specialist_id()));

create policy "A specialist drops their own exceptions"
  on public.specialist_availability_exceptions for delete to authenticated
  using (specialist_id = (select private.my_specialist_id()));
