// @ts-check
// What the page shows as running. Every answer is asked for fresh and bounded in time.

const ANSWER_WITHIN = 2_000;

/**
 * @param {{ sql: import('postgres').Sql,
 *   functions: { list: () => Promise<{ name: string, state: string }[]> }, inboxUrl: string, origin: string, publishableKey: string }} parts
 */
export function createStatus({ sql, functions, inboxUrl, origin, publishableKey }) {
  return async function status() {
    const [database, api, auth, inbox, jobs] = await Promise.all([
      probe(async () => (await sql`select current_setting('server_version') as version`)[0].version),
      probe(() => reach('/rest/v1/')),
      probe(() => reach('/auth/v1/settings')),
      probe(countMails),
      probe(lastRuns),
    ]);
    return {
      parts: [
        { name: 'Database', ok: database.ok, detail: database.ok ? `PostgreSQL ${String(database.value).split(' ')[0]}` : database.detail },
        { name: 'Data API', ok: api.ok, detail: api.detail },
        { name: 'Auth', ok: auth.ok, detail: auth.detail },
        { name: 'Inbox', ok: inbox.ok, detail: inbox.ok ? `${inbox.value} ${inbox.value === 1 ? 'mail' : 'mails'}` : inbox.detail },
      ],
      functions: await functions.list(),
      jobs: jobs.value ?? [],
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
    const response = await fetch(`${inboxUrl}/emails?limit=1000`, { headers: { authorization: 'Bearer re_local' } });
    return (await response.json()).data.length;
  }

  async function lastRuns() {
    return sql`
      select j.jobname as name, j.schedule, r.status, r.start_time as started_at
      from cron.job j
      left join lateral (
        select status, start_time from cron.job_run_details d
        where d.jobid = j.jobid and d.start_time > now() - interval '1 day'
        order by d.runid desc limit 1
      ) r on true
      where j.active order by j.jobname`;
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
