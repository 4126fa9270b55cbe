//! Copies of the log.
