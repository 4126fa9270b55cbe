//! Private keys in base64 of which the first line is missing, told by how their structure begins.

use super::format::begins;
use super::pem;
use std::ops::Range;

/// The rule.
pub(super) const DER: &str = "secret.private_key.base64";

/// What they begin with, and how many characters, which begin with `MII`, stand before: PKCS #8 and PKCS #1 of RSA, PKCS #8
/// and SEC 1 of elliptic curves, PKCS #8 of Ed25519 and X25519, OpenSSH.
pub(super) const ANCHORS: &[(&str, usize)] = &[
    ("IBADANBgkqhkiG9w0BAQEFAASC", 6),
    ("IBAAKCA", 6),
    ("MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0w", 0),
    ("MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGb", 0),
    ("MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHT", 0),
    ("MHcCAQEEI", 0),
    ("MIGkAgEBBD", 0),
    ("MIHcAgEBBEI", 0),
    ("MC4CAQAwBQYDK2Vw", 0),
    ("MC4CAQAwBQYDK2Vu", 0),
    ("b3BlbnNzaC1rZXktdjEA", 0),
];

/// The key whose anchor stands there.
pub(super) fn at(bytes: &[u8], anchor: usize, back: usize) -> Option<Range<usize>> {
    let start = anchor.checked_sub(back)?;
    if (back > 0 && !bytes.get(start..)?.starts_with(b"MII")) || !begins(bytes, start) {
        return None;
    }
    let end = pem::lines_end(bytes, start, start + pem::LONGEST);
    pem::encoded(bytes.get(start..end)?).then_some(start..end)
}
