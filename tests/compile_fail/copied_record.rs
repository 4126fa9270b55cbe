//! Neither a record nor what it owes can be copied.

use casemate_audit::{InFlight, Recorded};

fn copies<T: Clone>(_: &T) {}

fn copy(recorded: &Recorded, flight: &InFlight) {
    copies(recorded);
    copies(flight);
}

fn main() {}
