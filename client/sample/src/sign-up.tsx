import { backend } from './backend.js';
import { Field, Form, text } from './form.js';

/** Takes an address alone: whoever reads its mail makes the account. */
export function SignUp() {
  return (
    <Form title="Sign up" button="Sign up" onSubmit={async (form) => {
      const { error } = await backend.invoke('auth-sign-up', { email: text(form, 'email'), locale: navigator.language });
      return error ?? 'A mail is on its way to you. Its link makes your account.';
    }}>
      <Field label="E-mail" name="email" type="email" />
    </Form>
  );
}
