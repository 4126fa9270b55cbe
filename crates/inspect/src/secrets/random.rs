//! Whether a value was drawn by chance or written by a person: entropy, runs of letters, placeholders.

/// Entropy of the bytes of `value`, in tenths of a bit per byte (Shannon 1948), rounded down.
pub(super) fn entropy(value: &[u8]) -> u32 {
    let mut counts = [0u16; 256];
    for byte in value {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count = count.saturating_add(1);
        }
    }
    let length = value.len() as f64;
    let part = |count: &u16| {
        let share = f64::from(*count) / length;
        -share * share.log2()
    };
    let bits: f64 = counts.iter().filter(|count| **count > 0).map(part).sum();
    // A sum of shares: between nought and eight.
    (bits * 10.0) as u32
}

/// Whether what stands in the place of a credential is made to fill it: too few different characters, one of them many
/// times over, rows such as `abcdef` and `12345678`, or the word.
pub(super) fn filler(value: &[u8]) -> bool {
    let (mut same, mut rising) = (1usize, 1usize);
    let (mut longest_same, mut in_rows) = (1usize, 0usize);
    for pair in value.windows(2) {
        let [a, b] = pair else { continue };
        same = if a == b { same + 1 } else { 1 };
        longest_same = longest_same.max(same);
        let next = *b == a.wrapping_add(1) || (*a == b'9' && *b == b'0');
        if !next && rising >= 5 {
            in_rows += rising;
        }
        rising = if next { rising + 1 } else { 1 };
    }
    in_rows += if rising >= 5 { rising } else { 0 };
    longest_same > 6 || in_rows * 2 >= value.len().max(12) || distinct(value) * 4 < value.len().min(28) || names(value)
}

/// Whether it reads as the name of something: long, of one case, without a digit.
pub(super) fn name(value: &[u8]) -> bool {
    let case = |fits: fn(&u8) -> bool| value.iter().filter(|byte| fits(byte)).count() >= 2;
    value.len() >= 12
        && !value.iter().any(u8::is_ascii_digit)
        && !(case(u8::is_ascii_uppercase) && case(u8::is_ascii_lowercase))
}

fn distinct(value: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in value {
        if let Some(seen) = seen.get_mut(usize::from(*byte)) {
            *seen = true;
        }
    }
    seen.iter().filter(|seen| **seen).count()
}

/// Whether it says that it is an example.
fn names(value: &[u8]) -> bool {
    [&b"example"[..], b"placeholder", b"redacted", b"changeme", b"xxxxx"].iter().any(|word| contains(value, word))
}

/// Whether `value` contains `word`, which is in lower case, in any case.
pub(super) fn contains(value: &[u8], word: &[u8]) -> bool {
    value.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// Words that stand where the author of a text wants the reader to put a value, or that say that there is none.
const STOPS: &[&str] = &[
    "example",
    "sample",
    "placeholder",
    "change",
    "your",
    "xxxx",
    "****",
    "....",
    "redact",
    "removed",
    "dummy",
    "insert",
    "replace",
    "fake",
    "mock",
    "foobar",
    "password",
    "passwd",
    "secret",
    "12345678",
    "abcdef",
    "test",
    "process.env",
    "environ",
    "getenv",
    "null",
    "undefined",
    "string",
    "lorem",
    "todo",
    "default",
    "invalid",
    "token",
    "api_key",
    "api-key",
    "apikey",
    "masked",
    "hidden",
    "optional",
    "required",
    "value",
    "omitted",
    "encrypted",
    "enter",
];

/// Signs of a template, of a look-up or of code.
const CODE: &[&str] =
    &["${", "{{", "$(", "%(", "#{", "<%", "::", "()", "->", "=>", "({", "[]", "//", "...", "…", "&&", "||", "%s", "{}"];

/// Whether `value` stands for a value rather than being one.
pub(super) fn placeholder(value: &[u8]) -> bool {
    filler(value) || template(value) || CODE.iter().any(|sign| memchr::memmem::find(value, sign.as_bytes()).is_some())
}

/// Whether it is a template, a look-up, or words that ask for a value.
pub(super) fn template(value: &[u8]) -> bool {
    let opens = match value {
        [] | [b'<' | b'{' | b'(' | b'[' | b'*', ..] => true,
        [b'$' | b'%', next, ..] => next.is_ascii_alphabetic() || matches!(next, b'{' | b'(' | b'_'),
        _ => false,
    };
    opens
        || ["${", "{{", "$(", "#{", "<%", "...", "…"]
            .iter()
            .any(|sign| memchr::memmem::find(value, sign.as_bytes()).is_some())
        || STOPS.iter().any(|word| contains(value, word.as_bytes()))
}

/// Whether it holds an escape of a character beyond ASCII: letters of a language, written for a program.
fn foreign(value: &[u8]) -> bool {
    memchr::memmem::find_iter(value, b"\\u").any(|at| {
        let digits = value.get(at + 2..at + 6).and_then(|digits| std::str::from_utf8(digits).ok());
        digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).is_some_and(|code| code >= 0x80)
    })
}

