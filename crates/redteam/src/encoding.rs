//! Ways to write a text so that its words do not stand in it.

mod more;

/// One way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// As it is.
    Plain,
    /// Decimal character references of HTML for every character.
    Entities,
    /// Hexadecimal character references of HTML for every character.
    EntitiesHex,
    /// Percent-encoding of every byte (RFC 3986, section 2.1).
    Percent,
    /// `\u` escapes of JSON for every character.
    Json,
    /// Base64 (RFC 4648, section 4).
    Base64,
    /// Base64 for URLs, without padding (RFC 4648, section 5).
    Base64Url,
    /// Base32 (RFC 4648, section 6).
    Base32,
    /// Hexadecimal.
    Hex,
    /// Hexadecimal with a space between bytes.
    HexSpaced,
    /// A zero-width character between each two.
    ZeroWidth,
    /// Full-width forms.
    FullWidth,
    /// Bold letters of mathematics.
    Bold,
    /// Cyrillic and Greek letters that look alike.
    Homoglyph,
    /// Digits that look alike.
    Leet,
    /// A space between each two letters, three between words.
    Spaced,
    /// A hyphen between each two letters.
    Hyphens,
    /// Characters of the tag block, which are not shown.
    Tags,
    /// Letters moved by thirteen places.
    Rot13,
    /// Backwards.
    Reverse,
    /// Capital letters.
    Upper,
    /// Base64 in lines of 24 digits.
    Base64Lines,
    /// Base64 in groups of eight digits.
    Base64Words,
    /// Ascii85 between `<~` and `~>` (Adobe, PostScript Language Reference, section 3.13.3).
    Ascii85,
    /// Base58 (the alphabet of Bitcoin).
    Base58,
    /// The bytes as decimal numbers.
    Decimal,
    /// The bytes as octal numbers.
    Octal,
    /// The bytes as binary numbers.
    Binary,
    /// `\x` escapes of C for every byte.
    HexEscapes,
    /// Quoted-printable for every byte (RFC 2045, section 6.7).
    Quoted,
    /// UTF-7 for every character (RFC 2152).
    Utf7,
    /// Variation selectors behind an emoji, one for each byte.
    Selectors,
    /// Two zero-width characters for the bits of each byte.
    Bits,
    /// Letters in the order of the alphabet backwards.
    Atbash,
    /// Letters moved by three places.
    Caesar,
    /// Morse code (ITU-R M.1677-1).
    Morse,
}

const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &str = "0123456789abcdef";

/// Letters and what looks like them.
const ALIKE: [(char, char); 14] = [
    ('a', '\u{430}'),
    ('c', '\u{441}'),
    ('e', '\u{435}'),
    ('i', '\u{456}'),
    ('j', '\u{458}'),
    ('o', '\u{43e}'),
    ('p', '\u{440}'),
    ('s', '\u{455}'),
    ('x', '\u{445}'),
    ('y', '\u{443}'),
    ('A', '\u{410}'),
    ('B', '\u{412}'),
    ('E', '\u{395}'),
    ('O', '\u{39f}'),
];

const LEET: [(char, char); 7] = [('a', '4'), ('e', '3'), ('i', '1'), ('o', '0'), ('s', '5'), ('t', '7'), ('g', '9')];

/// Groups of `bits` bits as letters of an alphabet, padded to whole groups of `group` letters.
fn radix(bytes: &[u8], bits: u32, alphabet: &str, group: usize) -> String {
    let letters = alphabet.as_bytes();
    let (mut out, mut held, mut have) = (String::new(), 0_u32, 0);
    let letter = |value: u32| {
        let place = usize::try_from(value & ((1 << bits) - 1)).unwrap_or(0);
        letters.get(place).copied().map_or('\u{fffd}', char::from)
    };
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        have += 8;
        while have >= bits {
            have -= bits;
            out.push(letter(held >> have));
        }
    }
    if have > 0 {
        out.push(letter(held << (bits - have)));
    }
    while group > 0 && out.len() % group != 0 {
        out.push('=');
    }
    out
}

