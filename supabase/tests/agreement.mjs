// @ts-check
// What an address is, and what a domain is, SQL, Rust and the platform say alike: each is held to the same few thousand inputs.
// And what the pages call a common password, the database has.
//
//   node supabase/tests/agreement.mjs            holds SQL and the URL parser to tests/agreement; cargo test does Rust
//   node supabase/tests/agreement.mjs --write    writes it anew: the inputs from a fixed seed, the answers as SQL gives them
//
// A line is [input, the form in which an account's address is kept, the same of an address that we may be the first to write
// to], null for what is none. Of DATABASE_URL where it is set, else of a throwaway database.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import postgres from 'postgres';
import { projectRoot } from '../../scripts/stack/settings.mjs';
import { chance } from '../../tests/agreement/random.mjs';
import { broken, passwords } from '../../pages/tests/passwords.mjs';
import { withMigratedDatabase } from './migrated-database.mjs';

const target = path.join(projectRoot, 'tests/agreement/addresses.jsonl');
/** What nobody sees and what is a space, as ranges of code points: Rust and the pages are held to it. */
const unseenTarget = path.join(projectRoot, 'tests/agreement/unseen.json');
const RANDOM = 3600;

/** @typedef {[text: string, account: string | null, fresh: string | null]} Line */

const { random, pick, some } = chance(20261122);

const ATOM = "abcxyzABCXYZ0189!#$%&'*+/=?^_`{|}~-";
const ODD = ['.', '..', '"', ' ', '@', ',', ';', '<', '\t', '\r\n', '\u0000', '\u00a0', '\u200b', '\u202e', 'ë', '李', '(', ')', '\\'];
const LETTER = 'abcxyzABCXYZ0189';
/** Letters that a label of one script is made of; marks that need a letter before them stand after one. */
const SCRIPTS = [
  'aeioßüöäéèñçşğıÜÖÄÉÀÿœæøåÅ', 'αβγδεζσςωΑΒΓΣΩάέ', 'абвгдежзийюяАБВЮЯёЁіїєў', 'あいうえおアイウエオー', '中文網絡公司測試', '가나다라마한국',
  ['ก', 'ข', 'ไ', 'ท', 'ย'], ['e\u0301', 'u\u0308', 'o\u0308', 'a\u030a', 'n\u0303'], 'ａｂｃＡＢＣ０１', ['שלום', 'עברית'], ['مثال', 'عربي'], ['नमस्ते', 'भारत'], 'ﬁﬂǆ',
];
const ODD_LABELS = ['', '-a', 'a-', 'a_b', '1', '127', 'xn--mnchen-3ya', 'a'.repeat(63), 'a'.repeat(64), '*', 'a b', 'a\u200bb', 'a\u00adb', 'A--B', '☃', '💌', 'localhost', '[::1]', 'a/b', 'a:25', 'a%41'];

function local() {
  if (random() < 0.1) return some(1, 80, () => pick(ATOM));
  const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => some(1, 6, () => pick(ATOM)));
  if (random() < 0.25) parts.splice(Math.floor(random() * (parts.length + 1)), 0, pick(ODD));
  return parts.join(random() < 0.5 ? '.' : '');
}

function label() {
  const kind = random();
  if (kind < 0.12) return pick(ODD_LABELS);
  if (kind < 0.5) return some(1, 8, () => pick(LETTER));
  const script = pick(SCRIPTS);
  return some(1, 6, () => pick(script)) + (random() < 0.2 && !Array.isArray(script) ? `-${pick(LETTER)}` : '');
}

function domain() {
  const labels = Array.from({ length: 1 + Math.floor(random() * 3) }, label);
  if (random() < 0.6) labels.push(pick(['example', 'test', 'COM', 'de', 'рф', '中国']));
  return labels.join(random() < 0.95 ? '.' : pick(['。', '．', '｡', '..']));
}

