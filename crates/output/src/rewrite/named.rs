//! What the values of JSON are called: by the keys that lead to them, by a name that stands beside them, by the item before
//! them, by the head of their column. What a value is often follows from that alone.

use super::across::Across;
use super::position::{self, Position};
use super::walk::is_media;
use crate::filter::{Filter, Hit, Names};
use casemate_core::json::{Edits, Json, Kind, Limits, Value};
use std::borrow::Cow;
use std::ops::Range;

/// Longer texts are no names, in bytes.
const NAME: usize = 64;
/// So many bytes of the words around a value are asked what it is.
const WORDS: usize = 40;
/// So deep texts that are JSON are looked for in texts that are JSON.
const DEPTH: usize = 3;
/// The most columns of a table.
const COLUMNS: usize = 256;
/// Shorter values under what holds secrets by names of their own are no secrets.
const HELD: usize = 20;

/// Keys, in lower case without signs, whose value names what stands beside it.
const NAMES: &[&str] = &[
    "name",
    "key",
    "k",
    "field",
    "fieldname",
    "label",
    "variable",
    "variablename",
    "var",
    "env",
    "envname",
    "parameter",
    "parametername",
    "parameterkey",
    "param",
    "attribute",
    "attributename",
    "property",
    "propertyname",
    "header",
    "headername",
    "type",
    "kind",
    "id",
    "title",
    "setting",
    "option",
    "column",
    "columnname",
    "question",
];

/// Keys that say nothing of their value: what they stand in does.
const PLAIN: &[&str] = &[
    "",
    "value",
    "values",
    "val",
    "v",
    "stringvalue",
    "string",
    "str",
    "s",
    "n",
    "text",
    "content",
    "data",
    "default",
    "defaultvalue",
    "current",
    "currentvalue",
    "plain",
    "plaintext",
    "raw",
    "number",
    "answer",
    "secretstring",
    "parametervalue",
    "attributevalue",
    "propertyvalue",
    "settingvalue",
    "headervalue",
    "new",
    "old",
    "to",
];

/// Keys of what stands beside a secret and is none.
const ASIDE: &[&str] = &[
    "id",
    "name",
    "type",
    "kind",
    "url",
    "uri",
    "arn",
    "ref",
    "path",
    "file",
    "hash",
    "digest",
    "version",
    "region",
    "provider",
    "status",
    "created",
    "updated",
    "scope",
    "algorithm",
    "alg",
    "kid",
    "keyid",
    "description",
    "namespace",
];

/// What a bare `key` is a secret in.
const KEYED: &[&str] = &["api", "access", "secret", "private", "signing", "encryption", "auth"];

/// What holds secrets by names of their own.
const HOLDERS: &[&str] = &["passwords", "secrets", "tokens", "apikeys", "credentials"];

/// A key in lower case without signs.
fn folded(key: &str) -> String {
    key.chars().take(NAME + 1).filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Heads of columns, for the rows of a table or for the cells of a row.
#[derive(Clone, Copy)]
enum Heads<'h, 'a> {
    None,
    OfRows(&'h [Cow<'a, str>]),
    OfCells(&'h [Cow<'a, str>]),
}

/// A value and what was found in it because of its names.
pub(super) type Named<'f> = (usize, Vec<Hit<'f>>);

/// Looks at all values of a message.
pub(super) fn look<'f>(
    root: Value<'_>,
    position: Position,
    filter: &'f Filter,
    decided: &Edits,
    across: &mut Across<'f>,
) {
    let mut look = Look { filter, decided, path: Vec::new(), depth: 0, out: Vec::new() };
    look.value(root, position, &[], Heads::None);
    for (at, hits) in look.out {
        across.entry(at).or_default().extend(hits);
    }
}

struct Look<'f, 'a, 'd> {
    filter: &'f Filter,
    decided: &'d Edits,
    /// The keys that lead to a value.
    path: Vec<Cow<'a, str>>,
    depth: usize,
    out: Vec<Named<'f>>,
}

