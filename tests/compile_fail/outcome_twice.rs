//! An intent gets one outcome.

use casemate_audit::{InFlight, Outcome};

async fn conclude_twice(flight: InFlight, first: Outcome, second: Outcome) {
    let _ = flight.conclude(first).await;
    let _ = flight.conclude(second).await;
}

fn main() {}
