import { resultOf } from '@evenkeel/client';
import { backend } from './backend.js';
import { Field, Form, text } from './form.js';
import { useLoaded } from './loaded.js';
import { Note } from './note.js';

const readCompanies = () =>
  resultOf(backend.supabase.from('company_members').select('company_id, companies(name)').eq('role', 'admin').eq('status', 'active'));

/** For admins of companies. */
export function Inviting() {
  const { data: companies, problem } = useLoaded(readCompanies);
  if (problem) return <Note outcome={problem} />;
  return companies?.map(({ company_id, companies: company }) => (
    <Form key={company_id} title={`Invite to ${company.name}`} button="Invite" onSubmit={async (form) => {
      const invitations = [{ email: text(form, 'email'), role: 'employee' as const }];
      const { data, error } = await backend.invoke('company-invite-employee', { company_id, invitations });
      if (error) return error;
      const { limit, members, pending } = data.seats;
      return `${data.results.map(({ email, status }) => `${email}: ${status}`).join(', ')}. ${limit - members - pending} seats are left.`;
    }}>
      <Field label="Whom" name="email" />
    </Form>
  ));
}
