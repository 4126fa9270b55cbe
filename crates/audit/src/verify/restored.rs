//! Keys of subjects that the log says were destroyed, and that are there again: with an older copy of their file.

use crate::erasures;
use crate::error::{Class, Fault};
use crate::scan::Found;
use crate::subjects::{Ring, Slot, State};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The last key of each slot that was destroyed: its generation, and the record that says so.
#[derive(Default)]
pub(super) struct Destroyed(BTreeMap<u32, (u32, u64)>);

impl Destroyed {
    pub(super) fn pass(&mut self, found: &Found) -> Result<(), Fault> {
        if found.erases {
            let json = found.json().map_err(|what| found.fault(Class::Unreadable, what))?;
            self.0.extend(erasures::keys(&json).map(|(slot, generation)| (slot, (generation, found.index))));
        }
        Ok(())
    }

    /// The first of them that the file at `path` has; without such a file there is none.
    pub(super) fn finish(&self, path: &Path) -> Result<(), Fault> {
        let (ring, file) = (Ring::new(path), path.display().to_string());
        for (number, (generation, index)) in &self.0 {
            let slot = match ring.slot(*number) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                slot => slot.map_err(|error| Fault::io(&file, &error))?,
            };
            let has_key = |slot: &Slot| matches!(slot.state, State::Live | State::Doomed | State::Held);
            if slot.is_some_and(|slot| slot.generation <= *generation && has_key(&slot)) {
                let what = format!(
                    "the key in slot {number} was destroyed, as entry {index} says, and is there again: an older copy of this \
                     file was put back"
                );
                return Err(Fault::new(Class::Changed, &file, Slot::offset(*number), what).at(*index));
            }
        }
        Ok(())
    }
}
