//! Files of cases: read strictly, with the diagnostics of the configuration.

use crate::config::codes::Code;
use crate::config::diagnostic::{Diagnostic, Sink, Span};
use crate::config::section::Section;
use crate::config::tree::Node;
use crate::config::{Disk, Files as _, Report, files, scalar, spec, walk, yaml};
use casemate_redteam::{Channel, Code as Way, Encoding, Expected, Family, Payload, Position, Written, variables};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The cases in the program, by their files under `redteam/`.
pub(super) const EMBEDDED: &[(&str, &str)] = &[
    ("redteam/output/links.yaml", include_str!("../../../../redteam/output/links.yaml")),
    ("redteam/output/loads.yaml", include_str!("../../../../redteam/output/loads.yaml")),
    ("redteam/output/secrets.yaml", include_str!("../../../../redteam/output/secrets.yaml")),
    ("redteam/output/injection.yaml", include_str!("../../../../redteam/output/injection.yaml")),
    ("redteam/output/hosts.yaml", include_str!("../../../../redteam/output/hosts.yaml")),
    ("redteam/output/elicitation.yaml", include_str!("../../../../redteam/output/elicitation.yaml")),
    ("redteam/output/matrix.yaml", include_str!("../../../../redteam/output/matrix.yaml")),
    ("redteam/input/secrets.yaml", include_str!("../../../../redteam/input/secrets.yaml")),
];

/// The most files of a directory.
const FILES: usize = 1_000;

/// The cases in the program.
///
/// # Errors
/// What is wrong with them, for a person.
pub(super) fn embedded() -> Result<Vec<Written>, String> {
    gather(EMBEDDED.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())))
}

/// The cases of a file, or of all files of a directory that end in `.yaml` or `.yml`.
///
/// # Errors
/// What is wrong with them, for a person.
pub(super) fn load(path: &Path) -> Result<Vec<Written>, String> {
    let unread = |path: &Path, error: &std::io::Error| {
        format!("error: `{}` cannot be read: {}\n", path.display(), files::words(error))
    };
    let paths = if path.is_dir() { inside(path).map_err(|error| unread(path, &error))? } else { vec![path.to_owned()] };
    if paths.is_empty() {
        return Err(format!("error: `{}` holds no file that ends in .yaml\n", path.display()));
    }
    let mut texts = Vec::new();
    for path in paths {
        let data = Disk.read(&path, yaml::MAX_BYTES).map_err(|error| unread(&path, &error))?;
        let text =
            String::from_utf8(data.bytes).map_err(|_| format!("error: `{}` is not UTF-8 text\n", path.display()))?;
        texts.push((path, text));
    }
    gather(texts.into_iter())
}

