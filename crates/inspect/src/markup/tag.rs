//! Autolinks, and HTML tags that load, link or run: their opening bracket is escaped, which leaves readable text.

use super::Scan;
use crate::destination::{Place, Use, judge};
use crate::entity::{Escapes, decode};
use crate::{Policy, Severity};
use std::ops::Range;

/// Longer tags are not read.
const LONGEST: usize = 16 * 1024;

/// Tags that go whatever their attributes are: they run, restyle, or shift every relative link.
const NEVER: [&str; 4] = ["script", "style", "base", "?xml-stylesheet"];

/// Tags that load, link or run by their attributes. Cut short, they could be completed by what follows.
const LOADING: [&str; 40] = [
    "a",
    "applet",
    "area",
    "audio",
    "bgsound",
    "blink",
    "body",
    "button",
    "embed",
    "feimage",
    "form",
    "frame",
    "frameset",
    "iframe",
    "image",
    "img",
    "input",
    "isindex",
    "layer",
    "link",
    "math",
    "meta",
    "object",
    "param",
    "picture",
    "portal",
    "source",
    "svg",
    "table",
    "td",
    "th",
    "tr",
    "track",
    "use",
    "video",
    "animate",
    "set",
    "animatemotion",
    "mpath",
    "template",
];

/// Tags that show an image.
const IMAGES: [&str; 9] = ["img", "image", "picture", "source", "svg", "feimage", "input", "video", "bgsound"];

/// Attributes that hold a URL.
const URLS: [&str; 33] = [
    "href",
    "src",
    "xlink:href",
    "action",
    "formaction",
    "data",
    "poster",
    "background",
    "cite",
    "longdesc",
    "codebase",
    "classid",
    "code",
    "manifest",
    "profile",
    "usemap",
    "lowsrc",
    "dynsrc",
    "icon",
    "srcset",
    "imagesrcset",
    "ping",
    "archive",
    "attributionsrc",
    "values",
    "to",
    "from",
    "by",
    "url",
    "itemid",
    "object",
    "pluginspage",
    "filter",
];

/// Attributes that hold a list of URLs.
const LISTS: [&str; 4] = ["srcset", "imagesrcset", "ping", "archive"];

/// What is to be done with a tag.
enum Verdict {
    /// Its destinations stay.
    Keep(Vec<Range<usize>>),
    /// It goes, by this rule.
    Escape(&'static str, Severity),
}

impl Scan<'_> {
    /// An opening angle bracket.
    pub(super) fn angle(&mut self, at: usize) -> usize {
        match self.byte(at + 1) {
            Some(b) if b.is_ascii_alphabetic() || b == b'?' => {}
            _ => return at + 1,
        }
        if let Some(end) = self.autolink(at) {
            return end;
        }
        match self.tag(at) {
            Verdict::Keep(settled) => {
                for span in settled {
                    self.settle(span);
                }
                at + 1
            }
            Verdict::Escape(rule, severity) => self.edit(at..at + 1, "&lt;", rule, severity),
        }
    }

    /// `<scheme:rest>` (CommonMark 0.31 section 6.5), without limit on the scheme's length.
    fn autolink(&mut self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at + 1..)?;
        let scheme =
            rest.iter().take(64).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')).count();
        if scheme < 2 || rest.get(scheme) != Some(&b':') {
            return None;
        }
        let len =
            rest.iter().position(|b| b.is_ascii_whitespace() || b.is_ascii_control() || matches!(b, b'<' | b'>'))?;
        if rest.get(len) != Some(&b'>') {
            return None;
        }
        let (inner, span) = (at + 1..at + 1 + len, at..at + 2 + len);
        let name = self.slice(at + 2 + scheme..at + 1 + len);
        let qualified =
            name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b':'));
        match judge(self.slice(inner.clone()), Escapes::Markdown, Use::Link, self.policy) {
            Place::Relative => None,
            Place::Allowed => {
                self.settle(inner);
                Some(span.end)
            }
            // A prefixed name of XML, a path of names in code.
            Place::Named if qualified => None,
            Place::Script => {
                let marker = self.marker(&span, false);
                Some(self.edit(span, marker, "link.script", Severity::High))
            }
            _ if self.policy.keep_bare_links => Some(self.report(span, "link.autolink", Severity::Low)),
            _ => {
                let marker = self.marker(&span, false);
                Some(self.edit(span, marker, "link.autolink", Severity::Medium))
            }
        }
    }

    /// Reads the tag as an HTML tokenizer does and judges its attributes.
    fn tag(&mut self, at: usize) -> Verdict {
        if self.tag_budget == 0 {
            // So many tags within tags are made to cost time.
            return Verdict::Escape("html.tag", Severity::High);
        }
        let mut end = self.bytes.len().min(at + 1 + LONGEST);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let mut reader = Reader { text: self.slice(0..end), at: at + 1 };
        let name = reader.word(b"").to_ascii_lowercase();
        let bare_start = reader.at;
        let verdict = judge_tag(&name, &mut reader, self.policy);
        self.tag_budget = self.tag_budget.saturating_sub(reader.at - bare_start);
        verdict
    }
}

