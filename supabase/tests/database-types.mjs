// @ts-check
// Writes types/database.ts from a migrated database, or with --check fails when it is not fresh.
//
//   node supabase/tests/database-types.mjs [--check]
//
// Of DATABASE_URL where it is set, else of a throwaway database.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { projectRoot } from '../../scripts/stack/settings.mjs';
import { withMigratedDatabase } from './migrated-database.mjs';
import { wordListsOf } from './word-lists.mjs';

const target = path.join(projectRoot, 'types/database.ts');
const header = `// Generated from the migrations by supabase/tests/database-types.mjs. Do not edit.\n\n`;

/** @param {string} url */
async function generate(url) {
  const cli = path.join(projectRoot, 'node_modules/.bin/supabase');
  const args = ['gen', 'types', 'typescript', `--remote=${url}`, '--schema', 'public', '--agent', 'no'];
  const env = { ...process.env, SUPABASE_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  const { stdout } = await promisify(execFile)(cli, args, { cwd: projectRoot, env, maxBuffer: 16 * 1024 * 1024 });
  // What it says about the connection stands on the same stream.
  const start = stdout.indexOf('export type Json');
  if (start < 0) throw new Error(`supabase gen types printed no types:\n${stdout}`);
  return stdout.slice(start);
}

/** The CLI leaves the layout to others, and takes a domain for its base type. @param {string} text @param {import('./word-lists.mjs').WordLists} words */
function format(text, words) {
  const source = ts.createSourceFile('database.ts', text, ts.ScriptTarget.Latest, true);
  const { transformed } = ts.transform(source, [withoutDemo, withWords(words)]);
  return header + ts.createPrinter().printFile(transformed[0]);
}

/** Columns of a domain take its words alone, and Enums names the lists. @param {import('./word-lists.mjs').WordLists} words @returns {ts.TransformerFactory<ts.SourceFile>} */
function withWords({ lists, columns }) {
  const { factory: make } = ts;
  const text = (/** @type {string} */ word) => make.createStringLiteral(word);
  const union = (/** @type {string[]} */ list) => make.createUnionTypeNode(list.map((word) => make.createLiteralTypeNode(text(word))));
  const named = (/** @type {string} */ list) =>
    ['public', 'Enums', list].reduce(
      (/** @type {ts.TypeNode} */ type, key) => make.createIndexedAccessTypeNode(type, make.createLiteralTypeNode(text(key))),
      make.createTypeReferenceNode('Database'),
    );
  return (context) => {
    /** @param {ts.Node} node @param {string[]} above the names of the properties around it @returns {ts.Node} */
    const visit = (node, above) => {
      if (ts.isPropertySignature(node) || ts.isPropertyAssignment(node)) {
        const path = [...above, /** @type {ts.Identifier | ts.StringLiteral} */ (node.name).text];
        const place = path.join('.');
        if (place === 'public.Enums' && ts.isPropertySignature(node)) {
          const members = [...lists].map(([name, list]) => make.createPropertySignature(undefined, text(name), undefined, union(list)));
          return make.updatePropertySignature(node, undefined, node.name, undefined, make.createTypeLiteralNode(members));
        }
        if (place === 'public.Enums' && ts.isPropertyAssignment(node)) {
          const members = [...lists].map(([name, list]) => make.createPropertyAssignment(text(name), make.createArrayLiteralExpression(list.map(text))));
          return make.updatePropertyAssignment(node, node.name, make.createObjectLiteralExpression(members, true));
        }
        const [, table, column] = /^public\.(?:Tables|Views)\.(\w+)\.(?:Row|Insert|Update)\.(\w+)$/.exec(place) ?? [];
        const list = columns.get(`${table}.${column}`);
        if (list) return ts.visitEachChild(node, (child) => replaceString(child, named(list)), context);
        return ts.visitEachChild(node, (child) => visit(child, path), context);
      }
      return ts.visitEachChild(node, (child) => visit(child, above), context);
    };
    /** @param {ts.Node} node @param {ts.TypeNode} type @returns {ts.Node} */
    const replaceString = (node, type) =>
      node.kind === ts.SyntaxKind.StringKeyword ? type : ts.visitEachChild(node, (child) => replaceString(child, type), context);
    return (file) => /** @type {ts.SourceFile} */ (visit(file, []));
  };
}

/** What seed.sql brings is in no hosted project. @type {ts.TransformerFactory<ts.SourceFile>} */
function withoutDemo(context) {
  /** @type {ts.Visitor} */
  const visit = (node) => {
    const isDemo = ts.isPropertySignature(node) && ts.isStringLiteral(node.name) && node.name.text.startsWith('demo_');
    return isDemo ? undefined : ts.visitEachChild(node, visit, context);
  };
  return (file) => ts.visitEachChild(file, visit, context);
}

await withMigratedDatabase(async (url) => {
  const text = format(await generate(url), await wordListsOf(url));
  if (!process.argv.includes('--check')) return writeFile(target, text);
  if ((await readFile(target, 'utf8').catch(() => '')) === text) return;
  console.error('types/database.ts is not what the migrations say; run: node supabase/tests/generate.mjs');
  process.exitCode = 1;
});
