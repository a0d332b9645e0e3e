-- Proofs of the audit log, checked as RFC 9162 says that whoever gets one checks it.
begin;
\ir ../setup/people.psql
select no_plan();

create function pg_temp.node(p_left bytea, p_right bytea) returns bytea language sql immutable as $$ select sha256('\x01'::bytea || p_left || p_right); $$;
-- 2.1.3.2
create function pg_temp.root_by_inclusion(p_index bigint, p_size bigint, p_leaf bytea, p_path text[]) returns bytea language plpgsql as $$
declare fn bigint := p_index; sn bigint := p_size - 1; r bytea := p_leaf; p text;
begin
  foreach p in array p_path loop
    if sn = 0 then return null; end if;
    if fn % 2 = 1 or fn = sn then
      r := pg_temp.node(decode(p, 'base64'), r);
      if fn % 2 = 0 then
        loop fn := fn / 2; sn := sn / 2; exit when fn % 2 = 1 or fn = 0; end loop;
      end if;
    else
      r := pg_temp.node(r, decode(p, 'base64'));
    end if;
    fn := fn / 2; sn := sn / 2;
  end loop;
  return case when sn = 0 then r end;
end; $$;
-- 2.1.4.2: both roots.
create function pg_temp.roots_by_consistency(p_first bigint, p_second bigint, p_first_root bytea, p_path text[]) returns bytea[] language plpgsql as $$
declare fn bigint := p_first - 1; sn bigint := p_second - 1; fr bytea; sr bytea; p text; v_path text[] := p_path;
begin
  if p_first = p_second then return case when p_path = '{}' then array[p_first_root, p_first_root] end; end if;
  if p_first & (p_first - 1) = 0 then v_path := encode(p_first_root, 'base64') || v_path; end if;
  while fn % 2 = 1 loop fn := fn / 2; sn := sn / 2; end loop;
  fr := decode(v_path[1], 'base64'); sr := fr;
  foreach p in array v_path[2:] loop
    if sn = 0 then return null; end if;
    if fn % 2 = 1 or fn = sn then
      fr := pg_temp.node(decode(p, 'base64'), fr); sr := pg_temp.node(decode(p, 'base64'), sr);
      if fn % 2 = 0 then
        loop fn := fn / 2; sn := sn / 2; exit when fn % 2 = 1 or fn = 0; end loop;
      end if;
    else
      sr := pg_temp.node(sr, decode(p, 'base64'));
    end if;
    fn := fn / 2; sn := sn / 2;
  end loop;
  return case when sn = 0 then array[fr, sr] end;
end; $$;

-- Leaves of which the hash is known: sha256 of their number; and roots by the definition alone (2.1.1), without nodes that are kept.
delete from net.http_request_queue where url like '%audit-seal';
alter table private.audit_leaves disable trigger user;
delete from private.audit_leaves;
insert into private.audit_leaves (leaf_index, entry_id, occurred_at, payload_hash, entry_hash, leaf_hash)
select n, -1 - n, now(), sha256(''), sha256(''), sha256(n::text::bytea) from generate_series(0, 599) n;
create function pg_temp.root(p_from bigint, p_to bigint) returns bytea language plpgsql as $$
declare k bigint := 1;
begin
  if p_to - p_from = 1 then return sha256(p_from::text::bytea); end if;
  while k * 2 < p_to - p_from loop k := k * 2; end loop;
  return pg_temp.node(pg_temp.root(p_from, p_from + k), pg_temp.root(p_from + k, p_to));
end; $$;

create temporary table size as
  select n::bigint as n, pg_temp.root(0, n) as root from unnest(array[1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 100, 255, 256, 257, 300, 512, 513, 600]) n;
create function pg_temp.wrong_proofs() returns table (what text) language sql as $$
  select format('leaf %s of %s', m, s.n) from size s, generate_series(0, s.n - 1, greatest(1, s.n / 23)) m
  where pg_temp.root_by_inclusion(m, s.n, sha256(m::text::bytea), private.audit_path(m, null, s.n)) is distinct from s.root
  union all
  select format('%s and %s', f.n, s.n) from size f join size s on f.n <= s.n
  where pg_temp.roots_by_consistency(f.n, s.n, f.root, private.audit_path(null, f.n, s.n)) is distinct from array[f.root, s.root];
