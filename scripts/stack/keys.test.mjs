// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { bearerOf, createKeyring, isSecretInBrowser } from './keys.mjs';
import { readToken, signToken } from './tokens.mjs';

const secrets = {
  passwords: /** @type {any} */ ({}),
  jwtSecret: 'a secret of this test',
  publishableKey: 'sb_publishable_p',
  secretKey: 'sb_secret_d',
};
const keyring = createKeyring(secrets);
const soon = Math.floor(Date.now() / 1000) + 60;

test('a key names its role', () => {
  assert.equal(keyring.resolve('sb_publishable_p')?.role, 'anon');
  assert.equal(keyring.resolve('sb_secret_d')?.role, 'service_role');
  assert.equal(keyring.resolve(keyring.roleTokens.service_role)?.type, 'secret');
});

test('an unknown key, an empty one and a person\'s token are no keys', () => {
  const person = signToken({ role: 'authenticated', sub: 'x', exp: soon }, secrets.jwtSecret);
  for (const key of ['', 'sb_secret_x', 'sb_publishable_', person]) assert.equal(keyring.resolve(key), null);
});

test('a token is refused when it is altered, expired, unsigned or of another secret', () => {
  const good = signToken({ role: 'anon', exp: soon }, secrets.jwtSecret);
  assert.equal(readToken(good, secrets.jwtSecret)?.role, 'anon');
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${good.split('.')[1]}.`;
  const bad = [
    good.slice(0, -2) + 'xx', unsigned, `${good}.x`, 'a.b.c', '',
    signToken({ role: 'anon', exp: 1 }, secrets.jwtSecret),
    signToken({ role: 'anon', exp: soon }, 'another secret'),
  ];
  for (const token of bad) assert.equal(readToken(token, secrets.jwtSecret), null, token);
});

test('a key in Authorization is not a bearer token', () => {
  assert.equal(bearerOf({ authorization: 'Bearer sb_secret_d' }), null);
  assert.equal(bearerOf({ authorization: 'Basic x' }), null);
  assert.equal(bearerOf({ authorization: 'bearer abc' }), 'abc');
});

test('a secret key counts as leaked when a browser sends it', () => {
  const secret = keyring.resolve('sb_secret_d');
  assert.equal(isSecretInBrowser(secret, 'Mozilla/5.0 (X11; Linux x86_64)'), true);
  assert.equal(isSecretInBrowser(secret, 'node'), false);
  assert.equal(isSecretInBrowser(keyring.resolve('sb_publishable_p'), 'Mozilla/5.0'), false);
});
