//! Phrases that are denied wherever they stand, and signs of an instruction in an answer.
//!
//! Three steps, each for the few that the one before lets through: trigger words in a text reduced to its letters, so that one
//! search finds them in every disguise; two of different kinds close to each other, or one that says enough; then the judgement
//! of [`crate::signals`] on the words around them. What is encoded goes the same way, piece by piece.

mod anchor;
mod asked;
mod dumped;
mod heads;
mod marks;
mod odd;
mod rest;
mod skeleton;
mod spelled;
mod told;
mod tongues;
mod unshown;
mod veil;

use crate::decoded::{self, Piece};
use crate::rule::{Family, Rule};
use crate::signals::{Look, invisible_words, orders, tells, tells_in_cipher};
use crate::{Action, Match, Severity, View};
use anchor::{ANCHORS, Anchor, CIPHER, DISMISS, HUSH, ORDERS, ROLE, SECRET, SHOWING, TALK, is_worth};
use skeleton::Skeleton;
use std::ops::Range;
use told::{is_prose, told};

/// How many bytes of earlier text a match may need to be found: a window of a longer text that begins so far before what is new
/// finds what the whole text would give there.
pub const CONTEXT: usize = 2048;

const ENCODED: &str = "signal.encoded";
const NESTED: &str = "signal.nested";
const HIDDEN: &str = "signal.hidden";
const DISGUISED: &str = "signal.disguised";

const fn deny(id: &'static str, about: &'static str, tags: &'static [&'static str]) -> Rule {
    Rule { id, family: Family::Deny, severity: Severity::High, action: Action::Deny, about, on: true, tags }
}

const fn signal(id: &'static str, severity: Severity, about: &'static str, tags: &'static [&'static str]) -> Rule {
    Rule { id, family: Family::Signal, severity, action: Action::Report, about, on: true, tags }
}

const INJECTION: &[&str] = &["MCP06", "AML.T0051.001"];
const LEAK: &[&str] = &["MCP01", "AML.T0057"];

/// The rules of this module.
pub const RULES: &[Rule] = &[
    deny(
        "deny.secrets",
        "An order to show or send all secrets, credentials, passwords, keys or environment variables.",
        LEAK,
    ),
    deny(
        "deny.system_prompt",
        "An order to reveal the system prompt or the instructions that were given.",
        &["MCP10", "AML.T0056"],
    ),
    signal(
        "signal.instruction",
        Severity::High,
        "An order to set rules aside, to take a new role or to act unasked.",
        INJECTION,
    ),
    signal("signal.secrecy", Severity::High, "An order to act without the user's knowledge.", INJECTION),
    signal(
        "signal.secret_request",
        Severity::High,
        "An order to read, ask for or pass on secrets.",
        &["MCP01", "AML.T0051.001"],
    ),
    signal(
        "signal.exfiltration",
        Severity::High,
        "An order to send the conversation or what was read somewhere.",
        &["MCP10", "AML.T0086"],
    ),
    signal(
        "signal.other_tool",
        Severity::High,
        "An order that changes how another tool is used.",
        &["MCP03", "AML.T0053"],
    ),
    signal(marks::ROLE, Severity::High, "A mark of a chat format, which starts a turn of another role.", INJECTION),
    signal(
        marks::CALL,
        Severity::Medium,
        "A text that looks like the call of a tool or like its result.",
        &["MCP05", "AML.T0053"],
    ),
    signal(ENCODED, Severity::High, "An order in an encoding, in a cipher or backwards.", &["MCP06", "AML.T0068"]),
    signal(NESTED, Severity::Medium, "An encoding within encodings, deeper than is read.", &["MCP06", "AML.T0068"]),
    signal(HIDDEN, Severity::High, "Words or orders where a reader does not see them.", &["MCP06", "AML.T0068"]),
    signal(
        DISGUISED,
        Severity::Medium,
        "An order whose letters are all in disguise, or more trigger words in disguise than can be judged.",
        &["MCP06", "AML.T0068"],
    ),
];

/// As much of a text is read in every disguise; what is beyond is reported as such.
const BUDGET: usize = 96 * 1024;
/// Letters of a skeleton between two anchors that belong together, and those that are judged around one.
const NEAR: usize = 80;
const AROUND: usize = 80;
/// So many bytes of a text are reduced at once, each part with what stands before it.
const PART: usize = 32 * 1024;
/// The longest list of matches of one text.
const MATCHES: usize = 1000;

