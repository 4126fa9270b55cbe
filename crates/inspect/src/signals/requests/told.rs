//! What is worded as a request and is told of: a comment in code, a line of usage, the speech of somebody in a story, a list
//! of phrases to refuse, what a command does. It is flagged and not denied, since nothing drives the reader to it.

use super::super::fold::folded;
use super::super::lexicon::Hit;
use super::specimen::is_specimen;
use super::words::*;
use super::{Request, SPOKEN};
use crate::LINK_MARKER;
use std::ops::Range;

/// What somebody did who is quoted.
const SPOKE: [&str; 14] = [
    "said",
    "wrote",
    "shouted",
    "asked",
    "told",
    "whispered",
    "sang",
    "read",
    "replied",
    "typed",
    "prompt was",
    "message was",
    "payload was",
    "line was",
];
/// Whose words bind an agent, or are said to.
const BINDING: [&str; 18] = [
    "user",
    "admin",
    "administrator",
    "system",
    "boss",
    "developer",
    "owner",
    "operator",
    "manager",
    "team",
    "i",
    "we",
    "you",
    "me",
    "policy",
    "ceo",
    "anthropic",
    "openai",
];
/// What asks to do what was said.
const COMPLY: [&str; 11] =
    ["comply", "obey", "do it", "do so", "do that", "do this", "follow", "proceed", "carry out", "execute", "go ahead"];

impl Request<'_> {
    /// Whether the request is told of and not made.
    pub(super) fn is_reported(&self, place: &Range<usize>) -> bool {
        let span = self.flat.span(place.start, place.end);
        let (Some(head), Some(own), Some(tail)) =
            (self.text.get(..span.start), self.text.get(span.clone()), self.text.get(span.end..))
        else {
            return false;
        };
        let letters = |text: &str| folded(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let read: String = self.chars(place.clone()).iter().filter(|c| c.is_alphanumeric()).collect();
        if letters(own) != read {
            return false;
        }
        let before = head.rsplit('\n').next().unwrap_or_default();
        let behind = tail.split('\n').next().unwrap_or_default();
        let is_sent = is_sent_out(behind) || behind.contains(LINK_MARKER);
        if !is_sent && (is_spoken(before, tail) || is_refused(before)) {
            return true;
        }
        if is_sent || COMPLY.iter().any(|word| folded(tail).contains(word)) {
            return false;
        }
        if is_specimen(head, before, behind) {
            return true;
        }
        if self.is_driven() {
            return false;
        }
        let more = |text: &str| text.chars().any(char::is_alphanumeric);
        let beside = more(head) || more(tail);
        is_comment(before) && beside
            || is_usage(before)
            || is_listed(head, before)
            || is_manual_page(head, before)
            || is_docstring(head, before)
            || beside && is_route(behind)
            || self.labels(place) && (is_name(before, behind, &letters(own)) || own.chars().any(|c| c.is_ascii_digit()))
            || self.is_telling(place)
            || self.is_step(before, behind)
            || self.labels(place) && self.goes_on(place)
    }

    fn labels(&self, place: &Range<usize>) -> bool {
        self.hits.iter().any(|hit| hit.concepts & LABEL != 0 && place.start <= hit.from && hit.to <= place.end)
    }

    /// Whether the verb has the form of the third person too, and what follows says of what: `Affiche tous les secrets du coffre`.
    fn is_telling(&self, place: &Range<usize>) -> bool {
        const OF: [&str; 20] = [
            "de", "du", "des", "del", "della", "dello", "dei", "delle", "degli", "do", "da", "dos", "das", "di", "van",
            "uit", "dans", "nel", "nella", "en",
        ];
        let plain = self.verb.concepts & VERB != 0 && self.verb.concepts & (BASE | SURE | TELLS | LAST) == 0;
        let leads = |hit: &Hit| hit.concepts & (LEAD | MUST) != 0 && hit.to - hit.from > 2;
        // In Nordic languages `du` is the reader.
        const ALL_OF: [&str; 8] = ["tous", "toutes", "tout", "todos", "todas", "tutti", "tutte", "alle"];
        let own: String = self.chars(place.clone()).iter().collect();
        let romance = own.split(|c: char| !c.is_alphanumeric()).any(|word| ALL_OF.contains(&word));
        plain
            && romance
            && self.next_word(place.end).is_some_and(|word| OF.contains(&word.as_str()))
            && !self.after().any(leads)
    }

    /// Whether it is a step of instructions for people: the sentence says when or what for, and by which command.
    fn is_step(&self, before: &str, behind: &str) -> bool {
        const WHEN: [&str; 12] =
            ["before", "after", "when", "once", "to", "if", "finally", "next", "then", "first", "you can", "you may"];
        let opens = folded(before.rsplit(['.', '!', '?']).next().unwrap_or_default());
        let opens = opens.trim_start_matches(|c: char| !c.is_alphabetic());
        let led = WHEN.iter().any(|word| opens.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ')));
        led && (behind.contains(" `") || behind.trim_end().ends_with(':'))
    }

    /// Whether the sentence goes on and says of what, where from, or under which condition.
    fn goes_on(&self, place: &Range<usize>) -> bool {
        const ON: [&str; 16] = [
            "of", "in", "from", "for", "as", "on", "at", "when", "with", "without", "by", "per", "under", "stored",
            "using", "inside",
        ];
        self.next_word(place.end).is_some_and(|word| ON.contains(&word.as_str()))
    }

    /// Whether a form in `-ing` is the subject of a sentence: "exporting all keys asks for a password".
    pub(super) fn is_subject(&self) -> bool {
        const FINITE: [&str; 24] = [
            "is", "was", "needs", "requires", "asks", "takes", "means", "makes", "gives", "breaks", "fails", "can",
            "could", "may", "might", "must", "should", "would", "will", "has", "helps", "works", "violates",
            "triggers",
        ];
        let verb: String = self.chars(self.verb.from..self.verb.to).iter().collect();
        let Some(first) = verb.split(' ').next().filter(|word| word.ends_with("ing")) else { return false };
        let end = (self.verb.to + SPOKEN).min(self.flat.chars.len());
        let rest: String = self.chars(self.verb.to..end).iter().collect();
        let clause = rest.split('.').next().unwrap_or_default();
        first.len() > 4 && clause.split([' ', ',']).any(|word| FINITE.contains(&word))
    }
}

/// Whether what follows names a place on a network or somebody to give it to.
fn is_sent_out(behind: &str) -> bool {
    const TO: [&str; 27] = [
        "user",
        "caller",
        "chat",
        "reply",
        "answer",
        "response",
        "attacker",
        "reader",
        "assistant",
        "me",
        "message",
        "respuesta",
        "mensaje",
        "usuario",
        "reponse",
        "utilisateur",
        "risposta",
        "messaggio",
        "utente",
        "resposta",
        "mensagem",
        "usuaria",
        "antwort",
        "nachricht",
        "antwoord",
        "bericht",
        "svar",
    ];
    let within = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let host = word.split_once('.').is_some_and(|(name, end)| {
            !name.is_empty() && end.len() >= 2 && end.starts_with(|c: char| c.is_alphanumeric())
        });
        let word = folded(word);
        host || TO.iter().any(|to| *to == word || folded(to) == word)
    };
    behind.split_whitespace().any(within)
}

