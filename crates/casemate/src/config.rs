//! `casemate.yaml`: read, checked and resolved.
//!
//! Text → [`tree`] (every value knows its place) → [`walk`] against the table in [`spec`] → [`resolve`] → what the
//! gateway obeys. Each step collects what is wrong, so that all of it is shown at once.

mod alone;
pub mod canonical;
pub mod codes;
pub mod diagnostic;
pub mod files;
pub mod kept;
pub mod report;
pub mod resolve;
pub mod scalar;
pub mod section;
pub mod spec;
pub mod tree;
pub mod walk;
pub mod yaml;

pub use alone::{Names, Output, Sensitive, default_output, load_output, load_output_from};
use casemate_core::TenantId;
use casemate_core::digest::Digest;
use casemate_gateway::config::Config;
use codes::Code;
pub use diagnostic::Diagnostic;
use diagnostic::Sink;
pub use files::{Disk, Environment, Files};
pub use report::Report;
pub use resolve::Effective;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A configuration that can be obeyed.
#[derive(Debug)]
pub struct Loaded {
    /// What the gateway obeys.
    pub config: Config,
    /// The state directory.
    pub state_dir: PathBuf,
    /// The settings of the log.
    pub audit: casemate_audit::Config,
    /// Findings that do not keep it from loading.
    pub warnings: Report,
    /// The variables as they are in force, with their origins.
    pub effective: Vec<Effective>,
    /// The policy digest.
    pub digest: Digest,
    /// The canonical form that it is of.
    pub canonical: String,
    /// The file it came from.
    pub path: PathBuf,
    /// The line of each rule, by tenant and in the order of the rules.
    pub rule_lines: BTreeMap<TenantId, Vec<usize>>,
}

/// Loads the configuration at `path`.
///
/// # Errors
/// The findings, where one of them is an error.
pub fn load(path: &Path, environment: &Environment) -> Result<Loaded, Report> {
    load_from(path, &Disk, environment)
}

/// Loads the configuration at `path` among `files`.
///
/// # Errors
/// The findings, where one of them is an error.
pub fn load_from(path: &Path, files: &dyn Files, environment: &Environment) -> Result<Loaded, Report> {
    let source = source(path, files)?;
    let mut sink = Sink::default();
    let root = read(&source, &mut sink);
    let resolved = root.and_then(|root| resolve::resolve(&root, path, files, environment, &mut sink));
    let failed = sink.has_errors();
    let report = Report::new(path, &source, sink.into_sorted());
    match resolved {
        Some(resolved) if !failed => Ok(Loaded {
            digest: resolved.config.policy.digest,
            canonical: resolved.canonical,
            config: resolved.config,
            state_dir: resolved.state_dir,
            audit: resolved.audit,
            warnings: report,
            effective: resolved.effective,
            path: path.to_owned(),
            rule_lines: resolved.rule_lines,
        }),
        _ => Err(report),
    }
}

/// The text of the file.
fn source(path: &Path, files: &dyn Files) -> Result<String, Report> {
    let unread = |code, message: String| {
        let found = Diagnostic::error(code, None, message).help("`casemate init` writes a first configuration");
        Report::new(path, "", vec![found])
    };
    let data = files.read(path, yaml::MAX_BYTES).map_err(|error| {
        let code = if error.kind() == ErrorKind::FileTooLarge { Code::Size } else { Code::Read };
        unread(code, format!("`{}` cannot be read: {}", path.display(), files::words(&error)))
    })?;
    String::from_utf8(data.bytes).map_err(|_| unread(Code::Encoding, format!("`{}` is not UTF-8 text", path.display())))
}

fn read(source: &str, sink: &mut Sink) -> Option<tree::Node> {
    let root = yaml::read(source, sink)?;
    walk::check(&root, sink);
    Some(root)
}

/// Reads and checks text alone, without files, variables and time. Never panics, whatever the text.
///
/// # Errors
/// All findings, where one of them is an error.
pub fn parse_str(source: &str) -> Result<tree::Node, Vec<Diagnostic>> {
    let mut sink = Sink::default();
    match read(source, &mut sink) {
        Some(root) if !sink.has_errors() => Ok(root),
        _ => Err(sink.into_sorted()),
    }
}

#[cfg(test)]
mod tests;
