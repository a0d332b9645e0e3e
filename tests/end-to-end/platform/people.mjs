// @ts-check

import { randomUUID } from 'node:crypto';
import { service, sql, visitor } from './clients.mjs';

export const PASSWORD = 'correct horse battery staple';

export const newAddress = (name = 'ada') => `${name}-${randomUUID().slice(0, 8)}@example.com`;

/** An account that an admin made, and whose address nobody has confirmed. @param {Record<string, string>} [data] @param {string} [email] */
export async function unconfirmed(data = {}, email = newAddress()) {
  return { email, client: visitor(), id: await account({ email, user_metadata: data }) };
}

/** Somebody with a confirmed account, signed in. @param {Record<string, string>} [introduction] @param {string} [email] */
export async function signedIn(introduction = {}, email = newAddress()) {
  const person = { email, client: visitor(), id: await account({ email, user_metadata: introduction, email_confirm: true }) };
  const { error } = await person.client.auth.signInWithPassword({ email, password: PASSWORD });
  if (error) throw error;
  return person;
}

/** @param {import('@supabase/supabase-js').AdminUserAttributes} attributes @returns {Promise<string>} its id */
async function account(attributes) {
  const { data, error } = await service.auth.admin.createUser({ password: PASSWORD, ...attributes });
  if (error) throw error;
  const id = /** @type {string} */ (data.user?.id);
  await agree(id);
  return id;
}

/** As whoever signs up does: without it nobody begins anything. @param {string} id */
export async function agree(id) {
  await sql`insert into public.terms_acceptance (user_id, document, version) select ${id}, key, value from jsonb_each_text(private.terms_in_force())`;
}

/** Joins the first company of the seed. @param {{ id: string }} person */
export async function employ({ id }) {
  await sql`
    insert into public.company_members (company_id, user_id)
    select id, ${id} from public.companies where status = 'active' order by created_at, id limit 1`;
}

/** The first slot that can be booked with anybody, so many minutes ahead: from 65 on, a reminder of an hour is still to come. @param {number} [ahead] */
export async function aFreeSlot(ahead = 65) {
  const [slot] = await sql`
    select s.id as specialist_id, t.id as session_type_id, slot.at as starts_at
    from generate_series(
      date_bin('5 minutes', now(), 'epoch') + make_interval(mins => ${ahead}::int), now() + interval '1 day', interval '5 minutes'
    ) slot (at)
    cross join public.specialists s
    join public.specialist_pillars sp on sp.specialist_id = s.id
    join public.session_types t on t.pillar_id = sp.pillar_id and t.is_active
    join public.pillars p on p.id = sp.pillar_id and p.is_active
    where s.status = 'verified' and (
      select range_agg(w.span) filter (where w.kind <> 'time_off' and coalesce(w.session_type_id, t.id) = t.id)
        @> tstzrange(slot.at, slot.at + make_interval(mins => t.default_minutes))
      from private.working_spans(array[s.id], slot.at, slot.at + interval '4 hours') w
    ) and not exists (
      select from public.bookings b
      where b.specialist_id = s.id and b.status in ('held', 'confirmed')
        and tstzrange(b.starts_at, b.ends_at)
          && tstzrange(slot.at, slot.at + make_interval(mins => t.default_minutes))
    )
    and not exists (
      select from private.session_terms x where x.specialist_id = s.id and x.session_type_id = t.id and x.requires_acceptance
    )
    order by slot.at, s.id limit 1`;
  if (!slot) throw new Error('the seed holds nothing to book');
  return /** @type {{ specialist_id: string, session_type_id: string, starts_at: Date }} */ (slot);
}
