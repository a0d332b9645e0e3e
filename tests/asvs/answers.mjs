// @ts-check
// How this project answers the requirements of ASVS 5.0: docs/asvs.csv, and whether what it refers to is there.
import { records } from '../../supabase/tests/csv.mjs';
import { REQUIREMENTS } from './requirements.mjs';

/** What each answer refers to, and whether that is in a file. @type {Record<string, null | ((file: string, text: string, name: string) => boolean)>} */
const REFERENCES = {
  test: hasTest,
  setting: (_, text, line) => text.split('\n').some((one) => one.trim() === line),
  document: (_, text, heading) => text.split('\n').some((one) => /^#+ /.test(one) && one.replace(/^#+ /, '') === heading),
  platform: null,
  not_applicable: null,
  not_met: null,
};

/** @typedef {{ file: string, name: string }} Reference */
/** @typedef {{ id: string, answer: string, references: Reference[], words: string }} Answer */

/** @returns {Promise<Answer[]>} */
export async function answers() {
  return (await records('docs/asvs.csv')).map(({ requirement, answer, where, words }) => ({
    id: requirement, answer, words,
    references: where.split(' && ').filter(Boolean).map((one) => {
      const end = one.indexOf(': ');
      return { file: one.slice(0, Math.max(end, 0)), name: one.slice(end + 2) };
    }),
  }));
}

/**
 * What is wrong with them, a sentence each.
 * @param {Answer[]} given @param {(file: string) => Promise<string | null>} read null where there is no such file
 */
export async function faults(given, read) {
  const known = REQUIREMENTS.map((one) => one.id);
  const found = given.map((one) => one.id);
  const faulty = [
    ...known.filter((id) => !found.includes(id)).map((id) => `${id} has no answer`),
    ...found.filter((id) => !known.includes(id)).map((id) => `${id} is no requirement`),
    ...found.filter((id, i) => found.indexOf(id) < i).map((id) => `${id} has two answers`),
  ];
  for (const { id, answer, references, words } of given) {
    const holds = REFERENCES[answer];
    if (holds === undefined) faulty.push(`${id}: "${answer}" is no kind of answer`);
    else if (!holds && !words) faulty.push(`${id}: "${answer}" needs a reason`);
    else if (!holds && references.length > 0) faulty.push(`${id}: "${answer}" refers to nothing`);
    else if (holds && references.length === 0) faulty.push(`${id}: a ${answer} is missing`);
    for (const { file, name } of holds ? references : []) {
      const text = await read(file);
      if (text === null) faulty.push(`${id}: there is no file "${file}"`);
      else if (!holds?.(file, text, name)) faulty.push(`${id}: ${file} has no ${answer} "${name}"`);
    }
  }
  return faulty;
}

/** By the title that each kind of test has; of one that is made up of parts, a part. @param {string} file @param {string} text @param {string} title */
function hasTest(file, text, title) {
  const quoted = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  if (/\.sql$|\/run$/.test(file)) return new RegExp(`'${quoted.replaceAll("'", "''")} ?'`).test(text);
  if (file.endsWith('.rs')) return new RegExp(`\\n *fn ${quoted}\\(`).test(text) && /#\[test\]/.test(text);
  return new RegExp(`((\\b(test|it|describe|rule|step)|Deno\\.test)\\([^\\n]*${quoted})|'${quoted}': `).test(text);
}
