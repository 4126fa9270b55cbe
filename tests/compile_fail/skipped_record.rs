//! A call that was permitted but not recorded cannot be dispatched.

use casemate_core::policy::Permitted;

fn dispatch(permitted: Permitted) {
    let _ = permitted.dispatch();
}

fn main() {}
