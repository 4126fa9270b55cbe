//! Whole HTML: what is visible, and an allowlist of what may stay.
//!
//! [`begins`] tells from the beginning of a text whether it is HTML as a whole; [`clean_document`] judges such a text as a
//! document. HTML within Markdown or plain text is the business of [`clean`](crate::clean), which judges each tag.
//!
//! A text is HTML where it begins, behind white space, comments and an XML declaration, with a document type, `html`, `head`
//! or `body`, or with an element that makes a block. Those that Markdown commonly begins with are not counted: headings,
//! paragraphs, pictures and links, and a `div` that is aligned or has nothing but an id. Where such an element has a style or
//! is hidden, the text is HTML all the same.

mod colour;
mod comment;
mod document;
mod dom;
mod dropped;
mod log;
mod visible;

pub use document::clean_document;

use crate::invisible::without_hidden;
use crate::rule::{Family, Rule};
use crate::{Action, Severity};

/// The rules of this module.
pub const RULES: &[Rule] = &[
    Rule {
        id: "html.hidden",
        family: Family::Markup,
        severity: Severity::High,
        action: Action::Redact,
        about: "Content of an HTML document that a reader does not see: not shown, of no size, off the page, of its ground's colour.",
        on: true,
        tags: &["MCP06", "AML.T0051.001", "AML.T0068"],
    },
    Rule {
        id: "html.comment",
        family: Family::Markup,
        severity: Severity::Low,
        action: Action::Redact,
        about: "Comments of an HTML document, but for marks of tools and notices of a licence.",
        on: true,
        tags: &["MCP06", "AML.T0051.001", "AML.T0068"],
    },
    Rule {
        id: "html.oversize",
        family: Family::Markup,
        severity: Severity::Medium,
        action: Action::Rewrite,
        about: "An HTML document that is larger or deeper than what is judged: it is shown as text.",
        on: true,
        tags: &["MCP10", "AML.T0057"],
    },
];

/// The most bytes of a document that are judged where nobody says otherwise.
pub const BYTES: usize = 256 * 1024;

/// How far the first tag is read.
const FIRST: usize = 1024;
/// How much may stand before it.
const LEADING: usize = 16 * 1024;

/// Elements that make a block, and with which hardly any Markdown begins.
const BLOCKS: [&str; 30] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "dir",
    "div",
    "dl",
    "fieldset",
    "figure",
    "footer",
    "form",
    "frameset",
    "header",
    "hgroup",
    "iframe",
    "link",
    "main",
    "menu",
    "meta",
    "nav",
    "ol",
    "pre",
    "script",
    "section",
    "style",
    "svg",
    "table",
    "title",
    "ul",
    "base",
];

/// Elements with which Markdown begins as well, but without a style.
const INLINE: [&str; 13] = ["p", "span", "font", "center", "b", "i", "h1", "h2", "h3", "h4", "details", "small", "a"];

/// Whether a media type is one of HTML or of a vocabulary that browsers show like it.
#[must_use]
pub fn is_type(media: &str) -> bool {
    let media = media.split(';').next().unwrap_or_default().trim();
    ["text/html", "application/xhtml+xml", "image/svg+xml"].iter().any(|known| media.eq_ignore_ascii_case(known))
}

/// Whether the text is HTML as a whole.
#[must_use]
pub fn is_html(text: &str) -> bool {
    begins(text).unwrap_or(false)
}

/// Whether a text that begins so is HTML as a whole; `None` where more of it must be seen.
#[must_use]
pub fn begins(text: &str) -> Option<bool> {
    let more = || if text.len() > LEADING { Some(false) } else { None };
    let head = text.get(..text.floor_char_boundary(LEADING + 2 * FIRST)).unwrap_or_default();
    // What nobody sees goes before anything is shown.
    let shown = without_hidden(head);
    let mut rest = shown.trim_start();
    loop {
        if shown.len() - rest.len() > LEADING {
            return Some(false);
        }
        let Some(inner) = rest.strip_prefix('<') else { return if rest.is_empty() { more() } else { Some(false) } };
        let end = match inner {
            _ if inner.starts_with("!--") => inner.find("-->").map(|at| at + 3),
            _ if inner.starts_with("?xml") => inner.find("?>").map(|at| at + 2),
            _ if "!--".starts_with(inner) || "?xml".starts_with(inner) => None,
            _ => return first_tag(inner),
        };
        let Some(end) = end else { return more() };
        rest = inner.get(end..).unwrap_or_default().trim_start();
    }
}

/// What the first tag says, without its bracket.
fn first_tag(inner: &str) -> Option<bool> {
    let len = inner.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '!' | '-')));
    let name = inner.get(..len.unwrap_or(inner.len())).unwrap_or_default().to_ascii_lowercase();
    if len.is_none() {
        return if name.len() > 16 { Some(false) } else { None };
    }
    let tag = inner.bytes().take(FIRST).position(|b| b == b'>').and_then(|end| inner.get(name.len()..end));
    match name.as_str() {
        "!doctype" => match tag {
            Some(tag) => Some(tag.trim_start().get(..4).is_some_and(|kind| kind.eq_ignore_ascii_case("html"))),
            None if inner.len() < FIRST => None,
            None => Some(true),
        },
        "html" | "head" | "body" => Some(true),
        "div" => match tag.map(|tag| tag.trim().to_ascii_lowercase()) {
            Some(tag) => Some(!tag.starts_with("align") && !tag.starts_with("id=")),
            None if inner.len() < FIRST => None,
            None => Some(true),
        },
        name if BLOCKS.contains(&name) => Some(true),
        name if INLINE.contains(&name) => match tag.map(str::to_ascii_lowercase) {
            Some(tag) => Some(
                !tag.contains("align")
                    && [" style", " hidden", "\nstyle", "/style"].iter().any(|sign| tag.contains(sign)),
            ),
            None if inner.len() < FIRST => None,
            None => Some(false),
        },
        _ => Some(false),
    }
}

#[cfg(test)]
mod compare;
#[cfg(test)]
mod tests;
