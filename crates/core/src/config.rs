//! Configuration, read once per instance and validated as a whole.

use serde::Deserialize;

use crate::{secret::SecretString, token::TokenKeys};

/// A variable that is missing or wrong. Never holds the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} {problem}")]
pub struct ConfigError {
    /// The name of the environment variable.
    pub name: &'static str,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// What the functions need to know, from the environment variables that
/// `supabase/functions/.env.example` explains.
#[derive(Clone, Debug)]
pub struct Config {
    /// `SUPABASE_URL`, without a trailing slash.
    pub supabase_url: String,
    /// The key for the Data API and Auth's admin API: `default` of `SUPABASE_SECRET_KEYS`.
    pub secret_key: SecretString,
    /// The key that authenticates `pg_cron`: `cron` of `SUPABASE_SECRET_KEYS`.
    pub cron_key: SecretString,
    /// The key that goes with a user's own JWT: `default` of `SUPABASE_PUBLISHABLE_KEYS`.
    pub publishable_key: String,
    /// `SITE_URL`: where the pages are that mails link to, without a trailing slash.
    pub site_url: String,
    /// `PRODUCT_NAME`: what the product is called in mails.
    pub product_name: String,
    /// `ALLOWED_ORIGINS`: who may call from a browser.
    pub allowed_origins: Vec<String>,
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

#[derive(Deserialize)]
struct SecretKeys {
    default: SecretString,
    cron: SecretString,
}

#[derive(Deserialize)]
struct PublishableKeys {
    default: String,
}

impl Config {
    /// Reads the variables through `lookup`.
    ///
    /// # Errors
    /// Every variable that is missing or wrong, not only the first.
    pub fn load(lookup: impl Fn(&'static str) -> Option<String>) -> Result<Self, Vec<ConfigError>> {
        let mut reader = Reader { lookup, errors: Vec::new() };
        let secret_keys = reader.required("SUPABASE_SECRET_KEYS", parse_json::<SecretKeys>);
        let publishable_keys =
            reader.required("SUPABASE_PUBLISHABLE_KEYS", parse_json::<PublishableKeys>);
        let supabase_url = reader.required("SUPABASE_URL", parse_url);
        let site_url = reader.required("SITE_URL", parse_url);
        let product_name = reader.optional("PRODUCT_NAME", |name| Ok(name.to_owned()));
        let allowed_origins = reader.optional("ALLOWED_ORIGINS", parse_origins);
        let token_keys = reader.required("TOKEN_KEYS", TokenKeys::parse);
        let client_ip_header = reader.optional("CLIENT_IP_HEADER", parse_header_name);
        let upstream_timeout_ms = reader.optional("UPSTREAM_TIMEOUT_MS", parse_milliseconds);
        let api_key = reader.required("RESEND_API_KEY", |key| Ok(SecretString::new(key)));
        let api_url = reader.optional("RESEND_API_URL", parse_url);
        let from = reader.required("MAIL_FROM", parse_sender);
        let environment = reader.optional("SENTRY_ENVIRONMENT", |name| Ok(name.to_owned()));
        let sentry = reader.optional("SENTRY_DSN", parse_dsn);

        // A `None` behind `required` has left an error, so that nothing is lost by `zip`.
        let config = (|| {
            let secret_keys = secret_keys?;
            Some(Self {
                supabase_url: supabase_url?,
                secret_key: secret_keys.default,
                cron_key: secret_keys.cron,
                publishable_key: publishable_keys?.default,
                site_url: site_url?,
                product_name: product_name.unwrap_or_else(|| "Evenkeel".to_owned()),
                allowed_origins: allowed_origins.unwrap_or_default(),
                token_keys: token_keys?,
                client_ip_header,
                upstream_timeout_ms: upstream_timeout_ms.unwrap_or(10_000),
                mail: MailConfig {
                    api_key: api_key?,
                    api_url: api_url.unwrap_or_else(|| "https://api.resend.com".to_owned()),
                    from: from?,
                },
                sentry: sentry.map(|(envelope_url, public_key)| SentryConfig {
                    envelope_url,
                    public_key,
                    environment: environment.unwrap_or_else(|| "production".to_owned()),
                }),
            })
        })();
        match config {
            Some(config) if reader.errors.is_empty() => Ok(config),
            _ => Err(reader.errors),
        }
    }
}

struct Reader<L> {
    lookup: L,
    errors: Vec<ConfigError>,
}

impl<L: Fn(&'static str) -> Option<String>> Reader<L> {
    fn required<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let value = self.value(name);
        if value.is_none() {
            self.errors.push(ConfigError { name, problem: "is not set" });
        }
        self.parsed(name, value, parse)
    }

