//! E-mail addresses (RFC 5321, section 4.1.2; local parts without quotes; RFC 6531 for other scripts).

use crate::{Match, View};
use memchr::memchr_iter;

/// The longest local part and the longest domain: RFC 5321, section 4.5.3.1.
const LOCAL: usize = 64;
const DOMAIN: usize = 253;

/// Local parts that are programs, not persons.
const MACHINES: [&str; 6] = ["git", "noreply", "no-reply", "donotreply", "do-not-reply", "mailer-daemon"];

/// Ends of names of files, which stand behind `@2x` and the like.
const FILES: [&str; 12] = ["png", "jpg", "jpeg", "gif", "svg", "webp", "js", "ts", "css", "json", "html", "mjs"];

const fn local_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte >= 0x80
        || matches!(
            byte,
            b'.' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'=' | b'?' | b'^' | b'_' | b'~'
        )
}

/// Finds them in `text`.
pub(super) fn find(text: &str, out: &mut Vec<Match>) {
    let bytes = text.as_bytes();
    for at in memchr_iter(b'@', bytes) {
        let after = bytes.get(at + 1).copied().unwrap_or(b' ');
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
        if !(local_byte(before) && before != b'.' && (after.is_ascii_alphanumeric() || after >= 0x80)) {
            continue;
        }
        if let (Some(start), Some(end)) = (local(text, at), domain(text, at + 1)) {
            out.push(Match { rule: "personal.email", span: start..end, view: View::Plain });
        }
    }
}

/// Where the local part begins that ends at `at`.
fn local(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let head = bytes.get(..at)?;
    let length = head.iter().rev().take(LOCAL + 1).take_while(|b| local_byte(**b)).count();
    let from = (at - length..at).find(|place| text.is_char_boundary(*place))?;
    let part = text.get(from..at)?;
    // In another script only letters; signs at the beginning are of the text around.
    let foreign = part.char_indices().rev().find(|(_, c)| !c.is_ascii() && !c.is_alphanumeric());
    let part = foreign.map_or(part, |(place, c)| part.get(place + c.len_utf8()..).unwrap_or_default());
    let part = part.trim_start_matches(|c: char| c.is_ascii_punctuation() && c != '_');
    let whole = !part.is_empty() && part.chars().count() <= LOCAL && !part.contains("..");
    let machine = MACHINES.iter().any(|one| one.eq_ignore_ascii_case(part));
    let start = at - part.len();
    // `scheme://user:password@host`.
    let password =
        matches!(start.checked_sub(1).and_then(|at| bytes.get(at)), Some(b':' | b'/')) && in_authority(bytes, start);
    (whole && !machine && !password).then_some(start)
}

/// Whether two slashes stand before it, with nothing between that ends an authority.
fn in_authority(bytes: &[u8], start: usize) -> bool {
    let head = bytes.get(..start).unwrap_or_default();
    let slash = head.iter().rev().take(128).take_while(|b| !b.is_ascii_whitespace()).position(|b| *b == b'/');
    slash.is_some_and(|back| head.len().checked_sub(back + 2).and_then(|at| head.get(at)) == Some(&b'/'))
}

/// Where the domain ends that begins at `start`.
fn domain(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let inner = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.');
    let length = rest.char_indices().take(DOMAIN).find(|(_, c)| !inner(*c)).map_or(rest.len().min(DOMAIN), |one| one.0);
    let domain = rest.get(..length)?.trim_end_matches(['.', '-']);
    let (head, last) = domain.rsplit_once('.')?;
    let labels = head.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    let scale = head.ends_with(['x', 'X']) && head.as_bytes().first().is_some_and(u8::is_ascii_digit);
    let file = FILES.iter().any(|one| one.eq_ignore_ascii_case(last));
    let top = last.chars().count() >= 2 && (last.chars().all(char::is_alphabetic) || last.starts_with("xn--"));
    let call = rest.as_bytes().get(domain.len()) == Some(&b'(');
    (labels && top && !file && !scale && !call).then_some(start + domain.len())
}
