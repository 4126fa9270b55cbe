//! Hosts that only their name tells from a number: `"host": "2852039166"`, `ip: 127.1`.

use super::address::{self, Where};
use super::token::Around;
use super::{Kind, name, numeric, url};
use crate::Match;
use ::url::Host;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Longer values are no hosts.
const LONGEST: usize = 512;
/// Longer names are not read.
const NAME: usize = 48;

/// What the last word of a name is whose value is a host, an address or a URL.
const NAMES: [&str; 30] = [
    "host",
    "hostname",
    "ip",
    "ipv4",
    "ipaddr",
    "url",
    "uri",
    "endpoint",
    "hosts",
    "hostnames",
    "ips",
    "ipv6",
    "ipaddress",
    "addr",
    "addrs",
    "address",
    "addresses",
    "urls",
    "uris",
    "endpoints",
    "server",
    "servers",
    "domain",
    "domains",
    "proxy",
    "upstream",
    "webhook",
    "callback",
    "gateway",
    "href",
];
/// How many of them, the first, hardly say anything else in running text.
const PLAIN: usize = 8;

/// Whether a name says that its value is a host: by its last word, in whatever style it is written. `plain`: in running text.
fn says_host(name: &[u8], plain: bool) -> bool {
    let name = name.get(name.len().saturating_sub(NAME)..).unwrap_or_default();
    let ends = name.iter().rev().take_while(|b| !b.is_ascii_alphanumeric()).count();
    let name = name.get(..name.len() - ends).unwrap_or_default();
    let fits = |word: &&str| {
        let Some((head, tail)) = name.len().checked_sub(word.len()).and_then(|at| name.split_at_checked(at)) else {
            return false;
        };
        let apart = match (head.last(), tail.first()) {
            (Some(last), Some(first)) => {
                !last.is_ascii_alphanumeric() || (!last.is_ascii_uppercase() && first.is_ascii_uppercase())
            }
            _ => true,
        };
        apart && tail.eq_ignore_ascii_case(word.as_bytes())
    };
    NAMES.iter().take(if plain { PLAIN } else { NAMES.len() }).any(fits)
}

/// What the value of that name is, where it is a private host as a whole.
pub(super) fn named(name: &str, text: &str, input: bool) -> Option<Kind> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST || !says_host(name.as_bytes(), !input) {
        return None;
    }
    let after = text.split_once(':').filter(|(scheme, rest)| {
        rest.starts_with(['/', '\\']) || ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    });
    let text = after.map_or(text, |(_, rest)| rest).trim_start_matches(['/', '\\']);
    let authority = text.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if let Ok(read) = host.split('%').next().unwrap_or_default().parse::<Ipv6Addr>() {
        return address::of_v6(read, Where::Host);
    }
    let end = if host.starts_with('[') {
        host.find(']').map_or(host.len(), |at| at + 1)
    } else {
        host.find(':').unwrap_or(host.len())
    };
    let host = host.get(..end).unwrap_or_default();
    // A number that is no address but an index or a count.
    let small = host.len() < 8 && host != "0" && host.bytes().all(|b| b.is_ascii_digit());
    match Host::parse(host).ok()? {
        Host::Ipv4(_) if small => None,
        Host::Ipv4(read) => address::of_v4(read, Where::Host),
        Host::Ipv6(read) => address::of_v6(read, Where::Host),
        Host::Domain(name) if name.contains('.') => {
            let suffix = name::suffix(&name, name.rsplit('.').next().unwrap_or_default())?;
            name::judge(&name, suffix, Around { url: true, ..Around::default() })
        }
        Host::Domain(name) => url::kind(&name, b"", None),
    }
}

/// A name before `at`, and what may stand between it and its value; gives where the name begins.
pub(super) fn name_before(bytes: &[u8], at: usize) -> Option<usize> {
    let head = bytes.get(..at)?;
    let between = head.iter().rev().take(6).take_while(|b| b" \t\"':=".contains(b)).count();
    let head = head.get(..at - between)?;
    let signs = bytes.get(at - between..at)?;
    let length =
        head.iter().rev().take(NAME).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
    let name = head.get(head.len() - length..)?;
    (signs.iter().any(|b| matches!(b, b':' | b'=')) && says_host(name, true)).then_some(head.len() - length)
}

/// Finds an address of fewer than four numbers, or of one, behind the colon at `at` and a name that says that it is one. Gives
/// where to go on; `None` where there is none.
pub(super) fn find(text: &str, at: usize, out: &mut Vec<Match>) -> Option<usize> {
    let bytes = text.as_bytes();
    let rest = bytes.get(at + 1..)?;
    let between = rest.iter().take(5).take_while(|b| matches!(b, b' ' | b'\t' | b'"' | b'\'')).count();
    if !rest.get(between)?.is_ascii_digit() {
        return None;
    }
    let start = at + 1 + between;
    let tail = bytes.get(start..)?;
    let length =
        tail.iter().take(64).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')).count();
    let token = text.get(start..start + length)?.trim_end_matches(['.', '-', '_']);
    let kind = lone(token).filter(|_| name_before(bytes, start).is_some())?;
    kind.push(start, start + token.len(), out);
    Some(start + token.len())
}

/// What a number is, or two or three of them, where a name says that it is an address. Four of them are found anyway.
pub(super) fn lone(token: &str) -> Option<Kind> {
    let dots = token.bytes().filter(|b| *b == b'.').count();
    let large = token.len() >= 8 || dots > 0;
    let read: Ipv4Addr = Some(token).filter(|_| dots < 3 && large).and_then(numeric::aton)?;
    address::of_v4(read, Where::Anywhere)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_host_where_its_name_says_so() {
        for (name, text, kind) in [
            ("host", "2852039166", Kind::Metadata),
            ("host", "0xA9FEA9FE", Kind::Metadata),
            ("baseUrl", "0251.0376.0251.0376/latest", Kind::Metadata),
            ("server_ip", "127.1", Kind::Loopback),
            ("HOST", "0", Kind::Loopback),
            ("address", "10.1:8080", Kind::Private),
            ("urls", "//user@10.1/x", Kind::Private),
            ("target-url", "http:127.1", Kind::Loopback),
            ("ip", "::ffff:a00:1", Kind::Private),
            ("endpoint", "[::]:80", Kind::Loopback),
            ("ip", "fe80::1%eth0", Kind::LinkLocal),
            ("uri", "\u{ff11}\u{ff10}.1", Kind::Private),
            ("host", "metadata", Kind::Metadata),
        ] {
            assert_eq!(named(name, text, true), Some(kind), "{name} {text}");
        }
        for (name, text) in [
            ("version", "10.1"),
            ("ip_version", "4"),
            ("host", "4"),
            ("id", "2852039166"),
            ("host", "8.8.8.8"),
            ("hosting", "10.1"),
            ("ship", "10.1"),
            ("host", "the server at 10 o'clock"),
            ("host", "web"),
            ("host", ""),
        ] {
            assert_eq!(named(name, text, true), None, "{name} {text}");
        }
        assert_eq!(named("server", "10.5.3", false), None);
        assert_eq!(named("host", "10.5.3", false), Some(Kind::Private));
    }
}
