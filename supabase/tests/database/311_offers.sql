-- An offer is a promise. In random worlds around changes of the clocks in thirty zones: each time that is offered is
-- booked, and each start on the grid that can be booked is offered; the same where a session is moved, and where its
-- specialist proposes another time. The grid comes from an oracle that asks the clock of each five minutes.
begin;
\ir ../setup/people.psql
select no_plan();

-- With the number of a world, a failure can be looked at alone: psql -v only=17.
\if :{?only} \else \set only 0 \endif
select 60 as worlds \gset

delete from public.specialist_working_hours;
delete from public.bookings;
delete from public.pillar_required_documents;
-- Who is told of it, and when they are reminded, is not asked here, and takes ten times as long.
alter table public.bookings disable trigger record_first_status;
alter table public.bookings disable trigger record_change;
alter table public.bookings disable trigger schedule_reminders;
alter table public.bookings disable trigger move_reminders;
insert into public.pillar_required_documents (pillar_id, document_type) values (pg_temp.id('mind'), 'license');
insert into public.session_types (id, pillar_id, kind, name, default_minutes) values
  (pg_temp.id('walk'), pg_temp.id('mind'), 'coaching', 'Walk', 30), (pg_temp.id('long'), pg_temp.id('mind'), 'workshop', 'Long', 120);
insert into public.company_subscription_plans (id, slug, name, seats, sessions_per_month)
select pg_temp.id('plan-' || n), 'test-plan-' || n, 'Test', 10, n from generate_series(1, 3) n;
-- Who asks belongs to two companies, and the others are there to be in the way.
insert into public.company_members (company_id, user_id) values (pg_temp.id('south'), pg_temp.id('employee'));
update public.system_settings set value = '730' where key = 'booking_max_days_ahead';

create function pg_temp.chance(p float) returns boolean language sql volatile as $$ select random() < p; $$;
create function pg_temp.up_to(p_most int) returns int language sql volatile as $$ select floor(random() * (p_most + 1))::int; $$;
create function pg_temp.one_of(variadic p_of text[]) returns text language sql volatile as $$ select p_of[1 + floor(random() * cardinality(p_of))::int]; $$;

-- What happens to a statement, which is undone: ok, or the word with which it is refused.
create function pg_temp.tried(p_statement text) returns text language plpgsql as $$
begin
  begin
    execute p_statement;
    raise sqlstate 'UNDO0';
  exception when sqlstate 'UNDO0' then
    return 'ok';
  end;
exception when others then
  return sqlerrm;
end;
$$;
-- As the owner, and left out where something forbids it.
create function pg_temp.perhaps(p_statement text) returns void language plpgsql as $$
begin
  execute p_statement;
exception when exclusion_violation or check_violation or sqlstate 'PT409' then
  null;
end;
$$;

-- A week around a change of the clocks in the next two years, if there is one; else around tomorrow.
create function pg_temp.week_of(p_zone text) returns timestamptz language plpgsql volatile as $$
declare
  v_changes timestamptz[];
begin
  select array_agg(upper(span)) into v_changes
  from private.time_zone_stretches(p_zone, date_trunc('hour', now()), date_trunc('hour', now()) + interval '700 days') where upper(span) is not null;
  if v_changes is null or pg_temp.chance(0.2) then
    return date_trunc('hour', now()) - interval '1 day';
  end if;
  return v_changes[1 + pg_temp.up_to(cardinality(v_changes) - 1)] - interval '3 days';
end;
$$;

