// @ts-check
// Tabs as a keyboard knows them: one is reached, the arrows lead to the others. The address says which is open.
import { byId } from './dom.js';

/** @param {HTMLElement} list @param {{ has: (name: string) => boolean, onOpen: (name: string) => unknown }} options `has`: whether there is anything in it */
export function watchTabs(list, { has, onOpen }) {
  const all = /** @type {HTMLButtonElement[]} */ ([...list.querySelectorAll('[role=tab]')]);
  const nameOf = (/** @type {Element} */ tab) => tab.getAttribute('aria-controls') ?? '';
  const tabs = all.filter((tab) => has(nameOf(tab)));
  for (const tab of all) tab.hidden = !tabs.includes(tab);

  const open = (/** @type {HTMLButtonElement} */ chosen) => {
    for (const tab of all) {
      tab.ariaSelected = String(tab === chosen);
      tab.tabIndex = tab === chosen ? 0 : -1;
      byId(nameOf(tab)).hidden = tab !== chosen;
    }
    onOpen(nameOf(chosen));
  };
  const ofAddress = () => tabs.find((tab) => nameOf(tab) === location.hash.slice(1)) ?? tabs[0];
  const choose = (/** @type {HTMLButtonElement} */ tab) => {
    history.replaceState(null, '', `#${nameOf(tab)}`);
    open(tab);
  };
  for (const tab of tabs) tab.addEventListener('click', () => choose(tab));
  list.addEventListener('keydown', (event) => {
    const at = tabs.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const next = /** @type {Record<string, number>} */ ({ ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 })[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    const tab = tabs[(next + tabs.length) % tabs.length];
    choose(tab);
    tab.focus();
  });
  addEventListener('hashchange', () => open(ofAddress()));
  open(ofAddress());
}