fn between(text: &str, separator: &str) -> String {
    let parts: Vec<String> = text.chars().map(String::from).collect();
    parts.join(separator)
}

fn each(text: &str, write: impl Fn(&mut String, char)) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        write(&mut out, c);
        out
    })
}

fn swapped(text: &str, table: &[(char, char)]) -> String {
    let other = |c: char| table.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
    text.chars().map(other).collect()
}

/// The letter or digit at its place in blocks that begin there.
fn moved(c: char, upper: u32, lower: u32, digit: u32) -> char {
    let from = |start: u32, first: char| char::from_u32(start + u32::from(c) - u32::from(first)).unwrap_or(c);
    match c {
        'A'..='Z' => from(upper, 'A'),
        'a'..='z' => from(lower, 'a'),
        '0'..='9' => from(digit, '0'),
        c => c,
    }
}

fn rot13(c: char) -> char {
    let turned = |first: u8| char::from((u8::try_from(c).unwrap_or(first) - first + 13) % 26 + first);
    match c {
        'A'..='Z' => turned(b'A'),
        'a'..='z' => turned(b'a'),
        c => c,
    }
}

impl Code {
    /// Every way.
    pub const ALL: [Self; 36] = [
        Self::Plain,
        Self::Entities,
        Self::EntitiesHex,
        Self::Percent,
        Self::Json,
        Self::Base64,
        Self::Base64Url,
        Self::Base32,
        Self::Hex,
        Self::HexSpaced,
        Self::ZeroWidth,
        Self::FullWidth,
        Self::Bold,
        Self::Homoglyph,
        Self::Leet,
        Self::Spaced,
        Self::Hyphens,
        Self::Tags,
        Self::Rot13,
        Self::Reverse,
        Self::Upper,
        Self::Base64Lines,
        Self::Base64Words,
        Self::Ascii85,
        Self::Base58,
        Self::Decimal,
        Self::Octal,
        Self::Binary,
        Self::HexEscapes,
        Self::Quoted,
        Self::Utf7,
        Self::Selectors,
        Self::Bits,
        Self::Atbash,
        Self::Caesar,
        Self::Morse,
    ];

    /// Those that a program undoes, and that may stand within one another.
    pub const NESTING: [Self; 7] =
        [Self::Entities, Self::Percent, Self::Json, Self::Base64, Self::Base64Url, Self::Base32, Self::Hex];

