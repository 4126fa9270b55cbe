//! A change of the log's key, whatever fails and whenever the process ends; and what its verifiers make of it.

mod faults;
mod replaced;
mod verifiers;
