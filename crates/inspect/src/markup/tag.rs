//! Autolinks, and HTML tags that load, link or run: their opening bracket is escaped, which leaves readable text.

use super::Scan;
use crate::clean::segment::TAG as LONGEST;
use crate::destination::{Place, Use, judge};
use crate::entity::{Escapes, decode};
use crate::{Policy, Severity};
use std::ops::Range;

/// Tags that go whatever their attributes are: they run, restyle, shift every relative link, or make text of what follows.
const NEVER: [&str; 9] =
    ["script", "style", "base", "?xml-stylesheet", "plaintext", "noembed", "noframes", "xmp", "handler"];

/// Tags whose `href` is only followed.
const FOLLOWED: [&str; 2] = ["a", "area"];

/// Attributes whose destination is only followed, or only said.
const FOLLOWING: [&str; 8] = ["href", "xlink:href", "action", "formaction", "cite", "longdesc", "ping", "itemid"];

/// Tags that load, link or run by their attributes. Cut short, they could be completed by what follows.
const LOADING: [&str; 41] = [
    "style",
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
const LISTS: [&str; 5] = ["srcset", "imagesrcset", "ping", "archive", "values"];

/// What is to be done with a tag.
enum Verdict {
    /// It stays, if what is wanted with the destinations in it is so: where each stands, whether it is allowed, and the rule
    /// that it is otherwise against.
    Keep(Vec<Destination>),
    /// It goes, by this rule.
    Escape(&'static str, Severity),
}

struct Destination {
    span: Range<usize>,
    /// By what rule and how gravely it is refused.
    refused: Option<(&'static str, Severity)>,
}

/// What an attribute does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judged {
    /// Nothing that leads out.
    Harmless,
    /// It leads where it may.
    Allowed,
    /// It leads elsewhere.
    Leads,
    /// It runs code or restyles.
    Runs,
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
            Verdict::Keep(found) => self.keep_tag(at, found),
            Verdict::Escape(rule, severity) if self.stays(rule, severity, &(at..at + 1)) => at + 1,
            Verdict::Escape(rule, severity) => self.edit(at..at + 1, "&lt;", rule, severity),
        }
    }

    /// A tag stays if each destination that is refused is so by a rule that takes nothing out.
    fn keep_tag(&mut self, at: usize, found: Vec<Destination>) -> usize {
        for destination in &found {
            if let Some((rule, severity)) = destination.refused
                && !self.stays(rule, severity, &destination.span)
            {
                return self.edit(at..at + 1, "&lt;", rule, severity);
            }
        }
        let floor = self.floor;
        for destination in found {
            if destination.refused.is_some() {
                self.settle(destination.span);
            } else {
                self.keep_each(destination.span);
            }
        }
        if self.floor > floor { self.floor } else { at + 1 }
    }

    /// Keeps the allowed destinations of an attribute, one or several.
    fn keep_each(&mut self, span: Range<usize>) {
        let value = self.slice(span.clone());
        if !value.contains(|c: char| c.is_ascii_whitespace()) {
            self.keep(span.clone(), span.end);
            return;
        }
        let mut at = span.start;
        for part in value.split_inclusive(|c: char| c.is_ascii_whitespace() || c == ',') {
            let word = part.trim_end_matches(|c: char| c.is_ascii_whitespace() || c == ',');
            if judge(word, Escapes::Html, Use::Link, self.policy) != Place::Relative {
                self.keep(at..at + word.len(), at);
            }
            at += part.len();
        }
        self.settle(span);
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
        // No reader finds a host behind two colons, unless behind a password; what else stands there is judged for itself.
        let path = !name.contains(['@', '&', '%', '\\'])
            && rest.get(scheme + 1) == Some(&b':')
            && rest.get(scheme + 2).is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'*'));
        match judge(self.slice(inner.clone()), Escapes::Markdown, Use::Link, self.policy) {
            Place::Relative => None,
            Place::Allowed => Some(self.keep(inner, span.end)),
            // A prefixed name of XML.
            Place::Named | Place::External if path => None,
            Place::Named if qualified => None,
            Place::Script if self.stays("link.script", Severity::High, &span) => Some(span.end),
            Place::Script => {
                let marker = self.marker(&span, false);
                Some(self.edit(span, marker, "link.script", Severity::High))
            }
            _ if self.policy.keep_bare_links => Some(self.report(span, "link.autolink", Severity::Low)),
            _ if self.stays("link.autolink", Severity::Medium, &span) => Some(span.end),
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
        let mut end = self.bytes.len().min(at + LONGEST);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let mut reader = Reader { text: self.slice(0..end), at: at + 1 };
        let name = reader.name().to_ascii_lowercase();
        let start = reader.at;
        let whole = end < at + LONGEST.saturating_sub(3);
        let verdict = judge_tag(&name, &mut reader, self.policy, whole);
        self.tag_budget = self.tag_budget.saturating_sub(reader.at - start);
        verdict
    }
}

