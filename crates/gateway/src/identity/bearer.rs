//! Finding the one bearer token of a request (RFC 6750 section 2.1).

use casemate_core::{Reason, Refusal};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Uri};

/// The token of the request, `None` where it presents none.
///
/// # Errors
/// The other spelling of the header, a repeated or malformed one, another scheme, a token in the URL.
pub fn bearer<'a>(headers: &'a HeaderMap, uri: &Uri) -> Result<Option<&'a str>, Refusal> {
    refuse_misplaced(headers, uri)?;
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value,
        (Some(_), Some(_)) => return Err(Reason::AuthScheme.into()),
    };
    value.to_str().ok().and_then(token).map(Some).ok_or_else(|| Reason::AuthScheme.into())
}

/// Refuses credentials where they are never read: under the spelling `Authorisation` and in the query.
pub(super) fn refuse_misplaced(headers: &HeaderMap, uri: &Uri) -> Result<(), Refusal> {
    if headers.contains_key("authorisation") {
        return Err(Refusal::new(Reason::AuthHeaderSpelling).hint("Authorisation was sent"));
    }
    let query = uri.query().unwrap_or_default();
    let named = |name: &str| name.trim().eq_ignore_ascii_case("access_token");
    if url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| named(&name)) {
        return Err(Reason::AuthTokenInQuery.into());
    }
    Ok(())
}

/// `Bearer`, one space, and a token68 (RFC 9110 section 11.2).
fn token(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let body = token.trim_end_matches('=');
    let fine = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b);
    (scheme.eq_ignore_ascii_case("bearer") && !body.is_empty() && body.bytes().all(fine)).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn read(values: &[&str], uri: &str) -> Result<Option<String>, Reason> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        bearer(&headers, &uri.parse().unwrap()).map(|t| t.map(str::to_owned)).map_err(|refusal| refusal.reason)
    }

    #[test]
    fn one_bearer_token_in_its_place() {
        assert_eq!(read(&["Bearer a.b.c"], "/mcp/kb"), Ok(Some("a.b.c".to_owned())));
        assert_eq!(read(&["bEaReR a-b_c~+/=="], "/mcp/kb?x=1"), Ok(Some("a-b_c~+/==".to_owned())));
        assert_eq!(read(&[], "/mcp/kb"), Ok(None));
        for bad in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer  a",
            "Bearer\ta",
            "Basic YTpi",
            "Bearer a b",
            "Bearer a,b",
            "Bearer =",
            "Bearer a=b",
            "a.b.c",
            "Bearer \"a\"",
            "DPoP a.b.c",
        ] {
            assert_eq!(read(&[bad], "/"), Err(Reason::AuthScheme), "{bad:?}");
        }
        assert_eq!(read(&["Bearer a", "Bearer a"], "/"), Err(Reason::AuthScheme));
    }

    #[test]
    fn a_token_in_the_query_is_refused() {
        for uri in ["/?access_token=a", "/?x=1&access%5Ftoken=a", "/?Access_Token", "/?+access_token=a"] {
            assert_eq!(read(&[], uri), Err(Reason::AuthTokenInQuery), "{uri}");
            assert_eq!(read(&["Bearer a"], uri), Err(Reason::AuthTokenInQuery), "{uri}");
        }
    }

    #[test]
    fn the_other_spelling_is_refused_with_a_hint() {
        let mut headers = HeaderMap::new();
        headers.insert("Authorisation", HeaderValue::from_static("Bearer secret-token"));
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer a"));
        let refusal = bearer(&headers, &"/".parse().unwrap()).unwrap_err();
        assert_eq!(refusal.reason, Reason::AuthHeaderSpelling);
        assert!(refusal.hint.is_some() && !refusal.to_string().contains("secret-token"));
    }
}
