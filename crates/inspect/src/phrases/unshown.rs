//! Elements of HTML that say by their own attributes that they are not shown, in texts that are no documents.

use memchr::memmem::Finder;
use std::ops::Range;
use std::sync::LazyLock;

/// The longest tag, and the longest content that is looked at.
const TAG: usize = 512;
const CONTENT: usize = 4 * 1024;
/// The most elements of a text.
const MOST: usize = 32;

/// What an element hides, in lower case and without blanks.
const HIDING: [&str; 16] = [
    "display:none",
    "visibility:hidden",
    "visibility:collapse",
    "font-size:0",
    "font-size:1px",
    "opacity:0;",
    "opacity:0\"",
    "opacity:0'",
    "opacity:0.0",
    "color:transparent",
    "text-indent:-9",
    "left:-9",
    "top:-9",
    "height:0;",
    "width:0;",
    "max-height:0",
];

static NAMES: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| [Finder::new(b"hidden"), Finder::new(b"tyle"), Finder::new(b"TYLE")]);

/// Where the contents of such elements stand.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut out: Vec<Range<usize>> = Vec::new();
    for at in memchr::memchr_iter(b'<', bytes) {
        let inside = out.last().is_some_and(|last| at < last.end);
        if inside || !bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let near = bytes.get(at..bytes.len().min(at + TAG)).unwrap_or_default();
        let Some(len) = memchr::memchr(b'>', near) else { continue };
        let tag = near.get(..len).unwrap_or_default();
        if tag.len() < 9 || !hides(tag) {
            continue;
        }
        let from = at + len + 1;
        let name = tag.iter().skip(1).take_while(|b| b.is_ascii_alphanumeric()).count();
        let to = close(bytes, from, tag.get(1..=name).unwrap_or_default());
        let (from, to) = (text.ceil_char_boundary(from), text.floor_char_boundary(to));
        if from < to {
            out.push(from..to);
        }
        if out.len() >= MOST {
            break;
        }
    }
    out
}

fn hides(tag: &[u8]) -> bool {
    // `style` in small letters, with a capital, and in capitals.
    let [hidden, style, capitals] = &*NAMES;
    let styled = style.find(tag).is_some() || capitals.find(tag).is_some();
    let lower;
    let tag = if styled {
        lower = tag.to_ascii_lowercase();
        &lower
    } else {
        tag
    };
    let marked = hidden.find_iter(tag).any(|at| {
        let before = at.checked_sub(1).and_then(|at| tag.get(at)).copied();
        let after = tag.get(at + 6).copied();
        before.is_some_and(|b| b.is_ascii_whitespace())
            && after.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'/'))
    });
    if marked {
        return true;
    }
    if !styled {
        return false;
    }
    let bare: String =
        tag.iter().filter(|b| !b.is_ascii_whitespace()).map(|b| char::from(b.to_ascii_lowercase())).collect();
    HIDING.iter().any(|style| bare.contains(style)) || bare.ends_with("opacity:0")
}

/// Where the element ends, or how far it is looked at.
fn close(bytes: &[u8], from: usize, name: &[u8]) -> usize {
    let end = bytes.len().min(from + CONTENT);
    let near = bytes.get(from..end).unwrap_or_default();
    let closes = |at: &usize| {
        let tail = near.get(at + 1..).and_then(|tail| tail.strip_prefix(b"/"));
        tail.and_then(|tail| tail.get(..name.len())).is_some_and(|own| own.eq_ignore_ascii_case(name))
    };
    memchr::memchr_iter(b'<', near).find(closes).map_or(end, |at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_shown_is_found() {
        for (text, inner) in [
            ("<h1>A</h1><div style=\"display:none\">b c</div>d", "b c"),
            ("x <span style='font-size: 0'>b <i>c</i></span> d", "b <i>c</i>"),
            ("<p hidden>b</p>", "b"),
            ("<P hidden STYLE=\"Visibility : Hidden\">b", "b"),
        ] {
            let found = find(text);
            assert_eq!(found.first().and_then(|span| text.get(span.clone())), Some(inner), "{text}");
        }
        for text in [
            "<h1>A</h1><p>b</p>",
            "<a class=\"hidden\">b</a>",
            "<b style=\"color: red\">c</b>",
            "a < b hidden > c",
            "<b>hidden</b>",
        ] {
            assert!(find(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn hostile_repetition_takes_linear_time() {
        for unit in ["<", "<a ", "<p hidden>", "<p style=\"display:none\">", "<a style=\"display:none\"></a>"] {
            find(&unit.repeat(300_000 / unit.len()));
        }
    }
}
