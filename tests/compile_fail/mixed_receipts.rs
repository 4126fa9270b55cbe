//! What is owed for one call cannot be put on another: nothing but the log makes a record.

use casemate_audit::Recorded;
use casemate_core::policy::Permitted;

fn pair<T>(permitted: Permitted, of_another_call: T) -> Recorded {
    Recorded::new(permitted, of_another_call)
}

fn main() {}
