// @ts-check
// A platform admin gives a person a package of sessions.
import { byId, tell } from './dom.js';
import { Failure, answerOf } from './failures.js';
import { isForAdmin } from './for-admins.js';
import { client, person } from './session.js';
import { fillSessionTypes } from './session-types.js';
import { dateIn, dayText, daysAfter } from './times.js';
import { action, load } from './work.js';

/** @type {Record<string, string>} by code */
const REFUSALS = {
  member_not_found: 'There is no such person, or they are a member of no company.',
  invalid_id: 'The id of an account looks like 5de0b75e-0000-4000-8000-000000000000.',
};

if (person) {
  await load(byId('give'), async () => {
    if (!(await isForAdmin(byId('give-form').closest('.card')))) return;
    await fillSessionTypes(byId('type'));
    const today = dateIn(Date.now());
    byId('last').min = today;
    byId('last').value = daysAfter(today, 180);
    action(byId('give-form'), byId('give-note'), give, REFUSALS);
  });
}

async function give() {
  const [id, count, last] = [byId('person').value.trim(), Number(byId('count').value), byId('last').value];
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw new Failure('invalid_id');
  await answerOf(client.rpc('grant_package', {
    p_user_id: id, p_session_type_id: byId('type').value, p_sessions: count, p_expires_on: last, p_reason: byId('reason').value,
  }));
  tell(byId('give-note'), `They have ${count} ${count === 1 ? 'session' : 'sessions'} until ${dayText(last, 'long')}.`);
}
