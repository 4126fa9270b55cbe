//! The manifest of a target: what was put there, with version and digest, in the order of the log.
//!
//! One JSON object a line, in a file that only grows: an object that was stored, or, after the last object of a closed
//! segment, a mark with the entry of the log that vouches for the file up to there. Each line is durable before the next
//! object counts as stored; a line that was not written to its end is cut off at the next opening, and its object put
//! again, which changes nothing.

mod line;
mod vouched;

pub use line::{Line, Mark};
pub use vouched::Archived;
pub(super) use vouched::{Standing, same, standing};

use aws_lc_rs::digest::{Context, SHA256};
use casemate_archive::{ArchiveError, Key, Stored};
use casemate_core::digest::Digest;
use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Bytes of a line: a key, a version and a digest, each bounded.
const MAX_LINE: u64 = 8 * 1024;

/// Where the manifest of a target is kept, in the directory of the log.
#[must_use]
pub fn path(dir: &Path, id: &str) -> PathBuf {
    dir.join("archive").join(format!("{id}.manifest"))
}

/// Reads the whole lines of a manifest, and digests them.
pub struct Lines {
    reader: BufReader<File>,
    context: Context,
    /// Bytes of the lines that were read.
    bytes: u64,
}

/// How far a manifest was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Bytes.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: Digest,
}

/// What was put from one mark to the next.
#[derive(Debug, Clone)]
pub struct Part {
    /// The objects, in the order of the manifest.
    pub objects: Vec<Stored>,
    /// The segment that they complete.
    pub mark: Mark,
    /// The manifest above the mark.
    pub above: Reach,
}

impl Part {
    /// What was put of a file of the segment, last.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&Stored> {
        self.objects.iter().rfind(|stored| own_key(stored).strip_prefix("segments/") == Some(name))
    }
}

/// The key under which an object belongs. Where something else had it, the object has the start of its digest after that.
#[must_use]
pub fn own_key(stored: &Stored) -> &str {
    let (key, short) = (stored.key.as_str(), stored.sha256.short());
    key.strip_suffix(&short).and_then(|key| key.strip_suffix('.')).unwrap_or(key)
}

/// The key of an object where something else has its own.
pub(super) fn key_beside(key: &Key, sha256: Digest) -> Result<Key, ArchiveError> {
    Key::new(format!("{key}.{}", sha256.short()))
}

/// What was put last of a file of a segment.
pub(super) fn last(dir: &Path, id: &str, name: &str) -> io::Result<Option<Stored>> {
    let mut found = None;
    let Some(mut lines) = Lines::open(&path(dir, id))? else { return Ok(None) };
    while let Some(part) = lines.part()? {
        found = part.file(name).cloned().or(found);
    }
    Ok(found)
}

