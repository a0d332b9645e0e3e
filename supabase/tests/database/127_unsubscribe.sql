-- Refusing mail by a link: for whom it holds, that nobody learns from it who has an account, and that nobody else can make one.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

-- As the function hands it on: its 64 characters, without the letter at the end.
create function pg_temp.use(p_link text) returns text language sql as $$ select public.unsubscribe(left(p_link, 64)) ->> 'category'; $$;
create function pg_temp.bytes(p_link text) returns bytea language sql as $$ select decode(translate(left(p_link, 64), '-_', '+/'), 'base64'); $$;
create function pg_temp.link_of(p_bytes bytea) returns text language sql as $$ select translate(encode(p_bytes, 'base64'), '+/', '-_') || 'E'; $$;
-- The link of a mail, as it is handed to the dispatcher.
create function pg_temp.link(p_key text) returns text language sql as $$
  select m ->> 'unsubscribe'
  from jsonb_array_elements(pg_temp.claim() -> 'batches') b, jsonb_array_elements(b -> 'mails') m
  where (m ->> 'id')::bigint = (pg_temp.mail(p_key)).id;
$$;
create function pg_temp.take_back(p_link text) returns text language sql as $$ select public.resubscribe(left(p_link, 64)) ->> 'category'; $$;
-- The kinds that somebody is mailed, as they see it themselves.
create function pg_temp.wishes(p_person text) returns text language plpgsql as $$
declare v jsonb;
begin
  perform pg_temp.act_as(p_person);
  v := public.my_preferences();
  perform pg_temp.act_as_owner();
  return concat_ws(' ', (v -> 'account_email')::boolean, (v -> 'reminder_email')::boolean, (v -> 'agenda_email')::boolean);
end; $$;
create function pg_temp.save(p_person text, p_account boolean, p_reminder boolean, p_agenda boolean) returns text language plpgsql as $$
begin
  perform pg_temp.act_as(p_person);
  perform public.save_preferences(p_account, p_reminder, p_agenda, '07:00', '{60}', 'en', 'UTC');
  perform pg_temp.act_as_owner();
  return pg_temp.wishes(p_person);
end; $$;
create function pg_temp.fate(p_person text, p_category text default 'reminder') returns text language plpgsql as $$
declare v_key text := gen_random_uuid(); v_claimed text[];
begin
  perform pg_temp.enqueue(v_key, p_person, p_category);
  v_claimed := pg_temp.claimed_keys(pg_temp.claim());
  return case when v_key = any (v_claimed) then 'sent' else (pg_temp.mail(v_key)).error_code end;
end; $$;
create function pg_temp.refused(p_address text) returns text[] language sql as $$
  select array_agg(category order by category) from private.email_refusals where address_key = private.address_key(p_address);
$$;

-- Which mail has a link
select is(private.refusable_categories(), '{account,reminder,agenda}'::text[], 'what may be refused');
select pg_temp.enqueue('of ' || c, 'employee', c) from unnest(array['security', 'account', 'booking', 'reminder', 'agenda']) c \g /dev/null
select pg_temp.claim() as claim \gset
select results_eq(
  format($$select replace((select dedupe_key from private.emails where id = (m ->> 'id')::bigint), 'test:of ', ''), get_byte(pg_temp.bytes(m ->> 'unsubscribe'), 0)
    from jsonb_array_elements(%L::jsonb -> 'batches') b, jsonb_array_elements(b -> 'mails') m order by 1$$, :'claim'),
  $$values ('account', 1), ('agenda', 3), ('booking', null), ('reminder', 2), ('security', null)$$,
  'a mail that may be refused has a link, one that keeps an account safe or changes a session has none'
);
select is(
  (select array_agg(m ->> 'unsubscribe' order by m ->> 'unsubscribe') filter (where m ->> 'unsubscribe' is not null) from jsonb_array_elements(:'claim'::jsonb -> 'batches') b, jsonb_array_elements(b -> 'mails') m),
  array(select private.unsubscribe_token(c, pg_temp.id('employee'), 'employee@people.test') from unnest(private.refusable_categories()) c order by 1),
  'claim_emails() makes it as unsubscribe_token() does'
);
select is((select count(*) from jsonb_array_elements(:'claim'::jsonb -> 'batches') b where b::text ~ 'unsubscribe": "[^"]*(@|people)'), 0::bigint, 'no address is in it');

