-- What is a name, and what is a language: by examples, over every character, and in every column that holds one.
begin;
select no_plan();
\ir ../setup/people.psql

create temporary table name_case (is_one boolean, text text);
insert into name_case values
  (true, 'Dr. Müller'), (true, 'O''Brien'), (true, 'Smith & Co. KG'), (true, 'A.T.U'), (true, 'St.Gallen Health AG'), (true, 'Booking.com B.V.'),
  (true, 'Toys "R" Us'), (true, 'Coffee@Work'), (true, '24/7 Care'), (true, 'Foo AG / Bar AG'), (true, 'Yahoo!'), (true, 'Re: Think GmbH'), (true, 'Inc./Ltd.'),
  (true, '李小龍'), (true, 'محمد'), (true, 'ชัชชาติ'), (true, U&'\0645\06CC\200C\062E\0648\0627\0647\0645'), (true, U&'\0915\094D\200D\0937'), (true, U&'\8FBB\+0E0100'),
  (true, '👩‍💻 Ada'), (true, '❤️‍🔥'), (true, '🏳️‍🌈'), (true, U&'Nguye\0302\0303n'),
  (false, U&'\200B'), (false, U&'Ada\200B'), (false, U&'Ada\202Eevol'), (false, U&'a\200Db'), (false, U&'\0627\200C '), (false, U&'Ada\FE0F'), (false, U&'\3164'), (false, U&'\2800'),
  (false, U&'\FEFFAda'), (false, U&'A\00ADda'), (false, U&'Ada\0001'), (false, U&'\E000'), (false, U&'\+0E0041'), (false, U&'Ada\2066'),
  (false, 'Your mailbox is full: visit http://evil.example/login now (IT support)'), (false, 'HTTPS://EVIL.EXAMPLE'), (false, 'evil.example/login'),
  (false, 'See www.evil.example'), (false, 'WWW2.evil.example'), (false, 'ada@evil.example'), (false, 'mailto:ada'), (false, 'evil.example:8080'), (false, 'evil.example?a'),
  (false, 'ｗｗｗ．ｅｖｉｌ．ｅｘａｍｐｌｅ'), (false, 'evil。example/x'), (false, 'bücher.example/x'), (false, repeat('a', 201));

select is(private.shown_name(text) is not null, is_one, format('%s: %L', case when is_one then 'a name' else 'no name' end, left(text, 60))) from name_case;
select is(private.is_value_of('public.shown_name', text), private.name_fault(text, 200) is null, format('the type and the function agree on %L', left(text, 60))) from name_case;
select is(private.name_fault('Ada', 2), 'A name has up to 2 characters.', 'a fault is said in words');
select is(private.shown_name(E' \tAda\u3000\u00A0Love\u0301 \n'), 'Ada Lové', 'what is kept is in NFC, between single spaces');
select is(private.shown_name(E' \u3000\n'), '', 'spaces are no name, and say nothing');

-- Every character of the first plane, and every hundredth of the others.
create temporary table every_character as
  select n, chr(n) as one from generate_series(1, 1114111) n where (n < 65536 or n % 101 = 0) and n not between 55296 and 57343;

select is(
  (select count(*)::int from every_character where private.has_unseen('a' || one || 'b')),
  14998, 'of these as many are never seen between letters, on every version of the server'
);
select is_empty(
  $$select to_hex(n) from every_character where (one ~ '[[:alpha:]]' or one ~ '[[:digit:]]') and private.has_unseen(one)
    and n not in (4447, 4448, 6068, 6069, 12644, 65440)$$,
  'no letter and no digit is taken for unseen, the fillers apart'
);
select is_empty(
  $$select to_hex(n) from every_character where private.shown_name('a' || one || 'b') is distinct from private.shown_name(private.shown_name('a' || one || 'b'))$$,
  'a name that is kept stays as it is'
);

-- Every column ---------------------------------------------------------------------------------

create temporary view our_column as
  select c.oid, n.nspname, c.relname, a.attname, a.attnum, format('%s.%s', c.relname, a.attname) as name, t.typname, a.atttypid
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_catalog.pg_type t on t.oid = a.atttypid
  where n.nspname in ('public', 'private') and c.relkind in ('r', 'p');