-- The starts on the grid of a specialist for a type, by the clock on their wall: what it shows every five minutes, which
-- row of hours counts then, and how far that is from where it began to.
create function pg_temp.grid(p_specialist_id uuid, p_type_id uuid, p_step int, p_from timestamptz, p_to timestamptz)
returns setof timestamptz language sql as $$
  with moment as (
    select i, i at time zone s.time_zone as wall, s.time_zone
    from public.specialists s,
      generate_series(date_bin('5 minutes', p_from, 'epoch') - interval '3 days', p_to, interval '5 minutes') i
    where s.id = p_specialist_id
  ), counted as (
    select m.i, m.wall - (m.i at time zone 'UTC') as utc_offset, m.wall::date as day, h.*, e.extra,
      exists (
        select from public.specialist_availability_exceptions x
        where x.specialist_id = p_specialist_id and x.kind = 'time_off' and m.wall >= x.starts_at and m.wall < x.ends_at
      ) as is_off
    from moment m
    cross join lateral (
      select
        (array_agg(w.id) filter (where w.session_type_id is null))[1] as general,
        (array_agg(w.id) filter (where w.session_type_id = p_type_id))[1] as own
      from public.specialist_working_hours w
      where w.specialist_id = p_specialist_id and w.day_of_week = extract(isodow from m.wall)
        and m.wall::time >= w.starts_at and m.wall::time < w.ends_at
        and m.wall::date >= w.effective_from and (w.effective_until is null or m.wall::date <= w.effective_until)
    ) h
    cross join lateral (
      select (array_agg(x.starts_at || ' ' || x.ends_at order by x.starts_at, x.ends_at))[1] as extra
      from public.specialist_availability_exceptions x
      where x.specialist_id = p_specialist_id and x.kind = 'extra_hours' and m.wall >= x.starts_at and m.wall < x.ends_at
    ) e
  ), source as (
    select c.i, c.is_off, c.general is not null or c.own is not null as is_usual,
      coalesce(c.general || ' ' || c.day || c.utc_offset, c.own || ' ' || c.day || c.utc_offset) as usual,
      case when c.is_off or c.general is null and c.own is null then c.extra || c.utc_offset end as extra
    from counted c
  ), run as (
    select s.i, s.is_off, s.usual, s.extra,
      row_number() over (order by s.i) - row_number() over (partition by s.usual order by s.i) as usual_run,
      row_number() over (order by s.i) - row_number() over (partition by s.extra order by s.i) as extra_run
    from source s
  )
  select r.i from (
    select r.i, r.is_off, r.usual, r.extra,
      row_number() over (partition by r.usual, r.usual_run order by r.i) - 1 as n_usual,
      row_number() over (partition by r.extra, r.extra_run order by r.i) - 1 as n_extra
    from run r
  ) r
  where r.i >= p_from and r.i < p_to and (
    r.usual is not null and not r.is_off and r.n_usual * 5 % p_step = 0
    or r.extra is not null and r.n_extra * 5 % p_step = 0
  );
$$;

-- A specialist as they come: hours, exceptions, rules, a licence.
create function pg_temp.make_practice(p_specialist_id uuid, p_zone text, p_from timestamptz) returns void language plpgsql volatile as $$
declare
  v_day constant date := (p_from at time zone p_zone)::date;
