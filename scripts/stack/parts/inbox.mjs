// @ts-check
import { startInbox } from '../inbox/server.mjs';
import { mailsFolder } from '../settings.mjs';
import { runPart } from './part.mjs';

void runPart(async ({ settings }) => {
  const inbox = await startInbox({ port: settings.inboxPort, home: settings.apiUrl, folder: mailsFolder(settings.directory) });
  return () => inbox.close();
});
