//! A request that is shown as a specimen: in a list, a table, a quotation or a block of code that is said to hold attacks, or what
//! is refused. It is flagged and not denied.

use super::super::fold::folded;

/// What such texts are called, as parts of words.
const KINDS: [&str; 27] = [
    "inject",
    "attack",
    "payload",
    "jailbreak",
    "malicious",
    "adversar",
    "exploit",
    "poison",
    "deny",
    "denied",
    "denies",
    "blocklist",
    "block list",
    "blocked",
    "blocks",
    "refus",
    "reject",
    "forbidden",
    "disallow",
    "red team",
    "red-team",
    "pattern",
    "test case",
    "angriff",
    "attaque",
    "ataque",
    "attacco",
];
/// What such a text is called directly before it.
const NOUNS: [&str; 8] = ["phrase", "phrases", "string", "pattern", "payload", "words", "texts", "requests"];
/// How far above its block the line may stand that says what it holds.
const LINES: usize = 14;

/// Whether the line, or the one that leads to its block, says that this is a specimen. `before` and `behind` are what else stands
/// on its line.
pub(super) fn is_specimen(head: &str, before: &str, behind: &str) -> bool {
    is_led(before, behind) || is_block(head, before) && lead(head).is_some_and(is_kind)
}

fn is_kind(text: &str) -> bool {
    let text = folded(text);
    KINDS.iter().any(|kind| text.contains(kind))
}

/// Whether the words before it on its line lead to it.
fn is_led(before: &str, behind: &str) -> bool {
    let mark = |c: char| c.is_whitespace() || "\"'`*_\u{201c}\u{201e}\u{2018}«".contains(c);
    let bare = before.trim_end_matches(mark);
    let listed = |between: &str| !between.contains(['.', '!', '?', ';']);
    let named = bare.rsplit_once(':').is_some_and(|(lead, between)| listed(between) && is_kind(lead));
    let called =
        bare.rsplit(|c: char| !c.is_alphabetic()).next().is_some_and(|word| NOUNS.contains(&folded(word).as_str()));
    let cell = bare.ends_with('|') && behind.contains('|');
    named || (called || cell) && is_kind(behind)
}

/// Whether its line is one of a list, a quotation, a table, or of a block of code.
fn is_block(head: &str, before: &str) -> bool {
    let line = before.trim_start();
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let item = line.len() > number.len() && number.starts_with(['.', ')']);
    let fences = head.lines().filter(|line| is_fence(line)).count();
    line.starts_with(['-', '*', '+', '>', '|', '"', '\'']) || item || fences % 2 == 1
}

fn is_fence(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("```") || line.starts_with("~~~")
}

/// The line that leads to the block.
fn lead(head: &str) -> Option<&str> {
    let within = |line: &&str| {
        let line = line.trim();
        line.is_empty() || is_fence(line) || is_block("", line)
    };
    let line = head.rsplit('\n').skip(1).take(LINES).find(|line| !within(line))?.trim();
    let bare = line.trim_end_matches(['*', '_', ' ', '[', '{']);
    (bare.ends_with(':') || line.starts_with('#') || line.starts_with('=')).then_some(line)
}
