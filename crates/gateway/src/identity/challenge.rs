//! The `WWW-Authenticate` challenge of a 401 or 403 (RFC 6750 section 3, RFC 9728 section 5.1).

use casemate_core::Reason;

/// The challenge for a refusal: where the resource's metadata is, which scope suffices, and what was wrong with the
/// credential. Where none was presented there is no `error` (RFC 6750 section 3.1).
#[must_use]
pub fn challenge(reason: Reason, resource_metadata: &str, scope: &str) -> String {
    let mut text = "Bearer ".to_owned();
    if let Some(error) = error(reason) {
        parameter(&mut text, "error", error);
        text.push_str(", ");
    }
    parameter(&mut text, "scope", scope);
    text.push_str(", ");
    parameter(&mut text, "resource_metadata", resource_metadata);
    text
}

fn error(reason: Reason) -> Option<&'static str> {
    use Reason as R;
    match reason {
        R::AuthHeaderSpelling | R::AuthScheme | R::AuthTokenInQuery | R::AuthTokenUnexpected => Some("invalid_request"),
        R::ScopeInsufficient => Some("insufficient_scope"),
        R::TokenOversized
        | R::TokenMalformed
        | R::TokenDuplicateClaim
        | R::TokenAlgorithm
        | R::TokenType
        | R::TokenCritical
        | R::TokenKey
        | R::TokenSignature
        | R::TokenExpired
        | R::TokenNotYetValid
        | R::TokenLifetime
        | R::TokenIssuer
        | R::TokenAudience
        | R::TokenClaim
        | R::TokenConfirmation => Some("invalid_token"),
        _ => None,
    }
}

/// Appends `name="value"` as a quoted string (RFC 9110 section 5.6.4); what cannot stand in one is left out.
fn parameter(text: &mut String, name: &str, value: &str) {
    text.push_str(name);
    text.push_str("=\"");
    for c in value.chars().filter(|c| matches!(c, ' '..='~')) {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = "https://gw.example/.well-known/oauth-protected-resource/mcp/kb";

    #[test]
    fn no_error_where_nothing_was_presented() {
        assert_eq!(
            challenge(Reason::AuthRequired, METADATA, "mcp"),
            format!("Bearer scope=\"mcp\", resource_metadata=\"{METADATA}\"")
        );
    }

    #[test]
    fn the_error_says_what_was_wrong() {
        for (reason, error) in [
            (Reason::TokenExpired, "invalid_token"),
            (Reason::TokenAudience, "invalid_token"),
            (Reason::AuthScheme, "invalid_request"),
            (Reason::AuthTokenInQuery, "invalid_request"),
            (Reason::ScopeInsufficient, "insufficient_scope"),
        ] {
            let text = challenge(reason, METADATA, "mcp");
            assert!(text.starts_with(&format!("Bearer error=\"{error}\", scope=\"mcp\", ")), "{text}");
        }
    }

    #[test]
    fn values_cannot_break_out() {
        let text = challenge(Reason::TokenExpired, "https://x/\"\r\nSet-Cookie: a=b\\", "mcp");
        assert!(text.ends_with(r#"resource_metadata="https://x/\"Set-Cookie: a=b\\""#), "{text}");
        assert!(http::HeaderValue::from_str(&text).is_ok());
    }
}
