-- The last look before sending: is the mail still wanted, and is now the time?
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

-- The fate of a mail: how often claimed, its state, its reason.
create function pg_temp.fate(p_key text, p_now timestamptz default now()) returns text language plpgsql as $$
declare v_claim jsonb := pg_temp.claim(p_now); v_mail private.email_log := pg_temp.mail(p_key);
begin
  if p_key = any (pg_temp.claimed_keys(v_claim)) then return 'claimed'; end if;
  return coalesce(v_mail.error_code, 'waits until ' || (select to_char(due_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from private.email_queue where mail_id = v_mail.id));
end; $$;

-- Preferences
insert into public.notification_preferences (user_id, account_email, reminder_email, agenda_email)
values (pg_temp.id('employee'), false, false, false);
select pg_temp.enqueue(c, 'employee', c) from unnest(array['account', 'booking', 'reminder', 'agenda', 'security']) c \g /dev/null
select pg_temp.claim() as claim \gset
select is(pg_temp.claimed_keys(:'claim'), '{security,booking}'::text[], 'what is switched off is not sent; security mail, and what changes a session, always is');
select is((pg_temp.mail('account')).error_code, 'preference_off', 'the log says why');
select is(:'claim'::jsonb -> 'skipped', '3'::jsonb, 'and the claim how many');
select pg_temp.enqueue('default', 'colleague', 'reminder') \g /dev/null
select is(pg_temp.fate('default'), 'claimed', 'who never said anything gets everything');

-- Suppression
select private.suppress_address(private.address_key(r || '@people.test'), r, case r when 'soft_bounces' then now() + interval '1 day' end)
from unnest(array['hard_bounce', 'complaint', 'soft_bounces', 'manual', 'provider']) r \g /dev/null
select private.enqueue_email('booking_reminder', null, r || '@people.test', '{}', c, 'test:' || r || '-' || c)
from unnest(array['hard_bounce', 'complaint', 'soft_bounces', 'manual', 'provider']) r, unnest(array['security', 'account']) c \g /dev/null
select is(
  pg_temp.claimed_keys(pg_temp.claim()), '{soft_bounces-security}'::text[],
  'a suppressed address gets nothing; security mail only where it bounced for reasons that pass, so that nobody is locked out by a full mailbox'
);
select is((select count(*) from private.email_log where error_code = 'suppressed'), 9::bigint, 'and the log says why');
select ok(private.refuses_mail('soft_bounces@people.test', 'account') and not private.refuses_mail('soft_bounces@people.test', 'security'), 'as is asked beforehand');
select ok(private.refuses_mail('manual@people.test', 'security'), 'also of other reasons');
select private.suppress_address(private.address_key('lapsed@people.test'), 'soft_bounces', now()) \g /dev/null
select private.enqueue_email('booking_reminder', null, a || '@people.test', '{}', 'account', 'test:' || a) from unnest(array['lapsed', 'soft_bounces']) a \g /dev/null
select is(pg_temp.claimed_keys(pg_temp.claim()), '{lapsed}'::text[], 'what has lapsed counts no more');
select ok(not private.refuses_mail('lapsed@people.test', 'account'), 'nor beforehand');
select is(pg_temp.claimed_keys(pg_temp.claim()), '{}'::text[], 'nothing waits');

insert into private.email_refusals (address_key, category)
select private.address_key(a), 'account' from unnest(array['stranger@people.test', 'employee@people.test', 'colleague@people.test']) a;
select private.enqueue_email('booking_reminder', null, 'stranger@people.test', '{}', c, 'test:stranger-' || c)
from unnest(array['security', 'account', 'booking', 'reminder']) c \g /dev/null
select private.enqueue_email('booking_reminder', null, 'colleague@people.test', '{}', 'account', 'test:colleague-of-nobody') \g /dev/null
select pg_temp.enqueue('colleague', 'colleague', 'account') \g /dev/null
select is(pg_temp.claimed_keys(pg_temp.claim()), '{stranger-security,stranger-booking,stranger-reminder}'::text[], 'what an address refused is not sent to it, whose account it is, and nothing else');
select is((select array_agg(dedupe_key order by id) from private.email_log where error_code = 'refused'), '{test:stranger-account,test:colleague-of-nobody,test:colleague}'::text[], 'the log says why');

-- The list names nobody
select is((select count(*) from private.email_suppressions s where s::text ~ '@|people'), 0::bigint, 'no address stands in the list');
select is(private.address_key('a@people.test'), (
  select substring(extensions.hmac('a@people.test', decrypted_secret, 'sha256') from 1 for 16) from vault.decrypted_secrets where name = 'email_address_key'
), 'an address is named by 128 bits of HMAC-SHA-256 under the key of the vault');
select is((select array_agg(length(decrypted_secret)) from vault.decrypted_secrets where name like 'email%key'), '{64,64}', 'which are made of 32 random bytes each');
select is((select count(distinct decrypted_secret) from vault.decrypted_secrets where name like 'email%key'), 2::bigint, 'and are not the same');
savepoint without_key;
delete from vault.secrets where name = 'email_address_key';
select throws_ok($$select pg_temp.claim()$$, 'email_address_key is missing in the vault', 'without the key nothing is sent, rather than to those who are suppressed');
rollback to without_key;

-- Quiet hours
create function pg_temp.quiet(p_windows jsonb, p_zone text) returns void language sql as $$
  insert into public.notification_preferences (user_id, mail_windows) values (pg_temp.id('manager'), p_windows)
  on conflict (user_id) do update set mail_windows = p_windows;
  update public.profiles set time_zone = p_zone where id = pg_temp.id('manager');
  delete from private.email_queue; delete from private.email_batches;
$$;
create function pg_temp.at(p_windows jsonb, p_zone text, p_now timestamptz, p_category text default 'account') returns text language plpgsql as $$
declare v_key text := gen_random_uuid();
begin
  perform pg_temp.quiet(p_windows, p_zone);
  perform pg_temp.enqueue(v_key, 'manager', p_category);
  update private.email_queue set due_at = '2020-01-01';
  return pg_temp.fate(v_key, p_now);
end; $$;
select is(pg_temp.at(pg_temp.windows('07:00', '22:00'), 'UTC', '2038-01-10 21:59Z'), 'claimed', 'before quiet hours mail goes out');
select is(pg_temp.at(pg_temp.windows('07:00', '22:00'), 'UTC', '2038-01-10 22:00Z'), 'waits until 2038-01-11 07:00', 'late in the evening it waits for the next morning');
select is(pg_temp.at(pg_temp.windows('07:00', '22:00'), 'UTC', '2038-01-11 06:59Z'), 'waits until 2038-01-11 07:00', 'early in the morning for the same');
select is(pg_temp.at(pg_temp.windows('07:00', '22:00'), 'UTC', '2038-01-11 07:00Z'), 'claimed', 'and then goes');
\set office '[{"from": "09:00", "until": "17:00"}, {"from": "09:00", "until": "24:00"}, {"from": "00:00", "until": "12:00"}, null, {"from": "08:00", "until": "09:00"}, null, null]'
select is(pg_temp.at(:'office', 'UTC', '2038-01-11 08:59Z'), 'waits until 2038-01-11 09:00', 'each weekday has its own window: Monday begins at nine');
select is(pg_temp.at(:'office', 'UTC', '2038-01-11 17:00Z'), 'waits until 2038-01-12 09:00', 'and ends at five');
select is(pg_temp.at(:'office', 'UTC', '2038-01-12 23:59Z'), 'claimed', 'Tuesday goes on until midnight');
select is(pg_temp.at(:'office', 'UTC', '2038-01-13 00:00Z'), 'claimed', 'and Wednesday from there');
select is(pg_temp.at(:'office', 'UTC', '2038-01-13 12:00Z'), 'waits until 2038-01-15 08:00', 'on Thursday no mail is read');
select is(pg_temp.at(:'office', 'UTC', '2038-01-15 09:00Z'), 'waits until 2038-01-18 09:00', 'nor over the weekend');
select is(pg_temp.at('[null, null, null, null, null, null, {"from": "10:00", "until": "11:00"}]', 'UTC', '2038-01-10 11:00Z'), 'waits until 2038-01-17 10:00', 'one window a week is enough');
select is(pg_temp.at(:'office', 'Pacific/Kiritimati', '2038-01-10 18:59Z'), 'waits until 2038-01-10 19:00', 'the weekday is that of the person');
select is(pg_temp.at(pg_temp.windows('07:00', '22:00'), 'Asia/Tokyo', '2038-01-10 13:00Z'), 'waits until 2038-01-10 22:00', 'the clock is that of the person: Tokyo');
select is(pg_temp.at(pg_temp.windows('07:00', '22:00'), 'America/New_York', '2038-01-10 13:00Z'), 'claimed', 'New York');
select is(pg_temp.at(pg_temp.windows('07:00', '22:00'), 'Europe/Berlin', '2038-03-28 00:30Z'), 'waits until 2038-03-28 05:00', 'the night in which clocks go forward is short');
select is(pg_temp.at(pg_temp.windows('07:00', '22:00'), 'Europe/Berlin', '2038-10-31 00:30Z'), 'waits until 2038-10-31 06:00', 'the one in which they go back is long');
select is(pg_temp.at(pg_temp.windows('07:00', '22:00'), 'UTC', '2038-01-10 23:00Z', 'security'), 'claimed', 'security mail does not wait');
select pg_temp.quiet(pg_temp.windows('07:00', '22:00'), 'UTC');
select pg_temp.enqueue('night', 'manager') \g /dev/null
update private.email_queue set due_at = '2020-01-01';
select pg_temp.claim('2038-01-10 23:00Z') as claim \gset
select is(:'claim'::jsonb - array['batches', 'templates', 'zones'], '{"skipped": 0, "deferred": 1, "remaining": 0, "paused_until": null}'::jsonb, 'a deferred mail counts as deferred and is not due');
select is(:'claim'::jsonb -> 'batches', '[]'::jsonb, 'no attempt is spent on it');
select is(pg_temp.claim('2038-01-11 07:00Z') -> 'batches' -> 0 -> 'attempt', '1'::jsonb, 'the morning''s is the first');

-- Tokens
select private.issue_email_verification(pg_temp.id('newcomer'), 'newcomer@people.test') \g /dev/null
select private.issue_email_verification(pg_temp.id('newcomer'), 'newcomer@people.test') as token \gset
select is(jsonb_array_length(pg_temp.claim() -> 'batches'), 1, 'of two tokens only the mail of the newer goes out');
select is((select error_code from private.email_log where token_id <> :'token' and user_id = pg_temp.id('newcomer')), 'token_not_live', 'the other is skipped');
select private.issue_email_verification(pg_temp.id('newcomer'), 'newcomer@people.test') as token \gset
delete from private.email_batches;
select is(pg_temp.claim(now() + interval '25 hours') -> 'skipped', '1'::jsonb, 'a mail whose link has expired too');
select private.issue_email_verification(pg_temp.id('newcomer'), 'newcomer@people.test') as token \gset
delete from public.email_verification_tokens where id = :'token';
select is(pg_temp.claim() -> 'skipped', '1'::jsonb, 'and one whose token is gone');

-- A mail that is gone from the log
delete from private.email_batches; delete from private.email_refusals;
select pg_temp.enqueue('kept', 'colleague') \g /dev/null
select pg_temp.enqueue('lost', 'colleague') \g /dev/null
select pg_temp.claim(p_limit => 1) \g /dev/null
select pg_temp.claim(p_limit => 1) \g /dev/null
delete from private.emails where dedupe_key = 'test:lost';
select is(jsonb_array_length(pg_temp.claim(now() + interval '1 hour') -> 'batches'), 1, 'a batch whose mails are gone is not handed out');
insert into private.email_queue (mail_id, stream, priority, due_at) values (7000000000, 'mail', 1, now());
select pg_temp.claim() \g /dev/null
select is_empty('select from private.email_queue where mail_id = 7000000000', 'a queue row without a mail is dropped');

select * from finish();
rollback;
