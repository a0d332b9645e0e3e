// @ts-check
// Writes docs/asvs.md from docs/asvs.csv, or with --check fails when it is not fresh or refers to what is not there.
//
//   node tests/asvs/document.mjs [--check]
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../../scripts/stack/settings.mjs';
import { answers, faults } from './answers.mjs';
import { CHAPTERS, REQUIREMENTS } from './requirements.mjs';

const target = path.join(projectRoot, 'docs/asvs.md');
const PAGES = 'https://github.com/OWASP/ASVS/blob/v5.0.0_release/5.0/en';

/** In the order of the summary. */
const KINDS = { test: 'test', setting: 'setting', document: 'document', platform: 'platform', not_applicable: 'not applicable', not_met: '**not met**' };

/** @param {string} file */
const read = (file) => readFile(path.join(projectRoot, file), 'utf8').catch(() => null);

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

/** @param {import('./answers.mjs').Answer} one */
function row({ id, answer, references, words }) {
  const where = references.map(({ file, name }) => `[${path.basename(file)}](../${file}): ${answer === 'setting' ? `\`${name}\`` : name}`);
  const level = REQUIREMENTS.find((known) => known.id === id)?.level;
  return `| ${id} | ${level} | ${KINDS[/** @type {keyof typeof KINDS} */ (answer)]} | ${cell([...where, words].filter(Boolean).join('. '))} |`;
}

/** @param {import('./answers.mjs').Answer[]} given */
function summary(given) {
  return ['1', '2', '3'].map((level) => {
    const ids = REQUIREMENTS.filter((one) => one.level === level).map((one) => one.id);
    const counts = Object.keys(KINDS).map((kind) => given.filter((one) => one.answer === kind && ids.includes(one.id)).length);
    return `| ${level} | ${ids.length} | ${counts.join(' | ')} |`;
  }).join('\n');
}

/** @param {import('./answers.mjs').Answer[]} given */
function page(given) {
  const rows = (/** @type {number} */ chapter) => REQUIREMENTS.filter((one) => one.chapter === chapter)
    .map(({ id }) => given.find((one) => one.id === id)).map((one) => (one ? row(one) : '')).join('\n');
  return `# ASVS 5.0

How this project answers each requirement of OWASP's [Application Security Verification Standard 5.0.0](${PAGES}), by its
number; the words of a requirement are behind the link of its chapter. Made from \`docs/asvs.csv\` by
\`node tests/asvs/document.mjs\`; edit that file, not this page. \`tests/asvs\` fails where a requirement has no answer, or where a test, a
setting or a heading that an answer names is no longer there.

- *test*: it would fail without what is asked for. Others do, too; one is named that says it best.
- *setting*: a line of a file that the build, a deployment or the tests obey.
- *document*: where what is asked for is written.
- *platform*: done by Supabase (Data API, Auth, Storage, the edge runtime) or by whoever serves a frontend, and not by this code.
- *not applicable*: there is nothing here that it could be about.
- *not met*: not done, or done in part. What is missing is said; some of it on purpose.

The pages in \`pages/\` are those of the local platform. Of a frontend elsewhere, what a browser is told is up to whoever serves it.

| level | requirements | ${Object.values(KINDS).map((kind) => kind.replaceAll('*', '')).join(' | ')} |
|---|---|---|---|---|---|---|---|
${summary(given)}

${CHAPTERS.map((chapter) => `## ${chapter.number}. ${chapter.title}

[The requirements](${PAGES}/${chapter.page})

| requirement | level | answer | where, and how |
|---|---|---|---|
${rows(chapter.number)}
`).join('\n')}`;
}

const given = await answers();
const wrong = await faults(given, read);
const wanted = page(given);
if (wrong.length === 0 && !process.argv.includes('--check')) await writeFile(target, wanted);
if (wrong.length === 0 && await readFile(target, 'utf8').catch(() => '') !== wanted) wrong.push('docs/asvs.md is not fresh; run: node tests/asvs/document.mjs');
if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exitCode = 1;
}
