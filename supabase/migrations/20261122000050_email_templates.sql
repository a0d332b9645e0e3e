-- E-mail templates (T14): the kinds of mails, and subject, html and text of each, per language and version.
--
-- Read:  platform admins.
-- Write: kinds by migrations only. A published version of a text never changes: a mail that is tried again must be
--        the same mail, byte for byte.

create domain public.mail_category as text check (value in ('security', 'account', 'booking', 'reminder', 'agenda'));
comment on domain public.mail_category is 'What a mail is about. Security mail, and what changes a booked session, cannot be switched off.';

create table public.email_kinds (
  key text primary key check (key ~ '^[a-z][a-z0-9_]{2,39}$'),
  category public.mail_category not null,
  about text not null check (length(about) between 1 and 200),
  has_link boolean not null,
  pages text[] not null check (cardinality(pages) <= 5 and array_to_string(pages, ',') ~ '^[a-z,-]{0,200}$'),
  samples jsonb not null check (jsonb_typeof(samples) = 'object' and octet_length(samples::text) <= 2000),
  optional text[] not null check (cardinality(optional) <= 20 and length(array_to_string(optional, ',')) <= 400),
  constraint what_may_be_nothing_has_a_sample check (samples ?& optional),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.email_kinds is 'The mails that the product sends: what each is for, and what its texts may say.';
comment on column public.email_kinds.about is 'When it is sent.';
comment on column public.email_kinds.has_link is 'Whether it carries a link of its own, of a token: the variable link.';
comment on column public.email_kinds.pages is 'The pages of SITE_URL that its texts may link to.';
comment on column public.email_kinds.samples is 'Its variables, each with an example. What ends with _at is an instant, with _on a day.';
comment on column public.email_kinds.optional is 'Those of its variables that may be nothing: null, false, 0 or empty.';

create trigger touch_updated_at before update on public.email_kinds
  for each row execute function private.touch_updated_at();

alter table public.email_kinds enable row level security;
alter table public.email_kinds force row level security;
revoke all on table public.email_kinds from public, anon, authenticated, service_role;
grant select (key, category, about, has_link, pages, samples, optional, created_at, updated_at)
  on public.email_kinds to authenticated;
grant select on public.email_kinds to service_role;

create policy "A platform admin sees the kinds of mails"
  on public.email_kinds for select to authenticated
  using ((select private.is_platform_admin()));

create table public.email_templates (
  id bigint generated always as identity primary key,
  key text not null references public.email_kinds (key),
  locale public.language_tag not null,
  version int not null default 1 check (version > 0),
  subject text not null check (length(subject) <= 200 and trim(subject) <> '' and subject !~ '[[:cntrl:]]'),
  html text not null check (length(html) <= 100000 and trim(html) <> ''),
  text text not null check (length(text) <= 100000 and trim(text) <> ''),
  published_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (key, locale, version)
);

comment on table public.email_templates is
  'Texts of mails, in the part of Mustache that docs/decisions/0004-templates.md names. The highest published version of a key and locale is in force.';
comment on column public.email_templates.html is 'Inner body; the sender wraps it into the layout and escapes values.';
comment on column public.email_templates.published_at is 'Set: in force, and unchangeable from then on. Null: a draft.';

create index email_templates_published_idx on public.email_templates (key, locale, version desc)
  where published_at is not null;

create trigger touch_updated_at before update on public.email_templates
  for each row execute function private.touch_updated_at();
create trigger keep_in_form before insert or update of locale on public.email_templates
  for each row execute function private.keep_in_form('locale', 'language_tag');

alter table public.email_templates enable row level security;
alter table public.email_templates force row level security;
revoke all on table public.email_templates from public, anon, authenticated, service_role;
grant select (id, key, locale, version, subject, html, text, published_at, created_at, updated_at)
  on public.email_templates to authenticated;
grant select on public.email_templates to service_role;

create policy "A platform admin sees the templates"
  on public.email_templates for select to authenticated
  using ((select private.is_platform_admin()));

create function private.refuse_published_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception using
    errcode = '55000',
    message = format('template %s/%s version %s is published', old.key, old.locale, old.version),
    hint = 'Add a new version instead.';
end;
$$;

comment on function private.refuse_published_change() is 'Trigger: a published template stays as it is. It binds the owner too.';

create trigger refuse_published_change before update or delete on public.email_templates
  for each row when (old.published_at is not null) execute function private.refuse_published_change();
create trigger refuse_truncate before truncate on public.email_templates
  for each statement execute function private.refuse_change();

-- The name of a version is its key with its id, as in sign_up@57: a mail to try it out has that.
create function private.template_by_name(p_name text)
returns bigint
language sql
stable
set search_path = ''
as $$
  select id from public.email_templates
  where key = split_part(p_name, '@', 1) and id = case when p_name ~ '@[0-9]{1,18}$' then split_part(p_name, '@', 2)::bigint end;
$$;

comment on function private.template_by_name(text) is 'The version of a template that a name like sign_up@57 is of; null for the key of a template.';

-- By RFC 4647's lookup: zh-Hant-TW falls back to zh-Hant, then zh, and every language to en, which each key must have.
create function private.template_in_force(p_key text, p_locale text)
returns bigint
language sql
stable
set search_path = ''
as $$
  select coalesce(private.template_by_name(p_key), (
    select t.id
    from public.email_templates t
    where t.key = p_key
      and (t.locale = 'en' or starts_with(private.language_tag(p_locale) || '-', t.locale || '-'))
      and t.published_at is not null
    order by starts_with(private.language_tag(p_locale) || '-', t.locale || '-') is true desc, length(t.locale) desc, t.version desc
    limit 1
  ));
$$;

comment on function private.template_in_force(text, text) is
  'The template to use now for a key and a locale, nearest language first, or for the name of a version; null when there is none.';
