-- What people write of themselves and of each other: names, languages, addresses and domains. What is one is said here.
--
-- Each is a domain over text and a function of the same name, which gives the form in which it is kept, null for what is
-- none. A domain takes every spelling; where clients write columns directly, private.keep_in_form() brings them into form.
-- Functions call the function themselves, and refuse with words. No rule asks the locale of the server: letters are
-- compared by their code points, so PostgreSQL 15 and 17 say the same (docs/decisions/what-a-name-may-be.md).

-- White_Space of Unicode.
create function private.spaces()
returns text
language sql
immutable
set search_path = ''
as $$ select '\u0009-\u000D\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000'; $$;

comment on function private.spaces() is 'Spaces and line breaks, as what stands between the brackets of a regular expression.';

-- What nobody sees, spaces and line breaks apart: control and format characters, fillers, private use, planes without characters. Joiners and variation
-- selectors are spelling where a script or a picture asks for them, and stand there only.
create function private.has_unseen(p_text text)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select regexp_replace(
    p_text,
    '(?<=[\u0600-\u109F\u1780-\u18AF\uA840-\uA8FF\uA980-\uABFF\U00011000-\U00011FFF])[\u200C\u200D](?=[\u0600-\u109F\u1780-\u18AF\uA840-\uA8FF\uA980-\uABFF\U00011000-\U00011FFF])'
    '|(?<=[\u2E80-\u9FFF\uF900-\uFAFF\U00020000-\U0003FFFF])[\uFE00-\uFE02\U000E0100-\U000E01EF]'
    '|(?<=[\u00A9\u00AE\u203C-\u2049\u2100-\u27BF\u2900-\u2BFF\u3030-\u3299\U0001F000-\U0001FAFF])(\uFE0F|\uFE0F?\u200D(?=[\u2190-\u27BF\u2B00-\u2BFF\U0001F000-\U0001FAFF]))',
    '', 'g'
  ) ~ (
    '[\u0001-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u2800'
    '\u3164\uE000-\uF8FF\uFDD0-\uFDEF\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\uFFFE\uFFFF\U00013430-\U0001345F\U0001BCA0-\U0001BCA3'
    '\U0001D159\U0001D173-\U0001D17A\U0001FFFE\U0001FFFF\U0002FFFE\U0002FFFF\U0003FFFE-\U0010FFFF]'
  );
$$;

comment on function private.has_unseen(text) is 'Whether a text has characters that nobody sees, and that are not the spelling of a script.';

-- What readers of mail take for a link: a scheme, www., an address, a host with a path, a port or a query. A host alone is
-- a name: Booking.com B.V. Written wide, a letter is the same letter.
create function private.has_link(p_text text)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select lower(translate(normalize(p_text, nfkc), '。', '.') collate "C")
    ~ '://|(^|[^a-z0-9])(mailto:|www[0-9]?\.[^ .])|[^ @]@[^ @.]+\.[^ .]|[^ ./]\.[^ ./:?#0-9][^ ./:?#]+(:[0-9]+|[/?#][^ ])';
$$;

comment on function private.has_link(text) is 'Whether a text holds what a reader of mail makes a link of.';

create domain public.shown_name as text
  constraint a_name_has_at_most_200_characters check (length(value) <= 200)
  constraint a_name_has_nothing_unseen check (not private.has_unseen(value))
  constraint a_name_holds_no_link check (not private.has_link(value));
comment on domain public.shown_name is
  'A name that others see or are mailed, of a person, a company or what is offered. Kept in NFC; spaces and line breaks become one space. Empty: none.';

create function private.shown_name(p_text text)
returns text
language sql
immutable
set search_path = ''
as $$
  select trim(regexp_replace(normalize(p_text, nfc), '[' || private.spaces() || ']+', ' ', 'g'))
  where length(p_text) <= 200 and not private.has_unseen(p_text) and not private.has_link(p_text);
$$;

comment on function private.shown_name(text) is 'A name as it is kept; null for what is none, empty for one of spaces alone.';

create function private.name_fault(p_text text, p_longest int)
returns text
language sql
immutable
set search_path = ''
as $$
  select case
    when length(p_text) > 200 or length(private.shown_name(p_text)) > p_longest then format('A name has up to %s characters.', p_longest)
    when private.has_unseen(p_text) then 'The name has a character that cannot be seen.'
    when private.has_link(p_text) then 'A name holds no link.'
  end;
$$;

comment on function private.name_fault(text, int) is 'Why a text is no name of at most so many characters, in words; null where it is one, or none at all.';

-- RFC 5646 without what is kept for old tags: language, script, region, one variant. Extensions and private use say nothing
-- of the language, and are left away. An underscore is POSIX's hyphen.
create function private.language_tag(p_text text)
returns text
language sql
immutable
set search_path = ''
as $$
  select concat_ws('-', lower(t[1] collate "C"), initcap(t[2] collate "C"), upper(t[3] collate "C"), lower(t[4] collate "C"))
  from regexp_match(
    translate(trim(p_text), '_', '-'),
    '^([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?(?:-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))?'
    '(?:-[0-9A-WYZa-wyz](?:-[A-Za-z0-9]{2,8})+)*(?:-[Xx](?:-[A-Za-z0-9]{1,8})+)?$'
  ) t
  where length(p_text) <= 64 and t is not null;
