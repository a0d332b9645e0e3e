import { resultOf } from '@evenkeel/client';
import { backend } from './backend.js';
import { Field, Form, text } from './form.js';

export function SignIn() {
  return (
    <Form title="Sign in" button="Sign in" onSubmit={async (form) => {
      const asked = backend.supabase.auth.signInWithPassword({ email: text(form, 'email'), password: String(form.get('password')) });
      const { error } = await resultOf(asked);
      return error ?? 'You are signed in.';
    }}>
      <Field label="E-mail" name="email" type="email" />
      <Field label="Password" name="password" type="password" />
    </Form>
  );
}
