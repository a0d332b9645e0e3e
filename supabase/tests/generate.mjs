// @ts-check
// Writes anew what comes of the migrations and of access.csv, and is committed: docs/access.md, the steps in
// docs/bookings.md, docs/personal-data.md, docs/data-retention.md, supabase/schema.sql and client/src/generated/database.ts.
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
  for (const script of ['supabase/tests/document-access.mjs', 'supabase/tests/document-bookings.mjs', 'supabase/tests/document-personal-data.mjs', 'supabase/tests/document-data-retention.mjs',
    'supabase/tests/schema-file.mjs', 'client/generate/database.mjs']) {
    execFileSync(process.execPath, [path.join(projectRoot, script)], { env, stdio: 'inherit' });
  }
  console.log('wrote docs/access.md, docs/bookings.md, docs/personal-data.md, docs/data-retention.md, supabase/schema.sql and client/src/generated/database.ts');
});
