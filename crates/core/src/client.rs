//! The client of a request, as far as an audit row may know.

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
    /// The name that the client gives itself.
    pub user_agent: Option<String>,
}

impl ClientContext {
    /// Keeps what is well-formed of what the client said about itself.
    pub fn new(request_id: RequestId, ip: Option<&str>, user_agent: Option<&str>) -> Self {
        Self {
            request_id,
            ip: ip.map(str::trim).filter(|ip| network(ip).is_some()).map(str::to_owned),
            user_agent: user_agent.map(|agent| agent.chars().take(USER_AGENT_LIMIT).collect()),
        }
    }

    /// The network of one customer of a provider: an IPv4 address, or the /64 of an
    /// IPv6 one (RFC 6177), in network byte order.
    pub fn network(&self) -> Option<Vec<u8>> {
        network(self.ip.as_deref()?)
    }
}

/// Reads an address as far as its network, byte by byte: `core::net`'s parser would weigh three
/// kilobytes.
fn network(ip: &str) -> Option<Vec<u8>> {
    let dotted = ip.bytes().any(|b| b == b'.');
    match ip.get(..MAPPED.len()) {
        Some(start) if dotted && start.eq_ignore_ascii_case(MAPPED) => {
            ipv4(ip.get(MAPPED.len()..)?)
        }
        _ if dotted => ipv4(ip),
        _ => subnet(ip.as_bytes()),
    }
}

/// An IPv4 address on an IPv6 socket (RFC 4291, 2.5.5.2).
const MAPPED: &str = "::ffff:";

fn ipv4(text: &str) -> Option<Vec<u8>> {
    let (mut address, mut digits) = (vec![0_u8], 0);
    for b in text.bytes() {
        if b == b'.' && digits > 0 {
            address.push(0);
            digits = 0;
        } else {
            let digit = b.checked_sub(b'0').filter(|digit| *digit < 10 && digits < 3)?;
            let byte = address.last_mut()?;
            *byte = byte.checked_mul(10)?.checked_add(digit)?;
            digits += 1;
        }
    }
    (address.len() == 4 && digits > 0).then_some(address)
}

/// The first four of the eight groups of an IPv6 address, those that `::` leaves out included
/// (RFC 4291, 2.2).
fn subnet(text: &[u8]) -> Option<Vec<u8>> {
    let (mut groups, mut count, mut digits, mut gap) = ([0_u16; 8], 0, 0, None);
    if text.starts_with(b":") && !text.starts_with(b"::") {
        return None;
    }
    for (at, b) in text.iter().enumerate() {
        if *b != b':' {
            let digit = char::from(*b).to_digit(16).filter(|_| digits < 4)?;
            let group = groups.get_mut(count)?;
            *group = *group << 4 | u16::try_from(digit).ok()?;
            digits += 1;
        } else if digits > 0 {
            count += 1;
            digits = 0;
        } else if at > 0 && gap.replace(count).is_some() {
            return None;
        }
    }
    if digits > 0 {
        count += 1;
    } else if gap != Some(count) {
        return None;
    }
    let left_out = 8_usize.checked_sub(count).filter(|left| (*left > 0) == gap.is_some())?;
    let mut network = Vec::with_capacity(8);
    for index in 0..4_usize {
        let zero = gap.is_some_and(|gap| (gap..gap + left_out).contains(&index));
        let place =
            if gap.is_some_and(|gap| index >= gap) { index.wrapping_sub(left_out) } else { index };
        let group = groups.get(place).filter(|_| !zero).copied().unwrap_or_default();
        network.extend(group.to_be_bytes());
    }
    Some(network)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;

    fn context(ip: &str, user_agent: &str) -> ClientContext {
        ClientContext::new(RequestId(uuid::Uuid::nil()), Some(ip), Some(user_agent))
    }

    #[test]
    fn an_address_that_is_none_is_not_recorded() {
        for text in
            ["", "10.0.0.1, 10.0.0.2", "'; drop table", "[::1]", "fe80::1%eth0", "localhost"]
        {
            assert_eq!(context(text, "x").ip, None, "{text}");
        }
        for text in
            ["10.0.0", "10.0.0.256", "+1.0.0.1", "1.2.3.4.", ".1.2.3.4", "1..2.3", "1.2.3.0004"]
        {
            assert_eq!(context(text, "x").ip, None, "{text}");
        }
        for text in [
            ":",
            ":::",
            "1::2::3",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8::",
            "g::",
            "::12345",
            "1:",
            ":1",
        ] {
            assert_eq!(context(text, "x").ip, None, "{text}");
        }
        assert_eq!(context(" 2001:DB8::1 ", "x").ip.as_deref(), Some("2001:DB8::1"));
    }

    #[test]
    fn an_ipv6_client_is_its_network_and_an_ipv4_client_its_address() {
        let network = |ip| context(ip, "x").network();
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::FFFF:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(ClientContext::new(RequestId(uuid::Uuid::nil()), None, None).network(), None);
    }

    #[test]
    fn a_long_user_agent_is_cut_at_a_character() {
        let agent = "ü".repeat(300);
        assert_eq!(context("", &agent).user_agent.map(|agent| agent.chars().count()), Some(256));
    }

    proptest! {
        #[test]
        fn it_reads_what_the_standard_library_writes(groups: [u16; 8], zeros: u8, short: u32) {
            let groups = core::array::from_fn(|at| if zeros >> at & 1 == 1 { 0 } else { groups[at] });
            let six = Ipv6Addr::from(groups);
            prop_assume!(!six.to_string().contains('.'));
            prop_assert_eq!(network(&six.to_string()), Some(six.octets()[..8].to_vec()), "{}", six);
            let four = Ipv4Addr::from(short);
            prop_assert_eq!(network(&four.to_string()), Some(four.octets().to_vec()));
        }

        #[test]
        fn it_takes_and_refuses_what_the_standard_library_does(
            text in "(::)?([0-9a-f]{1,5}:){0,8}[0-9a-f]{0,2}(::)?([0-9a-f]{1,4}:){0,3}[0-9a-f]{0,4}"
        ) {
            let theirs = text.parse::<Ipv6Addr>().ok().map(|six| six.octets()[..8].to_vec());
            // A mapped address is read as the IPv4 address that it is.
            prop_assume!(!text.starts_with("::ffff:"));
            prop_assert_eq!(network(&text), theirs, "{}", text);
        }

        #[test]
        fn it_reads_nothing_else(text in "[0-9a-f:.]{0,20}") {
            // The library takes a dotted end of any IPv6 address.
            if text.parse::<IpAddr>().is_err() {
                prop_assert_eq!(network(&text), None);
            }
        }

        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,40}") {
            let _ = network(&text);
        }
    }
}
