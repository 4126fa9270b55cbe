//! Dumps of bytes: without the columns of offsets and of characters, what stands in one line goes on in the next (`xxd`,
//! `hexdump -C`, `od`, and what looks like them).

use super::markup::{Ending, Stripped};
use std::ops::Range;

/// The digits that an offset may have.
const OFFSET: Range<usize> = 4..17;
/// The blanks that may stand before one.
const LEAD: usize = 8;
/// The longest line.
const LONGEST: usize = 512;
/// Behind so many bytes a gap may be wider.
const HALF: usize = 8;

/// Where in a line its bytes stand.
type Row = Range<usize>;

/// The dumps of a text, of at least two lines each, without their columns; of a text that may go on, the one that it ends
/// within, of any number of lines.
pub(super) fn strip(bytes: &[u8], ending: Ending) -> Option<Stripped> {
    let open = ending == Ending::Open;
    let mut out = Stripped::default();
    let mut dump: Vec<(usize, Row)> = Vec::new();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let line = rest.get(..len).unwrap_or_default();
        let begun = || (open && len == rest.len() && begins(line)).then_some(len..len);
        match read(line).or_else(begun) {
            Some(row) => dump.push((at, row)),
            None if dump.len() > 1 && !open => out.take(bytes, &std::mem::take(&mut dump)),
            None => dump.clear(),
        }
        at += len;
    }
    if dump.len() > usize::from(!open) {
        out.take(bytes, &dump);
    }
    (!out.edits.is_empty()).then_some(out)
}

impl Stripped {
    /// Takes over the bytes of a dump.
    fn take(&mut self, bytes: &[u8], dump: &[(usize, Row)]) {
        let mut at = self.edits.last().map_or(0, |edit| edit.behind());
        for (line, row) in dump {
            self.leave_out(at..line + row.start, *line == dump.first().map_or(0, |(first, _)| *first));
            self.bytes.extend_from_slice(bytes.get(line + row.start..line + row.end).unwrap_or_default());
            at = line + row.end;
        }
        let end = bytes.get(at..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(bytes.len(), |end| at + end);
        self.leave_out(at..end, false);
    }
}

/// The row of a line, if it is one of a dump: where its bytes stand.
pub(crate) fn read(line: &[u8]) -> Option<Row> {
    let lead = blanks(line).min(LEAD);
    let digits = digits(line.get(lead..)?);
    if !OFFSET.contains(&digits) || line.len() > LONGEST {
        return None;
    }
    let colon = usize::from(line.get(lead + digits) == Some(&b':'));
    let behind = lead + digits + colon;
    let gap = blanks(line.get(behind..)?);
    let body = line.get(behind + gap..)?;
    (gap > 0 && !body.trim_ascii().is_empty()).then(|| behind + gap..behind + gap + column(body.trim_ascii_end()))
}

/// Whether a line may be the beginning of one of a dump.
fn begins(line: &[u8]) -> bool {
    let body = line.get(blanks(line).min(LEAD)..).unwrap_or_default();
    let rest = body.get(digits(body)..).unwrap_or_default();
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    body.len() < OFFSET.end + LEAD && blanks(rest) == rest.len()
}

/// Where the column of characters begins, with the blanks before it; the length where there is none.
fn column(body: &[u8]) -> usize {
    let size = digits(body);
    if size < 2 {
        return body.len();
    }
    if let Some(sign) = [b" |", b" >"].iter().find_map(|sign| memchr::memmem::find(body, *sign)) {
        return sign;
    }
    let (mut at, mut bytes) = (0, 0);
    loop {
        let rest = body.get(at..).unwrap_or_default();
        let (len, gap) = (digits(rest), rest.get(digits(rest)..).map_or(0, blanks));
        // The last group may be shorter; a word is none.
        if len == 0 || len > size || gap == 0 && len < rest.len() {
            return at;
        }
        at += len;
        bytes += len.div_ceil(2);
        if gap > 1 && bytes != HALF || at == body.len() {
            return at;
        }
        at += gap;
    }
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take(OFFSET.end).take_while(|b| b.is_ascii_hexdigit()).count()
}

fn blanks(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, ending: Ending) -> Option<String> {
        let found = strip(text.as_bytes(), ending)?;
        Some(String::from_utf8(found.bytes).unwrap().replace('\0', ""))
    }

    #[test]
    fn columns_go() {
        for (text, bytes) in [
            ("00000000: 6869 7468 6572  hither\n00000006: 6f6b       ok\n", "6869 7468 65726f6b"),
            (
                "x\n00000000  68 69 74 68 65 72 65 21  78 79  |hithere!xy|\n0000000a  6f 6b  |ok|\n0000000c\ny",
                "68 69 74 68 65 72 65 21  78 79 6f 6b ",
            ),
            ("0000000   h   a  \\n\n0000003   o   k\n", "h   a  \\no   k"),
            ("0000000 150 151\n0000002 157 153\n0000004\n", "150 151157 153"),
        ] {
            assert_eq!(shown(text, Ending::Final).as_deref(), Some(bytes), "{text}");
        }
        for text in ["00000000: 6869  hi\n", "a b\nc d\n", "2026-01-02 a\n2026-01-03 b\n", "12345678\n12345678\n", ""] {
            assert_eq!(shown(text, Ending::Final), None, "{text}");
        }
    }

    #[test]
    fn a_dump_may_go_on() {
        let text = "a\n00000000: 6869  hi\n0000";
        for end in 4 + OFFSET.start..text.len() {
            assert!(
                shown(&text[..end], Ending::Open).is_some_and(|bytes| "6869".starts_with(bytes.trim_end())),
                "{end}"
            );
        }
        assert_eq!(shown("00000000: 6869  hi\nand then", Ending::Open), None);
    }

    #[test]
    fn places_lead_back() {
        let text = "before\n00000000: 6869 7468 6572  hither\n00000006: 6f6b       ok\nbehind";
        let found = strip(text.as_bytes(), Ending::Final).unwrap();
        let at = found.bytes.windows(6).position(|six| six == b"65726f").unwrap();
        let map = super::super::layer::Map::Edits(found.edits);
        assert_eq!(&text[map.back(&(at..at + 6))], "6572  hither\n00000006: 6f");
    }
}
