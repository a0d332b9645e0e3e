// @ts-check
// What DNS says of a domain that mail comes from: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489).
import { createPublicKey } from 'node:crypto';

/** @typedef {import('./health.mjs').Check} Check @typedef {import('node:dns/promises').Resolver} Resolver */

/** Terms of SPF that ask DNS; ten of them are one too many. */
const MOST_LOOKUPS = 10;
const LEAST_KEY_BITS = 1024;
const NOTHING = new Set(['ENOTFOUND', 'ENODATA', 'NXDOMAIN']);

/** The texts of a name; none where there is no such name. Any other failure is thrown. @param {Resolver} resolver @param {string} name */
async function texts(resolver, name) {
  try {
    return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (NOTHING.has(code ?? '')) return [];
    throw new Error(`DNS does not answer for ${name} (${code}): is the network up?`);
  }
}

/** @param {string} name @param {(problems: string[]) => Promise<string>} look adds to the problems, answers what was found @returns {Promise<Check>} */
async function check(name, look) {
  /** @type {string[]} */
  const problems = [];
  const found = await look(problems).catch((error) => {
    problems.push(error.message);
    return '';
  });
  return { name, problems, found };
}

/** Of the domain in the envelope, which is the mailer's name under ours. @param {Resolver} resolver @param {string} domain */
export function spf(resolver, domain) {
  return check('SPF', async (problems) => {
    const policy = await spfPolicy(resolver, domain, problems);
    if (policy === null) return '';
    const end = /(?:^|\s)([+?~-]?)all(?:\s|$)/i.exec(policy)?.[1];
    if (end === undefined && !/\sredirect=/i.test(policy)) problems.push(`the policy of ${domain} says nothing of other servers: it should end with ~all or -all.`);
    if (end === '' || end === '+') problems.push(`the policy of ${domain} lets every server on earth send: end it with ~all or -all.`);
    if (end === '?') problems.push(`the policy of ${domain} is neutral about other servers: end it with ~all or -all.`);
    const lookups = await lookupsOf(resolver, policy, new Set([domain]), problems);
    if (lookups > MOST_LOOKUPS) problems.push(`the policy of ${domain} asks DNS ${lookups} times, and receivers stop at ${MOST_LOOKUPS}.`);
    return `${domain}: ${policy}`;
  });
}

/** @param {Resolver} resolver @param {string} domain @param {string[]} problems */
async function spfPolicy(resolver, domain, problems) {
  const policies = (await texts(resolver, domain)).filter((text) => /^v=spf1(\s|$)/i.test(text));
  if (policies.length === 1) return policies[0];
  problems.push(policies.length === 0
    ? `${domain} has no policy: the mailer's console shows the TXT record to add.`
    : `${domain} has ${policies.length} policies, which counts as none: keep one TXT record that begins with v=spf1.`);
  return null;
}

/** How often a policy asks DNS, those that it includes too. @param {Resolver} resolver @param {string} policy @param {Set<string>} seen @param {string[]} problems @returns {Promise<number>} */
async function lookupsOf(resolver, policy, seen, problems) {
  let count = 0;
  for (const term of policy.split(/\s+/).slice(1)) {
    const [, kind, target] = /^[+?~-]?(include|redirect|a|mx|ptr|exists)(?:[:=]([^/\s]+))?/i.exec(term) ?? [];
    if (!kind || /^(all|ip[46])/i.test(term.replace(/^[+?~-]/, ''))) continue;
    count += 1;
    if (!/^(include|redirect)$/i.test(kind) || !target || target.includes('%') || seen.has(target) || count > MOST_LOOKUPS) continue;
    seen.add(target);
    const inner = await spfPolicy(resolver, target, problems);
    if (inner !== null) count += await lookupsOf(resolver, inner, seen, problems);
  }
  return count;
}

/** @param {Resolver} resolver @param {string} domain @param {string} selector */
export function dkim(resolver, domain, selector) {
  return check('DKIM', async (problems) => {
    const name = `${selector}._domainkey.${domain}`;
    const keys = (await texts(resolver, name)).filter((text) => /(^|;)\s*p=/.test(text));
    if (keys.length !== 1) {
      problems.push(keys.length === 0
        ? `${name} has no key: the mailer's console shows the TXT record to add; another selector is given by --selector.`
        : `${name} has ${keys.length} keys: keep the one of the mailer.`);
      return '';
    }
    const [, key] = /(?:^|;)\s*p=([^;]*)/.exec(keys[0]) ?? ['', ''];
    if (key.trim() === '') problems.push(`the key of ${name} was revoked: its p= is empty.`);
    else return `${name}: ${bitsOf(key, /(?:^|;)\s*k=ed25519/.test(keys[0]), problems, name)}`;
    return '';
  });
}

/** @param {string} key @param {boolean} isEdwards @param {string[]} problems @param {string} name */
function bitsOf(key, isEdwards, problems, name) {
  const bytes = Buffer.from(key.replace(/\s+/g, ''), 'base64');
  if (isEdwards) {
    if (bytes.length !== 32) problems.push(`the key of ${name} is not of Ed25519.`);
    return 'Ed25519';
  }
  try {
    const bits = createPublicKey({ key: bytes, format: 'der', type: 'spki' }).asymmetricKeyDetails?.modulusLength ?? 0;
    if (bits < LEAST_KEY_BITS) problems.push(`the key of ${name} has ${bits} bits: receivers want ${LEAST_KEY_BITS} at least.`);
    return `RSA, ${bits} bits`;
  } catch {
    problems.push(`the key of ${name} cannot be read: was it cut off when it was pasted?`);
    return '';
  }
}

/** @param {Resolver} resolver @param {string} domain */
export function dmarc(resolver, domain) {
  return check('DMARC', async (problems) => {
    const policies = (await texts(resolver, `_dmarc.${domain}`)).filter((text) => /^v=DMARC1\s*(;|$)/.test(text));
    if (policies.length !== 1) {
      problems.push(`_dmarc.${domain} has ${policies.length} policies: large receivers want one, as v=DMARC1; p=quarantine; rua=mailto:you@${domain}.`);
      return '';
    }
    const [, wish] = /;\s*p\s*=\s*([a-z]+)/i.exec(policies[0]) ?? ['', ''];
    if (!/^(quarantine|reject)$/i.test(wish)) problems.push(`_dmarc.${domain} asks receivers to do ${wish === 'none' ? 'nothing with' : 'something unknown with'} forged mail: p=quarantine or p=reject.`);
    return policies[0];
  });
}