-- A person
delete from private.email_batches;
select private.unsubscribe_token('reminder', pg_temp.id('employee'), 'employee@people.test') as link \gset
select ok(:'link' ~ '^[A-Za-z0-9_-]{64}E$', 'a link survives mail programs: it is as long as any other, and ends in a letter');
select is(pg_temp.use(:'link'), 'reminder', 'who follows it refuses reminders');
select is(pg_temp.wishes('employee'), 't f t', 'and nothing else, which they see in their preferences');
select is(pg_temp.refused('employee@people.test'), '{reminder}', 'it is their address''s');
select is((pg_temp.fate('employee'), pg_temp.fate('employee', 'account')), ('refused'::text, 'sent'::text), 'and holds');
select is(pg_temp.use(:'link'), 'reminder', 'a second time is answered alike');
select results_eq(
  $$select count(*)::int, max(entity_id), max(new_values ->> 'category') from public.audit_logs where action = 'email_refusal.added' and user_id = pg_temp.id('employee')$$,
  $$values (1, encode(private.address_key('employee@people.test'), 'hex'), 'reminder')$$, 'the audit log has what changed, once'
);
select is(pg_temp.use(private.unsubscribe_token('account', pg_temp.id('employee'), 'employee@people.test')), 'account', 'another kind has another link');
select is(pg_temp.wishes('employee'), 'f f t', 'which holds for that one');

-- Taken back
select is(pg_temp.save('employee', false, true, true), 'f t t', 'in their preferences they take it back');
select is((pg_temp.refused('employee@people.test'), pg_temp.fate('employee')), ('{account}'::text[], 'sent'::text), 'which holds');
select is(pg_temp.save('employee', true, true, true), 't t t', 'for each kind');
select is(pg_temp.refused('employee@people.test'), null, 'and nothing is left');
select is(pg_temp.use(:'link'), 'reminder', 'the link works for as long as mails are kept');
select is(pg_temp.wishes('employee'), 't f t', 'also after they had changed their mind');
select is(pg_temp.take_back(:'link'), 'reminder', 'by the same link it is taken back, too');
select is(pg_temp.take_back(:'link'), 'reminder', 'twice is once');
select is((pg_temp.wishes('employee'), pg_temp.fate('employee')), ('t t t'::text, 'sent'::text), 'which holds');
select is((select count(*) from public.audit_logs where action = 'email_refusal.taken_back' and user_id = pg_temp.id('employee')), 1::bigint, 'and is in the audit log');
select is(pg_temp.save('employee', true, false, true), 't f t', 'what they switched off themselves');
select is(pg_temp.take_back(:'link'), 'reminder', 'no link');
select is((pg_temp.wishes('employee'), pg_temp.fate('employee')), ('t f t'::text, 'preference_off'::text), 'switches on');
select is(pg_temp.use(private.unsubscribe_token('agenda', pg_temp.id('employee'), 'employee@people.test')), 'agenda', 'every kind has a link');
select is(pg_temp.wishes('employee'), 't f f', 'that may be refused');