/// Whether it stands in the speech of somebody whom nobody obeys, and nothing behind asks to do it.
fn is_spoken(before: &str, tail: &str) -> bool {
    let quote = |c: char| "\"'`\u{201c}\u{201e}\u{2018}«".contains(c);
    let led = before.trim_end().trim_end_matches(quote).trim_end();
    let Some(led) = led.strip_suffix([':', ',']) else { return false };
    let clause = folded(led.rsplit(['.', '!', '?']).next().unwrap_or_default());
    let words = || clause.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let spoke = SPOKE.iter().any(|spoke| clause.trim_end().ends_with(spoke));
    let behind: String = tail.chars().take(240).collect();
    let behind = folded(&behind);
    let pressed = COMPLY.iter().chain(&["please", "immediately", "now", "you must"]).any(|word| behind.contains(word));
    spoke && !pressed && words().count() >= 2 && !words().any(|word| BINDING.contains(&word))
}

/// Whether the words directly before say that this is what not to do, or a text to refuse.
fn is_refused(before: &str) -> bool {
    const NOT: [&str; 12] = [
        "never",
        "wrong",
        "bad",
        "avoid",
        "incorrect",
        "insecure",
        "unsafe",
        "do not do this",
        "dont do this",
        "don t do this",
        "not allowed",
        "forbidden",
    ];
    const TEXTS: [&str; 7] = [
        "example of a",
        "subject of the phish",
        "injected line",
        "malicious line",
        "attack prompt",
        "typical payload",
        "typical injection",
    ];
    let Some(led) = before.trim_end().strip_suffix(':') else { return false };
    let clause = folded(led.rsplit(['.', '!', '?']).next().unwrap_or_default());
    let clause = clause.replace(['\'', '\u{2019}'], " ");
    NOT.contains(&clause.trim().trim_start_matches(['-', '*', '#', '/', ' ']))
        || TEXTS.iter().any(|text| clause.contains(text))
}

