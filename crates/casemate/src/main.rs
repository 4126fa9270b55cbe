//! The casemate program.

use std::process::ExitCode;

/// Many small, short-lived allocations from several threads: measured faster than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As of a program that SIGPIPE ended: what was not said is no success.
const UNREAD: u8 = 141;

fn main() -> ExitCode {
    casemate::cli::run().unwrap_or_else(|fault| {
        if casemate::out::is_unread(&fault) {
            return ExitCode::from(UNREAD);
        }
        casemate::out::say(&format!("error: {}", casemate::out::causes(&fault)));
        ExitCode::from(2)
    })
}
