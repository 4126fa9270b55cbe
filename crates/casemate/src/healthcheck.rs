//! `casemate healthcheck`: asks a running gateway whether it is ready, for containers and scripts.

use crate::config::{self, Environment};
use crate::out;
use anyhow::Context as _;
use bytes::Bytes;
use casemate_core::Secret;
use casemate_gateway::config::Admin;
use casemate_net::{Client, ClientConfig, ClientIdentity, Named, NetError, Target, Trust};
use http::{Request, StatusCode};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use url::Url;

/// How long the gateway may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Arguments of `casemate healthcheck`.
#[derive(Debug, clap::Args)]
pub struct HealthcheckArgs {
    /// The admin listener's URL; without it, the one of the configuration.
    #[arg(long, env = "CASEMATE_ADMIN_URL")]
    pub admin: Option<Url>,
    /// A client certificate; with a role, the answer says what is wrong.
    #[arg(long, env = "CASEMATE_ADMIN_CERT", requires = "key")]
    pub cert: Option<PathBuf>,
    /// Its key.
    #[arg(long, env = "CASEMATE_ADMIN_KEY", requires = "cert")]
    pub key: Option<PathBuf>,
    /// Who signed the admin listener's certificate; without it, the configured client CAs.
    #[arg(long, env = "CASEMATE_ADMIN_CA")]
    pub ca: Option<PathBuf>,
    /// The configuration file.
    #[arg(long, short, default_value = "casemate.yaml", env = "CASEMATE_CONFIG")]
    pub config: PathBuf,
}

/// Runs `casemate healthcheck`: exit 0 ready, 1 not ready, 2 could not ask.
///
/// # Errors
/// The answer could not be asked for.
pub fn run(args: &HealthcheckArgs) -> anyhow::Result<ExitCode> {
    let Some((url, roots)) = destination(args)? else { return Ok(ExitCode::from(2)) };
    let trust = Trust { roots, client: identity(args)? };
    let target = Target::new(&url.join("/readyz")?, Named::ByOperator, &trust)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match runtime.block_on(ask(&target)) {
        Ok((status, text)) => {
            out::line(&text)?;
            Ok(ExitCode::from(u8::from(status != StatusCode::OK)))
        }
        Err(fault) => {
            out::say(&format!("not ready: {fault}"));
            Ok(ExitCode::from(1))
        }
    }
}

async fn ask(target: &Target) -> Result<(StatusCode, String), NetError> {
    let request = Request::new(Bytes::new());
    let response = Client::new(ClientConfig::default()).send(target, request, PATIENCE).await?;
    let status = response.status();
    let body = tokio::time::timeout(PATIENCE, response.into_body().collect_capped(1 << 16)).await;
    let body = body.unwrap_or(Err(NetError::Timeout))?;
    Ok((status, shown(&body)))
}

/// The answer as a terminal may have it, without the end of its last line.
fn shown(body: &[u8]) -> String {
    out::safe(String::from_utf8_lossy(body).trim_end())
}

/// The client certificate that the caller proves a role with, if it does.
fn identity(args: &HealthcheckArgs) -> anyhow::Result<Option<ClientIdentity>> {
    let (Some(certificate), Some(key)) = (&args.cert, &args.key) else { return Ok(None) };
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain = chain.with_context(|| format!("`{}` holds no certificate", certificate.display()))?;
    let key = PrivateKeyDer::from_pem_file(key).with_context(|| format!("`{}` holds no key", key.display()))?;
    Ok(Some(ClientIdentity { chain, key: Secret::new(key.secret_der().to_vec()) }))
}

fn destination(args: &HealthcheckArgs) -> anyhow::Result<Option<(Url, Vec<CertificateDer<'static>>)>> {
    let mut roots = Vec::new();
    if let Some(ca) = &args.ca {
        roots = CertificateDer::pem_file_iter(ca)?.collect::<Result<_, _>>()?;
    }
    if let Some(url) = &args.admin {
        return Ok(Some((url.clone(), roots)));
    }
    let loaded = match config::load(&args.config, &Environment::of_process()) {
        Ok(loaded) => loaded,
        Err(report) => {
            out::show(&report.render(true));
            return Ok(None);
        }
    };
    let Some(admin) = loaded.config.admin else {
        out::say("the configuration has no admin listener");
        return Ok(None);
    };
    if roots.is_empty() {
        roots = admin.tls.as_ref().and_then(|tls| tls.clients.as_ref()).map(|c| c.roots.clone()).unwrap_or_default();
    }
    Ok(Some((own_url(&admin)?, roots)))
}

/// The URL of the admin listener from this machine.
pub(crate) fn own_url(admin: &Admin) -> anyhow::Result<Url> {
    let mut address = admin.address;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let scheme = if admin.tls.is_some() { "https" } else { "http" };
    Ok(Url::parse(&format!("{scheme}://{address}"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_shown_without_its_line_end_and_without_what_steers_a_terminal() {
        assert_eq!(shown(b"ready\n"), "ready");
        assert_eq!(shown(b"not ready\r\n"), "not ready");
        assert_eq!(shown(b"\x1b[2Jready\n"), "\u{fffd}[2Jready");
    }
}