-- An address without an account
select private.enqueue_email('booking_reminder', null, 'stranger@people.test', '{}', 'account', 'test:stranger') \g /dev/null
select pg_temp.link('stranger') as link \gset
select is(pg_temp.use(:'link'), 'account', 'a stranger refuses in the same way');
select is(pg_temp.refused('stranger@people.test'), '{account}', 'it holds for their address');
select is(pg_temp.use(:'link'), 'account', 'twice is once');
select ok(private.refuses_mail('stranger@people.test', 'account'), 'no invitation is sent to it');
select ok(not private.refuses_mail('stranger@people.test', 'reminder'), 'other mail is');
select is(pg_temp.take_back(:'link'), 'account', 'they take it back in the same way');
select is(pg_temp.refused('stranger@people.test'), null, 'and are invited again');
select is(pg_temp.take_back(:'link'), 'account', 'who refused nothing is answered alike');

-- Mail to the address of a person that was not about their account, as an invitation
select is(pg_temp.use(private.unsubscribe_token('account', null, 'colleague@people.test')), 'account', 'a link of a mail to nobody''s account');
select is(pg_temp.wishes('colleague'), 'f t t', 'holds for the address, and whose account it is sees that');
select is(pg_temp.save('colleague', true, true, true), 't t t', 'and takes it back');
select is(pg_temp.refused('colleague@people.test'), null, 'for invitations, too');

-- Before an address is confirmed it is anybody's
select is(pg_temp.use(private.unsubscribe_token('account', null, 'newcomer@people.test')), 'account', 'somebody refuses mail to their address');
select is(pg_temp.wishes('newcomer'), 't t t', 'who signs up with it does not learn of that');
select is(pg_temp.save('newcomer', true, true, true), 't t t', 'nor says');
select is(pg_temp.refused('newcomer@people.test'), '{account}', 'that the address is mailed again');

-- An account that moves
select is(pg_temp.use(private.unsubscribe_token('reminder', pg_temp.id('manager'), 'old@people.test')), 'reminder', 'a link to an address that an account had before is answered alike');
select is((pg_temp.refused('old@people.test'), pg_temp.wishes('manager')), ('{reminder}'::text[], 't t t'::text), 'it holds for that address, and changes nothing of the account');
select is((select count(*) from public.audit_logs where action = 'email_refusal.added' and user_id = pg_temp.id('manager')), 0::bigint, 'which does not hear of it');
update auth.users set email = 'old@people.test' where id = pg_temp.id('manager');
select is(pg_temp.wishes('manager'), 't f t', 'until it has the address again');
select is(pg_temp.save('manager', true, true, true), 't t t', 'and takes it back');
select is(pg_temp.use(private.unsubscribe_token('agenda', pg_temp.id('manager'), 'old@people.test')), 'agenda', 'what was refused for one address');
update auth.users set email = 'manager@people.test' where id = pg_temp.id('manager');
select is((pg_temp.wishes('manager'), pg_temp.refused('old@people.test')), ('t t t'::text, '{agenda}'::text[]), 'stays there when the account moves away');

-- Somebody who is gone
select private.unsubscribe_token('reminder', pg_temp.id('foreign_employee'), 'foreign_employee@people.test') as link \gset
select is(pg_temp.use(:'link'), 'reminder', 'what somebody refuses');
delete from auth.users where id = pg_temp.id('foreign_employee');
select is(pg_temp.refused('foreign_employee@people.test'), '{reminder}', 'their address refuses after their account was deleted');
select is(pg_temp.use(:'link'), 'reminder', 'and the link is answered alike');
select is(pg_temp.take_back(:'link'), 'reminder', 'also the way back');

