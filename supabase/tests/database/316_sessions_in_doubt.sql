-- Which sessions are booked with specialists who by now may not give them.
begin;
\ir ../setup/people.psql
\ir ../setup/documents.psql
select no_plan();

delete from public.bookings;
update public.specialists set time_zone = 'Pacific/Honolulu' where id = pg_temp.id('specialist:specialist');
-- What the specialist must hold ends in 20 days, where they are; the other must hold it, too, and has it without an end.
delete from public.pillar_required_documents where document_type <> 'license' or pillar_id <> pg_temp.id('mind');
insert into public.specialist_documents (
  specialist_id, document_type, document_number, issuing_authority, expiry_date, verification_status, decided_at, pillar_ids, file_hash, mime_type, file_size
)
select pg_temp.id(s || ':specialist'), 'license', '1', 'Board', d, 'verified', now(), array[pg_temp.id('mind')], repeat('0', 64), 'image/png', 1
from (values ('specialist', private.specialist_day(pg_temp.id('specialist:specialist'), now()) + 20), ('other_specialist', null)) v (s, d);
-- The last on the day of the end, and the first on the day after, where the specialist is.
create temporary table moment as
  select days, (private.specialist_day(pg_temp.id('specialist:specialist'), now()) + days + at) at time zone 'Pacific/Honolulu' as at
  from (values (5, time '10:00'), (20, '22:00'), (21, '00:00'), (25, '10:00')) m (days, at);
insert into public.bookings (id, employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
select pg_temp.id(s || ':' || days), pg_temp.id(p), pg_temp.id(c), pg_temp.id(s || ':specialist'), pg_temp.id('talk'), at, at + interval '50 minutes',
  case days when 25 then 'pending' else 'confirmed' end
from moment, (values ('specialist', 'employee', 'north'), ('other_specialist', 'foreign_employee', 'south')) v (s, p, c);

create function pg_temp.in_doubt(p_cursor text default null, p_limit int default 200) returns jsonb language plpgsql as $$
declare
  v_answer jsonb;
begin
  perform pg_temp.act_as('platform_admin');
  v_answer := public.sessions_in_doubt('ticket 7', p_cursor, p_limit);
  perform pg_temp.act_as_owner();
  return v_answer;
end;
$$;
create function pg_temp.which() returns text[] language sql as $$
  select array_agg(b.name || ' ' || (i ->> 'why') order by n)
  from jsonb_array_elements(pg_temp.in_doubt() -> 'items') with ordinality x (i, n)
  join (select s || ':' || days as name from moment, unnest(array['specialist', 'other_specialist']) s) b on pg_temp.id(b.name) = (i ->> 'booking_id')::uuid;
$$;
grant execute on all functions in schema pg_temp to public;

select is(pg_temp.which(), '{"specialist:21 documents_end_before","specialist:25 documents_end_before"}',
  'those from the day on which a document that the pillar requires is no longer valid, where the specialist is');
select is(
  (pg_temp.in_doubt() -> 'items' -> 0 ->> 'since')::timestamptz, (select at from moment where days = 21), 'since when: from the end of the last valid day'
);
update public.specialist_documents set expiry_date = expiry_date + 1 where specialist_id = pg_temp.id('specialist:specialist');
select is(pg_temp.which(), '{"specialist:25 documents_end_before"}', 'a document that is renewed takes them out');
delete from public.specialist_documents where specialist_id = pg_temp.id('specialist:specialist');
select is(pg_temp.which(), '{"specialist:5 documents_end_before","specialist:20 documents_end_before","specialist:21 documents_end_before","specialist:25 documents_end_before"}',
  'without one, all are');
delete from public.pillar_required_documents;
select is(pg_temp.which(), null, 'and none where nothing is required');

update public.specialists set status = 'suspended', verified_at = null where id = pg_temp.id('other_specialist:specialist');
select is(pg_temp.which(), '{"other_specialist:5 not_verified","other_specialist:20 not_verified","other_specialist:21 not_verified","other_specialist:25 not_verified"}',
  'of a specialist who is not verified, all');
select is((pg_temp.in_doubt() -> 'items' -> 0 ->> 'since')::timestamptz, now(), 'since their status changed');
update public.bookings set status = 'cancelled' where id = pg_temp.id('other_specialist:5');
update public.bookings set starts_at = now() - interval '1 hour', ends_at = now() where id = pg_temp.id('other_specialist:20');
select is(pg_temp.which(), '{"other_specialist:21 not_verified","other_specialist:25 not_verified"}', 'that are to come');
update public.specialists set status = 'verified', verified_at = now() where id = pg_temp.id('other_specialist:specialist');
delete from public.specialist_pillars where specialist_id = pg_temp.id('specialist:specialist') and pillar_id = pg_temp.id('mind');
select is(pg_temp.which(), '{"specialist:5 pillar_dropped","specialist:20 pillar_dropped","specialist:21 pillar_dropped","specialist:25 pillar_dropped"}',
  'those of a pillar that is theirs no more');

-- Pages
select pg_temp.in_doubt(null, 3) as first \gset
select is(jsonb_array_length(:'first'::jsonb -> 'items'), 3, 'a page has as many as were asked for');
select is(
  (:'first'::jsonb -> 'items') || (pg_temp.in_doubt(:'first'::jsonb ->> 'next_cursor', 3) -> 'items'), pg_temp.in_doubt() -> 'items', 'and goes on where it ended'
);
select is(pg_temp.in_doubt(:'first'::jsonb ->> 'next_cursor', 3) -> 'next_cursor', 'null', 'to the end');

-- Who reads it
select ok(
  pg_temp.in_doubt()::text !~ (select string_agg(w, '|') from unnest(array[pg_temp.id('employee')::text, pg_temp.id('north')::text, 'employee@', 'Employee']) w),
  'an admin does not learn whose they are'
);
select results_eq(
  $$select context ->> 'reason', (new_values ->> 'sessions')::int from public.audit_logs where action = 'bookings.in_doubt_read' order by occurred_at desc, id desc limit 1$$,
  $$values ('ticket 7', 4)$$, 'and each reading is audited'
);
select pg_temp.act_as(p) || throws_ok($$select public.sessions_in_doubt('out of curiosity')$$, 'PT403', 'forbidden', p || ' does not read it')
from unnest(array['specialist', 'company_admin']) p;
select pg_temp.act_as('platform_admin');
select throws_ok($$select public.sessions_in_doubt('')$$, 'PT422', 'reason_required', 'an admin gives a reason');
select throws_ok($$select public.sessions_in_doubt('ticket 7', 'x')$$, 'PT422', 'invalid_cursor', 'a cursor is one that was answered');
select throws_ok($$select public.sessions_in_doubt('ticket 7', null, 201)$$, 'PT422', 'invalid_limit', 'and a page has an end');

select * from finish();
rollback;
