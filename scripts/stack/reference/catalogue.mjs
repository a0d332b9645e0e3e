// @ts-check
// The SQL functions that a frontend may call, as the database has them now: those of the exposed schema that `anon` or
// `authenticated` may execute.

/**
 * @typedef {{ name: string, type: string, default: string | null }} Argument `default`: as an expression; null where it must be given
 * @typedef {{ name: string, type: string }} Column
 * @typedef {{ type: string, isSet: boolean, columns: Column[] }} Result `columns`: of a row, where it answers rows
 * @typedef {{ name: string, comment: string, before?: string | null, roles: string[], arguments: Argument[], result: Result }} SqlFunction
 *   `before`: the comment of what the Data API asks before it, where that may refuse it
 */

/** @param {import('postgres').Sql} sql @returns {() => Promise<SqlFunction[]>} */
export function createCatalogue(sql) {
  return async () => /** @type {any} */ (await sql`
    with callable as (
      select p.*, array(
        select role from unnest(array['anon', 'authenticated']) role where has_function_privilege(role, p.oid, 'execute')
      ) as roles
      from pg_catalog.pg_proc p
      where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
    )
    select p.proname as name, coalesce(obj_description(p.oid, 'pg_proc'), '') as comment, p.roles,
      case when exists (select from private.phase_functions where sql_function = p.proname)
        then obj_description('hooks.before_request()'::regprocedure, 'pg_proc') end as before,
      coalesce(taken.inputs, '[]') as arguments,
      jsonb_build_object('type', format_type(p.prorettype, null), 'isSet', p.proretset,
        'columns', coalesce(taken.outputs, of_row.list, '[]')) as result
    from callable p
    left join lateral (
      select
        jsonb_agg(jsonb_build_object('name', a.name, 'type', format_type(a.type, null),
          'default', pg_get_function_arg_default(p.oid, a.position::int)) order by a.position)
          filter (where a.mode in ('i', 'b', 'v')) as inputs,
        jsonb_agg(jsonb_build_object('name', a.name, 'type', format_type(a.type, null)) order by a.position)
          filter (where a.mode in ('o', 'b', 't')) as outputs
      from (
        select type, coalesce(name, '') as name, coalesce(mode, 'i') as mode, position
        from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes::text[]) with ordinality
          as each(type, name, mode, position)
      ) a
    ) taken on true
    left join lateral (
      select jsonb_agg(jsonb_build_object('name', c.attname, 'type', format_type(c.atttypid, null)) order by c.attnum) as list
      from pg_catalog.pg_type t join pg_catalog.pg_attribute c on c.attrelid = t.typrelid and c.attnum > 0 and not c.attisdropped
      where t.oid = p.prorettype and t.typtype = 'c'
    ) of_row on true
    where cardinality(p.roles) > 0
    order by p.proname`);
}
