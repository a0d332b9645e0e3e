// @ts-check
// Writes docs/access.md from supabase/access.csv, or with --check fails when it is not fresh.
import { records } from './csv.mjs';
import { writeOrCheck } from './generated-page.mjs';

const verbs = ['select', 'insert', 'update', 'delete'];
const people = {
  anon: 'anybody, not signed in',
  person: 'a signed-in person',
  newcomer: 'a newcomer',
  employee: 'an employee',
  manager: 'a manager of a company',
  company_admin: 'an admin of a company',
  applicant: 'who applies as a specialist',
  specialist: 'a specialist',
  platform_admin: 'a platform admin',
  service_role: 'the service role',
};

/** @param {Record<string, string> | undefined} line */
function cell(line) {
  if (!line || line.scope === 'none') return '–';
  const columns = line.columns === '*' || line.verb === 'delete' ? '' : `: ${line.columns.split(' ').join(', ')}`;
  return line.scope.replace('+', ' and ') + columns;
}

/** @param {string} table @param {Record<string, string>[]} lines @param {Record<string, string>[]} scopes */
function section(table, lines, scopes) {
  const rows = Object.entries(people)
    .filter(([role]) => lines.some((line) => line.role === role))
    .map(([role, name]) => {
      const cells = verbs.map((verb) => {
        const find = (/** @type {string} */ who) => lines.find((line) => line.role === who && [verb, '*'].includes(line.verb));
        return cell(find(role) ?? (['anon', 'service_role'].includes(role) ? undefined : find('person')));
      });
      return `| ${name} | ${cells.join(' | ')} |`;
    });
  const named = [...new Set(lines.flatMap((line) => line.scope.split('+')))];
  const meanings = named.flatMap((name) => {
    const meaning = [table, '*'].map((of) => scopes.find((scope) => scope.table === of && scope.scope === name)).find(Boolean);
    return meaning ? `- ${name}: \`${meaning.condition.replaceAll(':me', 'me')}\`` : [];
  });
  return [`## ${table}`, '', '| who | reads | adds | changes | removes |', '|---|---|---|---|---|', ...rows, '', ...meanings, ''].join('\n');
}

async function page() {
  const lines = await records('supabase/access.csv');
  const scopes = await records('supabase/tests/setup/scopes.csv');
  const tables = [...new Set(lines.map((line) => line.table))];
  const reached = tables.filter((table) => lines.some((line) => line.table === table && line.scope !== 'none'));
  const closed = tables.filter((table) => !reached.includes(table));
  return `# Who may do what

Made from \`supabase/access.csv\` by \`node supabase/tests/generate.mjs\`; edit the file, not this page. The database tests
try every line of it: each table, role and verb, with own and foreign rows.

This is direct access to tables. The functions of the API do more, each as its comment says. A person who is
several things may do what each of them may. Where a line names one kind of person, the line of "a signed-in person" does not add to it.

${reached.map((table) => section(table, lines.filter((line) => line.table === table), scopes)).join('\n')}
## Tables that no role reaches

Only SQL functions read and write them.

${closed.map((table) => `- ${table}`).join('\n')}
`;
}

await writeOrCheck('docs/access.md', await page());
