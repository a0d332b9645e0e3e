// @ts-check
import { make } from './dom.js';
import { patientFetch } from './failures.js';

const EVERY_MILLISECONDS = 5_000;

/** Asks only while somebody is looking. @param {HTMLElement} place */
export function keepStatusFresh(place) {
  let shown = '';
  const look = async () => {
    if (document.hidden) return;
    const status = await ask();
    const text = JSON.stringify(status);
    // Unchanged content is left alone, so that a screen reader is not told the same again.
    if (text !== shown) place.replaceChildren(...(status ? sections(status) : [unreachable()]));
    shown = text;
  };
  look();
  setInterval(look, EVERY_MILLISECONDS);
  document.addEventListener('visibilitychange', look);
}

async function ask() {
  const response = await patientFetch('/stack/status.json');
  return response.ok ? response.json().catch(() => null) : null;
}

function unreachable() {
  return make('p', { class: 'note bad' }, 'The stack does not answer. Start it with ./scripts/start.');
}

/** @param {any} status */
function sections(status) {
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
  return [
    group('Services', status.parts.map((/** @type {any} */ one) => row(one.name, one.ok, one.detail))),
    group('Edge functions', status.functions.map((/** @type {any} */ one) =>
      row(one.name, one.state !== 'failed', one.state === 'idle' ? 'on demand' : one.state))),
    group('Scheduled jobs', status.jobs.map((/** @type {any} */ one) =>
      row(one.name, one.status !== 'failed', one.started_at ? `${one.status === 'failed' ? 'failed' : 'ran'} at ${time.format(new Date(one.started_at))}` : 'not yet run'))),
  ];
}

/** @param {string} title @param {HTMLElement[]} rows */
function group(title, rows) {
  const content = rows.length > 0 ? rows : [make('li', { class: 'quiet' }, 'None.')];
  return make('div', { class: 'group' }, make('h3', {}, title), make('ul', { class: 'rows small' }, ...content));
}

/** @param {string} name @param {boolean} ok @param {string} detail */
function row(name, ok, detail) {
  return make('li', {}, make('span', { class: `what ${ok ? 'ok' : 'down'}` }, name), make('span', { class: 'state' }, detail));
}
