// @ts-check
import { startInbox } from '../inbox.mjs';
import { runPart } from './part.mjs';

void runPart(async ({ settings }) => {
  const inbox = await startInbox(settings.inboxPort);
  return () => inbox.close();
});
