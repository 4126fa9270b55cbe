//! Protected resource metadata (RFC 9728) for each server, and the challenge that points to it.

use crate::config::Config;
use casemate_core::ServerName;
use casemate_core::json::quote;
use casemate_core::principal::Scope;
use casemate_core::{Reason, Refusal};

/// The identifier of a resource (RFC 8707): `public_url/mcp/{server}`, or `public_url` for the other routes.
pub(crate) fn resource(config: &Config, server: Option<&ServerName>) -> Option<String> {
    let base = config.listener.public_url.as_ref()?.as_str().trim_end_matches('/');
    Some(match server {
        Some(server) => format!("{base}/mcp/{server}"),
        None => base.to_owned(),
    })
}

/// Where the metadata document of a resource is.
pub(crate) fn metadata_url(config: &Config, server: Option<&ServerName>) -> Option<String> {
    let url = config.listener.public_url.as_ref()?;
    let origin = url.origin().ascii_serialization();
    let base = url.path().trim_end_matches('/');
    let path = server.map(|server| format!("/mcp/{server}")).unwrap_or_default();
    Some(format!("{origin}/.well-known/oauth-protected-resource{base}{path}"))
}

/// The metadata document. It exists for every well-formed name, so that it tells nobody which servers there are.
pub(crate) fn document(config: &Config, server: Option<&ServerName>) -> Result<String, Refusal> {
    let missing = || Refusal::new(Reason::HttpRoute);
    let issuer = &config.auth.jwt.as_ref().ok_or_else(missing)?.issuer;
    let resource = resource(config, server).ok_or_else(missing)?;
    let scope = if server.is_some() { Scope::Mcp } else { Scope::Filter };
    Ok(format!(
        "{{\"resource\":{},\"authorization_servers\":[{}],\"scopes_supported\":[{}],\"bearer_methods_supported\":[\"header\"]}}",
        quote(&resource),
        quote(issuer),
        quote(scope.as_str()),
    ))
}
