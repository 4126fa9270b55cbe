//! `casemate audit reveal`: what an entry commits to, for whoever has the value or the keys.

use super::{KeysArgs, LogArgs, bad, exit};
use crate::out;
use anyhow::{Context as _, Result};
use casemate_audit::{Captured, Field, Revealed, captured, reveal};
use clap::builder::PossibleValuesParser;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Bytes of a value.
const MOST: u64 = 1 << 30;

pub(super) const HELP: &str = "\
The value is compared byte by byte: `arguments` is the JSON text of `params.arguments` as it was sent,
`message` the whole message, `target` a URI or a name, `detail` the operator's part of a refusal,
`answer` what the server answered, `released` what the client got.

Exit codes:
  0  it is that value
  1  it is another
  2  could not run
  3 to 9  the log is damaged: the codes of `casemate audit verify`
  10  erased: nobody can tell any more
  11  the entry commits to no such value, or nothing was captured
  12  the entry was pruned; an archive may have it";

#[derive(Debug, clap::Args)]
pub(super) struct RevealArgs {
    /// The index of the entry.
    index: u64,
    #[command(flatten)]
    pub(super) log: LogArgs,
    #[command(flatten)]
    keys: KeysArgs,
    /// What the value is.
    #[arg(long, value_parser = PossibleValuesParser::new(Field::ALL.map(Field::as_str)))]
    #[arg(required_unless_present = "captured", requires = "value")]
    field: Option<String>,
    /// A file with the value; `-` is the standard input.
    #[arg(long, value_name = "FILE", requires = "field")]
    value: Option<PathBuf>,
    /// Print what was captured beside the entry, as it is.
    #[arg(long, conflicts_with = "field")]
    captured: bool,
}

pub(super) fn run(args: &RevealArgs, dir: &Path) -> Result<ExitCode> {
    let keys = args.keys.path(dir);
    let field = Field::ALL.into_iter().find(|field| args.field.as_deref() == Some(field.as_str()));
    let (Some(field), Some(value)) = (field, &args.value) else { return print(args.index, dir, &keys) };
    let value = read(value)?;
    let name = field.as_str();
    let (code, said) = match reveal(dir, &keys, args.index, field, &value) {
        Ok(Revealed::Match) => (0, format!("match: entry {} commits to this {name}", args.index)),
        Ok(Revealed::NoMatch) => (exit::BAD, format!("no match: entry {} commits to another {name}", args.index)),
        Ok(Revealed::Erased) => (exit::ERASED, format!("erased: what entry {} is linked to is gone", args.index)),
        Ok(Revealed::None) => (exit::NOTHING, format!("entry {} commits to no {name}", args.index)),
        Err(fault) => return Ok(bad(&fault)),
    };
    out::line(&said)?;
    Ok(ExitCode::from(code))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().take(MOST).read_to_end(&mut bytes).context("the standard input cannot be read")?;
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        file.take(MOST).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn print(index: u64, dir: &Path, keys: &Path) -> Result<ExitCode> {
    match captured(dir, keys, index) {
        Ok(Captured::Bytes(bytes, size)) => {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(&bytes)?;
            stdout.flush()?;
            if size > bytes.len() as u64 {
                out::say(&format!("the first {} of {size} bytes: no more was captured", bytes.len()));
            }
            Ok(ExitCode::SUCCESS)
        }
        Ok(Captured::Erased) => {
            out::say(&format!("erased: what was captured beside entry {index} is gone"));
            Ok(ExitCode::from(exit::ERASED))
        }
        Ok(Captured::None) => {
            out::say(&format!("nothing was captured beside entry {index}: audit.capture says whether anything is"));
            Ok(ExitCode::from(exit::NOTHING))
        }
        Err(fault) => Ok(bad(&fault)),
    }
}
