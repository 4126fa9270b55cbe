//! IPv4 addresses in text: four decimal numbers, and the other notations that resolvers take (RFC 6943, section 3.1.1).

use super::address::{self, Where};
use super::{Kind, valued};
use std::net::Ipv4Addr;

/// Domains that resolve a name to the address at its beginning.
const ECHOES: [&str; 5] = ["nip.io", "sslip.io", "xip.io", "localtest.me", "traefik.me"];

/// Whether the name holds an address by its domain.
pub(super) fn echoes(word: &str, last: &str) -> bool {
    let within = |domain: &str| {
        let cut = word.len().checked_sub(domain.len());
        cut.and_then(|cut| word.get(cut..)).is_some_and(|tail| tail.eq_ignore_ascii_case(domain))
    };
    match last.len() {
        2 => ECHOES.iter().any(|domain| within(domain)),
        4 => within(".in-addr.arpa"),
        _ => false,
    }
}

/// What the number says in the base that its prefix names.
fn number(part: &str) -> Option<u32> {
    let digits = part.as_bytes();
    match digits {
        [b'0', b'x' | b'X', ..] => u32::from_str_radix(part.get(2..)?, 16).ok(),
        [b'0', _, ..] => u32::from_str_radix(part, 8).ok(),
        [first, ..] if first.is_ascii_digit() => part.parse().ok(),
        _ => None,
    }
}

/// The address, in any notation of `inet_aton`: one to four numbers of base 8, 10 or 16, the last of which fills the rest.
pub(super) fn aton(host: &str) -> Option<Ipv4Addr> {
    let mut value = 0_u32;
    let mut count = 0_u32;
    let mut parts = host.strip_suffix('.').unwrap_or(host).split('.').peekable();
    while let Some(part) = parts.next() {
        let number = number(part)?;
        if parts.peek().is_none() {
            // All that is left: 8, 16, 24 or 32 bits.
            let room = 32_u32.checked_sub(8 * count)?;
            if room < 32 && number.checked_shr(room)? != 0 || room == 0 {
                return None;
            }
            return Some(Ipv4Addr::from(value | number));
        }
        if number > 255 || count == 3 {
            return None;
        }
        value |= number << (24 - 8 * count);
        count += 1;
    }
    None
}

/// Four decimal numbers, leading zeros or not.
fn quad(host: &str) -> Option<Ipv4Addr> {
    let mut octets = [0_u8; 4];
    let mut parts = host.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        let usual = !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit());
        *octet = if usual { part.parse().ok()? } else { return None };
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets))
}

/// What four numbers are, outside of a URL: read as decimal, and where leading zeros or `0x` allow it as octal or hexadecimal.
fn four(part: &str) -> Option<Kind> {
    if part.bytes().filter(|b| *b == b'.').count() != 3 {
        return None;
    }
    let read = |address: Ipv4Addr| address::of_v4(address, Where::Anywhere);
    if let Some(kind) = quad(part).and_then(read) {
        return Some(kind);
    }
    let odd = part.split('.').any(|p| p.len() > 1 && p.starts_with('0'));
    // Padded decimals of a public address are no sign of a hidden one unless the whole is octal or hexadecimal.
    let all = odd && part.split('.').all(|p| p == "0" || (p.len() > 1 && p.starts_with('0')));
    if all { aton(part).and_then(read) } else { None }
}

/// Where a word ends before `at`, past what may stand between a word and its value.
fn word_before(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let head = bytes.get(..at)?;
    let between = head.iter().rev().take(6).take_while(|b| b" \t\"':=(`*".contains(b)).count();
    let end = at - between;
    let length = bytes.get(..end)?.iter().rev().take(24).take_while(|b| b.is_ascii_alphabetic()).count();
    (between > 0 && length > 0).then_some((end - length, end))
}

