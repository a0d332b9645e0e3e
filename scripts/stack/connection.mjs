// @ts-check
// Connections to the stack's database, as one of its roles.
import postgres from 'postgres';

/** @param {string} role @param {string} password @param {number} port */
export function databaseUrl(role, password, port) {
  return `postgresql://${role}:${password}@127.0.0.1:${port}/postgres`;
}

/** @param {string} url @param {import('postgres').Options<{}>} [options] */
export function connect(url, options = {}) {
  return postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: 'stack' }, ...options });
}

const LOOK_EVERY = 200;

/** Waits for a server that is being started. @param {string} url */
export async function untilItAnswers(url) {
  for (;;) {
    const sql = connect(url, { connect_timeout: 2 });
    try {
      await sql`select 1`;
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    } finally {
      await sql.end({ timeout: 0 });
    }
  }
}

/**
 * A connection that only listens, and tells when it is lost: `sql.listen` has one of its own that nobody hears of.
 * @param {string} url @param {{ channel: string, onWord: () => void, onLost: () => void }} wish
 */
export async function hearing(url, { channel, onWord, onLost }) {
  const sql = connect(url, /** @type {any} */ ({ max_lifetime: null, onnotify: onWord, onclose: onLost }));
  await sql.unsafe(`listen ${channel}`);
  return sql;
}
