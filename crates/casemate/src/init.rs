//! `casemate init`: a first configuration with everything it needs, for development on this machine.

use crate::pki::{Authority, Issued, TokenIssuer};
use crate::{out, schema, token};
use anyhow::{Context as _, Result};
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
    let authority = Authority::new("Casemate development CA").context("the CA cannot be made")?;
    let files = files(&authority).context("a certificate cannot be made")?;
    let taken: Vec<_> = files.iter().map(|(name, _)| args.dir.join(name)).filter(|path| path.symlink_metadata().is_ok()).collect();
    if let Some(first) = taken.first() {
        out::say(&format!("error: `{}` exists already, and init overwrites nothing", first.display()));
        out::say("help: choose another directory: casemate init DIR");
        return Ok(ExitCode::from(2));
    }
    std::fs::create_dir_all(args.dir.join("pki")).with_context(|| format!("`{}` cannot be made", args.dir.display()))?;
    for (name, content) in &files {
        let path = args.dir.join(name);
        write(&path, content).with_context(|| format!("`{}` cannot be written", path.display()))?;
    }
    out::say(&format!("wrote {} files to {}", files.len(), args.dir.display()));
    out::say("  casemate.yaml         the configuration: it denies everything until you say otherwise");
    out::say("  pki/                  a development CA, certificates for 30 days, a token issuer");
    out::say("next: casemate check, then casemate serve");
    out::say("The fingerprint of the CA (SHA-256), to compare wherever you install pki/ca.pem:");
    out::line(&authority.fingerprint())?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the development CA, its certificates and the token issuer into `pki` below `dir`, which must not have them.
///
/// # Errors
/// Files that cannot be written.
pub fn write_pki(dir: &Path) -> Result<()> {
    let authority = Authority::new("Casemate development CA").context("the CA cannot be made")?;
    std::fs::create_dir_all(dir.join("pki")).with_context(|| format!("`{}` cannot be made", dir.display()))?;
    for (name, content) in files(&authority).context("a certificate cannot be made")? {
        if name.starts_with("pki/") {
            let path = dir.join(name);
            write(&path, &content).with_context(|| format!("`{}` cannot be written", path.display()))?;
        }
    }
    Ok(())
}

fn files(authority: &Authority) -> Result<Vec<(String, Content)>, rcgen::Error> {
    let mut files = vec![
        ("casemate.yaml".to_owned(), Content::Public(TEMPLATE.to_owned())),
        ("casemate.schema.json".to_owned(), Content::Public(format!("{:#}\n", schema::schema()))),
    ];
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
