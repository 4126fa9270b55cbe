//! `casemate demo`: a gateway, a server, a client and attacks on one machine, and at the end the verified log.

mod client;
mod evidence;
mod paste;
mod poisoned;
mod scenes;
mod server;
mod setup;

use crate::config::{self, Environment};
use crate::out;
use crate::serve::Running;
use anyhow::bail;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// Arguments of `casemate demo`.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Where to keep configuration, certificates and log; without it, a temporary directory that goes away at the end.
    #[arg(long)]
    pub state: Option<PathBuf>,
    /// End after the scenes instead of staying up for clients of your own.
    #[arg(long)]
    pub once: bool,
}

/// Runs `casemate demo`.
///
/// # Errors
/// A part of the demonstration could not start.
pub fn run(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let temporary = tempfile::Builder::new().prefix("casemate-demo-").tempdir()?;
    let dir = args.state.clone().unwrap_or_else(|| temporary.path().to_owned());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(demo(&dir, args.once, args.state.is_some()))
}

async fn demo(dir: &Path, once: bool, is_kept: bool) -> anyhow::Result<ExitCode> {
    let mood = server::Mood::default();
    let ticket = poisoned::Ticket::new();
    let upstream = server::start(mood.clone(), ticket.clone()).await?;
    let files = setup::prepare(dir, upstream, &ticket)?;
    let loaded = match config::load(&files.config, &Environment::of_process()) {
        Ok(loaded) => loaded,
        Err(report) => bail!("the demonstration's own configuration: {}", report.render(false)),
    };
    let (digest, accepts) = (loaded.digest, loaded.config.auth.mode.as_str());
    let state = loaded.state_dir.clone();
    // The demonstration's server is a new one each time; what was approved of another says nothing of it.
    let _ = std::fs::remove_dir_all(state.join("pins"));
    let _ = std::fs::remove_file(state.join("pins.servers"));
    let running = Running::start(loaded, &state).await?;
    out::data(&format!(
        "Casemate listens on https://{}\n  before  an MCP server on http://{upstream}/mcp\n  accepts {accepts}\n  policy  {digest}\n\n",
        running.address
    ))?;
    let client = client::Client::new(running.address, &files)?;
    let good = scenes::play(&client).await?
        & poisoned::show(&client, &ticket, &files, &state.join("audit")).await?
        & scenes::rug_pull(&client, &mood, running.gateway.pins()).await?
        & scenes::log(&state.join("audit"))?
        & evidence::show(&state.join("audit"), dir).await?;
    if once && !is_kept {
        out::line("The log, its proof and the ticket went with the temporary directory; --state DIR keeps them.")?;
    }
    if !once {
        // Before the words that invite a signal, so that none is lost.
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        out::data(&paste::clients(running.address, &files))?;
        out::line("Ctrl-C ends it.")?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
    running.stop().await?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
