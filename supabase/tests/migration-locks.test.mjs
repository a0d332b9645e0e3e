// @ts-check
// Each rule with what it refuses; the migrations further down obey all of them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { complaintsAbout, ruleNames } from './migration-locks.mjs';

const LIMIT = "set local lock_timeout = '2s';";
const POLICY = 'create policy "people read their own" on public.t for select using (a = 1);';

/** @type {[rule: string, what: string, text: string][]} */
const REFUSED = [
  ['lock-timeout-first', 'nothing', '-- Why.'],
  ['lock-timeout-first', 'no limit', 'alter table public.t add column b int;'],
  ['lock-timeout-first', 'no limit before a function, which may come to lock something', 'select private.f();'],
  ['lock-timeout-first', 'a limit that comes after a lock', `alter table public.t add column b int; ${LIMIT}`],
  ['lock-timeout-first', 'no limit at all', "set local lock_timeout = '0'; select 1;"],
  ['lock-timeout-first', 'a limit in minutes', "set local lock_timeout = '1min'; select 1;"],
  ['lock-timeout-first', 'a limit that people would not wait for', 'set local lock_timeout = 2001; select 1;'],
  ['lock-timeout-first', 'a limit that is a default', 'set local lock_timeout to default; select 1;'],
  ['lock-timeout-first', 'a limit that is lifted', `${LIMIT} reset lock_timeout; select 1;`],
  ['lock-timeout-first', 'a limit that is lifted with all others', `${LIMIT} reset all; select 1;`],
  ['lock-timeout-first', 'a limit that is raised', `${LIMIT} set local lock_timeout = '1h'; select 1;`],
  ['policies-alone', 'a policy after DDL on a live table', `${LIMIT} alter table public.t add column b int; ${POLICY}`],
  ['policies-alone', 'a policy beside its new table', `${LIMIT} create table public.t (a int); ${POLICY}`],
  ['policies-alone', 'a policy before a grant', `${LIMIT} ${POLICY} grant select on public.t to authenticated;`],
  ['policies-alone', 'a changed policy beside a function', `${LIMIT} alter policy p on public.t using (true); create function public.f() returns int language sql return 1;`],
  ['policies-alone', 'a dropped policy beside a dropped column', `${LIMIT} drop policy p on public.t; alter table public.t drop column a;`],
  ['policies-alone', 'a comment on a policy beside one on a table', `${LIMIT} comment on table public.t is 'x'; comment on policy p on public.t is 'x';`],
  ['policies-alone', 'a dropped trigger beside its successor', `${LIMIT} drop trigger a on auth.users; create trigger a after insert on auth.users execute function private.f();`],
  ['index-concurrently', 'an index of a live table', `${LIMIT} create index t_a on public.t (a);`],
  ['index-concurrently', 'an index of a table that may be there', `${LIMIT} create table if not exists public.t (a int); create index t_a on public.t (a);`],
  ['index-alone', 'an index beside something else', 'drop index concurrently if exists t_a; create index concurrently t_a on t (a); select 1;'],
  ['index-alone', 'two indexes', 'drop index concurrently if exists a, b; create index concurrently a on t (a); create index concurrently b on t (b);'],
  ['index-alone', 'an index that cannot be begun again', 'create index concurrently t_a on t (a);'],
  ['index-alone', 'an index that clears away another', 'drop index concurrently if exists t_b; create index concurrently t_a on t (a);'],
  ['index-alone', 'an index without a name', 'drop index concurrently if exists t_a; create index concurrently on t (a);'],
  ['index-alone', 'an index that an invalid one would stand for', 'drop index concurrently if exists t_a; create index concurrently if not exists t_a on t (a);'],
  ['index-alone', 'an index that gives up', "set lock_timeout = '2s'; drop index concurrently if exists t_a; create index concurrently t_a on t (a);"],
  ['constraint-not-valid', 'a check', `${LIMIT} alter table t add constraint c check (a > 0);`],
  ['constraint-not-valid', 'a reference', `${LIMIT} alter table t add constraint c foreign key (a) references u;`],
  ['constraint-not-valid', 'a check of a new column', `${LIMIT} alter table t add column b int check (b > 0);`],
  ['constraint-not-valid', 'a reference of a new column that is filled', `${LIMIT} alter table t add column b int default 1 references u;`],
  ['constraint-not-valid', 'a key that is built', `${LIMIT} alter table t add constraint c unique (a);`],
  ['constraint-not-valid', 'a new column that is a key', `${LIMIT} alter table t add column b int unique;`],
  ['constraint-not-valid', 'an exclusion', `${LIMIT} alter table t add constraint c exclude using gist (a with &&);`],
  ['constraint-not-valid', 'not null that nothing proves', `${LIMIT} alter table t alter column a set not null;`],
  ['constraint-not-valid', 'not null whose proof goes first', `${LIMIT} alter table t drop constraint c; alter table t alter column a set not null;`],
  ['constraint-not-valid', 'a check of a domain', `${LIMIT} alter domain d add constraint c check (value > 0);`],
  ['constraint-not-valid', 'a domain that takes no null', `${LIMIT} alter domain d set not null;`],
  ['validated-alone', 'a constraint validated after rows were changed', `${LIMIT} update t set a = 1 where a = 0; alter table t validate constraint c;`],
  ['validated-alone', 'a constraint validated where it was added', `${LIMIT} alter table t add constraint c check (a > 0) not valid; alter table t validate constraint c;`],
  ['validated-alone', 'a constraint validated under the lock of a sibling', `${LIMIT} alter table t validate constraint c, drop constraint d;`],
  ['no-rewrite', 'another type', `${LIMIT} alter table t alter column a type bigint;`],
  ['no-rewrite', 'a default for each row', `${LIMIT} alter table t add column b uuid default gen_random_uuid();`],
  ['no-rewrite', 'a generated column', `${LIMIT} alter table t add column b int generated always as (a + 1) stored;`],
  ['no-rewrite', 'a serial', `${LIMIT} alter table t add column b bigserial;`],
  ['no-rewrite', 'an identity', `${LIMIT} alter table t add column b int generated always as identity;`],
  ['one-transaction', 'a commit half-way', `${LIMIT} alter table t add column b int; commit; alter table t add column c int;`],
  ['written-out', 'a policy that is put together', `${LIMIT} do $$ begin execute 'create policy p on public.t using (true)'; end $$;`],
];

