//! Reading a `gitleaks.toml`.

use super::allow::{Allow, Target};
use super::{Imported, Own};
use regex::bytes::{Regex, RegexBuilder};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The largest program of one pattern, in bytes.
const PROGRAM: usize = 2 << 20;

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}: {why}", if rule.is_empty() { String::new() } else { format!(", rule {rule:?}") })]
pub struct ImportError {
    /// The line, from one.
    pub line: usize,
    /// The rule's id; empty where it belongs to none.
    pub rule: String,
    /// What is wrong.
    pub why: String,
}

impl ImportError {
    pub(super) fn keywords() -> Self {
        Self { line: 1, rule: String::new(), why: "the keywords are too many".to_owned() }
    }
}

type Node<'i> = Spanned<DeValue<'i>>;

/// The place of what is being read.
#[derive(Clone, Copy)]
struct Place<'t> {
    text: &'t str,
    rule: &'t str,
}

impl<'t> Place<'t> {
    fn wrong(self, at: usize, why: impl Into<String>) -> ImportError {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        ImportError { line, rule: self.rule.to_owned(), why: why.into() }
    }

    fn string<'n>(self, node: &'n Node<'_>, key: &str) -> Result<&'n str, ImportError> {
        node.get_ref().as_str().ok_or_else(|| self.wrong(node.span().start, format!("`{key}` is not a string")))
    }

    fn strings<'n>(self, table: &'n DeTable<'_>, key: &str) -> Result<Vec<(&'n str, usize)>, ImportError> {
        let Some(node) = table.get(key) else { return Ok(Vec::new()) };
        let list = node.get_ref().as_array();
        let list = list.ok_or_else(|| self.wrong(node.span().start, format!("`{key}` is not a list")))?;
        list.iter().map(|node| Ok((self.string(node, key)?, node.span().start))).collect()
    }

    fn table<'n, 'i>(self, node: &'n Node<'i>, key: &str) -> Result<&'n DeTable<'i>, ImportError> {
        node.get_ref().as_table().ok_or_else(|| self.wrong(node.span().start, format!("`{key}` is not a table")))
    }

    /// Go's `\w`, `\d` and `\b` are those of ASCII; a pattern that names other characters needs Unicode.
    fn regex(self, pattern: &str, at: usize) -> Result<Regex, ImportError> {
        let build = |unicode: bool| {
            RegexBuilder::new(pattern).unicode(unicode).size_limit(PROGRAM).dfa_size_limit(PROGRAM).build()
        };
        build(false)
            .or_else(|_| build(true))
            .map_err(|error| self.wrong(at, format!("the pattern cannot be used: {error}")))
    }

    fn regexes(self, table: &DeTable<'_>, key: &str) -> Result<Vec<Regex>, ImportError> {
        self.strings(table, key)?.into_iter().map(|(pattern, at)| self.regex(pattern, at)).collect()
    }
}

pub(super) fn file(text: &str) -> Result<Imported, ImportError> {
    let place = Place { text, rule: "" };
    let root = DeTable::parse(text).map_err(|error| {
        place.wrong(error.span().map_or(0, |span| span.start), format!("not TOML: {}", error.message()))
    })?;
    let root = root.into_inner();
    if let Some(extend) = root.get("extend") {
        let table = place.table(extend, "extend")?;
        if let Some((key, node)) = table.iter().find(|(_, node)| !matches!(node.get_ref(), DeValue::Boolean(false))) {
            let why = format!(
                "`extend.{}` takes rules from elsewhere, which are not here: copy the rules that you need into this file and \
                 remove the line; the built-in formats hold without it",
                key.get_ref()
            );
            return Err(place.wrong(node.span().start, why));
        }
    }
    let mut notes = Vec::new();
    let mut imported = Imported { allow: allows(place, &root, &mut notes)?, ..Imported::default() };
    imported.notes = notes;
    let Some(rules) = root.get("rules") else { return Ok(imported) };
    let list =
        rules.get_ref().as_array().ok_or_else(|| place.wrong(rules.span().start, "`rules` is not a list of tables"))?;
    if list.len() > Imported::RULES {
        return Err(place.wrong(rules.span().start, format!("there are more than {} rules", Imported::RULES)));
    }
    for node in list.iter() {
        let table = place.table(node, "rules")?;
        let id = table.get("id").ok_or_else(|| place.wrong(node.span().start, "a rule has no `id`"))?;
        let place = Place { text, rule: place.string(id, "id")? };
        if imported.rules.iter().any(|known| known.id == place.rule) {
            return Err(place.wrong(id.span().start, "there is another rule of this id"));
        }
        if let Some(own) = rule(place, table, node.span().start, &mut imported.notes)? {
            imported.rules.push(own);
        }
    }
    Ok(imported)
}

