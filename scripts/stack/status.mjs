// @ts-check
// What the page shows as running. Every answer is asked for fresh and bounded in time.

const ANSWER_WITHIN = 2_000;

/**
 * @param {{ report: () => Promise<import('./services-socket.mjs').Report>,
 *   functions: { list: () => Promise<{ name: string, state: string }[]> }, inboxUrl: string, origin: string,
 *   siteUrl: string, publishableKey: string }} parts
 */
export function createStatus({ report, functions, inboxUrl, origin, siteUrl, publishableKey }) {
  return async function status() {
    const [database, api, auth, inbox] = await Promise.all([
      probe(report),
      probe(() => reach('/rest/v1/')),
      probe(() => reach('/auth/v1/settings')),
      probe(countMails),
    ]);
    return {
      parts: [
        { name: 'Database', ok: database.ok, detail: database.ok ? `PostgreSQL ${database.value?.version.split(' ')[0]}` : database.detail },
        { name: 'Data API', ok: api.ok, detail: api.detail },
        { name: 'Auth', ok: auth.ok, detail: auth.detail },
        { name: 'Inbox', ok: inbox.ok, detail: inbox.ok ? `${inbox.value} ${inbox.value === 1 ? 'mail' : 'mails'}` : inbox.detail },
        ...(siteUrl === origin ? [] : [{ name: 'Links in mails', ok: true, detail: `to ${siteUrl}` }]),
      ],
      functions: await functions.list(),
      jobs: database.value?.jobs ?? [],
    };
  };

  /** As everybody reaches it, through the gateway. @param {string} path */
  async function reach(path) {
    const response = await fetch(origin + path, { headers: { apikey: publishableKey } });
    await response.body?.cancel();
    if (response.status >= 500) throw new Error(`answers ${response.status}`);
    return response.status;
  }

  async function countMails() {
    return (await (await fetch(`${inboxUrl}/inbox/mails`)).json()).total;
  }
}

/** @template T @param {() => Promise<T>} ask @returns {Promise<{ ok: boolean, value?: T, detail: string }>} */
async function probe(ask) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('does not answer')), ANSWER_WITHIN)));
  try {
    return { ok: true, value: /** @type {T} */ (await Promise.race([ask(), late])), detail: 'answers' };
  } catch (error) {
    return { ok: false, detail: /** @type {Error} */ (error).message };
  } finally {
    clearTimeout(timer);
  }
}
