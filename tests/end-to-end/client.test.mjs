// @ts-check
// The typed client against the running platform: answers of more rows than the Data API gives at once, and refusals.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { answers, clientOf, pages, resultOf, ROWS_AT_ONCE } from '../../client/tests/built.mjs';
import { sql, visitor } from './platform/clients.mjs';
import { platformAdmin } from './platform/companies.mjs';
import { employ, signedIn } from './platform/people.mjs';
import { aSpecialistDayAndNight } from './platform/specialists.mjs';

after(() => sql.end());

/** @param {{ client: any }} person */
const typed = ({ client }) => clientOf(client);

/** @template Row @param {AsyncIterable<readonly Row[]>} all */
async function gathered(all) {
  /** @type {Row[]} */
  const found = [];
  for await (const page of all) found.push(...page);
  return found;
}

test('a function that answers more than a thousand rows is read to its end', async () => {
  const { specialistId, sessionTypeId } = await aSpecialistDayAndNight();
  const others = await Promise.all([1, 2].map(() => aSpecialistDayAndNight()));
  await sql`
    insert into public.specialist_pillars (specialist_id, pillar_id)
    select o, pillar_id from public.specialist_pillars, unnest(${others.map((one) => one.specialistId)}::uuid[]) o where specialist_id = ${specialistId}`;
  const person = await signedIn();
  await employ(person);
  const client = typed(person);
  const args = { p_session_type_id: sessionTypeId, p_to: new Date(Date.now() + 29 * 86_400_000).toISOString() };
  const slots = [];
  for await (const page of answers((/** @type {string | null} */ cursor) => client.rpc('available_slots', { ...args, p_limit: ROWS_AT_ONCE, p_cursor: cursor }))) {
    slots.push(...page.slots);
  }
  assert.ok(slots.length > 2 * ROWS_AT_ONCE, `${slots.length}`);
  const kept = new Set(slots.map(({ specialist_id, starts_at }) => `${specialist_id} ${starts_at}`));
  assert.equal(kept.size, slots.length, 'some are there twice');
  assert.equal(kept.size % 3, 0, 'some are missing: each of the three is free at the same times');
});

test('a table of more than a thousand rows is read to its end, whatever goes meanwhile', async (t) => {
  const mark = `Many ${randomUUID()}`;
  await sql`insert into public.companies (name) select ${mark} from generate_series(1, 1500)`;
  t.after(() => sql`delete from public.companies where name = ${mark}`);
  const client = typed(await platformAdmin());
  /** @param {{ id: string } | undefined} last */
  const read = async (last) => {
    // By its place in the order, what stood behind it would move to the page before.
    if (last) await sql`delete from public.companies where name = ${mark} and id < ${last.id}`;
    const query = client.supabase.from('companies').select('id').eq('name', mark).order('id');
    return resultOf(last ? query.gt('id', last.id) : query);
  };
  const found = await gathered(pages(read));
  assert.equal(new Set(found.map(({ id }) => id)).size, 1500);
});

test('functions, SQL functions and tables refuse in one language', async () => {
  const client = typed(await signedIn());
  const id = randomUUID();
  const answers = await Promise.all([
    client.invoke('company-invite-employee/resend', { invitation_id: id }),
    client.invoke('specialist-verify/queue', { limit: 1 }),
    client.rpc('cancel_booking', { p_booking_id: id }),
    client.rpc('cancel_booking', { p_booking_id: 'no id' }),
    resultOf(client.supabase.from('companies').select('id').eq('id', id).single()),
    clientOf(/** @type {any} */ (visitor())).rpc('cancel_booking', { p_booking_id: id }),
  ]);
  assert.deepEqual(answers.map(({ error }) => [error?.status, error?.code]), [
    [404, 'not_found'], [403, 'forbidden'], [404, 'booking_not_found'], [400, 'invalid_request'], [406, 'not_found'], [401, 'unauthenticated'],
  ]);
  for (const { error } of answers) assert.match(error?.detail ?? '', /^[A-Z]\w* \w+/);
});
