//! The decision: what a tenant's rules say to a call. No rule means no.

mod admission;
mod grant;
mod inputs;
mod permit;
mod rules;

pub use admission::{Admitted, Check, Step, admit};
pub use grant::{Grant, grant, may_name};
pub use inputs::Inputs;
pub use permit::{Decision, Evidence, Permit, Permitted, decide};
pub use rules::{Policy, Reach, Rule, Server, Tenant};
