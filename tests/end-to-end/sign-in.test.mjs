// @ts-check
// Guessing passwords through Auth: slowed down, without telling who has an account, and without
// keeping anybody out.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { environment } from './platform/environment.mjs';
import { completeReset, outcome, requestReset } from './platform/functions.mjs';
import { mailTo, tokenIn } from './platform/inbox.mjs';
import { PASSWORD, newAddress, signedIn } from './platform/people.mjs';

after(() => sql.end());

const FREE_FAILURES = 5;
const LAPTOP = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
let networks = 0;

/** An address that nobody has come from yet. */
const elsewhere = () => `198.51.${100 + (process.pid % 100)}.${(networks += 1)}`;

/** @param {string} grant @param {unknown} body @param {string} from @param {string} [userAgent] */
async function askForToken(grant, body, from, userAgent = LAPTOP) {
  const response = await fetch(`${environment.url}/auth/v1/token?grant_type=${grant}`, {
    method: 'POST',
    headers: {
      apikey: environment.publishableKey,
      'content-type': 'application/json',
      'user-agent': userAgent,
      'x-forwarded-for': from,
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** @param {string} email @param {string} password @param {string} from */
const signIn = (email, password, from) => askForToken('password', { email, password }, from);

/** @param {string} email @param {number} times @param {string} from */
async function guess(email, times, from) {
  for (let i = 0; i < times; i += 1) assert.equal((await signIn(email, `wrong number ${i}`, from)).status, 400);
}

test('whoever guesses waits, in the words of a wrong password', async () => {
  const { email, id } = await signedIn();
  const from = elsewhere();
  const wrong = await signIn(email, 'wrong', from);
  await guess(email, FREE_FAILURES, from);
  assert.deepEqual(await signIn(email, PASSWORD, from), wrong, 'too many tries look different from a wrong password');
  assert.deepEqual(await signIn(newAddress('nobody'), PASSWORD, from), wrong, 'no account looks different');
  const [{ count }] = await sql`
    select count(*)::int from public.session_tokens where user_id = ${id} and ip = ${from}`;
  assert.equal(count, 0, 'a refused sign-in left a session');
  const mail = await mailTo(email, 1, 90);
  assert.match(mail.subject, /sign/i);
});

test('guesses from elsewhere keep nobody from signing in where they always do', async () => {
  const { email } = await signedIn();
  const home = elsewhere();
  assert.equal((await signIn(email, PASSWORD, home)).status, 200);
  await guess(email, FREE_FAILURES + 3, elsewhere());
  assert.equal((await signIn(email, PASSWORD, home)).status, 200);
});

test('a new password is a way in at once, whatever is tried meanwhile', async () => {
  const { email } = await signedIn();
  const [attacker, hotel] = [elsewhere(), elsewhere()];
  const password = 'seven green boats at anchor';
  await guess(email, FREE_FAILURES + 4, attacker);
  assert.equal(await outcome(await requestReset(email)), '202 accepted');
  // The second mail tells of the guesses.
  const mails = [await mailTo(email, 1, 90), await mailTo(email, 2, 90)];
  const link = mails.find((mail) => /new password/i.test(mail.subject));
  assert.ok(link, 'no mail with a link');
  const token = tokenIn(link, 'reset-password');
  assert.equal(await outcome(await completeReset(token, password)), '200 password_updated');
  await guess(email, FREE_FAILURES + 4, attacker);
  assert.equal((await signIn(email, password, hotel)).status, 200);
});

test('waiting is enough, and the right password ends the series', async () => {
  const { email, id } = await signedIn();
  const from = elsewhere();
  await guess(email, FREE_FAILURES + 1, from);
  const [{ seconds }] = await sql`
    select ceil(extract(epoch from max(held_until) - now()))::int as seconds
    from public.failed_login_attempts where user_id = ${id}`;
  assert.ok(seconds > 0 && seconds <= 2, `the first wait is ${seconds} s`);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  assert.equal((await signIn(email, PASSWORD, from)).status, 200);
  await guess(email, FREE_FAILURES, from);
  assert.equal((await signIn(email, PASSWORD, from)).status, 200);
});

test('a session names the device and address of its last use', async () => {
  const { email, id, client } = await signedIn();
  await client.auth.signOut();
  const [home, train] = [elsewhere(), elsewhere()];
  const recorded = async () => {
    const [session] = await sql`
      select device, host(ip) as ip from public.session_tokens where user_id = ${id} and ended_at is null`;
    return { ...session };
  };
  const { body } = await signIn(email, PASSWORD, home);
  assert.deepEqual(await recorded(), { device: 'Firefox on Linux', ip: home });
  const refreshed = await askForToken('refresh_token', { refresh_token: body.refresh_token }, train, `${LAPTOP} OPR/9`);
  assert.equal(refreshed.status, 200);
  assert.deepEqual(await recorded(), { device: 'Opera on Linux', ip: train });
});

test('a person who changes the password stays signed in, and only there', async () => {
  const { email, client } = await signedIn();
  const other = await signIn(email, PASSWORD, elsewhere());
  const { error } = await client.auth.updateUser({ password: 'seven green boats at anchor' });
  assert.equal(error, null);
  const { data } = await client.from('profiles').select('email');
  assert.deepEqual(data, [{ email }]);
  const headers = { apikey: environment.publishableKey, authorization: `Bearer ${other.body.access_token}` };
  const response = await fetch(`${environment.url}/rest/v1/profiles?select=email`, { headers });
  assert.deepEqual(await response.json(), [], 'the access token of the other session still reads');
});
