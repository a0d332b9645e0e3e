import { useState } from 'react';
import { backend } from './backend.js';
import { Field, Form, text } from './form.js';
import { useLoaded } from './loaded.js';
import { Note } from './note.js';

/** Behind the link of the mail. */
export function CompleteSignUp({ token }: { token: string }) {
  const [look] = useState(() => () => backend.invoke('auth-sign-up/preview', { token }));
  const { data: preview, problem } = useLoaded(look);
  if (!preview) return <Note outcome={problem} />;
  const { email, terms } = preview;
  return (
    <Form title={`An account for ${email}`} button="Make it" onSubmit={async (form) => {
      const { error } = await backend.invoke('auth-sign-up/complete', {
        token,
        password: String(form.get('password')),
        display_name: text(form, 'name'),
        locale: navigator.language,
        time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        terms,
      });
      if (error?.code === 'token_used') return 'You have made it before. Please sign in.';
      return error ?? 'Your account is ready. You can sign in.';
    }}>
      <Field label="Your name" name="name" />
      <Field label="Password" name="password" type="password" />
      <Field label={`I accept the terms of use (${terms.terms}) and have read the privacy notice (${terms.privacy}).`} name="accepted" type="checkbox" />
      <a href="/">Sign in</a>
    </Form>
  );
}
