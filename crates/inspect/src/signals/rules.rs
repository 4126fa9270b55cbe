//! Which concepts together are a signal.

use super::concept::*;
use crate::Severity::{self, High, Low, Medium};

pub(super) const INSTRUCTION: &str = "signal.instruction";
pub(super) const SECRECY: &str = "signal.secrecy";
pub(super) const SECRETS: &str = "signal.secret_request";
pub(super) const EXFILTRATION: &str = "signal.exfiltration";
pub(super) const OTHER_TOOL: &str = "signal.other_tool";

/// How the parts of a rule stand to each other; the numbers count characters of a reading.
#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    /// In any order, all within so many.
    Any(usize),
    /// One after the other, with at most so many between two.
    Row(usize),
}

/// Parts that make a signal where they meet in one sentence.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) id: &'static str,
    pub(super) severity: Severity,
    pub(super) order: Order,
    /// Whether the parts may stand in sentences that follow each other.
    pub(super) across: bool,
    /// Each part is met by any one of its concepts.
    pub(super) parts: &'static [Concepts],
    /// All concepts of the parts.
    pub(super) touched_by: Concepts,
}

const fn union(parts: &[Concepts]) -> Concepts {
    match parts {
        [first, rest @ ..] => *first | union(rest),
        [] => 0,
    }
}

const fn any(id: &'static str, severity: Severity, window: usize, parts: &'static [Concepts]) -> Rule {
    Rule { id, severity, order: Order::Any(window), across: false, parts, touched_by: union(parts) }
}

const fn row(id: &'static str, severity: Severity, gap: usize, parts: &'static [Concepts]) -> Rule {
    Rule { id, severity, order: Order::Row(gap), across: false, parts, touched_by: union(parts) }
}

const fn across(id: &'static str, severity: Severity, window: usize, parts: &'static [Concepts]) -> Rule {
    Rule { id, severity, order: Order::Any(window), across: true, parts, touched_by: union(parts) }
}

const fn one(id: &'static str, severity: Severity, parts: &'static [Concepts]) -> Rule {
    any(id, severity, usize::MAX, parts)
}

/// The longest list of parts.
pub(super) const PARTS: usize = 5;

const TAKE: Concepts = READ | FIND | HARVEST;
const OUT: Concepts = PASS | SEND;
const WAY: Concepts = ADDRESS | DEST;

