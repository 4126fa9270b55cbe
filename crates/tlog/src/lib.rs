//! Transparency logs: the arithmetic of RFC 6962 trees and the formats of the C2SP.

pub mod frontier;
pub mod hash;
pub mod nodes;
mod text;
pub mod tile;

#[cfg(test)]
mod testing;
