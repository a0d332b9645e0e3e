-- A page by each filter, by words, and by pairs of them, ten times: how many entries, milliseconds of the first, and the median of the others.
\set ON_ERROR_STOP on
create temporary table look (filters jsonb, n int, ms numeric, found int);
do $$
declare
  t timestamptz;
  f jsonb;
  v_found int;
  e record;
  v_day constant date := current_date - 100;
begin
  select entity_id, request_id, user_id as u, actor_id as a into e from public.audit_logs
  where occurred_at > now() - interval '200 days' and actor_id is not null order by occurred_at limit 1;
  for n in 1..10 loop
    for f in select unnest(array[
      '{}', jsonb_build_object('person', e.u), jsonb_build_object('user_id', e.u), jsonb_build_object('actor_id', e.a), jsonb_build_object('entity_id', e.entity_id),
      '{"entity_type": "bookings"}', '{"action": "bookings.insert"}', '{"action": "notes.sent_q"}',
      '{"status": "success"}', '{"status": "failure"}', '{"status": "denied"}',
      jsonb_build_object('from', v_day, 'to', v_day + 1), jsonb_build_object('to', v_day),
      '{"text": "booking"}', '{"text": "update"}', '{"text": "pda"}', '{"text": "notes sent"}', '{"text": "nothing"}',
      jsonb_build_object('text', e.entity_id), jsonb_build_object('text', e.request_id),
      jsonb_build_object('person', e.u, 'action', 'bookings.insert'), jsonb_build_object('person', e.u, 'status', 'failure'),
      jsonb_build_object('person', e.u, 'from', v_day, 'to', v_day + 30), jsonb_build_object('person', e.u, 'text', 'booking'),
      jsonb_build_object('entity_type', 'bookings', 'entity_id', e.entity_id),
      '{"action": "bookings.insert", "status": "failure"}', '{"action": "bookings.insert", "status": "denied"}',
      jsonb_build_object('action', 'bookings.insert', 'from', v_day, 'to', v_day + 1),
      '{"entity_type": "bookings", "status": "failure"}', '{"entity_type": "bookings", "status": "denied"}',
      jsonb_build_object('entity_type', 'bookings', 'from', v_day, 'to', v_day + 1), jsonb_build_object('status', 'denied', 'from', v_day, 'to', v_day + 30),
      '{"text": "booking", "status": "failure"}', '{"text": "booking", "status": "denied"}', jsonb_build_object('text', 'booking', 'to', v_day),
      '{"text": "booking", "entity_type": "bookings"}'
    ]::jsonb[]) loop
      t := clock_timestamp();
      select count(*) into v_found from private.find_audit_entries(jsonb_populate_record(null::private.audit_filters, f), null, null, 50);
      insert into look values (f, n, extract(epoch from clock_timestamp() - t) * 1000, v_found);
    end loop;
  end loop;
end;
$$;
select filters, max(found), round(max(ms) filter (where n = 1), 1), round((percentile_cont(0.5) within group (order by ms) filter (where n > 1))::numeric, 1)
from look group by 1 order by 4 desc;
