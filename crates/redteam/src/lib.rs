//! The attack corpus: what an attacker writes into an answer, each with its benign twin, as data.
//!
//! [`matrix`] is the product of carriers, encodings, channels and positions, drawn with a fixed seed: the same cases with the
//! same ids in every run. A [`Case`] says what it is, what goes in, and what must not come out. [`Written`] is a case as
//! somebody wrote it; [`expand`] makes the [`Probe`]s of it that are played, and [`judge`] says by the end state whether one
//! held, with parsers and decoders of its own. Nothing here knows the filter that is tested, and nothing does IO.
//!
//! Every secret and every destination is made here, out of formats and reserved names (RFC 2606, RFC 6761): none is live.

mod benign;
mod carrier;
mod case;
mod channel;
mod draw;
mod encoding;
mod injection;
mod judge;
mod known;
mod matrix;
mod position;
mod secret;
mod suite;
mod template;
mod unseen;
mod verdict;
mod views;

pub use benign::{Benign, benign};
pub use carrier::{ALLOWED, Carrier, FORMS, FURTHER, HOST, TRICKS, Target};
pub use case::{Case, Expect, Family, Twin};
pub use channel::Channel;
pub use draw::Draw;
pub use encoding::{Code, Encoding};
pub use injection::{INJECTIONS, Injection};
pub use judge::Judge;
pub use known::{KNOWN, known};
pub use matrix::{SEED, matrix};
pub use position::Position;
pub use secret::{VENDORS, Vendor, registered, vendor_secret};
pub use unseen::{LANGUAGES, Parts, Unseen, codes, unseen};

pub use suite::{Expected, MOST, Payload, Probe, TooMany, Want, Written, expand};
pub use template::{Made, variables};
pub use verdict::{Fault, Seen, judge};
pub use views::views;

#[cfg(test)]
mod tests;
