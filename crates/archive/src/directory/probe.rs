//! The self-test of a directory: which guarantees it gives, and which it cannot.

use super::{Directory, split};
use crate::ProbePlan;
use crate::error::ArchiveError;
use crate::object::{Key, Object, Source};
use crate::probe::{Step, Verdict};
use bytes::Bytes;
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use rustix::fs::{AtFlags, Mode, OFlags, openat, unlinkat};
use rustix::io::Errno;

/// Writes a probe and tries to replace, to open and to delete it. The probe is gone afterwards where that is possible.
pub(super) fn steps(directory: &Directory, plan: &ProbePlan) -> Vec<Step> {
    let mut steps = Vec::new();
    let key = match Key::new("probe").and_then(|prefix| plan.name.below(&prefix)) {
        Ok(key) => key,
        Err(error) => return vec![failed("write", "stored", &error)],
    };
    let object = |text: &'static [u8]| Object {
        key: key.clone(),
        source: Source::Bytes(Bytes::from_static(text)),
        sha256: Digest::of(text),
        retain_until: UnixMillis::default(),
        legal_hold: false,
    };
    match directory.put_now(&object(b"probe\n")) {
        Ok(_) => steps.push(step("write", "stored", "stored", Verdict::Held)),
        Err(error) => return vec![failed("write", "stored", &error)],
    }
    steps.push(match directory.put_now(&object(b"other\n")) {
        Err(ArchiveError::Conflict { .. }) => step("put-again", "refused", "conflict", Verdict::Held),
        Err(error) => failed("put-again", "refused", &error),
        Ok(_) => step("put-again", "refused", "accepted", Verdict::Broken),
    });
    let (parents, name) = split(&key);
    let parent = match directory.parent(parents, false) {
        Ok(parent) => parent,
        Err(error) => {
            steps.push(failed("overwrite", "refused", &error));
            return steps;
        }
    };
    let opened = openat(&*parent, name, OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty());
    steps.push(attempt("overwrite", opened.map(drop)));
    steps.push(attempt("delete", unlinkat(&*parent, name, AtFlags::empty())));
    steps.push(step("retention", "enforced", "a file system knows no retention", Verdict::Broken));
    steps
}

fn step(name: &'static str, expected: &'static str, got: &str, verdict: Verdict) -> Step {
    Step { name, expected, got: got.to_owned(), verdict }
}

fn failed(name: &'static str, expected: &'static str, error: &ArchiveError) -> Step {
    step(name, expected, &error.to_string(), Verdict::Broken)
}

/// What came of something that should be refused.
fn attempt(name: &'static str, result: Result<(), Errno>) -> Step {
    match result {
        Ok(()) => step(name, "refused", "possible for this user", Verdict::Broken),
        Err(Errno::PERM | Errno::ACCESS | Errno::ROFS) => step(name, "refused", "refused", Verdict::Held),
        Err(errno) => step(name, "refused", &std::io::Error::from(errno).kind().to_string(), Verdict::Unproven),
    }
}
