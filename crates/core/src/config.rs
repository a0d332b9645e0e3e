//! Configuration, read once per instance and validated as a whole.

use serde::Deserialize;

use crate::{json, secret::SecretString, token::TokenKeys};

/// A variable that is missing or wrong. Never holds the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} {problem}")]
pub struct ConfigError {
    /// The name of the environment variable.
    pub name: &'static str,
    /// Its fault.
    pub problem: &'static str,
}

/// The configuration of the functions, from the environment variables that
/// `supabase/functions/.env.example` explains.
#[derive(Clone, Debug)]
pub struct Config {
    /// `SUPABASE_URL`, without a trailing slash.
    pub supabase_url: String,
    /// The key for the Data API and Auth's admin API: `default` of `SUPABASE_SECRET_KEYS`.
    pub secret_key: SecretString,
    /// `CRON_SECRET_KEY`: what calls of scheduled jobs carry, and by what the database takes checkpoints of the audit log. It starts
    /// a job and opens nothing else.
    pub cron_key: SecretString,
    /// The key that goes with a user's own JWT: `default` of `SUPABASE_PUBLISHABLE_KEYS`.
    pub publishable_key: String,
    /// `SITE_URL`: where the pages are that mails link to, without a trailing slash.
    pub site_url: String,
    /// `PRODUCT_NAME`: what the product is called in mails.
    pub product_name: String,
    /// `TOKEN_KEYS`.
    pub token_keys: TokenKeys,
    /// `CLIENT_IP_HEADER`: the header in which a trusted proxy puts the client's address.
    pub client_ip_header: Option<String>,
    /// `UPSTREAM_TIMEOUT_MS`: the deadline of an upstream call.
    pub upstream_timeout_ms: u32,
    /// Sending mail.
    pub mail: MailConfig,
    /// `SENTRY_DSN`, `None` where errors are only logged.
    pub sentry: Option<SentryConfig>,
}

/// How mail is sent.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// `RESEND_API_KEY`.
    pub api_key: SecretString,
    /// `RESEND_API_URL`, without a trailing slash.
    pub api_url: String,
    /// `MAIL_FROM`: `Name <address>`.
    pub from: String,
}

/// Where errors are reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentryConfig {
    /// The endpoint that takes envelopes.
    pub envelope_url: String,
    /// The public key of the DSN.
    pub public_key: String,
    /// `SENTRY_ENVIRONMENT`.
    pub environment: String,
}

/// The platform's key maps: `{"default": "…", "<name>": "…"}`.
#[derive(Deserialize)]
struct Keys {
    default: String,
}

/// Every variable that holds another secret. Where the cron key is one of them, it opens more than jobs.
const OTHER_SECRETS: [&str; 12] = [
    "SUPABASE_SECRET_KEYS",
    "SUPABASE_PUBLISHABLE_KEYS",
    "SUPABASE_SERVICE_ROLE_KEY",
    "SUPABASE_ANON_KEY",
    "SUPABASE_DB_URL",
    "TOKEN_KEYS",
    "NOTE_KEYS",
    "AUDIT_KEYS",
    "RESEND_API_KEY",
    "EMAIL_WEBHOOK_SECRETS",
    "SEND_EMAIL_HOOK_SECRETS",
    "SENTRY_DSN",
];

/// The shortest cron key: 128 bits, written in hex.
const CRON_KEY_LENGTH: usize = 32;

