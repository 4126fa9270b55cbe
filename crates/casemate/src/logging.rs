//! The program's own log: JSON lines on stderr, or short lines on a terminal. It never holds secrets or client text.

use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// Starts logging. `CASEMATE_LOG` sets the level, `info` by default.
pub fn start(quiet: bool) {
    let default = if quiet { "error" } else { "info" };
    let filter = EnvFilter::try_from_env("CASEMATE_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process, as in tests, changes nothing.
    let _ = if std::io::stderr().is_terminal() {
        builder.with_target(false).compact().try_init()
    } else {
        builder.json().flatten_event(true).with_target(false).try_init()
    };
}
