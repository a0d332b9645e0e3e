// @ts-check
// What the first page shows of the database.

/** @param {import('postgres').Sql} sql */
export function createDatabaseReport(sql) {
  return async function report() {
    const [{ version }] = await sql`select current_setting('server_version') as version`;
    const jobs = await sql`
      select j.jobname as name, j.schedule, r.status, r.start_time as started_at
      from cron.job j
      left join lateral (
        select status, start_time from cron.job_run_details d
        where d.jobid = j.jobid and d.start_time > now() - interval '1 day'
        order by d.runid desc limit 1
      ) r on true
      where j.active order by j.jobname`;
    return { version: String(version), jobs };
  };
}