-- The names of the IANA's zones are no people's, nor are those of tables, columns and policies.
select is_empty(
  $$select name from our_column where attname ~ '(^|_)(name|title|label)$' and typname <> 'shown_name' and name not in ('time_zones.name', 'data_retention_policies.name') and attname not in ('table_name', 'column_name')$$,
  'whatever is called a name or a title is one'
);
select is_empty(
  $$select name from our_column where attname ~ '(^|_)(locale|language)$' and typname <> 'language_tag'
    union all select name from our_column where attname ~ '(^|_)(locales|languages)$' and name not in ('specialists.languages', 'email_batches.locales')$$,
  'whatever is called a language is one; batches repeat those of people'
);
select isnt_empty($$select name from our_column where typname in ('shown_name', 'language_tag')$$, 'there are such columns');
select is_empty(
  $$select name from our_column o where (typname in ('shown_name', 'language_tag') or name = 'specialists.languages') and not exists (
      select from pg_catalog.pg_trigger g where g.tgrelid = o.oid and o.attnum = any (g.tgattr::int2[]) and position(
        format('''%s'', ''%s''', o.attname, case when name = 'specialists.languages' then 'language_tags' else typname end) in pg_get_triggerdef(g.oid)
      ) > 0 and g.tgfoid = 'private.keep_in_form'::regproc
    )$$,
  'and is brought into form by a trigger, whoever writes it'
);

-- Languages ------------------------------------------------------------------------------------

create temporary table language_case (text text, kept text);
insert into language_case values
  ('de', 'de'), ('DE', 'de'), ('de_DE', 'de-DE'), ('de-de', 'de-DE'), (' pt_br ', 'pt-BR'), ('zh_hans_cn', 'zh-Hans-CN'), ('ZH-HANT', 'zh-Hant'), ('es-419', 'es-419'),
  ('ca-es-VALENCIA', 'ca-ES-valencia'), ('de-1996', 'de-1996'), ('en-US-u-ca-gregory', 'en-US'), ('en-x-Foo', 'en'), ('deu', 'deu'),
  ('', null), ('d', null), ('german', null), ('english', null), ('en-usa', null), ('de-', null), ('-de', null), ('de__DE', null), ('de_DE.UTF-8', null), ('de_DE@euro', null),
  ('i-klingon', null), ('x-foo', null), ('../etc', null), ('dé', null), ('ＤＥ', null), (repeat('a', 65), null);

select is(private.language_tag(text), kept, format('%L is %s', text, coalesce(kept, 'no language'))) from language_case;
select is(private.is_value_of('public.language_tag', text), kept is not null, format('the type says the same of %L', text)) from language_case;
select is(private.language_tags('{de_DE,en,DE_de}'), '{de-DE,en}', 'a list has each once');
select is(private.language_tags('{de,german}'), null, 'and nothing else');

-- As a person writes them, past every function -------------------------------------------------

select pg_temp.act_as('employee');
select public.save_preferences(true, true, true, '07:00', '{60}', 'de_at', 'UTC') \g /dev/null
update public.profiles set display_name = U&' Zoe\0308  Klein ' where id = pg_temp.id('employee');
select results_eq(
  $$select display_name::text, locale::text from public.profiles where id = pg_temp.id('employee')$$,
  $$values (U&'Zo\00EB Klein', 'de-AT')$$, 'what a client writes is brought into form'
);
select throws_like(
  $$update public.profiles set display_name = U&'\200B' where id = pg_temp.id('employee')$$,
  '%a_name_has_nothing_unseen%', 'a name that nobody sees is refused'
);
select throws_like(
  $$update public.profiles set display_name = 'www.evil.example' where id = pg_temp.id('employee')$$,
  '%a_name_holds_no_link%', 'and a link'
);
select throws_ok(
  $$select public.save_preferences(true, true, true, '07:00', '{60}', 'german', 'UTC')$$, 'PT422', 'invalid_preferences', 'and a word that is no language'
);
insert into public.specialists (display_name, languages) values ('Emma ', '{de_CH,EN}');
select is(languages, '{de-CH,en}', 'also in a list') from public.specialists where user_id = pg_temp.id('employee');
select throws_ok(
  $$update public.specialists set languages = '{en,german}' where user_id = pg_temp.id('employee')$$, '23514', null, 'and refused there'
);
select pg_temp.act_as('company_admin');
select throws_ok(
  format('select public.change_company(%L, p_name => %L)', pg_temp.id('north'), 'Your mailbox is full: visit http://evil.example/login now (IT support)'),
  'PT422', 'invalid_company', 'a company is not called what opens a link in its mails'
);
select lives_ok(format('select public.change_company(%L, p_name => %L, p_locale => %L)', pg_temp.id('north'), ' North  GmbH ', 'de_DE'), 'an admin writes as they do');
select is(name || ' ' || locale, 'North GmbH de-DE', 'and it is kept in form') from public.companies where id = pg_temp.id('north');

select * from finish();
rollback;
