//! Reading the identity of a client certificate that the handshake verified.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casemate_core::digest::Digest;
use casemate_core::host::Host;
use casemate_core::principal::CertificateFacts;
use casemate_core::{Reason, Refusal, Subject, UnixMillis};
use rustls_pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Reads the facts of a verified certificate: its one identity, its thumbprint (RFC 8705 section 3.1), its end.
///
/// The identity is the one URI SAN, a SPIFFE ID of a workload. Where there is no URI SAN and `dns_identities` is set,
/// it is the one DNS SAN, in lower case.
///
/// # Errors
/// `auth.certificate_identity` unless there is exactly one identity of the right form.
pub fn read(der: &CertificateDer<'_>, dns_identities: bool) -> Result<CertificateFacts, Refusal> {
    let refuse = |hint: &str| Refusal::new(Reason::CertificateIdentity).hint(hint);
    let Ok((rest, certificate)) = X509Certificate::from_der(der) else {
        return Err(refuse("it cannot be parsed"));
    };
    if !rest.is_empty() {
        return Err(refuse("bytes follow it"));
    }
    let names = match certificate.subject_alternative_name() {
        Ok(Some(extension)) => extension.value.general_names.as_slice(),
        Ok(None) => &[],
        Err(_) => return Err(refuse("its subject alternative names cannot be parsed")),
    };
    let identity = identity(names, dns_identities).map_err(refuse)?;
    let end = u64::try_from(certificate.validity().not_after.timestamp()).unwrap_or(0);
    Ok(CertificateFacts {
        identity,
        thumbprint: URL_SAFE_NO_PAD.encode(Digest::of(der).0),
        not_after: UnixMillis(end.saturating_mul(1000)),
    })
}

/// Whether the certificate has ended: connections outlive the certificates that opened them.
#[must_use]
pub const fn has_ended(facts: &CertificateFacts, now: UnixMillis) -> bool {
    now.seconds() > facts.not_after.seconds()
}

fn identity(names: &[GeneralName<'_>], dns_identities: bool) -> Result<Subject, &'static str> {
    if names.iter().any(|name| matches!(name, GeneralName::Invalid(..))) {
        return Err("a subject alternative name is malformed");
    }
    let mut uris = names.iter().filter_map(|name| if let GeneralName::URI(uri) = name { Some(*uri) } else { None });
    match (uris.next(), uris.next()) {
        (Some(uri), None) => spiffe_id(uri).ok_or("its URI name is not a SPIFFE ID of a workload"),
        (Some(_), Some(_)) => Err("it has more than one URI name"),
        (None, _) if dns_identities => dns_identity(names),
        (None, _) => Err("it has no URI name"),
    }
}

fn dns_identity(names: &[GeneralName<'_>]) -> Result<Subject, &'static str> {
    let mut hosts =
        names.iter().filter_map(|name| if let GeneralName::DNSName(dns) = name { Some(*dns) } else { None });
    let (Some(dns), None) = (hosts.next(), hosts.next()) else {
        return Err("it has neither a URI name nor exactly one DNS name");
    };
    let host = Host::parse(dns).ok().filter(|host| host.as_ip().is_none());
    host.and_then(|host| Subject::parse(host.as_str()).ok()).ok_or("its DNS name is not a plain host name")
}

/// A SPIFFE ID with a path (SPIFFE-ID section 2, X509-SVID section 4.1).
///
/// The alphabet leaves no room for userinfo, port, query, fragment or escapes.
fn spiffe_id(uri: &str) -> Option<Subject> {
    let (domain, path) = uri.strip_prefix("spiffe://")?.split_once('/')?;
    let domain_byte = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
    let path_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let segment = |text: &str| !matches!(text, "" | "." | "..") && text.bytes().all(path_byte);
    let fine = !domain.is_empty() && domain.bytes().all(domain_byte) && path.split('/').all(segment);
    if fine { Subject::parse(uri).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity_of(names: &[GeneralName<'_>], dns: bool) -> Result<String, &'static str> {
        identity(names, dns).map(|subject| subject.to_string())
    }

    #[test]
    fn spiffe_ids_have_one_form() {
        for good in ["spiffe://acme.example/agent", "spiffe://a/ns/prod/sa/Agent_1", "spiffe://a_b-c.d/x.y"] {
            assert!(spiffe_id(good).is_some(), "{good}");
        }
        for bad in [
            "spiffe://acme.example",
            "spiffe://acme.example/",
            "spiffe://acme.example/a/",
            "spiffe://acme.example//a",
            "spiffe://acme.example/./a",
            "spiffe://acme.example/a/..",
            "spiffe://ACME.example/a",
            "SPIFFE://acme.example/a",
            "spiffe://u@acme.example/a",
            "spiffe://acme.example:443/a",
            "spiffe://acme.example/a?x",
            "spiffe://acme.example/a#x",
            "spiffe://acme.example/a%2fb",
            "spiffe:///a",
            "spiffe:/acme/a",
            "https://acme.example/a",
            "",
        ] {
            assert!(spiffe_id(bad).is_none(), "{bad}");
        }
        assert!(spiffe_id(&format!("spiffe://a/{}", "x".repeat(255))).is_none());
    }

    #[test]
    fn exactly_one_identity() {
        use GeneralName::{DNSName as Dns, RFC822Name as Mail, URI as Uri};
        let one = "spiffe://acme.example/agent";
        assert_eq!(identity_of(&[Dns("x.example"), Uri(one), Mail("a@b")], false), Ok(one.to_owned()));
        assert_eq!(identity_of(&[Dns("x.example"), Uri(one)], true), Ok(one.to_owned()));
        assert!(identity_of(&[Uri(one), Uri(one)], false).is_err());
        assert!(identity_of(&[Uri(one), Uri("spiffe://acme.example/other")], true).is_err());
        assert!(identity_of(&[Uri("https://x.example/"), Dns("x.example")], true).is_err());
        assert!(identity_of(&[], true).is_err());
        assert!(identity_of(&[Mail("a@b")], true).is_err());
    }

    #[test]
    fn dns_names_count_only_where_the_mapping_says_so() {
        use GeneralName::DNSName as Dns;
        assert!(identity_of(&[Dns("agent.example")], false).is_err());
        assert_eq!(identity_of(&[Dns("Agent.Example")], true), Ok("agent.example".to_owned()));
        assert!(identity_of(&[Dns("a.example"), Dns("b.example")], true).is_err());
        for bad in ["*.example", "10.0.0.1", "a.example.", "a b", "a\0.example"] {
            assert!(identity_of(&[Dns(bad)], true).is_err(), "{bad}");
        }
    }
}
