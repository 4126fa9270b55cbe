//! replaced by its owner
use casemate_core::Refusal;
use casemate_core::json::{Edits, Json};
use casemate_core::mcp::{Call, Method};
pub struct Rules { pub inspect: casemate_inspect::Policy, pub media_bytes: usize, pub tokens: u64, pub sensitive: bool }
#[derive(Debug, Clone, Copy)]
pub enum Shape { Result(Method), Notification }
#[derive(Debug)]
pub struct Note { pub rule: &'static str, pub action: &'static str, pub count: u32 }
pub struct Inspected { pub edits: Edits, pub notes: Vec<Note> }
pub fn inspect_json(_: &Json, _: Shape, _: &Rules) -> Result<Inspected, Refusal> { Ok(Inspected { edits: Edits::new(), notes: vec![] }) }
pub fn check_request(_: &Call, _: &Rules) -> Result<(), Refusal> { Ok(()) }
