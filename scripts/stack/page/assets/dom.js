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

/** Runs a form's work with its button off meanwhile. @param {HTMLFormElement} form @param {() => Promise<void>} work */
export function onSubmit(form, work) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('button[type=submit]');
    if (button instanceof HTMLButtonElement) button.disabled = true;
    try {
      await work();
    } finally {
      if (button instanceof HTMLButtonElement) button.disabled = false;
    }
  });
}

/** @param {string} instant @param {string} [timeZone] */
export function localTime(instant, timeZone) {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone }).format(new Date(instant));
}
