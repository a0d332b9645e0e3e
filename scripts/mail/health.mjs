// @ts-check
// ./scripts/mail-health: runs the checks and says what each found.
import { readFile } from 'node:fs/promises';
import { Resolver } from 'node:dns/promises';
import { parseArgs } from 'node:util';
import { dkim, dmarc, spf } from './dns.mjs';
import { oneClick } from './message.mjs';

/** @typedef {{ name: string, problems: string[], found: string }} Check `found`: in a few words, where nothing is wrong */

const OPTIONS = /** @type {const} */ ({
  domain: { type: 'string' }, selector: { type: 'string', default: 'resend' }, 'return-path': { type: 'string' },
  mail: { type: 'string' }, resolver: { type: 'string' },
});

/** @param {string} text @returns {never} */
function misuse(text) {
  process.stderr.write(`error: ${text}\n`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    return misuse(`${/** @type {Error} */ (error).message.split('. ')[0]}; --help lists the options.`);
  }
}

/** @param {string} databaseUrl @returns {Promise<Check>} */
async function outbox(databaseUrl) {
  const { default: postgres } = await import('postgres');
  const sql = postgres(databaseUrl, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    const [{ fault }] = await sql`select private.outbox_fault(now()) as fault`;
    return { name: 'Outbox', problems: fault ? [fault] : [], found: 'mail goes out, and the mailer tells us of it' };
  } catch (error) {
    return { name: 'Outbox', problems: [`the database of DATABASE_URL cannot be asked: ${/** @type {any} */ (error).code ?? 'no answer'}`], found: '' };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const { domain, selector, 'return-path': returnPath = `send.${domain}`, mail, resolver: server } = options();
if (!domain || !/^[a-z0-9.-]+\.[a-z0-9-]+$/i.test(domain)) misuse('Say which domain mail comes from, as --domain evenkeel.example.');
const resolver = new Resolver({ timeout: 3000, tries: 2 });
try {
  if (server) resolver.setServers([server]);
} catch {
  misuse('--resolver takes the address of a DNS server, as 9.9.9.9 or 127.0.0.1:5353.');
}

const checks = [spf(resolver, returnPath), dkim(resolver, domain, selector), dmarc(resolver, domain)];
if (mail) checks.push(readFile(mail, 'latin1').then((text) => oneClick(text, domain), () => misuse(`${mail} cannot be read.`)));
if (process.env.DATABASE_URL) checks.push(outbox(process.env.DATABASE_URL));

let wrong = 0;
for (const check of checks) {
  const { name, problems, found } = await check;
  wrong += problems.length;
  if (problems.length === 0) process.stdout.write(`ok    ${name}: ${found}\n`);
  for (const problem of problems) process.stdout.write(`WRONG ${name}: ${problem}\n`);
}
process.exitCode = wrong === 0 ? 0 : 1;
