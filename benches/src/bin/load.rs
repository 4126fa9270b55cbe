//! A closed-loop load generator for MCP 2026-07-28 that checks every answer.

use anyhow::Result;
use casemate_benches::load::{Plan, run};
use clap::Parser;
use std::io::Write as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let outcome = run(Plan::parse()).await?;
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&outcome)?)?;
    Ok(())
}
