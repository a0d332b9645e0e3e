// @ts-check
// A platform admin gives a person a package of sessions, or corrects one.
import { watchCorrections } from './correct-packages.js';
import { byId, tell } from './dom.js';
import { answerOf } from './failures.js';
import { isForAdmin } from './for-admins.js';
import { accountId } from './read-ids.js';
import { client, person } from './session.js';
import { fillSessionTypes } from './session-types.js';
import { dateIn, dayText, daysAfter } from './times.js';
import { action, load } from './work.js';

/** @type {Record<string, string>} by code */
const REFUSALS = {
  member_not_found: 'There is no such person, or they are a member of no company.',
};

if (person) {
  await load(byId('give'), async () => {
    if (!(await isForAdmin(byId('work')))) return;
    await fillSessionTypes(byId('type'));
    const today = dateIn(Date.now());
    byId('last').min = today;
    byId('last').value = daysAfter(today, 180);
    action(byId('give-form'), byId('give-note'), give, REFUSALS);
    watchCorrections();
  });
}

async function give() {
  const [id, count, last] = [accountId(byId('person').value), Number(byId('count').value), byId('last').value];
  await answerOf(client.rpc('grant_package', {
    p_user_id: id, p_session_type_id: byId('type').value, p_sessions: count, p_expires_on: last, p_reason: byId('reason').value,
  }));
  tell(byId('give-note'), `They have ${count} ${count === 1 ? 'session' : 'sessions'} until ${dayText(last, 'long')}.`);
}
