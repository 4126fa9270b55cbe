//! A document: judged element by element, rebuilt where something may not stay.

use super::comment::is_mark;
use super::dom::{Dom, Kind};
use super::log::{Lines, Log};
use super::visible::{Ground, Sight, sight};
use crate::invisible;
use crate::layer::apply;
use crate::markup::{Judged, css_loads, judge_element, judge_pair, reduced};
use crate::{
    Action, Cleaned, Finding, IMAGE_MARKER, LINK_MARKER, Place, Policy, Severity, TEXT_MARKER, Treat, clean, place_of,
};
use ammonia::Builder;
use html5ever::Attribute;
use std::borrow::Cow;

/// Rounds until what was written must have come to rest. Ordinary documents take one.
const ROUNDS: usize = 4;

/// Takes out of a document what `policy` does not let through: what a reader does not see, what loads, runs or leads
/// elsewhere.
///
/// A document of which nothing has to go stays byte for byte. Otherwise it is written anew, through an allowlist of elements
/// and attributes, and what was written is judged again, until that changes nothing; what does not come to that is replaced.
/// One of more than `most` bytes, or of a nesting that nobody writes, is shown as text. The places of findings are those of
/// the whole document.
#[must_use]
pub fn clean_document<'a>(text: &'a str, policy: &Policy, most: usize) -> Cleaned<'a> {
    let mut out = round(text, policy, most);
    if matches!(out.text, Cow::Borrowed(_)) {
        return out;
    }
    for _ in 0..ROUNDS {
        let again = round(&out.text, policy, most);
        if again.text == out.text {
            return out;
        }
        let mut log = Log::new(policy, text);
        log.findings = std::mem::take(&mut out.findings);
        again.findings.into_iter().for_each(|found| log.push(Finding { span: 0..text.len(), ..found }));
        out = Cleaned {
            text: Cow::Owned(again.text.into_owned()),
            findings: log.findings,
            unlisted: out.unlisted + log.unlisted + again.unlisted,
            denied: out.denied || again.denied,
        };
    }
    let unstable =
        Finding { rule: "text.unstable", span: 0..text.len(), action: Action::Redact, severity: Severity::High };
    out.findings.push(unstable);
    Cleaned { text: Cow::Borrowed(TEXT_MARKER), ..out }
}

/// One round.
fn round<'a>(text: &'a str, policy: &Policy, most: usize) -> Cleaned<'a> {
    let mut hidden = invisible::pass(text, policy);
    if hidden.edits.is_empty() {
        return judged(text, policy, most);
    }
    // A reader drops them from a URL, and so does whoever looks for its host.
    let mut log = Log::new(policy, text);
    for hit in hidden.edits.iter().filter_map(|edit| edit.hit) {
        log.add(hit.rule, hit.severity);
    }
    let (seen, _) = apply(text, &mut hidden.edits);
    let rest = judged(&seen, policy, most);
    let lines = Lines::of(&seen);
    for finding in rest.findings {
        // What was taken out holds no line's end.
        let line = lines.number(&finding.span);
        log.push_at(line, finding);
    }
    Cleaned {
        text: Cow::Owned(rest.text.into_owned()),
        findings: log.findings,
        unlisted: log.unlisted + rest.unlisted,
        denied: log.denied || rest.denied,
    }
}

/// The same for a document without hidden characters.
fn judged<'a>(text: &'a str, policy: &Policy, most: usize) -> Cleaned<'a> {
    let mut log = Log::new(policy, text);
    let Some(dom) = Some(text).filter(|text| text.len() <= most).and_then(Dom::parse) else {
        log.add("html.oversize", Severity::Medium);
        return log.done(text.replace('<', "&lt;"));
    };
    let written = Walk { dom: &dom, sheets: has_sheets(&dom), out: String::with_capacity(text.len()) }.run(&mut log);
    log.line = None;
    // They are not in what was written; they are in what would stay as it was.
    for tag in dom.dropped() {
        let pairs = tag.attributes.iter().map(|a| (&*a.name.local, &*a.value));
        let refused = judge_element(&tag.name, pairs, policy);
        if let Some((rule, severity)) = refused.or_else(|| autolink(&tag.name, &tag.attributes, policy)) {
            log.add(rule, severity);
        }
    }
    if dom.has_attribute_twice() {
        log.add("html.tag", Severity::Low);
    }
    // Whoever puts more behind it, or does not read it as HTML, sees what stands in it.
    if dom.is_cut() {
        log.add("html.tag", Severity::Medium);
    }
    if !log.changed {
        let Log { findings, unlisted, denied, .. } = log;
        return Cleaned { text: Cow::Borrowed(text), findings, unlisted, denied };
    }
    let allowed = allowlist(policy).clean(&written).to_string();
    log.done(allowed)
}

