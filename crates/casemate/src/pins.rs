//! `casemate pins`: what the servers offer, what of it was approved, and the decisions about it.

mod admin;
mod args;
mod decide;
mod diff;
mod export;
mod forget;
mod local;
mod print;
mod render;
mod source;
mod view;

use crate::{out, visible};
pub(crate) use admin::Admin;
use anyhow::Result;
pub use args::{Access, PinsArgs};
use args::{Command, ItemArgs, ListArgs};
use casemate_core::Reason;
pub(crate) use source::Refused;
use source::Source;
use std::process::ExitCode;
use view::Pin;

/// Runs `casemate pins`: exit 0 where all is well, 1 where something waits, differs or was not decided, 2 where the
/// command could not do what it was asked.
///
/// # Errors
/// What of it failed, with its reason where the gateway refused.
pub fn run(args: &PinsArgs) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match runtime.block_on(perform(args)) {
        Err(fault) if fault.downcast_ref().is_some_and(is_left) => {
            out::say(&format!("error: {fault:#}"));
            Ok(ExitCode::from(1))
        }
        done => done,
    }
}

/// Whether the gateway did what it was asked for: it looked, and left the pin as it is.
const fn is_left(refused: &Refused) -> bool {
    matches!(refused.reason, Reason::PinMoved | Reason::PinKept)
}

async fn perform(args: &PinsArgs) -> Result<ExitCode> {
    let Some(mut source) = Source::open(&args.access).await? else { return Ok(ExitCode::from(2)) };
    let found = match &args.command {
        Command::List(args) => list(&mut source, args).await?,
        Command::Show { item, json } => {
            let document = find(&mut source, item).await?;
            let text = if *json { print::json(document.root()) + "\n" } else { render::show(&view::item(&document)?) };
            out::data(&text)?;
            false
        }
        Command::Diff { item } => {
            let item = view::item(&find(&mut source, item).await?)?;
            out::data(&diff::diff(&item))?;
            diff::differs(&item)
        }
        Command::Approve(args) => decide::decide(&mut source, decide::Decision::Approve, args, &mut Terminal).await?,
        Command::Block(args) => decide::decide(&mut source, decide::Decision::Block, args, &mut Terminal).await?,
        Command::Forget(args) => forget::forget(&mut source, args, &mut Terminal).await?,
        Command::Export { server } => {
            let document = source.list(server.as_deref(), None, true).await?;
            out::data(&export::export(&document)?)?;
            false
        }
    };
    source.close().await;
    Ok(ExitCode::from(u8::from(found)))
}

/// Whether anything waits.
async fn list(source: &mut Source, args: &ListArgs) -> Result<bool> {
    let document = source.list(args.server.as_deref(), args.state.as_deref(), false).await?;
    let pins = view::list(&document)?;
    if args.json {
        out::line(&print::json(document.root()))?;
    } else if pins.is_empty() {
        out::say("no pins: the gateway has listed nothing yet, or nothing fits");
    } else {
        out::data(&render::table(&pins))?;
    }
    Ok(pins.iter().any(Pin::waits))
}

/// What `casemate pins diff` shows of a pin.
///
/// # Errors
/// The pin's own document cannot be read.
pub(crate) fn difference(server: &casemate_core::ServerName, pin: &casemate_core::pin::Pin) -> Result<String> {
    let document = view::parse(casemate_gateway::admin::document::item(server, pin).into())?;
    Ok(out::plain(&diff::diff(&view::item(&document)?)))
}

/// The document of the item that the arguments name.
async fn find(source: &mut Source, args: &ItemArgs) -> Result<casemate_core::json::Json> {
    let pin = decide::choose(source, &args.server, &args.first, args.name.as_deref()).await?;
    source.item(&pin).await
}

/// Asks the person at the terminal.
struct Terminal;

impl decide::Person for Terminal {
    fn is_there(&self) -> bool {
        std::io::IsTerminal::is_terminal(&std::io::stdin())
    }

    fn show(&mut self, text: &str) {
        out::show(text);
    }

    fn agrees(&mut self, question: &str) -> Result<bool> {
        out::show(&format!("{question} [y/N] "));
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }
}

#[cfg(test)]
mod tests;
