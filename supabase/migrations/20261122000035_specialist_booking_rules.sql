-- How a specialist wants to be booked (T32): for all sessions, and what differs for a type of session.
--
-- Read and write: the specialist, also while not verified. Others meet the rules in what public.available_slots() offers.
--
-- What is null is not the specialist's to say: it is the platform's setting, or the length of the type.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('booking_move_notice_minutes', '60', 0, 10080, 'How long before its start a session can last be moved, where the specialist says nothing else.'),
  ('booking_answer_hours', '24', 1, 336, 'How long a request or a proposal waits for its answer, where the specialist says nothing else.');

create domain public.place_kind as text check (value in ('video', 'phone', 'in_person'));
comment on domain public.place_kind is 'Where a session takes place.';

create domain public.place_detail as text check (length(value) <= 500 and value !~ '[[:cntrl:]]');
comment on domain public.place_detail is 'What it takes to be there: a link, a number, an address. For the two of a session alone.';

create table public.specialist_booking_rules (
  specialist_id uuid primary key default private.my_specialist_id() references public.specialists (id) on delete cascade,
  buffer_before_minutes int not null default 0 check (buffer_before_minutes between 0 and 240 and buffer_before_minutes % 5 = 0),
  buffer_after_minutes int not null default 0 check (buffer_after_minutes between 0 and 240 and buffer_after_minutes % 5 = 0),
  book_notice_minutes int check (book_notice_minutes between 0 and 43200),
  move_notice_minutes int check (move_notice_minutes between 0 and 43200),
  cancel_notice_minutes int check (cancel_notice_minutes between 0 and 43200),
  horizon_days int check (horizon_days between 1 and 730),
  step_minutes int check (step_minutes between 5 and 240 and step_minutes % 5 = 0),
  requires_acceptance boolean not null default false,
  answer_hours int check (answer_hours between 1 and 336),
  place_kind public.place_kind not null default 'video',
  place_detail public.place_detail not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint only_video_has_a_link check (place_kind = 'video' or place_detail !~* '://|www\.')
);

comment on table public.specialist_booking_rules is 'How a specialist wants to be booked; without a row, as the columns'' defaults say.';
comment on column public.specialist_booking_rules.buffer_before_minutes is
  'Kept free before each session. It adds to what is kept after the one before.';
comment on column public.specialist_booking_rules.book_notice_minutes is 'How long before its start a session can last be booked.';
comment on column public.specialist_booking_rules.move_notice_minutes is 'How long before its start the employee can last move it.';
comment on column public.specialist_booking_rules.cancel_notice_minutes is
  'Who cancels nearer to the start than this has used the session. Holds for sessions booked from then on.';
comment on column public.specialist_booking_rules.step_minutes is
  'How far apart starts are offered. Null: as long as the session, filled up to a full quarter of an hour.';
comment on column public.specialist_booking_rules.requires_acceptance is 'Sessions are asked for, and the specialist accepts or declines.';

create table public.specialist_session_types (
  specialist_id uuid not null default private.my_specialist_id() references public.specialists (id) on delete cascade,
  session_type_id uuid not null references public.session_types (id) on delete cascade,
  is_offered boolean not null default true,
  minutes int check (minutes between 15 and 240 and minutes % 5 = 0),
  requires_acceptance boolean,
  place_kind public.place_kind,
  place_detail public.place_detail,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (specialist_id, session_type_id),
  constraint a_detail_has_a_kind check (place_detail is null or place_kind is not null),
  constraint only_video_has_a_link check (place_kind = 'video' or place_detail !~* '://|www\.')
);

comment on table public.specialist_session_types is 'What a specialist does otherwise for a type of session. Types of their pillars without a row are offered as they are.';

create index specialist_session_types_session_type_id_idx on public.specialist_session_types (session_type_id);

create trigger lock_own_specialist before insert or update or delete on public.specialist_booking_rules
  for each statement execute function private.lock_own_specialist();
create trigger lock_own_specialist before insert or update or delete on public.specialist_session_types
  for each statement execute function private.lock_own_specialist();
create trigger touch_updated_at before update on public.specialist_booking_rules
  for each row execute function private.touch_updated_at();
create trigger touch_updated_at before update on public.specialist_session_types
  for each row execute function private.touch_updated_at();