fn judge_tag(name: &str, reader: &mut Reader<'_>, policy: &Policy, whole: bool) -> Verdict {
    // Tags of SVG and MathML may have a prefix. A path of names in code has none.
    let name = if name.contains("::") { name } else { name.rsplit(':').next().unwrap_or(name) };
    if NEVER.contains(&name) {
        return Verdict::Escape(if name == "script" { "html.script" } else { "html.tag" }, Severity::High);
    }
    let image = IMAGES.contains(&name);
    if image && policy.strip_images && name != "input" {
        return Verdict::Escape("image.html", Severity::Medium);
    }
    let mut found = Vec::new();
    loop {
        match reader.attribute() {
            Attribute::End => return Verdict::Keep(found),
            // It may end behind what was read; or text that follows may end it.
            Attribute::CutShort if !whole => return Verdict::Escape("html.tag", Severity::Medium),
            Attribute::CutShort if LOADING.contains(&name) => return Verdict::Escape("html.tag", Severity::Low),
            Attribute::CutShort => return Verdict::Keep(found),
            Attribute::Unclosed => return Verdict::Escape("html.tag", Severity::Medium),
            Attribute::Pair(key, value) => {
                let key = key.to_ascii_lowercase();
                let raw = reader.text.get(value.clone()).unwrap_or_default();
                match judge_pair(name, &key, raw, policy) {
                    (Judged::Harmless, _) => {}
                    (Judged::Allowed, _) => found.push(Destination { span: value, refused: None }),
                    (Judged::Leads, rule) => found.push(Destination { span: value, refused: Some(rule) }),
                    (Judged::Runs, (rule, severity)) => return Verdict::Escape(rule, severity),
                }
            }
        }
    }
}

/// What an attribute of an element does, and the rule that it is against if it may not.
pub(crate) fn judge_pair(name: &str, key: &str, raw: &str, policy: &Policy) -> (Judged, (&'static str, Severity)) {
    let follows = FOLLOWING.contains(&key) && !loads_href(name) || !URLS.contains(&key);
    if policy.strip_images && !follows && !raw.is_empty() {
        return (Judged::Runs, ("image.html", Severity::Medium));
    }
    let usage = if follows { Use::Link } else { Use::Image };
    let judged = judge_attribute(key, raw, usage, policy);
    let rule = match judged {
        Judged::Runs => ("html.tag", Severity::High),
        _ if IMAGES.contains(&name) => ("image.html", Severity::High),
        _ if follows && FOLLOWED.contains(&name) => ("link.html", Severity::Medium),
        _ => ("html.tag", Severity::Medium),
    };
    (judged, rule)
}

/// Why an element of a document may not stay as it is, if so; of several reasons the gravest.
pub(crate) fn judge_element<'a>(
    name: &str,
    attributes: impl Iterator<Item = (&'a str, &'a str)>,
    policy: &Policy,
) -> Option<(&'static str, Severity)> {
    match name {
        "script" => return Some(("html.script", Severity::High)),
        // Their content is judged.
        "style" | "noframes" | "noembed" => {}
        _ if NEVER.contains(&name) => return Some(("html.tag", Severity::High)),
        _ if IMAGES.contains(&name) && policy.strip_images && name != "input" => {
            return Some(("image.html", Severity::Medium));
        }
        _ => {}
    }
    attributes
        .map(|(key, value)| judge_pair(name, key, value, policy))
        .filter(|(judged, _)| matches!(judged, Judged::Leads | Judged::Runs))
        .map(|(_, rule)| rule)
        .max_by_key(|(_, severity)| *severity)
}

