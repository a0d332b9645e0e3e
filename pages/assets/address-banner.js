// @ts-check
// On every page: an account should not stay at the address of a company that its person has left.
import { byId, make } from './dom.js';
import { client, person } from './session.js';

const { data: address } = person && location.pathname !== '/change-address' ? await client.rpc('former_work_address') : { data: null };
if (address) {
  byId('banner').append(
    `You no longer belong to the company that invited ${address}. Whoever reads its mailbox can choose a new password for your account. `,
    make('a', { href: '/change-address' }, 'Use an address of your own'),
  );
  byId('banner').hidden = false;
}
