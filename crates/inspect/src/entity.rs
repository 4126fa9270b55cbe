//! Character references of HTML and backslash escapes of Markdown, as far as they can hide a destination.

use std::borrow::Cow;

/// Which escapes a place understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// Character references and backslashes before punctuation.
    Markdown,
    /// Character references.
    Html,
}

/// Names of the references that give an ASCII character. Others cannot make up a scheme, a host's separator or a slash.
const NAMES: [(&str, char); 48] = [
    ("colon", ':'),
    ("sol", '/'),
    ("bsol", '\\'),
    ("period", '.'),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("amp", '&'),
    ("AMP", '&'),
    ("lt", '<'),
    ("LT", '<'),
    ("gt", '>'),
    ("GT", '>'),
    ("quot", '"'),
    ("QUOT", '"'),
    ("apos", '\''),
    ("lpar", '('),
    ("rpar", ')'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("lcub", '{'),
    ("lbrace", '{'),
    ("rcub", '}'),
    ("rbrace", '}'),
    ("num", '#'),
    ("quest", '?'),
    ("equals", '='),
    ("commat", '@'),
    ("excl", '!'),
    ("lowbar", '_'),
    ("UnderBar", '_'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("plus", '+'),
    ("comma", ','),
    ("semi", ';'),
    ("ast", '*'),
    ("midast", '*'),
    ("verbar", '|'),
    ("vert", '|'),
    ("VerticalLine", '|'),
    ("Hat", '^'),
    ("grave", '`'),
    ("DiacriticalGrave", '`'),
    ("nbsp", '\u{a0}'),
    ("shy", '\u{ad}'),
    ("ZeroWidthSpace", '\u{200b}'),
];

/// The character reference that starts at `at`, and its length. A numeric one needs no semicolon, as in HTML.
pub(crate) fn reference(text: &str, at: usize) -> Option<(char, usize)> {
    let rest = text.get(at..)?.strip_prefix('&')?;
    if let Some(number) = rest.strip_prefix('#') {
        let (digits, radix, skip) = match number.strip_prefix(['x', 'X']) {
            Some(hex) => (hex, 16, 3),
            None => (number, 10, 2),
        };
        let count = digits.bytes().take_while(|b| char::from(*b).is_digit(radix)).count();
        if count == 0 {
            return None;
        }
        let value = digits.bytes().take(count).filter_map(|b| char::from(b).to_digit(radix));
        let code = value.fold(0u32, |sum, digit| sum.saturating_mul(radix).saturating_add(digit));
        let c = char::from_u32(code).filter(|c| *c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER);
        let semicolon = usize::from(digits.as_bytes().get(count) == Some(&b';'));
        return Some((c, skip + count + semicolon));
    }
    let len = rest.bytes().take(20).take_while(u8::is_ascii_alphanumeric).count();
    let name = rest.get(..len).filter(|_| rest.as_bytes().get(len) == Some(&b';'))?;
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, c)| (*c, len + 2))
}

/// The character at `at` with its escapes undone, and how many bytes it takes.
pub(crate) fn next(text: &str, at: usize, escapes: Escapes) -> Option<(char, usize)> {
    let c = text.get(at..)?.chars().next()?;
    match c {
        '&' => Some(reference(text, at).unwrap_or((c, 1))),
        '\\' if escapes == Escapes::Markdown => match text.as_bytes().get(at + 1) {
            Some(b) if b.is_ascii_punctuation() => Some((char::from(*b), 2)),
            _ => Some((c, 1)),
        },
        _ => Some((c, c.len_utf8())),
    }
}

/// The text with its escapes undone.
pub(crate) fn decode(text: &str, escapes: Escapes) -> Cow<'_, str> {
    if !text.contains('&') && (escapes == Escapes::Html || !text.contains('\\')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some((c, len)) = next(text, at, escapes) {
        out.push(c);
        at += len;
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_escapes_are_undone() {
        assert_eq!(decode("https&#58;&#x2F;&sol;a&#x0000002e;b", Escapes::Html), "https://a.b");
        assert_eq!(decode(r"https\:\/\/a\b", Escapes::Markdown), r"https://a\b");
        assert_eq!(decode(r"a\:b", Escapes::Html), r"a\:b");
        assert_eq!(decode("&unknown; & &#; &#xg;", Escapes::Html), "&unknown; & &#; &#xg;");
        assert_eq!(decode("&#99999999999999999999;", Escapes::Html), "\u{fffd}");
    }
}
