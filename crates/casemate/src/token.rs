//! `casemate token`: a bearer token of the development issuer.

use crate::config::{self, Environment, Loaded};
use crate::{out, pki};
use anyhow::{Context as _, Result, bail};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use casemate_core::{ServerName, Subject, TenantId};
use casemate_gateway::config::{JwksSource, Jwt};
use clap::Args;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// The file beside the JWKS that holds the issuer's private key.
pub const KEY_FILE: &str = "issuer.key";

/// Mint a token with the development issuer that `casemate init` made.
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// The configuration.
    #[arg(long, short, default_value = "casemate.yaml", env = "CASEMATE_CONFIG")]
    pub config: PathBuf,
    /// The tenant; optional where exactly one takes tokens.
    #[arg(long)]
    pub tenant: Option<String>,
    /// Who the token is for: its `sub`.
    #[arg(long)]
    pub subject: String,
    /// The server it is for; without one it is for `public_url` itself.
    #[arg(long)]
    pub server: Option<String>,
    /// Its scopes, separated by spaces.
    #[arg(long, default_value = "mcp")]
    pub scope: String,
    /// How long it is valid, such as 10m.
    #[arg(long, default_value = "1h")]
    pub ttl: String,
}

/// Runs the command. The token alone goes to stdout.
///
/// # Errors
/// A configuration that does not load or has no development issuer, an unknown tenant or server.
pub fn run(args: &TokenArgs) -> Result<ExitCode> {
    let loaded = match config::load(&args.config, &Environment::of_process()) {
        Ok(loaded) => loaded,
        Err(report) => {
            out::show(&report.render(true));
            return Ok(ExitCode::from(2));
        }
    };
    out::line(&mint(&loaded, args, Environment::of_process().now)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Mints a token at `now`, in seconds since the Unix epoch.
///
/// # Errors
/// As [`run`].
pub fn mint(loaded: &Loaded, args: &TokenArgs, now: i64) -> Result<String> {
    let Some(jwt) = &loaded.config.auth.jwt else { bail!("no token is accepted with this auth.mode") };
    let (claim, value) = mapping(loaded, jwt, args.tenant.as_deref())?;
    Subject::parse(&args.subject).context("the subject cannot be used")?;
    let ttl = config::scalar::read_duration(&args.ttl).context("the ttl is no time such as 10m")?;
    if ttl.is_zero() || ttl > jwt.max_lifetime {
        bail!(
            "the ttl must be longer than nothing and at most auth.jwt.max_lifetime, {} s",
            jwt.max_lifetime.as_secs()
        );
    }
    let audience = audience(loaded, args.server.as_deref())?;
    let mut claims = json!({
        "iss": jwt.issuer, "sub": args.subject, "aud": audience, "client_id": "casemate-token", "scope": args.scope,
        "iat": now, "exp": now.saturating_add(i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX)),
        "jti": uuid::Uuid::new_v4().to_string(),
    });
    if let Some(object) = claims.as_object_mut()
        && let Some(taken) = object.insert(claim.clone(), json!(value))
        && taken != json!(value)
    {
        bail!("the claim `{claim}` names the tenant and has another meaning in tokens; map another claim");
    }
    sign(jwt, &claims)
}

fn mapping(loaded: &Loaded, jwt: &Jwt, tenant: Option<&str>) -> Result<(String, String)> {
    let tenants = &loaded.config.tenants;
    let mapped = || tenants.iter().filter(|(_, tenant)| tenant.tokens.iter().any(|token| token.issuer == jwt.issuer));
    let id = match tenant {
        Some(name) => TenantId::parse(name).context("the tenant cannot be used")?,
        None => match (mapped().next(), mapped().nth(1)) {
            (Some((only, _)), None) => only.clone(),
            (None, _) => bail!("no tenant takes tokens; add `tokens` to one"),
            _ => bail!("several tenants take tokens; choose one with --tenant"),
        },
    };
    let tenant = tenants.get(&id).with_context(|| format!("there is no tenant `{id}`"))?;
    let token = tenant.tokens.iter().find(|token| token.issuer == jwt.issuer);
    let token = token.with_context(|| format!("no token belongs to the tenant `{id}`; add `tokens` to it"))?;
    Ok((token.claim.clone(), token.value.clone()))
}

fn audience(loaded: &Loaded, server: Option<&str>) -> Result<String> {
    let base = loaded.config.listener.public_url.as_ref().context("public_url is not set")?;
    let base = base.as_str().trim_end_matches('/');
    let Some(server) = server else { return Ok(base.to_owned()) };
    let name = ServerName::parse(server).context("the server cannot be used")?;
    if !loaded.config.upstreams.contains_key(&name) {
        let near = config::scalar::nearest(server, loaded.config.upstreams.keys().map(ServerName::as_str));
        match near {
            Some(near) => bail!("there is no server `{name}`; did you mean `{near}`?"),
            None => bail!("there is no server `{name}`"),
        }
    }
    Ok(format!("{base}/mcp/{name}"))
}

fn sign(jwt: &Jwt, claims: &serde_json::Value) -> Result<String> {
    let JwksSource::File(jwks) = &jwt.jwks else {
        bail!("jwks_uri is not a file: tokens come from {}, not from here", out::safe(&jwt.issuer))
    };
    let path = jwks.with_file_name(KEY_FILE);
    let der = PrivatePkcs8KeyDer::from_pem_file(&path)
        .map_err(|error| anyhow::anyhow!("the issuer's key `{}` cannot be used: {error}", path.display()))?;
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der())
        .map_err(|error| anyhow::anyhow!("`{}` is no Ed25519 key: {error}", path.display()))?;
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::EdDSA);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some(pki::key_id(pair.public_key().as_ref()));
    let key = jsonwebtoken::EncodingKey::from_ed_der(der.secret_pkcs8_der());
    jsonwebtoken::encode(&header, claims, &key).context("the token cannot be signed")
}

#[cfg(test)]
mod tests;
