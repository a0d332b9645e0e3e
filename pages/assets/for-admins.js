// @ts-check
// Pages of platform admins. What is on them the database keeps from everybody else; this only says so.
import { byId } from './dom.js';
import { answerOf } from './failures.js';
import { adminRole } from './profile.js';
import { client } from './session.js';

/**
 * Whether the person is an admin in this session; to anybody else the page shows, instead of its content, that it is not theirs, or
 * not yet.
 * @param {HTMLElement} content
 */
export async function isForAdmin(content) {
  const role = await adminRole();
  const lacksFactor = Boolean(role?.needs_second_factor) && !(await seesSettings());
  const isAdmin = role !== null && !lacksFactor;
  byId('refused').hidden = role !== null;
  byId('lacks-factor').hidden = !lacksFactor;
  content.hidden = !isAdmin;
  return isAdmin;
}

/** As nobody else does. What the token says of a second factor may be of before it was removed. */
async function seesSettings() {
  return (await answerOf(client.from('system_settings').select('key').limit(1))).length > 0;
}
