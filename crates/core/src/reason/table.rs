//! The table of all reasons. A code never changes its meaning; a new refusal gets a new code.

use super::{Blame, Facts};

macro_rules! reasons {
    ($($variant:ident $code:literal $status:literal $rpc:literal $blame:ident $message:literal $help:literal;)*) => {
        /// Why something was refused.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $(#[doc = $message] $variant,)*
        }

        impl Reason {
            /// Every reason there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// All that is fixed about it.
            #[must_use]
            pub const fn facts(self) -> Facts {
                match self {
                    $(Self::$variant => Facts {
                        code: $code, status: $status, rpc: $rpc, blame: Blame::$blame, message: $message, help: $help,
                    },)*
                }
            }
        }
    };
}

reasons! {
    TlsHandshake "tls.handshake" 0 0 Client
        "the TLS handshake failed"
        "The peer and Casemate could not agree on TLS 1.2 or 1.3, or the peer broke off. Check that the client speaks TLS and trusts the CA that signed the server certificate.";
    TlsTimeout "tls.timeout" 0 0 Client
        "the TLS handshake took too long"
        "The handshake was not finished within the handshake time-out. Check the network between client and gateway.";
    CertificateMissing "tls.certificate_missing" 0 0 Client
        "a client certificate is required"
        "auth.mode asks for a client certificate and the peer sent none. Give the client a certificate that a CA in auth.trusted_certs_path signed.";
    CertificateExpired "tls.certificate_expired" 0 0 Client
        "the client certificate has expired"
        "Issue a new client certificate. If the dates look right, compare the clocks of client, gateway and CA.";
    CertificateNotYetValid "tls.certificate_not_yet_valid" 0 0 Client
        "the client certificate is not valid yet"
        "The certificate starts in the future. Compare the clocks of client, gateway and CA.";
    CertificateRevoked "tls.certificate_revoked" 0 0 Client
        "the client certificate is revoked"
        "A certificate revocation list names this certificate. Issue a new one.";
    CertificateUntrusted "tls.certificate_untrusted" 0 0 Client
        "the client certificate is signed by an unknown CA"
        "No CA in auth.trusted_certs_path signed this certificate. Use a certificate of that CA, or add the CA.";
    CertificateInvalid "tls.certificate_invalid" 0 0 Client
        "the client certificate is not acceptable"
        "The certificate or its chain is malformed, or it may not be used for client authentication.";
    CertificateStatus "tls.certificate_status" 0 0 Client
        "the revocation status of the client certificate is unknown"
        "Revocation lists are configured and none that is current covers this certificate. Publish a fresh CRL and reload.";
    HttpMalformed "http.malformed" 400 -32600 Client
        "the HTTP request is malformed"
        "The request line or the headers are not HTTP/1.1 or HTTP/2. Look for a proxy in between that rewrites requests.";
    HttpHeaderSize "http.header_size" 431 -31431 Client
        "the request headers are too large"
        "The header block is over the cap. Send fewer or shorter headers.";
    HttpHeaderTimeout "http.header_timeout" 408 -31408 Client
        "the request headers did not arrive in time"
        "The client was too slow to send its headers.";
    HttpBodyTimeout "http.body_timeout" 408 -31408 Client
        "the request body did not arrive in time"
        "The client was too slow to send its body.";
    HttpBodyAborted "http.body_aborted" 400 -32600 Client
        "the request body broke off"
        "The connection ended before the whole body had arrived.";
    PayloadTooLarge "http.payload_too_large" 413 -31413 Policy
        "the request body is over the limit"
        "The body is larger than mcp_gateway.max_payload_bytes. Send less, or raise the limit.";
    HttpMethod "http.method" 405 -31405 Client
        "this HTTP method is not allowed here"
        "MCP revision 2026-07-28 uses POST alone: there is no GET stream and no DELETE of a session.";
    HttpRoute "http.route" 404 -32601 Client
        "there is nothing at this path"
        "The data listener serves POST /mcp/{server}, POST /filter and /.well-known/oauth-protected-resource. Check the URL.";
    HttpContentType "http.content_type" 415 -31415 Client
        "this media type is not taken here"
        "Send `Content-Type: application/json`, with no charset but UTF-8. POST /filter takes application/x-ndjson and text/plain as well.";
    HttpContentEncoding "http.content_encoding" 415 -31415 Client
        "compressed bodies are not accepted"
        "Send the body without Content-Encoding: what is inspected must be what arrives.";
    HttpAccept "http.accept" 406 -31406 Client
        "the client does not accept the media types of the answer"
        "Send `Accept: application/json, text/event-stream` with a POST to a server and `Accept: text/event-stream` with a GET. POST /filter answers a question with application/json, and a stream with application/x-ndjson or text/event-stream.";
    HttpHost "http.host" 421 -31421 Client
        "this host is not served here"
        "The Host header (or :authority) is neither the listener nor public_url. It guards against DNS rebinding. Use the configured name, or add it to mcp_gateway.hosts.";
    HttpOrigin "http.origin" 403 -31403 Policy
        "this origin is not allowed"
        "The Origin header names a web origin that mcp_gateway.origins does not list. Clients that are no browsers send none.";
    AuthRequired "auth.required" 401 -31401 Client
        "authentication is required"
        "No credential was presented. Which ones suffice is printed by `casemate serve` and `casemate check`.";
    AuthCertificateRequired "auth.certificate_required" 401 -31401 Client
        "a client certificate is required as well"
        "auth.mode is mTLS+jwt: certificate and token are both required.";
    AuthCertificateExpired "auth.certificate_expired" 401 -31401 Client
        "the client certificate has expired since the connection began"
        "Connections outlive certificates; a request over one is refused all the same. Connect again with a current certificate.";
    AuthCertificateUntrusted "auth.certificate_untrusted" 401 -31401 Client
        "the client certificate is not trusted any more"
        "Since the connection began, the certificate was revoked, its CA was removed, or its revocation status became unknown. Connect again with a current certificate.";
    AuthTokenRequired "auth.token_required" 401 -31401 Client
        "a bearer token is required as well"
        "auth.mode is mTLS+jwt or jwt: send `Authorization: Bearer …`.";
    AuthTokenUnexpected "auth.token_unexpected" 401 -31401 Client
        "tokens are not accepted here"
        "auth.mode is mTLS without a jwt block: only certificates count, and a credential that is not checked is refused. Remove the Authorization header.";
    AuthHeaderSpelling "auth.header_spelling" 401 -31401 Client
        "the header is spelled Authorization"
        "HTTP's header is `Authorization` (RFC 9110). A credential under another spelling is not read.";
    AuthScheme "auth.scheme" 401 -31401 Client
        "the Authorization header must be one Bearer token"
        "Send exactly one `Authorization: Bearer <jwt>`.";
    AuthTokenInQuery "auth.token_in_query" 401 -31401 Client
        "tokens do not belong in the URL"
        "A token in the query string ends in logs. Send it in the Authorization header (RFC 6750 section 2.1).";
    TokenOversized "auth.token_oversized" 401 -31401 Client
        "the token is too large"
        "Tokens are capped at 8 KiB.";
    TokenMalformed "auth.token_malformed" 401 -31401 Client
        "the token is malformed"
        "A JWT has three base64url parts; header and claims are JSON without duplicate keys.";
    TokenDuplicateClaim "auth.token_duplicate_claim" 401 -31401 Client
        "the token has a claim twice"
        "Parsers disagree on which of two equal claims counts, so neither does.";
    TokenAlgorithm "auth.token_algorithm" 401 -31401 Client
        "the token's algorithm is not accepted"
        "Accepted: EdDSA, ES256, ES384, RS256, RS384, RS512, PS256, PS384, PS512, each with a key of that kind. Never none, never HMAC.";
    TokenType "auth.token_type" 401 -31401 Client
        "this type of token is not accepted"
        "The header `typ` must be at+jwt (RFC 9068) or JWT. An ID token is not an access token.";
    TokenCritical "auth.token_critical" 401 -31401 Client
        "the token demands an unknown extension"
        "The header `crit` names something that Casemate does not implement (RFC 7515 section 4.1.11).";
    TokenKey "auth.token_key" 401 -31401 Client
        "the token's key is unknown"
        "No key of the issuer's JWKS has this `kid`, or its use or algorithm does not fit. After a rotation, new keys are fetched at most once in 30 seconds.";
    TokenSignature "auth.token_signature" 401 -31401 Client
        "the token's signature is wrong"
        "The signature does not verify under the issuer's key.";
    TokenExpired "auth.token_expired" 401 -31401 Client
        "the token has expired"
        "Get a new token.";
    TokenNotYetValid "auth.token_not_yet_valid" 401 -31401 Client
        "the token is not valid yet"
        "`nbf` or `iat` lies in the future by more than the allowed skew. Compare the clocks.";
    TokenLifetime "auth.token_lifetime" 401 -31401 Client
        "the token lives too long"
        "From `iat` to `exp` is longer than the maximum lifetime. Issue shorter-lived tokens.";
    TokenIssuer "auth.token_issuer" 401 -31401 Client
        "the token's issuer is not accepted"
        "`iss` must equal auth.jwt.issuer character for character.";
    TokenAudience "auth.token_audience" 401 -31401 Client
        "the token is not meant for this resource"
        "`aud` must hold exactly this resource: public_url/mcp/{server} for a server, public_url for /filter. Ask for the token with `resource` set to it (RFC 8707).";
    TokenClaim "auth.token_claim" 401 -31401 Client
        "the token lacks a required claim"
        "Required: iss, sub, aud, exp, each of its right type and bounded.";
    TokenConfirmation "auth.token_confirmation" 401 -31401 Client
        "the token is bound to a key that was not proved"
        "`cnf` names a certificate that is not the one presented, or a kind of proof that Casemate does not verify.";
    KeysUnavailable "auth.keys_unavailable" 503 -31503 Internal
        "the issuer's keys are not available"
        "The JWKS could not be fetched and the last copy is too old. Check jwks_uri from the gateway's host.";
    CertificateIdentity "auth.certificate_identity" 403 -31403 Client
        "the client certificate does not name exactly one identity"
        "The certificate must carry exactly one URI subject alternative name (SPIFFE).";
    TenantUnknown "auth.tenant_unknown" 403 -31403 Policy
        "this identity belongs to no tenant"
        "No tenant claims this certificate or this token. Add it under tenants.";
    TenantConflict "auth.tenant_conflict" 403 -31403 Policy
        "the credentials do not agree on the tenant"
        "Certificate and token both are valid but name different tenants, or one identity fits two tenants.";
    ScopeInsufficient "auth.scope" 403 -31403 Policy
        "the scope does not suffice"
        "The token's `scope`, or the certificate's mapping, does not grant what this route needs.";
    HeaderMissing "header.missing" 400 -32020 Client
        "a required header is missing"
        "headers.required lists it, or the MCP revision demands it.";
    HeaderRepeated "header.repeated" 400 -32020 Client
        "a header is repeated"
        "This header may stand once. Parsers disagree on which of two counts.";
    HeaderTrace "header.trace_id" 400 -32020 Client
        "X-Trace-ID must be a UUID"
        "Send the 36-character form, such as 0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d10.";
    HeaderClient "header.client" 400 -32020 Client
        "X-MCP-Client must be name/version"
        "Letters, digits and . _ - + : @, at most 64 on each side of one slash.";
    HeaderMalformed "header.malformed" 400 -32020 Client
        "a header is malformed"
        "The value holds characters that it may not have, or its base64 form is not canonical.";
    LimitRate "limit.rate" 429 -31429 Policy
        "the tenant's rate limit is exceeded"
        "rpm and burst of the tenant (rate_limits.tenant_default_rpm where it has none). Wait for Retry-After seconds.";
    LimitSubject "limit.subject" 429 -31429 Policy
        "the caller's rate limit is exceeded"
        "The tenant limits each subject. Wait for Retry-After seconds.";
    LimitTool "limit.tool" 429 -31429 Policy
        "the tool's rate limit is exceeded"
        "The tenant limits calls of this tool. Wait for Retry-After seconds.";
    LimitConcurrency "limit.concurrency" 429 -31429 Policy
        "too many calls at once"
        "The tenant, the subject or the tool has as many running calls as it may have.";
    LimitKeys "limit.keys" 503 -31503 Internal
        "the limiter is full"
        "More identities are active than the limiter may hold. Nobody is let through unlimited.";
    LimitUnauthenticated "limit.unauthenticated" 429 -31429 Client
        "too many failed attempts"
        "Work for callers that are not authenticated is limited on its own.";
    LimitConnections "limit.connections" 503 -31503 Internal
        "too many connections"
        "The listener holds as many connections as it may. The connection is closed.";
    LimitMedia "limit.media_size" 413 -31413 Policy
        "an image, audio or blob is over the limit"
        "MAX_MEDIA_SIZE caps the decoded bytes of each.";
    LimitTokens "limit.token_budget" 413 -31413 Policy
        "the text is over the token budget"
        "TOKEN_BUDGET_PER_REQUEST caps the counted tokens of the text of one request. Ask for less at once.";
    JsonSyntax "json.syntax" 400 -32700 Client
        "the body is not JSON"
        "One JSON value in UTF-8, nothing before or after it.";
    JsonEncoding "json.encoding" 400 -32700 Client
        "the body is not valid UTF-8"
        "JSON is UTF-8 (RFC 8259 section 8.1), and escapes must be whole characters.";
    JsonDuplicateKey "json.duplicate_key" 400 -32700 Client
        "an object has a key twice"
        "Parsers disagree on which of two equal keys counts.";
    JsonDepth "json.depth" 400 -32700 Client
        "the body is nested too deeply"
        "Arrays and objects may nest 64 deep.";
    JsonSize "json.size" 400 -32700 Client
        "the body has too many or too large parts"
        "Keys, numbers and the count of values are capped.";
    JsonTrailing "json.trailing" 400 -32700 Client
        "bytes follow the message"
        "One message a request.";
    McpBatch "mcp.batch" 400 -32600 Client
        "batches are not accepted"
        "One message a request, in every revision. 2025-03-26 allowed batches; they are refused there too.";
    McpEnvelope "mcp.envelope" 400 -32600 Client
        "the message is not a JSON-RPC request"
        "It needs jsonrpc \"2.0\", a method, an id that is a string or an integer, and params that are an object; no other members.";
    McpResponse "mcp.response" 400 -32600 Client
        "clients send no responses"
        "Outside a session there are no requests from server to client; answers to input requests travel in inputResponses.";
    McpParams "mcp.params" 400 -32602 Client
        "the params are not valid"
        "A member is missing or of the wrong type for this method.";
    McpMeta "mcp.meta" 400 -32602 Client
        "the required _meta fields are missing"
        "params._meta needs io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities.";
    McpVersion "mcp.version" 400 -32022 Client
        "this protocol version is not supported"
        "error.data.supported lists the revisions that are served: 2026-07-28 in each request's _meta, the others by initialize.";
    McpHeaderMissing "mcp.header_missing" 400 -32020 Client
        "a required MCP header is missing"
        "MCP-Protocol-Version and Mcp-Method on every request; Mcp-Name on tools/call, prompts/get and resources/read.";
    McpHeaderMismatch "mcp.header_mismatch" 400 -32020 Client
        "a header and the body disagree"
        "The body decides what is executed, so a header that says something else is refused.";
    McpParamHeader "mcp.param_header" 400 -32020 Client
        "an Mcp-Param header and the arguments disagree"
        "The tool's schema mirrors this argument in a header. List the tools again and send both alike.";
    McpMethodUnknown "mcp.method_unknown" 404 -32601 Client
        "the method is unknown"
        "It is not a method of this MCP revision. Unknown methods are never forwarded.";
    McpNotification "mcp.notification" 400 -32600 Client
        "this notification is not accepted"
        "It is none of the notifications that a client sends in this MCP revision; the modern one has none over HTTP.";
    McpCancelled "mcp.cancelled" 202 -31202 Client
        "nothing is cancelled by this notification"
        "Over HTTP, closing the response stream is what cancels a request in this MCP revision. The notification is accepted and not forwarded.";
    McpRequestState "mcp.request_state" 400 -32602 Client
        "the requestState is not valid here"
        "It was not made by this gateway for this caller, server, method and arguments, or it has expired. Start the request again.";
    McpEra "mcp.era" 400 -32020 Client
        "the request mixes two eras of the protocol"
        "A message is either modern (its _meta names revision 2026-07-28, headers mirror the body) or belongs to a session (initialize, then Mcp-Session-Id). Parts of one do not go with the other.";
    SessionMissing "session.missing" 400 -32600 Client
        "the request belongs to no session"
        "It names no revision in _meta, so it is of a session revision, and those need the Mcp-Session-Id that initialize gave.";
    SessionUnknown "session.unknown" 404 -31404 Client
        "there is no such session"
        "It has ended or expired, the upstream has lost it, or it belongs to another caller. Open a new one with initialize. The record says which.";
    SessionInitialized "session.initialized" 400 -32600 Client
        "initialize cannot be sent within a session"
        "A session is opened once. Send initialize without Mcp-Session-Id to open another.";
    SessionVersion "session.version" 400 -32600 Client
        "the MCP-Protocol-Version header is not the session's revision"
        "After initialize, the header names the revision that the answer agreed on.";
    SessionMethod "session.method" 200 -32601 Client
        "the method is unknown"
        "It is not a method of the session's MCP revision, or belongs to an extension that is not carried. Unknown methods are never forwarded.";
    SessionRequestId "session.request_id" 400 -32600 Client
        "a request with this id is still running"
        "Within a session, ids are used once.";
    SessionReply "session.reply" 400 -32600 Client
        "this answers nothing that was asked"
        "A response must carry the id of a request that the server has sent in this session and that nobody has answered yet.";
    SessionStream "session.stream" 409 -31409 Client
        "the session already has a stream"
        "One GET stream is open at a time. Close it before you open another.";
    SessionEvent "session.event" 400 -31400 Client
        "the stream cannot be resumed there"
        "Last-Event-ID is not one that this session was sent, or it lies too far back to be kept.";
    LimitSessions "limit.sessions" 429 -31429 Policy
        "too many open sessions"
        "The caller, or the gateway as a whole, holds as many sessions as it may. End those that are not used with DELETE, or wait until they expire.";
    UpstreamEra "upstream.era" 400 -32022 Policy
        "the server does not speak this era of the protocol"
        "error.data.requested is what the client speaks and error.data.supported what the server does. Casemate does not translate between the two.";
    PinPending "pin.pending" 403 -31403 Policy
        "this item waits for review"
        "Its definition is new and nobody has approved it yet: casemate pins list, then casemate pins approve.";
    PinChanged "pin.changed" 403 -31403 Policy
        "this item has changed since it was approved"
        "Its definition is not the one that was approved: casemate pins diff shows what changed, casemate pins approve accepts it.";
    PinBlocked "pin.blocked" 403 -31403 Policy
        "this item is blocked"
        "A reviewer has blocked it: casemate pins show says who and when.";
    PinUnknown "pin.unknown" 403 -31403 Policy
        "the server does not offer this item"
        "It is not, or no longer, in the server's list, so nobody can have approved it.";
    PinMoved "pin.moved" 409 -31409 Client
        "this is no longer what was shown"
        "Its definition or its state changed between review and decision. Look at it again: casemate pins show.";
    PinMissing "pin.missing" 404 -31404 Client
        "there is no such pin"
        "casemate pins list shows all that are known.";
    PinKept "pin.kept" 409 -31409 Client
        "this pin cannot be forgotten"
        "Only what the server no longer offers is forgotten, or anything of a server that is no longer in the configuration. A block outlives the offer: approving it ends it.";
    PinStore "pin.store" 503 -31503 Internal
        "the decision could not be kept"
        "The state directory takes no writes. Nothing changed; see the gateway's log.";
    PolicyUnmanaged "policy.unmanaged" 403 -31403 Policy
        "this tool is not known to be read-only"
        "The upstream's entry does not list it under read_only. Other tools need their exact name under the tenant's unmanaged_tools; a pattern under tools does not reach them.";
    PolicyServer "policy.server" 403 -31403 Policy
        "this server is not available to you"
        "The server is unknown, or no rule of the tenant names it. Which of the two is in the record.";
    PolicyAllowlist "policy.allowlist" 403 -31403 Policy
        "this server is not on the allowlist"
        "allowlists.allowed_mcp_servers must list the host of the server's URL; an empty list allows nothing.";
    PolicyDomain "policy.domain" 403 -31403 Policy
        "this server is outside the allowed domains"
        "MCP_ALLOWED_DOMAINS must hold the host or a domain above it; unset allows nothing.";
    PolicyTool "policy.tool" 403 -31403 Policy
        "this tool is not available to you"
        "No rule of the tenant names this tool of this server.";
    PolicyResource "policy.resource" 403 -31403 Policy
        "this resource is not available to you"
        "No rule of the tenant covers this URI. A URI with dot segments or encoded separators needs an exact rule.";
    PolicyPrompt "policy.prompt" 403 -31403 Policy
        "this prompt is not available to you"
        "No rule of the tenant names this prompt of this server.";
    PolicyCompletion "policy.completion" 403 -31403 Policy
        "completion is not available to you"
        "No rule of the tenant allows completion on this server.";
    PolicySubscription "policy.subscription" 403 -31403 Policy
        "subscriptions are not available to you"
        "No rule of the tenant allows subscriptions on this server.";
    InputSecret "input.secret" 403 -31403 Policy
        "the message holds a registered secret"
        "A credential of the gateway, or a value under output.registered, stands in the message, as it is or encoded. Nothing was sent. Take it out; where a server needs it, give it to Casemate as that server's credential.";
    InputHost "input.host" 403 -31403 Policy
        "an argument names a private host"
        "Under output.arguments.hosts: deny no argument may hold a host or an address that a rule host.* finds. Nothing was sent. `casemate rules test 'host.*'` shows where; a host that a server needs to be told may pass with an override for that tool.";
    UpstreamAddress "upstream.address" 502 -31502 Upstream
        "the upstream's address is not allowed"
        "Its name resolves to a link-local, metadata, multicast or own address. See docs on outbound address rules.";
    UpstreamConnect "upstream.connect" 502 -31502 Upstream
        "the upstream cannot be reached"
        "Name resolution, TCP or TLS failed. The gateway's log has the cause.";
    UpstreamTls "upstream.tls" 502 -31502 Upstream
        "the upstream's certificate is not acceptable"
        "It does not verify against upstreams[].tls. The gateway's log has the cause.";
    UpstreamTimeout "upstream.timeout" 504 -31504 Upstream
        "the upstream did not answer in time"
        "The call may have had its effect. Raise upstreams[].timeouts if the tool is slow.";
    UpstreamClosed "upstream.closed" 502 -31502 Upstream
        "the upstream broke off"
        "The connection ended before the whole answer had arrived. The call may have had its effect.";
    UpstreamAuth "upstream.auth" 502 -31502 Upstream
        "the upstream refused the gateway"
        "The upstream answered 401 or 403: its credential in upstreams[] is wrong or expired. The client cannot mend that.";
    UpstreamStatus "upstream.status" 502 -31502 Upstream
        "the upstream answered with an unexpected status"
        "Redirects are never followed, and an error without a JSON-RPC body is not passed on.";
    UpstreamOversize "upstream.oversize" 502 -31502 Upstream
        "the upstream's answer is over the limit"
        "Answers are capped, in bytes and in events.";
    UpstreamEncoding "upstream.encoding" 502 -31502 Upstream
        "the upstream's answer is encoded"
        "Upstreams are asked for identity coding; a compressed answer cannot be inspected.";
    UpstreamMalformed "upstream.malformed" 502 -31502 Upstream
        "the upstream's answer is malformed"
        "It is not one JSON-RPC response to this request in this MCP revision.";
    UpstreamVersion "upstream.version" 502 -31502 Upstream
        "the upstream speaks another MCP revision"
        "What the upstream says is not of the revision that it was asked in.";
    UpstreamFlood "upstream.flood" 502 -31502 Upstream
        "the upstream sent too many notifications"
        "Events of one answer are capped in number.";
    UpstreamInputRequest "upstream.input_request" 502 -31502 Policy
        "the upstream asked for something it may not ask for"
        "upstreams[].requests lists what a server may ask of clients: sampling, elicitation, roots. The client must have declared it too.";
    UpstreamExtension "upstream.extension" 502 -31502 Upstream
        "the upstream answered with an extension's result"
        "Extensions are not carried: their capabilities are removed in both directions.";
    UpstreamSchema "upstream.schema" 502 -31502 Upstream
        "the upstream's tool list could not be read"
        "Mirrored headers can only be checked against the tool's current schema, and listing the tools failed.";
    OutputDenied "output.denied" 502 -31502 Policy
        "the answer was withheld by the output policy"
        "A rule with the action deny matched. The findings are in the record.";
    FilterQuestion "filter.question" 400 -32602 Client
        "this is no question to the filter"
        "POST /filter takes {\"id\",\"text\"} or {\"id\",\"result\"}, with \"upstream\" and \"tool\" where it matters whence that comes, and no other members; of a text as it stands, ?upstream= and ?tool= say so. A tool is named together with its upstream.";
    FilterText "filter.text" 400 -32600 Client
        "the text is not UTF-8"
        "A text/plain body is UTF-8, whatever pieces it comes in. What was given out before stays given out.";
    ClientGone "client.gone" 0 0 Client
        "the client closed the connection"
        "In the modern revision, closing the stream cancels the request.";
    ClientCancelled "client.cancelled" 200 -31499 Client
        "the client cancelled the request"
        "notifications/cancelled named it. The call may have had its effect.";
    AuditUnavailable "audit.unavailable" 503 -31503 Internal
        "the audit log cannot take the record"
        "Nothing was done. The log is full, slow or stopped; see /readyz and the gateway's log. It goes on by itself once the disk has room and takes writes. Where /readyz says that it stays down, mend the disk and restart the gateway: nothing else opens the log again.";
    AuditBegun "audit.begun" 503 -31503 Internal
        "what was asked for has begun and is not done yet"
        "An erasure or a change of the log's key was noted, or may have been, and a step after that failed. It is not undone: it goes on by itself once the disk takes it, and at the next start. The gateway's log has the cause; ask again to learn whether it is done.";
    AuditOutcome "audit.outcome" 500 -31500 Internal
        "the outcome could not be recorded"
        "The call was made and its effect is unknown; the answer is withheld because it could not be recorded.";
    AuditHold "audit.hold" 409 -31409 Policy
        "a legal hold keeps what these records are linked to"
        "audit.legal_hold names the tenant, or audit.legal_hold_traces a trace that the subject has records in. Nothing of it is erased as long as it stands there.";
    Draining "gateway.draining" 503 -31503 Internal
        "the gateway is shutting down"
        "Try again; another instance may answer.";
    Internal "internal" 500 -31500 Internal
        "an internal error"
        "Casemate failed; the gateway's log has the cause under the trace id.";
    AdminRequest "admin.request" 422 -31422 Client
        "the request to the admin listener is not one that it knows"
        "A parameter or a member is missing, unknown, given twice, or has a value that it cannot have. `casemate pins` sends what it takes.";
    AdminRole "admin.role" 403 -31403 Policy
        "your role does not allow this"
        "admin.people gives each person roles: operator, reviewer, auditor.";
    AdminUnknown "admin.unknown" 403 -31403 Policy
        "this identity is no person of admin.people"
        "Add the certificate's SAN or the token's subject to admin.people.";
}