/// Finds them in `text`, in every view of it. Linear in its length.
pub fn find(text: &str, out: &mut Vec<Match>) {
    find_with(text, &decoded::pieces(text), out);
}

/// As [`find`], with the pieces of the text ([`decoded::pieces`]) at hand.
pub fn find_with(text: &str, pieces: &[Piece], out: &mut Vec<Match>) {
    find_behind(text, pieces, 0, out);
}

/// As [`find_with`], for what ends behind `from`: of what ends before it some or all is left out.
pub fn find_behind(text: &str, pieces: &[Piece], from: usize, out: &mut Vec<Match>) {
    let mut search = Search { skeleton: Skeleton::default(), budget: BUDGET };
    search.text(text, from, Severity::High, out);
    for odd in odd::find(text).into_iter().filter(|odd| odd.span.end > from) {
        let mut inner = Vec::new();
        search.text(&odd.text, 0, Severity::Medium, &mut inner);
        // Some are read together with the plain words before them.
        let plain = odd.text.get(..odd.text.floor_char_boundary(8)).unwrap_or_default();
        let whole = !text.get(odd.span.clone()).unwrap_or_default().starts_with(plain);
        if inner.is_empty() && whole && is_prose(&odd.text) && tells(&odd.text) {
            out.push(Match { rule: ENCODED, span: odd.span.clone(), view: View::Nested });
        }
        for found in inner.into_iter().filter(|found| found.rule != marks::CALL).take(MATCHES) {
            let rules = [Some(ENCODED).filter(|_| found.rule.starts_with("signal.")), Some(found.rule)];
            out.extend(rules.into_iter().flatten().map(|rule| Match {
                rule,
                span: odd.span.clone(),
                view: View::Nested,
            }));
        }
    }
    if pieces.is_empty() {
        return;
    }
    let out_of_it = |piece: &Piece| piece.span.end <= from || says_the_same(text, piece);
    let same: Vec<bool> = pieces.iter().map(out_of_it).collect();
    let kept: Vec<Piece>;
    let pieces = if same.contains(&true) {
        kept = pieces.iter().zip(same).filter(|(_, same)| !same).map(|(piece, _)| piece.clone()).collect();
        &kept
    } else {
        pieces
    };
    let mut inner = Vec::new();
    decoded::through_pieces(pieces, |piece, found| search.text(piece, 0, Severity::Medium, found), &mut inner);
    for found in inner.into_iter().take(MATCHES) {
        // Escapes are no disguise where JSON, HTML and addresses are ordinary text; marks of a chat in them are what they are.
        if found.rule.starts_with("signal.") && found.rule != marks::CALL {
            out.push(Match { rule: ENCODED, span: found.span.clone(), view: found.view });
        }
        out.push(found);
    }
    told(text, pieces, out);
    out.extend(decoded::unread(pieces).into_iter().take(MATCHES).map(|span| Match {
        rule: NESTED,
        span,
        view: View::Nested,
    }));
}

/// Whether only signs stand in another form in the text, as full-width punctuation does between characters of East Asia.
fn says_the_same(text: &str, piece: &Piece) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    piece.view == View::Folded && text.get(piece.span.clone()).is_some_and(|own| letters(own) == letters(&piece.text))
}

struct Search {
    skeleton: Skeleton,
    /// How many bytes may still be read in every disguise.
    budget: usize,
}

/// A part of a text that is to be judged.
#[derive(Debug)]
struct Window {
    span: Range<usize>,
    look: Look,
    /// Whether secrets or the system prompt are spoken of.
    asks: bool,
}

impl Search {
    /// Finds what a text says in its own words. Findings below `least`, or that end before `from`, are of no interest.
    fn text(&mut self, text: &str, from: usize, least: Severity, out: &mut Vec<Match>) {
        let first = out.len();
        marks::find(text, out);
        for (span, words) in smuggled(text) {
            let mut inner = Vec::new();
            self.words(&words, 0, Severity::Medium, &mut inner);
            out.push(Match { rule: HIDDEN, span: span.clone(), view: View::Folded });
            out.extend(inner.into_iter().map(|found| Match { span: span.clone(), view: View::Nested, ..found }));
        }
        for span in unshown::find(text) {
            let content = text.get(span.clone()).unwrap_or_default();
            if is_prose(content) && tells(content) {
                out.push(Match { rule: HIDDEN, span, view: View::Plain });
            }
        }
        for veiled in veil::find(text) {
            let mut inner = Vec::new();
            self.words(&veiled.text, 0, Severity::Medium, &mut inner);
            if inner.is_empty() && veiled.heavy && tells(&veiled.text) {
                out.push(Match { rule: DISGUISED, span: veiled.span.clone(), view: View::Joined });
            }
            out.extend(inner.into_iter().map(|found| Match { span: veiled.span.clone(), view: View::Joined, ..found }));
        }
        self.words(text, from, least, out);
        out.truncate(first + MATCHES);
    }

