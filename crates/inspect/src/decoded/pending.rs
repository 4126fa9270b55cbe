//! Where an encoded run may still go on behind the end of a text.

use super::codec::sextet;

/// A row of codes or of wrapped lines is followed back so far; a longer one is held by its last lines.
const FAR: usize = 16 * 1024;

/// Where in `text` an encoded run may begin or go on by what comes behind the end: nothing before that place changes any more
/// for what is encoded. The length of the text where nothing can. Reads back from the end only.
#[must_use]
pub fn pending(text: &str) -> usize {
    let bytes = text.as_bytes();
    let floor = bytes.len().saturating_sub(FAR);
    // The word at the end may hold anything: escapes, a run, the name that a code belongs to.
    let mut start = word(bytes, bytes.len());
    let open = start < bytes.len();
    let mut held = open && start > 0;
    // Words before it that belong to the same row or to the same wrapped run.
    let mut at = start;
    while at > floor {
        let gap = blanks(bytes, at);
        let begin = word(bytes, gap);
        let before = bytes.get(begin..gap).unwrap_or_default();
        let lines = bytes.get(gap..at).is_some_and(|gap| gap.contains(&b'\n'));
        let soft = lines && before.ends_with(b"=");
        let wrapped = lines && before.len() >= 16 && run_at_end(before) >= 16;
        if !(soft || wrapped || is_code(before) || is_margin(before) && begin > floor && lines_before(bytes, begin)) {
            if begins_row(before) {
                start = begin;
                held = true;
            }
            break;
        }
        start = begin;
        held = true;
        at = begin;
    }
    if held || open { start } else { bytes.len() }
}

/// Where the word that ends at `end` begins.
fn word(bytes: &[u8], end: usize) -> usize {
    let head = bytes.get(..end).unwrap_or_default();
    head.iter().rposition(u8::is_ascii_whitespace).map_or(0, |space| space + 1)
}

/// Where the white space that ends at `end` begins.
fn blanks(bytes: &[u8], end: usize) -> usize {
    let head = bytes.get(..end).unwrap_or_default();
    head.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(0, |last| last + 1)
}

/// How many bytes at the end are a run of base64.
fn run_at_end(word: &[u8]) -> usize {
    word.iter().rev().take_while(|b| sextet(**b).is_some() || **b == b'=').count()
}

/// Whether a word looks like one of a row of codes.
fn is_code(word: &[u8]) -> bool {
    !word.is_empty() && word.len() <= 4096 && word.iter().any(u8::is_ascii_hexdigit) && word.iter().all(is_part)
}

fn is_part(b: &u8) -> bool {
    b.is_ascii_hexdigit() || b",;:-\\[](){}'\"xXoOuU+/|".contains(b)
}

/// Whether a word ends with the first code of a row: `q=01100001`.
fn begins_row(word: &[u8]) -> bool {
    let len = word.iter().rev().take_while(|b| is_part(b)).count();
    let (head, tail) = word.split_at(word.len() - len);
    head.last().is_some_and(|b| !b.is_ascii_alphanumeric()) && tail.iter().any(u8::is_ascii_digit)
}

/// Whether a word is the margin of a quoted line.
fn is_margin(word: &[u8]) -> bool {
    !word.is_empty() && word.len() <= 40 && word.iter().all(|b| matches!(b, b'>' | b'|' | b'#' | b'*'))
}

fn lines_before(bytes: &[u8], at: usize) -> bool {
    let gap = blanks(bytes, at);
    bytes.get(gap..at).is_some_and(|gap| gap.contains(&b'\n'))
}
