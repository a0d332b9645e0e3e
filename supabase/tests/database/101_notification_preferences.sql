-- Preferences: which ones there are, and who may set them.
begin;
\ir ../setup/people.psql
\ir ../setup/outbox.psql
select no_plan();

create function pg_temp.save(
  p_leads int[] default '{60}', p_windows jsonb default null, p_zone text default 'UTC', p_locale text default 'en', p_agenda_at time default '07:00',
  p_account boolean default true
) returns jsonb language sql as $$
  select public.save_preferences(p_account, true, true, p_agenda_at, p_leads, p_locale, p_zone, p_windows);
$$;
create function pg_temp.refused(p_call text, p_why text) returns text language sql as $$
  select throws_ok(format('select pg_temp.save(%s)', p_call), 'PT422', 'invalid_preferences', p_why);
$$;
grant execute on all functions in schema pg_temp to authenticated;

select pg_temp.act_as('colleague');
select lives_ok($$select pg_temp.save('{60,1440}', pg_temp.windows('08:00', '20:00'), 'Europe/Berlin', 'de-at')$$, 'a person says it all in one call');
select is(
  public.my_preferences(), jsonb_build_object(
    'account_email', true, 'reminder_email', true, 'agenda_email', true, 'agenda_at', '07:00:00', 'reminder_lead_minutes', array[60, 1440],
    'locale', 'de-AT', 'time_zone', 'Europe/Berlin', 'mail_windows', pg_temp.windows('08:00', '20:00')
  ), 'and reads it again'
);
select results_eq($$select locale::text, time_zone from public.profiles where id = pg_temp.id('colleague')$$, $$values ('de-AT', 'Europe/Berlin')$$, 'with language and zone');
select lives_ok($$select pg_temp.save('{}', null, p_account => false)$$, 'and says it anew');
select results_eq(
  $$select (p -> 'account_email')::boolean, p -> 'mail_windows', p -> 'reminder_lead_minutes' from public.my_preferences() p$$,
  $$values (false, 'null'::jsonb, '[]'::jsonb)$$, 'as a whole'
);

select pg_temp.refused($$'{60,2}'$$, 'five minutes ahead is the least');
select pg_temp.refused($$'{20161}'$$, 'two weeks the most');
select pg_temp.refused($$'{60,null}'$$, 'no lead time is unknown');
select pg_temp.refused($$null$$, 'nor all of them');
select pg_temp.refused($$'{{60},{90}}'$$, 'nor a matrix');
select pg_temp.refused($$'{10,20,30,40,50,60}'$$, 'six are too many');
select pg_temp.refused($$p_zone => 'Mars/Olympus'$$, 'a zone that there is not');
select pg_temp.refused($$p_zone => null$$, 'or none');
select pg_temp.refused($$p_locale => 'deutsch!'$$, 'a language that is none');
select pg_temp.refused($$p_locale => null$$, 'or none');
select pg_temp.refused($$p_agenda_at => '24:00'$$, 'a day has no hour 24');
select pg_temp.refused($$p_account => null$$, 'neither on nor off');
select pg_temp.refused(format('p_windows => %L', w), 'windows like ' || w) from unnest(array[
  '{}', '[]', '1', 'null', '[null, null, null, null, null, null, null]', '[{"from": "08:00", "until": "20:00"}]',
  '[1, null, null, null, null, null, {"from": "08:00", "until": "20:00"}]',
  '[{"from": "20:00", "until": "08:00"}, null, null, null, null, null, null]',
  '[{"from": "08:00", "until": "08:30"}, null, null, null, null, null, null]',
  '[{"from": "8:00", "until": "20:00"}, null, null, null, null, null, null]',
  '[{"from": "08:00", "until": "25:00"}, null, null, null, null, null, null]',
  '[{"from": "24:00", "until": "24:00"}, null, null, null, null, null, null]',
  '[{"from": "08:00"}, null, null, null, null, null, null]',
  '[{"from": "08:00", "until": "20:00", "why": ""}, null, null, null, null, null, null]',
  '[{"from": null, "until": "20:00"}, null, null, null, null, null, null]'
]) w;

select throws_ok($$insert into public.notification_preferences (user_id) values (pg_temp.id('colleague'))$$, '42501', null, 'nobody writes past the function');
select throws_ok($$update public.notification_preferences set account_email = true$$, '42501', null, 'nor changes');
select is_empty($$select from public.notification_preferences where user_id <> pg_temp.id('colleague')$$, 'they see nobody else''s');
select throws_ok($$select account_email from public.notification_preferences$$, '42501', null, 'what a link may have refused is not read past the function');
select pg_temp.act_as('employee');
select is_empty($$select from public.notification_preferences$$, 'who never said anything has none');
select is(
  public.my_preferences() - array['locale', 'time_zone', 'mail_windows'],
  '{"account_email": true, "reminder_email": true, "agenda_email": true, "agenda_at": "07:00:00", "reminder_lead_minutes": [1440, 60]}',
  'and gets everything'
);
select pg_temp.act_as('anon');
select throws_ok($$select public.my_preferences()$$, '42501', null, 'nobody else has any');

-- When a mail would come.
select pg_temp.act_as_owner();
select is(private.next_send_at('UTC', null, '2027-01-10 23:00Z'), '2027-01-10 23:00Z', 'at any time means now');
select is(private.next_send_at('Europe/Berlin', pg_temp.windows('08:00', '20:00'), '2027-01-10 23:00Z'), '2027-01-11 07:00Z', 'else when the next window begins');
select is(private.next_send_at('Europe/Berlin', pg_temp.windows('02:10', '20:00'), '2027-03-27 22:00Z'), '2027-03-28 01:10Z', 'also in the night in which that hour is missing');
select is(private.next_send_at('UTC', pg_temp.windows('00:00', '24:00'), '2027-01-10 23:59:59.999Z'), '2027-01-10 23:59:59.999Z', 'whole days leave no gap between them');
select pg_temp.act_as('employee');
select is(public.preview_send_at('UTC'), now(), 'whoever is signed in may ask before they save');
select throws_ok($$select public.preview_send_at('UTC', '[]')$$, 'PT422', 'invalid_preferences', 'of windows that there may be');

select * from finish();
rollback;
