//! Ways of writing that are lists of numbers, escapes of bytes, or signs that are not shown.

/// What the text says in each of them: decimal, octal and binary numbers, variation selectors, zero-width bits.
pub(super) fn read(text: &str) -> Vec<String> {
    let mut out: Vec<String> = [10, 8, 2].into_iter().flat_map(|radix| numbers(text, radix)).collect();
    if !text.is_ascii() {
        let selected: Vec<u8> = text.chars().filter_map(selector).collect();
        out.push(String::from_utf8_lossy(&selected).into_owned());
        let bits: Vec<u8> = text.chars().filter_map(bit).collect();
        let bytes: Vec<u8> =
            bits.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)).collect();
        out.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    out
}

/// The bytes of escapes, `\x41` and `=41`, as digits alone.
pub(super) fn digits(text: &str) -> String {
    text.replace("\\x", "").replace('=', "")
}

/// Stretches of numbers that are bytes.
fn numbers(text: &str, radix: u32) -> Vec<String> {
    let mut out = vec![Vec::new()];
    for word in text.split(|c: char| c.is_whitespace() || c == ',') {
        match (u8::from_str_radix(word, radix), out.last_mut()) {
            (Ok(byte), Some(run)) => run.push(byte),
            _ if word.is_empty() => {}
            _ => out.push(Vec::new()),
        }
    }
    out.into_iter().filter(|run| run.len() > 3).map(|run| String::from_utf8_lossy(&run).into_owned()).collect()
}

fn selector(c: char) -> Option<u8> {
    let code = u32::from(c);
    match code {
        0xfe00..=0xfe0f => u8::try_from(code - 0xfe00).ok(),
        0xe0100..=0xe01ef => u8::try_from(code - 0xe0100 + 16).ok(),
        _ => None,
    }
}

const fn bit(c: char) -> Option<u8> {
    match c {
        '\u{200b}' => Some(0),
        '\u{200c}' => Some(1),
        _ => None,
    }
}