/** @returns {string[]} */
function inputs() {
  const known = [
    'hanako..abe.@docomo.test', '.ada@example.com', 'ada.@example.com', 'ada@localhost', 'ada@127.0.0.1', 'ada@example.com.', 'ada@.example.com', '@example.com', 'ada@', '@', '',
    'Ada@MÜNCHEN.example', 'ada@bücher.example', "o'brien@example.ie", 'ada+tag@example.com', ' ada@example.com ', '\u00a0ada@example.com\u3000', 'ada@example.com\r\nBcc: b@example.com',
    'ada@straße.example', 'ada@faß.example', 'ada@ΟΔΟΣ.example', `${'a'.repeat(64)}@example.com`, `${'a'.repeat(65)}@example.com`, `a@${'a1234567.'.repeat(28)}example.com`, `a@${'a1234567.'.repeat(33)}example.com`,
    `a@${'ü'.repeat(60)}.example`, 'a@b@example.com', '"ada"@example.com', 'ada@exa mple.com', 'ada @example.com', 'ada@x-.com', 'ädä@example.com', '\u200bada@example.com', 'ada@example.com\u200b',
  ];
  return [...new Set([...known, ...Array.from({ length: RANDOM }, () => (random() < 0.4 ? `a@${domain()}` : `${local()}@${domain()}`))])].filter(isComparable);
}

/** Not in the file: NUL, which PostgreSQL has not; and right-to-left labels beside others, whose rules SQL does not know. @param {string} text */
function isComparable(text) {
  return !text.includes('\u0000') && (!/[\u0590-\u08ff]/.test(text) || /@([\u0590-\u08ff]+|[a-z]+)(\.[a-z]+)*$/.test(text));
}

/** @param {string} url @param {string[]} texts @returns {Promise<[...Line, domain: string | null][]>} */
async function bySql(url, texts) {
  const sql = postgres(url, { max: 1 });
  try {
    const rows = await sql`
      select t, private.email_address(t) as account, private.new_email_address(t) as fresh, private.mail_domain(substring(t from '@([^@]*)$')) as domain
      from unnest(${texts}::text[]) with ordinality u (t, n) order by n`;
    return rows.map(({ t, account, fresh, domain }) => [t, account, fresh, domain]);
  } finally {
    await sql.end();
  }
}

/** What the platform's URL parser makes of the domain of an address, as crates/edge asks it. @param {string} text */
function hostOf(text) {
  const host = text.trim().slice(text.trim().lastIndexOf('@') + 1);
  if (/[^\u0000-\u007f]/.test(host) === false) return host.toLowerCase();
  if (/[\u0000-\u007f]/.test(host.replace(/[a-z0-9.-]/gi, ''))) return null;
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return null;
  }
}

/** @param {[...Line, domain: string | null]} line @returns {string[]} what does not fit */
function faults([text, account, fresh, domain]) {
  const told = JSON.stringify(text);
  const kept = account?.slice(account.indexOf('@') + 1);
  return [
    kept !== undefined && kept !== hostOf(text) && `${told}: SQL keeps the domain ${kept}, and the URL parser says ${hostOf(text)}`,
    fresh !== null && fresh !== account && `${told}: a new address is kept otherwise than an account's`,
    fresh !== null && fresh.slice(fresh.indexOf('@') + 1) !== domain && `${told}: allowed as the domain ${domain}, and no address has it`,
    fresh === null && domain !== null && /^a@/.test(text) && account !== null && text.length < 200 && `${told}: ${domain} can be allowed, and no address has it`,
  ].filter((fault) => fault !== false);
}

/** @param {string} url @returns {Promise<string[]>} passwords that a page refuses as common, and the server would take */
async function refusedByPagesAlone(url) {
  const refused = passwords().filter(([typed]) => broken(typed).includes('common'));
  const sql = postgres(url, { max: 1 });
  try {
    const words = [...new Set(refused.flatMap(([, , words]) => words))].filter((word) => !word.includes('\u0000'));
    const rows = await sql`select w from unnest(${words}::text[]) w where sha256(convert_to(w, 'UTF8')) in (select digest from private.common_passwords)`;
    const common = new Set(rows.map(({ w }) => w));
    const free = refused.filter(([, , words]) => !words.some((word) => common.has(word)));
    return [
      ...(refused.length < 200 ? [`only ${refused.length} passwords that a page calls common`] : []),
      ...free.map(([typed]) => `${JSON.stringify(typed)}: a page calls it common, and the database does not have it`),
    ];
  } finally {
    await sql.end();
  }
}

