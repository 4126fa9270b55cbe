//! The shape of a vendor's credential: what it begins with, what follows, and how it is told from a placeholder.

use super::check::Check;
use super::random;
use crate::rule::{Family, Rule};
use crate::{Action, Severity};
use std::ops::Range;

/// A set of ASCII characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Digit,
    /// Lower-case hexadecimal.
    Hex,
    /// Hexadecimal in either case.
    HexAny,
    /// Lower-case letters and digits.
    Lower,
    /// Upper-case letters and digits.
    Upper,
    Alnum,
    /// Letters, digits and the low line.
    Word,
    /// The alphabet of base64url.
    Url,
    /// The alphabet of base64url and the full stop.
    Dotted,
    /// What a URI may hold as it is (RFC 3986, section 2.3).
    Unreserved,
    /// The alphabet of base64, without padding.
    B64,
    /// The alphabet of base64 with padding, in percent-encoding too.
    B64Percent,
    /// The alphabet of base32 (RFC 4648, section 6).
    Base32,
    /// The alphabet of Bitcoin's base58.
    Base58,
    /// The alphabet of bech32 (BIP 173).
    Bech32,
    /// The same in upper case.
    Bech32Upper,
}

impl Class {
    pub(super) const fn has(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::HexAny => byte.is_ascii_hexdigit(),
            Self::Lower => matches!(byte, b'0'..=b'9' | b'a'..=b'z'),
            Self::Upper => matches!(byte, b'0'..=b'9' | b'A'..=b'Z'),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Unreserved => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'~'),
            Self::B64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'),
            Self::B64Percent => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'%'),
            Self::Base32 => matches!(byte, b'A'..=b'Z' | b'2'..=b'7'),
            Self::Base58 => byte.is_ascii_alphanumeric() && !matches!(byte, b'0' | b'O' | b'I' | b'l'),
            Self::Bech32 => Self::Lower.has(byte) && !matches!(byte, b'1' | b'b' | b'i' | b'o'),
            Self::Bech32Upper => Self::Upper.has(byte) && !matches!(byte, b'1' | b'B' | b'I' | b'O'),
        }
    }
}

/// A part of a credential.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// So many characters of a set: as many as there are, to the greatest number.
    Of(Class, u16, u16),
    /// These characters.
    Lit(&'static str),
    /// A UUID (RFC 9562) in its text form.
    Uuid,
    /// The padding of base64, where there is one.
    Pad,
}

/// A vendor's format with its rule.
#[derive(Debug)]
pub(super) struct Format {
    pub(super) rule: Rule,
    /// What it begins with, or what follows [`Format::lead`]: one of these, case and all.
    pub(super) anchors: &'static [&'static str],
    pub(super) parts: &'static [Part],
    /// What stands before the anchor.
    pub(super) lead: Option<(Class, u16, u16)>,
    pub(super) check: Check,
    /// The least entropy of what follows the anchor, in tenths of a bit per byte.
    pub(super) entropy: u16,
}

/// What came of trying a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is one.
    Is(Range<usize>),
    /// It has the shape, not the checksum.
    Unverified(Range<usize>),
    /// It is none.
    Not,
}

/// The tags of every rule here: exposure of tokens and secrets; leakage of data.
pub(super) const TAGS: &[&str] = &["MCP01", "AML.T0057"];

/// A rule of this module, which takes out what it finds.
pub(super) const fn rule(id: &'static str, about: &'static str) -> Rule {
    Rule { id, family: Family::Secret, severity: Severity::High, action: Action::Redact, about, on: true, tags: TAGS }
}

/// A format that begins with one of these and goes on with these parts.
pub(super) const fn format(
    id: &'static str,
    about: &'static str,
    anchors: &'static [&'static str],
    parts: &'static [Part],
) -> Format {
    Format { rule: rule(id, about), anchors, parts, lead: None, check: Check::None, entropy: 20 }
}

impl Format {
    pub(super) const fn check(mut self, check: Check) -> Self {
        self.check = check;
        self
    }

    /// So many characters of a set stand before the anchor.
    pub(super) const fn lead(mut self, class: Class, least: u16, most: u16) -> Self {
        self.lead = Some((class, least, most));
        self
    }

