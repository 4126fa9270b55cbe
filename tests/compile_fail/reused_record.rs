//! A recorded call can be dispatched once.

use casemate_audit::Recorded;

fn dispatch_twice(recorded: Recorded) {
    let _first = recorded.dispatch();
    let _second = recorded.dispatch();
}

fn main() {}
