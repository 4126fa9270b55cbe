//! Transparency logs: the arithmetic of RFC 6962 trees, and the formats in which C2SP writes them down.
//!
//! Everything here is pure: no IO, no clock, no randomness. Seeds of keys and times are arguments.
//!
//! | Side | Way |
//! |---|---|
//! | writer | [`hash::leaf`] → [`frontier::Frontier::push`] → [`checkpoint::Checkpoint::sign`] |
//! | publisher | [`tile::tiles_between`] → [`tile::encode`], [`tile::bundle::append`] |
//! | prover | [`nodes::Nodes`] (memory, a file, or [`tile::TileNodes`]) → [`nodes::inclusion`] → [`proof::Proof::new`] |
//! | verifier | [`policy::Policy::new`] → [`proof::Proof::parse`] → [`proof::Proof::check`] |
//! | witness | [`witness::Request::parse`] → [`witness::decide`] → persist → [`cosignature::Cosigner::cosign`] |
//! | log and its witnesses | [`witness::request`] → [`witness::accept`] → [`policy::Policy::trust`] |

pub mod checkpoint;
pub mod cosignature;
mod ed25519;
pub mod frontier;
pub mod hash;
pub mod key;
pub mod nodes;
pub mod note;
pub mod policy;
pub mod proof;
mod text;
pub mod tile;
pub mod witness;

pub use checkpoint::Checkpoint;
pub use cosignature::Cosigner;
pub use frontier::Frontier;
pub use hash::Hash;
pub use key::{Signer, Verifier};
pub use nodes::Nodes;
pub use note::Note;
pub use policy::Policy;
pub use proof::Proof;

#[cfg(test)]
mod costs;
#[cfg(test)]
mod testing;
