//! The `output` section by itself: of a whole configuration, or of a file that holds nothing else.

use super::files::{Environment, Files};
use super::section::Section;
use super::tree::{Node, NodeKind};
use super::{Disk, Report, diagnostic::Sink, resolve, source, spec, walk, yaml};
use casemate_output::Policy;
use std::collections::BTreeSet;
use std::path::Path;

/// What answers may hold, without a gateway.
#[derive(Debug, Default)]
pub struct Output {
    /// The policy, with its registered values. Those of a whole configuration include the credentials of its upstreams and
    /// archives, as in the gateway.
    pub policy: Policy,
    /// Tenants and upstreams that get no images.
    pub sensitive: Sensitive,
    /// The names of a whole configuration; `None` where there is no more than the section.
    pub names: Option<Names>,
    /// Findings that do not keep it from loading.
    pub warnings: Option<Report>,
}

/// Whose answers hold no images.
#[derive(Debug, Default)]
pub struct Sensitive {
    /// Tenants.
    pub tenants: BTreeSet<String>,
    /// Upstreams.
    pub upstreams: BTreeSet<String>,
}

/// Whose answers there can be.
#[derive(Debug, Default)]
pub struct Names {
    /// Tenants.
    pub tenants: BTreeSet<String>,
    /// Upstreams.
    pub upstreams: BTreeSet<String>,
}

/// What holds where no file says anything.
#[must_use]
pub fn default_output() -> Policy {
    let mut sink = Sink::default();
    let environment = Environment::default();
    let section = Section::defaults("output");
    resolve::output_alone(None, section, Path::new(""), &Disk, &environment, &mut sink)
}

/// Reads the `output` section of the file at `path`: a whole configuration, one with that section alone, or the section
/// itself.
///
/// # Errors
/// The findings, where one of them is an error.
pub fn load_output(path: &Path, environment: &Environment) -> Result<Output, Report> {
    load_output_from(path, &Disk, environment)
}

/// As [`load_output`], among `files`.
///
/// # Errors
/// The findings, where one of them is an error.
pub fn load_output_from(path: &Path, files: &dyn Files, environment: &Environment) -> Result<Output, Report> {
    let source = source(path, files)?;
    let mut sink = Sink::default();
    let base = path.parent().unwrap_or(Path::new(""));
    let output = yaml::read(&source, &mut sink).map(|root| {
        let whole = is_whole(&root);
        let (root, section) = match (root.get("output"), whole) {
            (_, true) => {
                walk::check(&root, &mut sink);
                let section = Section::root(&root);
                (Some(section), section.section("output"))
            }
            (Some(output), false) => (None, itself(output, &mut sink)),
            (None, false) => (None, itself(&root, &mut sink)),
        };
        let policy = resolve::output_alone(root, section, base, files, environment, &mut sink);
        Output { policy, sensitive: root.map(sensitive).unwrap_or_default(), names: root.map(names), warnings: None }
    });
    let failed = sink.has_errors();
    let report = Report::new(path, &source, sink.into_sorted());
    match output {
        Some(output) if !failed => {
            Ok(Output { warnings: (!report.diagnostics().is_empty()).then_some(report), ..output })
        }
        _ => Err(report),
    }
}

/// Whether it is more than the one section.
fn is_whole(root: &Node) -> bool {
    let alone = |key: &str| key == "output";
    root.get("mcp_gateway").is_some()
        || root.get("output").is_some() && !root.entries().iter().all(|entry| alone(&entry.key.value))
}

fn itself<'n>(node: &'n Node, sink: &mut Sink) -> Section<'n> {
    let keys = spec::find("output").map_or(&[] as &[spec::Key], |key| spec::below(key.kind));
    walk::check_section("output", node, keys, sink);
    match node.kind {
        NodeKind::Map(_) => Section::item(node, keys),
        _ => Section::defaults("output"),
    }
}

fn names(root: Section<'_>) -> Names {
    let upstream = |entry: Section<'_>| Some(entry.text("name")?.value.to_owned());
    Names {
        tenants: root.named("tenants").map(|(name, _)| name.value.clone()).collect(),
        upstreams: root.sections("upstreams").filter_map(upstream).collect(),
    }
}

fn sensitive(root: Section<'_>) -> Sensitive {
    let tenants = root.named("tenants").filter(|(_, tenant)| tenant.flag("sensitive"));
    let upstreams = root.sections("upstreams").filter(|upstream| upstream.flag("sensitive"));
    Sensitive {
        tenants: tenants.map(|(name, _)| name.value.clone()).collect(),
        upstreams: upstreams.filter_map(|upstream| Some(upstream.text("name")?.value.to_owned())).collect(),
    }
}
