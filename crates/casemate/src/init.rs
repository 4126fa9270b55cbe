//! `casemate init`: a first configuration with everything it needs, for development on this machine.

use crate::pki::{Authority, Issued, TokenIssuer};
use crate::{out, schema, token};
use anyhow::{Context as _, Result, bail};
use casemate_core::Secret;
use clap::Args;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The configuration that `init` writes.
pub const TEMPLATE: &str = include_str!("init/casemate.yaml");

/// Write a commented configuration, a development CA with certificates, and a token issuer.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where to; made where it does not exist.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
}

enum Content {
    Public(String),
    Private(Secret),
}

/// Runs the command. Nothing is overwritten: with one of the files there already, nothing is written at all.
///
/// # Errors
/// Files that cannot be written.
pub fn run(args: &InitArgs) -> Result<ExitCode> {
    let (mut files, fingerprint) = pki()?;
    files.push(("casemate.yaml".to_owned(), Content::Public(TEMPLATE.to_owned())));
    files.push(("casemate.schema.json".to_owned(), Content::Public(format!("{:#}\n", schema::schema()))));
    if let Some(taken) = taken(&args.dir, &files) {
        out::say(&format!("error: `{}` exists already, and init overwrites nothing", taken.display()));
        out::say("help: choose another directory: casemate init DIR");
        return Ok(ExitCode::from(2));
    }
    write_all(&args.dir, &files)?;
    out::say(&format!("wrote {} files to {}", files.len(), args.dir.display()));
    out::say("  casemate.yaml         the configuration: it denies everything until you say otherwise");
    out::say("  pki/                  a development CA, certificates for 30 days, a token issuer");
    out::say("next: casemate check, then casemate serve");
    out::say("The fingerprint of the CA (SHA-256), to compare wherever you install pki/ca.pem:");
    out::line(&fingerprint)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes `DIR/pki` alone and returns the SHA-256 fingerprint of its CA. Nothing is overwritten.
///
/// # Errors
/// Files that exist already or cannot be written.
pub fn write_pki(dir: &Path) -> Result<String> {
    let (files, fingerprint) = pki()?;
    if let Some(taken) = taken(dir, &files) {
        bail!("`{}` exists already", taken.display());
    }
    write_all(dir, &files)?;
    Ok(fingerprint)
}

fn taken(dir: &Path, files: &[(String, Content)]) -> Option<PathBuf> {
    files.iter().map(|(name, _)| dir.join(name)).find(|path| path.symlink_metadata().is_ok())
}

fn write_all(dir: &Path, files: &[(String, Content)]) -> Result<()> {
    std::fs::create_dir_all(dir.join("pki")).with_context(|| format!("`{}` cannot be made", dir.display()))?;
    for (name, content) in files {
        let path = dir.join(name);
        write(&path, content).with_context(|| format!("`{}` cannot be written", path.display()))?;
    }
    Ok(())
}

/// The files of `pki/` and the fingerprint of the CA.
fn pki() -> Result<(Vec<(String, Content)>, String)> {
    let authority = Authority::new("Casemate development CA").context("the CA cannot be made")?;
    let files = files(&authority).context("a certificate cannot be made")?;
    Ok((files, authority.fingerprint()))
}

fn files(authority: &Authority) -> Result<Vec<(String, Content)>, rcgen::Error> {
    let mut files = Vec::new();
    let mut pair = |name: &str, issued: Issued| {
        files.push((format!("pki/{name}.pem"), Content::Public(issued.certificate)));
        files.push((format!("pki/{name}.key"), Content::Private(issued.key)));
    };
    pair("ca", authority.own());
    pair("server", authority.server("Casemate", &["localhost", "127.0.0.1", "::1"])?);
    pair("agent", authority.client("example agent", "spiffe://casemate.local/agents/example")?);
    for role in ["operator", "reviewer", "auditor"] {
        pair(role, authority.client(role, &format!("spiffe://casemate.local/people/{role}"))?);
    }
    let issuer = TokenIssuer::new()?;
    files.push(("pki/jwks.json".to_owned(), Content::Public(issuer.jwks)));
    files.push((format!("pki/{}", token::KEY_FILE), Content::Private(issuer.key)));
    Ok(files)
}

/// Writes a new file; private ones can be read by their owner alone from the first moment.
fn write(path: &Path, content: &Content) -> std::io::Result<()> {
    let (bytes, mode) = match content {
        Content::Public(text) => (text.as_bytes(), 0o644),
        Content::Private(secret) => (secret.expose(), 0o600),
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests;
