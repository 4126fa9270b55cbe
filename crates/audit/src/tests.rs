//! The log as its callers and its attackers see it.
