// @ts-check
// What the catalogue of a database knows of what clients reach: tables by the columns that they may read and write,
// functions that they may execute, and lists of words.
import postgres from 'postgres';
import { createCatalogue } from '../../scripts/stack/reference/catalogue.mjs';
import { allRefusals } from '../../scripts/stack/reference/comments.mjs';
import { wordListsOf } from '../../supabase/tests/word-lists.mjs';

/**
 * @typedef {{ name: string, type: string, list: string | null, words: string[] | null, isArray: boolean, isNullable: boolean, hasDefault: boolean,
 *   isRead: boolean, isInserted: boolean, isUpdated: boolean, comment: string | null }} Column
 * @typedef {{ name: string, columns: string[], table: string, foreign: string[], isOneToOne: boolean }} Reference
 * @typedef {{ name: string, comment: string | null, columns: Column[], references: Reference[] }} Table
 * @typedef {{ name: string, type: string, isOptional: boolean, isNullable: boolean }} Argument
 * @typedef {{ name: string, comment: string, arguments: Argument[], returns: string, columns: { name: string, type: string }[], isSet: boolean,
 *   errors: string[] }} Callable `columns` of one that returns rows
 * @typedef {{ name: string, comment: string | null, words: string[] }} List
 * @typedef {{ tables: Table[], functions: Callable[], lists: List[] }} Catalogue
 */

const CLIENTS = ['anon', 'authenticated'];

/** @param {string} url @returns {Promise<Catalogue>} */
export async function catalogueOf(url) {
  const { lists: words } = await wordListsOf(url);
  const sql = postgres(url, { max: 1 });
  try {
    const comments = await sql`
      select t.typname as name, obj_description(t.oid, 'pg_type') as comment from pg_type t
      where t.typtype = 'd' and t.typnamespace = 'public'::regnamespace`;
    const commentOf = new Map(comments.map(({ name, comment }) => [name, comment]));
    const lists = [...words].map(([name, list]) => ({ name, words: list, comment: commentOf.get(name) ?? null }));
    return { tables: await tablesOf(sql, words), functions: await functionsOf(sql), lists };
  } finally {
    await sql.end();
  }
}

/** @param {postgres.Sql} sql @param {Map<string, string[]>} words @returns {Promise<Table[]>} */
async function tablesOf(sql, words) {
  const tables = await sql`
    select c.oid::int as oid, c.relname as name, obj_description(c.oid, 'pg_class') as comment
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    order by c.relname collate "C"`;
  const columns = await sql`
    select a.attrelid::int as oid, a.attname as name, coalesce(e.typname, b.typname, t.typname) as type,
      case when t.typtype = 'd' then t.typname end as domain, e.typname is not null as is_array, not a.attnotnull as is_nullable,
      a.atthasdef or a.attidentity <> '' as has_default, col_description(a.attrelid, a.attnum) as comment,
      (select pg_get_constraintdef(k.oid) from pg_constraint k
       where k.conrelid = a.attrelid and k.contype = 'c' and k.conkey = array[a.attnum] and pg_get_constraintdef(k.oid) ~ ('^CHECK \\(\\(' || a.attname || ' = ')
      ) as listed,
      ${may(sql, 'select')} as is_read, ${may(sql, 'insert')} as is_inserted, ${may(sql, 'update')} as is_updated
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_type t on t.oid = a.atttypid
    left join pg_type b on b.oid = t.typbasetype
    left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
    where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped
    order by a.attrelid, a.attname collate "C"`;
  const references = await sql`
    select k.conrelid::int as oid, k.conname as name, f.relname as table,
      array(select a.attname::text from unnest(k.conkey) with ordinality u (n, i) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by i) as columns,
      array(select a.attname::text from unnest(k.confkey) with ordinality u (n, i) join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n order by i) as foreign,
      exists (select from pg_index i where i.indrelid = k.conrelid and i.indisunique and i.indpred is null and i.indkey::int2[] <@ k.conkey) as is_one_to_one
    from pg_constraint k join pg_class f on f.oid = k.confrelid
    where k.contype = 'f' and f.relnamespace = 'public'::regnamespace
    order by k.conname collate "C"`;
  return tables.map(({ oid, name, comment }) => ({
    name,
    comment,
    columns: columns.filter((column) => column.oid === oid).map((column) => ({
      name: column.name, type: column.type, isArray: column.is_array, isNullable: column.is_nullable, hasDefault: column.has_default,
      list: words.has(column.domain) ? column.domain : null, words: column.listed ? wordsOf(column.listed) : null,
      isRead: column.is_read, isInserted: column.is_inserted, isUpdated: column.is_updated, comment: column.comment,
    })),
    references: references.filter((reference) => reference.oid === oid).map((reference) => ({
      name: reference.name, columns: reference.columns, table: reference.table, foreign: reference.foreign, isOneToOne: reference.is_one_to_one,
    })),
  }));
}

/** @param {postgres.Sql} sql @param {string} verb */
function may(sql, verb) {
  return sql`exists (select from unnest(${CLIENTS}::text[]) r where has_column_privilege(r, a.attrelid, a.attnum, ${verb}))`;
}

/** The words of a check that is a plain list, as `status in ('a', 'b')` is kept. @param {string} check */
function wordsOf(check) {
  const list = /^CHECK \(\(\w+ = (?:ANY \(ARRAY\[)?('[^]*'::text)(?:\]\))?\)\)$/.exec(check)?.[1];
  return list ? [...list.matchAll(/'((?:[^']|'')+)'::text/g)].map(([, word = '']) => word.replaceAll("''", "'")) : null;
}

/** What seed.sql brings (demo_...) is in no hosted project. @param {postgres.Sql} sql @returns {Promise<Callable[]>} */
async function functionsOf(sql) {
  const functions = await createCatalogue(sql)();
  return functions.filter(({ name }) => !name.startsWith('demo_')).map(({ name, comment, before, arguments: list, result }) => ({
    name,
    comment,
    arguments: list.map((one) => ({ name: one.name, type: one.type, isOptional: one.default !== null, isNullable: /^NULL\b/.test(one.default ?? '') })),
    returns: result.type,
    columns: result.columns,
    isSet: result.isSet,
    errors: allRefusals({ comment, before }).map(({ code }) => code),
  }));
}