fn rule(place: Place<'_>, table: &DeTable<'_>, at: usize, notes: &mut Vec<String>) -> Result<Option<Own>, ImportError> {
    let id = place.rule.to_owned();
    let (path, pattern) = (table.get("path").is_some(), table.get("regex"));
    if path && pattern.is_some() {
        notes.push(format!("Rule {id:?}: a text has no path, so that the rule holds for every text."));
    } else if path {
        notes.push(format!(
            "Rule {id:?}: a text has no path, so that the rule, which asks for nothing else, is left out."
        ));
    }
    let Some(pattern) = pattern else {
        return if path { Ok(None) } else { Err(place.wrong(at, "there is no `regex`")) };
    };
    let text = place.string(pattern, "regex")?;
    let regex = place.regex(text, pattern.span().start)?;
    if regex.is_match(b"") {
        return Err(place.wrong(pattern.span().start, "the pattern matches the empty text"));
    }
    let group = table.get("secretGroup").map(|node| {
        let number =
            node.get_ref().as_integer().and_then(|number| usize::from_str_radix(number.as_str(), number.radix()).ok());
        let number = number.filter(|number| *number < regex.captures_len());
        number
            .ok_or_else(|| place.wrong(node.span().start, "`secretGroup` is not the number of a group of the pattern"))
    });
    let group = group.transpose()?.filter(|group| *group > 0);
    let entropy = table.get("entropy").map(|node| {
        let value = match node.get_ref() {
            DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
            DeValue::Integer(number) => number.as_str().parse::<f64>().ok(),
            _ => None,
        };
        let value = value.filter(|value| (0.0..=8.0).contains(value));
        value.ok_or_else(|| place.wrong(node.span().start, "`entropy` is not a number from 0 to 8"))
    });
    let about = table.get("description").map(|node| place.string(node, "description")).transpose()?.unwrap_or_default();
    let keywords = place.strings(table, "keywords")?.into_iter().filter(|(word, _)| !word.is_empty());
    Ok(Some(Own {
        id,
        about: about.to_owned(),
        lines: ["-----BEGIN", "(?s", r"\n", r"[\s\S]", r"[\S\s]"].iter().any(|sign| text.contains(sign)),
        regex,
        keywords: keywords.map(|(word, _)| word.to_ascii_lowercase()).collect(),
        group,
        // Compared with what is rounded down.
        entropy: (entropy.transpose()?.unwrap_or(0.0) * 10.0) as u32,
        allow: allows(place, table, notes)?,
    }))
}

fn allows(place: Place<'_>, table: &DeTable<'_>, notes: &mut Vec<String>) -> Result<Vec<Allow>, ImportError> {
    let one = table.get("allowlist").into_iter();
    let several = match table.get("allowlists") {
        None => [].iter(),
        Some(node) => {
            let list = node.get_ref().as_array();
            list.ok_or_else(|| place.wrong(node.span().start, "`allowlists` is not a list of tables"))?.iter()
        }
    };
    one.chain(several).map(|node| allow(place, place.table(node, "allowlist")?, notes)).collect()
}

fn allow(place: Place<'_>, table: &DeTable<'_>, notes: &mut Vec<String>) -> Result<Allow, ImportError> {
    let beyond = ["paths", "commits"].iter().any(|key| table.get(*key).is_some());
    if beyond {
        let whose = if place.rule.is_empty() {
            "The allowlist of the file".to_owned()
        } else {
            format!("Rule {:?}", place.rule)
        };
        notes.push(format!(
            "{whose}: a text has neither path nor commit, so that what an allowlist says of them lets nothing through."
        ));
    }
    let target = match table.get("regexTarget") {
        None => Target::Secret,
        Some(node) => match place.string(node, "regexTarget")? {
            "" | "secret" => Target::Secret,
            "match" => Target::Match,
            "line" => Target::Line,
            _ => return Err(place.wrong(node.span().start, "`regexTarget` is one of secret, match, line")),
        },
    };
    let all = match table.get("condition") {
        None => false,
        Some(node) => match place.string(node, "condition")? {
            "OR" | "or" | "||" => false,
            "AND" | "and" | "&&" => true,
            _ => return Err(place.wrong(node.span().start, "`condition` is one of OR, AND")),
        },
    };
    let stopwords = place.strings(table, "stopwords")?.into_iter().filter(|(word, _)| !word.is_empty());
    Ok(Allow {
        regexes: place.regexes(table, "regexes")?,
        stopwords: stopwords.map(|(word, _)| word.to_ascii_lowercase()).collect(),
        target,
        all,
        beyond,
        rules: place.strings(table, "targetRules")?.into_iter().map(|(id, _)| id.to_owned()).collect(),
    })
}