begin
  update public.specialists set time_zone = p_zone where id = p_specialist_id;
  if pg_temp.chance(0.7) then
    insert into public.specialist_booking_rules (
      specialist_id, buffer_before_minutes, buffer_after_minutes, book_notice_minutes, move_notice_minutes, horizon_days, step_minutes, requires_acceptance
    )
    values (
      p_specialist_id, 5 * pg_temp.up_to(6), 5 * pg_temp.up_to(6), case when pg_temp.chance(0.5) then 60 * pg_temp.up_to(60) end, 0,
      case when pg_temp.chance(0.15) then greatest(1, extract(day from p_from - now())::int + pg_temp.up_to(6)) end,
      case when pg_temp.chance(0.6) then 5 * (1 + pg_temp.up_to(11)) end, pg_temp.chance(0.2)
    );
  end if;
  perform pg_temp.perhaps(format(
    'insert into public.specialist_session_types (specialist_id, session_type_id, is_offered, minutes) values (%L, %L, %L, %L)',
    p_specialist_id, pg_temp.id(t), pg_temp.chance(0.9), case when pg_temp.chance(0.5) then 15 + 5 * pg_temp.up_to(15) end
  )) from unnest(array['talk', 'walk', 'long']) t where pg_temp.chance(0.4);
  for n in 1..(2 + pg_temp.up_to(8)) loop
    perform pg_temp.perhaps(format(
      'insert into public.specialist_working_hours (specialist_id, session_type_id, day_of_week, starts_at, ends_at, effective_from, effective_until) values (%L, %L, %s, %L, %L, %L, %L)',
      p_specialist_id, case when pg_temp.chance(0.3) then pg_temp.id(pg_temp.one_of('talk', 'walk')) end, 1 + pg_temp.up_to(6), h.s,
      least(h.s + make_interval(mins => 30 + 5 * pg_temp.up_to(100)), interval '24:00')::text,
      v_day - 10 + pg_temp.up_to(12), case when pg_temp.chance(0.3) then v_day + 2 + pg_temp.up_to(6) end
    )) from (select make_interval(mins => 5 * pg_temp.up_to(280))) h (s);
  end loop;
  -- Hours for one type that lie across those for all.
  perform pg_temp.perhaps(format(
    'insert into public.specialist_working_hours (specialist_id, session_type_id, day_of_week, starts_at, ends_at, effective_from, effective_until) values (%L, %L, %s, %L, %L, %L, %L)',
    p_specialist_id, pg_temp.id(pg_temp.one_of('talk', 'walk')), w.day_of_week, w.starts_at + interval '25 minutes', least(w.ends_at - time '00:00' + interval '95 minutes', interval '24:00')::text,
    w.effective_from, w.effective_until
  )) from public.specialist_working_hours w
  where w.specialist_id = p_specialist_id and w.session_type_id is null and w.ends_at > w.starts_at + interval '30 minutes' and pg_temp.chance(0.4);
  -- Time off over hours, in which some are worked all the same.
  for n in 1..pg_temp.up_to(3) loop
    perform pg_temp.perhaps(format(
      'insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at) values (%1$L, %2$L, %4$L, %4$L::timestamp + %5$L), (%1$L, %3$L, %4$L::timestamp + %6$L, %4$L::timestamp + %6$L + %7$L)',
      p_specialist_id, 'time_off', 'extra_hours', v_day + make_interval(days => pg_temp.up_to(6), mins => 5 * pg_temp.up_to(100)), interval '14 hours',
      make_interval(mins => 5 * (1 + pg_temp.up_to(60))), make_interval(mins => 60 + 5 * pg_temp.up_to(40))
    ));
  end loop;
  for n in 1..pg_temp.up_to(4) loop
    perform pg_temp.perhaps(format(
      'insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at) values (%L, %L, %L, %L)',
      p_specialist_id, k.kind, v.s, v.s + make_interval(mins => 5 * (1 + pg_temp.up_to(case k.kind when 'time_off' then 500 else 100 end)))
    ))
    from (select pg_temp.one_of('time_off', 'extra_hours', 'extra_hours')) k (kind),
      (select v_day + make_interval(mins => 5 * pg_temp.up_to(288 * 7))) v (s);
  end loop;
  insert into public.specialist_documents (
    specialist_id, document_type, document_number, issuing_authority, expiry_date, verification_status, decided_at, pillar_ids, file_hash, mime_type, file_size
  )
  values (
    p_specialist_id, 'license', '1', 'Board', case when pg_temp.chance(0.4) then v_day + pg_temp.up_to(8) end, 'verified', now(),
    array[pg_temp.id('mind')], repeat('0', 64), 'image/png', 1
  );
end;
$$;

-- What keeps times: of somebody else's, of the caller's own elsewhere, and what once did.
create function pg_temp.make_sessions(p_from timestamptz) returns void language plpgsql volatile as $$
declare
  v_at timestamptz;
  v_status text;
  v_person text;
  v_specialist text;
  v_id uuid;
begin
  for n in 1..(5 + pg_temp.up_to(14)) loop
    v_at := date_bin('5 minutes', p_from, 'epoch') + make_interval(mins => 5 * pg_temp.up_to(288 * 7));
    v_specialist := pg_temp.one_of('specialist', 'specialist', 'other_specialist');
    v_person := case v_specialist when 'specialist' then pg_temp.one_of('colleague', 'manager', 'company_admin', 'foreign_admin', 'employee') else 'employee' end;
    v_status := pg_temp.one_of('confirmed', 'confirmed', 'confirmed', 'held', 'pending', 'cancelled');
    v_id := gen_random_uuid();
    continue when v_at < now() + interval '1 day';
    -- Nobody holds two times.
    continue when v_status = 'held' and exists (select from public.bookings where employee_id = pg_temp.id(v_person) and status = 'held' and expires_at > now());
    perform pg_temp.perhaps(format(
      'insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status, expires_at) values (%L, %L, %L, %L, %L, %L, %L, %L, %L)',
      v_id, pg_temp.id(v_person), pg_temp.id(case v_person when 'foreign_admin' then 'south' when 'employee' then pg_temp.one_of('north', 'south') else 'north' end),
      pg_temp.id(v_specialist || ':specialist'), pg_temp.id('talk'), v_at, v_at + interval '50 minutes',
      case v_status when 'cancelled' then 'confirmed' else v_status end,
      case when v_status in ('held', 'pending') then now() + case when pg_temp.chance(0.5) then interval '5 minutes' else interval '-1 minute' end end
    ));
    if v_status = 'cancelled' then
      update public.bookings set status = 'cancelled' where id = v_id;
    elsif v_status in ('pending', 'confirmed') and pg_temp.chance(0.3) then
      v_at := v_at + make_interval(mins => 60 * (1 + pg_temp.up_to(40)));
      insert into public.booking_proposals (booking_id, proposed_by, starts_at, ends_at, busy_from, busy_until, expires_at)
      select id, 'specialist', v_at, v_at + interval '50 minutes', v_at - interval '10 minutes', v_at + interval '1 hour',
        now() + case when pg_temp.chance(0.7) then interval '1 hour' else interval '-1 minute' end
      from public.bookings where id = v_id;
    end if;
  end loop;
  for n in 1..pg_temp.up_to(2) loop
    v_at := date_bin('5 minutes', p_from, 'epoch') + make_interval(mins => 5 * pg_temp.up_to(288 * 7));
    insert into public.specialist_freed_times (specialist_id, starts_at, ends_at, busy_from, busy_until, offered_at)
    values (pg_temp.id('specialist:specialist'), v_at, v_at + interval '50 minutes', v_at - pg_temp.one_of('0', '10 minutes')::interval, v_at + interval '60 minutes', now() + case when pg_temp.chance(0.7) then interval '1 hour' else interval '-1 minute' end);
  end loop;