impl Lines {
    /// Opens a manifest; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn open(path: &Path) -> io::Result<Option<Self>> {
        // A pipe in its place is not waited for.
        if path.metadata().is_ok_and(|there| !there.is_file()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain file"));
        }
        match File::open(path) {
            Ok(file) => Ok(Some(Self { reader: BufReader::new(file), context: Context::new(&SHA256), bytes: 0 })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How far it was read.
    #[must_use]
    pub fn reach(&self) -> Reach {
        reach(&self.context, self.bytes)
    }

    /// The next line; `None` at the end, or where a line was not written to its end.
    fn read(&mut self) -> io::Result<Option<Line>> {
        let mut text = Vec::new();
        self.reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut text)?;
        let Some(line) = text.strip_suffix(b"\n") else {
            let torn = (text.len() as u64) < MAX_LINE;
            return if torn { Ok(None) } else { Err(self.broken()) };
        };
        let line = Line::parse(line).ok_or_else(|| self.broken())?;
        self.context.update(&text);
        self.bytes += text.len() as u64;
        Ok(Some(line))
    }

    /// The objects of the next segment, with its mark; `None` where no further segment is whole.
    ///
    /// # Errors
    /// The file cannot be read, or holds what is no line of a manifest.
    pub fn part(&mut self) -> io::Result<Option<Part>> {
        let mut objects = Vec::new();
        loop {
            let above = self.reach();
            match self.read()? {
                None => return Ok(None),
                Some(Line::Object(stored)) => objects.push(stored),
                Some(Line::Segment(mark)) => return Ok(Some(Part { objects, mark, above })),
            }
        }
    }

    fn broken(&self) -> io::Error {
        let what = format!("at byte {}: neither an object nor the mark of a segment", self.bytes);
        io::Error::new(io::ErrorKind::InvalidData, what)
    }
}

impl Iterator for Lines {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

fn reach(context: &Context, bytes: u64) -> Reach {
    Reach { bytes, sha256: finished(context) }
}

/// The SHA-256 of what a context has seen so far.
pub(super) fn finished(context: &Context) -> Digest {
    let mut sha256 = Digest([0; 32]);
    for (to, from) in sha256.0.iter_mut().zip(context.clone().finish().as_ref()) {
        *to = *from;
    }
    sha256
}

/// A manifest that is written.
pub(super) struct Manifest {
    file: File,
    context: Context,
    bytes: u64,
    known: Known,
}

/// What the writer remembers of a manifest: no more than the objects of one segment, and what is put only once.
#[derive(Default)]
struct Known {
    mark: Option<Mark>,
    /// Objects after the last mark.
    open: BTreeMap<Key, Stored>,
    /// Policies, which belong to no segment.
    once: BTreeMap<Key, Stored>,
    objects: u64,
    stored: u64,
}

impl Known {
    fn take(&mut self, line: Line) {
        match line {
            Line::Segment(mark) => {
                self.mark = Some(mark);
                self.open.clear();
            }
            Line::Object(stored) => {
                let (key, size) = (stored.key.clone(), stored.size);
                let is_once = key.as_str().starts_with("policies/");
                let kept = if is_once { &mut self.once } else { &mut self.open };
                // A second line of a policy says that it is locked for longer.
                if kept.insert(key, stored).is_none() || !is_once {
                    self.objects += 1;
                    self.stored = self.stored.saturating_add(size);
                }
            }
        }
    }
}

impl Manifest {
    /// Opens a manifest and makes it where it is missing. What was not written to its end is cut off.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let missing = Lines::open(path)?.is_none();
        if missing {
            let dir = path.parent().unwrap_or(path);
            if !dir.is_dir() {
                DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
                dir.parent().map_or(Ok(()), |above| File::open(above)?.sync_all())?;
            }
        }
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        // Whoever made it may have stopped before its name was durable.
        path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())?;
        let mut known = Known::default();
        let mut lines = Lines::open(path)?.ok_or(io::ErrorKind::NotFound)?;
        for line in lines.by_ref() {
            known.take(line?);
        }
        if file.metadata()?.len() > lines.bytes {
            file.set_len(lines.bytes)?;
        }
        // What is there may be in the page cache only.
        file.sync_all()?;
        Ok(Self { file, context: lines.context, bytes: lines.bytes, known })
    }

    /// Appends lines, durably. After an error it is not used again.
    pub(super) fn append(&mut self, lines: Vec<Line>) -> io::Result<()> {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()?;
        self.context.update(text.as_bytes());
        self.bytes += text.len() as u64;
        lines.into_iter().for_each(|line| self.known.take(line));
        Ok(())
    }

    pub(super) fn reach(&self) -> Reach {
        reach(&self.context, self.bytes)
    }

    /// The mark of the last segment that is whole there.
    pub(super) const fn mark(&self) -> Option<Mark> {
        self.known.mark
    }

    /// What is known of an object of the segment that is being copied, or of a policy, if it has this digest.
    pub(super) fn find(&self, key: &Key, sha256: Digest) -> Option<&Stored> {
        let beside = key_beside(key, sha256).ok();
        let find = |key: &Key| self.known.open.get(key).or_else(|| self.known.once.get(key));
        let known = [Some(key), beside.as_ref()].into_iter().flatten().filter_map(find);
        known.into_iter().find(|stored| stored.sha256 == sha256)
    }

    /// Objects and their bytes.
    pub(super) const fn counts(&self) -> (u64, u64) {
        (self.known.objects, self.known.stored)
    }
}

#[cfg(test)]
mod tests;
