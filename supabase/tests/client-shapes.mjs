// @ts-check
// What client/src/shapes.ts says of SQL functions is what they take and answer: each is called as everybody whom it
// answers on the rows of the database tests, and TypeScript compares. Also that arguments are optional, or null, where the
// types say so: by a default, or by `default null`.
//
//   node supabase/tests/client-shapes.mjs    on a throwaway database, or that of DATABASE_URL, where all is undone
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { projectRoot } from '../../scripts/stack/settings.mjs';
import { withMigratedDatabase } from './migrated-database.mjs';

/** @typedef {{ name: string, argument: string, word: string }} Word */
/** @typedef {{ kind: 'answer' | 'null' | 'word', name: string, argument: string, word: string, answer: any, refused: string | null, otherwise: string | null }} Finding */

const NO_WORD = 'no such word';
const virtual = path.join(projectRoot, 'client/tests/shapes.of-answers.ts');

/** A program of one file that is on no disk. @param {string} text */
function programOf(text) {
  const configuration = ts.readConfigFile(path.join(projectRoot, 'client/tsconfig.json'), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(configuration, ts.sys, path.join(projectRoot, 'client'));
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (file) => (file === virtual ? text : readFile(file));
  host.fileExists = (file) => file === virtual || fileExists(file);
  return ts.createProgram([virtual], options, host);
}

/** The words of each argument that takes no others. @returns {Word[]} */
function wordsOfArguments() {
  const program = programOf(`import type { Arguments } from '../src/shapes.js';\nexport declare const given: Arguments;\n`);
  const checker = program.getTypeChecker();
  const source = /** @type {ts.SourceFile} */ (program.getSourceFile(virtual));
  const [given] = checker.getExportsOfModule(/** @type {ts.Symbol} */ (checker.getSymbolAtLocation(source)));
  const membersOf = (/** @type {ts.Type} */ type) => checker.getPropertiesOfType(type).map((one) => ({ name: one.name, type: checker.getTypeOfSymbolAtLocation(one, source) }));
  return membersOf(checker.getTypeOfSymbolAtLocation(/** @type {ts.Symbol} */ (given), source)).flatMap(({ name, type }) =>
    membersOf(type).flatMap((argument) =>
      (argument.type.isUnion() ? argument.type.types : [argument.type]).flatMap((one) => (one.isStringLiteral() ? [{ name, argument: argument.name, word: one.value }] : []))));
}

/** @param {Word[]} words */
const script = (words) => `
begin;
\\ir ${path.join(projectRoot, 'supabase/tests/setup/answers.psql')}
create temporary table client_function as
  select p.oid, p.proname, p.proargnames[1:p.pronargs - p.pronargdefaults] as required, p.proretset, p.prorettype <> 'void'::regtype as answers
  from pg_catalog.pg_proc p join attacked_function f using (oid) where p.proname !~ '^demo_';
create temporary table taken as select distinct on (oid) c.*, f.required from answered_call c join client_function f using (oid) order by oid, person, call;
create function pg_temp.refusal_of(p_person text, p_call text) returns text language sql as $$
  select substring(pg_temp.answer_undone(p_person, p_call) from '^refused (.*)');
$$;
create function pg_temp.json_of(p_person text, p_call text) returns jsonb language sql as $$
  select nullif(substring(pg_temp.answer_undone(p_person, replace(p_call, 'string_agg(r::text, chr(10))', 'jsonb_agg(to_jsonb(r))')) from '^answered (.*)'), '')::jsonb;
$$;
create temporary table word as select * from jsonb_to_recordset('${JSON.stringify(words)}') w (name text, argument text, word text);
select jsonb_build_object('kind', 'answer', 'name', a.proname, 'answer', case when a.proretset then coalesce(a.answer, '[]') else coalesce(a.answer -> 0, 'null') end)
from (
  select distinct on (c.oid, answer) f.proname, f.proretset, answer
  from client_function f
  join (select distinct on (oid, person, left(call, 200)) * from answered_call order by oid, person, left(call, 200), call) c using (oid)
  cross join lateral pg_temp.json_of(c.person, c.call) answer
  where f.answers
) a;
select jsonb_build_object('kind', 'null', 'name', proname, 'argument', r, 'refused', pg_temp.refusal_of(person, pg_temp.with_argument(call, r, 'null')))
from taken, unnest(required) r;
select jsonb_build_object(
  'kind', 'word', 'name', w.name, 'argument', w.argument, 'word', w.word,
  'refused', pg_temp.refusal_of(person, pg_temp.with_argument(call, w.argument, quote_literal(w.word))),
  'otherwise', pg_temp.refusal_of(person, pg_temp.with_argument(call, w.argument, quote_literal('${NO_WORD}')))
)
from word w left join taken t on t.proname = w.name;
rollback;
`;

/** @param {string} url @param {Word[]} words @returns {Promise<Finding[]>} */
async function findings(url, words) {
  const env = { ...process.env, PGOPTIONS: '--search_path=public,extensions --client_min_messages=warning' };
  const run = promisify(execFile)('psql', ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1', '--dbname', url], {
    env, maxBuffer: 64 * 1024 * 1024,
  });
  run.child.stdin?.end(script(words));
  const { stdout } = await run;
  return stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

/** @param {Finding[]} answers @returns {string[]} */
function typeFaults(answers) {
  const lines = answers.map(({ name, answer }, i) => `export const a${i}: RpcAnswer<'${name}'> = ${JSON.stringify(answer)};`);
  const program = programOf(`import type { RpcAnswer } from '../src/calls.js';\n${lines.join('\n')}\n`);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line : 0;
    const place = file?.fileName === virtual ? `${answers[line - 1]?.name}()` : file?.fileName;
    return `${place}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

/** Functions of which nobody ever got more than null: nothing was compared. @param {Finding[]} answers @returns {string[]} */
function emptyHanded(answers) {
  const told = new Set(answers.filter(({ answer }) => JSON.stringify(answer) !== 'null' && JSON.stringify(answer) !== '[]').map(({ name }) => name));
  return [...new Set(answers.map(({ name }) => name))].filter((name) => !told.has(name));
}

/** @param {Finding} finding @returns {string | null} */
function wordFault({ name, argument, word, refused, otherwise }) {
  if (otherwise === null) return `${name}(${argument}) takes any word; shapes.ts lists some`;
  return refused === otherwise ? `${name}(${argument}) does not take '${word}': ${refused}` : null;
}

await withMigratedDatabase(async (url) => {
  const all = await findings(url, wordsOfArguments());
  const of = (/** @type {Finding['kind']} */ kind) => all.filter((finding) => finding.kind === kind);
  const complaints = [
    ...typeFaults(of('answer')),
    ...emptyHanded(of('answer')).map((name) => `${name}() answers nobody anything: the rows of setup/answers.psql have to make it`),
    ...of('null').filter(({ refused }) => refused === null).map(({ name, argument }) => `${name}(${argument}) may be null: it needs \`default null\``),
    ...of('word').map(wordFault).filter((fault) => fault !== null),
  ];
  for (const complaint of new Set(complaints)) console.error(complaint);
  console.log(`${of('answer').length} answers, ${of('null').length} arguments without null, ${of('word').length} words`);
  process.exitCode = complaints.length > 0 || of('answer').length < 50 ? 1 : 0;
});