end;
$$;

-- What pays: plans with few sessions a month, that begin and end meanwhile, in zones of their own, and packages of one type.
create function pg_temp.make_plans(p_from timestamptz) returns void language plpgsql volatile as $$
declare
  v_day constant date := (p_from at time zone 'UTC')::date;
begin
  update public.company_subscriptions s
  set plan_id = case when pg_temp.chance(0.5) then pg_temp.id('plan') else pg_temp.id('plan-' || (1 + pg_temp.up_to(2))) end,
    status = case when pg_temp.chance(0.95) then 'active' else 'suspended' end,
    ends_on = case when pg_temp.chance(0.3) then v_day + pg_temp.up_to(8) end,
    time_zone = pg_temp.one_of('UTC', 'Pacific/Auckland', 'America/Havana', 'Asia/Beirut', 'America/Los_Angeles')
  where company_id in (pg_temp.id('north'), pg_temp.id('south'));
  update public.system_settings set value = to_jsonb(case when pg_temp.chance(0.1) then 1 + pg_temp.up_to(3) else 20 end)
  where key = 'booking_max_open_per_person';
  for n in 1..pg_temp.up_to(3) loop
    insert into public.booking_packages (user_id, company_id, session_type_id, given_by, sessions, expires_on, status)
    values (
      pg_temp.id('employee'), pg_temp.id(pg_temp.one_of('north', 'south')), pg_temp.id(pg_temp.one_of('talk', 'talk', 'walk', 'long')), 'platform',
      1 + pg_temp.up_to(1), v_day + pg_temp.up_to(8), case when pg_temp.chance(0.1) then 'ended' else 'active' end
    );
  end loop;
  -- Some of them are used already.
  insert into private.package_uses (booking_id, package_id, number, is_used)
  select distinct on (p.id) b.id, p.id, 1, pg_temp.chance(0.7)
  from public.booking_packages p join public.bookings b on b.employee_id = p.user_id and b.company_id = p.company_id and b.status = 'confirmed'
  where pg_temp.chance(0.3)
  on conflict do nothing;
  if pg_temp.chance(0.3) then
    update public.company_members set status = 'removed' where user_id = pg_temp.id('employee') and company_id = pg_temp.id('south');
  end if;
end;
$$;

-- All that is offered, in pages of whatever size.
create function pg_temp.offered(p_arguments text) returns timestamptz[] language plpgsql volatile as $$
declare
  v_limit constant int := 1 + pg_temp.up_to(60);
  v_cursor text;
  v_answer jsonb;
  v_starts timestamptz[] := '{}';
begin
  loop
    execute format('select public.available_slots(%s, p_limit => %s, p_cursor => %L)', p_arguments, v_limit, v_cursor) into v_answer;
    v_starts := v_starts || array(select (s ->> 'starts_at')::timestamptz from jsonb_array_elements(v_answer -> 'slots') s);
    v_cursor := v_answer ->> 'next_cursor';
    -- Pages that never end would name starts again, which is a fault.
    exit when v_cursor is null or cardinality(v_starts) > 5000;
  end loop;
  return v_starts;
