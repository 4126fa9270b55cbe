//! What can be wrong with an allow-list entry.

/// Why a text is not an allow-list entry for links or images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrefixError {
    /// Not an absolute URL.
    #[error("not an absolute URL")]
    Url,
    /// Another scheme than http, https, ftp, mailto or tel.
    #[error("only destinations of http, https, ftp, mailto and tel can be allowed")]
    Scheme,
    /// Userinfo, query or fragment.
    #[error("an entry is origin and path: no userinfo, query or fragment")]
    Extra,
    /// A host with a wildcard.
    #[error("a host is named in full: there are no wildcards")]
    Wildcard,
}
