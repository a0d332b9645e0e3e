// @ts-check
// Pages of platform admins. What is on them the database keeps from everybody else; this only says so.
import { byId } from './dom.js';
import { isPlatformAdmin } from './profile.js';

/** Whether the person is an admin; to anybody else the page shows, instead of its content, that it is not theirs. @param {HTMLElement} content */
export async function isForAdmin(content) {
  const isAdmin = await isPlatformAdmin();
  byId('refused').hidden = isAdmin;
  content.hidden = !isAdmin;
  return isAdmin;
}
