//! The files of a witness: for each log its latest cosigned checkpoint, and the list of the logs that have one.
//!
//! A checkpoint is kept as the note that it is: with the signatures of the log that were verified and the cosignature
//! that was made. It is believed again only if one of them still verifies. A log that was never cosigned has a file that
//! says so, and the list names every file there must be, so that a file that is lost does not look like a new log. Each
//! file begins with its checksum.

use casemate_tlog::note::Note;
use casemate_tlog::witness::State;
use casemate_tlog::{Checkpoint, Verifier};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

/// The list of logs.
pub(crate) const LIST: &str = "logs";

/// The first line of a file without a checkpoint.
const NONE: &str = "no checkpoint yet\n";

/// What a witness keeps of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// What the next checkpoint must continue.
    pub(crate) state: State,
    /// The cosigned note; `None` before the first.
    pub(crate) note: Option<String>,
    /// The time of its cosignature in seconds since the Unix epoch, where it is by the present key.
    pub(crate) time: u64,
}

impl Kept {
    /// Of a log that was never cosigned.
    pub(crate) const NONE: Self = Self { state: State::NONE, note: None, time: 0 };
}

/// The lower-case hexadecimal SHA-256 of an origin (C2SP tlog-witness, "Monitor Retrieval Mechanism").
pub(crate) fn origin_hash(origin: &str) -> String {
    hex(origin.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    casemate_tlog::Hash(Sha256::digest(bytes).into()).hex()
}

/// The file of the log with this hash.
pub(crate) fn file(hash: &str) -> String {
    format!("{hash}.checkpoint")
}

/// What the names of files with forks of the log begin with.
pub(crate) fn fork_prefix(hash: &str) -> String {
    format!("{hash}.fork.")
}

/// A body with its checksum in a line before it.
fn seal(body: &str) -> String {
    format!("{}\n{body}", hex(body.as_bytes()))
}

fn unseal(bytes: &[u8]) -> Result<&str, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not text")?;
    let (sum, body) = text.split_once('\n').ok_or("it has no checksum")?;
    if hex(body.as_bytes()) == sum { Ok(body) } else { Err("its checksum is wrong") }
}

/// The file of a log that was never cosigned.
pub(crate) fn none(origin: &str) -> String {
    seal(&format!("{NONE}{origin}\n"))
}

/// The file of a log with this note.
pub(crate) fn some(note: &str) -> String {
    seal(note)
}

/// Reads the file of a log.
pub(crate) fn parse(bytes: &[u8], origin: &str, keys: &[Verifier], own: &Verifier) -> Result<Kept, &'static str> {
    if bytes == none(origin).as_bytes() {
        return Ok(Kept::NONE);
    }
    let text = unseal(bytes)?;
    let note = Note::parse(text.as_bytes()).map_err(|_| "it is not a note")?;
    let opened = note.open(keys.iter().chain([own])).map_err(|_| "no signature that is known verifies")?;
    let checkpoint = Checkpoint::parse(note.text()).map_err(|_| "it is not a checkpoint")?;
    if checkpoint.origin() != origin {
        return Err("it is of another log");
    }
    let time = opened.verified.iter().find(|verified| verified.key == own).and_then(|verified| verified.time);
    let state = State { size: checkpoint.size(), root: checkpoint.root() };
    Ok(Kept { state, note: Some(text.to_owned()), time: time.unwrap_or(0) })
}

/// A cosigned checkpoint: the note with only the signatures of these keys, and with the cosignature.
pub(crate) fn cosigned(note: &Note<'_>, keys: &[Verifier], cosignature: &str) -> String {
    let known = |name: &str, id| keys.iter().any(|key| (key.name(), key.id()) == (name, id));
    let lines = note.signatures().iter().filter(|signature| known(signature.name, signature.id));
    let lines: String = lines.map(|signature| signature.line).collect();
    format!("{}\n{lines}{cosignature}", note.text())
}

/// The list of logs as a file.
pub(crate) fn list(origins: &BTreeSet<String>) -> String {
    seal(&origins.iter().map(|origin| format!("{origin}\n")).collect::<String>())
}

/// Reads the list of logs.
pub(crate) fn parse_list(bytes: &[u8]) -> Result<BTreeSet<String>, &'static str> {
    Ok(unseal(bytes)?.lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_tlog::hash::EMPTY;
    use casemate_tlog::{Cosigner, Signer};

    #[test]
    fn any_byte_that_changes_is_found() {
        let (log, own) = (Signer::from_seed("a/log", &[1; 32]).unwrap(), Cosigner::from_seed("w", &[2; 32]).unwrap());
        let stranger = Signer::from_seed("b", &[3; 32]).unwrap();
        let checkpoint = Checkpoint::new("a/log", 7, EMPTY).unwrap();
        let signed = checkpoint.sign([&stranger, &log]).unwrap();
        let line = own.cosign(&checkpoint.to_string(), 99).unwrap();
        let keys = [log.verifier().clone()];
        let note = cosigned(&Note::parse(signed.as_bytes()).unwrap(), &keys, &line);
        assert!(!note.contains("\u{2014} b "), "only what was verified is kept");
        let read = |bytes: &[u8], keys: &[Verifier]| parse(bytes, "a/log", keys, own.verifier());
        let file = some(&note);
        let kept = Kept { state: State { size: 7, root: EMPTY }, note: Some(note), time: 99 };
        assert_eq!(read(file.as_bytes(), &keys), Ok(kept.clone()));
        assert_eq!(read(file.as_bytes(), &[]), Ok(kept), "its own cosignature is enough");
        assert!(parse(file.as_bytes(), "c", &keys, own.verifier()).is_err());
        assert_eq!(read(none("a/log").as_bytes(), &keys), Ok(Kept::NONE));
        let origins = BTreeSet::from(["a/log".to_owned(), "z".to_owned()]);
        let list = list(&origins);
        assert_eq!(parse_list(list.as_bytes()), Ok(origins));
        for bytes in [file.into_bytes(), none("a/log").into_bytes(), list.into_bytes()] {
            let whole = bytes.len();
            for at in 0..whole {
                let mut bad = bytes.clone();
                bad[at] ^= 1;
                assert!(read(&bad, &keys).is_err() && parse_list(&bad).is_err(), "{at}");
            }
            for end in 0..whole {
                assert!(read(&bytes[..end], &[]).is_err() && parse_list(&bytes[..end]).is_err(), "{end}");
            }
        }
    }
}
