//! Hosts in their one canonical form, and whether a list of domains covers one.

use std::fmt;
use std::net::IpAddr;

/// A host name or address in canonical form: lower case, IDNA ASCII form, no trailing dot, no port, no userinfo.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(String);

/// Why a text is not a plain host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a plain host name or address: no scheme, port, userinfo, path, wildcard or trailing dot belongs here")]
pub struct HostError;

impl Host {
    /// Reads a host alone.
    ///
    /// # Errors
    /// Anything with scheme, userinfo, port, path, trailing dot or characters that a host may not have; numeric forms
    /// of IPv4 addresses other than four decimal parts.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        if text.is_empty() || text.len() > 253 || text.ends_with('.') || text.starts_with('.') {
            return Err(HostError);
        }
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_') || (c == ':' || c == '[' || c == ']');
        if !text.chars().all(plain) {
            return Err(HostError);
        }
        if let Ok(address) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Ok(Self(address.to_string()));
        }
        if text.contains([':', '[', ']']) {
            return Err(HostError);
        }
        match url::Host::parse(text) {
            Ok(url::Host::Domain(domain)) if !domain.is_empty() => Ok(Self(domain)),
            // Numbers in octal, hexadecimal or fewer than four parts would become an address here.
            _ => Err(HostError),
        }
    }

    /// The host of a URL that was parsed already.
    ///
    /// # Errors
    /// A URL without a host, or with a trailing dot in it.
    pub fn of_url(url: &url::Url) -> Result<Self, HostError> {
        match url.host() {
            Some(url::Host::Domain(domain)) => Self::parse(domain),
            Some(url::Host::Ipv4(ip)) => Ok(Self(ip.to_string())),
            Some(url::Host::Ipv6(ip)) => Ok(Self(ip.to_string())),
            None => Err(HostError),
        }
    }

    /// As text, IPv6 without brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address, where the host is one.
    #[must_use]
    pub fn as_ip(&self) -> Option<IpAddr> {
        self.0.parse().ok()
    }

    /// Whether this host equals `domain` or lies below it. Addresses only equal themselves.
    #[must_use]
    pub fn is_within(&self, domain: &Self) -> bool {
        if self == domain {
            return true;
        }
        if self.as_ip().is_some() || domain.as_ip().is_some() {
            return false;
        }
        self.0.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Host;

    fn host(text: &str) -> Host {
        Host::parse(text).unwrap()
    }

    #[test]
    fn one_form_for_each_host() {
        assert_eq!(host("MCP.Example.COM").as_str(), "mcp.example.com");
        assert_eq!(host("b\u{fc}cher.example").as_str(), "xn--bcher-kva.example");
        assert_eq!(host("[::1]").as_str(), "::1");
        for bad in [
            "",
            "a.",
            ".a",
            "a:80",
            "u@a",
            "a/b",
            "https://a",
            "*.a",
            "a b",
            "0x7f.1",
            "2130706433",
            "127.1",
            "a\\b",
            "a%2eb",
        ] {
            assert!(Host::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_suffix_is_not_a_domain() {
        let domain = host("knowledgebase.svc.cluster.local");
        assert!(host("mcp.knowledgebase.svc.cluster.local").is_within(&domain));
        assert!(domain.is_within(&domain));
        assert!(!host("evil-knowledgebase.svc.cluster.local").is_within(&domain));
        assert!(!host("knowledgebase.svc.cluster.local.evil.example").is_within(&domain));
        assert!(!host("cluster.local").is_within(&domain));
    }
}
