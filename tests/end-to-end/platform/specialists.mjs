// @ts-check
// Specialists as the tests need them, and what they hand in.

import { createHash, randomUUID } from 'node:crypto';
import { sql } from './clients.mjs';
import { signedIn } from './people.mjs';

/** @typedef {Awaited<ReturnType<typeof anApplicant>>} Applicant */

/** A pillar of its own, which requires these documents. @param {string[]} required */
export async function aPillar(required) {
  const name = `Pillar ${randomUUID().slice(0, 8)}`;
  const [{ id }] = await sql`
    insert into public.pillars (slug, name) values (${name.toLowerCase().replace(' ', '-')}, ${name}) returning id`;
  for (const type of required) {
    await sql`insert into public.pillar_required_documents (pillar_id, document_type) values (${id}, ${type})`;
  }
  return { id: /** @type {string} */ (id), name };
}

/** Somebody who wants to offer sessions. @param {string[]} [required] */
export async function anApplicant(required = ['license']) {
  const pillar = await aPillar(required);
  const person = await signedIn();
  const [{ id }] = await sql`
    insert into public.specialists (user_id, display_name) values (${person.id}, 'Ines Novak') returning id`;
  await sql`insert into public.specialist_pillars (specialist_id, pillar_id) values (${id}, ${pillar.id})`;
  return { ...person, specialistId: /** @type {string} */ (id), pillar };
}

/** A verified one who works around the clock, with a type of session of their own: so that what is free depends on the
 * sessions of one file alone. */
export async function aSpecialistDayAndNight() {
  const { specialistId, pillar, ...person } = await anApplicant([]);
  await sql`update public.specialists set status = 'verified', verified_at = now() where id = ${specialistId}`;
  await sql`
    insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from)
    select ${specialistId}, d, '00:00', '24:00', current_date - 1 from generate_series(1, 7) d`;
  const [{ id }] = await sql`
    insert into public.session_types (pillar_id, kind, name, default_minutes)
    values (${pillar.id}, 'coaching', 'A talk', 50) returning id`;
  return { person, specialistId, sessionTypeId: /** @type {string} */ (id) };
}

/** A PDF as far as anybody looks. @param {string} [text] */
export const aPdf = (text = randomUUID()) => Buffer.from(`%PDF-1.7\n${text}\n%%EOF\n`);

/** @param {Buffer} bytes */
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Says what is about to be uploaded. @param {Applicant} person @param {Buffer} file @param {{ type?: string, mime?: string, replaces?: string }} [more] */
export async function announce({ client }, file, { type = 'license', mime = 'application/pdf', replaces } = {}) {
  const { data, error } = await client.rpc('submit_document', {
    p_type: type,
    p_document_number: 'No. 1',
    p_issuing_authority: 'Board',
    p_expiry_date: null,
    p_file_hash: sha256(file),
    p_mime_type: mime,
    p_file_size: file.length,
    ...(replaces ? { p_document_id: replaces } : {}),
  });
  if (error) throw error;
  return /** @type {{ id: string, file_path: string }} */ (data);
}

/** @param {Applicant} person @param {string} path @param {Buffer} file @param {string} [mime] */
export const upload = ({ client }, path, file, mime = 'application/pdf') =>
  client.storage.from('specialist-documents').upload(path, file, { contentType: mime, upsert: true });

/** Announces a document and uploads its file. @param {Applicant} person @param {Buffer} [file] @param {Parameters<typeof announce>[2]} [more] */
export async function handIn(person, file = aPdf(), more = {}) {
  const { id, file_path } = await announce(person, file, more);
  const { error } = await upload(person, file_path, file, more.mime);
  if (error) throw error;
  return id;
}
