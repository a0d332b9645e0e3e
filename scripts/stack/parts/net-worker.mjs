// @ts-check
import { startNetWorker } from '../net-worker.mjs';
import { databaseUrl, untilItAnswers } from '../connection.mjs';
import { loadSecrets } from '../secrets.mjs';
import { runPart } from './part.mjs';

void runPart(async ({ settings }) => {
  const secrets = await loadSecrets(settings.directory);
  const url = databaseUrl('supabase_admin', secrets.passwords.supabase_admin, settings.databasePort);
  await untilItAnswers(url);
  const worker = await startNetWorker({ url, onLost: () => process.exit(1) });
  return () => worker.close();
});
