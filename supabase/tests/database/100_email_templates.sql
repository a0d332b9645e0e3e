-- Texts of mails: both languages, no edit after publication, the nearest language wins. What a text may say is a rule of
-- crates/core/src/email_templates, which the conformance suite holds all of them to.
begin;
select no_plan();

select is_empty(
  $$select k.key, l.locale from public.email_kinds k cross join (values ('en'), ('de')) l (locale)
    where not exists (
      select from public.email_templates t where t.key = k.key and t.locale = l.locale and t.published_at is not null
    )$$,
  'every mail is there in English and in German'
);
select is_empty(
  $$select key from public.email_templates where subject ~ 'session_type|specialist|pillar'$$,
  'no subject tells what a session is about or with whom'
);
select is_empty(
  $$select key, locale from public.email_templates
    where text ~ '_at_local[^\n]*_at_local' or html ~ '_at_local[^\n]*_at_local'$$,
  'no line of a text tells the whole date twice'
);

select throws_ok($$update public.email_templates set subject = 'Other'$$, '55000', null, 'a published text is not edited');
select throws_ok($$delete from public.email_templates$$, '55000', null, 'nor deleted');
select throws_ok($$truncate public.email_templates$$, '42501', null, 'nor truncated');

insert into public.email_templates (key, locale, version, subject, html, text)
values ('verify_email', 'de', 2, 'Entwurf', 'x', 'x');
select is(
  private.template_in_force('verify_email', 'de'),
  (select id from public.email_templates where key = 'verify_email' and locale = 'de' and version = 1),
  'a draft is not in force'
);
select lives_ok($$update public.email_templates set subject = 'Neu', published_at = now() where version = 2$$, 'a draft may be edited and published');
select is(
  private.template_in_force('verify_email', 'de-AT'),
  (select id from public.email_templates where key = 'verify_email' and locale = 'de' and version = 2),
  'the highest version is in force, also for a region without a text of its own'
);
select is(
  private.template_in_force('verify_email', 'fr'),
  (select id from public.email_templates where key = 'verify_email' and locale = 'en'),
  'an unknown language falls back to English'
);
select is(private.template_in_force('no_such_mail', 'en'), null, 'an unknown key has none');
select throws_ok(
  $$insert into public.email_templates (key, locale, version, subject, html, text) values ('sign_up', 'en', 9, E'a\nBcc: b@c.d', 'x', 'x')$$,
  '23514', null, 'a subject has no line break'
);

-- By a link of its own a mail reaches somebody who has no account yet, or not at this address.
select is_empty(
  $$select t.key, t.locale, part from public.email_templates t
    join public.email_kinds k on k.key = t.key and k.has_link
    cross join lateral (values ('subject', t.subject), ('text', t.text), ('html', t.html)) p (part, source)
    cross join lateral regexp_replace(p.source, '^[^,]*,(</p>)?\s*(<p>)?', '') body
    where (p.part = 'subject' or split_part(body, '.', 1) like '%{{%') and regexp_replace(
      case when p.part = 'subject' then p.source else split_part(body, '.', 1) end, '{{(product_name|link|[a-z_]+_at_local)}}', '', 'g') like '%{{%'$$,
  'neither the subject nor the first sentence of a mail to a stranger has a word that its sender could choose'
);

-- Texts that admins write. ------------------------------------------------------------------------

\ir ../setup/people.psql

create function pg_temp.save(p_admin text, p_after int, p_publish boolean, p_locale text default 'fr') returns jsonb
language sql as $$
  select public.save_email_template(pg_temp.id(p_admin), 'sign_up', p_locale, 'Bonjour', '<p>a</p>', 'a', p_after, p_publish, '{}')
$$;

grant execute on function pg_temp.save(text, int, boolean, text), pg_temp.id(text) to service_role;
set local role service_role;
select is(pg_temp.save('platform_admin', 0, false) - 'id', '{"version": 1, "is_published": false}', 'the first text of a language is version 1');
select is(pg_temp.save('platform_admin', 1, false, 'FR') ->> 'version', '2', 'a language is the same however it is written');
select throws_ok($$select pg_temp.save('platform_admin', 1, true)$$, 'PT409', 'conflict', 'who did not see the latest version saves none');
select throws_ok($$select pg_temp.save('employee', 2, true)$$, 'PT403', 'forbidden', 'who is no admin saves none, also through the function');
select lives_ok(
  $$select pg_temp.save('platform_admin', n, false) from generate_series(2, 14) n$$, 'drafts follow each other'
);
reset role;
select is((select count(*)::int from public.email_templates where locale = 'fr'), 10, 'the oldest drafts go');
set local role service_role;
select is(pg_temp.save('platform_admin', 15, true) - 'id', '{"version": 16, "is_published": true}', 'a text is published');
reset role;
select results_eq(
  $$select version from public.email_templates where key = 'sign_up' and locale = 'fr'$$, array[16], 'and its drafts are gone'
);
select is(
  private.template_in_force('sign_up', 'fr-CA'), (select id from public.email_templates where locale = 'fr'), 'it is in force at once'
);
select results_eq(
  $$select action, count(*)::int from public.audit_logs where entity_type = 'email_templates' group by 1 order by 1$$,
  $$values ('email_template.published', 1), ('email_template.saved', 15)$$,
  'each is audited'
);

-- Trying one out.
select pg_temp.act_as('platform_admin');
select lives_ok($$select public.send_test_email(id) from public.email_templates where locale = 'de' and key = 'sign_up'$$, 'a text is tried out by mail');
select throws_ok($$select public.send_test_email(0)$$, 'PT404', 'not_found', 'one that is there');
select pg_temp.act_as('employee');
select throws_ok($$select public.send_test_email(1)$$, 'PT403', 'forbidden', 'by admins alone');
reset role;
select results_eq(
  $$select split_part(e.template_key, '@', 1), e.user_id, e.variables ? 'link', private.template_in_force(e.template_key, 'en') = t.id
    from private.emails e, public.email_templates t where e.template_key like '%@%' and t.locale = 'de' and t.key = 'sign_up'$$,
  $$values ('sign_up', pg_temp.id('platform_admin'), true, true)$$,
  'it goes to whoever asks, by that version whatever their language'
);
select is(private.template_in_force('sign_up@x', 'en'), null, 'what names no version names nothing');
select throws_ok($$select pg_temp.save('platform_admin', 0, false, 'no language')$$, null, null, 'a language has its form');

select * from finish();
rollback;
