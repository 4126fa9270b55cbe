//! Sessions: the revisions up to 2025-11-25, on the same road as 2026-07-28.

mod asks;
mod carry;
mod claims;
mod ends;
mod eras;
mod faults;
mod hostile;
mod many;
mod open;
mod others;
mod over;
mod part;
mod refusals;
mod resume;
mod shares;
mod streams;