pub(super) const RULES_TABLE: &[Rule] = &[
    // Orders to the reader.
    any(INSTRUCTION, High, 60, &[IGNORE, PRIOR, RULES]),
    any(INSTRUCTION, Medium, 50, &[IGNORE, PRIOR, NORMS]),
    any(INSTRUCTION, Medium, 30, &[IGNORE, RULES]),
    any(INSTRUCTION, High, 80, &[IGNORE, RULES, PERSIST | ROLE]),
    any(INSTRUCTION, High, 60, &[MIND, EARLIER, ORDERS]),
    any(INSTRUCTION, Medium, 50, &[IGNORE, EARLIER, ORDERS]),
    any(INSTRUCTION, Medium, 50, &[MIND, EARLIER, REMARKS]),
    row(INSTRUCTION, High, 20, &[MIND, QUANT, EARLIER, REMARKS]),
    row(INSTRUCTION, High, 20, &[MIND, QUANT, REMARKS, EARLIER]),
    any(INSTRUCTION, High, 40, &[MIND, WHOLE]),
    any(INSTRUCTION, Medium, 40, &[IGNORE, WHOLE]),
    any(INSTRUCTION, Medium, 60, &[EARLIER, ORDERS | REMARKS, VOIDED]),
    row(INSTRUCTION, High, 14, &[START, YOUBE]),
    row(INSTRUCTION, High, 10, &[YOUBE, START]),
    row(INSTRUCTION, Medium, 1, &[NEW, ORDERS | RULES, COLON]),
    any(INSTRUCTION, High, 60, &[PRIOR, RULES, BROKEN]),
    one(INSTRUCTION, Medium, &[ROLE]),
    one(INSTRUCTION, Medium, &[PERSIST]),
    row(INSTRUCTION, Medium, 6, &[ADDR, MODEL]),
    row(INSTRUCTION, Medium, 24, &[MODEL, MUST | ALWAYS]),
    any(INSTRUCTION, Medium, 100, &[BEFORE, USE, TOOLWORD, MUST | ALWAYS]),
    any(INSTRUCTION, Medium, 80, &[WHENYOU, OUT | CHANGE | READ | MUST | GIVE]),
    any(INSTRUCTION, Medium, 60, &[SHELL, MUST | FIRST | BEFORE | WHEN | ALWAYS | USE]),
    one(INSTRUCTION, Low, &[SHELL]),
    any(INSTRUCTION, Medium, 60, &[UNASKED, PROCEED | USE | SEND]),
    one(INSTRUCTION, Low, &[UNASKED]),
    any(INSTRUCTION, Medium, 60, &[GRANTED, USER | PROCEED | MODEL]),
    any(INSTRUCTION, Medium, 60, &[IGNORE, CONFIRM, MUST | ALWAYS | QUANT | USER]),
    any(INSTRUCTION, Medium, 80, &[ANSWER, MUST | ALWAYS, PASS, ADDRESS]),
    any(INSTRUCTION, Medium, 40, &[ALWAYS | MUST, PROMOTE]),
    any(INSTRUCTION, Medium, 70, &[BOAST, TOOLWORD | TOOL | USE]),
    any(INSTRUCTION, Medium, 30, &[ALWAYS, USE, THISTOOL]),
    // Secrecy.
    one(SECRECY, High, &[SECRETIVE]),
    any(SECRECY, High, 70, &[HUSH | CURTAIN | UNAWARE, USER]),
    any(SECRECY, Medium, 45, &[UNTOLD, USER]),
    across(SECRECY, High, 120, &[UNTOLD, USER, ADDRESS | SECRET | VAULT | CONVO]),
    row(SECRECY, High, 14, &[HUSH, STEP | ANSWER | SECRET | CONVO]),
    row(SECRECY, High, 14, &[STEP, HUSH]),
    one(SECRECY, Medium, &[HUSH]),
    row(SECRECY, Medium, 10, &[CURTAIN, STEP]),
    any(SECRECY, Medium, 40, &[CURTAIN | AVOID, STEP, ANSWER]),
    row(SECRECY, High, 4, &[SILENT, TAKE | OUT | COPY | USE | CHANGE | PROCEED]),
    row(SECRECY, High, 4, &[TAKE | OUT | COPY | USE, STEP, SILENT]),
    any(SECRECY, High, 90, &[SILENT, SECRET | VAULT | CONVO | ADDRESS | DEST]),
    any(SECRECY, High, 90, &[BACKGROUND, OUT, CONVO | SECRET | VAULT | ADDRESS]),
    one(SECRECY, Low, &[SILENT]),
    row(SECRECY, High, 50, &[HIDE, FROMUSER]),
    any(SECRECY, High, 45, &[HIDEUSER, USER]),
    row(SECRECY, High, 10, &[HIDEUSER, STEP]),
    // Requests for secrets.
    one(SECRETS, Low, &[VAULT]),
    any(SECRETS, Medium, 60, &[VAULT, TAKE | OUT]),
    across(SECRETS, High, 130, &[VAULT, TAKE | CONTENT, OUT | GIVE]),
    any(SECRETS, High, 100, &[VAULT, OUT, WAY | PARAM | SIDE | CONTENT]),
    row(SECRETS, High, 14, &[CONTENT, VAULT]),
    row(SECRETS, High, 10, &[VAULT, CONTENT]),
    any(SECRETS, High, 100, &[VAULT, TAKE, MUST | ALWAYS | BEFORE | FIRST]),
    any(SECRETS, High, 100, &[VAULT, HARVEST]),
    one(SECRETS, Low, &[SECRET]),
    row(SECRETS, High, 25, &[ASK, USER, SECRET]),
    row(SECRETS, High, 12, &[USER, SECRET, ASK]),
    row(SECRETS, High, 12, &[ASKUSER, SECRET]),
    row(SECRETS, Medium, 25, &[ASK, SECRET]),
    row(SECRETS, Medium, 30, &[SECRET, ASK, USER]),
    row(SECRETS, Medium, 15, &[GIVE, QUANT, SECRET]),
    any(SECRETS, High, 60, &[QUANT, SECRET, VAULT]),
    any(SECRETS, Medium, 80, &[FIND | HARVEST, SECRET, OUT]),
    row(SECRETS, High, 14, &[FIND | HARVEST, SECRET, PASS]),
    any(SECRETS, Medium, 45, &[USE, OWNED, SECRET]),
    row(SECRETS, Medium, 20, &[AGAIN, SECRET]),
    any(SECRETS, High, 110, &[TAKE, OWNED | QUANT, SECRET, OUT]),
    any(SECRETS, Medium, 40, &[HARVEST, SECRET]),
    any(SECRETS, High, 60, &[HARVEST, SECRET, QUANT | OWNED | OUT]),
    row(SECRETS, High, 30, &[SEND, SECRET, WAY]),
    // Where the verb comes last, or behind what it moves.
    row(SECRETS, High, 30, &[QUANT, SECRET, WAY, SEND]),
    row(SECRETS, High, 30, &[HARVEST, SECRET, SEND, WAY]),
    row(SECRETS, High, 30, &[SECRET, HARVEST, WAY, SEND]),
    row(SECRETS, High, 24, &[SEND, QUANT, SECRET, WAY]),
    row(SECRETS, Medium, 15, &[OUT, QUANT | OWNED, SECRET]),
    row(SECRETS, High, 25, &[MUST | ALWAYS, OUT, QUANT | OWNED, SECRET]),
    row(SECRETS, High, 30, &[OUT | GIVE, QUANT | OWNED, SECRET, SIDE]),
    any(SECRETS, High, 90, &[SECRET, REACH, OUT | GIVE | HARVEST]),
    any(SECRETS, Medium, 60, &[SECRET, REACH, TAKE]),
    any(SECRETS, High, 90, &[SECRET, READ, OUT, BEFORE | SIDE]),
    any(SECRETS, High, 90, &[SECRET, OUT, SIDE, MUST | ALWAYS | FIRST]),
    any(SECRETS, Medium, 50, &[SECRET, OUT, SIDE]),
    // Ways out.
    any(EXFILTRATION, Medium, 60, &[OUT | TELL | GIVE | HARVEST | SHOW, CONVO]),
    any(EXFILTRATION, High, 120, &[OUT | GIVE | HARVEST, CONVO, WAY | PARAM | SIDE | MUST | ALWAYS | BEFORE]),
    any(EXFILTRATION, Low, 50, &[SEND, FULL, CHAT]),
    any(EXFILTRATION, High, 100, &[OUT, FULL, CHAT, WAY | SIDE]),
    row(EXFILTRATION, Medium, 40, &[SEND, CHAT | CONTENT | QUANT, WAY]),
    any(EXFILTRATION, Medium, 90, &[OUT, CONTENT, SIDE]),
    across(EXFILTRATION, Medium, 120, &[READ, CONTENT, OUT, SIDE | PARAM]),
    any(EXFILTRATION, Low, 50, &[COPY, ADDRESS]),
    any(EXFILTRATION, Medium, 70, &[COPY, ADDRESS | DEST, PASS | FIRST | CHANGE | SEND]),
    any(EXFILTRATION, High, 90, &[COPY, ADDRESS, ALWAYS | MUST | QUANT | WHENYOU]),
    any(EXFILTRATION, Medium, 90, &[SEND, ADDRESS, ALWAYS | FIRST | WHENYOU | MUST]),
    any(EXFILTRATION, Medium, 50, &[CHANGE, RECIPIENT]),
    any(EXFILTRATION, High, 90, &[CHANGE, RECIPIENT, ADDRESS]),
    // Other tools.
    one(OTHER_TOOL, Low, &[TOOL]),
    one(OTHER_TOOL, Medium, &[CALLED]),
    row(OTHER_TOOL, Medium, 30, &[THISTOOL | STEP, INSTEAD, TOOL | OTHERS]),
    row(OTHER_TOOL, Medium, 20, &[BOAST, INSTEAD, TOOL | OTHERS]),
    any(OTHER_TOOL, High, 90, &[INSTEAD, TOOL, ALWAYS | MUST]),
    row(OTHER_TOOL, Medium, 15, &[INSTEAD, OTHERS]),
    row(OTHER_TOOL, Medium, 15, &[AVOID, TOOL | OTHERS]),
    across(OTHER_TOOL, High, 100, &[AVOID, TOOL, ALWAYS, THISTOOL | INSTEAD | STEP]),
    row(OTHER_TOOL, Low, 40, &[WHEN | BEFORE, TOOL]),
    any(OTHER_TOOL, Medium, 120, &[WHEN | BEFORE, TOOL, MUST | ADDRESS | CHANGE | SECRET | VAULT | CONVO]),
    any(OTHER_TOOL, High, 120, &[WHEN | BEFORE, TOOL, ALWAYS]),
    any(OTHER_TOOL, High, 120, &[WHEN | BEFORE, TOOL, OUT | CHANGE, ADDRESS | VAULT | CONVO | SECRET | RECIPIENT]),
    any(OTHER_TOOL, High, 100, &[TOOL, CHANGE, RECIPIENT | ADDRESS]),
    row(OTHER_TOOL, Medium, 12, &[TOOL | OTHERS, BROKEN]),
    any(OTHER_TOOL, Medium, 60, &[OTHERS, AVOID]),
    any(OTHER_TOOL, Medium, 60, &[BEFORE, OTHERS]),
    row(OTHER_TOOL, Medium, 14, &[BEFORE, ELSE, TOOLWORD]),
    any(OTHER_TOOL, Medium, 80, &[USE, THISTOOL, BEFORE, ELSE]),
    row(OTHER_TOOL, Medium, 30, &[INSTEAD, TOOL | OTHERS, USE | PASS, STEP | THISTOOL | HERE]),
    row(OTHER_TOOL, Medium, 40, &[AVOID, NAMED, HERE | THISTOOL]),
    row(OTHER_TOOL, Medium, 12, &[INSTEAD, NAMED, USE, THISTOOL]),
    row(OTHER_TOOL, Medium, 45, &[WHEN | BEFORE, TOOL | NAMED | OTHERS, READY | USED, OUT | USE, HERE]),
    any(OTHER_TOOL, Medium, 100, &[OTHERS | TOOL, HERE, OUT, ALSO | ALWAYS | WHENYOU]),
    any(OTHER_TOOL, High, 80, &[BEFORE, OTHERS, ALWAYS]),
    any(OTHER_TOOL, Medium, 100, &[OTHERS, WHEN | ALWAYS, MUST | OUT | CHANGE]),
    row(OTHER_TOOL, Medium, 25, &[WHEN, IDENT, USED]),
    any(OTHER_TOOL, Medium, 40, &[MUST | ALWAYS, USE, TOOL]),
    // What a tool demands besides its own use.
    row(OTHER_TOOL, High, 24, &[THISTOOL, MUST | ALWAYS, USE, IDENT]),
    row(OTHER_TOOL, High, 24, &[THISTOOL, MUST | ALWAYS, ALSO, USE, IDENT]),
];