end;
$$;

-- A promise that is broken, or one that could have been made. %s in a statement is the start.
create function pg_temp.broken(p_offered timestamptz[], p_grid timestamptz[], p_statement text, p_or text)
returns table (fault text) language plpgsql volatile as $$
declare
  v_start timestamptz;
  v_word text;
begin
  if exists (select from unnest(p_offered) o group by o having count(*) > 1) then
    return query select 'offered twice';
  end if;
  foreach v_start in array array(select distinct s from unnest(p_offered || p_grid) s order by s) loop
    v_word := pg_temp.tried(format(p_statement, v_start));
    -- A request is not moved, but talked about.
    if v_word in ('acceptance_required', 'acceptance_not_required', 'booking_not_open') then
      v_word := pg_temp.tried(format(p_or, v_start));
    end if;
    insert into pg_temp.tally values (v_start = any (p_offered), v_word);
    if v_start = any (p_offered) and v_word <> 'ok' then
      return query select format('%s is offered, and refused: %s', v_start, v_word);
    elsif v_start = any (p_offered) and not v_start = any (p_grid) then
      return query select format('%s is offered, and on no grid', v_start);
    elsif v_word = 'ok' and not v_start = any (p_offered) then
      return query select format('%s can be booked, and is not offered', v_start);
    end if;
  end loop;
end;
$$;
create temporary table tally (is_offered boolean, word text);
create temporary table fault (world int, mode text, zone text, fault text);
grant all on tally, fault to public;

create function pg_temp.world(p_n int, p_zone text) returns void language plpgsql volatile as $$
declare
  v_specialist_id constant uuid := pg_temp.id('specialist:specialist');
  v_from timestamptz;
  v_to timestamptz;
  v_type record;
  v_offered timestamptz[];
  v_grid timestamptz[];
  v_moved timestamptz;
  v_asked text;
  v_faults jsonb := '[]';
  v_tally jsonb;
