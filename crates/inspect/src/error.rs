//! What can be wrong with an allow-list entry.

/// Why a text is not an allow-list entry for links or images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrefixError {
    /// Not an absolute URL.
    #[error("not an absolute URL")]
    Url,
    /// Another scheme than http or https.
    #[error("only http and https destinations can be allowed")]
    Scheme,
    /// Userinfo, query or fragment.
    #[error("an entry is origin and path: no userinfo, query or fragment")]
    Extra,
}
