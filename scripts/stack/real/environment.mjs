// @ts-check
// What a real service needs to serve this stack, by the names that the service itself reads: its database, the secret
// of the tokens, and what supabase/config.toml says. No value has a blank or a quote, so that a shell, `docker run
// --env-file` and systemd all read the file as it is.
import path from 'node:path';
import { databaseUrl } from '../connection.mjs';
import { redirectsTo } from '../site.mjs';
import { portOf } from './services.mjs';

/**
 * @typedef {import('./services.mjs').RealService} RealService
 * @typedef {{ settings: import('../settings.mjs').Settings, secrets: import('../secrets.mjs').Secrets,
 *   keyring: import('../keys.mjs').Keyring, config: import('../config.mjs').StackConfig, siteUrl: string, hookSecrets?: string }} Place
 */

/** @param {RealService} service @param {Place} place @returns {Record<string, string>} */
export function environmentOf(service, place) {
  const { settings, secrets } = place;
  const own = { auth: ofAuth, storage: ofStorage, rest: ofRest }[service.name];
  return own({
    ...place,
    database: databaseUrl(service.role, secrets.passwords[service.role], settings.databasePort),
    port: String(portOf(service.url)),
  });
}

/** @typedef {Place & { database: string, port: string }} Needs */

/** PostgREST. @param {Needs} needs */
function ofRest({ database, port, secrets, config }) {
  return {
    PGRST_DB_URI: database,
    PGRST_DB_SCHEMAS: config.api.schemas.join(','),
    PGRST_DB_EXTRA_SEARCH_PATH: config.api.extraSearchPath.join(','),
    PGRST_DB_MAX_ROWS: String(config.api.maxRows),
    PGRST_DB_ANON_ROLE: 'anon',
    PGRST_JWT_SECRET: secrets.jwtSecret,
    PGRST_SERVER_HOST: '127.0.0.1',
    PGRST_SERVER_PORT: port,
  };
}

/** supabase/storage, with its files below the stack's directory. @param {Needs} needs */
function ofStorage({ database, port, settings, secrets, keyring, config }) {
  return {
    DATABASE_URL: database,
    DB_INSTALL_ROLES: 'false',
    AUTH_JWT_SECRET: secrets.jwtSecret,
    ANON_KEY: keyring.roleTokens.anon,
    SERVICE_KEY: keyring.roleTokens.service_role,
    SERVER_HOST: '127.0.0.1',
    SERVER_PORT: port,
    STORAGE_PUBLIC_URL: settings.apiUrl,
    // Where a resumable upload goes on, it tells by the gateway's path.
    REQUEST_ALLOW_X_FORWARDED_PATH: 'true',
    TENANT_ID: 'local',
    REGION: 'local',
    STORAGE_BACKEND: 'file',
    STORAGE_FILE_BACKEND_PATH: path.join(settings.directory, 'storage-of-service'),
    GLOBAL_S3_BUCKET: 'local',
    UPLOAD_FILE_SIZE_LIMIT: String(config.storage.fileSizeLimitBytes),
  };
}

/** supabase/auth. @param {Needs} needs */
function ofAuth({ database, port, settings, secrets, config, siteUrl, hookSecrets = '' }) {
  const auth = config.realAuth;
  const { email } = auth;
  return {
    GOTRUE_DB_DRIVER: 'postgres',
    DATABASE_URL: database,
    GOTRUE_API_HOST: '127.0.0.1',
    PORT: port,
    API_EXTERNAL_URL: `${settings.apiUrl}/auth/v1`,
    GOTRUE_SITE_URL: siteUrl,
    GOTRUE_URI_ALLOW_LIST: [...config.redirects, ...redirectsTo(siteUrl)].join(','),
    GOTRUE_JWT_SECRET: secrets.jwtSecret,
    GOTRUE_JWT_ISSUER: `${settings.apiUrl}/auth/v1`,
    GOTRUE_JWT_EXP: String(auth.jwt_expiry ?? 3600),
    GOTRUE_JWT_AUD: 'authenticated',
    GOTRUE_JWT_DEFAULT_GROUP_NAME: 'authenticated',
    GOTRUE_JWT_ADMIN_ROLES: 'service_role',
    GOTRUE_DISABLE_SIGNUP: String(auth.enable_signup === false),
    GOTRUE_EXTERNAL_EMAIL_ENABLED: String(email.enabled !== false),
    GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED: String(auth.enable_anonymous_sign_ins === true),
    GOTRUE_MAILER_AUTOCONFIRM: String(email.enable_confirmations === false),
    GOTRUE_MAILER_SECURE_EMAIL_CHANGE_ENABLED: String(email.double_confirm_changes !== false),
    GOTRUE_MAILER_OTP_LENGTH: String(email.otp_length ?? 6),
    GOTRUE_MAILER_OTP_EXP: String(email.otp_expiry ?? 3600),
    GOTRUE_SMTP_MAX_FREQUENCY: email.max_frequency ?? '1m',
    GOTRUE_RATE_LIMIT_EMAIL_SENT: String(auth.rate_limit?.email_sent ?? 30),
    GOTRUE_PASSWORD_MIN_LENGTH: String(config.minimumPasswordLength),
    GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED: String(auth.enable_refresh_token_rotation !== false),
    GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL: String(auth.refresh_token_reuse_interval ?? 10),
    GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_REAUTHENTICATION: String(email.secure_password_change === true),
    GOTRUE_SECURITY_SB_FORWARDED_FOR_ENABLED: 'true',
    ...hooks(auth.hook ?? {}),
    // An edge function of this stack, wherever config.toml has it.
    GOTRUE_HOOK_SEND_EMAIL_ENABLED: 'true',
    GOTRUE_HOOK_SEND_EMAIL_URI: `${settings.apiUrl}${config.sendEmailPath}`,
    GOTRUE_HOOK_SEND_EMAIL_SECRETS: hookSecrets.replaceAll(/,(?=v1,)/g, '|'),
  };
}

/** @param {Record<string, { enabled?: boolean, uri?: string }>} tables */
function hooks(tables) {
  const on = Object.entries(tables).filter(([, { enabled }]) => enabled);
  return Object.fromEntries(on.flatMap(([name, { uri }]) => [
    [`GOTRUE_HOOK_${name.toUpperCase()}_ENABLED`, 'true'],
    [`GOTRUE_HOOK_${name.toUpperCase()}_URI`, uri ?? ''],
  ]));
}
