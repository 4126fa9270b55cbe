//! The attack corpus: what an attacker writes into an answer, each with its benign twin, as data.
//!
//! [`matrix`] is the product of carriers, encodings, channels and positions, drawn with a fixed seed: the same cases with the
//! same ids in every run. A [`Case`] says what it is, what goes in, and what must not come out; who judges it brings its own
//! eyes, such as an independent parser. Nothing here knows the filter that is tested.
//!
//! Every secret and every destination is made here, out of formats and reserved names (RFC 2606, RFC 6761): none is live.

mod benign;
mod carrier;
mod case;
mod channel;
mod draw;
mod encoding;
mod injection;
mod matrix;
mod position;
mod secret;
mod unseen;

pub use benign::{Benign, benign};
pub use carrier::{ALLOWED, Carrier, FORMS, HOST, TRICKS, Target};
pub use case::{Case, Expect, Family, Twin};
pub use channel::Channel;
pub use draw::Draw;
pub use encoding::{Code, Encoding};
pub use injection::{INJECTIONS, Injection};
pub use matrix::{SEED, matrix};
pub use position::Position;
pub use secret::{VENDORS, Vendor, registered, vendor_secret};
pub use unseen::{LANGUAGES, Parts, Unseen, codes, unseen};

#[cfg(test)]
mod tests;
