import { useState, useTransition, type ReactNode } from 'react';
import type { Outcome } from './backend.js';
import { Note } from './note.js';

interface Props {
  title: string;
  button: string;
  children?: ReactNode;
  onSubmit: (form: FormData) => Promise<Outcome>;
}

/** What was typed stays where something fails. */
export function Form({ title, button, children, onSubmit }: Props) {
  const [outcome, setOutcome] = useState<Outcome>();
  const [isPending, startTransition] = useTransition();
  return (
    <form
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        startTransition(async () => setOutcome(await onSubmit(form)));
      }}
    >
      <h2>{title}</h2>
      {children}
      <button disabled={isPending}>{button}</button>
      <Note outcome={outcome} />
    </form>
  );
}

export function Field({ label, name, type = 'text' }: { label: string; name: string; type?: string }) {
  return <label>{label}<input name={name} type={type} required={type !== 'date'} /></label>;
}

export const text = (form: FormData, name: string): string => String(form.get(name) ?? '').trim();