alter table public.specialist_booking_rules enable row level security;
alter table public.specialist_booking_rules force row level security;
alter table public.specialist_session_types enable row level security;
alter table public.specialist_session_types force row level security;
revoke all on table public.specialist_booking_rules, public.specialist_session_types from public, anon, authenticated, service_role;
grant select (
  specialist_id, buffer_before_minutes, buffer_after_minutes, book_notice_minutes, move_notice_minutes, cancel_notice_minutes,
  horizon_days, step_minutes, requires_acceptance, answer_hours, place_kind, place_detail, created_at, updated_at
), insert (
  specialist_id, buffer_before_minutes, buffer_after_minutes, book_notice_minutes, move_notice_minutes, cancel_notice_minutes,
  horizon_days, step_minutes, requires_acceptance, answer_hours, place_kind, place_detail
), update (
  buffer_before_minutes, buffer_after_minutes, book_notice_minutes, move_notice_minutes, cancel_notice_minutes,
  horizon_days, step_minutes, requires_acceptance, answer_hours, place_kind, place_detail
) on public.specialist_booking_rules to authenticated;
grant select (specialist_id, session_type_id, is_offered, minutes, requires_acceptance, place_kind, place_detail, created_at, updated_at), delete,
  insert (specialist_id, session_type_id, is_offered, minutes, requires_acceptance, place_kind, place_detail),
  update (is_offered, minutes, requires_acceptance, place_kind, place_detail)
  on public.specialist_session_types to authenticated;
grant select on public.specialist_booking_rules, public.specialist_session_types to service_role;

create policy "A specialist sees their own booking rules"
  on public.specialist_booking_rules for select to authenticated
  using (specialist_id = (select private.my_specialist_id()));

create policy "A specialist states booking rules of their own"
  on public.specialist_booking_rules for insert to authenticated
  with check (specialist_id = (select private.my_specialist_id()));

create policy "A specialist changes their own booking rules"
  on public.specialist_booking_rules for update to authenticated
  using (specialist_id = (select private.my_specialist_id()))
  with check (specialist_id = (select private.my_specialist_id()));

create policy "A specialist sees what they do otherwise for a type"
  on public.specialist_session_types for select to authenticated
  using (specialist_id = (select private.my_specialist_id()));

create policy "A specialist states what they do otherwise for a type"
  on public.specialist_session_types for insert to authenticated
  with check (specialist_id = (select private.my_specialist_id()));

create policy "A specialist changes what they do otherwise for a type"
  on public.specialist_session_types for update to authenticated
  using (specialist_id = (select private.my_specialist_id()))
  with check (specialist_id = (select private.my_specialist_id()));

create policy "A specialist drops what they do otherwise for a type"
  on public.specialist_session_types for delete to authenticated
  using (specialist_id = (select private.my_specialist_id()));

-- The one place where a specialist's word, a type's and the platform's meet. In a select of its own, a setting is read once for all rows.
create view private.session_terms with (security_invoker = true) as
  select
    sp.specialist_id, t.id as session_type_id, t.pillar_id,
    make_interval(mins => coalesce(o.minutes, t.default_minutes)) as lasts,
    make_interval(mins => coalesce(r.buffer_before_minutes, 0)) as buffer_before,
    make_interval(mins => coalesce(r.buffer_after_minutes, 0)) as buffer_after,
    coalesce(make_interval(mins => r.book_notice_minutes), (select private.minutes('booking_min_notice_minutes'))) as book_notice,
    coalesce(make_interval(mins => r.move_notice_minutes), (select private.minutes('booking_move_notice_minutes'))) as move_notice,
    coalesce(make_interval(mins => r.cancel_notice_minutes), (select private.hours('booking_late_cancellation_hours'))) as cancel_notice,
    coalesce(make_interval(days => r.horizon_days), (select private.days('booking_max_days_ahead'))) as horizon,
    make_interval(mins => coalesce(r.step_minutes, ceil(coalesce(o.minutes, t.default_minutes) / 15.0)::int * 15)) as step,
    coalesce(o.requires_acceptance, r.requires_acceptance, false) as requires_acceptance,
    coalesce(make_interval(hours => r.answer_hours), (select private.hours('booking_answer_hours'))) as answer_within,
    coalesce(o.place_kind, r.place_kind, 'video') as place_kind,
    coalesce(case when o.place_kind is null then r.place_detail else o.place_detail end, '') as place_detail,
    coalesce(o.is_offered, true) and t.is_active and p.is_active as is_offered
  from public.specialist_pillars sp
  join public.pillars p on p.id = sp.pillar_id
  join public.session_types t on t.pillar_id = p.id
  left join public.specialist_booking_rules r on r.specialist_id = sp.specialist_id
  left join public.specialist_session_types o on o.specialist_id = sp.specialist_id and o.session_type_id = t.id;

comment on view private.session_terms is
  'On what terms each specialist gives each type of session of their pillars: how long, how early, how it is asked for, and where.';

revoke all on private.session_terms from public, anon, authenticated, service_role;
