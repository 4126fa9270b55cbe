//! A receipt of one call cannot be put on another: nothing but the log makes a record.

use casemate_audit::{Receipt, Recorded};
use casemate_core::policy::Permitted;

fn pair(permitted: Permitted, of_another_call: Receipt) -> Recorded {
    Recorded { permitted, receipt: of_another_call }
}

fn main() {}