/// Whether the signs of a comment of code, and nothing else, stand before it on its line. A comment of HTML is hidden text.
fn is_comment(before: &str) -> bool {
    let sign = before.trim();
    const SIGNS: [&str; 10] = ["//", "///", "//!", "/*", "/**", ";", ";;", "#", "--", "##"];
    let rem = sign.eq_ignore_ascii_case("rem");
    SIGNS.contains(&sign) || rem || code_then_comment(before)
}

/// Whether a command or a statement stands before the sign of a comment.
fn code_then_comment(before: &str) -> bool {
    let line = before.trim_end();
    let code = line.strip_suffix("//").or_else(|| line.strip_suffix('#')).unwrap_or_default();
    code.ends_with("  ") && code.chars().any(char::is_alphanumeric)
}

/// Whether a line of usage or the text of an option stands before it.
fn is_usage(before: &str) -> bool {
    let lower = before.to_ascii_lowercase();
    let told = lower.contains("usage:");
    let help = lower.trim_end_matches(['"', '\'', ' ']);
    let named = ["help=", "help =", "help:", "about =", "about=", "usage=", "doc=", "short:", "short ="];
    told || before.ends_with(['"', '\'']) && named.iter().any(|name| help.ends_with(name))
}

/// Whether it is an item of a list of phrases to refuse, or of what changed.
fn is_listed(head: &str, before: &str) -> bool {
    if !before.trim_start().starts_with(['-', '*', '+']) || before.trim().len() > 2 {
        return false;
    }
    const LISTS: [&str; 12] = [
        "phrases",
        "patterns",
        "deny_patterns",
        "blocked",
        "denied",
        "deny",
        "forbidden",
        "payloads",
        "changelog",
        "release notes",
        "what's new",
        "features",
    ];
    let above = head
        .rsplit('\n')
        .skip(1)
        .take(12)
        .find(|line| !line.trim_start().starts_with(['-', '*', '+']) && !line.trim().is_empty());
    above.is_some_and(|line| {
        let name = line.trim().trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        LISTS.contains(&name.as_str())
    })
}

/// Whether it is the line under NAME in a page of a manual.
fn is_manual_page(head: &str, before: &str) -> bool {
    let above = head.rsplit('\n').nth(1).unwrap_or_default().trim();
    let name = before.trim();
    let word = name.split_whitespace().next().unwrap_or_default();
    ["NAME", "name"].contains(&above) && name.ends_with(['-', '\u{2013}', '\u{2014}']) && word.len() > 1
}

/// Whether it opens the documentation of a function.
fn is_docstring(head: &str, before: &str) -> bool {
    let above = head.rsplit('\n').nth(1).unwrap_or_default().trim();
    let opens = [r#"""""#, "'''"].contains(&before.trim());
    opens && above.ends_with(':') && ["def ", "class ", "async def "].iter().any(|word| above.starts_with(word))
}

/// Whether what follows says by what way, which names no reader.
fn is_route(behind: &str) -> bool {
    ["through the ", "between the ", "from the cache", "unchanged"]
        .iter()
        .any(|way| behind.trim_start().starts_with(way))
}

/// Whether it is the text of a link within a page, of a list of controls, or the value of an entry that is called as it is.
fn is_name(before: &str, behind: &str, own: &str) -> bool {
    if before.ends_with('[') && (behind.starts_with("](#") || behind.starts_with("](/") || behind.starts_with("](.")) {
        return true;
    }
    const NAMES: [&str; 14] = [
        "summary",
        "description",
        "help",
        "label",
        "button",
        "buttons",
        "tooltip",
        "menu",
        "placeholder",
        "caption",
        "links",
        "commands",
        "actions",
        "tabs",
    ];
    let Some(name) = before.trim_end().strip_suffix(':') else { return false };
    let name = folded(name.trim().trim_start_matches(['-', ' ']));
    if name.chars().any(|c| c.is_whitespace() || c == ':') {
        return false;
    }
    let first: String = own.chars().take(4).collect();
    NAMES.contains(&name.as_str()) || name.len() > 4 && name.starts_with(&first)
}
