// @ts-check
// The mail that a text makes, shown while it is written. Its HTML runs nothing: the frame has no rights at all.
import { byId, make } from './dom.js';
import { bodyOf } from './failures.js';
import { callAsPerson } from './session.js';
import { tellFailure } from './work.js';

const PAUSE_MILLISECONDS = 400;
/** @type {Record<string, string>} */
const PARTS = { '/subject': 'Subject', '/html': 'HTML', '/text': 'Text' };

/** Which preview was asked for last: an answer to an earlier question is not shown. */
let asked = 0;

/** @param {HTMLElement} form @param {() => Record<string, string>} draft */
export function watchPreview(form, draft) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => showPreview(draft()), PAUSE_MILLISECONDS);
  });
  byId('phone').addEventListener('change', () => byId('previewed-html').classList.toggle('phone', byId('phone').checked));
}

/** @param {Record<string, string>} draft */
export async function showPreview(draft) {
  const own = (asked += 1);
  const note = byId('preview-note');
  try {
    const { mail, problems } = await bodyOf(callAsPerson('email-templates/preview', draft));
    if (own !== asked) return;
    note.textContent = '';
    showProblems(problems);
    if (!mail) return;
    byId('previewed-subject').textContent = mail.subject;
    byId('previewed-html').srcdoc = mail.html;
    byId('previewed-text').textContent = mail.text;
  } catch (error) {
    if (own === asked) tellFailure(note, error);
  }
}

/** @param {{ pointer: string, detail: string }[]} problems */
function showProblems(problems) {
  const list = byId('problems');
  list.hidden = problems.length === 0;
  list.replaceChildren(...problems.map(({ pointer, detail }) => make('li', {}, make('strong', {}, `${PARTS[pointer] ?? pointer}: `), detail)));
}
