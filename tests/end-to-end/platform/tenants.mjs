// @ts-check
// Two companies that want something of each other: what there is of each, and whether it is still as it was.

import { sql } from './clients.mjs';
import { aCustomer, ask, memberOf } from './companies.mjs';
import { mailTo } from './inbox.mjs';
import { aFreeSlot, newAddress } from './people.mjs';

/** @typedef {Awaited<ReturnType<typeof tenant>>} Tenant */

/** A company with an admin, a manager, an employee who has booked, and somebody who is invited. */
export async function tenant() {
  const customer = await aCustomer({ seats: 20 });
  const { company, admin, plan } = customer;
  const people = { admin, manager: await memberOf(company, 'manager'), employee: await memberOf(company, 'employee') };
  const invitee = newAddress('invited');
  const invitations = [{ email: invitee, full_name: `Name of ${invitee.replace('@', ' at ')}` }];
  const { body } = await ask(admin, 'company-invite-employee', { company_id: company.id, invitations });
  const mail = await mailTo(invitee, 1, 90);
  const token = /#token=([A-Za-z0-9_-]{64})/.exec(mail.text)?.[1] ?? '';
  const [subscription] = await sql`select id from public.company_subscriptions where company_id = ${company.id}`;
  const booking = await bookingOf(people.employee);
  const secrets = [company.name, invitee, subscription.id, booking, ...Object.values(people).flatMap(({ id, email }) => [id, email])];
  return { company, plan, people, booking, invitee, invitation: body.results[0].invitation_id, token, secrets };
}

/** @param {{ client: import('@supabase/supabase-js').SupabaseClient }} person */
async function bookingOf({ client }) {
  // No reminder of it becomes due meanwhile, which would change a row.
  const { starts_at, ...slot } = await aFreeSlot(300);
  const { data, error } = await client.rpc('book_session', {
    p_specialist_id: slot.specialist_id,
    p_session_type_id: slot.session_type_id,
    p_starts_at: starts_at.toISOString(),
  });
  if (error) throw error;
  return /** @type {string} */ (data.id);
}

/** Every row about the companies, by table. @param {Tenant[]} tenants */
export async function rowsOf(tenants) {
  const companies = tenants.map(({ company }) => company.id);
  const people = tenants.flatMap((one) => Object.values(one.people).map(({ id }) => id));
  const columns = await sql`
    select format('%I.%I', n.nspname, c.relname) as name, a.attname as key
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private') and c.relkind in ('r', 'p') and not c.relispartition
      and a.attname in ('company_id', 'user_id', 'accepted_by') and a.atttypid = 'uuid'::regtype
      -- Written in the background, and by signing in.
      and c.relname not in ('emails', 'session_tokens', 'failed_login_attempts')
    order by 1, 2`;
  /** @type {Record<string, string[]>} */
  const rows = {};
  const read = async (/** @type {string} */ label, /** @type {string} */ query, /** @type {string[]} */ ids) => {
    const found = await sql.unsafe(query, [/** @type {any} */ (ids)]);
    rows[label] = found.map((row) => row.line).sort();
  };
  for (const { name, key } of columns) {
    const ids = key === 'company_id' ? companies : people;
    await read(`${name} by ${key}`, `select t::text as line from ${name} t where ${key} = any($1)`, ids);
  }
  await read('public.companies', 'select t::text as line from public.companies t where id = any($1)', companies);
  await read(
    'private.invitation_tokens',
    `select t::text as line from private.invitation_tokens t join public.company_employee_invitations i
     on i.id = t.invitation_id where i.company_id = any($1)`,
    companies,
  );
  await read(
    'auth.users',
    'select concat_ws(\',\', id, email, encrypted_password, email_confirmed_at) as line from auth.users where id = any($1)',
    people,
  );
  await read(
    'mails about the companies',
    `select l.recipient as line from private.email_log l where l.stream = 'mail' and l.recipient in (
       select email from public.profiles where id = any($1)) or l.recipient like 'intruder-%'`,
    people,
  );
  return rows;
}

/** @param {Record<string, string[]>} rows */
export const total = (rows) => Object.values(rows).reduce((sum, lines) => sum + lines.length, 0);

/**
 * Every id of a company: its own, those of its people, and of what is about either. Not those of mailed links, which
 * nobody but the mailbox has. @param {Tenant} tenant
 */
export async function idsOf({ company, people }) {
  const roots = [company.id, ...Object.values(people).map(({ id }) => id)];
  const named = await sql`
    select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'id' and a.atttypid = 'uuid'::regtype
      and c.relname !~ '_tokens$' order by 1`;
  /** @type {Map<string, string>} */
  const found = new Map(roots.map((id, index) => [id, index === 0 ? 'companies' : 'profiles']));
  for (const { name } of [...named, { name: 'session_tokens' }]) {
    const rows = await sql`select id from public.${sql(name)} t where t::text ~ ${roots.join('|')}`;
    for (const { id } of rows) if (!found.has(id)) found.set(id, name);
  }
  return [...found].map(([id, source]) => ({ id, source }));
}
