//! Cases of the matrix that the filter does not hold yet, by the beginning of their ids, and why.
//!
//! The list must shrink: an entry that no failing case begins with fails the test, and so does a case that passes under an entry.

/// An encoding that is a sign by itself, whatever it says.
pub(crate) const ANYWAY: &str = ".tags.";

/// What is known to fail.
pub const KNOWN: &[(&str, &str)] = &[
    ("injection-encoded.en-print.rot13", "a request for variables is not looked for in ciphers"),
    ("injection-encoded.en-print.reverse", "a request for variables is not looked for in ciphers"),
];

/// Why a case of the matrix is known to fail; `None` where it is not.
#[must_use]
pub fn known(id: &str) -> Option<&'static str> {
    let held = id.starts_with("injection") && id.contains(ANYWAY);
    KNOWN.iter().find(|(known, _)| id.starts_with(known) && !held).map(|(_, why)| *why)
}
