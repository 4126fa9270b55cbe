//! The exit codes of `casemate audit`: one for each class of fault.

use casemate_audit::Class;

/// A proof does not hold.
pub(super) const BAD: u8 = 1;
/// What is to be checked cannot be read, or the command was called wrongly.
pub(super) const COULD_NOT_RUN: u8 = 2;

/// It was erased.
pub(super) const ERASED: u8 = 10;
/// The entry commits to no such value.
pub(super) const NOTHING: u8 = 11;

/// Whole, but entries at its end are signed by nothing.
pub(super) const UNSIGNED: u8 = 13;

/// What `--help` says of them.
pub(super) const HELP: &str = "\
Exit codes:
  0  good
  1  the proof does not hold
  2  could not run: a file cannot be read, or is of another format
  3  changed: bytes are other than those that were written
  4  removed: entries, checkpoints or files are missing
  5  reordered: entries or checkpoints stand in another order
  6  truncated: the end is missing
  7  torn tail: the last record was not written to its end; the next start cuts it off
  8  signature: a checkpoint is not signed by the log's key
  9  fork: the entries are another history than the one that a checkpoint signed
  12  pruned: its retention was over; an archive may have it
  13 unsigned: whole, but no checkpoint has signed its last entries, and they span more than a minute";

/// The code of a class of fault.
pub(super) const fn of(class: Class) -> u8 {
    match class {
        Class::Unreadable | Class::Absent => COULD_NOT_RUN,
        Class::Changed => 3,
        Class::Removed => 4,
        Class::Reordered => 5,
        Class::Truncated => 6,
        Class::TornTail => 7,
        Class::Signature => 8,
        Class::Fork => 9,
        Class::Pruned => 12,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_code() {
        let classes = [
            Class::Changed,
            Class::Removed,
            Class::Reordered,
            Class::Truncated,
            Class::TornTail,
            Class::Signature,
            Class::Fork,
            Class::Pruned,
        ];
        for class in classes {
            assert!(HELP.contains(&format!("  {}  {}:", of(class), class.as_str())), "{}", class.as_str());
        }
    }
}
