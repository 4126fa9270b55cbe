//! The output post-processor: what flows back is inspected, and what is clean is released.
//!
//! The states are types. An upstream's answer is `Untrusted` (from `audit`); [`inspect`] alone makes [`Clean`];
//! [`release`] alone turns it into [`Released`], after its outcome is recorded; and the gateway replies with nothing
//! else. Refusals take the same road: [`refuse`], [`turn_away`] and [`fail`] record first and then give [`Released`]. So do
//! the answers of the filter as a service: [`judge`], [`judge_line`] and [`Live`], which [`close`] ends.

mod arguments;
mod filter;
mod filters;
mod gate;
mod marking;
mod policy;
mod receipt;
mod reply;
mod served;
mod service;
mod stream;
// Rewriting and counting.
mod budget;
mod media;
mod rewrite;

pub use arguments::{check_hosts, check_secrets};
pub use filter::{Filter, Filtered, Found, Verdict};
pub use filters::Filters;
pub use gate::{
    Answer, Clean, CleanEvent, Interim, Nod, Passage, Passed, Past, fail, finish, inspect, inspect_event, nod, refuse,
    release, release_waiting, turn_away,
};
pub use policy::{
    ArgumentHosts, LinkMode, Marking, Pattern, Policy, Query, Scope, Settings, Suppression, Treatment, Where,
};
pub use receipt::{META_RECEIPT, receipt_json};
pub use reply::{Form, RECEIPT, Released};
pub use rewrite::{
    Before, Inspected, Located, Note, Report, Rules, Shape, Withheld, check_request, inspect_json, inspect_rest,
};
pub use served::{End, Live, Stop, close, judge, judge_line, unclear_line};
pub use service::{Question, Ruling, Seen, Subject, Unclear, findings_json};
pub use stream::{Denied, Given, Stream};
