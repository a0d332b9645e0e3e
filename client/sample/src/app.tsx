import type { Session } from '@supabase/supabase-js';
import { useEffect, useState } from 'react';
import { backend } from './backend.js';
import { Booking } from './booking.js';
import { CompleteSignUp } from './complete-sign-up.js';
import { Documents } from './documents.js';
import { Inviting } from './inviting.js';
import { SignIn } from './sign-in.js';
import { SignUp } from './sign-up.js';

export function App() {
  const session = useSession();
  if (location.pathname === '/complete-sign-up') return <CompleteSignUp token={new URLSearchParams(location.hash.slice(1)).get('token') ?? ''} />;
  if (session === undefined) return null;
  if (session === null) return <><SignIn /><SignUp /></>;
  return (
    <>
      <p>Signed in as {session.user.email}. <button onClick={() => backend.supabase.auth.signOut()}>Sign out</button></p>
      <Booking />
      <Inviting />
      <Documents />
    </>
  );
}

/** Undefined until it is known; null for nobody. */
function useSession(): Session | null | undefined {
  const [session, setSession] = useState<Session | null>();
  useEffect(() => {
    const { data } = backend.supabase.auth.onAuthStateChange((_, now) => setSession(now));
    return () => data.subscription.unsubscribe();
  }, []);
  return session;
}
