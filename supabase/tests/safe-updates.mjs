// @ts-check
// Every UPDATE and DELETE inside a function has a WHERE. The platform loads safeupdate for the Data API's
// login: it refuses one without (21000), also inside functions and CTEs, whoever owns the function.
// Reads the functions of the database in DATABASE_URL and parses them with PostgreSQL's own parsers.
import { pathToFileURL } from 'node:url';
import { loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query';
import postgres from 'postgres';
import { nodesOf } from './syntax-tree.mjs';

/** @typedef {{ name: string, language: string, source: string, definition: string }} SqlFunction */

await loadModule();

/** The statements of a function that safeupdate refuses. @param {SqlFunction} sqlFunction @returns {string[]} */
export function unguarded({ language, source, definition }) {
  if (language === 'sql') return unguardedStatements(source ? parseSync(source) : parseSync(definition));
  return [...nodesOf(parsePlPgSQLSync(definition))].flatMap(([kind, node]) => {
    if (kind === 'PLpgSQL_stmt_dynexecute' || kind === 'PLpgSQL_stmt_dynfors') return unguardedTexts(node.query.PLpgSQL_expr.query);
    return kind === 'PLpgSQL_expr' ? unguardedStatements(parseSync(statementOf(node))) : [];
  });
}

// The parse modes of PLpgSQL_expr: a statement, a type's name, an expression; from 3, an assignment.
/** @param {{ query: string, parseMode: number }} expression */
function statementOf({ query, parseMode }) {
  if (parseMode === 0) return query;
  return `select ${parseMode < 3 ? query : query.replace(/^.*?:?=/s, '')}`;
}

/** @param {unknown} tree @returns {string[]} */
function unguardedStatements(tree) {
  const [verbs, found] = [{ UpdateStmt: 'update', DeleteStmt: 'delete from' }, /** @type {string[]} */ ([])];
  for (const [kind, node] of nodesOf(tree)) {
    if (kind in verbs && !node.whereClause) {
      found.push(`${verbs[/** @type {keyof typeof verbs} */ (kind)]} ${[node.relation.schemaname, node.relation.relname].filter(Boolean).join('.')}`);
    }
  }
  return found;
}

/** Dynamic SQL: a constant, or the pattern of format(), is parsed; put together otherwise, or with clauses filled in, its texts must bring the WHERE. @param {string} expression @returns {string[]} */
function unguardedTexts(expression) {
  const parsed = /** @type {any} */ (parseSync(`select ${expression}`));
  const value = parsed.stmts[0].stmt.SelectStmt.targetList[0].ResTarget.val;
  const isFormat = value.FuncCall?.funcname.at(-1).String.sval === 'format';
  const pattern = textOf(isFormat ? value.FuncCall.args[0] : value);
  if (pattern !== null) {
    try {
      return unguardedStatements(parseSync(pattern.replace(/%(?:\d+\$)?-?\d*[Is]/g, 'x').replace(/%(?:\d+\$)?L/g, "'x'")));
    } catch (error) {
      if (!isFormat) throw error;
    }
  }
  const text = [...nodesOf(value)].flatMap(([kind, node]) => (kind === 'A_Const' ? (textOf({ A_Const: node }) ?? []) : [])).join(' ');
  return /\b(update|delete)\b/i.test(text) && !/\bwhere\b/i.test(text) ? [`a statement put together from "${text}"`] : [];
}

/** @param {any} node @returns {string | null} of a constant */
function textOf(node) {
  return node.A_Const?.sval ? (node.A_Const.sval.sval ?? '') : null;
}

/** @param {string} url @returns {Promise<SqlFunction[]>} all that no extension brought */
async function functionsOf(url) {
  const sql = postgres(url, { max: 1 });
  try {
    return await sql`
      select p.oid::regprocedure::text as name, l.lanname as language,
        case when p.prosqlbody is null then p.prosrc else '' end as source, pg_get_functiondef(p.oid) as definition
      from pg_proc p join pg_language l on l.oid = p.prolang
      where l.lanname in ('sql', 'plpgsql') and p.prokind in ('f', 'p')
        and p.proowner = 'postgres'::regrole
        and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
      order by 1`;
  } finally {
    await sql.end();
  }
}

async function main() {
  const functions = await functionsOf(process.env.DATABASE_URL ?? '');
  const complaints = functions.flatMap((one) => {
    try {
      return unguarded(one).map((statement) => `${one.name}: ${statement} without a WHERE`);
    } catch (error) {
      return [`${one.name}: cannot be parsed: ${/** @type {Error} */ (error).message}`];
    }
  });
  if (functions.length === 0) complaints.push('there are no functions to look at');
  for (const complaint of complaints) console.error(complaint);
  process.exit(complaints.length > 0 ? 1 : 0);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
