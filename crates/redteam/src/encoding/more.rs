//! Ways that take more than a table.

use super::{BASE64, Code, each, radix};

/// Writes the text in that way.
pub(super) fn write(code: Code, text: &str) -> String {
    let bytes = text.as_bytes();
    let list = |form: &dyn Fn(&u8) -> String| bytes.iter().map(form).collect::<Vec<_>>().join(" ");
    match code {
        Code::Base64Lines => grouped(&radix(bytes, 6, BASE64, 4), 24, "\n"),
        Code::Base64Words => grouped(&radix(bytes, 6, BASE64, 4), 8, " "),
        Code::Ascii85 => format!("<~{}~>", ascii85(bytes)),
        Code::Base58 => base58(bytes),
        Code::Decimal => list(&|byte| byte.to_string()),
        Code::Octal => list(&|byte| format!("{byte:03o}")),
        Code::Binary => list(&|byte| format!("{byte:08b}")),
        Code::HexEscapes => bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect(),
        Code::Quoted => bytes.iter().map(|byte| format!("={byte:02X}")).collect(),
        Code::Utf7 => utf7(text),
        Code::Selectors => std::iter::once('\u{1f600}').chain(bytes.iter().map(|byte| selector(*byte))).collect(),
        Code::Bits => {
            let bit = |byte: u8, at: u32| if byte >> (7 - at) & 1 == 0 { '\u{200b}' } else { '\u{200c}' };
            bytes.iter().flat_map(|byte| (0..8).map(move |at| bit(*byte, at))).collect()
        }
        Code::Atbash => text.chars().map(atbash).collect(),
        Code::Caesar => text.chars().map(|c| caesar(c, 3)).collect(),
        Code::Morse => each(text, |out, c| {
            let sign = MORSE.iter().find(|(letter, _)| *letter == c.to_ascii_lowercase());
            match sign {
                Some((_, sign)) => {
                    out.push_str(sign);
                    out.push(' ');
                }
                None if c == ' ' => out.push_str("/ "),
                None => {}
            }
        }),
        _ => text.to_owned(),
    }
}

/// The digits in groups.
fn grouped(text: &str, size: usize, between: &str) -> String {
    let digits: Vec<char> = text.chars().collect();
    digits.chunks(size).map(String::from_iter).collect::<Vec<_>>().join(between)
}

fn ascii85(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(4) {
        let value = (0..4).fold(0_u32, |value, at| value << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
        if value == 0 && group.len() == 4 {
            out.push('z');
            continue;
        }
        let digit = |at: u32| char::from(b'!' + u8::try_from(value / 85_u32.pow(4 - at) % 85).unwrap_or(0));
        out.extend((0..5).map(digit).take(group.len() + 1));
    }
    out
}

fn base58(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut digits: Vec<u8> = Vec::new();
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = u8::try_from(carry % 58).unwrap_or(0);
            carry /= 58;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 58).unwrap_or(0));
            carry /= 58;
        }
    }
    digits.iter().rev().filter_map(|digit| DIGITS.get(usize::from(*digit))).map(|b| char::from(*b)).collect()
}

fn utf7(text: &str) -> String {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    format!("+{}-", radix(&units, 6, BASE64, 0))
}

fn selector(byte: u8) -> char {
    let code = if byte < 16 { 0xFE00 + u32::from(byte) } else { 0xE0100 + u32::from(byte) - 16 };
    char::from_u32(code).unwrap_or('\u{fe00}')
}

fn atbash(c: char) -> char {
    let turned = |first: u8| u8::try_from(c).map_or(c, |b| char::from(first + 25 - (b - first)));
    match c {
        'a'..='z' => turned(b'a'),
        'A'..='Z' => turned(b'A'),
        c => c,
    }
}

fn caesar(c: char, places: u8) -> char {
    let moved = |first: u8| u8::try_from(c).map_or(c, |b| char::from((b - first + places) % 26 + first));
    match c {
        'a'..='z' => moved(b'a'),
        'A'..='Z' => moved(b'A'),
        c => c,
    }
}

const MORSE: [(char, &str); 36] = [
    ('a', ".-"),
    ('b', "-..."),
    ('c', "-.-."),
    ('d', "-.."),
    ('e', "."),
    ('f', "..-."),
    ('g', "--."),
    ('h', "...."),
    ('i', ".."),
    ('j', ".---"),
    ('k', "-.-"),
    ('l', ".-.."),
    ('m', "--"),
    ('n', "-."),
    ('o', "---"),
    ('p', ".--."),
    ('q', "--.-"),
    ('r', ".-."),
    ('s', "..."),
    ('t', "-"),
    ('u', "..-"),
    ('v', "...-"),
    ('w', ".--"),
    ('x', "-..-"),
    ('y', "-.--"),
    ('z', "--.."),
    ('0', "-----"),
    ('1', ".----"),
    ('2', "..---"),
    ('3', "...--"),
    ('4', "....-"),
    ('5', "....."),
    ('6', "-...."),
    ('7', "--..."),
    ('8', "---.."),
    ('9', "----."),
];