begin
  perform setseed(p_n / 1000.0);
  begin
    delete from pg_temp.tally;
    v_from := pg_temp.week_of(p_zone) + make_interval(mins => pg_temp.up_to(600));
    v_to := v_from + make_interval(hours => 24 * 5 + pg_temp.up_to(48));
    perform pg_temp.make_practice(v_specialist_id, p_zone, v_from);
    perform pg_temp.make_sessions(v_from);
    perform pg_temp.make_plans(v_from);
    -- The shortest that they offer, unless one is named.
    v_asked := case when pg_temp.chance(0.7) then pg_temp.one_of('talk', 'walk', 'long') end;
    select t.id, coalesce(o.minutes, t.default_minutes) as minutes,
      coalesce((select r.step_minutes from public.specialist_booking_rules r where r.specialist_id = v_specialist_id), ceil(coalesce(o.minutes, t.default_minutes) / 15.0)::int * 15) as step
    into v_type
    from public.session_types t
    left join public.specialist_session_types o on o.session_type_id = t.id and o.specialist_id = v_specialist_id
    where t.id in (pg_temp.id('talk'), pg_temp.id('walk'), pg_temp.id('long')) and (v_asked is null or t.id = pg_temp.id(v_asked)) and coalesce(o.is_offered, true)
    order by 2, 1 limit 1;
    v_grid := case when v_type.id is null then '{}' else array(select pg_temp.grid(v_specialist_id, v_type.id, v_type.step, v_from, v_to)) end;

    perform pg_temp.act_as('employee');
    v_offered := pg_temp.offered(format('p_specialist_id => %L, p_session_type_id => %L, p_from => %L, p_to => %L', v_specialist_id, pg_temp.id(v_asked), v_from, v_to));
    select v_faults || coalesce(jsonb_agg(jsonb_build_object('mode', 'book', 'fault', b.fault)), '[]') into v_faults
    from pg_temp.broken(
      v_offered, v_grid, format('select public.book_session(%L, %L, %%L)', v_specialist_id, v_type.id), format('select public.request_session(%L, %L, %%L)', v_specialist_id, v_type.id)
    ) b;

    -- One of these is booked, and moved; its length is what it was.
    if cardinality(v_offered) > 0 and v_faults = '[]' then
      v_moved := v_offered[1 + pg_temp.up_to(cardinality(v_offered) - 1)];
      perform pg_temp.act_as_owner();
      update public.bookings set status = 'released' where employee_id = pg_temp.id('employee') and status = 'held';
      perform private.sweep_holds(v_specialist_id, null, '-infinity', 'infinity');
      insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
      values (
        pg_temp.id('moved'), pg_temp.id('employee'), pg_temp.id('north'), v_specialist_id, v_type.id, v_moved,
        v_moved + make_interval(mins => least(v_type.minutes, 15 + 5 * pg_temp.up_to(20))), case when pg_temp.chance(0.8) then 'confirmed' else 'pending' end
      );
      -- A specialist may propose times at which they do not work, too. Those are not offered.
      if p_n % 2 = 1 then
        v_grid := array(select g from unnest(v_grid) g where pg_temp.tried(format(
          'select private.check_working_hours(row(null, null, %L, %L, %L::timestamptz, %L::timestamptz + (select ends_at - starts_at from public.bookings where id = %L), null, null, null, null))',
          v_specialist_id, v_type.id, g, g, pg_temp.id('moved')
        )) = 'ok');
      end if;
      perform pg_temp.act_as(case when p_n % 2 = 0 then 'employee' else 'specialist' end);
      v_offered := pg_temp.offered(format('p_moving => %L, p_from => %L, p_to => %L', pg_temp.id('moved'), v_from, v_to));
      -- To where it is, whoever moves it always can: it stays.
      if p_n % 2 = 0 then
        v_offered := array_remove(v_offered, v_moved);
        v_grid := array_remove(v_grid, v_moved);
      end if;
      select v_faults || coalesce(jsonb_agg(jsonb_build_object('mode', 'move', 'fault', b.fault)), '[]') into v_faults
      from pg_temp.broken(
        v_offered, v_grid, case when p_n % 2 = 0 then format('select public.reschedule_booking(%L, %%L)', pg_temp.id('moved')) else format('select public.propose_time(%L, %%L)', pg_temp.id('moved')) end,
        format('select public.propose_time(%L, %%L)', pg_temp.id('moved'))
      ) b;
    end if;
    perform pg_temp.act_as_owner();
    select jsonb_agg(t) into v_tally from pg_temp.tally t;
    raise sqlstate 'UNDO0';
  exception when sqlstate 'UNDO0' then
    null;
  end;
  insert into pg_temp.tally select (t ->> 'is_offered')::boolean, t ->> 'word' from jsonb_array_elements(v_tally) t;
  insert into pg_temp.fault select p_n, f ->> 'mode', p_zone, f ->> 'fault' from jsonb_array_elements(v_faults) f;
end;
$$;
grant execute on all functions in schema pg_temp to public;

select pg_temp.world(n::int, zone)
from generate_series(1, :worlds) n
join unnest(array[
  'Europe/Berlin', 'Europe/London', 'Europe/Lisbon', 'Europe/Dublin', 'Europe/Athens', 'Europe/Kyiv', 'Europe/Chisinau', 'Atlantic/Azores', 'America/New_York', 'America/Chicago',
  'America/Los_Angeles', 'America/St_Johns', 'America/Halifax', 'America/Havana', 'America/Santiago', 'America/Nuuk', 'Africa/Cairo', 'Africa/Casablanca', 'Asia/Beirut', 'Asia/Jerusalem',
  'Asia/Kathmandu', 'Asia/Tokyo', 'Australia/Sydney', 'Australia/Lord_Howe', 'Australia/Adelaide', 'Pacific/Auckland', 'Pacific/Chatham', 'Pacific/Easter', 'Antarctica/Troll', 'UTC'
]) with ordinality z (zone, k) on k = 1 + n % 30
where :only in (0, n) order by n \g /dev/null

select diag(string_agg(format('%s %s: %s', case when is_offered then 'offered' else 'not offered' end, word, many), ', ' order by is_offered desc, many desc))
from (select is_offered, word, count(*) as many from tally group by 1, 2) t;
select cmp_ok((select count(*) from tally where is_offered), '>', 1000::bigint, 'much is offered') where :only = 0;
select set_has(
  'select word from tally where not is_offered',
  $$select unnest(array['slot_taken', 'sessions_used_up', 'plan_ends_before', 'documents_end_before', 'too_soon', 'too_far_ahead', 'outside_working_hours', 'booking_limit', 'no_plan'])$$,
  'and each rule refuses something'
) where :only = 0;
select is_empty('select * from fault order by world limit 20', 'what is offered is booked, and what can be booked is offered');

select * from finish();
rollback;