/// What may stay of a document that is written anew. A second wall: what the walk writes has been judged.
fn allowlist(policy: &Policy) -> Builder<'static> {
    let own = policy.clone();
    let mut builder = Builder::default();
    builder.link_rel(None).rm_generic_attributes(["title"]);
    builder.add_url_schemes(["http", "https"]).rm_url_schemes(["mailto", "tel"]);
    let listed = |scheme: &&str| policy.allowed_links.iter().any(|prefix| prefix.scheme() == *scheme);
    builder.add_url_schemes(["mailto", "tel", "ftp"].into_iter().filter(listed));
    builder.attribute_filter(move |element, key, value| {
        let (judged, (rule, _)) = judge_pair(element, key, value, &own);
        let stays = match judged {
            Judged::Harmless | Judged::Allowed => true,
            Judged::Leads => own.treatment(rule).leaves(),
            Judged::Runs => false,
        };
        stays.then_some(Cow::Borrowed(value))
    });
    builder
}

/// Why a tag that a reader of Markdown takes for a URL in angle brackets may not stay, if so: `<https://host/path>` is an element
/// with the name `https:` here, and what stands between its slashes are attributes.
fn autolink(name: &str, attributes: &[Attribute], policy: &Policy) -> Option<(&'static str, Severity)> {
    if !name.contains([':', '&']) || name.contains("::") {
        return None;
    }
    let mut url = name.to_owned();
    for (index, attribute) in attributes.iter().enumerate() {
        url.push_str(if index == 0 && name.ends_with(':') { "//" } else { "/" });
        url.push_str(&attribute.name.local);
        if !attribute.value.is_empty() {
            url.push('=');
            url.push_str(&attribute.value);
        }
    }
    // In Markdown's destinations a backslash may be an escape.
    let refused = |url: &str| matches!(place_of(url, policy), Place::External | Place::Script);
    (refused(&url) || refused(&url.replace('\\', ""))).then_some(("link.autolink", Severity::Medium))
}

/// Whether a style sheet holds what begins a tag: to a reader that ends the sheet before, it is one.
fn holds_tag(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        text.as_bytes().get(at + 1).is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'?'))
    })
}

fn has_sheets(dom: &Dom) -> bool {
    let sheet = |id: usize| match dom.node(id).map(|node| &node.kind) {
        Some(Kind::Element(name, attributes)) => {
            &*name.local == "style" || (&*name.local == "link" && Dom::attribute(attributes, "href").is_some())
        }
        _ => false,
    };
    (0..).take_while(|id| dom.node(*id).is_some()).any(sheet)
}

/// What is still to be done, the next last.
enum Step {
    Node(usize, Ground),
    Close(String),
    Say(&'static str),
}

struct Walk<'a> {
    dom: &'a Dom,
    sheets: bool,
    out: String,
}

