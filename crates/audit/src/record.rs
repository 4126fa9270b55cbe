//! What callers hand in, and the one shape of all entries.

use bytes::Bytes;
use casemate_core::digest::Digest;
use casemate_core::policy::Inputs;
use casemate_core::{Agent, Principal, Reason, Refusal, ServerName, TraceId, UnixMillis};
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// What is known of a request beside the call. All texts in it are validated, bounded tokens.
#[derive(Debug, Clone)]
pub struct About {
    /// Its correlation id.
    pub trace: TraceId,
    /// What the caller says it is.
    pub agent: Option<Agent>,
    /// When its headers had arrived.
    pub received: UnixMillis,
    /// Bytes of its body.
    pub bytes: u64,
    /// Where it came from.
    pub peer: Option<IpAddr>,
    /// The protocol revision it is in.
    pub revision: Option<&'static str>,
}

/// A refusal of an authenticated caller.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The request.
    pub about: About,
    /// Who called.
    pub principal: Option<Principal>,
    /// For which server.
    pub server: Option<ServerName>,
    /// The method: copied where it is a bounded token, left out otherwise.
    pub method: Option<String>,
    /// The tool: copied where it is a bounded token, committed otherwise.
    pub tool: Option<String>,
    /// What the caller is told, and the detail that is only committed.
    pub refusal: Refusal,
    /// The JSON text of `params.arguments`, as far as the message could be parsed; committed and never copied.
    pub arguments: Option<Bytes>,
    /// The whole message, where it was read; committed and never copied.
    pub message: Option<Bytes>,
    /// The policy that refused.
    pub policy: Option<Digest>,
    /// What the policy's decision read, where it was the policy that refused.
    pub inputs: Option<Inputs>,
}

/// A refusal or a failed handshake of a peer that nobody authenticated.
#[derive(Debug, Clone)]
pub struct Observed {
    /// When.
    pub at: UnixMillis,
    /// From where.
    pub peer: Option<IpAddr>,
    /// Why it was refused.
    pub reason: Reason,
    /// Its correlation id, where one could be read.
    pub trace: Option<TraceId>,
    /// What it says it is, where that could be read.
    pub agent: Option<Agent>,
    /// A word of ours on where it failed.
    pub detail: Option<&'static str>,
    /// Bytes that it had sent.
    pub bytes: u64,
}

/// What kind of event of the operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The gateway started.
    Start,
    /// The gateway stops in order.
    Stop,
    /// A new configuration is in force.
    Reload,
    /// A new configuration was refused; the old one stays.
    ReloadRefused,
    /// The log was opened after a stop out of order, or after a fault of the disk.
    Recovery,
    /// An answer whose outcome says that it was released was withheld after all: its record came too late.
    Withheld,
    /// Nothing was written for a while, and the log is alive.
    Heartbeat,
    /// From here on, records count as written when this mode says so.
    Mode,
    /// A person did something through the admin listener or the command line.
    Admin,
    /// What a subject's records are linked to is about to be erased.
    Erase,
    /// It is erased.
    Erased,
    /// Keys of an issuer, certificates or revocation lists changed.
    Keys,
    /// The definition of a tool, a prompt, a template or instructions was seen, changed, approved, blocked, removed or
    /// forgotten.
    Pin,
    /// The disk is low, or no longer.
    Disk,
    /// Closed segments were removed, for their retention is over.
    Prune,
    /// A closed segment, its tiles or a checkpoint is in a write-once target.
    Archived,
    /// A witness disagrees, or does no longer.
    Witness,
    /// Another key signs the checkpoints from here on.
    Rotate,
    /// The head of another log.
    Head,
}

impl EventKind {
    /// Its name in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Reload => "reload",
            Self::ReloadRefused => "reload-refused",
            Self::Recovery => "recovery",
            Self::Withheld => "withheld",
            Self::Heartbeat => "heartbeat",
            Self::Mode => "mode",
            Self::Admin => "admin",
            Self::Erase => "erase",
            Self::Erased => "erased",
            Self::Keys => "keys",
            Self::Pin => "pin",
            Self::Disk => "disk",
            Self::Prune => "prune",
            Self::Archived => "archived",
            Self::Witness => "witness",
            Self::Rotate => "rotate",
            Self::Head => "head",
        }
    }
}