    fn words(&mut self, text: &str, from: usize, least: Severity, out: &mut Vec<Match>) {
        let first = out.len();
        for window in self.windows(text).into_iter().filter(|window| window.span.end > from) {
            if out.len() > first + MATCHES {
                return;
            }
            self.window(text, window, least, out);
        }
    }

    fn window(&mut self, text: &str, window: Window, least: Severity, out: &mut Vec<Match>) {
        let Some(part) = text.get(window.span.clone()) else { return };
        let mut push = |finding: crate::Finding, least: Severity, view: View, rule: Option<&'static str>| {
            if finding.severity < least || is_quiet(part, &finding) {
                return;
            }
            let span = window.span.start + finding.span.start..window.span.start + finding.span.end;
            let known = |m: &Match, id| m.rule == id && m.span.start <= span.start && span.end <= m.span.end;
            let hidden = is_out_of_view(text, &window.span, &span).then_some(HIDDEN);
            for id in [Some(rule.unwrap_or(finding.rule)), hidden].into_iter().flatten() {
                if !out.iter().rev().take(16).any(|m| known(m, id)) {
                    out.push(Match { rule: id, span: span.clone(), view });
                }
            }
        };
        orders(part, Look::Written, window.asks).into_iter().for_each(|found| push(found, least, View::Plain, None));
        if window.look == Look::Written {
            return;
        }
        if part.len() > self.budget {
            out.push(Match { rule: DISGUISED, span: window.span, view: View::Folded });
            return;
        }
        self.budget -= part.len();
        let view = dress(part);
        if window.look == Look::Cipher {
            // What is denied is not looked for in a cipher, where chance reads.
            let found = orders(part, Look::Cipher, false);
            let secret = |found: &crate::Finding| found.rule.starts_with("signal.");
            if found.is_empty() && tells_in_cipher(part) {
                let whole = crate::Finding {
                    rule: ENCODED,
                    span: 0..part.len(),
                    action: Action::Report,
                    severity: Severity::Medium,
                };
                push(whole, Severity::Medium, View::Cipher, Some(ENCODED));
            }
            found
                .into_iter()
                .filter(secret)
                .for_each(|found| push(found, Severity::Medium, View::Cipher, Some(ENCODED)));
        }
        orders(part, Look::Disguised, true).into_iter().for_each(|found| push(found, Severity::High, view, None));
    }

    /// The parts of a text where trigger words meet.
    fn windows(&mut self, text: &str) -> Vec<Window> {
        let mut windows: Vec<Window> = Vec::new();
        let mut start = 0;
        while start < text.len() {
            let end = boundary(text, start + PART);
            let Some(part) = text.get(start..end) else { break };
            self.skeleton.read(part);
            self.part(part, start, &mut windows);
            if end == text.len() {
                break;
            }
            start = boundary(text, end.saturating_sub(CONTEXT / 2).max(start + 1));
        }
        windows
    }

    /// Adds the windows of one part of the text.
    fn part(&self, part: &str, base: usize, windows: &mut Vec<Window>) {
        // Where an anchor of each kind was last.
        let mut last: [Option<Anchor>; 7] = [None; 7];
        let mut worth = Worth::default();
        for anchor in ANCHORS.find(&self.skeleton.letters) {
            let near = |means: u16| {
                let kinds = last.iter().enumerate().filter(move |(kind, _)| means & (1 << kind) != 0);
                kinds.filter_map(|(_, found)| *found).find(|found| anchor.end - found.start <= NEAR)
            };
            let pair = match anchor.means {
                means if means & (HUSH | ROLE) != 0 => Some(anchor),
                means if means & DISMISS != 0 => near(ORDERS | TALK),
                // A long word in a cipher is no chance.
                means if means & CIPHER != 0 && anchor.is_long() => Some(anchor),
                means if means & CIPHER != 0 => near(CIPHER).filter(|other| other.end <= anchor.start),
                means if means & (SECRET | TALK) != 0 && self.is_shown(anchor) => Some(anchor),
                means if means & (ORDERS | TALK) != 0 => near(DISMISS),
                _ => None,
            };
            for (kind, slot) in last.iter_mut().enumerate() {
                if anchor.means & (1 << kind) != 0 {
                    *slot = Some(anchor);
                }
            }
            if let Some(other) = pair {
                self.add(part, base, [other, anchor], &mut worth, windows);
            }
        }
    }

    /// Whether a word for showing or sending stands near.
    fn is_shown(&self, anchor: Anchor) -> bool {
        let from = anchor.start.saturating_sub(NEAR);
        let to = (anchor.end + NEAR).min(self.skeleton.letters.len());
        self.skeleton.letters.get(from..to).is_some_and(|near| SHOWING.any(near))
    }

    fn add(&self, part: &str, base: usize, pair: [Anchor; 2], worth: &mut Worth, windows: &mut Vec<Window>) {
        let (from, to) =
            (pair.iter().map(|a| a.start).min().unwrap_or(0), pair.iter().map(|a| a.end).max().unwrap_or(0));
        let start = self.skeleton.floor(from.saturating_sub(AROUND));
        let end = self.skeleton.ceiling(to + AROUND);
        let is_cipher = pair.iter().all(|anchor| anchor.means & CIPHER != 0);
        let written = pair.iter().all(|anchor| {
            let row = self.skeleton.floor(anchor.start)..self.skeleton.ceiling(anchor.end);
            worth.is_written(anchor, row, part)
        });
        let look = match (is_cipher, written) {
            (true, _) => Look::Cipher,
            (_, true) => Look::Written,
            _ => Look::Disguised,
        };
        let span = base + start..base + end;
        let sure = pair.iter().any(|anchor| anchor.means & (HUSH | ROLE) != 0);
        let asks = pair.iter().any(|anchor| anchor.means & (SECRET | TALK) != 0);
        if look == Look::Written && !sure && !worth.is_worth(start..end, part) {
            return;
        }
        match windows.last_mut() {
            Some(last) if span.start <= last.span.end && last.look == look => {
                last.span.end = last.span.end.max(span.end);
                last.asks |= asks;
            }
            Some(last) if last.span.start <= span.start && span.end <= last.span.end && look == Look::Written => {
                last.asks |= asks
            }
            _ => windows.push(Window { span, look, asks }),
        }
    }
}

