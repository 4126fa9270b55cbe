//! What a text leads to, as pulldown-cmark, html5ever and a plain search see it. None of this is code of the filter.

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use pulldown_cmark::{Event, Options, Parser, Tag};
use std::cell::RefCell;
use url::Url;

/// Attributes that lead or load, of whatever element.
const ADDRESSES: &[&str] = &[
    "href",
    "xlink:href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "background",
    "lowsrc",
    "dynsrc",
    "ping",
    "manifest",
    "to",
    "from",
    "values",
    "longdesc",
    "codebase",
    "classid",
    "archive",
    "profile",
    "value",
];

#[derive(Default)]
struct Seen {
    /// Attributes by name, and the text that a reader sees under the name of ``.
    found: RefCell<Vec<(String, String)>>,
}

impl TokenSink for Seen {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let pairs = tag.attrs.iter().map(|a| (a.name.local.to_string(), a.value.to_string()));
                self.found.borrow_mut().extend(pairs);
            }
            Token::CharacterTokens(text) => {
                let mut found = self.found.borrow_mut();
                match found.last_mut() {
                    Some((name, seen)) if name.is_empty() => seen.push_str(&text),
                    _ => found.push((String::new(), text.to_string())),
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn tokens(text: &str) -> Vec<(String, String)> {
    let tokenizer = Tokenizer::new(Seen::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(text));
    while let TokenizerResult::Script(()) = tokenizer.feed(&queue) {}
    tokenizer.end();
    tokenizer.sink.found.take()
}

/// Judges where texts lead.
#[derive(Debug, Clone)]
pub struct Judge {
    /// Where a client is that follows a relative reference.
    base: Option<Url>,
    /// Where links and images may lead.
    allowed: Vec<Url>,
}

type Place = (String, Option<String>, Option<u16>);

fn place(url: &Url) -> Place {
    (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default())
}

impl Judge {
    /// One for which texts may lead to these places and what lies below them, and nowhere else.
    #[must_use]
    pub fn new<'u>(allowed: impl IntoIterator<Item = &'u str>) -> Self {
        let allowed = allowed.into_iter().filter_map(|url| Url::parse(url).ok()).collect();
        Self { base: Url::parse("https://client.invalid/page").ok(), allowed }
    }

    /// Whether a client that follows this leaves the allowed places.
    fn leaves(&self, destination: &str) -> bool {
        let Some(url) = self.base.as_ref().and_then(|base| base.join(destination).ok()) else {
            // What this parser refuses another may follow: it counts where it names a host.
            return destination.contains("//");
        };
        if url.scheme() == "https" && url.host_str() == Some("client.invalid") {
            return false;
        }
        let below = |allowed: &str| {
            let rest = url.path().strip_prefix(allowed);
            rest.is_some_and(|rest| rest.is_empty() || allowed.ends_with('/') || rest.starts_with('/'))
        };
        let within = |allowed: &Url| place(&url) == place(allowed) && below(allowed.path());
        let inside =
            self.allowed.iter().any(within) && url.username().is_empty() && !url.path().to_lowercase().contains("%2f");
        let carried = percent(&percent(url.as_str()));
        let forwards = carried
            .get(8..)
            .is_some_and(|rest| rest.contains("//") || rest.contains("/\\") || rest.contains(crate::HOST));
        !inside || forwards
    }

    /// The URLs that stand in running text.
    fn bare(&self, text: &str) -> Option<String> {
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '`' | '[' | ']' | '|');
        for (at, _) in text.match_indices("://") {
            let Some(head) = text.get(..at) else { continue };
            let letters =
                head.len() - head.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "+.-".contains(c)).len();
            let from = text.get(at - letters..).unwrap_or_default();
            let word = from.split(ends).next().unwrap_or_default();
            let word = word.trim_end_matches(['.', ',', ')', '\'', ';']);
            if letters > 0 && word.len() > letters + 3 && self.leaves(word) {
                return Some(format!("bare: {word}"));
            }
        }
        let www = text.split(ends).find(|word| word.to_lowercase().starts_with("www."));
        www.map(|word| format!("bare: {word}"))
    }

    fn of_html(&self, text: &str) -> Option<String> {
        for (name, value) in tokens(text) {
            let found = match name.as_str() {
                "" => self.bare(&value).is_some() || css(&value) && value.contains("@import"),
                "style" | "fill" | "stroke" | "filter" | "mask" | "clip-path" => css(&value),
                "srcset" | "imagesrcset" => {
                    value.split(',').any(|part| part.split_whitespace().next().is_some_and(|to| self.leaves(to)))
                }
                "content" => value
                    .to_lowercase()
                    .split_once("url=")
                    .is_some_and(|(_, to)| self.leaves(to.trim_matches(['"', '\'', ' ']))),
                "srcdoc" => self.left(&value).is_some(),
                "value" => value.contains("//") && self.leaves(&value),
                name if ADDRESSES.contains(&name) => value.split([';', ' ']).any(|to| self.leaves(to)),
                _ => false,
            };
            if found {
                return Some(format!("html: {name}={value}"));
            }
        }
        None
    }

    /// What the text still leads to; `None` where that is nothing but what is allowed.
    #[must_use]
    pub fn left(&self, text: &str) -> Option<String> {
        let options = Options::all().difference(Options::ENABLE_WIKILINKS);
        let mut html = String::new();
        for event in Parser::new_ext(text, options) {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) if self.leaves(&dest_url) => {
                    return Some(format!("markdown: {dest_url}"));
                }
                Event::Html(part) | Event::InlineHtml(part) => html.push_str(&part),
                _ => {}
            }
        }
        self.of_html(&html).or_else(|| self.of_html(text)).or_else(|| self.bare(text))
    }
}

/// One layer of percent-encoding undone.
fn percent(text: &str) -> String {
    let (mut out, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            out.push(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Whether a style sheet loads anything from elsewhere.
fn css(text: &str) -> bool {
    let lower = text.to_lowercase();
    let loads = ["url", "image", "@import", "src", "\\"].iter().any(|word| lower.contains(word));
    loads && (lower.contains("//") || lower.contains("\\\\") || lower.contains("data:"))
}
