//! What a log that is gone has left behind: where any of it is there, no log is begun in its place. Another one under the
//! same key would be another history of it, and would give the keys of its subjects to others.

use crate::checkpoints::NEWEST;
use crate::config::Config;
use crate::error::{Class, Fault};
use crate::files;
use crate::keys;
use crate::published::PUBLISHED;
use crate::retention::MINIMUM;
use crate::scan;
use crate::storage::Source;
use crate::subjects;
use std::fs;
use std::path::{Path, PathBuf};

/// The directories of a log, and how the names of its own files in them end.
const DIRECTORIES: [(&str, &str); 5] =
    [("archive", ".manifest"), ("index", ".idx"), ("logs", ""), ("policies", ".policy"), ("tile", "")];
/// How deep a file lies in one of them at most.
const DEPTH: usize = 12;
/// So many of them are enough.
const MOST: usize = 100;

/// Before the keys are opened: refuses where a log is to be begun, and one was there.
///
/// The head is durable before the first checkpoint, the first key of a subject and everything else that is looked for, so
/// that no creation that was interrupted leaves any of it.
pub(crate) fn look(source: &dyn Source, config: &Config) -> Result<(), Fault> {
    match scan::head(source) {
        Ok(None) => {}
        Err(fault) if fault.class == Class::Changed => {}
        // There is one, or one that opening has more to say of.
        _ => return Ok(()),
    }
    for first in scan::segments(source)? {
        // A log with entries and no head: opening says so.
        if first > 0 || source.len(&files::segment(first)).is_ok_and(|len| len > files::header_len(first)) {
            return Ok(());
        }
    }
    let mut found = inside(source)?;
    found.extend(DIRECTORIES.iter().filter_map(|of| below(&config.dir, *of)));
    found.extend(beside(&config.key_path(), &config.subjects_path()));
    refuse(&found)
}

/// The same for what lies in the log's directory alone.
pub(super) fn look_inside(source: &dyn Source) -> Result<(), Fault> {
    refuse(&inside(source)?)
}

fn refuse(found: &[String]) -> Result<(), Fault> {
    if found.is_empty() {
        return Ok(());
    }
    let what = format!(
        "the log is gone, and what a log leaves is there: {}. It is not begun again at entry 0: mount its directory, or \
         put the log back from a backup or the archive; to begin another log, move this directory and the keys (audit.*, \
         subjects) away, so that it gets keys of its own",
        found.join(", ")
    );
    Err(Fault::new(Class::Removed, files::HEAD, 0, what).at(0))
}

/// What there is in its directory.
fn inside(source: &dyn Source) -> Result<Vec<String>, Fault> {
    let names = source.names().map_err(|error| Fault::io(".", &error))?;
    let is_left = |name: &String| {
        // Those beside the first segment are compared with it.
        let closed = files::belongs_to(name).is_some_and(|first| first > 0);
        let whole = name.strip_suffix(".partial").map_or(name.as_str(), |name| name.trim_end_matches(".durable"));
        closed || [NEWEST, PUBLISHED, MINIMUM].contains(&whole)
    };
    Ok(names.into_iter().filter(is_left).collect())
}

/// What says that there is something of a log in one of its directories. One that is empty may be made before the first
/// start, as may one with files of something else.
fn below(dir: &Path, (name, ending): (&str, &str)) -> Option<String> {
    let is_own = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ending));
    let mut found = Vec::new();
    gather(&dir.join(name), DEPTH, &mut |path| {
        if is_own(&path) {
            found.push(path);
        }
        found.len() < MOST
    });
    found.sort();
    let first = found.first()?.display();
    Some(match found.len() {
        1 => first.to_string(),
        MOST => format!("{first} and others in {}", dir.join(name).display()),
        more => format!("{first} and {} more in {}", more - 1, dir.join(name).display()),
    })
}

/// Hands over the files below a directory, links not followed, until that is enough.
fn gather(dir: &Path, depth: usize, each: &mut impl FnMut(PathBuf) -> bool) -> bool {
    for file in fs::read_dir(dir).into_iter().flatten().flatten() {
        let goes_on = match file.file_type() {
            Ok(kind) if kind.is_dir() => depth == 0 || gather(&file.path(), depth - 1, each),
            _ => each(file.path()),
        };
        if !goes_on {
            return false;
        }
    }
    true
}

/// What there is beside its key: that alone says nothing, for it may be made beforehand. A list of keys is there since
/// the first change of key, and a key of a subject since the first record.
fn beside(key: &Path, subjects: &Path) -> Vec<String> {
    let list = keys::public_list_path(key);
    let mut found = Vec::new();
    if list.exists() {
        found.push(list.display().to_string());
    }
    if subjects::is_used(subjects) {
        found.push(format!("{} with keys", subjects.display()));
    }
    found
}