    fn optional<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let value = self.value(name);
        self.parsed(name, value, parse)
    }

    fn value(&self, name: &'static str) -> Option<String> {
        (self.lookup)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn parsed<T>(
        &mut self,
        name: &'static str,
        value: Option<String>,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        parse(&value?).map_err(|problem| self.errors.push(ConfigError { name, problem })).ok()
    }
}

fn parse_json<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, &'static str> {
    serde_json::from_slice(text.as_bytes())
        .map_err(|_| "is not a JSON map with the keys that are needed")
}

fn parse_url(url: &str) -> Result<String, &'static str> {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !url.contains(['?', '#', ' ']) => {
            Ok(url.trim_end_matches('/').to_owned())
        }
        _ => Err("is not an http(s) URL without query"),
    }
}

fn parse_origins(list: &str) -> Result<Vec<String>, &'static str> {
    list.split(',').map(|origin| parse_url(origin.trim())).collect()
}

fn parse_header_name(name: &str) -> Result<String, &'static str> {
    if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        Ok(name.to_ascii_lowercase())
    } else {
        Err("is not the name of a header")
    }
}

fn parse_milliseconds(text: &str) -> Result<u32, &'static str> {
    text.parse()
        .ok()
        .filter(|ms| (100..=120_000).contains(ms))
        .ok_or("is not a number of 100 to 120000")
}

fn parse_sender(sender: &str) -> Result<String, &'static str> {
    if sender.contains('@') && !sender.contains(['\r', '\n']) {
        Ok(sender.to_owned())
    } else {
        Err("is not a sender like `Evenkeel <hello@example.com>`")
    }
}

/// `https://<key>@<host>[/<path>]/<project>` to its envelope endpoint and key.
fn parse_dsn(dsn: &str) -> Result<(String, String), &'static str> {
    let parts = || {
        let (scheme, rest) = dsn.split_once("://")?;
        let (public_key, rest) = rest.split_once('@')?;
        let (base, project) = rest.rsplit_once('/')?;
        let (host, path) =
            base.split_once('/').map_or((base, String::new()), |(h, p)| (h, format!("/{p}")));
        let complete =
            ["http", "https"].contains(&scheme) && !public_key.is_empty() && !host.is_empty();
        (complete && project.bytes().all(|b| b.is_ascii_digit()) && !project.is_empty()).then(
            || (format!("{scheme}://{host}{path}/api/{project}/envelope/"), public_key.to_owned()),
        )
    };
    parts().ok_or("is not a DSN like `https://key@host/1`")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn environment(name: &str) -> Option<String> {
        let value = match name {
            "SUPABASE_URL" => "http://127.0.0.1:54321/",
            "SUPABASE_SECRET_KEYS" => {
                r#"{"default":"sb_secret_a","cron":"sb_secret_b","extra":"c"}"#
            }
            "SUPABASE_PUBLISHABLE_KEYS" => r#"{"default":"sb_publishable_a"}"#,
            "SITE_URL" => "https://app.example.com",
            "ALLOWED_ORIGINS" => "https://app.example.com, http://localhost:3000/",
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
        assert_eq!(config.allowed_origins, ["https://app.example.com", "http://localhost:3000"]);
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

    #[test]
    fn debug_output_shows_no_secret() {
        let text = format!("{:?}", Config::load(environment).unwrap());
        for secret in [KEY, "sb_secret_a", "sb_secret_b", "re_123"] {
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