/// Whether a finding of secrecy is what any text says: `silently` and its kind alone, of software; or advice not to share a
/// password with anybody.
fn is_quiet(part: &str, finding: &crate::Finding) -> bool {
    const SECRETS: [&str; 6] = ["password", "credential", "secret", "token", " key", " code"];
    if finding.rule != "signal.secrecy" {
        return false;
    }
    let words = part.get(finding.span.clone()).unwrap_or_default().to_lowercase();
    let quiet = words.len() < 60 && (words.starts_with("silently") || words.starts_with("quietly"));
    let advice = ["share", "disclose", "reveal"].iter().any(|verb| words.contains(verb));
    quiet || advice && SECRETS.iter().any(|secret| words.contains(secret)) || is_advice(part, &finding.span)
}

/// Whether the sentence of a finding is advice to tell nobody a password.
fn is_advice(part: &str, span: &Range<usize>) -> bool {
    const PASSWORDS: [&str; 24] = [
        "password",
        "passwort",
        "kennwort",
        "mot de passe",
        "contraseña",
        "senha",
        "wachtwoord",
        "hasł",
        "hesl",
        "lösenord",
        "adgangskode",
        "passord",
        "парол",
        "parola",
        "kata sandi",
        "mật khẩu",
        "كلمة المرور",
        "סיסמ",
        "رمز",
        "گذرواژه",
        "पासवर्ड",
        "パスワード",
        "密码",
        "비밀번호",
    ];
    const NOBODY: [&str; 23] = [
        "нікому",
        "никому",
        "کسی",
        "किसी",
        "personne",
        "nadie",
        "niemand",
        "ninguém",
        "nessuno",
        "nikomu",
        "kimse",
        "siapa",
        "bất kỳ ai",
        "أحد",
        "אף אחד",
        "他人",
        "任何人",
        "다른 사람",
        "anyone",
        "anybody",
        "nobody",
        "någon",
        "nogen",
    ];
    const AROUND: usize = 96;
    let mut from = part.floor_char_boundary(span.start.saturating_sub(AROUND));
    let mut to = part.ceil_char_boundary((span.end + AROUND).min(part.len()));
    let ends = |c: char| matches!(c, '.' | '!' | '?' | '\n' | '。' | '！' | '？' | '।');
    from += part.get(from..span.start).and_then(|head| head.rfind(ends)).map_or(0, |at| at + 1);
    to = part.get(span.end..to).and_then(|tail| tail.find(ends)).map_or(to, |at| span.end + at);
    let sentence = part.get(from.min(span.start)..to).unwrap_or_default().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| sentence.contains(word));
    has(&PASSWORDS) && has(&NOBODY)
}

