// @ts-check
import { answerOf } from './failures.js';
import { client, person } from './session.js';
import { useZone } from './times.js';

/** @typedef {{ display_name: string, email: string, locale: string, time_zone: string }} Profile */
/** @type {Promise<Profile> | null} */
let asked = null;

/** What the person says of themselves, asked for once. @returns {Promise<Profile>} */
export async function profile() {
  asked ??= answerOf(client.from('profiles').select('display_name, email, locale, time_zone').eq('id', person.id).single());
  try {
    return await asked;
  } catch (error) {
    asked = null;
    throw error;
  }
}

/** Times are the person's from then on. */
export async function useOwnZone() {
  useZone((await profile()).time_zone);
}

/** Their role of a platform admin, or null. It opens nothing before a second factor is shown, where it needs one. @returns {Promise<{ needs_second_factor: boolean } | null>} */
export function adminRole() {
  return answerOf(client.from('user_roles').select('needs_second_factor').eq('user_id', person.id).eq('role', 'platform_admin').maybeSingle());
}
