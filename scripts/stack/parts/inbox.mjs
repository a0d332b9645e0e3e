// @ts-check
import { startInbox } from '../inbox/server.mjs';
import { mailsFolder } from '../settings.mjs';
import { runPart } from './part.mjs';

void runPart(async ({ settings, environment }) => {
  const [secret] = environment.EMAIL_WEBHOOK_SECRETS.split(',');
  const webhook = { url: `${settings.apiUrl}/functions/v1/email-webhook`, secret };
  const inbox = await startInbox({ port: settings.inboxPort, home: settings.apiUrl, folder: mailsFolder(settings.directory), webhook });
  return () => inbox.close();
});
