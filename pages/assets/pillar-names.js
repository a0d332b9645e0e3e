// @ts-check
// What pillars are called: those that somebody may see, a platform admin all.
import { answerOf } from './failures.js';
import { client } from './session.js';

/** By id. @returns {Promise<Map<string, string>>} */
export async function pillarNames() {
  const pillars = await answerOf(client.from('pillars').select('id, name'));
  return new Map(pillars.map((/** @type {{ id: string, name: string }} */ { id, name }) => [id, name]));
}