    /// Its name in ids.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Entities => "entities",
            Self::EntitiesHex => "entities-hex",
            Self::Percent => "percent",
            Self::Json => "json",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::Base32 => "base32",
            Self::Hex => "hex",
            Self::HexSpaced => "hex-spaced",
            Self::ZeroWidth => "zero-width",
            Self::FullWidth => "full-width",
            Self::Bold => "bold",
            Self::Homoglyph => "homoglyph",
            Self::Leet => "leet",
            Self::Spaced => "spaced",
            Self::Hyphens => "hyphens",
            Self::Tags => "tags",
            Self::Rot13 => "rot13",
            Self::Reverse => "reverse",
            Self::Upper => "upper",
            Self::Base64Lines => "base64-lines",
            Self::Base64Words => "base64-words",
            Self::Ascii85 => "ascii85",
            Self::Base58 => "base58",
            Self::Decimal => "decimal",
            Self::Octal => "octal",
            Self::Binary => "binary",
            Self::HexEscapes => "hex-escapes",
            Self::Quoted => "quoted-printable",
            Self::Utf7 => "utf-7",
            Self::Selectors => "selectors",
            Self::Bits => "zero-width-bits",
            Self::Atbash => "atbash",
            Self::Caesar => "caesar",
            Self::Morse => "morse",
        }
    }

    /// Whether it says anything of letters outside of ASCII.
    #[must_use]
    pub const fn is_for_any_script(self) -> bool {
        matches!(
            self,
            Self::Plain
                | Self::Entities
                | Self::EntitiesHex
                | Self::Percent
                | Self::Json
                | Self::Base64
                | Self::Base64Url
                | Self::Base32
                | Self::Hex
                | Self::HexSpaced
                | Self::ZeroWidth
                | Self::Base64Lines
                | Self::Base64Words
                | Self::Ascii85
                | Self::Base58
                | Self::Decimal
                | Self::Octal
                | Self::Binary
                | Self::HexEscapes
                | Self::Quoted
                | Self::Utf7
                | Self::Selectors
                | Self::Bits
        )
    }

    /// Whether a registered value is promised to be found in it: ciphers, other digits for letters and rare encodings are not.
    #[must_use]
    pub const fn is_promised_for_values(self) -> bool {
        let cipher = matches!(self, Self::Rot13 | Self::Atbash | Self::Caesar | Self::Morse | Self::Leet);
        !cipher && !matches!(self, Self::Ascii85 | Self::Base58)
    }

    /// Writes the text so.
    #[must_use]
    pub fn apply(self, text: &str) -> String {
        let bytes = text.as_bytes();
        match self {
            Self::Plain => text.to_owned(),
            Self::Entities => each(text, |out, c| out.push_str(&format!("&#{};", u32::from(c)))),
            Self::EntitiesHex => each(text, |out, c| out.push_str(&format!("&#x{:X};", u32::from(c)))),
            Self::Percent => bytes.iter().fold(String::new(), |mut out, byte| {
                out.push_str(&format!("%{byte:02X}"));
                out
            }),
            Self::Json => text.encode_utf16().fold(String::new(), |mut out, unit| {
                out.push_str(&format!("\\u{unit:04x}"));
                out
            }),
            Self::Base64 => radix(bytes, 6, BASE64, 4),
            Self::Base64Url => radix(bytes, 6, BASE64_URL, 0),
            Self::Base32 => radix(bytes, 5, BASE32, 8),
            Self::Hex => radix(bytes, 4, HEX, 0),
            Self::HexSpaced => {
                let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                pairs.join(" ")
            }
            Self::ZeroWidth => between(text, "\u{200b}"),
            Self::FullWidth => text.chars().map(|c| moved(c, 0xFF21, 0xFF41, 0xFF10)).collect(),
            Self::Bold => text.chars().map(|c| moved(c, 0x1D400, 0x1D41A, 0x1D7CE)).collect(),
            Self::Homoglyph => swapped(text, &ALIKE),
            Self::Leet => swapped(text, &LEET),
            Self::Spaced => {
                let words: Vec<String> = text.split(' ').map(|word| between(word, " ")).collect();
                words.join("   ")
            }
            Self::Hyphens => {
                let words: Vec<String> = text.split(' ').map(|word| between(word, "-")).collect();
                words.join(" ")
            }
            Self::Tags => text.chars().map(|c| char::from_u32(0xE0000 + u32::from(c)).unwrap_or(c)).collect(),
            Self::Rot13 => text.chars().map(rot13).collect(),
            Self::Reverse => text.chars().rev().collect(),
            Self::Upper => text.to_uppercase(),
            other => more::write(other, text),
        }
    }
}

/// One way, or one within another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Encoding {
    /// What is written first.
    pub inner: Code,
    /// What that is written as; [`Code::Plain`] where there is nothing more.
    pub outer: Code,
}

impl Encoding {
    /// That one alone.
    #[must_use]
    pub const fn of(code: Code) -> Self {
        Self { inner: code, outer: Code::Plain }
    }

    /// Every nesting of two.
    pub fn nestings() -> impl Iterator<Item = Self> {
        let both = |inner: Code| Code::NESTING.into_iter().map(move |outer| Self { inner, outer });
        Code::NESTING.into_iter().flat_map(both)
    }

    /// Its name in ids.
    #[must_use]
    pub fn name(self) -> String {
        if self.outer == Code::Plain {
            return self.inner.as_str().to_owned();
        }
        format!("{}-in-{}", self.inner.as_str(), self.outer.as_str())
    }

    /// Writes the text so.
    #[must_use]
    pub fn apply(self, text: &str) -> String {
        self.outer.apply(&self.inner.apply(text))
    }
}