impl Config {
    /// Reads the variables through `lookup`.
    ///
    /// # Errors
    /// Every variable that is missing or wrong, not only the first.
    pub fn load(lookup: impl Fn(&'static str) -> Option<String>) -> Result<Self, Vec<ConfigError>> {
        let mut reader = Reader { lookup: &lookup, errors: Vec::new() };
        let config = Self {
            supabase_url: reader.required("SUPABASE_URL", check_url),
            secret_key: SecretString::new(reader.keys("SUPABASE_SECRET_KEYS").default),
            cron_key: reader.cron_key("CRON_SECRET_KEY"),
            publishable_key: reader.keys("SUPABASE_PUBLISHABLE_KEYS").default,
            site_url: reader.required("SITE_URL", check_url),
            product_name: reader.optional("PRODUCT_NAME", "Evenkeel", any),
            token_keys: reader.token_keys("TOKEN_KEYS"),
            client_ip_header: reader.some("CLIENT_IP_HEADER", check_header_name),
            upstream_timeout_ms: reader.milliseconds("UPSTREAM_TIMEOUT_MS", 10_000),
            mail: MailConfig {
                api_key: SecretString::new(reader.required("RESEND_API_KEY", any)),
                api_url: reader.optional("RESEND_API_URL", "https://api.resend.com", check_url),
                from: reader.required("MAIL_FROM", check_sender),
            },
            sentry: reader.sentry("SENTRY_DSN", "SENTRY_ENVIRONMENT"),
        };
        if reader.errors.is_empty() { Ok(config) } else { Err(reader.errors) }
    }

    /// A page of the site with a token, in the fragment, so that it reaches no server log and no referrer.
    #[must_use]
    pub fn link(&self, page: &str, token: &str) -> String {
        [&self.site_url, "/", page, "#token=", token].concat()
    }
}

/// Normalises the text of a variable, or says what is wrong with it.
type Check = fn(&str) -> Result<String, &'static str>;

/// Collects what is wrong and goes on with something empty: a configuration is
/// used only if nothing was.
struct Reader<'a> {
    lookup: &'a dyn Fn(&'static str) -> Option<String>,
    errors: Vec<ConfigError>,
}

impl Reader<'_> {
    fn refuse(&mut self, name: &'static str, problem: &'static str) {
        self.errors.push(ConfigError { name, problem });
    }

    fn some(&mut self, name: &'static str, check: Check) -> Option<String> {
        let value = (self.lookup)(name)?;
        match value.trim() {
            "" => None,
            value => check(value).map_err(|problem| self.refuse(name, problem)).ok(),
        }
    }

    fn optional(&mut self, name: &'static str, default: &str, check: Check) -> String {
        self.some(name, check).unwrap_or_else(|| default.to_owned())
    }

    fn required(&mut self, name: &'static str, check: Check) -> String {
        let before = self.errors.len();
        self.some(name, check).unwrap_or_else(|| {
            if self.errors.len() == before {
                self.refuse(name, "is not set");
            }
            String::new()
        })
    }

    fn keys(&mut self, name: &'static str) -> Keys {
        let map = self.required(name, any);
        json::parse(map.as_bytes()).unwrap_or_else(|_| {
            if !map.is_empty() {
                self.refuse(name, "is not a JSON map of keys with one named `default`");
            }
            Keys { default: String::new() }
        })
    }

    fn cron_key(&mut self, name: &'static str) -> SecretString {
        let key = self.required(name, check_cron_key);
        let holds =
            |other: &&'static str| (self.lookup)(other).is_some_and(|text| is_within(&key, &text));
        if OTHER_SECRETS.iter().any(holds) {
            self.refuse(name, "is another secret as well");
        }
        SecretString::new(key)
    }

    fn token_keys(&mut self, name: &'static str) -> TokenKeys {
        let list = self.required(name, any);
        TokenKeys::parse(&list).unwrap_or_else(|problem| {
            if !list.is_empty() {
                self.refuse(name, problem);
            }
            TokenKeys::none()
        })
    }

    fn milliseconds(&mut self, name: &'static str, default: u32) -> u32 {
        let Some(text) = self.some(name, any) else { return default };
        let number = text.parse().ok().filter(|ms| (100..=120_000).contains(ms));
        number.unwrap_or_else(|| {
            self.refuse(name, "is not a number of 100 to 120000");
            default
        })
    }

    fn sentry(&mut self, dsn: &'static str, environment: &'static str) -> Option<SentryConfig> {
        let text = self.some(dsn, any)?;
        let parsed = parse_dsn(&text);
        if parsed.is_none() {
            self.refuse(dsn, "is not a DSN like `https://key@host/1`");
        }
        let (envelope_url, public_key) = parsed?;
        let environment = self.optional(environment, "production", any);
        Some(SentryConfig { envelope_url, public_key, environment })
    }
}

