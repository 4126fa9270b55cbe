//! Entry bundles: entries one after another, each after its length (C2SP tlog-tiles, "Log entries").

/// The most bytes that an entry can have: its length is two bytes.
pub const MAX_ENTRY: usize = 65_535;

/// Why bytes are not a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The entry is longer than [`MAX_ENTRY`].
    #[error("an entry of {0} bytes is too long")]
    TooLong(usize),
    /// The bundle ends inside an entry.
    #[error("the bundle ends inside entry {0}")]
    Short(u16),
    /// There is more after the last entry.
    #[error("{0} bytes follow the last entry")]
    Rest(usize),
}

/// Appends one entry.
///
/// # Errors
/// When it is too long; nothing is appended then.
pub fn append(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), BundleError> {
    let length = u16::try_from(entry.len()).map_err(|_| BundleError::TooLong(entry.len()))?;
    bundle.reserve(2 + entry.len());
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The `width` entries of a bundle, and nothing after them.
///
/// # Errors
/// When there are fewer or more.
pub fn entries(mut bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::with_capacity(usize::from(width));
    for at in 0..width {
        let (length, rest) = bundle.split_first_chunk::<2>().ok_or(BundleError::Short(at))?;
        let (entry, rest) =
            rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(BundleError::Short(at))?;
        entries.push(entry);
        bundle = rest;
    }
    if bundle.is_empty() { Ok(entries) } else { Err(BundleError::Rest(bundle.len())) }
}
