//! A configured target with the name that it keeps.

use crate::custody::{Archive, ArchiveTarget};
use casemate_archive::{ArchiveError, Clock, Directory, S3, Target};
use casemate_core::digest::Digest;
use casemate_net::Client;

/// A write-once target with its name.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its name in files, records and metrics: the same as long as it is the same directory, or bucket and prefix.
    pub id: String,
    /// The target.
    pub target: Target,
}

impl Place {
    /// Names a target.
    #[must_use]
    pub fn new(target: Target) -> Self {
        let kind = match &target {
            Target::Directory(_) => "directory",
            Target::S3(_) => "s3",
        };
        let id = format!("{kind}-{}", Digest::of(target.describe().as_bytes()).short());
        Self { id, target }
    }
}

/// The targets that the configuration names. Nothing is sent.
///
/// # Errors
/// A directory that cannot be opened, or settings that cannot be used; with the target that it is about.
pub fn places(config: &Archive, net: &Client, clock: &Clock) -> Result<Vec<Place>, (String, ArchiveError)> {
    let open = |target: &ArchiveTarget| match target {
        ArchiveTarget::Directory(path) => match Directory::open(path) {
            Ok(directory) => Ok(Target::Directory(directory)),
            Err(error) => Err((path.display().to_string(), error)),
        },
        ArchiveTarget::S3(s3) => match S3::new((**s3).clone(), net.clone(), clock.clone()) {
            Ok(store) => Ok(Target::S3(store)),
            Err(error) => Err((format!("bucket {}", s3.bucket), error)),
        },
    };
    config.targets.iter().map(|target| open(target).map(Place::new)).collect()
}
