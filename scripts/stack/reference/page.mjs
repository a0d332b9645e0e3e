// @ts-check
// /docs: every edge function and every SQL function that a frontend may call. Whole without JavaScript, which adds the search.
import { AUDIENCES, allRefusals, audienceOf, readComment } from './comments.mjs';
import { html } from './html.mjs';
import { groupsOf, isSame, refusedByAll } from './operations.mjs';

/**
 * @typedef {import('./catalogue.mjs').SqlFunction} SqlFunction
 * @typedef {import('./operations.mjs').Operation} Operation
 */

const CALLERS = { everybody: 'by everybody', person: 'by whoever is signed in', jobs: 'by the database' };
/** What each may answer, and no comment repeats. */
const EVERYWHERE = ['unauthenticated (401)', 'rate_limited (429)'];

/**
 * The main part of the page.
 * @param {{ origin: string, operations: Operation[], functions: SqlFunction[] | null }} content `functions`: null where the database does not answer
 */
export function referencePage({ origin, operations, functions }) {
  const groups = AUDIENCES.map(({ id, title }) => ({
    id, title, functions: (functions ?? []).map(described).filter((one) => one.audience === id),
  })).filter((group) => group.functions.length > 0);
  return html`<main id="main" class="reference">
  <h1>API reference</h1>
  <p>What a frontend calls, beside the tables (<code>docs/access.md</code>): edge functions at <code>${origin}/functions/v1</code>, and SQL functions at <code>${origin}/rest/v1/rpc</code> or by supabase-js. It is made from what runs here.</p>
  <div class="field" id="search" hidden>
    <label for="sought">Search</label>
    <input id="sought" type="search" autocomplete="off" spellcheck="false" placeholder="A name, an argument, an error">
    <p class="hint" id="found" role="status"></p>
  </div>
  <div class="beside">
    ${contents(operations, groups)}
    <div>
      ${edgeFunctions(operations)}
      ${functions ? sqlFunctions(groups) : unanswered()}
    </div>
  </div>
</main>`.text;
}

/** @typedef {{ id: string, title: string, functions: Described[] }} Group @typedef {ReturnType<typeof described>} Described */

/** @param {SqlFunction} one */
function described(one) {
  const { text } = readComment(one.comment);
  return { ...one, text, refusals: allRefusals(one), audience: audienceOf(text) };
}

/** @param {Operation[]} operations @param {Group[]} groups */
function contents(operations, groups) {
  return html`<details class="contents" open>
      <summary>Contents</summary>
      <nav aria-label="Contents">
        <h2><a href="#edge-functions">Edge functions</a></h2>
        ${listed('', operations.map(({ id, path }) => ({ id, name: path.slice(1) })))}
        <h2><a href="#sql-functions">SQL functions</a></h2>
        ${groups.map(({ title, functions }) => listed(title, functions.map(({ name }) => ({ id: name, name }))))}
      </nav>
    </details>`;
}

/** @param {string} title @param {{ id: string, name: string }[]} entries */
function listed(title, entries) {
  return html`<div data-group>
          ${title && html`<h3>${title}</h3>`}
          <ul>${entries.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul>
        </div>`;
}

/** @param {Operation[]} operations */
function edgeFunctions(operations) {
  const common = refusedByAll(operations);
  return html`<section id="edge-functions" aria-labelledby="edge-functions-title" data-group>
        <div class="card">
          <h2 id="edge-functions-title">Edge functions</h2>
          <p>An error is <code>application/problem+json</code>: <code>status</code>, its word in <code>code</code>, and a sentence in <code>detail</code>. Each may also answer ${common.map(({ code, status }) => `${code} (${status})`).join(', ')}.</p>
          <p><a href="/docs/functions">Try them in Swagger UI</a>, or take <a href="/docs/openapi.json">openapi.json</a>.</p>
        </div>
        ${groupsOf(operations).map((group) => html`<section aria-labelledby="about-${group}" data-group>
          <h3 class="for" id="about-${group}">${group}</h3>
          ${operations.filter((one) => one.group === group).map((one) => edgeFunction(one, common))}
        </section>`)}
      </section>`;
}

/** @param {Operation} operation @param {import('./comments.mjs').Refusal[]} common */
function edgeFunction({ method, path, id, group, summary, description, caller, takes, answers, refusals }, common) {
  const own = refusals.filter((one) => !common.some((other) => isSame(one, other)));
  return html`<article class="card" id="${id}" data-entry>
            <h4><a href="#${id}">${path.slice(1)}</a></h4>
            <p><strong>${summary}.</strong> ${sentences(description)}</p>
            <dl>
              <dt>Call</dt>
              <dd>${method.toUpperCase()}, ${CALLERS[caller]} · <a href="/docs/functions#/${encodeURIComponent(group)}/${id}" aria-label="try it: ${path.slice(1)}">try it</a></dd>
              <dt>${path.includes('{') ? (method === 'post' ? 'Path and body' : 'Path and headers') : method === 'get' ? 'Query' : 'Body'}</dt>
              ${takes.length > 0 ? takes.map(field) : html`<dd>nothing</dd>`}
              <dt>Answers</dt>
              ${answers.map(({ status, fields }) => html`<dd class="status">${status}</dd>${fields.map(field)}`)}
              ${own.length > 0 ? html`<dt>Errors</dt>${byStatus(own).map(refusal)}` : ''}
            </dl>
          </article>`;
}

