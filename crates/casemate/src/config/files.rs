//! What the configuration depends on beside its own text: files, variables and the time. All of it is passed in.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// A file as it was read.
#[derive(Clone)]
pub struct FileData {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its permission bits, where the system has them.
    pub mode: Option<u32>,
}

/// Where files come from.
pub trait Files {
    /// Reads a whole file of at most `cap` bytes.
    ///
    /// # Errors
    /// What the system says, or that the file is larger.
    fn read(&self, path: &Path, cap: usize) -> io::Result<FileData>;
}

fn too_large(cap: usize) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {cap} bytes"))
}

/// A failure to read, in a person's words.
#[must_use]
pub fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// The files of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path, cap: usize) -> io::Result<FileData> {
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let file = std::fs::File::open(path)?;
        let mut bytes = Vec::new();
        file.take(cap as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > cap {
            return Err(too_large(cap));
        }
        Ok(FileData { bytes, mode: mode(&metadata) })
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "systems without permission bits have none to give")]
fn mode(metadata: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(metadata.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_: &std::fs::Metadata) -> Option<u32> {
    None
}

/// Files held in memory.
#[derive(Clone, Default)]
pub struct Memory(pub BTreeMap<PathBuf, FileData>);

impl Files for Memory {
    fn read(&self, path: &Path, cap: usize) -> io::Result<FileData> {
        let data = self.0.get(path).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        if data.bytes.len() > cap { Err(too_large(cap)) } else { Ok(data.clone()) }
    }
}

/// The process around the configuration.
#[derive(Clone, Default)]
pub struct Environment {
    /// Variables of the process environment.
    pub variables: BTreeMap<String, String>,
    /// Now, in seconds since the Unix epoch.
    pub now: i64,
}

impl Environment {
    /// That of this process. Variables that are not UTF-8 are left out.
    #[must_use]
    pub fn of_process() -> Self {
        let variables = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self { variables: variables.collect(), now: i64::try_from(since.as_secs()).unwrap_or(i64::MAX) }
    }
}

/// Variables may be credentials: their names are shown, their values never.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("variables", &self.variables.keys()).field("now", &self.now).finish()
    }
}