/// How the characters of a value are made up.
#[derive(Debug, Clone, Copy, Default)]
struct Makeup {
    lower: usize,
    upper: usize,
    digit: usize,
    /// Signs other than those that join words.
    sign: usize,
    /// Low lines, hyphens, full stops.
    joint: usize,
    /// Changes between letters and digits.
    switches: usize,
    /// Letters in runs of four and more that a word could be: of one case, or with a capital before.
    worded: usize,
    /// Digits `0-9` and letters `a-f` alone.
    hex: usize,
}

fn makeup(value: &[u8]) -> Makeup {
    let (mut made, mut run, mut previous) = (Makeup::default(), 0usize, b' ');
    for byte in value {
        match byte {
            b'a'..=b'z' => made.lower += 1,
            b'A'..=b'Z' => made.upper += 1,
            b'0'..=b'9' => made.digit += 1,
            b'_' | b'-' | b'.' => made.joint += 1,
            _ => made.sign += 1,
        }
        made.hex += usize::from(byte.is_ascii_hexdigit());
        made.switches += usize::from(
            (byte.is_ascii_digit() && previous.is_ascii_alphabetic())
                || (byte.is_ascii_alphabetic() && previous.is_ascii_digit()),
        );
        let goes_on = (byte.is_ascii_lowercase()
            && (previous.is_ascii_lowercase() || (run == 1 && previous.is_ascii_uppercase())))
            || (byte.is_ascii_uppercase() && previous.is_ascii_uppercase());
        if !goes_on {
            made.worded += if run >= 4 { run } else { 0 };
            run = 0;
        }
        run += usize::from(byte.is_ascii_alphabetic());
        previous = *byte;
    }
    made.worded += if run >= 4 { run } else { 0 };
    made
}

/// Whether it is a key, a token or the like: long and drawn by chance.
pub(super) fn token(value: &[u8]) -> bool {
    let length = value.len();
    if !(16..=512).contains(&length) || !value.iter().all(u8::is_ascii_graphic) || path(value) {
        return false;
    }
    let made = makeup(value);
    let letters = made.lower + made.upper;
    if made.digit < 2 && !(made.upper >= 3 && made.lower >= 3) || letters < 3 {
        return false;
    }
    if super::format::uuid(value) == Some(length) {
        return !filler(value);
    }
    let bits = entropy(value);
    if made.hex == length {
        return bits >= 27 && !placeholder(value);
    }
    let least = if length < 20 { 29 } else { 33 };
    // Words with a version behind them are names; chance mixes letters and digits.
    let mixed = made.worded * 2 < letters || made.switches >= 4;
    let names = made.joint * 6 > length;
    bits >= least && mixed && !names && !placeholder(value)
}