/** @typedef {{ unseen: [first: number, last: number][], spaces: [first: number, last: number][] }} Unseen */

/** @param {string} url @param {number[]} points @returns {Promise<{ point: number, unseen: boolean, space: boolean }[]>} */
async function seenBySql(url, points) {
  const sql = postgres(url, { max: 1 });
  try {
    return await sql`
      select p as point, private.has_unseen(chr(p)) as unseen, chr(p) ~ ('^[' || private.spaces() || ']$') as space
      from unnest(${points}::int[]) p order by p`;
  } finally {
    await sql.end();
  }
}

/** PostgreSQL has neither NUL nor halves of surrogates. */
const isCharacter = (/** @type {number} */ point) => point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);

/** @param {string} url @returns {Promise<Unseen>} */
async function unseenBySql(url) {
  const all = await seenBySql(url, Array.from({ length: 0x110000 }, (_, point) => point).filter(isCharacter));
  /** @param {'unseen' | 'space'} which */
  const ranges = (which) => {
    /** @type {[number, number][]} */
    const found = [];
    for (const { point } of all.filter((one) => one[which])) {
      const last = found.at(-1);
      if (last && last[1] === point - 1) last[1] = point;
      else found.push([point, point]);
    }
    return found;
  };
  return { unseen: ranges('unseen'), spaces: ranges('space') };
}

/** At the borders of each range. @param {string} url @param {Unseen} golden @returns {Promise<string[]>} */
async function faultsOfUnseen(url, { unseen, spaces }) {
  const borders = [...unseen, ...spaces].flatMap(([first, last]) => [first - 1, first, last, last + 1]).filter(isCharacter);
  const within = (/** @type {[number, number][]} */ ranges, /** @type {number} */ point) => ranges.some(([first, last]) => point >= first && point <= last);
  const found = await seenBySql(url, [...new Set(borders)]);
  return found
    .filter((one) => one.unseen !== within(unseen, one.point) || one.space !== within(spaces, one.point))
    .map(({ point }) => `U+${point.toString(16)}: SQL sees it otherwise than ${path.relative(projectRoot, unseenTarget)}`);
}

await withMigratedDatabase(async (url) => {
  if (process.argv.includes('--write')) {
    const lines = (await bySql(url, inputs())).map((line) => JSON.stringify(line.slice(0, 3)));
    await writeFile(target, `${lines.join('\n')}\n`);
    console.log(`wrote ${path.relative(projectRoot, target)}: ${lines.length} inputs`);
    await writeFile(unseenTarget, `${JSON.stringify(await unseenBySql(url)).replaceAll('],[', '],\n[')}\n`);
  }
  const golden = /** @type {Line[]} */ ((await readFile(target, 'utf8')).trim().split('\n').map((line) => JSON.parse(line)));
  const found = await bySql(url, golden.map(([text]) => text));
  const wrong = [
    ...(golden.length < 3000 ? [`only ${golden.length} inputs`] : []),
    ...found.flatMap((line, i) => (JSON.stringify(line.slice(0, 3)) === JSON.stringify(golden[i]) ? [] : [`${JSON.stringify(golden[i])}: SQL says ${JSON.stringify(line)}`])),
    ...found.flatMap(faults),
    ...(await refusedByPagesAlone(url)),
    ...(await faultsOfUnseen(url, JSON.parse(await readFile(unseenTarget, 'utf8')))),
  ];
  for (const fault of wrong) console.error(fault);
  process.exitCode = wrong.length > 0 ? 1 : 0;
});
