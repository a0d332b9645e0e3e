// @ts-check
// The people of the seed, as the README and the stack's page name them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { sql, visitor } from './platform/clients.mjs';
import { root } from './platform/environment.mjs';

after(() => sql.end());

test('on this machine, whom the README names signs in with the password that it names', async () => {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const password = /the password of each is `([^`]+)`/.exec(readme)?.[1] ?? '';
  const people = [...readme.matchAll(/^\| `([a-z]+@[a-z.]+\.example)` \|/gm)].map(([, email]) => email);
  assert.ok(people.length >= 5, people.join());
  for (const email of people) {
    const { data, error } = await visitor().auth.signInWithPassword({ email, password });
    assert.equal(error, null, email);
    assert.equal(data.user?.email, email);
  }
});
