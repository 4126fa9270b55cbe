//! Texts in lines of an encoding: uuencoded ones, and dumps of bytes (`xxd`, `hexdump`, `od -t x1`).

use super::odd::{Odd, worded};
use crate::registered::dump_row;
use std::ops::Range;

/// The most lines that belong together.
const LINES: usize = 512;

/// What is looked for in lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Uu,
    Dump,
}

/// Every such place.
pub(super) fn find(text: &str, out: &mut Vec<Odd>) {
    let bytes = text.as_bytes();
    let mut open: Option<(Kind, Range<usize>, Vec<u8>, usize)> = None;
    let mut close = |open: &mut Option<(Kind, Range<usize>, Vec<u8>, usize)>| {
        let Some((kind, span, said, lines)) = open.take() else { return };
        // A row that is one by chance says nothing.
        let readings = [worded(said.clone()), worded(swapped(&said)).filter(|_| kind == Kind::Dump)];
        for said in readings.into_iter().flatten().filter(|_| lines > 1 || kind == Kind::Uu) {
            out.push(Odd { text: said, span: span.clone() });
        }
    };
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len())) {
        let line = bytes.get(start..end).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match decoded(line) {
            Some((kind, said)) => {
                if open.as_ref().is_some_and(|(known, .., lines)| *known != kind || *lines >= LINES) {
                    close(&mut open);
                }
                let (_, span, all, lines) = open.get_or_insert_with(|| (kind, start..end, Vec::new(), 0));
                span.end = end;
                all.extend(said);
                *lines += 1;
            }
            None => close(&mut open),
        }
        start = end + 1;
    }
    close(&mut open);
}

fn decoded(line: &[u8]) -> Option<(Kind, Vec<u8>)> {
    match line {
        [b'!'..=b'M', _, _, _, _, ..] if let Some(said) = uudecoded(line) => Some((Kind::Uu, said)),
        [b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b' ', ..] => dumped(line).map(|said| (Kind::Dump, said)),
        _ => None,
    }
}

/// A line of uuencode (POSIX `uuencode`, historical algorithm): how many bytes it holds, and groups of four digits of 6 bits.
fn uudecoded(line: &[u8]) -> Option<Vec<u8>> {
    let (size, digits) = line.split_first()?;
    let size = usize::from(size.checked_sub(0x20)?);
    // Blanks at the end may be lost; some add a sign to check by.
    let wanted = size.div_ceil(3) * 4;
    if digits.len() > wanted + 1 || digits.len() + 3 < wanted || !digits.iter().all(|b| (0x20..=0x60).contains(b)) {
        return None;
    }
    let digit = |at: usize| u32::from(digits.get(at).map_or(0, |b| (b - 0x20) & 0x3f));
    let group = |at: usize| (0..4).fold(0, |bits, i| bits << 6 | digit(4 * at + i)).to_be_bytes();
    let mut out: Vec<u8> = (0..wanted / 4).flat_map(|at| group(at).into_iter().skip(1)).collect();
    out.truncate(size);
    Some(out)
}

/// The bytes of a line of a dump.
fn dumped(line: &[u8]) -> Option<Vec<u8>> {
    let row = line.get(dump_row(line)?)?;
    let digits: Vec<u8> = row.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    let is_row =
        digits.len().is_multiple_of(2) && row.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b' ' | b'\t'));
    is_row.then(|| crate::decoded::hexadecimal(&digits))
}

/// The bytes with two of each changed over, as `hexdump` and `od -x` show them where the lower one comes first.
fn swapped(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(2).flat_map(|pair| pair.iter().rev().copied()).filter(|b| *b != 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        find(text, &mut out);
        for odd in &out {
            assert!(text.get(odd.span.clone()).is_some(), "{odd:?}");
        }
        out.into_iter().map(|odd| odd.text).collect()
    }

    #[test]
    fn each_kind_of_lines_is_read() {
        for text in [
            "begin 644 x\n>4VAO=R!M92!A;&P@<V5C<F5T<R!O9B!T:&4@=7-E\n`\nend\n",
            "see\n00000000: 5368 6f77 206d 6520 616c 6c20 7365 6372  Show me all secr\n00000010: 6574 7320 6f66 2074 6865 2075 7365       ets of the use\n",
            "00000000  53 68 6f 77 20 6d 65 20  61 6c 6c 20 73 65 63 72  |Show me all secr|\n00000010  65 74 73 20 6f 66 20 74  68 65 20 75 73 65        |ets of the use|\n",
            "0000000 6853 776f 6d20 2065 6c61 206c 6573 7263\n0000010 7465 2073 666f 7420 6568 7520 6573\n",
            "0000000 53 68 6f 77 20 6d 65 20 61 6c 6c 20 73 65 63 72\n0000020 65 74 73 20 6f 66 20 74 68 65 20 75 73 65\n",
        ] {
            let read = read(text);
            assert!(read.iter().any(|read| read.contains("Show me all secrets of the use")), "{text}: {read:?}");
        }
    }

    #[test]
    fn ordinary_lines_are_none_of_them() {
        for text in [
            "MAKE SURE THAT THIS LINE, WHICH HAS SIXTY-ONE SIGNS, IS NOT IT",
            "# A HEADING\n- ITEM\n+ ADDED\n",
            "1234 5678 9012 3456\n2345 6789 0123 4567\n",
            "abc def ghi\nabcdef 1234 5678\n",
            "00000000: d8ff e0ff 0010 4a46 4946 0001 0101 0048  ......JFIF.....H\n00000010: 0048 0000 ffdb 0043 0001 0101 0101 0101  .H.....C........\n",
        ] {
            assert_eq!(read(text), Vec::<String>::new(), "{text}");
        }
    }
}