for (const [rule, what, text] of REFUSED) {
  test(`${rule} refuses ${what}`, () => {
    const complaints = complaintsAbout(text);
    assert.deepEqual([...new Set(complaints.map((one) => one.split(':')[0]))], [rule], complaints.join('\n'));
  });
}

test('every rule refuses something', () => {
  assert.deepEqual([...new Set(REFUSED.map(([rule]) => rule))].sort(), [...ruleNames].sort());
});

/** @type {[what: string, text: string][]} */
const ACCEPTED = [
  ['a new table with its indexes and constraints', `-- Why.\n${LIMIT}
    create table public.t (a int primary key check (a > 0), b uuid default gen_random_uuid() references auth.users);
    alter table public.t enable row level security, add constraint c unique (b);
    create index on public.t (b);`],
  ['its policies', `${LIMIT} ${POLICY} alter policy p on public.t using (true); drop policy q on public.t;
    comment on policy p on public.t is 'x'; drop trigger a on auth.users;`],
  ['columns that cost nothing', `set lock_timeout = '500ms';
    alter table t add column b timestamptz not null default now(), add column c text default 'x', add column d uuid references auth.users;`],
  ['an index', '-- Why.\nset statement_timeout = 0; drop index concurrently if exists public.t_a; create unique index concurrently t_a on public.t (a);'],
  ['the end of an index', 'drop index concurrently if exists public.t_a;'],
  ['the index of a table in partitions, which begins empty', `${LIMIT} create index t_a on only public.t (a);`],
  ['a key from an index', `${LIMIT} alter table t add constraint t_a unique using index t_a;`],
  ['a constraint', `${LIMIT} alter table t add constraint c check (a is not null) not valid;`],
  ['its validation', `${LIMIT} alter table t validate constraint c; alter table u validate constraint d; alter domain d validate constraint e;`],
  ['what it proves', `${LIMIT} alter table t alter column a set not null; alter table t drop constraint c;`],
  ['a function that makes things, and has a limit of its own', `${LIMIT} create or replace function private.f() returns void language plpgsql
    set lock_timeout = '1h' as $$ begin execute 'create table x ()'; end $$;`],
  ['a block that changes rows', `${LIMIT} do $$ begin update public.t set a = 2 where a = 1; end $$;`],
];

for (const [what, text] of ACCEPTED) {
  test(`the rules accept ${what}`, () => assert.deepEqual(complaintsAbout(text), []));
}
