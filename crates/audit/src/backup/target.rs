//! The directory that a log is copied into. Whoever can write there may have prepared it: links are not followed, and a
//! file that is there counts only for what it holds.

use super::snapshot::Snapshot;
use super::{extent, open};
use crate::confined::Dir;
use crate::error::{Class, Fault};
use crate::files;
use crate::policies;
use crate::retention::{self, Minimum};
use crate::scan;
use crate::storage::{self, DirSource};
use crate::tiles::{self, LogNodes, LogTiles};
use crate::verify::{self, Options, Verified};
use casemate_core::digest::Digest;
use casemate_tlog::tile::{Tile, Tiles as _, tiles_of};
use casemate_tlog::{Nodes as _, Verifier};
use std::fs::{DirBuilder, File};
use std::io::{self, BufRead as _, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

/// How much is copied at once.
const CHUNK: usize = 1 << 20;
/// Directories that a log has beside its segments, how the names in them end, and whether those files grow with it.
const BESIDE: [(&str, &str, bool); 2] = [("policies", ".policy", false), ("archive", ".manifest", true)];
/// The largest policy: a configuration is far smaller.
const LARGEST: u64 = 64 << 20;
/// The longest line of such a file.
const LINE: u64 = 1 << 16;
/// The most files in one of them.
const MOST: usize = 1 << 20;
/// Where the public keys, and the keys of subjects, are in a copy.
const KEYS: &str = "keys";

/// The public keys there: the newest, and all, where there is more than one.
const PUBLIC: &str = "audit.pub";
const LIST: &str = "audit.keys";

/// Told now and then of entries that were checked.
pub(super) type Progress<'a> = Option<&'a mut dyn FnMut(u64, u64)>;

/// A copy that was found good.
#[derive(Clone, Copy)]
pub(super) struct Before {
    pub(super) verified: Verified,
    /// The first entry of its last segment, to which entries may be added.
    pub(super) segment: u64,
}

/// The directory of a copy, while nobody else writes there.
pub(super) struct Target {
    path: PathBuf,
    log: PathBuf,
    dir: Dir,
    files: u64,
    bytes: u64,
    _lock: File,
}

/// The fault, with a word on where it is.
pub(super) fn about(place: &str, fault: Fault) -> Fault {
    Fault { what: format!("in {place}: {}", fault.what), ..fault }
}

fn io_fault(name: &str) -> impl Fn(io::Error) -> Fault + '_ {
    move |error| Fault::io(name, &error)
}

/// Whether a file of that name may stand in the directory of a copy.
fn is_of_a_log(name: &str) -> bool {
    const NAMES: [&str; 9] =
        [files::HEAD, files::LOCK, "checkpoint", "published", "minimum", "tile", "policies", "archive", KEYS];
    // What a gateway that went on from a copy leaves there.
    const OWN: [&str; 6] = ["index", "logs", "audit.key", "audit.pub", "audit.keys", "subjects"];
    let is_partial = name.ends_with(".partial");
    NAMES.contains(&name)
        || OWN.contains(&name)
        || files::first_of(name).is_some()
        || name.ends_with(".checkpoints")
        || is_partial
}

