-- Documents expire: who is told when, and what ends by it.
begin;
\ir ../setup/people.psql
\ir ../setup/documents.psql
\ir ../setup/outbox.psql
select no_plan();

-- The seed's documents expire some day, too.
delete from public.specialist_documents;
delete from public.pillar_required_documents where document_type <> 'license' or pillar_id <> pg_temp.id('mind');
update public.specialists set time_zone = 'Asia/Tokyo' where user_id = pg_temp.id('specialist');
create temporary view noon as select date_trunc('day', now(), 'UTC') + interval '12 hours' as this;

create function pg_temp.approved(p_days int, p_type text default 'license') returns uuid language sql as $$
  insert into public.specialist_documents (
    specialist_id, document_type, document_number, issuing_authority, expiry_date, verification_status, decided_at, pillar_ids, file_hash, mime_type, file_size
  )
  select pg_temp.id('specialist:specialist'), p_type, '1', 'Board', this::date + p_days, 'verified', now(), array[pg_temp.id('mind')], repeat('0', 64), 'image/png', 1 from noon
  returning id;
$$;
create function pg_temp.told_in(p_days int, p_hours int default 0) returns bigint language sql as $$
  select private.job_notice_documents(this + make_interval(days => p_days, hours => p_hours)) from noon;
$$;
create function pg_temp.expired_in(p_days int, p_hours int default 0) returns bigint language sql as $$
  select private.job_expire_documents(this + make_interval(days => p_days, hours => p_hours)) from noon;
$$;

-- Noon in London is the evening of the same day in Tokyo.
select pg_temp.approved(100) \g /dev/null
select is(pg_temp.told_in(69), 0::bigint, 'nobody is told 31 days ahead');
select is(pg_temp.told_in(70), 1::bigint, '30 days ahead they are');
select is(pg_temp.told_in(70), 0::bigint, 'once');
select is(pg_temp.told_in(92), 0::bigint, 'not in between');
select is(pg_temp.told_in(92, 3), 1::bigint, '7 days ahead, which begin in Tokyo when it is afternoon in London');
select is(pg_temp.told_in(99), 1::bigint, '1 day ahead');
select is(pg_temp.told_in(100), 1::bigint, 'on the day');
select is(pg_temp.mails('specialist'), '{document_expiring,document_expiring,document_expiring,document_expiring}', 'each time by mail');
select is(pg_temp.expired_in(100), 0::bigint, 'on which it still counts');
select is(pg_temp.status('specialist'), 'verified', 'and the specialist is verified');
select is(pg_temp.expired_in(100, 3), 1::bigint, 'in Tokyo the day is over early');
select is(pg_temp.expired_in(101), 0::bigint, 'it expires once');
select is(pg_temp.status('specialist'), 'pending', 'then the specialist is not verified');
select is_empty($$select from public.user_roles where user_id = pg_temp.id('specialist') and role = 'specialist'$$, 'nor anybody''s specialist');
select is((pg_temp.mails('specialist'))[5], 'document_expired', 'and told so');
select results_eq(
  $$select user_id, old_values ->> 'status', new_values ->> 'status' from public.audit_logs where action = 'document.expired' and user_id = pg_temp.id('specialist')$$,
  $$values (pg_temp.id('specialist'), 'verified', 'expired')$$, 'which is audited'
);
select is(pg_temp.told_in(102), 0::bigint, 'what has expired is no longer noticed');
select pg_temp.act_as('employee');
select throws_ok(
  $$select public.book_session(pg_temp.id('specialist:specialist'), pg_temp.id('talk'), date_trunc('hour', now()) + interval '3 days')$$,
  'PT404', 'specialist_not_found', 'nobody books with them'
);
select pg_temp.act_as('anon');
select is_empty($$select id from public.specialists where id = pg_temp.id('specialist:specialist')$$, 'nor finds them');

-- Missed runs, and what was renewed
select pg_temp.act_as_owner();
update public.specialists set status = 'verified', verified_at = now() where user_id = pg_temp.id('specialist');
delete from public.specialist_documents;
delete from private.emails where user_id = pg_temp.id('specialist');
select pg_temp.approved(100) \g /dev/null
select is(pg_temp.told_in(97), 1::bigint, 'after missed runs');
select is(pg_temp.told_in(97), 0::bigint, 'there is one notice, not all of them');
select pg_temp.approved(400) \g /dev/null
select is(pg_temp.told_in(99), 0::bigint, 'what was renewed needs none');
select pg_temp.approved(100, 'diploma') \g /dev/null
select is(pg_temp.told_in(99), 1::bigint, 'another type does not renew it');
select is(pg_temp.expired_in(120), 2::bigint, 'each expires when it does');
select is(pg_temp.status('specialist'), 'verified', 'as long as what is required is there, they are verified');

select * from finish();
rollback;
