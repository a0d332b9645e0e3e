// @ts-check

/** What a screen reader would stumble over. Runs in the page. */
export function obstacles() {
  const found = [];
  const shown = (/** @type {Element} */ element) => element.getClientRects().length > 0;
  if (!document.documentElement.lang) found.push('the page names no language');
  if (!document.title) found.push('the page has no title');
  const headings = [...document.querySelectorAll('h1')].filter(shown);
  if (headings.length !== 1) found.push(`${headings.length} visible h1`);
  for (const element of document.querySelectorAll('input, select, textarea')) {
    const labels = /** @type {HTMLInputElement} */ (element).labels;
    if (shown(element) && !labels?.length && !element.getAttribute('aria-label'))
      found.push(`no label: ${element.outerHTML}`);
  }
  for (const element of document.querySelectorAll('a, button')) {
    if (shown(element) && !element.textContent?.trim() && !element.getAttribute('aria-label')) {
      found.push(`no name: ${element.outerHTML}`);
    }
  }
  for (const image of document.querySelectorAll('img'))
    if (!image.hasAttribute('alt')) found.push(`no alt: ${image.src}`);
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index))) found.push(`id "${id}" twice`);
  for (const element of document.querySelectorAll('[aria-labelledby]')) {
    if (!document.getElementById(element.getAttribute('aria-labelledby') ?? ''))
      found.push(`label gone: ${element.outerHTML.slice(0, 80)}`);
  }
  return found;
}
