//! Whether a value is hard enough to guess that it never stands in a text by chance.
//!
//! The estimate reads a value in the cheapest way that it finds: as words that passwords are made of, as repetitions of
//! what stood before, as rows of neighbouring characters, as letters that follow each other in words, and otherwise as
//! single characters of their class. It is low on purpose: what it calls strong cannot be met by chance.

/// The fewest bits that a value must be worth. Twelve random hexadecimal digits are worth more, any password list less.
const BITS: u32 = 28;

/// Words that passwords are made of, also with digits or signs for letters.
const WORDS: &[&str] = &[
    "password",
    "passwort",
    "passwd",
    "passphrase",
    "pass",
    "secret",
    "admin",
    "administrator",
    "root",
    "user",
    "login",
    "welcome",
    "letmein",
    "changeme",
    "change",
    "default",
    "example",
    "sample",
    "test",
    "testing",
    "demo",
    "token",
    "apikey",
    "api",
    "key",
    "access",
    "private",
    "public",
    "qwerty",
    "qwertyuiop",
    "asdfgh",
    "asdfghjkl",
    "zxcvbn",
    "zxcvbnm",
    "dragon",
    "monkey",
    "master",
    "shadow",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "iloveyou",
    "trustno",
    "superman",
    "batman",
    "server",
    "service",
    "client",
    "upstream",
    "gateway",
    "bearer",
    "basic",
    "production",
    "staging",
    "development",
    "company",
    "summer",
    "winter",
    "spring",
    "autumn",
    "hello",
    "world",
    "monday",
    "january",
    "placeholder",
    "replace",
    "insert",
    "your",
    "here",
    "please",
    "null",
    "none",
    "undefined",
    "value",
    "credential",
    "casemate",
    "database",
    "postgres",
    "mysql",
    "redis",
];

/// Pairs of letters that are common in the words of European languages.
const PAIRS: &str = "th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al de se le sa si ar ve \
                     ra ld ur ro ri io ne me ce li ch ll be ma el ta la ec ie ic co om ns us no so ac ss";

/// Whether a value is hard to guess.
pub(super) fn strong(value: &[u8]) -> bool {
    !phrase(value) && bits(value) >= BITS
}

/// Whether it is words of letters set apart by white space or signs, as in a phrase.
fn phrase(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    let spaced = text.contains(char::is_whitespace);
    let mut words = 0usize;
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        words += 1;
        let letters = word.chars().all(char::is_alphabetic);
        let vowel =
            word.chars().any(|c| matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y') || !c.is_ascii());
        let cased = word.chars().skip(1).all(char::is_lowercase) || word.chars().all(char::is_uppercase);
        if !letters || !(spaced || (vowel && cased && word.len() >= 2)) {
            return false;
        }
    }
    words >= if spaced { 2 } else { 3 }
}

/// The bits that a guesser needs for it, at most.
fn bits(value: &[u8]) -> u32 {
    let text: Vec<u8> = value.iter().map(u8::to_ascii_lowercase).collect();
    let plain: Vec<u8> = text.iter().map(|b| unleet(*b)).collect();
    // In quarters of a bit: the cheapest reading up to each place.
    let mut cost = vec![0u32; text.len() + 1];
    for at in 0..text.len() {
        let here = cost.get(at).copied().unwrap_or_default();
        let mut reach = |len: usize, price: u32| {
            if let Some(old) = cost.get_mut(at + len) {
                *old = if *old == 0 { here + price } else { (*old).min(here + price) };
            }
        };
        let (Some(rest), Some(spelt)) = (text.get(at..), plain.get(at..)) else { continue };
        reach(1, single(&text, at));
        for word in WORDS.iter().filter(|word| spelt.starts_with(word.as_bytes())) {
            reach(word.len(), 24);
        }
        for len in 2..=row(rest) {
            reach(len, 16);
        }
        for len in 2..=repeated(&text, at) {
            reach(len, 16);
        }
    }
    cost.last().copied().unwrap_or_default() / 4
}

const fn unleet(b: u8) -> u8 {
    match b {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        _ => b,
    }
}

/// The price of one character after those before it, in quarters of a bit.
fn single(text: &[u8], at: usize) -> u32 {
    let (Some(b), before) = (text.get(at).copied(), at.checked_sub(1).and_then(|i| text.get(i).copied())) else {
        return 0;
    };
    let common = before.is_some_and(|before| PAIRS.as_bytes().split(|b| *b == b' ').any(|pair| pair == [before, b]));
    match b {
        _ if before == Some(b) => 4,
        _ if common => 8,
        b'a'..=b'z' => 18,
        b'0'..=b'9' => 10,
        0x80.. => 20,
        _ if before.is_some_and(|b| !b.is_ascii_alphanumeric()) => 12,
        _ => 8,
    }
}

/// How many characters from here on stand one beside the other in the alphabet or among the digits.
fn row(rest: &[u8]) -> usize {
    let step = |a: u8, b: u8| match (a, b) {
        (b'9', b'0') => 1,
        (b'0', b'9') => -1,
        _ => i16::from(b) - i16::from(a),
    };
    let steps = rest.iter().zip(rest.iter().skip(1)).map(|(a, b)| step(*a, *b));
    let first = steps.clone().next().filter(|step| step.abs() <= 1);
    first.map_or(0, |first| 1 + steps.take_while(|step| *step == first).count())
}

/// How many characters from here on stood before.
fn repeated(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let common =
        |from: usize| text.get(from..).map_or(0, |old| old.iter().zip(rest).take_while(|(a, b)| a == b).count());
    // Values are up to 16 KiB long; what stood far before is not looked for.
    (at.saturating_sub(64)..at).map(common).max().filter(|len| *len >= 3).unwrap_or_default().min(256)
}
