//! The pins of a running gateway, through its admin listener.

use super::args::Access;
use super::source::Refused;
use super::visible;
use crate::config::Loaded;
use anyhow::{Context as _, Result, anyhow, bail};
use bytes::Bytes;
use casemate_core::{Reason, Secret};
use casemate_net::{Client, ClientConfig, ClientIdentity, ConnectFault, Named, NetError, Target, Trust};
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;
use url::form_urlencoded::Serializer;

/// How long the gateway may take for an answer; a decision waits for the disk.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of an answer: all definitions of all servers.
const ANSWER: usize = 256 << 20;
/// Bytes of a token.
const TOKEN: usize = 8 << 10;

/// Nothing listens at the address of the configuration.
#[derive(Debug, thiserror::Error)]
#[error("no gateway answers at {0}")]
pub(crate) struct NotRunning(String);

/// The admin listener of a running gateway.
pub(crate) struct Admin {
    client: Client,
    target: Target,
    url: Url,
    token: Option<HeaderValue>,
}

impl Admin {
    /// The listener at `url`, whose certificate one of `roots` signed, unless the arguments name a CA.
    pub(crate) fn new(access: &Access, url: Url, roots: Vec<CertificateDer<'static>>) -> Result<Self> {
        let is_tls = url.scheme() == "https";
        let roots = match &access.ca {
            Some(path) => certificates(path)?,
            None if is_tls => roots,
            None => Vec::new(),
        };
        let token = access.token_file.as_deref().map(token).transpose()?;
        if token.is_some() && !is_tls {
            bail!("a token is only sent over https, and {url} is not");
        }
        let pair = match (&access.certificate, &access.key) {
            (Some(certificate), Some(key)) => Some((certificate.clone(), key.clone())),
            _ if token.is_some() => None,
            _ => beside(&access.config),
        };
        let client = pair.filter(|_| is_tls).map(|(certificate, key)| identity(&certificate, &key)).transpose()?;
        let target = Target::new(&url, Named::ByOperator, &Trust { roots, client })
            .with_context(|| format!("the admin listener {url} cannot be asked"))?;
        Ok(Self { client: Client::new(ClientConfig::default()), target, url, token })
    }