#[allow(clippy::unnecessary_wraps, reason = "it is a `Check`")]
fn any(text: &str) -> Result<String, &'static str> {
    Ok(text.to_owned())
}

fn check_url(url: &str) -> Result<String, &'static str> {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !url.contains(['?', '#', ' ']) => {
            Ok(url.trim_end_matches('/').to_owned())
        }
        _ => Err("is not an http(s) URL without query"),
    }
}

/// In a list or a map, too. Without the search of `str`, which would be two kilobytes of every module.
fn is_within(key: &str, text: &str) -> bool {
    !key.is_empty() && text.as_bytes().windows(key.len()).any(|part| part == key.as_bytes())
}

/// A random string. What begins like a key or a token of the platform would open the platform.
fn check_cron_key(key: &str) -> Result<String, &'static str> {
    let of_the_platform = key.starts_with("sb_") || key.starts_with("sbp_");
    if of_the_platform || (key.starts_with("eyJ") && key.contains('.')) {
        Err("is a key of the project")
    } else if key.len() < CRON_KEY_LENGTH {
        Err("holds fewer than 32 characters")
    } else if !key.bytes().all(|b| b.is_ascii_graphic()) {
        Err("holds a character that a header cannot carry")
    } else {
        Ok(key.to_owned())
    }
}

fn check_header_name(name: &str) -> Result<String, &'static str> {
    if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        Ok(name.to_ascii_lowercase())
    } else {
        Err("is not the name of a header")
    }
}

fn check_sender(sender: &str) -> Result<String, &'static str> {
    if sender.contains('@') && !sender.contains(['\r', '\n']) {
        Ok(sender.to_owned())
    } else {
        Err("is not a sender like `Evenkeel <hello@example.com>`")
    }
}

