// @ts-check
// Pages of platform admins. What is on them the database keeps from everybody else; this only says so.
import { byId } from './dom.js';
import { answerOf } from './failures.js';
import { client, person } from './session.js';

/** Whether the person is an admin; to anybody else the page shows, instead of its content, that it is not theirs. @param {HTMLElement} content */
export async function isForAdmin(content) {
  const roles = await answerOf(client.from('user_roles').select('role').eq('user_id', person.id).eq('role', 'platform_admin'));
  const isAdmin = roles.length > 0;
  byId('refused').hidden = isAdmin;
  content.hidden = !isAdmin;
  return isAdmin;
}
