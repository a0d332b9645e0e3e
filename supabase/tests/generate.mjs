// @ts-check
// Writes anew what comes of the migrations and of access.csv, and is committed: docs/access.md, types/database.ts and
// supabase/schema.sql.
//
//   node supabase/tests/generate.mjs
//
// Of DATABASE_URL where it is set, else of a throwaway database, which takes half a minute.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { projectRoot } from '../../scripts/stack/settings.mjs';
import { withMigratedDatabase } from './migrated-database.mjs';

await withMigratedDatabase(async (url) => {
  const env = { ...process.env, DATABASE_URL: url };
  for (const script of ['document-access.mjs', 'database-types.mjs', 'schema-file.mjs']) {
    execFileSync(process.execPath, [path.join(projectRoot, 'supabase/tests', script)], { env, stdio: 'inherit' });
  }
  console.log('wrote docs/access.md, types/database.ts and supabase/schema.sql');
});
