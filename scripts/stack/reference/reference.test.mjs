// @ts-check
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { projectRoot } from '../settings.mjs';
import { allRefusals, audienceOf, readComment } from './comments.mjs';
import { groupsOf, operationsOf, readDocument, refusedByAll } from './operations.mjs';
import { referencePage } from './page.mjs';

const origin = 'http://127.0.0.1:54321';
const document = await readDocument(origin);
const operations = operationsOf(document);

/** @param {Partial<import('./catalogue.mjs').SqlFunction>} [more] @returns {import('./catalogue.mjs').SqlFunction} */
const sqlFunction = (more = {}) => ({
  name: 'one', comment: 'Does it.', roles: ['authenticated'], arguments: [], result: { type: 'void', isSet: false, columns: [] }, ...more,
});
/** @param {import('./catalogue.mjs').SqlFunction[] | null} functions */
const page = (functions) => referencePage({ origin, operations, functions });

/** @param {any} operation */
const refusalsOf = ({ responses }) => Object.entries(responses).filter(([status]) => status >= '400')
  .flatMap(([status, { description }]) => description.split(/[`, ]+/).filter(Boolean).map((/** @type {string} */ code) => ({ status: Number(status), code })));

test('a comment says what is refused, and with which status', () => {
  assert.deepEqual(readComment('Does it. Errors: forbidden, own_document (403), conflict (409: accepted already), seat_limit (409, detail in JSON. Twice.). And more.'), {
    text: 'Does it.',
    refusals: [
      { code: 'forbidden', status: 403, remark: '' },
      { code: 'own_document', status: 403, remark: '' },
      { code: 'conflict', status: 409, remark: 'accepted already' },
      { code: 'seat_limit', status: 409, remark: 'detail in JSON. Twice.' },
    ],
  });
  assert.deepEqual(readComment('Refuses nothing.'), { text: 'Refuses nothing.', refusals: [] });
  const before = 'Asks. Errors: switched_off (404).';
  assert.deepEqual(allRefusals({ comment: 'Books. Errors: slot_taken (409).', before }).map(({ code }) => code), ['slot_taken', 'switched_off']);
});

test('every comment of the schema is read without a rest, each refusal with a status', async () => {
  const schema = await readFile(path.join(projectRoot, 'supabase/schema.sql'), 'utf8');
  const comments = [...schema.matchAll(/^COMMENT ON FUNCTION public\..* IS '(.*Errors: .*)';$/gm)].map(([, comment]) => comment.replaceAll("''", "'"));
  assert.ok(comments.length > 30, `${comments.length}`);
  for (const comment of comments) {
    const { refusals } = readComment(comment);
    assert.ok(refusals.length > 0 && refusals.every(({ code, status }) => code && status && status >= 400 && status < 500), comment);
    const words = comment.split('Errors: ')[1].match(/[a-z]+(?:_[a-z]+)+/g) ?? [];
    for (const word of words) assert.ok(refusals.some(({ code, remark }) => code === word || remark.includes(word)), `${word} in ${comment}`);
  }
});

test('whom a function is for is in its comment', () => {
  assert.equal(audienceOf('A platform admin reads a person.'), 'platform');
  assert.equal(audienceOf('Documents, oldest first, for platform admins.'), 'platform');
  assert.equal(audienceOf('A company admin changes its name.'), 'company');
  assert.equal(audienceOf('Members of a company, for its admins and managers.'), 'company');
  assert.equal(audienceOf('The caller leaves a company.'), 'everybody');
});

test('every operation of openapi.json is on the page, and leads to where it is in the viewer', () => {
  const text = page([]);
  assert.equal(operations.length, Object.values(document.paths).reduce((sum, item) => sum + Object.keys(item).length, 0));
  for (const { id, group, method, path: at } of operations) {
    const article = new RegExp(`<article class="card" id="${id}" data-entry>[^]*?</article>`).exec(text)?.[0] ?? '';
    assert.ok(article.includes(`<a href="/docs/functions#/${group}/${id}"`), id);
    assert.ok(article.includes(`<a href="#${id}">${at.slice(1).replaceAll('{', '&#123;')}</a>`) && article.includes(`<dd>${method.toUpperCase()}, `), article);
    assert.ok(article.includes(`<dt>${at.includes('{') ? (method === 'post' ? 'Path and body' : 'Path and headers') : method === 'get' ? 'Query' : 'Body'}</dt>`), article);
    for (const { code, status } of refusalsOf(document.paths[at][method])) {
      const place = refusedByAll(operations).some((one) => one.code === code && one.status === status) ? text : article;
      assert.ok(place.includes(code), `${id}: ${code}`);
    }
    assert.ok(text.includes(`<li><a href="#${id}">`), `contents: ${id}`);
  }
});

test('the document is the one that is committed, at this address and in groups', async () => {
  const committed = JSON.parse(await readFile(path.join(projectRoot, 'openapi.json'), 'utf8'));
  const { servers, tags, ...rest } = document;
  assert.deepEqual(servers, [{ url: `${origin}/functions/v1` }]);
  assert.deepEqual(tags.map((/** @type {{ name: string }} */ { name }) => name), ['Accounts', 'Calendars', 'Companies', 'Mail', 'Features', 'Sessions', 'Specialists', 'Jobs']);
  assert.deepEqual(groupsOf(operations), tags.map((/** @type {{ name: string }} */ { name }) => name));
  for (const item of Object.values(rest.paths)) for (const operation of Object.values(item)) delete operation.tags;
  delete committed.servers;
  assert.deepEqual(rest, committed);
});

test('who calls an operation is what its keys say', () => {
  const callers = Object.fromEntries(operations.map(({ id, caller }) => [id, caller]));
  assert.equal(callers['auth-email-verify'], 'everybody');
  assert.equal(callers['company-invitation-accept'], 'everybody');
  assert.equal(callers['company-invite-employee'], 'person');
  assert.equal(callers['email-dispatch'], 'jobs');
});

test('a SQL function is shown with arguments, answer and errors', () => {
  const text = page([sqlFunction({
    name: 'book_it', comment: 'Books `it`. Errors: slot_taken, no_plan (409), too_soon (422).',
    arguments: [
      { name: 'p_at', type: 'timestamp with time zone', default: null },
      { name: 'p_company', type: 'uuid', default: 'NULL::uuid' },
      { name: 'p_to', type: 'text', default: "'30 days'::text" },
    ],
    result: { type: 'bookings', isSet: true, columns: [{ name: 'id', type: 'uuid' }] },
  })]);
  const [article] = /<article [^>]*id="book_it"[^]*?<\/article>/.exec(text) ?? [''];
  const plain = article.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').trim();
  assert.equal(plain, 'book_it Books it . Arguments p_at timestamptz p_company uuid optional p_to text else &#39;30 days&#39; Answers rows of bookings : id uuid Errors 409 slot_taken no_plan 422 too_soon');
  assert.match(article, /^<article class="card" id="book_it"/);
  assert.match(text, /<li><a href="#book_it">book_it<\/a><\/li>/);
});

test('what an operation takes and answers is flat, with the words that a field may be', () => {
  const { takes, answers } = /** @type {import('./operations.mjs').Operation} */ (operations.find(({ id }) => id === 'company-invite-employee'));
  const shown = (/** @type {import('./fields.mjs').Field[]} */ fields) => fields.map(({ name, type, isOptional }) => `${name}${isOptional ? '?' : ''}: ${type}`);
  assert.deepEqual(shown(takes), [
    'company_id: uuid', 'invitations: list of objects', 'invitations[].email: string', 'invitations[].full_name?: string',
    'invitations[].locale?: string', 'invitations[].role?: employee | manager | admin',
  ]);
  assert.ok(shown(answers[0].fields).includes('seats.limit: integer'));
  for (const one of operations) {
    for (const { name, type, description } of [...one.takes, ...one.answers.flatMap(({ fields }) => fields)]) {
      assert.ok(name && type && !/undefined|object Object/.test(type) && description, `${one.id}: ${name} ${type}`);
    }
  }
});

test('what the catalogue has is text, whatever it looks like', () => {
  const odd = '<img src=x onerror=alert(1)>"\'&{{main}}';
  const text = page([sqlFunction({ name: odd, comment: odd, arguments: [{ name: odd, type: odd, default: odd }], result: { type: odd, isSet: true, columns: [{ name: odd, type: odd }] } })]);
  assert.doesNotMatch(text, /<img/);
  assert.doesNotMatch(text, /"'&(?!\w|#)|\{\{/);
});

test('no two things have one anchor', () => {
  const ids = [...page([sqlFunction(), sqlFunction({ name: 'two', comment: 'A platform admin.' })]).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.deepEqual(ids, [...new Set(ids)]);
});

test('without the database the page has the edge functions, and says what is missing', () => {
  const text = page(null);
  assert.match(text, /The database does not answer/);
  assert.match(text, /id="auth-email-verify"/);
});
