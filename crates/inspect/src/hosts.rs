//! Hosts and addresses of private infrastructure: what tells a reader how a network looks inside.
//!
//! A finding is the host alone: no scheme, user, port or path. Where it stands decides much: what follows `//` or a user's
//! name, or comes before a port, is a host whatever it looks like; elsewhere a dotted word may as well be a version, a file or
//! a member of something, and has to look like a host.
//!
//! An address that means the reader's own machine (`localhost`, `127.0.0.1`) tells nothing of anyone's network and stands in
//! nearly every manual: its rule only reports. So does that of the addresses which lead nowhere private. Those of
//! documentation (RFC 5737, RFC 3849, RFC 9637), of `0.0.0.0/8` and netmasks are found only where a syntax says that they
//! are hosts. Names of RFC 2606 are not found at all, nor are onion services: they are public.

mod address;
mod name;
mod numeric;
mod six;
mod token;
mod url;
mod valued;
mod wide;
mod words;

#[cfg(test)]
mod tests;

use crate::rule::{Family, Rule};
use crate::{Action, Match, Severity, View};
use memchr::memchr3_iter;

/// Longer tokens are no hosts: RFC 1035, section 2.3.4, with room for a trailing dot.
const LONGEST: usize = 254;

const TAGS: &[&str] = &["MCP01", "MCP10", "AML.T0057"];

const fn rule(id: &'static str, severity: Severity, action: Action, about: &'static str) -> Rule {
    Rule { id, family: Family::Host, severity, action, about, on: true, tags: TAGS }
}

/// The rules of this module.
pub const RULES: &[Rule] = &[
    rule(
        "host.private",
        Severity::Medium,
        Action::Deny,
        "An address of a private network: RFC 1918, RFC 6598, RFC 4193, site-local, or one that embeds such an address.",
    ),
    rule(
        "host.loopback",
        Severity::Low,
        Action::Report,
        "The reader's own machine: localhost, 127.0.0.0/8, 0.0.0.0, ::1, ::, host.docker.internal.",
    ),
    rule("host.link_local", Severity::Medium, Action::Deny, "A link-local address: 169.254.0.0/16, fe80::/10."),
    rule(
        "host.metadata",
        Severity::High,
        Action::Deny,
        "The metadata service of a cloud, by name or address, in any notation of the address.",
    ),
    rule(
        "host.special",
        Severity::Low,
        Action::Report,
        "An address for special use that is not private: multicast, broadcast, benchmarking, protocol assignments, reserved; in a URL those of documentation.",
    ),
    rule(
        "host.internal",
        Severity::Medium,
        Action::Deny,
        "A name that only a private network resolves, by its suffix, or a single-label host in a URL.",
    ),
    rule("host.kubernetes", Severity::Medium, Action::Deny, "A service or pod of a Kubernetes cluster."),
    rule("host.cloud", Severity::Medium, Action::Deny, "A name inside a cloud's private network."),
    rule("host.overlay", Severity::Medium, Action::Deny, "A machine of an overlay network, such as of Tailscale."),
];

/// What a host is. Its name is its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Private,
    Loopback,
    LinkLocal,
    Metadata,
    Special,
    Internal,
    Kubernetes,
    Cloud,
    Overlay,
}

impl Kind {
    const fn id(self) -> &'static str {
        match self {
            Self::Private => "host.private",
            Self::Loopback => "host.loopback",
            Self::LinkLocal => "host.link_local",
            Self::Metadata => "host.metadata",
            Self::Special => "host.special",
            Self::Internal => "host.internal",
            Self::Kubernetes => "host.kubernetes",
            Self::Cloud => "host.cloud",
            Self::Overlay => "host.overlay",
        }
    }

    fn push(self, start: usize, end: usize, out: &mut Vec<Match>) {
        out.push(Match { rule: self.id(), span: start..end, view: View::Plain });
    }
}

/// Finds them in `text`. Linear in its length. No match holds white space.
pub fn find(text: &str, out: &mut Vec<Match>) {
    words::find(text, out);
    dotted(text, false, out);
}

/// What full stops, colons and backslashes lead to. `url`: the text is the authority of a URL.
fn dotted(text: &str, url: bool, out: &mut Vec<Match>) {
    let bytes = text.as_bytes();
    let mut from = 0;
    for at in memchr3_iter(b'.', b':', b'\\', bytes) {
        if at < from {
            continue;
        }
        let done = match bytes.get(at) {
            Some(b'.') => token::find(text, at, from, url, out),
            Some(b':') if url::opens(bytes, at) => url::find(text, at, out),
            Some(b':') => valued::find(text, at, out).unwrap_or_else(|| six::find(text, at, out)),
            _ => url::share(text, at, out),
        };
        from = from.max(done);
    }
}

/// The rule of the private host that a text is as a whole, where `name` says that it is a host: `host`, `base_url`, `serverIp`.
///
/// Reads it as a client does that connects to it: a scheme, a user, a port and a path may stand beside it, and an address may
/// be written in any notation of `inet_aton`, as `2852039166`, `0xA9FEA9FE` or `127.1`. `input`: it is what a program is given
/// to work with, where names such as `server` or `gateway` count as well.
#[must_use]
pub fn named(name: &str, text: &str, input: bool) -> Option<&'static str> {
    valued::named(name, text, input).map(Kind::id)
}

/// As [`crate::secrets::pending`]: the last word of the text, and a word before it that says that a version or a host follows.
///
/// A text may be cut at a place after white space where this, asked for the text up to there, gives that place.
#[must_use]
pub fn pending(text: &str) -> usize {
    let bytes = text.as_bytes();
    let last = bytes.iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1);
    numeric::version_word(bytes, last).or_else(|| valued::name_before(bytes, last)).unwrap_or(last)
}

/// What may stand in a label.
const fn label_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
