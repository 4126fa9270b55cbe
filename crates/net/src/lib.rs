//! The only way out: every outbound connection with its address rules, pinning, caps and time-outs.
