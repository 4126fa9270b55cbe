//! A secret is neither displayed nor serialised nor compared in a way that leaks where it differs.

use casemate_core::Secret;

fn display(secret: &Secret) -> String {
    format!("{secret}")
}

fn serialise(secret: &Secret) -> Option<String> {
    serde_json::to_string(secret).ok()
}

fn compare(one: &Secret, other: &Secret) -> bool {
    one == other
}

fn main() {}
