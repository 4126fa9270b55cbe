//! replaced by its owner
