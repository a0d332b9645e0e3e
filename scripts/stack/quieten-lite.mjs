// @ts-check
import { RelationNotFoundError } from '@supabase/lite';

/** @supabase/lite prints a refused statement, or a table that is not there, with its stack and the row in it; one line says enough. */
export function quietenLite() {
  const [warn, print] = [console.warn, console.error];
  console.warn = (...words) => void (String(words[0]).startsWith('EXPERIMENTAL') || warn(...words));
  console.error = (first, ...rest) => {
    if (first?.name === 'PostgresError') print(`[database] ${first.code} ${first.message}`);
    else if (first instanceof RelationNotFoundError) print(`[data api] ${first.message}`);
    else print(first, ...rest);
  };
}
