//! What may stay: the policy of [`clean`](crate::clean).

mod treat;

pub use treat::{LinkMode, Query, Treat, Treatments};

use crate::PrefixError;
use url::Url;

/// What [`clean`](crate::clean) lets through. The default allows no external destination at all.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Whether every image goes, wherever it points.
    pub strip_images: bool,
    /// Where links may lead.
    pub allowed_links: Vec<Prefix>,
    /// Whence images may be loaded.
    pub allowed_images: Vec<Prefix>,
    /// Whether URLs that stand alone in the text are only reported. For values that a program reads, such as the
    /// choices of a schema: there a URL is data. Schemes that run code go all the same.
    pub keep_bare_links: bool,
    /// What becomes of links that may not stay.
    pub links: LinkMode,
    /// What becomes of the queries of destinations that may stay.
    pub query: Query,
    /// What single rules do, where it is not what the catalogue says.
    pub treat: Treatments,
}

impl Policy {
    /// What is done about a finding of that rule: what was set for it, otherwise what [`Policy::links`] says of a link's,
    /// otherwise what the catalogue says.
    #[must_use]
    pub fn treatment(&self, rule: &str) -> Treat {
        if let Some(treat) = self.treat.get(rule) {
            return treat;
        }
        match self.links {
            LinkMode::Keep if treat::follows_mode(rule) => Treat::Report,
            LinkMode::Drop if treat::follows_mode(rule) => Treat::Redact,
            _ => treat::by_itself(rule),
        }
    }
}

/// An allowed origin and the start of an allowed path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix {
    scheme: String,
    host: String,
    port: Option<u16>,
    path: String,
}

impl Prefix {
    /// Reads an entry such as `https://docs.example.com/manual/`.
    ///
    /// The path covers itself and what lies below it: `/a` covers `/a` and `/a/b`, not `/ab`.
    ///
    /// # Errors
    /// Anything but an http or https URL of origin and path.
    pub fn parse(text: &str) -> Result<Self, PrefixError> {
        let url = Url::parse(text).map_err(|_| PrefixError::Url)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(PrefixError::Scheme);
        }
        let userinfo = !url.username().is_empty() || url.password().is_some();
        if userinfo || url.query().is_some() || url.fragment().is_some() {
            return Err(PrefixError::Extra);
        }
        let host = url.host_str().ok_or(PrefixError::Url)?.to_owned();
        Ok(Self {
            scheme: url.scheme().to_owned(),
            host,
            port: url.port_or_known_default(),
            path: url.path().to_owned(),
        })
    }

    /// Whether the entry's host is this one, as it is commonly written.
    pub(crate) fn is_at(&self, host: &str) -> bool {
        self.host.eq_ignore_ascii_case(host)
    }

    /// Whether a canonical URL lies at or below this entry.
    pub(crate) fn covers(&self, url: &Url) -> bool {
        let origin = (url.scheme(), url.host_str().unwrap_or_default(), url.port_or_known_default());
        if origin != (self.scheme.as_str(), self.host.as_str(), self.port) {
            return false;
        }
        if self.path == "/" {
            return true;
        }
        // A server may decode these into separators and so leave the path that was allowed.
        let path = url.path();
        let lower = path.to_ascii_lowercase();
        // To some of them a parameter is no part of the segment's name.
        let upward = |segment: &str| matches!(segment.split_once(';'), Some(("." | "..", _)));
        if ["%2f", "%5c", "%2e", "%25"].iter().any(|code| lower.contains(code)) || path.split('/').any(upward) {
            return false;
        }
        let rest = path.strip_prefix(self.path.as_str());
        rest.is_some_and(|rest| rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/'))
    }
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        let usual = if self.scheme == "https" { 443 } else { 80 };
        if let Some(port) = self.port.filter(|port| *port != usual) {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_covers_its_path_and_below() {
        let covers = |entry: &str, url: &str| Prefix::parse(entry).unwrap().covers(&Url::parse(url).unwrap());
        assert!(covers("https://a.example", "https://A.example:443/x?y"));
        assert!(covers("https://a.example/d", "https://a.example/d/e"));
        assert!(covers("https://a.example/d/", "https://a.example/d/"));
        assert!(covers("https://b\u{fc}cher.example", "https://xn--bcher-kva.example/"));
        for (entry, url) in [
            ("https://a.example", "http://a.example/"),
            ("https://a.example", "https://a.example:8443/"),
            ("https://a.example", "https://a.example.evil.test/"),
            ("https://a.example", "https://a.example./"),
            ("https://a.example/d", "https://a.example/de"),
            ("https://a.example/d", "https://a.example/d/../e"),
            ("https://a.example/d", "https://a.example/d/%2e%2e/e"),
            ("https://a.example/d", "https://a.example/d/..%2fe"),
            ("https://a.example/d", "https://a.example/d/..;/e"),
            ("https://a.example/d", "https://a.example/d/..;a=b/e"),
            ("https://a.example/d", "https://a.example/d/%252e%252e/e"),
        ] {
            assert!(!covers(entry, url), "{entry} {url}");
        }
    }

    #[test]
    fn an_entry_is_origin_and_path() {
        assert_eq!(Prefix::parse("a.example"), Err(PrefixError::Url));
        assert_eq!(Prefix::parse("ftp://a.example/"), Err(PrefixError::Scheme));
        for text in ["https://u@a.example/", "https://a.example/?x", "https://a.example/#x"] {
            assert_eq!(Prefix::parse(text), Err(PrefixError::Extra), "{text}");
        }
    }
}