impl Target {
    /// Makes the directory where it is missing, and takes the lock of the log that it holds.
    pub(super) fn open(log: &Path, path: &Path) -> Result<Self, Fault> {
        let name = path.display().to_string();
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let what = "it cannot be made: the directory above it is not there";
                return Err(Fault::new(Class::Unreadable, &name, 0, what));
            }
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(Fault::io(&name, &error)),
            _ => {}
        }
        let dir = Dir::open(path).map_err(io_fault(&name))?;
        // A directory of something else, such as one that a link leads to, is left alone.
        if let Some(other) = dir.names(MOST).map_err(io_fault(&name))?.iter().find(|there| !is_of_a_log(there)) {
            let what = format!("it holds `{other}`, which is of no log: name an empty directory, or one with a backup");
            return Err(Fault::new(Class::Unreadable, &name, 0, what));
        }
        let lock = dir.lock(files::LOCK).map_err(io_fault(files::LOCK))?;
        if !storage::take(&lock).map_err(io_fault(files::LOCK))? {
            let what = "another process writes there: a gateway, or another backup";
            return Err(Fault::new(Class::Unreadable, &name, 0, what));
        }
        Ok(Self { path: path.to_owned(), log: log.to_owned(), dir, files: 0, bytes: 0, _lock: lock })
    }

    pub(super) fn source(&self) -> DirSource {
        DirSource::new(&self.path)
    }

    /// Files and bytes that were written.
    pub(super) const fn written(&self) -> (u64, u64) {
        (self.files, self.bytes)
    }

    /// Checks the copy that is there; `None` where it has no head yet.
    pub(super) fn before(&self, keys: &[Verifier], progress: &mut Progress<'_>) -> Result<Option<Before>, Fault> {
        if open(&self.dir, files::HEAD)?.is_none() {
            return Ok(None);
        }
        // What is read by its path below is a file of this directory, and none of the log itself.
        for name in self.dir.names(MOST).map_err(io_fault("."))? {
            let is_log = files::first_of(&name).is_some() || name.ends_with(".checkpoints");
            if is_log && let Some(file) = open(&self.dir, &name)? {
                self.is_apart(&name, &file)?;
            }
        }
        let mut options = Options { keys: keys.to_vec(), ..Options::default() };
        if let Some(progress) = progress.as_mut() {
            options.progress = Some(&mut **progress);
        }
        let source = self.source();
        let verified = verify::check_entries(&source, &mut options).map_err(|fault| about("the copy", fault))?;
        let segment = scan::segments(&source)?.last().copied().unwrap_or_default();
        Ok(Some(Before { verified, segment }))
    }

    fn is_apart(&self, name: &str, file: &File) -> Result<(), Fault> {
        let identity = |file: io::Result<std::fs::Metadata>| file.ok().map(|file| (file.dev(), file.ino()));
        if identity(file.metadata()) == identity(std::fs::metadata(self.log.join(name))) {
            let what = "it is the log's own file by another name, and no copy";
            return Err(Fault::new(Class::Unreadable, name, 0, what));
        }
        Ok(())
    }

    /// Copies the segments and their checkpoints, each before the next one: at every moment the copy ends with one.
    /// Everything before entry `checked` was found to be what the log has.
    pub(super) fn copy_log(&mut self, snapshot: &Snapshot, checked: u64) -> Result<(), Fault> {
        for (first, limits) in snapshot.segments() {
            let [segment, signed] = limits.map_or([None; 2], |limits| limits.map(Some));
            let (mode, checked) = (if limits.is_none() { 0o400 } else { 0o600 }, first < checked);
            let entries = snapshot.entries_of(first);
            self.copy(snapshot, &files::segment(first), segment, mode, checked, |file, len| {
                extent::segment(file, first, entries, len)
            })?;
            self.copy(snapshot, &files::checkpoints(first), signed, mode, checked, |_, len| {
                extent::checkpoints(first, entries, len)
            })?;
        }
        self.dir.sync().map_err(io_fault("."))
    }

    /// Copies a file that only grows, up to `limit`. One that is there must begin as this one does.
    fn copy(
        &mut self,
        snapshot: &Snapshot,
        name: &str,
        limit: Option<u64>,
        mode: u32,
        checked: bool,
        extent: impl FnOnce(&mut File, u64) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut from = match storage::plain(&snapshot.dir().join(name)) {
            // A last segment may have no checkpoint yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound && files::first_of(name).is_none() => return Ok(()),
            opened => opened.map_err(io_fault(name))?,
        };
        let there = from.metadata().map_err(io_fault(name))?.len();
        let len = limit.unwrap_or(there);
        if len > there {
            let what = format!("{len} bytes of it were durable, and {there} are there");
            return Err(Fault::new(Class::Truncated, name, there, what));
        }
        if let Some(had) = open(&self.dir, name)? {
            self.is_apart(name, &had)?;
            let known = had.metadata().map_err(io_fault(name))?.len();
            if !checked && (known > len || !same(&mut from, had, known).map_err(io_fault(name))?) {
                let what = "the file in the copy is not how the log's begins: it is of another log, or was changed";
                return Err(Fault::new(Class::Fork, name, 0, what));
            }
            if known == len {
                return Ok(());
            }
        }
        extent(&mut from, len)?;
        let copied = self.dir.put(name, mode, true, |to| transfer(&mut from, to, len));
        self.count(len, copied).map_err(io_fault(name))
    }

    fn count(&mut self, bytes: u64, done: io::Result<()>) -> io::Result<()> {
        if done.is_ok() {
            self.files += 1;
            self.bytes += bytes;
        }
        done
    }

    /// Copies the full tiles of so many entries, each compared with the tree; how many of the log's are damaged. Those of
    /// pruned entries have to be whole: nobody can make them again.
    pub(super) fn copy_tiles(&mut self, source: &DirSource, nodes: &LogNodes<'_>, entries: u64) -> Result<u64, Fault> {
        let (log, derived, mut damaged) = (LogTiles::new(source, true), LogTiles::new(source, false), 0);
        let minimum = Minimum::read(source)?;
        for tile in tiles_of(entries).filter(Tile::is_full) {
            let expected = nodes.node(8 * (tile.level() + 1), tile.index()).ok();
            let leads = |bytes: &Vec<u8>| tile.hashes(bytes).is_ok_and(|hashes| Some(tiles::root(hashes)) == expected);
            let mut bytes = log.tile(tile)?;
            if !leads(&bytes) {
                damaged += 1;
                let Some(minimum) = minimum.as_ref().filter(|minimum| tile.leaves().0 < minimum.index()) else {
                    continue;
                };
                // What is not in its entries any more may still be in the tiles below it.
                retention::check_tiles(source, minimum)?;
                bytes = derived.tile(tile)?;
                if !leads(&bytes) {
                    let what = "the tile does not lead to the log's head, and its entries were pruned";
                    return Err(Fault::new(Class::Changed, &tile.path(), 0, what).at(tile.leaves().0));
                }
            }
            self.copy_tile(&tile.path(), &bytes).map_err(io_fault(&tile.path()))?;
        }
        // They are too many to be made durable one by one.
        self.dir.sync_all().map_err(io_fault("tile"))?;
        Ok(damaged)
    }

    fn copy_tile(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let mut parts = path.split('/').peekable();
        let (mut dir, mut name) = (None::<Dir>, "");
        while let Some(part) = parts.next() {
            name = part;
            if parts.peek().is_some() {
                dir = Some(dir.as_ref().unwrap_or(&self.dir).make(part)?);
            }
        }
        let dir = dir.as_ref().unwrap_or(&self.dir);
        if let Some(had) = dir.find(name)? {
            let mut found = Vec::new();
            had.take(bytes.len() as u64 + 1).read_to_end(&mut found)?;
            // One that was changed is written anew: it is derived from the entries, which are checked.
            if found == bytes {
                return Ok(());
            }
        }
        let done = dir.put(name, 0o600, false, |file| file.write_all(bytes));
        self.count(bytes.len() as u64, done)
    }

    /// Copies what lies beside the log: policies, manifests of archives, what was published. What a copy that begins
    /// `before` this one was pruned up to stays as it is: it may have more than the log.
    pub(super) fn copy_others(&mut self, snapshot: &Snapshot, before: bool) -> Result<(), Fault> {
        for beside in BESIDE {
            self.copy_beside(snapshot, beside)?;
        }
        for (name, bytes) in &snapshot.others {
            if before && Snapshot::is_minimum(name) {
                continue;
            }
            let had = open(&self.dir, name)?.map(|file| read(file, bytes.len())).transpose();
            if had.map_err(io_fault(name))?.as_ref() != Some(bytes) {
                let done = self.dir.put(name, 0o600, true, |file| file.write_all(bytes));
                self.count(bytes.len() as u64, done).map_err(io_fault(name))?;
            }
        }
        self.dir.sync().map_err(io_fault("."))
    }

    fn copy_beside(&mut self, snapshot: &Snapshot, beside: (&str, &str, bool)) -> Result<(), Fault> {
        let (place, ending, by_lines) = beside;
        let log = match Dir::open(&snapshot.dir().join(place)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened.map_err(io_fault(place))?,
        };
        let names = log.names(MOST).map_err(io_fault(place))?;
        let dir = self.dir.make(place).map_err(io_fault(place))?;
        for name in names.iter().filter(|name| name.ends_with(ending)) {
            let path = format!("{place}/{name}");
            let mut from = log.file(name).map_err(io_fault(&path))?;
            let all = from.metadata().map_err(io_fault(&path))?.len();
            let entries = snapshot.head().entries;
            if !by_lines && all > LARGEST {
                let what = format!("it has {all} bytes, and no policy has over {LARGEST}");
                return Err(Fault::new(Class::Changed, &path, LARGEST, what));
            }
            let len = if by_lines { vouched(&mut from, entries).map_err(io_fault(&path))? } else { all };
            if let Some(had) = dir.find(name).map_err(io_fault(&path))? {
                let known = had.metadata().map_err(io_fault(&path))?.len();
                if known > len || !same(&mut from, had, known).map_err(io_fault(&path))? {
                    let what = "the file in the copy is another than the log's";
                    return Err(Fault::new(Class::Changed, &path, 0, what));
                }
                if known == len {
                    continue;
                }
            }
            if !by_lines {
                let text = read_policy(&mut from).map_err(io_fault(&path))?;
                let digest = name.strip_suffix(ending).and_then(Digest::from_hex);
                if digest.is_none_or(|digest| policies::check(digest, &text).is_err()) {
                    return Err(Fault::new(Class::Changed, &path, 0, "it is not the policy that its name says"));
                }
            }
            let done = dir.put(name, 0o600, true, |to| transfer(&mut from, to, len));
            self.count(len, done).map_err(io_fault(&path))?;
        }
        dir.sync().map_err(io_fault(place))
    }

    /// Copies the keys of subjects as they are now.
    pub(super) fn copy_keys(&mut self, path: &Path) -> Result<(), Fault> {
        let place = path.display().to_string();
        let dir = self.dir.make(KEYS).map_err(io_fault(KEYS))?;
        // A slot may be written meanwhile: two looks that agree are a whole file.
        let mut last = None;
        for _ in 0..16 {
            let mut keys = zeroize::Zeroizing::new(Vec::new());
            let read = storage::plain(path).and_then(|mut file| {
                keys.reserve_exact(usize::try_from(file.metadata()?.len()).unwrap_or_default());
                file.read_to_end(&mut keys)
            });
            read.map_err(io_fault(&place))?;
            if last.as_ref() == Some(&keys) {
                let done = dir.put(crate::subjects::FILE, 0o600, true, |file| file.write_all(&keys));
                self.count(keys.len() as u64, done).map_err(io_fault(&place))?;
                return dir.sync().map_err(io_fault(KEYS));
            }
            last = Some(keys);
        }
        Err(Fault::new(Class::Unreadable, &place, 0, "it changes too fast to be copied: try again"))
    }

    /// Writes the public keys down, as they stand beside a key of the log, the newest last.
    pub(super) fn copy_public(&mut self, keys: &[Verifier]) -> Result<(), Fault> {
        let Some(newest) = keys.last() else { return Ok(()) };
        let dir = self.dir.make(KEYS).map_err(io_fault(KEYS))?;
        let all: String = keys.iter().map(|key| format!("{key}\n")).collect();
        let list = Some((LIST, all)).filter(|_| keys.len() > 1);
        for (name, text) in list.into_iter().chain([(PUBLIC, format!("{newest}\n"))]) {
            let had = open(&dir, name)?.map(|file| read(file, text.len())).transpose();
            if had.map_err(io_fault(name))?.as_deref() != Some(text.as_bytes()) {
                let done = dir.put(name, 0o600, true, |file| file.write_all(text.as_bytes()));
                self.count(text.len() as u64, done).map_err(io_fault(name))?;
            }
        }
        dir.sync().map_err(io_fault(KEYS))
    }

    /// Gives the copy its new head: from now on it has all of these entries.
    pub(super) fn advance(&mut self, head: &[u8]) -> Result<(), Fault> {
        let had = open(&self.dir, files::HEAD)?.map(|file| read(file, head.len())).transpose();
        if had.map_err(io_fault(files::HEAD))?.as_deref() == Some(head) {
            return Ok(());
        }
        let done = self.dir.put(files::HEAD, 0o600, true, |file| file.write_all(head)).and_then(|()| self.dir.sync());
        self.count(head.len() as u64, done).map_err(io_fault(files::HEAD))
    }
}

