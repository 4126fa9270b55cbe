//! PEM files: certificates, keys and revocation lists, checked as far as a file alone can be.

use super::Context;
use crate::config::codes::Code;
use crate::config::diagnostic::Diagnostic;
use crate::config::section::Section;
use crate::config::tree::Spanned;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_core::Secret;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use std::path::PathBuf;
use std::sync::Arc;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Bytes of a certificate or key file.
const MAX_PEM: usize = 1 << 20;
/// Bytes of a file of revocation lists.
const MAX_CRL: usize = 16 << 20;

/// A chain with its key.
pub(super) type Pair = (Vec<CertificateDer<'static>>, Secret);

/// The certificates of a file, at least one.
pub(super) fn certificates(cx: &mut Context<'_>, path: &Spanned<PathBuf>) -> Option<Vec<CertificateDer<'static>>> {
    let data = cx.read(path, MAX_PEM)?;
    let parsed: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&data.bytes).collect();
    let fault = match parsed {
        Ok(list) if list.is_empty() => "it holds no certificate".to_owned(),
        Ok(list) => match list.iter().find_map(|der| X509Certificate::from_der(der).err()) {
            None => return Some(list),
            Some(_) => "a certificate in it is malformed".to_owned(),
        },
        Err(error) => error.to_string(),
    };
    refuse(cx, path, &fault, "the file must be PEM: -----BEGIN CERTIFICATE-----");
    None
}

fn refuse(cx: &mut Context<'_>, path: &Spanned<PathBuf>, fault: &str, help: &str) {
    let message = format!("`{}` cannot be used: {fault}", path.value.display());
    cx.push(Diagnostic::error(Code::Certificate, path.span, message).label("named here").help(help));
}

/// The CAs of a file. An expired one is told, since it signs nothing that is accepted.
pub(super) fn roots(cx: &mut Context<'_>, path: &Spanned<PathBuf>) -> Option<Vec<CertificateDer<'static>>> {
    let roots = certificates(cx, path)?;
    for der in &roots {
        if let Some(fault) = validity(der, cx.environment.now) {
            let message = format!("a CA in `{}` {fault}", path.value.display());
            cx.push(Diagnostic::warning(Code::Expired, path.span, message).label("named here"));
        }
    }
    Some(roots)
}

/// The revocation lists of a file, at least one.
pub(super) fn crls(
    cx: &mut Context<'_>,
    path: &Spanned<PathBuf>,
) -> Option<Vec<CertificateRevocationListDer<'static>>> {
    let data = cx.read(path, MAX_CRL)?;
    let parsed: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(&data.bytes).collect();
    let fault = match parsed {
        Ok(list) if list.is_empty() => "it holds no revocation list".to_owned(),
        Ok(list) => {
            let malformed = |der: &CertificateRevocationListDer<'static>| {
                x509_parser::revocation_list::CertificateRevocationList::from_der(der).is_err()
            };
            if !list.iter().any(malformed) {
                return Some(list);
            }
            "a revocation list in it is malformed".to_owned()
        }
        Err(error) => error.to_string(),
    };
    refuse(cx, path, &fault, "the file must be PEM: -----BEGIN X509 CRL-----");
    None
}

/// The pair of the keys `certificate` and `key` of a section.
pub(super) fn pair(cx: &mut Context<'_>, section: Section<'_>) -> Option<Pair> {
    let (chain_path, key_path) = (section.path("certificate", cx.base), section.path("key", cx.base));
    let chain = chain_path.as_ref().and_then(|path| certificates(cx, path));
    let key = key_path.as_ref().and_then(|path| private_key(cx, path));
    let (chain, key, chain_path, key_path) = (chain?, key?, chain_path?, key_path?);
    if let Some(fault) = chain.first().and_then(|leaf| validity(leaf, cx.environment.now)) {
        let message = format!("the certificate in `{}` {fault}", chain_path.value.display());
        cx.push(Diagnostic::error(Code::Expired, chain_path.span, message).label("named here").help("issue a new one"));
    }
    match matches(&chain, &key) {
        Ok(true) => {}
        Ok(false) => {
            let message = format!("`{}` is not the key of the certificate", key_path.value.display());
            let found = Diagnostic::error(Code::KeyMismatch, key_path.span, message).label("this key");
            cx.push(found.also(chain_path.span, "this certificate").help("give the pair that was issued together"));
        }
        Err(error) => refuse(cx, &key_path, &error, "RSA of 2048 bits or more, P-256, P-384 and Ed25519 are known"),
    }
    Some((chain, Secret::new(key.secret_der().to_vec())))
}

fn private_key(cx: &mut Context<'_>, path: &Spanned<PathBuf>) -> Option<PrivateKeyDer<'static>> {
    let data = cx.read(path, MAX_PEM)?;
    cx.private(path, &data);
    match PrivateKeyDer::from_pem_slice(&data.bytes) {
        Ok(key) => {
            hold(cx, &data.bytes);
            Some(key)
        }
        Err(error) => {
            // The parser's words describe markers, never what is between them.
            refuse(cx, path, &error.to_string(), "the file must be PEM: -----BEGIN PRIVATE KEY-----, not encrypted");
            None
        }
    }
}

/// The shortest line of a key that is registered, in characters of base64.
const LINE: usize = 32;

/// Registers the lines of a key, as they stand and as the bytes that they are of, so that a part of it is found as well, also
/// where it is written in lines of another length or as hexadecimal.
fn hold(cx: &mut Context<'_>, pem: &[u8]) {
    let text = String::from_utf8_lossy(pem);
    let body = text.lines().map(str::trim).skip_while(|line| !(line.starts_with("-----BEGIN") && line.contains("KEY")));
    let body = body.skip(1).take_while(|line| !line.starts_with("-----"));
    for line in body.filter(|line| line.len() >= LINE) {
        cx.hold_quietly(line.as_bytes());
        if let Ok(bytes) = STANDARD.decode(line) {
            cx.hold_quietly(&bytes);
        }
    }
}

fn matches(chain: &[CertificateDer<'static>], key: &PrivateKeyDer<'static>) -> Result<bool, String> {
    let signer = rustls::crypto::aws_lc_rs::sign::any_supported_type(key).map_err(|error| error.to_string())?;
    let certified = rustls::sign::CertifiedKey::new(chain.to_vec(), Arc::clone(&signer));
    match certified.keys_match() {
        Ok(()) => Ok(true),
        Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::KeyMismatch)) => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}

/// What is wrong with the dates of a certificate, if anything is. `now` in seconds since the Unix epoch.
pub(crate) fn validity(der: &CertificateDer<'_>, now: i64) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let validity = certificate.validity();
    if validity.not_after.timestamp() < now {
        Some(format!("expired on {}", validity.not_after))
    } else if validity.not_before.timestamp() > now {
        Some(format!("is not valid before {}", validity.not_before))
    } else {
        None
    }
}
