//! An answer comes with the debt of its own call: nothing but that call's flight makes it.

use casemate_audit::{InFlight, Untrusted};

fn answer<T>(value: T, of_another_call: InFlight) -> Untrusted<T> {
    Untrusted { value, flight: of_another_call }
}

fn main() {}
