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

/// An allowed origin and the start of an allowed path; of mail and telephone, whom to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix {
    scheme: String,
    host: String,
    port: Option<u16>,
    path: String,
}

impl Prefix {
    /// Whether `beginning` is how it begins, as written canonically: a URL that is cut off before it leaves what is allowed.
    #[must_use]
    pub fn begins_with(&self, beginning: &str) -> bool {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{}{port}{}", self.scheme, self.host, self.path).starts_with(beginning)
    }

    /// Reads an entry such as `https://docs.example.com/manual/`, `mailto:help@example.com` or `tel:+49301234567`.
    ///
    /// The path covers itself and what lies below it: `/a` covers `/a` and `/a/b`, not `/ab`. An address covers itself;
    /// `mailto:@example.com` covers every address of the domain, `mailto:` and `tel:` alone cover all.
    ///
    /// # Errors
    /// Anything but an http, https or ftp URL of origin and path, an address or a number.
    pub fn parse(text: &str) -> Result<Self, PrefixError> {
        let url = Url::parse(text).map_err(|_| PrefixError::Url)?;
        let reached = matches!(url.scheme(), "mailto" | "tel");
        if !(reached || matches!(url.scheme(), "http" | "https" | "ftp")) {
            return Err(PrefixError::Scheme);
        }
        let userinfo = !url.username().is_empty() || url.password().is_some();
        if userinfo || url.query().is_some() || url.fragment().is_some() {
            return Err(PrefixError::Extra);
        }
        if reached {
            let (scheme, path) = (url.scheme().to_owned(), reached_by(&url));
            return Ok(Self { scheme, host: String::new(), port: None, path });
        }
        let host = url.host_str().ok_or(PrefixError::Url)?.to_owned();
        if host.contains('*') {
            return Err(PrefixError::Wildcard);
        }
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

    /// The scheme that the entry is of.
    pub(crate) fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Whether a canonical URL lies at or below this entry.
    pub(crate) fn covers(&self, url: &Url) -> bool {
        if self.host.is_empty() {
            return self.reaches(url);
        }
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

    /// Whether a message or a call to the URL reaches nobody but whom the entry names.
    fn reaches(&self, url: &Url) -> bool {
        // Other fields of a mail's head add recipients (RFC 6068, section 2).
        let fields = url.query().unwrap_or_default();
        let written = fields.is_empty()
            || fields
                .split('&')
                .all(|field| field.split_once('=').is_some_and(|(name, _)| matches!(name, "subject" | "body")));
        if url.scheme() != self.scheme || !written || url.fragment().is_some() {
            return false;
        }
        let whom = reached_by(url);
        let one = !whom.contains(['%', ',', ';']) && whom.matches('@').count() <= 1;
        one && (self.path.is_empty() || whom == self.path || (self.path.starts_with('@') && whom.ends_with(&self.path)))
    }
}

/// The address or number of such a URL, in one form: numbers without the signs between their digits (RFC 3966, section 3).
fn reached_by(url: &Url) -> String {
    let path = url.path().to_ascii_lowercase();
    if url.scheme() == "tel" { path.replace(['-', '.', '(', ')', ' '], "") } else { path }
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.is_empty() {
            return write!(f, "{}:{}", self.scheme, self.path);
        }
        write!(f, "{}://{}", self.scheme, self.host)?;
        let usual = match self.scheme.as_str() {
            "https" => 443,
            "ftp" => 21,
            _ => 80,
        };
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
    fn an_entry_covers_what_a_reader_makes_of_a_url() {
        let covers = |entry: &str, url: &str| Prefix::parse(entry).unwrap().covers(&Url::parse(url).unwrap());
        for url in [
            "HTTPS://DOCS.example.com:443/manual/",
            "https://docs.example.com/manual/a/../b",
            "https://docs.example.com/x/../manual/",
            "https://docs.example.com/%6danual/",
            "https://docs.example.com\\manual\\a",
        ] {
            let plain = !url.contains('%');
            assert_eq!(covers("https://docs.example.com/manual/", url), plain, "{url}");
        }
        for url in [
            "https://docs.example.com/Manual/",
            "https://docs.example.com/manual/%2e%2e/x",
            "https://docs.example.com/manual/.%2E/x",
            "https://docs.example.com/manual/a%2fb",
            "https://docs.example.com/manual/a%5c..%5cb",
            "https://docs.example.com/manual//../../x",
            "https://docs.example.com:80/manual/",
            "https://docs.example.com:8443/manual/",
            "https://docs.example.com./manual/",
            "https://docs.example.com.evil.example/manual/",
            "https://docs.ex\u{430}mple.com/manual/",
        ] {
            assert!(!covers("https://docs.example.com/manual/", url), "{url}");
        }
        assert!(covers("https://xn--bcher-kva.example/", "https://B\u{dc}CHER.example/"));
        assert!(covers("ftp://files.example.com/pub/", "ftp://files.example.com:21/pub/a"));
        assert!(!covers("ftp://files.example.com/pub/", "https://files.example.com/pub/a"));
    }

    #[test]
    fn an_entry_of_mail_or_telephone_covers_whom_it_names() {
        let covers = |entry: &str, url: &str| Prefix::parse(entry).unwrap().covers(&Url::parse(url).unwrap());
        for (entry, url) in [
            ("mailto:help@example.com", "mailto:Help@Example.com"),
            ("mailto:help@example.com", "mailto:help@example.com?subject=a&body=b"),
            ("mailto:@example.com", "mailto:any.one@example.com"),
            ("mailto:", "mailto:any@where.example"),
            ("tel:+49 30 1234-567", "tel:+49-30-1234567"),
            ("tel:", "tel:112"),
        ] {
            assert!(covers(entry, url), "{entry} {url}");
        }
        for (entry, url) in [
            ("mailto:help@example.com", "mailto:help@example.com.evil.example"),
            ("mailto:help@example.com", "mailto:help@example.com,x@evil.example"),
            ("mailto:help@example.com", "mailto:help@example.com?cc=x@evil.example"),
            ("mailto:help@example.com", "mailto:?to=x@evil.example"),
            ("mailto:@example.com", "mailto:x@evil.example%2cy@example.com"),
            ("mailto:@example.com", "mailto:x@evil.example,y@example.com"),
            ("mailto:", "mailto:a@b.example?bcc=x@evil.example"),
            ("tel:112", "tel:+4490099"),
            ("tel:", "mailto:a@b.example"),
        ] {
            assert!(!covers(entry, url), "{entry} {url}");
        }
    }

    #[test]
    fn an_entry_is_origin_and_path() {
        assert_eq!(Prefix::parse("a.example"), Err(PrefixError::Url));
        assert_eq!(Prefix::parse("gopher://a.example/"), Err(PrefixError::Scheme));
        assert_eq!(Prefix::parse("javascript:x"), Err(PrefixError::Scheme));
        for text in ["https://u@a.example/", "https://a.example/?x", "https://a.example/#x", "mailto:a@b.example?cc=c"]
        {
            assert_eq!(Prefix::parse(text), Err(PrefixError::Extra), "{text}");
        }
    }
}
