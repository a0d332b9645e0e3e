-- Recurrence rules: which days a series of sessions falls on, and when these are.
--
-- Called: by what makes and looks after series. Nobody reads or writes anything here.
--
-- A rule is the RRULE of RFC 5545 (3.3.10), of which this much is taken: weekly, or every so many weeks, on given weekdays, so
-- often or until an instant. It is held to two other readers of such rules by supabase/tests/recurrences.mjs.

insert into public.system_settings (key, value, minimum, maximum, description) values
  ('series_max_sessions', '104', 1, 520, 'Most sessions of one series.'),
  ('series_max_days', '730', 7, 3650, 'How long after its first session a series can last.');

create domain public.recurrence_rule as text
  constraint is_written_in_one_way check (
    length(value) <= 120 and value ~
      '^FREQ=WEEKLY(;INTERVAL=([2-9]|[1-4][0-9]|5[0-2]))?;BYDAY=(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU)){0,6};(COUNT=[1-9][0-9]{0,2}|UNTIL=[0-9]{8}T[0-9]{6}Z)(;WKST=(TU|WE|TH|FR|SA|SU))?$'
  );
comment on domain public.recurrence_rule is 'An RRULE of RFC 5545, as private.rule_text() writes it: weekly, on weekdays in order, with an end.';

create type private.recurrence as (every int, weekdays int[], sessions int, until timestamptz, until_day date, week_start int);

comment on type private.recurrence is
  'A rule that was read. weekdays and week_start: ISO, 1 is Monday. It ends after so many sessions, or with the last that starts by an instant; until_day: that was a day.';

create function private.weekdays()
returns text[]
language sql
immutable
set search_path = ''
as $$ select array['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']; $$;

comment on function private.weekdays() is 'The weekdays in the words of RFC 5545, Monday first.';

-- As the RFC has it, parts come in any order, in any case, each once.
create function private.rule_parts(p_text text)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case when length(p_text) <= 200 then (
    select case when count(part) = count(*) and count(distinct part[1]) = count(*) then jsonb_object_agg(coalesce(part[1], ''), part[2]) end
    from string_to_table(regexp_replace(upper(p_text collate "C"), '^RRULE:', ''), ';') t
    left join lateral regexp_match(t, '^(FREQ|INTERVAL|BYDAY|COUNT|UNTIL|WKST)=([0-9A-Z,]+)$') part on true
  ) end;
$$;

comment on function private.rule_parts(text) is 'The parts of a rule by name; null where one is unknown, empty or there twice.';

create function private.rule_instant(p_text text)
returns timestamptz
language plpgsql
immutable
set search_path = ''
as $$
declare
  v constant text[] := regexp_match(p_text, '^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z)?$');
begin
  return make_timestamptz(v[1]::int, v[2]::int, v[3]::int, coalesce(v[4], '0')::int, coalesce(v[5], '0')::int, coalesce(v[6], '0')::int, 'UTC');
exception when datetime_field_overflow or invalid_parameter_value then
  return null;
end;
$$;

comment on function private.rule_instant(text) is 'An instant, or a day as its midnight in UTC, as rules have them: 20270301T090000Z, 20270301. Null for what is none.';

create function private.read_rule(p_text text)
returns private.recurrence
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_parts constant jsonb := private.rule_parts(p_text);
  v private.recurrence;
begin
  v.every := case when coalesce(v_parts ->> 'INTERVAL', '1') ~ '^[0-9]{1,4}$' then coalesce(v_parts ->> 'INTERVAL', '1')::int end;
  v.sessions := case when v_parts ->> 'COUNT' ~ '^[0-9]{1,4}$' then (v_parts ->> 'COUNT')::int end;
  v.until := private.rule_instant(v_parts ->> 'UNTIL');
  v.until_day := case when v_parts ->> 'UNTIL' !~ 'T' then (v.until at time zone 'UTC')::date end;
  v.week_start := array_position(private.weekdays(), coalesce(v_parts ->> 'WKST', 'MO'));
  v.weekdays := array(
    select distinct array_position(private.weekdays(), d) from string_to_table(v_parts ->> 'BYDAY', ',') d order by 1
  );
  if v_parts ->> 'FREQ' = 'WEEKLY' and v.every between 1 and 52 and v.week_start is not null and array_position(v.weekdays, null) is null
    and (v_parts ? 'COUNT') <> (v_parts ? 'UNTIL') and (v.sessions between 1 and 999 or v.until is not null)
  then
    return v;
  end if;
  return null;
end;
$$;

