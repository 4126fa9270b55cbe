//! `casemate audit reveal`: what an entry commits to, for whoever has the value or the keys.

use super::{KeysArgs, LogArgs, bad, exit, outside};
use crate::{out, visible};
use anyhow::{Context as _, Result, bail};
use casemate_audit::{Captured, Field, Revealed, captured, reveal};
use clap::builder::PossibleValuesParser;
use std::io::{IsTerminal as _, Read as _};
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
    /// Print what was captured beside the entry: as it is into a file or a pipe; on a terminal without what could steer it.
    #[arg(long, conflicts_with = "field")]
    captured: bool,
    /// The result as JSON.
    #[arg(long, conflicts_with = "captured")]
    json: bool,
}

pub(super) fn run(args: &RevealArgs, dir: &Path) -> Result<ExitCode> {
    let keys = args.keys.path(dir);
    let field = Field::ALL.into_iter().find(|field| args.field.as_deref() == Some(field.as_str()));
    let (Some(field), Some(value)) = (field, &args.value) else { return print(args.index, dir, &keys) };
    let value = read(value)?;
    let name = field.as_str();
    let (code, result, said) = match reveal(dir, &keys, args.index, field, &value) {
        Ok(Revealed::Match) => (0, "match", format!("match: entry {} commits to this {name}", args.index)),
        Ok(Revealed::NoMatch) => {
            (exit::BAD, "no match", format!("no match: entry {} commits to another {name}", args.index))
        }
        Ok(Revealed::Erased) => {
            (exit::ERASED, "erased", format!("erased: what entry {} is linked to is gone", args.index))
        }
        Ok(Revealed::None) => (exit::NOTHING, "none", format!("entry {} commits to no {name}", args.index)),
        Err(fault) => return Ok(bad(&fault)),
    };
    if args.json {
        out::line(&serde_json::json!({ "entry": args.index, "field": name, "result": result }).to_string())?;
    } else {
        out::line(&said)?;
    }
    Ok(ExitCode::from(code))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    if path == Path::new("-") {
        return at_most(std::io::stdin(), MOST).context("the standard input cannot be read");
    }
    outside::up_to(path, MOST)
}

/// All of it. The beginning of a value is another value.
fn at_most(from: impl std::io::Read, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        bail!("a value may have {most} bytes at most");
    }
    Ok(bytes)
}

/// Bytes that a client or a server wrote, for a terminal: nothing in them can steer it.
fn for_terminal(bytes: &[u8]) -> String {
    visible::line(&String::from_utf8_lossy(bytes)) + "\n"
}

fn print(index: u64, dir: &Path, keys: &Path) -> Result<ExitCode> {
    match captured(dir, keys, index) {
        Ok(Captured::Bytes(bytes, size)) => {
            if std::io::stdout().is_terminal() {
                out::data(&for_terminal(&bytes))?;
            } else {
                out::exact(&bytes)?;
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_whole_or_not_at_all() {
        assert_eq!(at_most(&b"value"[..], 5).unwrap(), b"value");
        assert!(at_most(&b"value"[..], 4).unwrap_err().to_string().contains("4 bytes at most"));
    }

    #[test]
    fn nothing_captured_steers_a_terminal() {
        let shown = for_terminal(b"{\"a\":\"\x1b[2J\r\nmatch: entry 7\xe2\x80\xae\xff\"}");
        let (line, end) = shown.split_at(shown.len() - 1);
        assert!(end == "\n" && !line.chars().any(visible::hides), "{shown}");
        assert!(line.contains("match: entry 7") && line.contains("u{202e}"), "{shown}");
    }
}
