//! What is remembered no longer.

use super::args::ForgetArgs;
use super::decide::{Person, choose};
use super::source::Source;
use super::{render, view, visible};
use crate::out;
use anyhow::{Result, bail};

/// Forgets one pin, or all of a server that can be. Gives whether it was left undone.
pub(super) async fn forget(source: &mut Source, args: &ForgetArgs, person: &mut dyn Person) -> Result<bool> {
    if !args.yes && !person.is_there() {
        bail!("there is no terminal to ask at: `casemate pins forget` needs --yes");
    }
    let (server, one) = match (&args.of, &args.server, &args.first) {
        (Some(server), ..) => (server, None),
        (None, Some(server), Some(first)) => (server, Some(choose(source, server, first, args.name.as_deref()).await?)),
        _ => bail!("name a server and an item, or use --all --server SERVER"),
    };
    let question = match &one {
        Some(pin) => {
            person.show(&render::heading(pin));
            format!("Forget {}? Offered again, it is as new.", render::title(pin))
        }
        None => {
            let pins = view::list(&source.list(Some(server), None, false).await?)?;
            let gone = pins.iter().filter(|pin| pin.is_gone()).count();
            let server = visible::line(server);
            format!(
                "Forget what {server} no longer offers ({gone} of {} pins), or all of it if it is no longer configured? \
                 Offered again, it is as new.",
                pins.len()
            )
        }
    };
    if !args.yes && !person.agrees(&question)? {
        out::say("left as it is");
        return Ok(true);
    }
    let gone = view::forgotten(&source.forget(server, one.as_ref()).await?)?;
    if gone.is_empty() {
        out::say("nothing to forget: the server offers all that is remembered of it, or it is blocked");
    }
    let lines: String = gone.iter().map(|pin| format!("forgotten {}\n", render::title(pin))).collect();
    out::data(&lines)?;
    Ok(false)
}
