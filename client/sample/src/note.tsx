import { Problem } from '@evenkeel/client';
import type { Outcome } from './backend.js';

/** Every failure looks alike, whichever part of the backend refused. */
export function Note({ outcome }: { outcome: Outcome | null | undefined }) {
  if (!outcome) return null;
  if (!(outcome instanceof Problem)) return <p role="status">{outcome}</p>;
  return (
    <div role="alert" data-code={outcome.code} data-status={outcome.status}>
      {outcome.detail}
      {outcome.retryAfter !== undefined && ` Try again in ${outcome.retryAfter} seconds.`}
      {outcome.errors.length > 0 && <ul>{outcome.errors.map(({ pointer, detail }) => <li key={pointer}>{detail}</li>)}</ul>}
      {outcome.requestId && <small> ({outcome.requestId})</small>}
    </div>
  );
}
