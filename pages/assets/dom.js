// @ts-check

/** The element with an id that the page is known to have. @param {string} id @returns {any} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`#${id} is missing`);
  return element;
}

/** @param {string} tag @param {Record<string, string>} attributes @param {(Node | string)[]} children */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Says something in a note that screen readers announce. @param {HTMLElement} note @param {string} text @param {boolean} [bad] */
export function tell(note, text, bad = false) {
  note.textContent = text;
  note.classList.toggle('bad', bad);
}

/**
 * Runs a form's work with its button off meanwhile. The page has it off from the start: before there is
 * somebody to listen, the browser would send the form itself.
 * @param {HTMLFormElement} form @param {() => Promise<void>} work
 */
export function onSubmit(form, work) {
  const button = form.querySelector('button[type=submit]');
  const allow = (/** @type {boolean} */ is) => void (button instanceof HTMLButtonElement && (button.disabled = !is));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    allow(false);
    try {
      await work();
    } finally {
      allow(true);
    }
  });
  allow(true);
}

/** @param {string} instant @param {string} [timeZone] */
export function localTime(instant, timeZone) {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone }).format(new Date(instant));
}