/// Whether it is a password: of several kinds of characters, and not a name.
pub(super) fn password(value: &[u8]) -> bool {
    if !(8..=128).contains(&value.len()) || !value.iter().all(u8::is_ascii_graphic) || path(value) || foreign(value) {
        return false;
    }
    let made = makeup(value);
    let kinds = [made.lower, made.upper, made.digit, made.sign].iter().filter(|count| **count > 0).count();
    let mixed = made.digit > 0 && (kinds >= 3 || (kinds == 2 && (made.digit >= 2 || made.sign > 0)));
    let signed = kinds >= 3 && made.sign > 0 && !words(value);
    (mixed || signed)
        && made.lower + made.upper >= 2
        && made.joint * 5 <= value.len()
        && entropy(value) >= 24
        && !placeholder(value)
}

/// Whether it is made of words with the signs between that sentences and labels have: `Show/hide`, `Forgotten?`.
fn words(value: &[u8]) -> bool {
    let sign =
        |byte: &u8| matches!(byte, b'/' | b'!' | b'?' | b',' | b':' | b';' | b'&' | b'\'' | b'(' | b')' | b'"' | b'*');
    let plain = |part: &[u8]| {
        let rest = part.get(1..).unwrap_or_default();
        part.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b'.'))
            && (rest.iter().all(|byte| !byte.is_ascii_uppercase())
                || part.iter().all(|byte| !byte.is_ascii_lowercase()))
    };
    value.split(sign).all(plain)
}

/// Whether it is a place: a path, an address of the web, the name of a resource in a cloud or of a secret in a store.
fn path(value: &[u8]) -> bool {
    let resource =
        [&b"arn:"[..], b"urn:", b"projects/", b"vault:", b"ref+", b"sha256:", b"sha512-", b"sha384-", b"sha1-"];
    if resource.iter().any(|start| value.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))) {
        return true;
    }
    let slashes = value.iter().filter(|byte| **byte == b'/').count();
    memchr::memmem::find(value, b"://").is_some()
        || matches!(value, [b'/' | b'~', ..] | [b'.', b'/' | b'.', ..])
        || slashes * 12 > value.len().max(36)
}

#[cfg(test)]
mod tests {
    use super::super::tests::draw;
    use super::*;

    const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    #[test]
    fn what_was_drawn_by_chance_is_a_token() {
        for (alphabet, length, least) in [
            (ALNUM, 20, 90),
            (ALNUM, 40, 97),
            ("0123456789abcdef", 32, 97),
            ("abcdefghijklmnopqrstuvwxyz234567", 32, 85),
        ] {
            let hits = (0..100).filter(|seed| token(draw(alphabet, length, *seed).as_bytes())).count();
            assert!(hits >= least, "{hits} of 100 of {alphabet}, {length}");
        }
    }

    #[test]
    fn names_paths_and_placeholders_are_no_tokens() {
        for value in [
            "accessTokenFromV2Storage",
            "my-service-account-name-2",
            "your-api-key-goes-here-123",
            "1234567890123456789",
            "/var/run/secrets/kubernetes.io/s3",
            "https://host.internal/path1/x",
            "${DATABASE_PASSWORD_2}",
            "v1.2.3-beta.4-x86-64",
            "com.company.product.Class2Name",
            "aaaaaaaaaaaaaaaaaaaaaaaa1B",
            "process.env.SERVICE_KEY1",
            "getServiceKeyFor(user1)",
        ] {
            assert!(!token(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn passwords_are_told_from_words() {
        for value in ["Sup3r!Cat9", "kG7#pq2Lz!", "h4x0r99boat", "Tr0ub4dor&3", "Sup!rCat", "P@ss#word", "aB/cD/eF!"] {
            assert!(password(value.as_bytes()), "{value}");
        }
        for value in [
            "Show/hide",
            "Forgotten?",
            "Don't/Do",
            "API-Schl\\u00fcssel",
            "https://localhost:8080/logs",
            "arn:aws:ssm:us-east-1:123456789012:parameter/x2",
            "projects/acme-1/secrets/db/versions/3",
            "swordfish",
            "Password123!",
            "getInput()",
            "string",
            "user.name2",
            "<secret>",
            "********",
            "prompt_v2",
        ] {
            assert!(!password(value.as_bytes()), "{value}");
        }
    }
}
