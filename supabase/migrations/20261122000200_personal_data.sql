-- The register of personal data (GDPR, Art. 30): of every column what it is about, whose it is, and what becomes of it.
--
-- Read:  the export (Art. 15 and 20) and the erasure (Art. 17), which do what it says; docs/personal-data.md is made from it.
-- Write: migrations alone. One that adds a column adds it here, or 342_personal_data.sql is red.
--
-- docs/decisions/the-register-drives-export-and-erasure.md

create table private.personal_tables (
  table_name text primary key check (table_name ~ '^(public|private|auth|storage)[.][a-z_]{1,63}$'),
  purpose text not null check (length(purpose) between 3 and 200),
  basis text not null check (basis in ('none', 'contract', 'consent', 'legal_obligation', 'legitimate_interest')),
  kept_for text not null check (length(kept_for) between 3 and 200),
  constraint what_is_of_nobody_needs_no_basis check (basis <> 'none' or kept_for = 'as long as it is of use')
);

comment on table private.personal_tables is 'Every table: what its rows are processed for, on which basis of Art. 6, and for how long.';
comment on column private.personal_tables.basis is 'none: nothing in it is about a person.';

create table private.personal_rows (
  table_name text not null references private.personal_tables (table_name),
  party text not null check (party ~ '^[a-z_]{1,30}$'),
  condition text not null check (length(condition) <= 1000),
  on_erasure text not null check (on_erasure in ('delete', 'with_account', 'clear', 'keep')),
  cleared text[] not null default '{}' check (private.is_list_of(cleared, 20, 63, '^[a-z_]+$')),
  why_kept text check (length(why_kept) between 5 and 300),
  primary key (table_name, party),
  constraint only_what_stays_is_cleared check (cleared = '{}' or on_erasure in ('clear', 'keep')),
  constraint why_iff_something_stays check ((why_kept is not null) = (on_erasure in ('clear', 'keep')))
);

comment on table private.personal_rows is 'As what a row is about a person, how such rows are found, and what becomes of them when the person is erased.';
comment on column private.personal_rows.party is 'As what: self, or a part that somebody has in a row of others, such as employee or specialist.';
comment on column private.personal_rows.condition is 'SQL of row r: true where it is about the person $1, whose addresses are $2.';
comment on column private.personal_rows.on_erasure is
  'delete: the erasure deletes the rows. with_account: the end of the account takes them along, by foreign keys and triggers. '
  'clear: the row stays as that of others, and no longer names the person. keep: it stays about the person.';
comment on column private.personal_rows.cleared is 'Columns that are emptied of what stays.';
comment on column private.personal_rows.why_kept is 'Why the rest of the row stays, with the basis where it stays about the person (Art. 17(3)).';

create table private.personal_columns (
  table_name text not null references private.personal_tables (table_name),
  column_name text not null check (length(column_name) <= 63),
  category text not null check (category in (
    'none', 'identifier', 'contact', 'profile', 'content', 'health', 'work', 'preference', 'act', 'technical', 'credential'
  )),
  exported_to text[] not null check (private.is_list_of(exported_to, 10, 30, '^[a-z_]+$')),
  withheld text check (withheld in ('credential', 'somebody_else', 'sealed', 'inner_working', 'no_reader')),
  primary key (table_name, column_name),
  constraint what_is_of_nobody_is_not_exported check (category <> 'none' or exported_to = '{}' and withheld is null),
  constraint withheld_iff_exported_to_nobody check (category = 'none' or (withheld is not null) = (exported_to = '{}'))
);

comment on table private.personal_columns is 'Every column: what kind of data it holds, and to whom the export hands it.';
comment on column private.personal_columns.category is
  'health: that somebody has sessions, with whom, when and about what (Art. 9). act: who did or decided something. none: nothing about a person.';
comment on column private.personal_columns.exported_to is 'The parties whose export has it.';
comment on column private.personal_columns.withheld is
  'Why no export has it. credential: with it somebody could act as the person. somebody_else: it is about another person (Art. 15(4)). '
  'sealed: the page /privacy adds it opened, by session-notes. inner_working: a position or state of ours that says nothing. '
  'no_reader: nobody can tell that it is the person''s.';

alter table private.personal_tables enable row level security;
alter table private.personal_tables force row level security;
alter table private.personal_rows enable row level security;
alter table private.personal_rows force row level security;
alter table private.personal_columns enable row level security;
alter table private.personal_columns force row level security;
revoke all on table private.personal_tables, private.personal_rows, private.personal_columns from public, anon, authenticated, service_role;

create function private.register_columns(p_table text, p_columns text, p_category text, p_exported_to text, p_withheld text default null)
returns void
language sql
set search_path = ''
as $$
  insert into private.personal_columns (table_name, column_name, category, exported_to, withheld)
  select p_table, c, p_category, string_to_array(p_exported_to, ' '), p_withheld from string_to_table(p_columns, ' ') c;
$$;

comment on function private.register_columns(text, text, text, text, text) is
  'For migrations: registers columns, of which the names and the parties are separated by spaces.';

-- One that they had before is somebody else's by now, or may be: what was sent there is found by the person.
create function private.addresses_of(p_user_id uuid)
returns text[]
language sql
stable
set search_path = ''
as $$
  select coalesce(array_agg(p.email::text), '{}') from public.profiles p where p.id = p_user_id and p.email_confirmed_at is not null;
$$;

comment on function private.addresses_of(uuid) is 'The address that is a person''s: that of their account, if they confirmed it.';

-- Mails to nobody's account are those that invite or lead to one. What went to an address before it was the person's was for another.
create function private.mails_to(p_user_id uuid, p_addresses text[])
returns setof bigint
language sql
stable
set search_path = ''
as $$
  select e.id from private.emails e where e.user_id = p_user_id
  union all
  select e.id from private.emails e join public.profiles p on p.id = p_user_id
  where e.user_id is null and e.recipient is not null and e.recipient = any (p_addresses) and e.created_at > p.created_at - interval '1 day';
$$;

comment on function private.mails_to(uuid, text[]) is 'Mails to a person: to their account, and since there is one to the address of it.';