/// Whether the tag loads what its `href` names.
fn loads_href(name: &str) -> bool {
    matches!(
        name,
        "link" | "image" | "img" | "use" | "feimage" | "mpath" | "script" | "lineargradient" | "radialgradient"
    ) || matches!(name, "pattern" | "filter" | "textpath" | "tref" | "cursor" | "color-profile" | "font-face-uri")
}

/// What the attribute's value does.
fn judge_attribute(key: &str, raw: &str, usage: Use, policy: &Policy) -> Judged {
    if key.starts_with("xmlns") || key.ends_with("schemalocation") || raw.is_empty() {
        return Judged::Harmless;
    }
    if key == "srcdoc" || (key.len() >= 5 && key.starts_with("on") && key.bytes().all(|b| b.is_ascii_alphabetic())) {
        return Judged::Runs;
    }
    let value = decode(raw, Escapes::Html);
    if key == "http-equiv" {
        let harmless = ["content-type", "content-language", "x-ua-compatible"];
        let known = harmless.iter().any(|known| value.trim().eq_ignore_ascii_case(known));
        return if known { Judged::Harmless } else { Judged::Runs };
    }
    if is_css(key) {
        return if css_loads(&value) { Judged::Runs } else { Judged::Harmless };
    }
    if LISTS.contains(&key) {
        let mut allowed = Judged::Harmless;
        // A comma may belong to a URL as well; only the values of an animation have semicolons between them.
        let parts = value.split(|c: char| c.is_ascii_whitespace() || c == ',' || (c == ';' && key == "values"));
        let wholes = value.split_ascii_whitespace().map(|part| part.trim_matches(',')).filter(|_| key != "values");
        for part in parts.chain(wholes) {
            match judge(part, Escapes::Html, usage, policy) {
                Place::Relative => {}
                Place::Allowed => allowed = Judged::Allowed,
                Place::Script => return Judged::Runs,
                _ => return Judged::Leads,
            }
        }
        return allowed;
    }
    match judge(raw, Escapes::Html, usage, policy) {
        Place::Relative => Judged::Harmless,
        Place::Allowed => Judged::Allowed,
        // Plain values have colons too.
        Place::Named if !URLS.contains(&key) => Judged::Harmless,
        Place::Script => Judged::Runs,
        _ => Judged::Leads,
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
pub(crate) fn css_loads(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let signs = [
        "url(",
        "@import",
        "image(",
        "image-set(",
        "cross-fade(",
        "src(",
        "expression(",
        "-moz-binding",
        "behavior",
        "\\",
        // A URL as a string, whatever function it is given to.
        "\"http",
        "'http",
        "\"//",
        "'//",
    ];
    signs.iter().any(|sign| lower.contains(sign))
}

enum Attribute<'a> {
    /// The tag is over.
    End,
    /// The text ends before the tag does.
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

    /// The name of a tag. What starts another one within it is no part of it to some readers.
    fn name(&mut self) -> &'a str {
        self.word(|b| b == b'<')
    }

    /// The characters up to white space, `/`, `>` or another at which it ends.
    fn word(&mut self, also: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        let stop = |b: u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'>') || also(b);
        while self.peek().is_some_and(|b| !stop(b)) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn attribute(&mut self) -> Attribute<'a> {
        self.skip(b'/');
        match self.peek() {
            Some(b'>') => return Attribute::End,
            None => return Attribute::CutShort,
            // An equals sign in this place is the first character of a name.
            Some(b'=') => self.at += 1,
            Some(_) => {}
        }
        let name = self.word(|b| b == b'=');
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
