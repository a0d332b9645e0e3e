// @ts-check

/**
 * What the database's jobs need to call a function: this stack's address and the cron key.
 * @param {import('postgres').Sql} sql @param {Record<string, string>} values
 */
export async function keepVaultSecrets(sql, values) {
  for (const [name, value] of Object.entries(values)) {
    const [kept] = await sql`select id, decrypted_secret from vault.decrypted_secrets where name = ${name}`;
    if (!kept) await sql`select vault.create_secret(${value}, ${name})`;
    else if (kept.decrypted_secret !== value) await sql`select vault.update_secret(${kept.id}, ${value})`;
  }
}
