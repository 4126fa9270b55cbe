//! The arguments of `casemate pins`.

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
    /// A certificate with the role operator or reviewer; without it and without a token, pki/operator.pem or
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
    /// Prints all pins with their definitions as one JSON document.
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
    /// The digest that was reviewed; with any other, nothing happens.
    #[arg(long, conflicts_with = "all")]
    pub(super) digest: Option<String>,
    /// Everything of a server that waits for a reviewer, one after the other.
    #[arg(long, requires = "of")]
    pub(super) all: bool,
    /// With --all: of this server.
    #[arg(long = "server", id = "of", value_name = "SERVER", requires = "all")]
    pub(super) of: Option<String>,
    /// Does not ask. Without a terminal it needs --digest or --all as well; with --all, what has a grave finding is left
    /// to be approved by itself.
    #[arg(long, short)]
    pub(super) yes: bool,
}