impl<'f, 'a> Look<'f, 'a, '_> {
    fn value(&mut self, value: Value<'a>, position: Position, beside: &[Cow<'a, str>], heads: Heads<'_, 'a>) {
        if matches!(position, Position::Sealed | Position::Media) {
            return;
        }
        match value.kind() {
            Kind::String => {
                let text = value.as_str().unwrap_or_default();
                let mut hits = self.filter.hits_under(&self.names(beside, text.len()), &text);
                self.inside(&text, &mut hits);
                self.add(value, hits);
            }
            Kind::Number => {
                let mut hits = self.filter.hits_under(&self.names(beside, value.raw().len()), value.raw());
                if self.depth > 0 {
                    // As it stands, the text that it stands in is read by itself.
                    hits.extend(self.filter.hits_written_out(value.raw()));
                }
                self.add(value, hits);
            }
            Kind::Array => self.array(value, position, heads),
            Kind::Object => self.object(value, position),
            Kind::Null | Kind::Bool => {}
        }
    }

    fn add(&mut self, value: Value<'a>, hits: Vec<Hit<'f>>) {
        if !hits.is_empty() {
            self.out.push((value.span().start, hits));
        }
    }

    fn array(&mut self, array: Value<'a>, position: Position, heads: Heads<'_, 'a>) {
        let first = match heads {
            Heads::None => first_row(array),
            _ => None,
        };
        let rows = match (heads, &first) {
            (Heads::OfRows(heads), _) => Heads::OfCells(heads),
            (_, Some(first)) => Heads::OfCells(first),
            _ => Heads::None,
        };
        let mut before: Option<Cow<'a, str>> = None;
        for (index, item) in array.items().enumerate() {
            if position == Position::Listing && self.decided.drops(item) {
                continue;
            }
            let head = match heads {
                Heads::OfCells(heads) => heads.get(index).cloned(),
                _ => None,
            };
            let beside: Vec<_> = before.take().into_iter().chain(head).collect();
            let inner = if item.kind() == Kind::Array { rows } else { Heads::None };
            self.value(item, position::item(position), &beside, inner);
            before = name_of(item);
        }
    }

    fn object(&mut self, object: Value<'a>, position: Position) {
        let beside = names_in(object);
        let heads = columns(object);
        for member in object.members() {
            let key = member.key();
            let (inner, _) = position::member(position, &key);
            if matches!(key.as_ref(), "data" | "blob") && is_media(member.value, position) {
                continue;
            }
            let depth = self.path.len();
            let plain = PLAIN.contains(&folded(&key).as_str());
            // A name beside it stands for what the key does not say.
            self.path.extend(beside.iter().filter(|_| plain).cloned());
            self.path.push(key);
            let heads = match &heads {
                Some((heads, of)) if *of != member.span().start && is_table(member.value, heads.len()) => {
                    Heads::OfRows(heads)
                }
                _ => Heads::None,
            };
            self.value(member.value, inner, &[], heads);
            self.path.truncate(depth);
        }
    }

    /// What a value of that length is called here.
    fn names<'n>(&'n self, beside: &'n [Cow<'a, str>], len: usize) -> Names<'n> {
        let mut keys: Vec<Cow<'n, str>> = beside.iter().map(|name| Cow::Borrowed(name.as_ref())).collect();
        for (index, key) in self.path.iter().enumerate().rev() {
            keys.push(Cow::Borrowed(key.as_ref()));
            let own = folded(key);
            let Some(parent) = index.checked_sub(1).and_then(|index| self.path.get(index)) else { break };
            if PLAIN.contains(&own.as_str()) && keys.len() < 8 {
                continue;
            }
            let outer = folded(parent);
            let keyed = own != "key" || KEYED.iter().any(|end| outer.ends_with(end));
            if !ASIDE.contains(&own.as_str()) && keyed {
                keys.push(Cow::Owned(format!("{parent}.{key}")));
                let holds = len >= HELD && HOLDERS.iter().any(|end| outer.ends_with(end));
                keys.extend(holds.then(|| Cow::Borrowed(parent.as_ref())));
            }
            break;
        }
        let nearest = self.path.len().saturating_sub(3);
        let around = self.path.get(nearest..).unwrap_or_default().iter().chain(beside);
        let words = around.map(AsRef::as_ref).collect::<Vec<&str>>().join(" ");
        let from = words.ceil_char_boundary(words.len().saturating_sub(WORDS));
        Names { keys, words: words.get(from..).unwrap_or_default().to_owned() }
    }

    /// Looks into a text that is JSON, or holds some.
    fn inside(&self, text: &str, hits: &mut Vec<Hit<'f>>) {
        if self.depth >= DEPTH {
            return;
        }
        let read = |part: &str| {
            let limits = Limits { depth: 128, nodes: 2_000_000, key_len: 4096, number_len: 512 };
            Json::parse(bytes::Bytes::copy_from_slice(part.as_bytes()), limits).ok()
        };
        for whole in [true, false] {
            for span in documents(text, whole) {
                let part = text.get(span.clone()).unwrap_or_default();
                let Some(json) = read(part) else { continue };
                self.document(&json, part, span.start, hits);
                if whole {
                    return;
                }
            }
        }
    }

    /// Looks into a document that stands at `base` of a text.
    fn document(&self, json: &Json, part: &str, base: usize, hits: &mut Vec<Hit<'f>>) {
        let path = self.path.iter().map(|key| Cow::Owned(key.as_ref().to_owned())).collect();
        let mut inner =
            Look { filter: self.filter, decided: self.decided, path, depth: self.depth + 1, out: Vec::new() };
        inner.value(json.root(), Position::Text, &[], Heads::None);
        for (at, found) in inner.out {
            let rest = part.get(at..).unwrap_or_default();
            hits.extend(found.into_iter().map(|hit| {
                let own = written(rest, &hit.span);
                Hit { span: base + at + own.start..base + at + own.end, ..hit }
            }));
        }
    }
}

