// @ts-check
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import test from 'node:test';
import { scramVerifier } from './scram.mjs';

test('the verifier signs the conversation of RFC 7677 as its server does', () => {
  const verifier = scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'));
  const [, , serverKey] = /^SCRAM-SHA-256\$4096:W22ZaJ0SNY7soEsUEjb6gQ==\$(.+):(.+)$/.exec(verifier) ?? assert.fail(verifier);
  const nonce = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
  const conversation = `n=user,r=rOprNGfwEbeRWgbNEkqO,${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,${nonce}`;
  const signature = createHmac('sha256', Buffer.from(serverKey, 'base64')).update(conversation).digest('base64');
  assert.equal(signature, '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
});

test('a verifier shows nothing of the password, and is another every time', () => {
  const [one, other] = [scramVerifier('pencil'), scramVerifier('pencil')];
  assert.notEqual(one, other);
  assert.ok(!one.includes('pencil'));
});