impl Walk<'_> {
    fn run(mut self, log: &mut Log<'_>) -> String {
        let mut todo = vec![Step::Node(0, Ground::default())];
        while let Some(step) = todo.pop() {
            match step {
                Step::Say(marker) => self.out.push_str(marker),
                Step::Close(name) => {
                    self.out.push_str("</");
                    self.out.push_str(&name);
                    self.out.push('>');
                }
                Step::Node(id, ground) => self.node(id, ground, &mut todo, log),
            }
        }
        self.out
    }

    fn node(&mut self, id: usize, ground: Ground, todo: &mut Vec<Step>, log: &mut Log<'_>) {
        let Some(node) = self.dom.node(id) else { return };
        log.line = Some(node.line);
        let below = |ground: &Ground| {
            node.children.iter().rev().map(|child| Step::Node(*child, ground.clone())).collect::<Vec<_>>()
        };
        match &node.kind {
            Kind::Root => todo.extend(below(&ground)),
            Kind::Other => {}
            Kind::Comment(text) if is_mark(text, log.policy) => {}
            Kind::Comment(_) => {
                log.add("html.comment", Severity::Low);
            }
            Kind::Text(text) => self.text(text, node.line, log),
            Kind::Element(name, attributes) => {
                // Some names of SVG have capitals.
                let name = name.local.to_ascii_lowercase();
                let name = name.as_str();
                let ground = match sight(name, attributes, &ground, self.sheets) {
                    Sight::Seen(ground) => ground,
                    Sight::Hidden if !self.dom.has_words(id) || !log.add("html.hidden", Severity::High) => ground,
                    Sight::Hidden => return,
                };
                if matches!(name, "style" | "script" | "iframe" | "noframes" | "noembed" | "xmp" | "plaintext") {
                    return self.raw(name, attributes, &node.children, log);
                }
                let pairs = attributes.iter().map(|a| (&*a.name.local, &*a.value));
                let refused = judge_element(name, pairs, log.policy).or_else(|| autolink(name, attributes, log.policy));
                let refused = refused.filter(|(rule, severity)| log.add(rule, *severity));
                match refused {
                    None => self.open(name, attributes, todo, log.policy, &mut log.changed),
                    Some((rule @ ("link.html" | "link.autolink"), _)) => {
                        todo.push(Step::Say(LINK_MARKER));
                        if log.policy.treatment(rule) >= Treat::Redact {
                            return;
                        }
                        todo.push(Step::Say(" "));
                    }
                    Some(("image.html", _)) => {
                        self.escaped(Dom::attribute(attributes, "alt").unwrap_or_default());
                        self.out.push(' ');
                        self.out.push_str(IMAGE_MARKER);
                    }
                    Some(_) => {}
                }
                todo.extend(below(&ground));
            }
        }
    }

    fn text(&mut self, text: &str, line: u64, log: &mut Log<'_>) {
        let start = self.out.len();
        self.escaped(text);
        let written = self.out.get(start..).unwrap_or_default();
        let cleaned = clean(written, log.policy);
        let changed = cleaned.text != written;
        // What goes is noted when the whole is cleaned; what is only reported, here.
        for finding in cleaned.findings {
            let before = written.get(..finding.span.start).unwrap_or_default();
            let line = line + before.bytes().filter(|b| *b == b'\n').count() as u64;
            match finding.action {
                Action::Report => log.push_at(Some(line), finding),
                _ => log.seen.push((finding.rule, line)),
            }
        }
        log.changed |= changed;
    }

    /// An element whose content is no markup: none of it is written, and it stays only where nothing is.
    fn raw(&mut self, name: &str, attributes: &[Attribute], children: &[usize], log: &mut Log<'_>) {
        let pairs = attributes.iter().map(|a| (&*a.name.local, &*a.value));
        let mut refused = judge_element(name, pairs, log.policy);
        for child in children {
            // In SVG and MathML they may hold elements.
            let fine = match self.dom.node(*child).map(|node| &node.kind) {
                Some(Kind::Text(text)) => name != "style" || !(css_loads(text) || holds_tag(text)),
                _ => false,
            };
            if !fine {
                refused = Some(("html.tag", Severity::High));
            }
        }
        if let Some((rule, severity)) = refused {
            log.add(rule, severity);
        }
    }

    fn open(
        &mut self,
        name: &str,
        attributes: &[Attribute],
        todo: &mut Vec<Step>,
        policy: &Policy,
        changed: &mut bool,
    ) {
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !plain(name) {
            return;
        }
        self.out.push('<');
        self.out.push_str(name);
        for attribute in attributes.iter().filter(|a| plain(&a.name.local)) {
            *changed |= reduced(&attribute.value, policy).is_some()
                && judge_pair(name, &attribute.name.local, &attribute.value, policy).0 == Judged::Allowed;
            self.out.push(' ');
            self.out.push_str(&attribute.name.local);
            self.out.push_str("=\"");
            self.escaped(&attribute.value);
            self.out.push('"');
        }
        self.out.push('>');
        if !VOID.contains(&name) {
            todo.push(Step::Close(name.to_owned()));
        }
    }

    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\u{a0}' => self.out.push_str("&nbsp;"),
                c => self.out.push(c),
            }
        }
    }
}

/// Elements that hold nothing (HTML Standard, section 13.1.2).
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