/// A text that may be a name.
fn name_of(value: Value<'_>) -> Option<Cow<'_, str>> {
    value.as_str().filter(|text| (1..=NAME).contains(&text.len()))
}

/// The names that an object gives to a value in it.
fn names_in(object: Value<'_>) -> Vec<Cow<'_, str>> {
    let mut plain = false;
    let mut names = Vec::new();
    for member in object.members() {
        let key = folded(&member.key());
        plain |= PLAIN.contains(&key.as_str());
        if names.len() < 4 && NAMES.contains(&key.as_str()) {
            names.extend(name_of(member.value));
        }
    }
    if plain { names } else { Vec::new() }
}

/// The first name that an object gives to itself.
fn named_by(object: Value<'_>) -> Option<Cow<'_, str>> {
    let name = object.members().find(|member| NAMES.contains(&folded(&member.key()).as_str()))?;
    name_of(name.value)
}

/// The names that a list gives: its texts, or the names of its objects.
fn list_of_names(list: Value<'_>) -> Option<Vec<Cow<'_, str>>> {
    let mut names = Vec::new();
    for item in list.items() {
        let own = match item.kind() {
            Kind::Object => named_by(item),
            _ => name_of(item),
        };
        names.push(own.filter(|_| names.len() < COLUMNS)?);
    }
    (names.len() > 1).then_some(names)
}

/// Whether a value is a list of rows of that many cells.
fn is_table(value: Value<'_>, cells: usize) -> bool {
    let first = value.items().next().filter(|row| row.kind() == Kind::Array);
    first.is_some_and(|row| row.items().take(cells + 1).count() == cells)
}

/// The first list of names beside rows of as many cells, and where its member begins.
fn columns(object: Value<'_>) -> Option<(Vec<Cow<'_, str>>, usize)> {
    let lists = || object.members().filter(|member| member.value.kind() == Kind::Array);
    let rows = lists().any(|member| member.value.items().next().is_some_and(|row| row.kind() == Kind::Array));
    if !rows {
        return None;
    }
    lists().find_map(|member| {
        let names = list_of_names(member.value)?;
        lists().any(|other| is_table(other.value, names.len())).then(|| (names, member.span().start))
    })
}

/// The first row of rows that are all its own length, where it has names alone.
fn first_row(array: Value<'_>) -> Option<Vec<Cow<'_, str>>> {
    let mut rows = array.items();
    let first = rows.next().filter(|row| row.kind() == Kind::Array)?;
    let second = rows.next().filter(|row| row.kind() == Kind::Array)?;
    let names: Option<Vec<_>> = first.items().take(COLUMNS + 1).map(name_of).collect();
    let names = names.filter(|names| names.len() > 1 && names.len() <= COLUMNS)?;
    (second.items().count() == names.len()).then_some(names)
}

/// What of a text may be JSON: the whole; otherwise lines, what is fenced, what stands between the first bracket and the last.
fn documents(text: &str, whole: bool) -> Vec<Range<usize>> {
    let trimmed = |span: Range<usize>| {
        let part = text.get(span.clone()).unwrap_or_default();
        let start = span.start + (part.len() - part.trim_start().len());
        let part = part.trim();
        let fits = part.len() > 6
            && ((part.starts_with('{') && part.ends_with('}')) || (part.starts_with('[') && part.ends_with(']')));
        fits.then(|| start..start + part.len())
    };
    if whole {
        return trimmed(0..text.len()).into_iter().collect();
    }
    let Some(first) = text.find(['{', '[']) else { return Vec::new() };
    let mut found: Vec<_> = lines(text).filter_map(trimmed).collect();
    let fences: Vec<_> = text.match_indices("```").map(|(at, _)| at).collect();
    for fence in fences.chunks(2) {
        let [open, close] = fence else { break };
        let body = text.get(*open..*close).and_then(|part| part.find('\n')).map_or(*close, |line| open + line);
        found.extend(trimmed(body..*close));
    }
    if let Some(last) = text.rfind(['}', ']']).filter(|last| found.is_empty() && *last > first) {
        // Prose may have brackets of its own before it.
        let mut from = first;
        for _ in 0..4 {
            found.extend(trimmed(from..last + 1));
            let Some(next) = text.get(from + 1..last).and_then(|rest| rest.find(['{', '['])) else { break };
            from += 1 + next;
        }
    }
    found
}

fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        at += line.len();
        at - line.len()..at
    })
}

/// Where a span of a decoded value stands in what is written there: a number as it is, a string behind its mark.
fn written(raw: &str, span: &Range<usize>) -> Range<usize> {
    let Some(inner) = raw.strip_prefix('"') else { return span.clone() };
    let (mut decoded, mut at) = (0, 0);
    let (mut start, mut end) = (None, None);
    while decoded < span.end {
        let rest = inner.get(at..).unwrap_or_default();
        let Some(c) = rest.chars().next().filter(|c| *c != '"') else { break };
        if decoded >= span.start {
            start = start.or(Some(at));
        }
        let (width, len) = if c == '\\' { escape(rest) } else { (c.len_utf8(), c.len_utf8()) };
        at += width;
        decoded += len;
        end = Some(at);
    }
    let start = start.unwrap_or(at);
    1 + start..1 + end.unwrap_or(start).max(start)
}

/// The length of an escape as it is written, and of what it stands for.
fn escape(rest: &str) -> (usize, usize) {
    let unit = |at: usize| rest.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match (rest.as_bytes().get(1), unit(2)) {
        (Some(b'u'), Some(0xd800..=0xdbff)) => (12, 4),
        (Some(b'u'), Some(code)) => (6, char::from_u32(code).map_or(3, char::len_utf8)),
        _ => (2, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_escaped_strings_are_those_of_what_is_written() {
        let raw = r#""a\"b\u00e9c\ud83d\ude00d\\e","next""#;
        let decoded = "a\"b\u{e9}c\u{1f600}d\\e";
        for (part, want) in
            [("a", "a"), ("\"b", "\\\"b"), ("\u{e9}", "\\u00e9"), ("\u{1f600}d", "\\ud83d\\ude00d"), ("e", "e")]
        {
            let at = decoded.find(part).unwrap();
            assert_eq!(&raw[written(raw, &(at..at + part.len()))], want);
        }
        assert_eq!(written("1234,", &(1..3)), 1..3);
    }

    #[test]
    fn documents_are_found_in_prose_fences_and_lines() {
        fn found(text: &str, whole: bool) -> Vec<&str> {
            documents(text, whole).into_iter().map(|span| &text[span]).collect()
        }
        assert_eq!(found(" {\"a\": 1} \n", true), [r#"{"a": 1}"#]);
        assert_eq!(found("{\n  \"a\": 1\n}", true), ["{\n  \"a\": 1\n}"]);
        assert_eq!(found("{\"a\": 1}\n{\"b\": 2}\n", false), [r#"{"a": 1}"#, r#"{"b": 2}"#]);
        assert!(found("Result: {\"a\": 1}.", false).contains(&r#"{"a": 1}"#));
        assert!(found("see [1]: {\"a\": 1}.", false).contains(&r#"{"a": 1}"#));
        assert!(found("```json\n{\n\"a\": 1\n}\n```", false).contains(&"{\n\"a\": 1\n}"));
        assert!(found("no brackets", false).is_empty());
    }
}