/// What was found out last: trigger words in a row share their windows.
#[derive(Debug, Default)]
struct Worth {
    window: Option<(Range<usize>, bool)>,
    written: [Option<(usize, Range<usize>, bool)>; 4],
}

impl Worth {
    fn is_worth(&mut self, span: Range<usize>, part: &str) -> bool {
        match &self.window {
            Some((last, worth)) if *last == span => *worth,
            _ => {
                let worth = part.get(span.clone()).is_some_and(is_worth);
                self.window = Some((span, worth));
                worth
            }
        }
    }

    fn is_written(&mut self, anchor: &Anchor, row: Range<usize>, part: &str) -> bool {
        let known = self.written.iter().flatten().find(|(pattern, last, _)| *pattern == anchor.pattern && *last == row);
        if let Some((.., written)) = known {
            return *written;
        }
        let written = part.get(row.clone()).is_some_and(|place| ANCHORS.is_written(anchor, place));
        self.written.rotate_right(1);
        if let Some(first) = self.written.first_mut() {
            *first = Some((anchor.pattern, row, written));
        }
        written
    }
}

/// The next boundary of a character.
fn boundary(text: &str, at: usize) -> usize {
    (at.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// How the letters of a part are disguised.
fn dress(part: &str) -> View {
    let lone = part.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() == 1).count();
    match (part.is_ascii(), lone >= 8) {
        (_, true) => View::Joined,
        (true, _) => View::Leet,
        _ => View::Folded,
    }
}

/// Words that are spelt in characters which nobody sees.
fn smuggled(text: &str) -> Vec<(Range<usize>, String)> {
    let bytes = text.as_bytes();
    if bytes.is_ascii() {
        return Vec::new();
    }
    let tags = memchr::memmem::find_iter(bytes, b"\xf3\xa0").take(4).count() >= 4;
    let zeros = ["\u{200b}", "\u{200c}", "\u{2062}", "\u{2063}"];
    let bits = || zeros.iter().any(|zero| memchr::memmem::find_iter(bytes, zero.as_bytes()).take(16).count() >= 16);
    let selectors = || memchr::memmem::find_iter(bytes, b"\xef\xb8").take(16).count() >= 16;
    if !tags && !bits() && !selectors() {
        return Vec::new();
    }
    let words = invisible_words(text, &mut Vec::new());
    // Chance spells a few letters, and joiners of a script spell what they will.
    let sense = |word: &str| {
        let letters = word.chars().filter(|c| c.is_alphabetic() || *c == ' ').count();
        letters >= 4 && letters * 10 >= word.chars().count() * 7
    };
    words.into_iter().filter(|(_, word)| sense(word)).collect()
}

/// Whether a place lies in a comment of HTML or in an element that is not shown.
fn is_out_of_view(text: &str, window: &Range<usize>, span: &Range<usize>) -> bool {
    const FAR: usize = 512;
    const HIDING: [&str; 9] = [
        "display:none",
        "visibility:hidden",
        "font-size:0",
        "font-size:1px",
        "opacity:0",
        "color:white",
        "color:#fff",
        "color:transparent",
        "hidden>",
    ];
    let from =
        (window.start.saturating_sub(FAR)..=window.start).find(|at| text.is_char_boundary(*at)).unwrap_or(window.start);
    let head = text.get(from..span.start).unwrap_or_default();
    if head.rfind("<!--").is_some_and(|open| !head.get(open..).unwrap_or_default().contains("-->")) {
        return true;
    }
    let Some(close) = head.rfind('>') else { return false };
    let Some(open) = head.get(..close).and_then(|head| head.rfind('<')) else { return false };
    let tag: String = head.get(open..=close).unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
    let tag = tag.to_ascii_lowercase();
    !tag.starts_with("</") && HIDING.iter().any(|style| tag.contains(style))
}

#[cfg(test)]
mod tests;