/** @param {import('./fields.mjs').Field} one */
function field({ name, type, isOptional, description }) {
  return html`<dd><code>${name}</code> <span class="type">${type}</span>${isOptional ? html` <span class="hint">optional</span>` : ''}<span class="said">${sentences(description)}</span></dd>`;
}

/** @param {Group[]} groups */
function sqlFunctions(groups) {
  return html`<section id="sql-functions" aria-labelledby="sql-functions-title" data-group>
        <div class="card">
          <h2 id="sql-functions-title">SQL functions</h2>
          <p>An error has the status that is listed, its word in <code>message</code>, and a sentence in <code>details</code>. Each may also answer ${EVERYWHERE.join(' and ')}.</p>
          <pre tabindex="0">const { data, error } = await supabase.rpc('book_session', { … });
if (error?.message === 'slot_taken') …</pre>
        </div>
        ${groups.map(({ id, title, functions }) => html`<section aria-labelledby="for-${id}" data-group>
          <h3 class="for" id="for-${id}">${title}</h3>
          ${functions.map(sqlFunction)}
        </section>`)}
      </section>`;
}

/** @param {Described} one */
function sqlFunction(one) {
  return html`<article class="card" id="${one.name}" data-entry>
            <h4><a href="#${one.name}">${one.name}</a></h4>
            <p>${sentences(one.text)}</p>
            <dl>
              <dt>Arguments</dt>
              ${one.arguments.length > 0 ? one.arguments.map(argument) : html`<dd>none</dd>`}
              <dt>Answers</dt>
              ${answer(one.result)}
              ${one.refusals.length > 0 ? html`<dt>Errors</dt>${byStatus(one.refusals).map(refusal)}` : ''}
            </dl>
          </article>`;
}

/** @param {import('./catalogue.mjs').Argument} one */
function argument({ name, type, default: value }) {
  const missing = value === null ? '' : /^NULL\b/.test(value) ? html` <span class="hint">optional</span>` : html` <span class="hint">else ${plain(value)}</span>`;
  return html`<dd><code>${name}</code> <span class="type">${short(type)}</span>${missing}</dd>`;
}

/** @param {import('./catalogue.mjs').Result} result */
function answer({ type, isSet, columns }) {
  if (type === 'void') return html`<dd>nothing</dd>`;
  if (columns.length === 0) return html`<dd><span class="type">${isSet ? `rows of ${short(type)}` : short(type)}</span></dd>`;
  const table = type === 'record' ? '' : html` of <code>${type.replace('public.', '')}</code>`;
  return html`<dd>${isSet ? 'rows' : 'a row'}${table}: <span class="columns-of">${columns.map((column) => html`<span><code>${column.name}</code> <span class="type">${short(column.type)}</span></span> `)}</span></dd>`;
}

/** @param {[number | null, import('./comments.mjs').Refusal[]]} refusals */
function refusal([status, refusals]) {
  const words = refusals.map(({ code, remark }) => html`<code>${code}</code>${remark ? html` <span class="hint">${remark}</span>` : ''} `);
  return html`<dd><span class="status">${status ?? ''}</span> ${words}</dd>`;
}

/** @param {import('./comments.mjs').Refusal[]} refusals */
function byStatus(refusals) {
  const statuses = [...new Set(refusals.map(({ status }) => status))];
  return statuses.map((status) => /** @type {[number | null, typeof refusals]} */ ([status, refusals.filter((one) => one.status === status)]));
}

function unanswered() {
  return html`<section class="card" id="sql-functions" aria-labelledby="sql-functions-title">
        <h2 id="sql-functions-title">SQL functions</h2>
        <p class="note bad">The database does not answer at the moment. Load this page again.</p>
      </section>`;
}

/** Text whose code is between backticks, as in Markdown. @param {string} text */
const sentences = (text) => text.split('`').map((part, n) => (n % 2 === 1 ? html`<code>${part}</code>` : part));

/** Types as most people write them. @param {string} type */
const short = (type) => type.replace('timestamp with time zone', 'timestamptz').replace('timestamp without time zone', 'timestamp').replace('character varying', 'varchar').replace(/^public\./, '');

/** A default without its casts. @param {string} value */
const plain = (value) => value.replace(/::[a-z ]+(\[\])?/g, '').replace(/^\((.*)\)$/, '$1');
