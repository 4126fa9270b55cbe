//! `casemate audit archive status`: what each target has, by its manifest.

use super::{Archive, instant};
use crate::{out, visible};
use anyhow::Context as _;
use casemate_core::UnixMillis;
use casemate_gateway::custody::archive::manifest::{Line, Lines, path};
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

/// What a manifest says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Held {
    /// Entries, as ranges without gaps.
    ranges: Vec<(u64, u64)>,
    objects: u64,
    bytes: u64,
    /// When the first and the last of the objects may go.
    until: Option<(UnixMillis, UnixMillis)>,
}

pub(super) fn run(archive: &Archive, as_json: bool) -> anyhow::Result<ExitCode> {
    let mut rows = Vec::new();
    for name in &archive.unnamed {
        let file = path(&archive.dir, name);
        let held = held(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        rows.push((name.as_str(), "a target that the configuration does not name".to_owned(), held));
    }
    for place in &archive.places {
        let file = path(&archive.dir, &place.id);
        let held = held(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        rows.push((place.id.as_str(), place.target.describe(), held));
    }
    if as_json {
        let rows: Vec<_> = rows.iter().map(|(id, at, held)| value(id, at, held)).collect();
        out::line(&visible::json_line(&json!({ "targets": rows })))?;
    } else {
        rows.iter().try_for_each(|(id, at, held)| out::data(&table(id, at, held)))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn held(file: &Path) -> std::io::Result<Held> {
    let mut held = Held::default();
    for line in Lines::open(file)?.into_iter().flatten() {
        match line? {
            Line::Segment(mark) => match held.ranges.last_mut().filter(|(_, end)| *end == mark.first) {
                Some((_, end)) => *end = mark.end,
                None => held.ranges.push((mark.first, mark.end)),
            },
            Line::Object(stored) => {
                held.objects += 1;
                held.bytes = held.bytes.saturating_add(stored.size);
                let (first, last) = held.until.unwrap_or((stored.retain_until, stored.retain_until));
                held.until = Some((first.min(stored.retain_until), last.max(stored.retain_until)));
            }
        }
    }
    Ok(held)
}

fn value(id: &str, at: &str, held: &Held) -> serde_json::Value {
    json!({
        "name": id, "at": at, "entries": held.ranges, "objects": held.objects, "bytes": held.bytes,
        "retained_from": held.until.map(|(first, _)| instant(first)),
        "retained_to": held.until.map(|(_, last)| instant(last)),
    })
}

fn table(id: &str, at: &str, held: &Held) -> String {
    let ranges: Vec<_> = held.ranges.iter().map(|(first, end)| format!("{first}..{end}")).collect();
    let entries = if ranges.is_empty() { "none yet".to_owned() } else { ranges.join(", ") };
    let until = match held.until {
        Some((first, last)) => format!("{} to {}", instant(first), instant(last)),
        None => "nothing".to_owned(),
    };
    let (at, objects, bytes) = (visible::line(at), held.objects, held.bytes);
    format!(
        "{id}\n  at        {at}\n  entries   {entries}\n  objects   {objects}, {bytes} bytes\n  retained  {until}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_shown() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.manifest");
        assert_eq!(held(&file).unwrap(), Held::default());
        let object = |until: u64| {
            let sha256 = "0".repeat(64);
            format!(r#"{{"key":"a/{until}","retain_until":{until},"sha256":"{sha256}","size":5,"version":null}}"#)
        };
        let mark = |first: u64, end: u64| format!(r#"{{"end":{end},"entry":{end},"first":{first}}}"#);
        let lines = [object(9), mark(0, 300), object(7), mark(300, 400), mark(500, 600)];
        std::fs::write(&file, lines.map(|line| line + "\n").concat()).unwrap();
        let held = held(&file).unwrap();
        assert_eq!(held.ranges, [(0, 400), (500, 600)]);
        assert_eq!((held.objects, held.bytes, held.until), (2, 10, Some((UnixMillis(7), UnixMillis(9)))));
        let text = table("s3-1", "a\u{1b}[31m", &held);
        assert!(text.contains("entries   0..400, 500..600\n") && !text.contains('\u{1b}'), "{text}");
        std::fs::write(&file, "no line\n").unwrap();
        assert!(super::held(&file).is_err());
    }
}
