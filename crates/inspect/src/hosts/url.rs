//! Hosts where a syntax says that there is one: the authority of a URL (RFC 3986, section 3.2) and a share of a network.

use super::address::{self, Where};
use super::{Kind, label_byte, numeric};
use crate::Match;

/// The longest authority that is read.
const LONGEST: usize = 512;
/// So many slashes are passed over.
const SLASHES: usize = 16;

/// Schemes behind which a name without a domain is a host that only its own network knows.
const SCHEMES: [&str; 44] = [
    "http",
    "https",
    "ws",
    "wss",
    "ftp",
    "ftps",
    "sftp",
    "ssh",
    "telnet",
    "ldap",
    "ldaps",
    "smb",
    "cifs",
    "nfs",
    "afp",
    "rdp",
    "vnc",
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "sqlserver",
    "oracle",
    "mongodb",
    "redis",
    "rediss",
    "memcached",
    "amqp",
    "amqps",
    "kafka",
    "nats",
    "mqtt",
    "mqtts",
    "tcp",
    "udp",
    "tls",
    "grpc",
    "grpcs",
    "git",
    "svn",
    "rtsp",
    "socks5",
    "elasticsearch",
    "clickhouse",
];

/// Names that stand for a host in a text that explains.
const STANDINS: &str = " host hostname server servername domain example endpoint site url address ip foo bar baz test www your-host \
    myhost my-host yourhost yourserver somehost some-host user username localhost undefined null none name ";

/// Names of metadata services that need no domain.
const METADATA: [&str; 3] = ["metadata", "instance-data", "metadata-server"];

const fn ends(byte: u8) -> bool {
    matches!(
        byte,
        b'/' | b'?'
            | b'#'
            | b'\\'
            | b'"'
            | b'\''
            | b'`'
            | b'<'
            | b'>'
            | b'('
            | b')'
            | b'{'
            | b'}'
            | b'|'
            | b'^'
            | b','
            | b';'
    ) || byte <= b' '
}

/// Schemes whose slashes browsers do not count, and of which they take either (URL standard, section 4.4).
const SPECIAL: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];

/// What ends the authority of a URL in any reading.
const fn stops(byte: u8) -> bool {
    matches!(byte, b'/' | b'?' | b'#' | b'\\' | b'"' | b'`' | b'<' | b'>') || byte <= b' '
}

/// Whether an authority may begin behind the colon at `at`: slashes follow, or a scheme stands before it that needs none.
pub(super) fn opens(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at + 1) {
        Some(b'/' | b'\\') => true,
        Some(next) if next.is_ascii_alphanumeric() || *next == b'[' => {
            let last = at.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or_default() | 0x20;
            matches!(last, b'p' | b's') && is_special(scheme(bytes, at))
        }
        _ => false,
    }
}

fn is_special(scheme: &[u8]) -> bool {
    SPECIAL.iter().any(|one| scheme.eq_ignore_ascii_case(one.as_bytes()))
}

/// Reads the authority behind the colon at `at`, where [`opens`] says that there may be one. Gives where to go on: names with
/// full stops are left to the dotted words.
pub(super) fn find(text: &str, at: usize, out: &mut Vec<Match>) -> usize {
    let bytes = text.as_bytes();
    let scheme = scheme(bytes, at);
    let tail = bytes.get(at + 1..).unwrap_or_default();
    let slashes = tail.iter().take(SLASHES).take_while(|b| matches!(b, b'/' | b'\\')).count();
    let usual = tail.starts_with(b"//") && slashes == 2;
    let escaped = tail.starts_with(b"\\/\\/") && slashes == 4;
    if !(usual || escaped || is_special(scheme)) {
        return at + 1;
    }
    let first = at + 1 + slashes;
    let rest = bytes.get(first..).unwrap_or_default();
    let length = rest.iter().take(LONGEST).position(|b| stops(*b)).unwrap_or(rest.len());
    if length == 0 || length >= LONGEST {
        return first;
    }
    let authority = rest.get(..length).unwrap_or_default();
    let user = authority.iter().rposition(|b| *b == b'@').map_or(0, |at| at + 1);
    let start = first + user;
    if bytes.get(start) == Some(&b'[') {
        return start;
    }
    let host = authority.get(user..).unwrap_or_default();
    let host = host.get(..host.iter().position(|b| *b == b':' || ends(*b)).unwrap_or(host.len())).unwrap_or_default();
    let Ok(host) = std::str::from_utf8(host) else { return first };
    let after = bytes.get(start + host.len()).copied();
    let found = kind(host, scheme, after).filter(|kind| usual || escaped || *kind != Kind::Internal);
    if let Some(kind) = found {
        kind.push(start, start + host.len(), out);
        return start + host.len();
    }
    start
}

/// The scheme that ends at `end`.
fn scheme(bytes: &[u8], end: usize) -> &[u8] {
    let head = bytes.get(..end).unwrap_or_default();
    let length = head.iter().rev().take(24).take_while(|b| b.is_ascii_alphanumeric()).count();
    head.get(end - length..).unwrap_or_default()
}

pub(super) fn kind(host: &str, scheme: &[u8], after: Option<u8>) -> Option<Kind> {
    if let Some(address) = numeric::aton(host) {
        return address::of_v4(address, Where::Host);
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let label = |b: u8| label_byte(b);
    if host.contains('.') || !host.bytes().all(label) || !host.bytes().any(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    if METADATA.iter().any(|one| one.eq_ignore_ascii_case(host)) {
        return Some(Kind::Metadata);
    }
    if host.eq_ignore_ascii_case("localhost") {
        // The usual spellings are found as words.
        return (!matches!(host, "localhost" | "Localhost" | "LOCALHOST")).then_some(Kind::Loopback);
    }
    let known = SCHEMES.iter().any(|one| scheme.eq_ignore_ascii_case(one.as_bytes()));
    let standin = host.len() < 2
        || STANDINS.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(host))
        || (host.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
        || host.starts_with(['-', '_'])
        || host.ends_with(['-', '_']);
    // What goes on in another script or as a pattern is no name of this kind.
    let whole = after.is_none_or(|b| b.is_ascii() && !matches!(b, b'{' | b'(' | b'<' | b'^' | b'|'));
    (known && !standin && whole).then_some(Kind::Internal)
}

/// A share: `\\server\path`, or the same escaped. A name that says nothing about being a host is taken for a macro or a pattern.
pub(super) fn share(text: &str, at: usize, out: &mut Vec<Match>) -> usize {
    let bytes = text.as_bytes();
    let slashes = |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|b| **b == b'\\').count();
    let open = slashes(at);
    let start = at + open;
    let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    if !matches!(open, 2 | 4) || !(before <= b' ' || matches!(before, b'"' | b'\'' | b'`' | b'(' | b'=' | b'<' | b':'))
    {
        return start;
    }
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().take(64).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    let end = start + length;
    let path = slashes(end) * 2 == open && bytes.get(end + open / 2).is_some_and(u8::is_ascii_alphanumeric);
    let name = rest.get(..length).unwrap_or_default();
    let marked =
        name.iter().any(|b| b.is_ascii_digit() || *b == b'-') && name.first().is_some_and(u8::is_ascii_alphabetic);
    let called = [&b"fileserver"[..], b"files", b"nas", b"corp", b"backup", b"dfs"]
        .iter()
        .any(|one| name.eq_ignore_ascii_case(one));
    if path && (3..=63).contains(&length) && (marked || called) {
        Kind::Internal.push(start, end, out);
        return end;
    }
    start
}