    /// That of the gateway with this configuration; `None` where it has none or does not run.
    pub(crate) async fn running(access: &Access, loaded: &Loaded) -> Result<Option<Self>> {
        let Some(listener) = &loaded.config.admin else { return Ok(None) };
        let clients = listener.tls.as_ref().and_then(|tls| tls.clients.as_ref());
        let roots = clients.map(|clients| clients.roots.clone()).unwrap_or_default();
        let admin = Self::new(access, crate::healthcheck::own_url(listener)?, roots)?;
        match admin.probe().await {
            Ok(()) => Ok(Some(admin)),
            Err(fault) if fault.downcast_ref::<NotRunning>().is_some() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Whether a gateway is there at all.
    pub(super) async fn probe(&self) -> Result<()> {
        self.send(Method::GET, "/healthz", Bytes::new()).await.map(drop)
    }

    /// Reads a document.
    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Bytes> {
        let query = Serializer::new(String::new()).extend_pairs(query).finish();
        self.send(Method::GET, &format!("{path}?{query}"), Bytes::new()).await
    }

    /// Sends a decision, and gives what is said of it.
    pub(super) async fn post(&self, path: &str, body: String) -> Result<Bytes> {
        self.send(Method::POST, path, body.into()).await
    }

    /// Sends a request, and gives the body of its answer.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Bytes) -> Result<Bytes> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = path.parse::<Uri>().context("the request cannot be made")?;
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(token) = &self.token {
            headers.insert(header::AUTHORIZATION, token.clone());
        }
        let (status, body) = self.exchange(request).await.map_err(|fault| match fault {
            NetError::Connect(ConnectFault::Refused) => anyhow!(NotRunning(self.url.to_string())),
            fault => anyhow!(fault).context(format!("the admin listener {} gave no answer", self.url)),
        })?;
        if status == StatusCode::OK { Ok(body) } else { Err(refusal(status, &body)) }
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<(StatusCode, Bytes), NetError> {
        let response = self.client.send(&self.target, request, PATIENCE).await?;
        let status = response.status();
        let body = tokio::time::timeout(PATIENCE, response.into_body().collect_capped(ANSWER)).await;
        Ok((status, body.unwrap_or(Err(NetError::Timeout))?))
    }
}

/// What the gateway says of a request that it refused (RFC 9457).
fn refusal(status: StatusCode, body: &[u8]) -> anyhow::Error {
    let problem: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| problem.get(name).and_then(serde_json::Value::as_str);
    match text("reason").and_then(Reason::from_code) {
        Some(reason) => {
            let title = text("title").unwrap_or(reason.facts().message);
            let trace = text("trace_id").map(|trace| format!(" (trace {trace})")).unwrap_or_default();
            let need = if reason == Reason::AuthRequired { ": --certificate and --key, or --token-file" } else { "" };
            Refused::new(reason, visible::safe(&format!("{title}{need}{trace}"))).into()
        }
        None => anyhow!("the admin listener answered with status {status}; is it Casemate's?"),
    }
}

/// The certificate that `casemate init` lays beside the configuration for whoever decides.
fn beside(config: &Path) -> Option<(PathBuf, PathBuf)> {
    let pki = config.parent().unwrap_or(Path::new("")).join("pki");
    let pair = |name: &str| (pki.join(format!("{name}.pem")), pki.join(format!("{name}.key")));
    ["operator", "reviewer"].map(pair).into_iter().find(|(certificate, key)| certificate.is_file() && key.is_file())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => bail!("`{}` holds no certificate", path.display()),
        Err(fault) => Err(anyhow!(fault).context(format!("`{}` holds no certificate", path.display()))),
    }
}

fn identity(certificate: &Path, key: &Path) -> Result<ClientIdentity> {
    let chain = certificates(certificate)?;
    let key = PrivateKeyDer::from_pem_file(key).with_context(|| format!("`{}` holds no key", key.display()))?;
    Ok(ClientIdentity { chain, key: Secret::new(key.secret_der().to_vec()) })
}

/// The header with the token of a file.
fn token(path: &Path) -> Result<HeaderValue> {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path)?;
        std::io::Read::read_to_end(&mut std::io::Read::take(file, TOKEN as u64 + 1), &mut bytes)?;
        Ok(bytes)
    };
    let secret = Secret::new(read().with_context(|| format!("`{}` cannot be read", path.display()))?);
    let trimmed = secret.expose().trim_ascii();
    let is_token = !trimmed.is_empty() && trimmed.len() <= TOKEN && trimmed.iter().all(u8::is_ascii_graphic);
    if !is_token {
        bail!("`{}` does not hold one token", path.display());
    }
    let text = Secret::new([b"Bearer ", trimmed].concat());
    let mut value = HeaderValue::from_bytes(text.expose()).context("the token cannot be sent")?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_its_reason_and_what_to_do() {
        let body =
            br#"{"title":"the definition is no longer the one that was shown","reason":"pin.moved","trace_id":"t"}"#;
        let fault = refusal(StatusCode::CONFLICT, body);
        assert_eq!(fault.downcast_ref::<Refused>().map(|refused| refused.reason), Some(Reason::PinMoved));
        let text = fault.to_string();
        assert!(text.starts_with("pin.moved: the definition") && text.contains("(trace t)\nhelp: "), "{text}");
        let text = refusal(StatusCode::BAD_GATEWAY, b"<html>\x1b[2J").to_string();
        assert!(text.contains("502") && !text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_token_is_one_line_of_visible_characters() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        let read = |text: &[u8]| {
            std::fs::write(&path, text).unwrap();
            token(&path)
        };
        let value = read(b"a.b.c\n").unwrap();
        assert_eq!((value.as_bytes(), value.is_sensitive()), (&b"Bearer a.b.c"[..], true));
        for bad in [&b""[..], b"\n", b"a b", b"a\nb", b"\xff", &[b'a'; TOKEN + 1]] {
            assert!(read(bad).is_err());
        }
        assert!(token(&dir.path().join("none")).is_err());
    }

    #[test]
    fn the_certificates_of_init_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("casemate.yaml");
        assert_eq!(beside(&config), None);
        crate::init::write_pki(dir.path()).unwrap();
        let (certificate, key) = beside(&config).unwrap();
        assert!(certificate.ends_with("pki/operator.pem") && identity(&certificate, &key).is_ok());
        std::fs::remove_file(key).unwrap();
        assert!(beside(&config).unwrap().0.ends_with("pki/reviewer.pem"));
    }
}
