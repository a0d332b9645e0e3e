// @ts-check
// Whatever a select embeds is reached in one way. The Data API refuses an embed between two tables that several keys lead between, or
// a table with keys to both (PGRST201), and a page is then empty from the day on which a migration adds the second way. So where
// there is more than one, the key is named: specialists!bookings_specialist_id_fkey(display_name).
// Reads the selects of pages, client and tests, and the keys of the database in DATABASE_URL.
import { readFileSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import postgres from 'postgres';

/** @typedef {{ name: string, from: string, to: string }} Key of a table to another */
/** @typedef {{ source: string, target: string, hint?: string }} Embed */

const FOLDERS = ['pages', 'client/src', 'client/sample', 'client/tests', 'tests'];
const SELECT = /\.from\(\s*'(?<table>\w+)',?\s*\)(?<between>(?:(?!\.from\(|;).){0,300}?)\.select\(\s*(?:['`](?<columns>[^'`]*)['`]|(?<constant>[A-Za-z_]\w*)\s*[,)])/gs;

/** The selects of a file: of which table, and what. @param {string} text @returns {{ table: string, columns: string }[]} */
export function selectsOf(text) {
  return [...text.matchAll(SELECT)].map(({ groups }) => {
    const columns = groups?.columns ?? new RegExp(`const ${groups?.constant}\\s*=\\s*['\`]([^'\`]*)['\`]`).exec(text)?.[1];
    if (columns === undefined) throw new Error(`what ${groups?.constant} selects of ${groups?.table} is not to be seen`);
    return { table: groups?.table ?? '', columns };
  });
}

/** What a select embeds, at any depth. @param {string} source @param {string} columns @returns {Embed[]} */
export function embedsOf(source, columns) {
  const found = /** @type {Embed[]} */ ([]);
  const within = [source];
  for (const [token, name, hint] of columns.matchAll(/(?:\w+:)?(?:\.\.\.)?(\w+)(?:!(\w+))?(?:!(?:inner|left))?\(|\)/g)) {
    if (token === ')') within.pop();
    else {
      const isJoin = hint === 'inner' || hint === 'left';
      found.push({ source: within.at(-1) ?? '', target: name, ...(hint && !isJoin ? { hint } : {}) });
      within.push(name);
    }
  }
  return found;
}

/** The ways between two tables: keys in either direction, and tables with keys to both. @param {Embed} embed @param {Key[]} keys */
export function waysOf({ source, target, hint }, keys) {
  const direct = keys.filter((key) => (key.from === source && key.to === target) || (key.from === target && key.to === source));
  const between = keys.filter((key) => key.to === source && key.from !== target && keys.some((other) => other.from === key.from && other.to === target && other !== key));
  const ways = [...direct.map((key) => key.name), ...between.filter((key) => key.from !== source).map((key) => key.from)];
  return hint ? ways.filter((way) => way === hint) : ways;
}

/** @param {string} url @returns {Promise<Key[]>} those between tables that the Data API shows */
async function keysOf(url) {
  const sql = postgres(url, { max: 1 });
  try {
    return await sql`
      select k.conname as name, f.relname as from, t.relname as to
      from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
      where k.contype = 'f' and f.relnamespace = 'public'::regnamespace and t.relnamespace = 'public'::regnamespace
      order by 1`;
  } finally {
    await sql.end();
  }
}

async function main() {
  const keys = await keysOf(process.env.DATABASE_URL ?? '');
  const files = FOLDERS.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`));
  const embeds = files.filter((file) => /\.(js|mjs|ts|tsx|html)$/.test(file) && !file.includes('node_modules')).flatMap((file) =>
    selectsOf(readFileSync(file, 'utf8')).flatMap(({ table, columns }) => embedsOf(table, columns).map((embed) => ({ file, ...embed }))),
  );
  const complaints = embeds.flatMap(({ file, ...embed }) => {
    const ways = waysOf(embed, keys);
    if (ways.length === 1) return [];
    return [`${file}: ${embed.source} embeds ${embed.target}${embed.hint ? ` by ${embed.hint}` : ''}: ${ways.length === 0 ? 'no way there' : ways.join(', ')}`];
  });
  if (embeds.length === 0) complaints.push('there is no embed to look at');
  for (const complaint of complaints) console.error(complaint);
  process.exit(complaints.length > 0 ? 1 : 0);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
