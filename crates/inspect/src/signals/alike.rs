//! Names that look alike.

use super::fold::{alike, fold};
use crate::invisible::hidden;

/// The form in which names that look alike are equal: without case, separators, accents and invisible characters,
/// letters of other scripts and digits as the Latin letters that they look like. Source: a subset of UTS #39.
#[must_use]
pub fn skeleton(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars().filter(|c| hidden(*c).is_none()) {
        let seen = alike(c).unwrap_or(c);
        fold(seen, |folded| {
            let letter = match alike(folded).unwrap_or(folded) {
                '0' => 'o',
                '1' | '|' | '!' | 'i' => 'l',
                '3' => 'e',
                '4' | '@' => 'a',
                '5' | '$' => 's',
                '7' => 't',
                '8' => 'b',
                c => c,
            };
            if letter.is_alphanumeric() {
                out.push(letter);
            }
        });
    }
    out.replace("rn", "m").replace("vv", "w")
}

/// Whether a person or a model could take one name for the other. Equal names do.
///
/// Beyond equal [`skeleton`]s: one is the other's plural, or one character of at least six is added, left out, changed
/// or swapped with its neighbour. Names that differ only in their digits, such as versions, are different names.
#[must_use]
pub fn names_look_alike(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    if numbered(a, b) {
        return false;
    }
    let (left, right) = (skeleton(a), skeleton(b));
    if left.is_empty() || right.is_empty() {
        return false;
    }
    if left == right || singular(a) == singular(b) {
        return true;
    }
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    left.len().min(right.len()) >= 6 && one_edit(&left, &right)
}

/// Whether the names are one name with different numbers.
fn numbered(a: &str, b: &str) -> bool {
    let split = |name: &str| -> (String, String) {
        let lower = name.to_lowercase();
        let (mut text, mut digits) = (String::new(), String::new());
        let mut chars = lower.chars().peekable();
        let mut before = ' ';
        while let Some(c) = chars.next() {
            // A digit between letters stands for a letter.
            let inner = before.is_alphabetic() && chars.peek().is_some_and(|next| next.is_alphabetic());
            if c.is_ascii_digit() && !inner {
                digits.push(c)
            } else {
                text.push(c)
            }
            before = c;
        }
        (text, digits)
    };
    let (a, b) = (split(a), split(b));
    a.0 == b.0 && a.1 != b.1 && !a.1.is_empty() && !b.1.is_empty()
}

/// The skeletons of a name's words without the ending of the plural.
fn singular(name: &str) -> String {
    let words = super::tools::words(name);
    let singular = words.split(' ').map(|word| {
        let word = skeleton(word);
        let stem = word
            .strip_suffix("les")
            .map(|stem| format!("{stem}y"))
            .or_else(|| {
                ["ches", "shes", "sses", "xes"]
                    .iter()
                    .any(|end| word.ends_with(end))
                    .then(|| word.trim_end_matches("es").to_owned())
            })
            .or_else(|| {
                word.strip_suffix('s').filter(|stem| stem.len() > 2 && !stem.ends_with('s')).map(str::to_owned)
            });
        // `files` and `queries` end alike in a skeleton: both stems count as the shorter one.
        let stem = stem.unwrap_or(word);
        stem.trim_end_matches(['y', 'e']).trim_end_matches('l').to_owned()
    });
    singular.collect::<Vec<_>>().join("")
}

/// Whether one insertion, removal, change or swap of neighbours makes one of the other.
pub(super) fn one_edit(a: &[char], b: &[char]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(head..).unwrap_or_default(), b.get(head..).unwrap_or_default());
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let a = a.get(..a.len() - tail).unwrap_or_default();
    let b = b.get(..b.len() - tail).unwrap_or_default();
    match (a, b) {
        ([], []) | ([_], [] | [_]) | ([], [_]) => true,
        ([x, y], [z, w]) => x == w && y == z,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn these_look_alike() {
        for (a, b) in [
            ("read_file", "read_file"),
            ("read_file", "readFile"),
            ("read_file", "read-file"),
            ("read_file", "READ_FILE"),
            ("read_file", "re\u{430}d_file"),
            ("read_file", "read_fi1e"),
            ("read_file", "read_\u{200b}file"),
            ("read_file", "read_files"),
            ("list_query", "list_queries"),
            ("search", "searches"),
            ("send_email", "sned_email"),
            ("send_email", "send_emai"),
            ("send_email", "send_emall"),
            ("send_email", "5end_emai1"),
            ("list_items", "Iist_items"),
            ("modern_call", "modem_call"),
            ("get_token", "ｇｅｔ_ｔｏｋｅｎ"),
            ("paypal", "рауpal"),
        ] {
            assert!(names_look_alike(a, b) && names_look_alike(b, a), "{a} {b}");
        }
    }

    #[test]
    fn these_do_not() {
        for (a, b) in [
            ("read_file", "write_file"),
            ("get", "set"),
            ("search_v1", "search_v2"),
            ("tool_10", "tool_11"),
            ("list_issues", "list_pulls"),
            ("fetch", "search"),
            ("", "a"),
            ("create_issue", "close_issue"),
            ("文件", "邮件"),
        ] {
            assert!(!names_look_alike(a, b) && !names_look_alike(b, a), "{a} {b}");
        }
    }
}