/// `https://<key>@<host>[/<path>]/<project>` to its envelope endpoint and key.
fn parse_dsn(dsn: &str) -> Option<(String, String)> {
    let scheme = if dsn.starts_with("https://") { "https://" } else { "http://" };
    let (public_key, rest) = dsn.strip_prefix(scheme)?.split_once('@')?;
    let (base, project) = rest.rsplit_once('/')?;
    let numeric = !project.is_empty() && project.bytes().all(|b| b.is_ascii_digit());
    if public_key.is_empty() || base.is_empty() || !numeric {
        return None;
    }
    let (host, path) = base.split_once('/').unwrap_or((base, ""));
    let slash = if path.is_empty() { "" } else { "/" };
    let url = [scheme, host, slash, path, "/api/", project, "/envelope/"].concat();
    Some((url, public_key.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";
    const CRON_KEY: &str = "cron-0123456789abcdef0123456789abcdef";

    fn environment(name: &str) -> Option<String> {
        let value = match name {
            "SUPABASE_URL" => "http://127.0.0.1:54321/",
            "SUPABASE_SECRET_KEYS" => {
                r#"{"default":"sb_secret_a","other":"sb_secret_of-another-service-0123456789"}"#
            }
            "CRON_SECRET_KEY" => CRON_KEY,
            "SUPABASE_PUBLISHABLE_KEYS" => r#"{"default":"sb_publishable_a"}"#,
            "SITE_URL" => "https://app.example.com",
            "TOKEN_KEYS" => KEY,
            "RESEND_API_KEY" => "re_123",
            "MAIL_FROM" => "Evenkeel <hello@example.com>",
            "SENTRY_DSN" => "https://abc@o1.ingest.sentry.io/42",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn a_complete_environment_loads() {
        let config = Config::load(environment).unwrap();
        assert_eq!(config.supabase_url, "http://127.0.0.1:54321");
        assert_eq!(config.mail.api_url, "https://api.resend.com");
        assert_eq!(config.upstream_timeout_ms, 10_000);
        assert_eq!(
            config.sentry.unwrap().envelope_url,
            "https://o1.ingest.sentry.io/api/42/envelope/"
        );
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once_and_no_value_shown() {
        let errors = Config::load(|name| match name {
            "TOKEN_KEYS" => Some("hunter2".to_owned()),
            "SITE_URL" => Some("app.example.com".to_owned()),
            "RESEND_API_KEY" => Some("  ".to_owned()),
            "SENTRY_DSN" => Some("https://o1.ingest.sentry.io/42".to_owned()),
            name => environment(name),
        })
        .unwrap_err();
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "SITE_URL is not an http(s) URL without query",
                "TOKEN_KEYS holds a key of fewer than 32 characters",
                "RESEND_API_KEY is not set",
                "SENTRY_DSN is not a DSN like `https://key@host/1`",
            ]
        );
    }

    /// The faults of the configuration with this cron key.
    fn with_cron_key(key: &'static str) -> Result<Config, Vec<String>> {
        let lookup = |name| match name {
            "CRON_SECRET_KEY" => Some(key.to_owned()),
            "SUPABASE_SERVICE_ROLE_KEY" => Some("a-service-role-key-of-no-usual-form".to_owned()),
            "TOKEN_KEYS" => Some(format!("{KEY},another-key-0123456789abcdef012345")),
            name => environment(name),
        };
        Config::load(lookup).map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_cron_key_is_a_random_string_of_its_own() {
        assert!(with_cron_key(CRON_KEY).unwrap().cron_key.matches(CRON_KEY));
        assert!(with_cron_key("0123456789abcdef0123456789abcdeX").is_ok());
    }

    #[test]
    fn a_cron_key_that_is_short_or_missing_is_refused() {
        let cases = [
            ("", "is not set"),
            ("  ", "is not set"),
            ("0123456789abcdef0123456789abcde", "holds fewer than 32 characters"),
            ("0123456789abcdef 0123456789abcdef", "holds a character that a header cannot carry"),
            (
                "0123456789abcdef\u{e4}0123456789abcdef",
                "holds a character that a header cannot carry",
            ),
        ];
        for (key, problem) in cases {
            assert_eq!(
                with_cron_key(key).unwrap_err(),
                [format!("CRON_SECRET_KEY {problem}")],
                "{key}"
            );
        }
    }

    #[test]
    fn a_cron_key_that_opens_more_than_jobs_is_refused() {
        const OF_THE_PROJECT: &str = "is a key of the project";
        const ANOTHER: &str = "is another secret as well";
        let cases = [
            ("sb_secret_0123456789abcdef0123456789abcdef", OF_THE_PROJECT),
            ("sb_publishable_0123456789abcdef0123456789", OF_THE_PROJECT),
            ("sbp_0123456789abcdef0123456789abcdef01234567", OF_THE_PROJECT),
            ("eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2lnbmF0dXJl", OF_THE_PROJECT),
            ("a-service-role-key-of-no-usual-form", ANOTHER),
            ("another-key-0123456789abcdef012345", ANOTHER),
            (KEY, ANOTHER),
        ];
        for (key, problem) in cases {
            assert_eq!(
                with_cron_key(key).unwrap_err(),
                [format!("CRON_SECRET_KEY {problem}")],
                "{key}"
            );
        }
    }

    #[test]
    fn no_secret_key_of_the_project_stands_in_for_the_cron_key() {
        let errors = Config::load(|name| match name {
            "SUPABASE_SECRET_KEYS" => {
                Some(r#"{"default":"sb_secret_a","cron":"sb_secret_b"}"#.to_owned())
            }
            "CRON_SECRET_KEY" => None,
            name => environment(name),
        });
        assert_eq!(errors.unwrap_err()[0].to_string(), "CRON_SECRET_KEY is not set");
    }

    #[test]
    fn debug_output_shows_no_secret() {
        let text = format!("{:?}", Config::load(environment).unwrap());
        for secret in [KEY, CRON_KEY, "sb_secret_a", "re_123"] {
            assert!(!text.contains(secret), "{secret}");
        }
    }

    #[test]
    fn a_dsn_below_a_path_keeps_the_path() {
        let (url, key) = parse_dsn("http://k@sentry.example/base/7").unwrap();
        assert_eq!(
            (url.as_str(), key.as_str()),
            ("http://sentry.example/base/api/7/envelope/", "k")
        );
    }
}