$$;

comment on function private.language_tag(text) is 'A language as it is kept, in the letters of RFC 5646: de-AT for de_at; null for what is none.';

create domain public.language_tag as text
  constraint a_language_is_as_de_or_pt_br check (value is null or private.language_tag(value) is not null);
comment on domain public.language_tag is 'A language in BCP 47, with script and region where they matter: de, pt-BR, zh-Hant. Kept in the letters of RFC 5646.';

create function private.language_tags(p_texts text[])
returns text[]
language sql
immutable
set search_path = ''
as $$
  select case when cardinality(p_texts) <= 100 then (
    select case when count(*) = count(tag) then coalesce(array_agg(tag order by first), '{}') end
    from (select private.language_tag(t) as tag, min(n) as first from unnest(p_texts) with ordinality u (t, n) group by 1) each_once
  ) end;
$$;

comment on function private.language_tags(text[]) is 'Languages as they are kept, each once; null where one is none, or they are more than 100.';

-- Addresses ------------------------------------------------------------------------------------

-- RFC 3492. PostgreSQL has no IDNA; this half of it needs no tables.
create function private.punycode(p_label text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_points constant int[] := array(select ascii(c) from regexp_split_to_table(p_label, '') with ordinality u (c, n) order by n);
  v_basic constant text := regexp_replace(p_label, '[^\u0001-\u007F]', '', 'g');
  v_out text := v_basic || case when v_basic = '' then '' else '-' end;
  v_done int := length(v_basic);
  v_next int := 128;
  v_delta int := 0;
  v_bias int := 72;
  v_least int;
  v_digit int;
  v_rest int;
  v_point int;
begin
  while v_done < cardinality(v_points) loop
    v_least := (select min(p) from unnest(v_points) p where p >= v_next);
    v_delta := v_delta + (v_least - v_next) * (v_done + 1);
    v_next := v_least;
    foreach v_point in array v_points loop
      v_delta := v_delta + (v_point < v_next)::int;
      if v_point = v_next then
        v_rest := v_delta;
        for k in 1..100 loop
          v_digit := least(greatest(36 * k - v_bias, 1), 26);
          exit when v_rest < v_digit;
          v_out := v_out || substr('abcdefghijklmnopqrstuvwxyz0123456789', 1 + v_digit + (v_rest - v_digit) % (36 - v_digit), 1);
          v_rest := (v_rest - v_digit) / (36 - v_digit);
        end loop;
        v_out := v_out || substr('abcdefghijklmnopqrstuvwxyz0123456789', 1 + v_rest, 1);
        v_delta := v_delta / case when v_done = length(v_basic) then 700 else 2 end;
        v_delta := v_delta + v_delta / (v_done + 1);
        v_bias := 0;
        while v_delta > 455 loop
          v_delta := v_delta / 35;
          v_bias := v_bias + 36;
        end loop;
        v_bias := v_bias + 36 * v_delta / (v_delta + 38);
        v_delta := 0;
        v_done := v_done + 1;
      end if;
    end loop;
    v_delta := v_delta + 1;
    v_next := v_next + 1;
  end loop;
  return v_out;
end;
$$;

comment on function private.punycode(text) is 'A label of a domain in ASCII, without its prefix xn--.';

-- As the URL parser of a browser writes a host, for what has one (docs/decisions/domains-by-the-url-parser.md). Letter by
-- letter: at the end of a word, lower() writes another sigma.
create function private.ascii_domain(p_text text)
returns text
language sql
immutable
set search_path = ''
as $$
  select case
    when length(p_text) > 320 then null
    when p_text ~ '^[\u0001-\u007F]*$' then lower(p_text collate "C")
    else (
      select string_agg(case when label ~ '^[\u0001-\u007F]*$' then label else 'xn--' || private.punycode(label) end, '.' order by n)
      from (
        select normalize(string_agg(lower(c collate "und-x-icu"), '' order by n), nfc) as host
        from regexp_split_to_table(normalize(regexp_replace(translate(p_text, '。｡', '..'),
          '[\u00AD\u034F\u180B-\u180D\u180F\u200B\u2060\u2064\uFE00-\uFE0F\uFEFF\U000E0100-\U000E01EF]', '', 'g'), nfkc), '') with ordinality u (c, n)
      ) written, regexp_split_to_table(host, '\.') with ordinality l (label, n)
      -- The parser takes what ends in a number for an IP address.
      where host !~ '(^|\.)([0-9]+|0x[0-9a-f]*)$'
    )
  end;
$$;

comment on function private.ascii_domain(text) is 'A domain in lower case and ASCII, whether or not it is one.';

-- Both parsers of addresses, this and core::email_address, are held to tests/agreement/addresses.jsonl.
create function private.email_address(p_text text)
returns text
language sql
immutable
set search_path = ''
as $$
  select lower(part[1] collate "C") || '@' || domain
  from regexp_match(left(p_text, 321), format('^[%1$s]*([^@\u0001-\u0020\u007F]+)@([^@]+?)[%1$s]*$', private.spaces())) part,
    private.ascii_domain(part[2]) domain
  where domain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$' and octet_length(part[1] || '@' || domain) <= 320;
$$;

comment on function private.email_address(text) is
  'An address as it is kept, whatever Auth takes for one: trimmed, in lower case, its domain in ASCII. Null for what is none.';

create function private.mail_domain(p_text text)
returns text
language sql
immutable
set search_path = ''
as $$
  select domain from private.ascii_domain(regexp_replace(left(p_text, 321), format('^[%1$s]*@?|\.?[%1$s]*$', private.spaces()), '', 'g')) domain
  where domain ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' and domain !~ '\.[0-9]+$' and length(domain) <= 253;
$$;

comment on function private.mail_domain(text) is
  'A domain of addresses as it is kept, as the part of new_email_address() after the @; that sign before it and a dot after it are left away. Null for what is none.';

-- RFC 5321, 4.5.3.1, and RFC 5322, dot-atom: what a provider delivers to, and our mailer takes.
create function private.new_email_address(p_text text)
returns text
language sql
immutable
set search_path = ''
as $$
  select address from private.email_address(p_text) address
  where length(address) <= 254 and private.mail_domain(split_part(address, '@', 2)) is not null
    and address ~ '^(?=[^@]{1,64}@)[a-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&''*+/=?^_`{|}~-]+)*@';
$$;

comment on function private.new_email_address(text) is
  'An address that we may be the first to write to, as email_address() keeps it. Null also for what an account may have, and no mail should go to unasked.';

create domain public.email_address as text
  constraint an_address_is_in_lower_case_and_its_domain_in_ascii
  check (octet_length(value) <= 320 and value ~ '^[^@A-Z\u0001-\u0020\u007F]+@[a-z0-9.-]+$');
comment on domain public.email_address is 'An e-mail address, as private.email_address() keeps it.';

create function private.mail_domains(p_texts text[])
returns text[]
language sql
immutable
set search_path = ''
as $$
  select case when cardinality(p_texts) <= 1000 then (
    select case when count(*) = count(domain) then coalesce(array_agg(domain order by domain), '{}') end
    from (select distinct private.mail_domain(t) as domain from unnest(p_texts) t) each_once
  ) end;
$$;

comment on function private.mail_domains(text[]) is 'Domains as they are kept, each once, in order; null where one is none, or they are more than 1,000.';

-- Into form -------------------------------------------------------------------------------------

create function private.texts_in(p_list jsonb)
returns text[]
language sql
immutable
set search_path = ''
as $$
  select array(select t from jsonb_array_elements_text(case jsonb_typeof(p_list) when 'array' then p_list end) t);
$$;

comment on function private.texts_in(jsonb) is 'The elements of a list; none of what is no list.';

-- A domain is checked before any trigger runs: this one finds what can be brought into form. What it cannot, a list with
-- something else in it, is left for the check of its column.
create function private.keep_in_form()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  v_row constant jsonb := to_jsonb(new);
  v_form jsonb := jsonb_build_object();
  v_found jsonb;
begin
  for i in 0..tg_nargs - 1 by 2 loop
    v_found := v_row -> tg_argv[i];
    v_form := v_form || jsonb_build_object(tg_argv[i], case tg_argv[i + 1]
      when 'shown_name' then to_jsonb(private.shown_name(v_found #>> '{}'))
      when 'language_tag' then to_jsonb(private.language_tag(v_found #>> '{}'))
      when 'language_tags' then to_jsonb(private.language_tags(private.texts_in(v_found)))
      when 'mail_domains' then to_jsonb(private.mail_domains(private.texts_in(v_found)))
    end);
  end loop;
  return jsonb_populate_record(new, jsonb_strip_nulls(v_form));
end;
$$;

comment on function private.keep_in_form() is
  'Trigger: brings columns into the form in which they are kept. Arguments: each column, and the function that says its form.';

grant execute on function private.spaces() to authenticated, service_role;
grant execute on function private.has_unseen(text) to authenticated, service_role;
grant execute on function private.has_link(text) to authenticated, service_role;
grant execute on function private.shown_name(text) to authenticated, service_role;
grant execute on function private.language_tag(text) to authenticated, service_role;
grant execute on function private.language_tags(text[]) to authenticated, service_role;
grant execute on function private.texts_in(jsonb) to authenticated, service_role;
grant execute on function private.mail_domains(text[]) to authenticated, service_role;
grant execute on function private.mail_domain(text) to authenticated, service_role;
grant execute on function private.ascii_domain(text) to authenticated, service_role;
grant execute on function private.punycode(text) to authenticated, service_role;
