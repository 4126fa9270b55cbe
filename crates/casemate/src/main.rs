//! The casemate program.

use std::process::ExitCode;

/// Many small, short-lived allocations from several threads: measured faster than the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    casemate::cli::run().unwrap_or_else(|fault| {
        casemate::out::say(&format!("error: {fault:#}"));
        ExitCode::from(2)
    })
}
