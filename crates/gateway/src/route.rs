//! The whole surface of the data listener on one page.

use casemate_core::{Reason, ServerName};
use http::Method;

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// `POST /mcp/{server}`
    Mcp(ServerName),
    /// `GET /mcp/{server}`: the stream of a session.
    Stream(ServerName),
    /// `DELETE /mcp/{server}`: the end of a session.
    End(ServerName),
    /// `POST /filter`
    Filter,
    /// `GET /.well-known/oauth-protected-resource[/mcp/{server}]`
    Metadata(Option<ServerName>),
}

/// Whether a path is answered with JSON-RPC errors.
pub(crate) fn is_mcp(path: &str) -> bool {
    path == "/mcp" || path.starts_with("/mcp/")
}

const FILTER: &str = "/filter";
const METADATA: &str = "/.well-known/oauth-protected-resource";

/// Finds the route. Paths are matched as they are: nothing is decoded, joined or normalised. Only what names a session
/// can GET or DELETE.
pub(crate) fn find(method: &Method, path: &str, in_session: bool) -> Result<Route, Reason> {
    let server = |name: &str| ServerName::parse(name).map_err(|_| Reason::HttpRoute);
    let (route, allowed) = if let Some(name) = path.strip_prefix("/mcp/") {
        let server = server(name)?;
        match *method {
            Method::GET if in_session => return Ok(Route::Stream(server)),
            Method::DELETE if in_session => return Ok(Route::End(server)),
            _ => (Route::Mcp(server), Method::POST),
        }
    } else if path == FILTER {
        (Route::Filter, Method::POST)
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
        assert!(matches!(find(&Method::POST, "/mcp/kb", false), Ok(Route::Mcp(_))));
        assert_eq!(find(&Method::GET, "/mcp/kb", false), Err(Reason::HttpMethod));
        assert_eq!(find(&Method::DELETE, "/mcp/kb", false), Err(Reason::HttpMethod));
        assert!(matches!(find(&Method::GET, "/mcp/kb", true), Ok(Route::Stream(_))));
        assert!(matches!(find(&Method::DELETE, "/mcp/kb", true), Ok(Route::End(_))));
        assert!(matches!(find(&Method::POST, "/mcp/kb", true), Ok(Route::Mcp(_))));
        assert_eq!(find(&Method::PUT, "/mcp/kb", true), Err(Reason::HttpMethod));
        assert_eq!(find(&Method::DELETE, METADATA, true), Err(Reason::HttpMethod));
        assert_eq!(find(&Method::POST, FILTER, true), Ok(Route::Filter));
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS] {
            assert_eq!(find(&method, FILTER, true), Err(Reason::HttpMethod), "{method}");
        }
        for path in ["/filter/", "/Filter", "//filter", "/filter/x", "/%66ilter"] {
            assert_eq!(find(&Method::POST, path, false), Err(Reason::HttpRoute), "{path}");
        }
        for path in ["/", "/mcp", "/mcp/", "/mcp/a/b", "/mcp/%6bb", "//mcp/kb", "/mcp/../kb", "/MCP/kb", "/mcp/kb/"] {
            assert_eq!(find(&Method::POST, path, false), Err(Reason::HttpRoute), "{path}");
        }
        assert_eq!(find(&Method::GET, METADATA, false), Ok(Route::Metadata(None)));
        assert!(matches!(find(&Method::GET, &format!("{METADATA}/mcp/kb"), false), Ok(Route::Metadata(Some(_)))));
        assert_eq!(find(&Method::POST, METADATA, false), Err(Reason::HttpMethod));
    }
}
