//! A text reduced to what trigger words are looked for in: letters alone, each in its plainest form.
//!
//! Case, accents, look-alikes of other scripts, digits and signs for letters, compatibility forms, and all that stands between
//! letters are gone, so that one search finds a word in every such disguise. What is found there is looked at in the text.

use crate::invisible::hidden;
use crate::signals::{alike, fold};
use std::sync::LazyLock;

/// The bytes of ASCII: a letter, or 0 for what goes.
static ASCII: LazyLock<[u8; 128]> = LazyLock::new(|| std::array::from_fn(|b| u8::try_from(b).map_or(0, letter)));

const fn letter(b: u8) -> u8 {
    match b {
        b'a'..=b'z' | b'A'..=b'Z' => match b.to_ascii_lowercase() {
            // One digit stands for both.
            b'l' => b'i',
            lower => lower,
        },
        b'0' => b'o',
        b'1' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'6' | b'9' => b'g',
        b'7' => b't',
        b'8' => b'b',
        b'2' => b'z',
        _ => 0,
    }
}

/// The reduced forms of the scripts beside Latin that most texts of letters are in, up to the end of Thai.
static NEAR: LazyLock<Vec<String>> =
    LazyLock::new(|| (0x80..0xe80).map(|code| char::from_u32(code).map(slow).unwrap_or_default()).collect());

fn slow(c: char) -> String {
    let mut out = String::new();
    if hidden(c).is_some() {
        return out;
    }
    let mut push = |c: char| {
        let c = alike(c).unwrap_or(c);
        match u8::try_from(u32::from(c)) {
            Ok(b) if b < 0x80 => out.extend(Some(char::from(letter(b))).filter(|c| *c != '\0')),
            _ => out.extend(Some(c).filter(|c| c.is_alphanumeric())),
        }
    };
    match alike(c) {
        Some(latin) => push(latin),
        None => fold(c, push),
    }
    out
}

/// A reduced text, and the way back.
#[derive(Debug, Default)]
pub(super) struct Skeleton {
    pub(super) letters: Vec<u8>,
    /// Pairs of a place here and the place in the text, ascending.
    seams: Vec<(usize, usize)>,
}

const ROW: usize = 64;

impl Skeleton {
    /// Reduces a text; what was here before goes.
    pub(super) fn read(&mut self, text: &str) {
        self.letters.clear();
        self.seams.clear();
        let table = &*ASCII;
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            self.seams.push((self.letters.len(), at));
            let rest = bytes.get(at..).unwrap_or_default();
            let row = rest.get(..ROW).unwrap_or(rest);
            if row.is_ascii() {
                self.ascii(table, row);
                at += row.len();
            } else {
                at = self.chars(table, text, at);
            }
        }
        self.seams.push((self.letters.len(), bytes.len()));
    }

    fn ascii(&mut self, table: &[u8; 128], row: &[u8]) {
        let mut kept = [0_u8; ROW];
        let mut count = 0;
        for b in row {
            let letter = table.get(usize::from(*b & 0x7f)).copied().unwrap_or(0);
            if let Some(slot) = kept.get_mut(count) {
                *slot = letter;
            }
            count += usize::from(letter != 0);
        }
        self.letters.extend_from_slice(kept.get(..count).unwrap_or_default());
    }

    /// Takes some characters from a place on; where they end.
    fn chars(&mut self, table: &[u8; 128], text: &str, at: usize) -> usize {
        let mut end = at;
        let near = &*NEAR;
        for c in text.get(at..).unwrap_or_default().chars() {
            if end >= at + ROW {
                break;
            }
            end += c.len_utf8();
            match c {
                '\0'..='\x7f' => {
                    let letter = table.get(c as usize).copied().unwrap_or(0);
                    self.letters.extend(Some(letter).filter(|letter| *letter != 0));
                }
                '\u{80}'..='\u{e7f}' => {
                    let form = near.get(c as usize - 0x80).map(String::as_str).unwrap_or_default();
                    self.letters.extend_from_slice(form.as_bytes());
                }
                '\u{2010}'..='\u{2027}' | '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3011}' => {}
                '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => {
                    self.letters.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                c => self.letters.extend_from_slice(slow(c).as_bytes()),
            }
        }
        end
    }

    /// The place in the text of a place here: where the row begins that it is of. At most a row too early.
    pub(super) fn floor(&self, at: usize) -> usize {
        let next = self.seams.partition_point(|(here, _)| *here <= at);
        next.checked_sub(1).and_then(|i| self.seams.get(i)).map_or(0, |seam| seam.1)
    }

    /// As [`Self::floor`], at most a row too late.
    pub(super) fn ceiling(&self, at: usize) -> usize {
        let next = self.seams.partition_point(|(here, _)| *here < at);
        self.seams.get(next).or(self.seams.last()).map_or(0, |seam| seam.1)
    }
}

/// The reduced form of a word.
pub(super) fn reduced(word: &str) -> Vec<u8> {
    let mut skeleton = Skeleton::default();
    skeleton.read(word);
    skeleton.letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disguises_fall() {
        for text in [
            "Ignore all",
            "1gn0r3 4ll",
            "i.g-n o_r e  a*l*l",
            "іgnоrе аll",
            "ｉｇｎｏｒｅ ａｌｌ",
            "ïgñôré\u{200b}all",
            "𝐢𝐠𝐧𝐨𝐫𝐞 𝐚𝐥𝐥",
        ] {
            assert_eq!(reduced(text), b"ignoreaii", "{text}");
        }
        assert_eq!(reduced("忽略 之前"), "忽略之前".as_bytes());
        assert_eq!(reduced("ИГНОРИРУЙ"), reduced("игнорируй"));
        assert_eq!(reduced("이전 지시"), "이전지시".as_bytes());
    }

    #[test]
    fn places_lead_back() {
        let text = format!("{}Ignore all{}", "é, - ".repeat(100), " . x".repeat(100));
        let mut skeleton = Skeleton::default();
        skeleton.read(&text);
        let at = skeleton.letters.windows(6).position(|row| row == b"ignore").unwrap();
        let place = text.find("Ignore").unwrap();
        let (from, to) = (skeleton.floor(at), skeleton.ceiling(at + 6));
        assert!(from <= place && place < from + 2 * ROW, "{from} {place}");
        assert!(to >= place + 6 && to < place + 3 * ROW, "{to} {place}");
        assert!(text.is_char_boundary(from) && text.is_char_boundary(to));
    }
}