/// A value in an event's `facts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A number.
    Number(u64),
    /// A text of our own, as [`Event::detail`].
    Text(String),
}

/// What an event says to programs, by name.
pub type Facts = BTreeMap<&'static str, Fact>;

/// An event of the operator's.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its kind.
    pub kind: EventKind,
    /// Who caused it: `local:<uid>` or a person's name.
    pub actor: String,
    /// The policy in force after it.
    pub policy: Option<Digest>,
    /// A text of our own; what is not printable ASCII in it becomes `?`, and it is cut at 1,024 bytes.
    pub detail: Option<String>,
    /// The same for programs.
    pub facts: Facts,
}

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its index in the log, from 0.
    pub index: u64,
    /// Its leaf hash (RFC 6962 section 2.1).
    pub leaf: Digest,
}

/// As it is shown to callers: `<index>:<leaf hash in hexadecimal>`.
impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.index, self.leaf.hex())
    }
}

/// What a call did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// The upstream carried it out, as far as its answer says.
    Executed,
    /// The upstream refused it.
    Refused,
    /// It never left.
    NotAttempted,
    /// It left and nobody knows.
    Unknown,
}

impl Effect {
    /// Its name in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Executed => "executed",
            Self::Refused => "refused",
            Self::NotAttempted => "not-attempted",
            Self::Unknown => "unknown",
        }
    }
}

/// A rule of the output filter that matched, without what it matched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingNote {
    /// The rule's id.
    pub rule: String,
    /// What was done; in shadow, what would have been.
    pub action: &'static str,
    /// How often.
    pub count: u32,
    /// How the text was read, where not as it stands.
    pub view: Option<&'static str>,
    /// Whether it was only noted.
    pub shadow: bool,
    /// Why it is expected, where the policy says so.
    pub reason: Option<Arc<str>>,
    /// Where, at most [`FindingNote::PLACES`]: a place in the message and the bytes there.
    pub places: Vec<String>,
}

impl FindingNote {
    /// The most places of one note.
    pub const PLACES: usize = 8;

    /// Whether both are of one rule that did one thing.
    fn is_kin(&self, other: &Self) -> bool {
        let kind = |note: &Self| (note.action, note.view, note.shadow);
        self.rule == other.rule && kind(self) == kind(other)
    }

    /// Adds notes to others, one for each rule and what it did; `most` are kept, and of what is more only how often.
    pub(crate) fn gather(notes: &mut Vec<Self>, more: impl IntoIterator<Item = Self>, most: usize) {
        for note in more {
            if let Some(known) = notes.iter_mut().find(|known| known.is_kin(&note)) {
                known.count = known.count.saturating_add(note.count);
                known.reason = known.reason.take().or(note.reason);
                known.places.extend(note.places.into_iter().take(Self::PLACES.saturating_sub(known.places.len())));
            } else if notes.len() < most {
                notes.push(note);
            } else if let Some(last) = notes.last_mut() {
                let count = last.count.saturating_add(note.count);
                *last = Self { rule: "text.unlisted".to_owned(), action: "report", count, ..Self::default() };
            }
        }
    }
}

/// How a call ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What it did.
    pub effect: Effect,
    /// Why it did not go as asked; empty when it did.
    pub reasons: Vec<Reason>,
    /// What the output filter found.
    pub findings: Vec<FindingNote>,
    /// The HTTP status of the reply.
    pub status: u16,
    /// The HTTP status of the upstream.
    pub upstream_status: Option<u16>,
    /// The final bytes that go to the caller, committed and never copied.
    pub released: Option<Bytes>,
    /// Milliseconds from dispatch to the upstream's last byte.
    pub upstream_ms: u64,
    /// Interim events of the answer.
    pub events: u64,
}

impl Outcome {
    /// An outcome with an effect and a status and nothing else.
    #[must_use]
    pub const fn new(effect: Effect, status: u16) -> Self {
        Self {
            effect,
            reasons: Vec::new(),
            findings: Vec::new(),
            status,
            upstream_status: None,
            released: None,
            upstream_ms: 0,
            events: 0,
        }
    }
}