$$;
select is_empty('select * from pg_temp.wrong_proofs()', 'of trees of every kind of size, each leaf is proved to be in it, and each to go on from each smaller');
insert into private.audit_nodes values (1, 0, pg_temp.root(0, 256)), (1, 1, pg_temp.root(256, 512));
select is_empty('select * from pg_temp.wrong_proofs()', 'as they are by nodes that are kept');
create temporary table before as select private.audit_tree_hash(0, 600) as hash;
update private.audit_leaves set leaf_hash = sha256('other') where leaf_index = 7;
select is(private.audit_tree_hash(0, 600), (select hash from before), 'which are used: leaves below them are not looked at');
select isnt_empty('select * from pg_temp.wrong_proofs()', 'a leaf that is another is proved no more');

-- Who gets one
delete from private.audit_leaves;
alter table private.audit_nodes disable trigger user;
delete from private.audit_nodes;
create or replace function private.audit_horizon() returns xid8 language sql volatile set search_path = '' as $$ select (pg_current_xact_id()::text::bigint + 1)::text::xid8; $$;
select private.write_audit('test.proved', 'tests', n::text, pg_temp.id('employee'), null, jsonb_build_object('n', n)) from generate_series(1, 5) n \g /dev/null
select max(id) as entry from public.audit_logs \gset
select pg_temp.act_as('platform_admin');
select throws_ok(format('select public.prove_audit_entry(%s, ''ticket 7'')', :entry), 'PT404', 'entry_not_sealed', 'of what is not sealed there is no proof');
select throws_ok('select public.prove_audit_consistency(1)', 'PT404', 'checkpoint_not_found', 'nor without a checkpoint');
select pg_temp.act_as_owner();
select public.take_audit_leaves(10000, false) \g /dev/null
select private.audit_tree_size() as size \gset
select format(E'evenkeel.test/audit\n%s\n%s\n\n\u2014 evenkeel.test/audit c2lnbmF0dXJl\n', :size, encode(private.audit_tree_hash(0, :size), 'base64')) as note \gset
delete from vault.secrets where name = 'cron_secret_key';
select vault.create_secret('cron-key-of-the-tests-0123456789abcdef', 'cron_secret_key') \g /dev/null
select public.record_audit_checkpoint(0, :size, :'note', private.audit_checkpoint_mac(:'note')) \g /dev/null

select pg_temp.act_as('platform_admin');
select public.prove_audit_entry(:entry, 'ticket 7') as proof \gset
select pg_temp.act_as_owner();
select is(:'proof'::jsonb ->> 'checkpoint', :'note', 'a proof comes with the checkpoint that it is for');
select is(
  pg_temp.root_by_inclusion(
    (:'proof'::jsonb ->> 'leaf_index')::bigint, :size, sha256('\x00'::bytea || convert_to(:'proof'::jsonb ->> 'leaf', 'UTF8')),
    array(select jsonb_array_elements_text(:'proof'::jsonb -> 'path'))
  ),
  private.audit_tree_hash(0, :size), 'and with the leaf itself'
);
select results_eq(
  $$select user_id, context from public.audit_logs where action = 'audit_logs.proved'$$,
  $$values (pg_temp.id('employee'), '{"reason": "ticket 7"}'::jsonb)$$, 'that it was read is an entry about the person'
);
select pg_temp.act_as('platform_admin');
select is(public.prove_audit_consistency(:size), jsonb_build_object('path', '{}'::text[], 'checkpoint', :'note'), 'a checkpoint goes on from itself');
select throws_ok(format('select public.prove_audit_consistency(%s)', s), 'PT404', 'checkpoint_not_found', 'not from ' || s) from unnest(array['0', '-1', 'null', '100000000']) s;
select throws_ok(format('select public.prove_audit_entry(%s, '' '')', :entry), 'PT422', 'reason_required', 'an entry is read with a reason');
select pg_temp.act_as('company_admin');
select throws_ok(format('select public.prove_audit_entry(%s, ''curious'')', :entry), 'PT403', 'forbidden', 'only platform admins get one');
select throws_ok('select public.prove_audit_consistency(1)', 'PT403', 'forbidden', 'since sizes tell how much is done');
select pg_temp.act_as_owner();
update auth.users set banned_until = 'infinity' where id = pg_temp.id('company_admin');
select pg_temp.act_as('company_admin');
select throws_ok('select public.prove_audit_consistency(1)', 'PT401', 'unauthenticated', 'nor whoever is let in no more');

select * from finish();
rollback;