/// How much of a manifest a log of so many entries vouches for: up to the last line that names a record of it. What
/// follows would say of the copy, once it is written, that its segments are archived which are not. Leaves the file at its
/// beginning.
fn vouched(file: &mut File, entries: u64) -> io::Result<u64> {
    #[derive(serde::Deserialize)]
    struct Mark {
        entry: Option<u64>,
    }
    let (mut at, mut end, mut line) = (0, 0, Vec::new());
    let mut reader = BufReader::new(&mut *file);
    while reader.by_ref().take(LINE).read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
        at += line.len() as u64;
        let entry = serde_json::from_slice(&line).ok().and_then(|mark: Mark| mark.entry);
        match entry {
            Some(entry) if entry >= entries => break,
            Some(_) => end = at,
            None => {}
        }
        line.clear();
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(end)
}

/// A file of about so many bytes.
fn read(file: File, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(len as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether the first `len` bytes of both are the same. Leaves the first file at its beginning.
fn same(a: &mut File, b: File, len: u64) -> io::Result<bool> {
    let (mut left, mut b) = (len, b);
    let mut buffers = [vec![0; CHUNK], vec![0; CHUNK]];
    let mut equal = true;
    while left > 0 && equal {
        let [x, y] = &mut buffers;
        let step = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        let (Some(x), Some(y)) = (x.get_mut(..step), y.get_mut(..step)) else { break };
        a.read_exact(x)?;
        b.read_exact(y)?;
        equal = x == y;
        left -= step as u64;
    }
    a.seek(SeekFrom::Start(0))?;
    Ok(equal)
}

/// Copies the first `len` bytes.
/// The whole of a policy, of which no file is larger than may be.
fn read_policy(from: &mut File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    from.rewind()?;
    from.take(LARGEST).read_to_end(&mut text)?;
    from.rewind()?;
    Ok(text)
}

fn transfer(from: &mut File, to: &mut File, len: u64) -> io::Result<()> {
    let copied = io::copy(&mut from.take(len), to)?;
    if copied == len { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
