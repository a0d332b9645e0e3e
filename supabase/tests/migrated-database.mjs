// @ts-check
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bringUp, takeDown } from '../../scripts/stack/database.mjs';

/** With DATABASE_URL where it is set, else with a throwaway database without the seed. @param {(url: string) => Promise<void>} use */
export async function withMigratedDatabase(use) {
  if (process.env.DATABASE_URL) return use(process.env.DATABASE_URL);
  const directory = await mkdtemp(path.join(tmpdir(), 'evenkeel-migrated.'));
  try {
    const { url } = await bringUp({ directory, port: 0, durable: false, migrations: true, seed: false });
    await use(url);
  } finally {
    await takeDown(directory);
    await rm(directory, { recursive: true, force: true });
  }
}
