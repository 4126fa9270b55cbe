//! The one walk that compares the tree with the table of keys.

use super::codes::Code;
use super::diagnostic::{Diagnostic, Sink, Span};
use super::scalar::{self, Fault};
use super::spec::{self, Key, Kind};
use super::tree::{Entry, Node, NodeKind};

/// Checks the whole tree.
pub fn check(root: &Node, sink: &mut Sink) {
    node("", root, Kind::Map(spec::ROOT), sink);
}

/// Checks one section that stands alone; `path` is how it is called.
pub fn check_section(path: &str, root: &Node, keys: &'static [Key], sink: &mut Sink) {
    node(path, root, Kind::Map(keys), sink);
}

fn node(path: &str, node: &Node, kind: Kind, sink: &mut Sink) {
    match (kind, &node.kind) {
        (_, NodeKind::Scalar(s)) if s.is_null() && !matches!(kind, Kind::Variable) => {
            sink.push(empty(path, node, kind))
        }
        (Kind::Map(keys), NodeKind::Map(entries)) => map(path, entries, keys, node.span, sink),
        (Kind::Named(name, keys), NodeKind::Map(entries)) => named(path, entries, *name, Kind::Map(keys), sink),
        (Kind::Lists(name, item), NodeKind::Map(entries)) => named(path, entries, *name, Kind::List(item), sink),
        (Kind::List(item), NodeKind::List(items)) => {
            items.iter().for_each(|item_node| self::node(path, item_node, *item, sink));
        }
        (Kind::List(item), _) => {
            let fits = node.scalar().is_some_and(|scalar| scalar::check(*item, scalar).is_ok());
            let found = wrong(path, node, kind);
            let text = node.scalar().map_or("", |scalar| scalar.text.as_str());
            sink.push(if fits { found.help(format!("write `[{text}]`")) } else { found });
        }
        (Kind::Map(_) | Kind::Named(..) | Kind::Lists(..), _) | (_, NodeKind::Map(_) | NodeKind::List(_)) => {
            sink.push(wrong(path, node, kind));
        }
        (_, NodeKind::Scalar(scalar)) => {
            if let Err(fault) = scalar::check(kind, scalar) {
                sink.push(refuse(path, fault, node.span));
            }
        }
    }
}

/// A section whose keys are names of the kind `name`, and whose values are of the kind `below`.
fn named(path: &str, entries: &[Entry], name: Kind, below: Kind, sink: &mut Sink) {
    for entry in entries {
        let scalar = super::tree::Scalar { text: entry.key.value.clone(), plain: false };
        if let Err(fault) = scalar::check(name, &scalar) {
            sink.push(refuse(path, fault, entry.key.span));
        }
        node(&format!("{path}.{}", entry.key.value), &entry.value, below, sink);
    }
}

fn map(path: &str, entries: &[Entry], keys: &'static [Key], span: Span, sink: &mut Sink) {
    for entry in entries {
        match keys.iter().find(|key| key.name == entry.key.value) {
            Some(key) => node(&join(path, key.name), &entry.value, key.kind, sink),
            None => sink.push(unknown(path, entry, keys)),
        }
    }
    for key in keys.iter().filter(|key| key.required) {
        if !entries.iter().any(|entry| entry.key.value == key.name) {
            sink.push(missing(&join(path, key.name), span));
        }
    }
}

/// A required key that is not there. The caret stands at the start of its section.
fn missing(path: &str, section: Span) -> Diagnostic {
    let (parent, name) = path.rsplit_once('.').unwrap_or(("the configuration", path));
    let message = format!(
        "`{name}` is missing in {}",
        if path.contains('.') { format!("`{parent}`") } else { parent.to_owned() }
    );
    let caret = section.caret();
    let expects = spec::find(path).map(|key| scalar::expected(key.kind)).unwrap_or_default();
    let found = Diagnostic::error(Code::MissingKey, caret, message).label(format!("this section needs `{name}`"));
    if expects.is_empty() { found } else { found.help(format!("add `{name}`: {expects}")) }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn shown(path: &str) -> String {
    if path.is_empty() { "the configuration".to_owned() } else { format!("`{path}`") }
}

fn empty(path: &str, node: &Node, kind: Kind) -> Diagnostic {
    let found = Diagnostic::error(Code::Empty, node.span, format!("{} has no value", shown(path)));
    let found = found.label(format!("the key takes {}", scalar::expected(kind)));
    found.help(match kind {
        Kind::List(_) => "write `[]` for an empty list, or remove the key",
        Kind::Map(_) | Kind::Named(..) | Kind::Lists(..) => "are the lines below it indented? Otherwise remove the key",
        _ => "write a value, or remove the key",
    })
}

fn wrong(path: &str, node: &Node, kind: Kind) -> Diagnostic {
    let message = format!("{} takes {}, and this is {}", shown(path), scalar::expected(kind), node.describe());
    let caret = match node.kind {
        NodeKind::Scalar(_) => node.span,
        _ => node.span.caret(),
    };
    Diagnostic::error(Code::Type, caret, message).label(format!("expected {}", scalar::expected(kind)))
}

fn refuse(path: &str, fault: Fault, span: Span) -> Diagnostic {
    let message = match fault.code {
        Code::Type => format!("`{path}` has the wrong type"),
        Code::Range => format!("`{path}` is out of range"),
        Code::Quotes => format!("`{path}` has typographic quotes"),
        _ => format!("`{path}` has a value that it does not take"),
    };
    let found = Diagnostic::error(fault.code, span, message).label(fault.label);
    match fault.help {
        Some(help) => found.help(help),
        None => found,
    }
}

fn unknown(path: &str, entry: &Entry, keys: &'static [Key]) -> Diagnostic {
    let name: String = entry.key.value.chars().filter(|c| !c.is_control()).take(64).collect();
    let message = format!("there is no key `{name}` in {}", shown(path));
    let found = Diagnostic::error(Code::UnknownKey, entry.key.span, message).label("unknown key");
    if let Some(near) = scalar::nearest(&name, keys.iter().map(|key| key.name)) {
        return found.help(format!("did you mean `{near}`?"));
    }
    // A key of another section: most often the indentation is lost, or the section was forgotten.
    match spec::all().into_iter().find(|(_, key)| key.name == name) {
        Some((path, _)) => found.help(format!("the key is `{path}`: put it there, indented by spaces")),
        None => found.help("remove it; `casemate schema` prints all keys"),
    }
}
