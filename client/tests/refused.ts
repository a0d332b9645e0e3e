// Calls that must not compile, and what narrowing must know. Checked by the compiler alone.
import { answers, createClient, pages, resultOf, type Rpc, type RpcAnswer } from '../src/index.js';

const client = createClient('http://127.0.0.1', 'a key');
const id = '00000000-0000-4000-8000-000000000000';

// Words ------------------------------------------------------------------------------------------

// @ts-expect-error no role of a company
await client.rpc('set_member_role', { p_company_id: id, p_user_id: id, p_role: 'owner' });
// @ts-expect-error no outcome of a session
await client.rpc('close_booking', { p_booking_id: id, p_outcome: 'cancelled' });
// @ts-expect-error no kind of document
await client.rpc('accept_document', { p_document: 'imprint', p_version: '1' });
// @ts-expect-error no state of a booking
await client.supabase.from('bookings').select('id').eq('status', 'open');
// @ts-expect-error no role of a company, in the rows of a body
await client.invoke('company-invite-employee', { company_id: id, invitations: [{ email: 'a@b.test', role: 'owner' }] });

// Arguments --------------------------------------------------------------------------------------

// @ts-expect-error p_version is missing
await client.rpc('accept_document', { p_document: 'terms' });
// @ts-expect-error all of them are
await client.rpc('accept_document');
// @ts-expect-error p_from may be left out, and is not null
await client.rpc('available_slots', { p_from: null });
// @ts-expect-error p_reason is not null where it has to be given
await client.rpc('cancel_booking_as_admin', { p_booking_id: id, p_reason: null });
// @ts-expect-error no argument of this function
await client.rpc('leave_company', { p_company_id: id, p_reason: 'enough' });
// @ts-expect-error no member of this body
await client.invoke('auth-sign-up', { email: 'a@b.test', password: 'b' });
// @ts-expect-error a body is needed
await client.invoke('auth-sign-up');

await client.rpc('my_verification');
await client.rpc('cancel_booking', { p_booking_id: id });
await client.rpc('cancel_booking', { p_booking_id: id, p_reason: null });
await client.invoke('specialist-verify/queue', {});

// What clients do not reach ----------------------------------------------------------------------

// @ts-expect-error a worker's function
await client.rpc('claim_emails', { p_stream: 'mail', p_limit: 1, p_lease_seconds: 60 });
// @ts-expect-error a job's
await client.invoke('email-dispatch', {});
// @ts-expect-error a table that no client reads
client.supabase.from('email_queue');
// @ts-expect-error a column that no client writes
client.supabase.from('profiles').update({ email: 'a@b.test' });
// @ts-expect-error a column that no client reads
const decider = (await client.supabase.from('specialist_documents').select('*')).data?.[0]?.decided_by;

// Codes ------------------------------------------------------------------------------------------

const booked = await client.rpc('book_session', { p_specialist_id: id, p_session_type_id: id, p_starts_at: id });
if (booked.error) {
  // @ts-expect-error a booking is not refused with that
  if (booked.error.code === 'seat_limit') throw booked.error;
  if (booked.error.code === 'slot_taken' || booked.error.code === 'network') throw booked.error;
  // @ts-expect-error seats are told by those codes alone that are about them
  booked.error.seats;
} else {
  // @ts-expect-error no state of a booking
  if (booked.data.status === 'open') throw new Error();
}

const assigned = await client.invoke('company-assign-plan', { company_id: id, plan: 'growth', status: 'active' });
if (assigned.error?.code === 'seats_below_members') assigned.error.seats?.limit satisfies number | undefined;
// @ts-expect-error no answer where there is an error
if (assigned.error) assigned.data.plan;

// Pages ------------------------------------------------------------------------------------------

for await (const page of pages((last?: { id: string }) => {
  const query = client.supabase.from('companies').select('id, name').order('id');
  return resultOf(last ? query.gt('id', last.id) : query);
})) {
  // @ts-expect-error not selected
  page[0]?.locale;
  page[0]?.name satisfies string | undefined;
}
for await (const { slots, refused } of answers((cursor: string | null) => client.rpc('available_slots', { p_cursor: cursor }))) {
  slots[0]?.starts_at satisfies string | undefined;
  if (refused === 'no_plan') break;
  // @ts-expect-error no word of booking
  if (refused === 'not_today') break;
}
// @ts-expect-error a cursor is text
answers((cursor: number | null) => client.rpc('available_slots', { p_cursor: cursor }));
// @ts-expect-error rows go on behind a column that they have
pages((last?: { ends: string }) => client.rpc('company_directory', { p_company_id: id, p_after: last?.ends ?? null }));

// The answer of each SQL function is told, by the catalogue or in shapes.ts.
type Untold = { [N in Rpc]: unknown extends RpcAnswer<N> ? N : never }[Rpc];
(null as unknown as Untold) satisfies never;
export { decider };
