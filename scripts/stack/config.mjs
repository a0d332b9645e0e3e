// @ts-check
// What this stack takes from supabase/config.toml.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'smol-toml';
import { readHook, readHookPath } from './auth/hooks.mjs';
import { projectRoot } from './settings.mjs';
import { UserError } from './user-error.mjs';

/**
 * @typedef {{
 *   api: { schemas: string[], extraSearchPath: string[], maxRows: number },
 *   auth: Record<string, unknown>,
 *   redirects: string[],
 *   minimumPasswordLength: number,
 *   maxFrequency: number,
 *   otpLength: number,
 *   factors: import('./auth/factors.mjs').FactorSettings,
 *   passwordHook: import('./auth/hooks.mjs').Hook | null,
 *   sendEmailPath: string,
 *   storage: { fileSizeLimit: string, fileSizeLimitBytes: number },
 *   realAuth: Record<string, any>,
 *   functions: Map<string, { enabled: boolean, verifyJwt: boolean }>,
 * }} StackConfig
 */

const AUTH_SETTINGS = [
  'jwt_expiry', 'enable_refresh_token_rotation', 'refresh_token_reuse_interval', 'enable_signup',
  'enable_anonymous_sign_ins', 'minimum_password_length', 'password_requirements',
];
const EMAIL_SETTINGS = ['enable_confirmations', 'double_confirm_changes', 'secure_password_change', 'max_frequency'];

/** @returns {Promise<StackConfig>} */
export async function readConfig(file = path.join(projectRoot, 'supabase/config.toml')) {
  /** @type {any} */
  let toml;
  try {
    toml = parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UserError(`supabase/config.toml cannot be read: ${/** @type {Error} */ (error).message.split('\n')[0]}`);
  }
  return {
    api: {
      schemas: toml.api?.schemas ?? ['public'],
      extraSearchPath: toml.api?.extra_search_path ?? ['public', 'extensions'],
      maxRows: toml.api?.max_rows ?? 1000,
    },
    auth: {
      ...pick(toml.auth, AUTH_SETTINGS),
      // lite still knows the switch by the name that the CLI has given up.
      email: { ...pick(toml.auth?.email, EMAIL_SETTINGS), enable_signup: toml.auth?.email?.enabled ?? true },
    },
    redirects: toml.auth?.additional_redirect_urls ?? [],
    minimumPasswordLength: toml.auth?.minimum_password_length ?? 6,
    maxFrequency: secondsOf(toml.auth?.email?.max_frequency ?? '1m'),
    otpLength: toml.auth?.email?.otp_length ?? 6,
    factors: {
      enroll: toml.auth?.mfa?.totp?.enroll_enabled ?? false,
      verify: toml.auth?.mfa?.totp?.verify_enabled ?? false,
      most: toml.auth?.mfa?.max_enrolled_factors ?? 10,
      hook: readHook(toml.auth?.hook?.mfa_verification_attempt, 'mfa_verification_attempt'),
    },
    sendEmailPath: readHookPath(toml.auth?.hook?.send_email, 'send_email'),
    passwordHook: readHook(toml.auth?.hook?.password_verification_attempt, 'password_verification_attempt'),
    storage: sizes(toml.storage?.file_size_limit ?? '50MiB'),
    // As it is written, for an Auth that is not lite.
    realAuth: { email: {}, ...toml.auth },
    functions: new Map(
      Object.entries(toml.functions ?? {}).map(([name, settings]) => [
        name,
        { enabled: settings.enabled ?? true, verifyJwt: settings.verify_jwt ?? true },
      ]),
    ),
  };
}

/** @param {string} text such as 10MiB or 10MB */
function sizes(text) {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMG]?)(?:i?B)?$/i.exec(text) ?? [];
  if (!count) throw new UserError(`supabase/config.toml: storage.file_size_limit is "${text}"; it must be a size such as 10MiB.`);
  return { fileSizeLimit: text, fileSizeLimitBytes: Number(count) * 1024 ** ['', 'K', 'M', 'G'].indexOf(unit.toUpperCase()) };
}

/** A duration as the CLI has it, in seconds: 1m, 90s, 1m30s. @param {string} text */
function secondsOf(text) {
  const unit = /** @type {Record<string, number>} */ ({ h: 3600, m: 60, s: 1 });
  return [...text.matchAll(/(\d+(?:\.\d+)?)([hms])/g)].reduce((sum, [, count, one]) => sum + Number(count) * unit[one], 0);
}

/** @param {Record<string, unknown> | undefined} table @param {string[]} names */
function pick(table, names) {
  return Object.fromEntries(names.filter((name) => table?.[name] !== undefined).map((name) => [name, table?.[name]]));
}
