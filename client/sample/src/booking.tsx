import { resultOf } from '@evenkeel/client';
import { useState } from 'react';
import { backend, type Outcome } from './backend.js';
import { useLoaded } from './loaded.js';
import { Note } from './note.js';

const readTypes = () => resultOf(backend.supabase.from('session_types').select('id, name, pillars!session_types_pillar_id_fkey(name)').order('name'));

export function Booking() {
  const { data: types, problem } = useLoaded(readTypes);
  const [chosen, choose] = useState('');
  return (
    <section>
      <h2>Book a session</h2>
      <label>
        Session
        <select value={chosen} onChange={(event) => choose(event.target.value)}>
          <option value="">Choose one</option>
          {types?.map(({ id, name, pillars }) => <option key={id} value={id}>{pillars.name}: {name}</option>)}
        </select>
      </label>
      <Note outcome={problem} />
      {chosen && <FreeTimes key={chosen} sessionType={chosen} />}
    </section>
  );
}

function FreeTimes({ sessionType }: { sessionType: string }) {
  const [read] = useState(() => () => backend.rpc('available_slots', { p_session_type_id: sessionType }));
  const { data: offered, problem, reload } = useLoaded(read);
  const [outcome, setOutcome] = useState<Outcome>();

  async function book(specialist: string, startsAt: string) {
    const { data, error } = await backend.rpc('book_session', { p_specialist_id: specialist, p_session_type_id: sessionType, p_starts_at: startsAt });
    if (error?.code === 'slot_taken') await reload();
    setOutcome(error ?? `Booked for ${new Date(data.starts_at).toLocaleString()}: ${data.status}.`);
  }

  return (
    <>
      <Note outcome={problem ?? outcome ?? (offered?.refused ? `Nothing can be booked: ${offered.refused}.` : undefined)} />
      <ul>
        {offered?.slots.slice(0, 5).map(({ specialist_id, starts_at }) => (
          <li key={specialist_id + starts_at}>
            <button onClick={() => void book(specialist_id, starts_at)}>{new Date(starts_at).toLocaleString()}</button>
          </li>
        ))}
      </ul>
    </>
  );
}
