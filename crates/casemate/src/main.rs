//! The casemate program.

use std::process::ExitCode;

fn main() -> ExitCode {
    casemate::cli::run().unwrap_or_else(|fault| {
        casemate::out::say(&format!("error: {fault:#}"));
        ExitCode::from(2)
    })
}