/// The files of a directory and of those in it, in the order of their names.
fn inside(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let (mut found, mut open) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "yaml" || end == "yml") {
                found.push(path);
            }
            if found.len() + open.len() > FILES {
                return Err(std::io::Error::other(format!("more than {FILES} files")));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn gather(texts: impl Iterator<Item = (PathBuf, String)>) -> Result<Vec<Written>, String> {
    let mut cases = Vec::new();
    let mut places: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut wrong = String::new();
    for (path, text) in texts {
        match read(&path, &text, &places) {
            Ok(read) => {
                places.extend(read.iter().map(|case| (case.id.clone(), path.clone())));
                cases.extend(read);
            }
            Err(report) => wrong.push_str(&report.render(true)),
        }
    }
    if wrong.is_empty() { Ok(cases) } else { Err(wrong) }
}

/// Reads one file; `taken` are the ids of others.
fn read(path: &Path, text: &str, taken: &BTreeMap<String, PathBuf>) -> Result<Vec<Written>, Report> {
    let mut sink = Sink::default();
    let root = yaml::read(text, &mut sink);
    let mut cases = Vec::new();
    if let Some(root) = &root {
        walk::check_section("", root, spec::CASES, &mut sink);
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for case in Section::item(root, spec::CASES).sections("cases") {
            let Some(id) = case.text("id") else { continue };
            let twice = |message: String| {
                Diagnostic::error(Code::DuplicateItem, id.span, message)
                    .label("the second time")
                    .help("rename one of the two")
            };
            if let Some(first) = seen.insert(id.value, id.span) {
                sink.push(twice(format!("two cases are called `{}`", id.value)).also(first, "the first time"));
            } else if let Some(other) = taken.get(id.value) {
                sink.push(twice(format!("`{}` has a case `{}` as well", other.display(), id.value)));
            }
            cases.extend(self::case(case, id.value, &mut sink));
        }
        if cases.is_empty() && !sink.has_errors() {
            sink.push(
                Diagnostic::error(Code::Empty, root.span.caret(), "the file has no case").help("add one under `cases`"),
            );
        }
    }
    if !sink.has_errors() {
        return Ok(cases);
    }
    Err(Report::new(path, text, sink.into_sorted().into_iter().map(worded).collect()))
}

/// The words of the configuration's diagnostics for a file of cases.
fn worded(found: Diagnostic) -> Diagnostic {
    let message = found.message.replace("the configuration", "the file");
    let misplaced =
        found.code == Code::UnknownKey && !found.help.as_ref().is_some_and(|help| help.starts_with("did you mean"));
    let help = match found.code {
        _ if misplaced => Some("remove it; `casemate redteam schema` prints all keys".to_owned()),
        Code::Empty if found.span.is_none() => Some("docs/redteam.md shows how a case is written".to_owned()),
        _ => found.help,
    };
    Diagnostic { message, help, ..found }
}

fn case(section: Section<'_>, id: &str, sink: &mut Sink) -> Option<Written> {
    let texts = |name: &str| -> Vec<String> { section.texts(name).iter().map(|text| text.value.to_owned()).collect() };
    let written = |name: &str| section.text(name).map(|text| text.value.to_owned());
    let expect = expected(section.section("expect"), sink);
    for name in ["text", "twin"] {
        known_variables(section, name, sink);
    }
    for tag in section.texts("tags").iter().filter(|tag| !is_tag(tag.value)) {
        let found = Diagnostic::error(Code::Value, tag.span, format!("`{}` is no tag", tag.value)).label("not a tag");
        sink.push(found.help("tags are MCP01 to MCP10, and techniques of ATLAS such as AML.T0057 or AML.T0051.001"));
    }
    let channels: Vec<_> = section.texts("channels").iter().filter_map(|name| Channel::parse(name.value)).collect();
    let positions = section.texts("positions");
    let positions: Vec<_> =
        positions.iter().filter_map(|name| Position::ALL.into_iter().find(|p| p.as_str() == name.value)).collect();
    let payload = payload(section, &expect, sink)?;
    Some(Written {
        id: id.to_owned(),
        title: written("title")?,
        tags: texts("tags"),
        channels: if channels.is_empty() { vec![Channel::Result] } else { channels },
        encodings: encodings(section, sink),
        positions: if positions.is_empty() { vec![Position::Alone] } else { positions },
        payload,
        expect,
        twin: written("twin"),
        known: written("known"),
        least: section.count("least").and_then(|least| u8::try_from(least).ok()).unwrap_or(100),
    })
}

/// What is given: a text, of which something must be expected, or cases of the matrix, which say it themselves.
fn payload(section: Section<'_>, expect: &Expected, sink: &mut Sink) -> Option<Payload> {
    let matrix = section.section("matrix");
    match (section.text("text"), section.written("matrix")) {
        (Some(text), None) => {
            if *expect == Expected::default() {
                let found = Diagnostic::error(Code::MissingKey, section.caret(), "nothing is expected of this case");
                sink.push(found.label("a case that cannot fail").help("add `expect`, such as `{ unreachable: true }`"));
            }
            Some(Payload::Text(text.value.to_owned()))
        }
        (None, Some(_)) => {
            let own = ["expect", "twin", "channels", "encodings", "positions"];
            for node in own.iter().filter_map(|name| section.written(name)) {
                let found = Diagnostic::error(
                    Code::Unenforceable,
                    node.span.caret(),
                    "cases of the matrix say this themselves",
                );
                sink.push(found.label("without effect").help("remove it"));
            }
            let name = matrix.text("family")?;
            let family = Family::ALL.into_iter().find(|family| family.as_str() == name.value)?;
            Some(Payload::Matrix { family, most: usize::try_from(matrix.count("most")?).ok()? })
        }
        (text, _) => {
            let wrong = if text.is_some() { "has both `text` and `matrix`" } else { "has neither `text` nor `matrix`" };
            let found = Diagnostic::error(Code::MissingKey, section.caret(), format!("the case {wrong}"));
            // A value that was refused is told once.
            if text.is_some() || section.written("text").is_none() {
                sink.push(found.label("this case").help("give one of the two"));
            }
            None
        }
    }
}

fn expected(section: Section<'_>, sink: &mut Sink) -> Expected {
    for name in ["gone", "unsent"] {
        known_variables(section, name, sink);
    }
    let texts = |name: &str| -> Vec<String> { section.texts(name).iter().map(|text| text.value.to_owned()).collect() };
    if let Some(reason) = section.text("refused")
        && casemate_core::Reason::from_code(reason.value).is_none()
    {
        let found = Diagnostic::error(Code::Value, reason.span, format!("there is no reason `{}`", reason.value));
        sink.push(found.label("not a reason code").help("such as output.denied; `casemate explain CODE` explains one"));
    }
    Expected {
        unreachable: section.flag("unreachable"),
        gone: texts("gone"),
        refused: section.text("refused").map(|text| text.value.to_owned()),
        finding: texts("finding"),
        unlisted: section.flag("unlisted"),
        unsent: texts("unsent"),
    }
}

/// Every scalar below a key.
fn scalars<'n>(section: &Section<'n>, name: &str) -> Vec<&'n Node> {
    let node = section.written(name);
    node.into_iter().chain(node.into_iter().flat_map(Node::items)).filter(|node| node.scalar().is_some()).collect()
}