fn judge_tag(name: &str, reader: &mut Reader<'_>, policy: &Policy) -> Verdict {
    if NEVER.contains(&name) {
        return Verdict::Escape(if name == "script" { "html.script" } else { "html.tag" }, Severity::High);
    }
    let image = IMAGES.contains(&name);
    if image && policy.strip_images && name != "input" {
        return Verdict::Escape("image.html", Severity::Medium);
    }
    let usage = if image { Use::Image } else { Use::Link };
    let refused = match image {
        true => Verdict::Escape("image.html", Severity::High),
        false => Verdict::Escape("html.tag", Severity::Medium),
    };
    let mut settled = Vec::new();
    loop {
        match reader.attribute() {
            Attribute::End => return Verdict::Keep(settled),
            Attribute::CutShort if LOADING.contains(&name) => return Verdict::Escape("html.tag", Severity::Low),
            Attribute::CutShort => return Verdict::Keep(settled),
            Attribute::Unclosed => return Verdict::Escape("html.tag", Severity::Medium),
            Attribute::Pair(key, value) => {
                let raw = reader.text.get(value.clone()).unwrap_or_default();
                match judge_attribute(&key.to_ascii_lowercase(), raw, usage, policy) {
                    Some(true) => settled.push(value),
                    Some(false) => return refused,
                    None => {}
                }
            }
        }
    }
}

/// Whether the attribute's destination is allowed; `None` where it has none that leads out.
fn judge_attribute(key: &str, raw: &str, usage: Use, policy: &Policy) -> Option<bool> {
    if key.starts_with("xmlns") || key.ends_with("schemalocation") {
        return None;
    }
    if key == "srcdoc" || (key.len() >= 5 && key.starts_with("on") && key.bytes().all(|b| b.is_ascii_alphabetic())) {
        return Some(false);
    }
    let value = decode(raw, Escapes::Html);
    if key == "http-equiv" {
        let harmless = ["content-type", "content-language", "x-ua-compatible"];
        return if harmless.iter().any(|known| value.trim().eq_ignore_ascii_case(known)) { None } else { Some(false) };
    }
    if is_css(key) {
        return if css_loads(&value) { Some(false) } else { None };
    }
    if LISTS.contains(&key) {
        let mut allowed = None;
        for part in value.split([',', ' ', '\t', '\n', '\r', '\u{c}']) {
            match judge(part, Escapes::Html, usage, policy) {
                Place::Relative => {}
                Place::Allowed => allowed = Some(true),
                _ => return Some(false),
            }
        }
        return allowed;
    }
    match judge(raw, Escapes::Html, usage, policy) {
        Place::Relative => None,
        Place::Allowed => Some(true),
        // Plain values have colons too.
        Place::Named if !URLS.contains(&key) => None,
        _ => Some(false),
    }
}

/// Whether the attribute is read as CSS: `style`, and the presentation attributes of SVG that may hold `url()`.
fn is_css(key: &str) -> bool {
    matches!(
        key,
        "style"
            | "fill"
            | "stroke"
            | "filter"
            | "mask"
            | "clip-path"
            | "cursor"
            | "marker"
            | "marker-start"
            | "marker-mid"
            | "marker-end"
            | "clip"
            | "shape-inside"
    )
}

/// Whether CSS may load or hide what it loads behind an escape.
fn css_loads(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let signs = ["url(", "@import", "image(", "image-set(", "src(", "expression(", "-moz-binding", "behavior", "\\"];
    signs.iter().any(|sign| lower.contains(sign))
}

enum Attribute<'a> {
    /// The tag is over.
    End,
    /// Text or another tag begins before this one is over.
    CutShort,
    /// A quote is never closed.
    Unclosed,
    /// A name and where its value stands; empty where it has none.
    Pair(&'a str, Range<usize>),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self, also: u8) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace() || b == also) {
            self.at += 1;
        }
    }

    /// The characters up to white space, `/`, `>`, `<` or one of `stops`.
    fn word(&mut self, stops: &[u8]) -> &'a str {
        let start = self.at;
        let stop = |b: u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'>' | b'<') || stops.contains(&b);
        while self.peek().is_some_and(|b| !stop(b)) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn attribute(&mut self) -> Attribute<'a> {
        self.skip(b'/');
        match self.peek() {
            Some(b'>') => return Attribute::End,
            None | Some(b'<') => return Attribute::CutShort,
            // An equals sign in this place is the first character of a name.
            Some(b'=') => self.at += 1,
            Some(_) => {}
        }
        let name = self.word(b"=");
        self.skip(b' ');
        if self.peek() != Some(b'=') {
            return Attribute::Pair(name, self.at..self.at);
        }
        self.at += 1;
        self.skip(b' ');
        match self.peek() {
            Some(quote @ (b'"' | b'\'')) => {
                let start = self.at + 1;
                let rest = self.text.as_bytes().get(start..).unwrap_or_default();
                let Some(len) = rest.iter().position(|b| *b == quote) else {
                    self.at = self.text.len();
                    return Attribute::Unclosed;
                };
                self.at = start + len + 1;
                Attribute::Pair(name, start..start + len)
            }
            _ => {
                let start = self.at;
                while self.peek().is_some_and(|b| !b.is_ascii_whitespace() && b != b'>') {
                    self.at += 1;
                }
                Attribute::Pair(name, start..self.at)
            }
        }
    }
}