/// Where the word begins that says that what stands at `at` is a version.
pub(super) fn version_word(bytes: &[u8], at: usize) -> Option<usize> {
    let (start, end) = word_before(bytes, at)?;
    let word = bytes.get(start..end)?;
    let ends = |with: &str| {
        let cut = word.len().checked_sub(with.len());
        cut.and_then(|cut| word.get(cut..)).is_some_and(|tail| tail.eq_ignore_ascii_case(with.as_bytes()))
    };
    ["version", "ver", "release", "build", "firmware", "revision", "driver", "section", "chapter", "oid"]
        .iter()
        .any(|with| ends(with))
        .then_some(start)
}

/// What the numbers of a token are that has no letters, or begins as a name that resolves to its own first numbers. Gives
/// each with its place in the token.
pub(super) fn find(text: &str, start: usize, token: &str, mut found: impl FnMut(usize, usize, Kind)) {
    let bytes = text.as_bytes();
    let lower = token.to_ascii_lowercase();
    if let Some(reversed) = lower.strip_suffix(".in-addr.arpa") {
        let back: Vec<&str> = reversed.rsplit('.').collect();
        if let Some(kind) = quad(&back.join(".")).and_then(|read| address::of_v4(read, Where::Anywhere)) {
            found(0, token.len(), kind);
        }
        return;
    }
    if let Some(rest) = ECHOES.iter().find_map(|domain| lower.strip_suffix(domain)?.strip_suffix('.')) {
        echo(rest, token.len(), &mut found);
        return;
    }
    let mut at = 0;
    for part in token.split(['-', '_']) {
        let trimmed = part.trim_end_matches('.');
        let version = at == 0 && trimmed.starts_with("10.") && is_version(bytes, start);
        // `0.0.0.0/0` is every address, and no host.
        let all = trimmed == "0.0.0.0" && bytes.get(start + at + trimmed.len()) == Some(&b'/');
        let said = || valued::lone(trimmed).filter(|_| at == 0 && valued::name_before(bytes, start).is_some());
        if let Some(kind) = four(trimmed).filter(|_| !version && !all).or_else(said) {
            found(at, at + trimmed.len(), kind);
        }
        at += part.len() + 1;
    }
}

/// A name such as `app.10.0.0.1.nip.io` or `10-0-0-1.nip.io`.
fn echo(rest: &str, whole: usize, found: &mut impl FnMut(usize, usize, Kind)) {
    let dashed = rest.rsplit('.').next().unwrap_or_default().replace('-', ".");
    let labels: Vec<&str> = rest.rsplit('.').take(4).collect();
    let dotted: Vec<&str> = labels.into_iter().rev().collect();
    let tail = dashed.rsplit('.').take(4).collect::<Vec<_>>();
    let tail: Vec<&str> = tail.into_iter().rev().collect();
    let read = quad(&dotted.join(".")).or_else(|| quad(&tail.join(".")));
    if let Some(kind) = read.and_then(|read| address::of_v4(read, Where::Anywhere)) {
        found(0, whole, kind);
    }
}

/// Whether what stands around says that the numbers are a version: a word before it, or a product and a slash.
fn is_version(bytes: &[u8], start: usize) -> bool {
    let back = |by: usize| start.checked_sub(by).and_then(|at| bytes.get(at)).copied();
    let product = back(1) == Some(b'/') && back(2).is_some_and(|b| b.is_ascii_alphabetic());
    let bound = matches!((back(2), back(1)), (Some(b'=' | b'~' | b'>' | b'<' | b'!'), Some(b'=')))
        || matches!(back(1), Some(b'~' | b'^' | b'>' | b'<'));
    product || bound || version_word(bytes, start).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_of_an_address_is_read() {
        let address = Some(Ipv4Addr::new(169, 254, 169, 254));
        for host in [
            "169.254.169.254",
            "2852039166",
            "0xa9fea9fe",
            "0xA9.0xFE.0xA9.0xFE",
            "0251.0376.0251.0376",
            "025177524776",
            "169.254.43518",
            "169.16689662",
            "0251.0xfe.43518",
            "169.254.169.254.",
        ] {
            assert_eq!(aton(host), address, "{host}");
        }
        for host in ["", "a", "1.2.3.4.5", "256.1.1.1", "1.2.3.256", "4294967296", "08", "1..2", "0x"] {
            assert_eq!(aton(host), None, "{host}");
        }
    }
}
