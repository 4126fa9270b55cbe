//! The arguments of `casemate pins`.

use casemate_core::digest::Digest;
use casemate_core::pin::State;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use url::Url;

/// Arguments of `casemate pins`.
#[derive(Debug, Args)]
pub struct PinsArgs {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) access: Access,
}

/// How to reach the pins: through a running gateway's admin listener, or in its state directory while none runs.
#[derive(Debug, Args)]
pub struct Access {
    /// The configuration file.
    #[arg(long, short, default_value = "casemate.yaml", env = "CASEMATE_CONFIG", global = true)]
    pub config: PathBuf,
    /// The admin listener's URL; without it, the one of the configuration.
    #[arg(long, env = "CASEMATE_ADMIN_URL", global = true)]
    pub admin: Option<Url>,
    /// A certificate of somebody with a role that may do it; without it and without a token, pki/operator.pem or
    /// pki/reviewer.pem beside the configuration.
    #[arg(long, alias = "cert", env = "CASEMATE_ADMIN_CERT", requires = "key", global = true)]
    pub certificate: Option<PathBuf>,
    /// Its key.
    #[arg(long, env = "CASEMATE_ADMIN_KEY", requires = "certificate", global = true)]
    pub key: Option<PathBuf>,
    /// A file with a bearer token for the admin listener.
    #[arg(long, env = "CASEMATE_ADMIN_TOKEN_FILE", global = true)]
    pub token_file: Option<PathBuf>,
    /// Who signed the admin listener's certificate; without it, the configured client CAs, or with --admin the
    /// system's.
    #[arg(long, env = "CASEMATE_ADMIN_CA", global = true)]
    pub ca: Option<PathBuf>,
    /// The state directory, instead of the one that the configuration names; read while no gateway runs.
    #[arg(long, global = true)]
    pub state_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lists pins; exit 1 where one waits for a reviewer.
    List(ListArgs),
    /// Shows a definition, what was found in it, and its history.
    Show {
        #[command(flatten)]
        item: ItemArgs,
        /// All of it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shows what differs from the approved definition; exit 1 where anything does.
    Diff {
        #[command(flatten)]
        item: ItemArgs,
    },
    /// Approves the definition that is shown.
    Approve(DecideArgs),
    /// Blocks an item, whatever its definition becomes.
    Block(DecideArgs),
    /// Forgets what a server no longer offers; offered again, it is as new.
    ///
    /// A server has room for 20,000 pins, and what was approved keeps its place when the server stops offering it. A
    /// server whose names change all the time fills that room, and then cannot be surveyed any more: `forget --all
    /// --server SERVER` makes room. Pins that are pending, approved, changed or blocked are kept, since a server with
    /// `pins: trust-first` would have them accepted at first sight. Only of a server that is no longer in the
    /// configuration everything can be forgotten, its blocks as well. Each pin that goes is a record in the log.
    Forget(ForgetArgs),
    /// Prints all pins with their definitions, findings and history as one JSON document.
    ///
    /// `{"format": "casemate-pins/1", "pins": [...]}`, sorted by server, kind and name. Each pin has `server`, `origin`
    /// (the server's URL at its last survey, or null), `kind`, `name`, `state`, `approved` and `seen` (each null, or
    /// `digest` and `definition`), `findings` (`rule`, `place`, `severity`, `excerpt`) and `history` (`at` in milliseconds
    /// since the epoch, `what`, `digest`, `actor`; oldest first, at most 64). Within a format, members are only added.
    Export {
        /// Of this server alone.
        #[arg(long)]
        server: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Of this server alone.
    #[arg(long)]
    pub(super) server: Option<String>,
    /// In this state alone.
    #[arg(long, value_parser = PossibleValuesParser::new(State::ALL.map(State::as_str)))]
    pub(super) state: Option<String>,
    /// The list as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ItemArgs {
    /// The upstream's name in the configuration.
    pub(super) server: String,
    /// `tool`, `prompt`, `template` or `instructions`; or the name, where only one item has it.
    #[arg(value_name = "KIND|NAME")]
    pub(super) first: String,
    /// The name as it is shown; what hides in it may be written as `\u{200b}`.
    pub(super) name: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct DecideArgs {
    /// The upstream's name in the configuration.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub(super) server: Option<String>,
    /// `tool`, `prompt`, `template` or `instructions`; or the name, where only one item has it.
    #[arg(value_name = "KIND|NAME", required_unless_present = "all")]
    pub(super) first: Option<String>,
    /// The name as it is shown.
    pub(super) name: Option<String>,
    /// The digest that was reviewed, as `casemate pins show` has it; with any other, nothing happens.
    #[arg(long, conflicts_with = "all", value_parser = digest)]
    pub(super) digest: Option<Digest>,
    /// Everything of a server that waits for a reviewer, one after the other; exit 1 where any was left as it is.
    #[arg(long, requires = "of")]
    pub(super) all: bool,
    /// With --all: of this server.
    #[arg(long = "server", id = "of", value_name = "SERVER", requires = "all")]
    pub(super) of: Option<String>,
    /// With `approve --yes`: also where it is blocked.
    #[arg(long, conflicts_with = "all")]
    pub(super) unblock: bool,
    /// Does not ask. Without a terminal, `approve` needs --digest or --all as well. With `approve --all`, it takes what nobody has
    /// approved before: what has changed since, and what has a grave finding, is left to be approved by itself.
    #[arg(long, short)]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
pub(super) struct ForgetArgs {
    /// The upstream's name in the configuration.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub(super) server: Option<String>,
    /// `tool`, `prompt`, `template` or `instructions`; or the name, where only one item has it.
    #[arg(value_name = "KIND|NAME", required_unless_present = "all")]
    pub(super) first: Option<String>,
    /// The name as it is shown.
    pub(super) name: Option<String>,
    /// All that a server no longer offers, and everything of one that is no longer in the configuration.
    #[arg(long, requires = "of")]
    pub(super) all: bool,
    /// With --all: of this server.
    #[arg(long = "server", id = "of", value_name = "SERVER", requires = "all")]
    pub(super) of: Option<String>,
    /// Does not ask; without a terminal it is needed.
    #[arg(long, short)]
    pub(super) yes: bool,
}

/// A digest as it is shown; the name of its hash may be left out.
fn digest(text: &str) -> Result<Digest, String> {
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    let fault = || "a digest is `sha256:` and 64 hexadecimal digits, as `casemate pins show` prints it".to_owned();
    Digest::from_hex(hex).ok_or_else(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_may_leave_out_its_hash() {
        let whole = Digest::of(b"x");
        assert_eq!(digest(&whole.to_string()), Ok(whole));
        assert_eq!(digest(&whole.hex()), Ok(whole));
        for bad in ["", "sha256:", "abc", "sha1:00", &whole.to_string()[..70], &format!("{whole}0")] {
            assert!(digest(bad).is_err_and(|fault| fault.contains("64 hexadecimal digits")), "{bad}");
        }
    }
}
