//! The codecs of encodings that only phrases are looked for in.

use crate::signals::shifted;

/// The bytes of base64 digits in either alphabet (RFC 4648, sections 4 and 5); others are left out.
pub(super) fn base64_units(digits: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(digits.len() * 3 / 4);
    out.extend(units(digits.iter()));
    out
}

/// The same one by one.
pub(super) fn units<'d>(digits: impl Iterator<Item = &'d u8>) -> impl Iterator<Item = u8> {
    let (mut bits, mut count) = (0_u32, 0);
    digits.filter_map(move |b| {
        let value = SEXTETS.get(usize::from(*b)).copied().filter(|value| *value < 64)?;
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        count += 6;
        (count >= 8).then(|| {
            count -= 8;
            ((bits >> count) & 0xff) as u8
        })
    })
}

/// What each byte is as a digit of base64; 64 where it is none.
const SEXTETS: [u8; 256] = {
    let mut table = [64; 256];
    let mut at = 0_u8;
    loop {
        let value = match at {
            b'A'..=b'Z' => at - b'A',
            b'a'..=b'z' => at - b'a' + 26,
            b'0'..=b'9' => at - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => 64,
        };
        #[expect(clippy::indexing_slicing, reason = "a u8 is an index of 256 entries; evaluated when compiled")]
        {
            table[at as usize] = value;
        }
        if at == u8::MAX {
            break table;
        }
        at += 1;
    }
};

/// The digits of base85 as of RFC 1924 (which Git and Python use), and of Z85 (ZeroMQ RFC 32), in their order.
const RFC1924: &[u8; 85] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
const Z85: &[u8; 85] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/// The bytes of base85: `!` Ascii85, `0` RFC 1924, `Z` Z85.
pub(super) fn ascii85(digits: &[u8], alphabet: u8) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(digits.len() * 4 / 5);
    let mut group: Vec<u64> = Vec::with_capacity(5);
    let mut flush = |group: &mut Vec<u64>| -> Option<()> {
        let kept = group.len().checked_sub(1)?;
        let value = (0..5).fold(0_u64, |value, at| value * 85 + group.get(at).copied().unwrap_or(84));
        out.extend_from_slice(u32::try_from(value).ok()?.to_be_bytes().get(..kept)?);
        group.clear();
        Some(())
    };
    for b in digits {
        let value = match alphabet {
            b'!' if *b == b'z' && group.is_empty() => {
                group.resize(5, 0);
                flush(&mut group)?;
                continue;
            }
            b'!' => b.checked_sub(b'!').filter(|value| *value < 85).map(u64::from)?,
            b'0' => RFC1924.iter().position(|digit| digit == b)? as u64,
            _ => Z85.iter().position(|digit| digit == b)? as u64,
        };
        group.push(value);
        if group.len() == 5 {
            flush(&mut group)?;
        }
    }
    if !group.is_empty() {
        flush(&mut group)?;
    }
    Some(out)
}

/// The bytes of base58; `None` where a character is no digit of it.
pub(super) fn base58(digits: &[u8]) -> Option<Vec<u8>> {
    const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let values: Vec<usize> =
        digits.iter().map(|b| DIGITS.iter().position(|digit| digit == b)).collect::<Option<_>>()?;
    let mut bytes: Vec<u8> = Vec::with_capacity(digits.len());
    for value in values {
        let mut carry = value;
        for byte in &mut bytes {
            carry += usize::from(*byte) * 58;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push((carry & 0xff) as u8);
            carry >>= 8;
        }
    }
    bytes.reverse();
    Some(bytes)
}

/// What a label of punycode says (RFC 3492, section 6.2).
pub(super) fn punycode(label: &str) -> Option<String> {
    let (mut out, rest): (Vec<char>, &str) = match label.rsplit_once('-') {
        Some((basic, rest)) => (basic.chars().collect(), rest),
        None => (Vec::new(), label),
    };
    let (mut n, mut i, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = rest.bytes();
    while digits.len() > 0 {
        let (before, mut weight, mut k) = (i, 1_u32, 36_u32);
        loop {
            let digit = match digits.next()? {
                b @ b'a'..=b'z' => b - b'a',
                b @ b'A'..=b'Z' => b - b'A',
                b @ b'0'..=b'9' => b - b'0' + 26,
                _ => return None,
            };
            let digit = u32::from(digit);
            i = digit.checked_mul(weight)?.checked_add(i)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            k += 36;
        }
        let length = u32::try_from(out.len()).ok()? + 1;
        bias = adapted(i - before, length, before == 0);
        n = n.checked_add(i / length)?;
        i %= length;
        out.insert(usize::try_from(i).ok()?, char::from_u32(n)?);
        i += 1;
    }
    Some(out.into_iter().collect())
}

/// RFC 3492, section 6.1.
const fn adapted(delta: u32, length: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

/// The signs of the letters from `a` on, then of the digits from `0` on (ITU-R M.1677-1).
const SIGNS: [&str; 36] = [
    ".-", "-...", "-.-.", "-..", ".", "..-.", "--.", "....", "..", ".---", "-.-", ".-..", "--", "-.", "---", ".--.",
    "--.-", ".-.", "...", "-", "..-", "...-", ".--", "-..-", "-.--", "--..", "-----", ".----", "..---", "...--",
    "....-", ".....", "-....", "--...", "---..", "----.",
];

/// What Morse code says: a blank between two letters, a stroke or a wider gap between two words. `None` where a sign is none, or
/// where there are few letters.
pub(super) fn morse(text: &str) -> Option<String> {
    let (mut out, mut letters, mut blanks) = (String::new(), 0, 0);
    // The sign of a list.
    let text = text.replace("\n- ", "\n");
    for token in text.strip_prefix("- ").unwrap_or(&text).split(' ') {
        if token.is_empty() {
            blanks += 1;
            continue;
        }
        if blanks >= 2 {
            out.push(' ');
        }
        blanks = 0;
        for (nth, part) in token.split(['/', '|', '\n']).enumerate() {
            if nth > 0 {
                out.push(' ');
            }
            let part = part.replace('_', "-");
            if part.is_empty() {
                continue;
            }
            match SIGNS.iter().position(|sign| *sign == part) {
                Some(at @ 0..26) => {
                    out.push(shifted('a', u32::try_from(at).unwrap_or(0)));
                    letters += 1;
                }
                Some(at) => out.push(char::from(b'0' + u8::try_from(at - 26).unwrap_or(0))),
                // A full stop, a comma and their kind.
                None if part.len() == 6 => out.push(' '),
                None => return None,
            }
        }
    }
    (letters >= 16).then_some(out)
}
