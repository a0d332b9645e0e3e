//! Who is at the other end of a request, as far as an audit row may know.

use serde::Serialize;

use crate::id::RequestId;

/// The longest `User-Agent` that is recorded, in characters; the rest is cut.
const USER_AGENT_LIMIT: usize = 256;

/// The circumstances of a request, recorded with what it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientContext {
    /// Ties the audit row to the log line.
    pub request_id: RequestId,
    /// The client's address, `None` unless configuration names a header to trust.
    pub ip: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
}

impl ClientContext {
    /// Keeps what is well-formed of what the client said about itself.
    pub fn new(request_id: RequestId, ip: Option<&str>, user_agent: Option<&str>) -> Self {
        Self {
            request_id,
            ip: ip.map(str::trim).filter(|ip| looks_like_an_address(ip)).map(str::to_owned),
            user_agent: user_agent.map(|agent| agent.chars().take(USER_AGENT_LIMIT).collect()),
        }
    }
}

/// Near enough to keep text out of the audit log: the database keeps the column
/// as `inet`, and `core::net`'s parser would weigh three kilobytes.
fn looks_like_an_address(ip: &str) -> bool {
    (2..=45).contains(&ip.len())
        && ip.contains(['.', ':'])
        && ip.bytes().all(|b| b.is_ascii_hexdigit() || b == b'.' || b == b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(ip: &str, user_agent: &str) -> ClientContext {
        ClientContext::new(RequestId(uuid::Uuid::nil()), Some(ip), Some(user_agent))
    }

    #[test]
    fn an_address_that_is_none_is_not_recorded() {
        assert_eq!(context("10.0.0.1, 10.0.0.2", "x").ip, None);
        assert_eq!(context("'; drop table", "x").ip, None);
        assert_eq!(context(" 2001:DB8::1 ", "x").ip.as_deref(), Some("2001:DB8::1"));
    }

    #[test]
    fn a_long_user_agent_is_cut_at_a_character() {
        let agent = "ü".repeat(300);
        assert_eq!(context("", &agent).user_agent.map(|agent| agent.chars().count()), Some(256));
    }
}
