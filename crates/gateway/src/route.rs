//! The whole surface of the data listener on one page.

use casemate_core::{Reason, ServerName};
use http::Method;

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// `POST /mcp/{server}`
    Mcp(ServerName),
    /// `GET /.well-known/oauth-protected-resource[/mcp/{server}]`
    Metadata(Option<ServerName>),
}

/// Whether a path is answered with JSON-RPC errors.
pub(crate) fn is_mcp(path: &str) -> bool {
    path == "/mcp" || path.starts_with("/mcp/")
}

const METADATA: &str = "/.well-known/oauth-protected-resource";

/// Finds the route. Paths are matched as they are: nothing is decoded, joined or normalised.
pub(crate) fn find(method: &Method, path: &str) -> Result<Route, Reason> {
    let server = |name: &str| ServerName::parse(name).map_err(|_| Reason::HttpRoute);
    let (route, allowed) = if let Some(name) = path.strip_prefix("/mcp/") {
        (Route::Mcp(server(name)?), Method::POST)
    } else if path == METADATA {
        (Route::Metadata(None), Method::GET)
    } else if let Some(name) = path.strip_prefix(METADATA).and_then(|rest| rest.strip_prefix("/mcp/")) {
        (Route::Metadata(Some(server(name)?)), Method::GET)
    } else {
        return Err(Reason::HttpRoute);
    };
    if *method == allowed { Ok(route) } else { Err(Reason::HttpMethod) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_literally() {
        assert!(matches!(find(&Method::POST, "/mcp/kb"), Ok(Route::Mcp(_))));
        assert_eq!(find(&Method::GET, "/mcp/kb"), Err(Reason::HttpMethod));
        assert_eq!(find(&Method::DELETE, "/mcp/kb"), Err(Reason::HttpMethod));
        for path in ["/", "/mcp", "/mcp/", "/mcp/a/b", "/mcp/%6bb", "//mcp/kb", "/mcp/../kb", "/MCP/kb", "/mcp/kb/"] {
            assert_eq!(find(&Method::POST, path), Err(Reason::HttpRoute), "{path}");
        }
        assert_eq!(find(&Method::GET, METADATA), Ok(Route::Metadata(None)));
        assert!(matches!(find(&Method::GET, &format!("{METADATA}/mcp/kb")), Ok(Route::Metadata(Some(_)))));
        assert_eq!(find(&Method::POST, METADATA), Err(Reason::HttpMethod));
    }
}