-- Nobody else makes a link
create temporary table forged as
select private.unsubscribe_token('reminder', pg_temp.id('company_admin'), 'company_admin@people.test') as link;
insert into forged
select case n
  when 1 then pg_temp.link_of(set_byte(pg_temp.bytes(link), 0, 1))
  when 2 then pg_temp.link_of(set_byte(pg_temp.bytes(link), 0, 0))
  when 3 then pg_temp.link_of(set_byte(pg_temp.bytes(link), 5, get_byte(pg_temp.bytes(link), 5) # 1))
  when 4 then pg_temp.link_of(set_byte(pg_temp.bytes(link), 20, get_byte(pg_temp.bytes(link), 20) # 1))
  when 5 then pg_temp.link_of(set_byte(pg_temp.bytes(link), 47, get_byte(pg_temp.bytes(link), 47) # 1))
  when 6 then pg_temp.link_of(substring(pg_temp.bytes(link) from 1 for 33) || repeat('\\000', 15)::bytea)
  when 7 then pg_temp.link_of(substring(pg_temp.bytes(link) from 1 for 33) || substring(extensions.hmac(substring(pg_temp.bytes(link) from 1 for 33), '', 'sha256') from 1 for 15))
  when 8 then pg_temp.link_of(substring(pg_temp.bytes(link) from 1 for 33) || substring(extensions.hmac(
    substring(pg_temp.bytes(link) from 1 for 33), convert_to((select decrypted_secret from vault.decrypted_secrets where name = 'email_address_key'), 'UTF8'), 'sha256'
  ) from 1 for 15))
  when 9 then left(link, 63)
  when 10 then left(link, 63) || E'\n'
  when 11 then left(link, 63) || '='
  when 12 then ''
  when 13 then null
end
from forged, generate_series(1, 13) n;
select is(pg_temp.use(link), null, 'forged: ' || n) from (select link, row_number() over () as n from forged) f where n > 1;
select is((pg_temp.wishes('company_admin'), pg_temp.refused('company_admin@people.test')), ('t t t'::text, null::text[]), 'and none of them changed anything');
insert into private.email_refusals (address_key, category) values (private.address_key('company_admin@people.test'), 'reminder');
select is(pg_temp.take_back(link), null, 'forged, to take back: ' || n) from (select link, row_number() over () as n from forged) f where n > 1;
select is(pg_temp.refused('company_admin@people.test'), '{reminder}', 'which changed nothing either');
select is(public.unsubscribe(repeat('A', 1000000)) ->> 'category', null, 'nor does a very long one');
savepoint rotated;
select vault.update_secret(id, repeat('k', 64)) from vault.secrets where name = 'email_unsubscribe_key' \g /dev/null
select is(pg_temp.use((select link from forged limit 1)), null, 'with another key a link is none');
rollback to rotated;
select is(pg_temp.use((select link from forged limit 1)), 'reminder', 'with the old one it is');

select pg_temp.act_as('employee');
select throws_ok($$select public.unsubscribe('x')$$, '42501', null, 'people do not call it');
select throws_ok($$select public.resubscribe('x')$$, '42501', null, 'nor the other');
select pg_temp.act_as('anon');
select throws_ok($$select public.unsubscribe('x')$$, '42501', null, 'nor does anybody else');

-- Whoever has a link may play with it
select pg_temp.act_as_owner();
create function pg_temp.play(p_link text, p_times int) returns bigint language plpgsql as $$
declare
  v_before constant bigint := (select count(*) from public.audit_logs where action ~ '^email_refusal');
begin
  for n in 1..p_times loop
    perform pg_temp.use(p_link), pg_temp.take_back(p_link);
  end loop;
  return (select count(*) from public.audit_logs where action ~ '^email_refusal') - v_before;
end; $$;
delete from private.allowances;
delete from private.email_refusals;
select private.unsubscribe_token('reminder', pg_temp.id('company_admin'), 'company_admin@people.test') as link \gset
select is(pg_temp.play(:'link', 100), 21::bigint, 'ten times an hour it is taken back, and no entry is made of the rest');
select is(pg_temp.refused('company_admin@people.test'), '{reminder}', 'of which the refusal stays');
select is(pg_temp.take_back(:'link'), 'reminder', 'with the same answer');
select is(pg_temp.play(private.unsubscribe_token('reminder', pg_temp.id('specialist'), 'specialist@people.test'), 2), 4::bigint, 'other addresses have their own');

select * from finish();
rollback;