fn known_variables(section: Section<'_>, name: &str, sink: &mut Sink) {
    for node in scalars(&section, name) {
        let text = node.scalar().map_or("", |scalar| scalar.text.as_str());
        for (variable, _) in variables(text).into_iter().filter(|(_, known)| !known) {
            let shown: String = variable.chars().filter(|c| !c.is_control()).take(40).collect();
            let found = Diagnostic::error(Code::Value, node.span, format!("there is no variable `${{{shown}}}`"));
            let help = match variable.strip_prefix("secret:") {
                Some(vendor) => {
                    let vendors = casemate_redteam::VENDORS.iter().map(|vendor| vendor.id);
                    scalar::nearest(vendor, vendors).map_or("there is no such vendor".to_owned(), |near| {
                        format!("did you mean `${{secret:{near}}}`?")
                    })
                }
                None => "host, data, registered, secret:VENDOR, allowed and allowed_image are; $${ stands for itself"
                    .to_owned(),
            };
            sink.push(found.label("in this text").help(help));
        }
    }
}

fn encodings(section: Section<'_>, sink: &mut Sink) -> Vec<Encoding> {
    let code = |name: &str| Way::ALL.into_iter().find(|code| code.as_str() == name);
    let mut found = Vec::new();
    for name in section.texts("encodings") {
        let parts = name.value.split_once("-in-");
        let encoding = match parts {
            Some((inner, outer)) => code(inner).zip(code(outer)).map(|(inner, outer)| Encoding { inner, outer }),
            None => code(name.value).map(Encoding::of),
        };
        match encoding {
            Some(encoding) => found.push(encoding),
            None => {
                let wrong = Diagnostic::error(Code::Value, name.span, format!("there is no encoding `{}`", name.value));
                let names = Way::ALL.map(Way::as_str);
                let help = scalar::nearest(name.value, names.into_iter()).map_or_else(
                    || format!("there are {}", names.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                sink.push(wrong.label("not an encoding").help(help));
            }
        }
    }
    if found.is_empty() { vec![Encoding::of(Way::Plain)] } else { found }
}

/// Whether it is an id of the OWASP MCP Top 10 or of a technique of MITRE ATLAS.
fn is_tag(tag: &str) -> bool {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    if let Some(number) = tag.strip_prefix("MCP") {
        return digits(number, 2) && ("01"..="10").contains(&number);
    }
    let Some(technique) = tag.strip_prefix("AML.T") else { return false };
    match technique.split_once('.') {
        Some((technique, part)) => digits(technique, 4) && digits(part, 3),
        None => digits(technique, 4),
    }
}