    /// The least entropy of what follows the anchor, in tenths of a bit per byte.
    pub(super) const fn entropy(mut self, tenths: u16) -> Self {
        self.entropy = tenths;
        self
    }

    /// It opens less than a whole account: seen in tests and documentation.
    pub(super) const fn medium(mut self) -> Self {
        self.rule.severity = Severity::Medium;
        self
    }

    /// Tries the format where one of its anchors stands.
    pub(super) fn at(&self, bytes: &[u8], anchor: Range<usize>) -> Outcome {
        let Some(start) = self.start(bytes, anchor.start) else { return Outcome::Not };
        let Some(end) = end(bytes, anchor.end, self.parts) else { return Outcome::Not };
        let (Some(whole), Some(body)) = (bytes.get(start..end), bytes.get(anchor.end..end)) else {
            return Outcome::Not;
        };
        let right = self.check.holds(whole);
        // A checksum that is right tells it from all that may stand around it.
        if right == Some(true) {
            return Outcome::Is(start..end);
        }
        let alone = begins(bytes, start) && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
        if !alone || random::filler(body) || random::entropy(body) < u32::from(self.entropy) {
            return Outcome::Not;
        }
        if right == Some(false) { Outcome::Unverified(start..end) } else { Outcome::Is(start..end) }
    }

    fn start(&self, bytes: &[u8], anchor: usize) -> Option<usize> {
        let Some((class, least, most)) = self.lead else { return Some(anchor) };
        let before = bytes.get(..anchor)?.iter().rev().take(usize::from(most));
        let count = before.take_while(|byte| class.has(**byte)).count();
        (count >= usize::from(least)).then(|| anchor - count)
    }
}

/// The end of these parts from there on.
fn end(bytes: &[u8], from: usize, parts: &[Part]) -> Option<usize> {
    let mut at = from;
    for part in parts {
        let rest = bytes.get(at..)?;
        at += match part {
            Part::Of(class, least, most) => {
                let count = rest.iter().take(usize::from(*most)).take_while(|byte| class.has(**byte)).count();
                (count >= usize::from(*least)).then_some(count)?
            }
            Part::Lit(literal) => rest.starts_with(literal.as_bytes()).then_some(literal.len())?,
            Part::Uuid => uuid(rest)?,
            Part::Pad => rest.iter().take(2).take_while(|byte| **byte == b'=').count(),
        };
    }
    Some(at)
}

/// The length of the UUID that `rest` begins with.
pub(super) fn uuid(rest: &[u8]) -> Option<usize> {
    const LENGTH: usize = 36;
    let text = rest.get(..LENGTH)?;
    let fits = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.iter().enumerate().all(fits).then_some(LENGTH)
}

/// Whether a value may begin there: nothing before it that could belong to it. An escape does not: `\n`, `\u0022`, `%3D`.
pub(super) fn begins(bytes: &[u8], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|place| bytes.get(place)).copied().unwrap_or(b' ');
    if !before(1).is_ascii_alphanumeric() {
        return true;
    }
    let hex = |from: usize, to: usize| (from..=to).all(|back| before(back).is_ascii_hexdigit());
    (before(2) == b'\\' && matches!(before(1), b'n' | b't' | b'r' | b'b' | b'f' | b'v' | b'0'))
        || (before(3) == b'%' && hex(1, 2))
        || (before(4) == b'\\' && before(3) == b'x' && hex(1, 2))
        || (before(6) == b'\\' && before(5) == b'u' && hex(1, 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_begins_behind_what_cannot_belong_to_it() {
        for (text, at) in [("x", 0), (" x", 1), ("_x", 1), (r"\nx", 2), ("%3Dx", 3), (r"\u0022x", 6), (r"\x22x", 4)] {
            assert!(begins(text.as_bytes(), at), "{text}");
        }
        for (text, at) in [("nx", 1), ("3Dx", 2), ("%3x", 2), ("u0022x", 5)] {
            assert!(!begins(text.as_bytes(), at), "{text}");
        }
    }

    #[test]
    fn a_uuid_has_its_hyphens_in_place() {
        assert_eq!(uuid(b"123e4567-e89b-12d3-a456-426614174000 "), Some(36));
        assert_eq!(uuid(b"123e45678e89b-12d3-a456-426614174000"), None);
        assert_eq!(uuid(b"123e4567"), None);
    }
}