comment on function private.read_rule(text) is
  'Reads a rule; null for what is none, or more than is taken here. No weekdays: that of the first session.';

create function private.rule_text(p_rule private.recurrence)
returns public.recurrence_rule
language sql
immutable
set search_path = ''
as $$
  select concat_ws(
    ';', 'FREQ=WEEKLY', 'INTERVAL=' || nullif(p_rule.every, 1),
    'BYDAY=' || (select string_agg((private.weekdays())[d], ',' order by d) from unnest(p_rule.weekdays) d),
    'COUNT=' || p_rule.sessions, 'UNTIL=' || to_char(p_rule.until at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"'),
    'WKST=' || (private.weekdays())[nullif(p_rule.week_start, 1)]
  );
$$;

comment on function private.rule_text(private.recurrence) is 'A rule as it is kept and shown.';

-- RFC 5545, 3.3.5: of a local time that the clocks skip the offset before counts, of one that they show twice the first is meant.
-- PostgreSQL does the former, and takes the second of two.
create function private.wall_instant(p_wall timestamp, p_time_zone text)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  select case when first.at < later.at and first.at at time zone p_time_zone = p_wall then first.at else later.at end
  from (select p_wall at time zone p_time_zone) later (at),
    lateral (select later.at - interval '1 day') before (at),
    lateral (select p_wall at time zone 'UTC' - (before.at at time zone p_time_zone - before.at at time zone 'UTC')) first (at);
$$;

comment on function private.wall_instant(timestamp, text) is
  'When the clock on a wall shows a time: the first time that it does; where it skips that, as if it had not been changed yet.';

-- Weeks begin where the rule says, so that of two weekdays in one week both are in it, or neither.
create function private.series_starts(p_rule text, p_first timestamp, p_time_zone text)
returns table (n int, wall_starts_at timestamp, starts_at timestamptz)
language sql
stable
rows 20
set search_path = ''
as $$
  with rule as materialized (
    select r.*, p_first::date - (extract(isodow from p_first)::int - r.week_start + 7) % 7 as week
    from private.read_rule(p_rule) r
  ), day as (
    select r.sessions, r.until, row_number() over (order by d.on_day) as n, d.on_day + p_first::time as wall
    from rule r
    cross join lateral generate_series(0, coalesce(r.sessions, ((r.until at time zone p_time_zone)::date - r.week) / 7 / r.every)) w
    cross join lateral unnest(r.weekdays) d7
    cross join lateral (select r.week + 7 * r.every * w + (d7 - r.week_start + 7) % 7) d (on_day)
    where d.on_day >= p_first::date
  )
  select d.n::int, d.wall, private.wall_instant(d.wall, p_time_zone)
  from day d
  where (d.sessions is null or d.n <= d.sessions) and (d.until is null or private.wall_instant(d.wall, p_time_zone) <= d.until)
  order by d.n;
$$;

comment on function private.series_starts(text, timestamp, text) is
  'The sessions of a series by its rule, the first included: their number, what the clock on the wall shows, and when that is. The first is on one of its weekdays.';

create function private.checked_rule(p_text text, p_first timestamp, p_time_zone text)
returns public.recurrence_rule
language plpgsql
stable
set search_path = ''
as $$
declare
  v_sessions constant int := private.setting('series_max_sessions')::int;
  v_span constant interval := private.days('series_max_days');
  v private.recurrence := private.read_rule(p_text);
begin
  if v.weekdays = '{}' then
    v.weekdays := array[extract(isodow from p_first)];
  end if;
  if v.until_day is not null then
    v.until := private.wall_instant(v.until_day + time '23:59:59', p_time_zone);
  end if;
  if v.every is null or not extract(isodow from p_first)::int = any (v.weekdays) or v.sessions > v_sessions
    or v.until >= (p_first + v_span) at time zone p_time_zone or not exists (
      select from private.series_starts(private.rule_text(v), p_first, p_time_zone) s
      having count(*) between 1 and v_sessions and max(s.wall_starts_at) < p_first + v_span
    )
  then
    raise sqlstate 'PT422' using message = 'invalid_rule', detail = format(
      'Allowed is FREQ=WEEKLY, with INTERVAL (1 to 52 weeks), BYDAY (weekdays, that of the first session among them), and COUNT or UNTIL (a day, or an instant in UTC), '
      'and WKST: up to %s sessions within %s days.', v_sessions, extract(day from v_span)
    );
  end if;
  return private.rule_text(v);
end;
$$;

comment on function private.checked_rule(text, timestamp, text) is 'A rule for a series as it is kept, or invalid_rule, which says what is allowed.';
