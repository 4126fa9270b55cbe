//! An MCP upstream with canned answers, as fast as hyper allows.

use anyhow::Result;
use casemate_benches::answer::Canned;
use casemate_benches::upstream::answer;
use casemate_benches::wire::serve;
use clap::Parser;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves MCP 2026-07-28 and 2025-11-25 on loopback: tools `text_N` answer with JSON, `stream_N` with events.
/// Prints `listening ADDRESS` for each listener.
#[derive(Parser)]
struct Args {
    /// How many addresses to listen on
    #[arg(long, default_value_t = 1)]
    listeners: usize,
    /// List this many tools, and as many resources, of about 1 KiB each instead of the tools that can be called
    #[arg(long, default_value_t = 0)]
    items: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args = Args::parse();
    let canned = Arc::new(Canned::new(args.items));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..args.listeners {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        writeln!(std::io::stdout(), "listening {}", listener.local_addr()?)?;
        let canned = Arc::clone(&canned);
        tasks.spawn(serve(listener, None, move |request| answer(Arc::clone(&canned), request)));
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}
