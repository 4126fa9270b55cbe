//! The keys of `mcp_gateway`.

use super::{Choice, HOSTS, HOUR, KIB, Key, Kind, MIB, MINUTE, PATHS, RPM, SECOND, key};

const LIMIT: Kind = Kind::Count { min: 1, max: 100_000 };
const TIMEOUT: Kind = Kind::Duration { min: 10, max: 10 * MINUTE };

pub(super) const KEYS: &[Key] = &[
    key("host", Kind::Ip, "The address to listen on.").or("127.0.0.1"),
    key("port", Kind::Port, "The port to listen on; 0 lets the system choose a free one.").or("8443"),
    key(
        "public_url",
        Kind::Url,
        "The URL under which clients reach the gateway. A token must name public_url/mcp/NAME as its audience. Required once tokens are accepted.",
    ),
    key("hosts", HOSTS, "Further hosts that the Host header may name, beside the listener's address and public_url.")
        .or("[]"),
    key(
        "origins",
        Kind::List(&Kind::Origin),
        "Web origins that may call from a browser. Clients that are no browsers send none.",
    )
    .or("[]"),
    key("tls", Kind::Map(TLS), "The server certificate. Required except with auth.mode none on loopback."),
    key("auth", Kind::Map(AUTH), "Who is believed, and by what.").required(),
    key("rate_limits", Kind::Map(RATES), "Rates that hold where a tenant sets none of its own."),
    key("allowlists", Kind::Map(LISTS), "What may be reached at all. MCP_ALLOWED_DOMAINS must allow it too."),
    key("headers", Kind::Map(HEADERS), "Headers that every request must have."),
    key(
        "max_payload_bytes",
        Kind::Bytes { min: 0, max: 256 * MIB },
        "The largest request body. Zero refuses every body.",
    )
    .or("5242880"),
    key("limits", Kind::Map(LIMITS), "Further caps on size and number."),
    key("timeouts", Kind::Map(TIMEOUTS), "How long each part of a request may take."),
    key("sessions", Kind::Map(SESSIONS), "Caps on the sessions of the MCP revisions that have them."),
    key("env", Kind::List(&Kind::Map(ENV)), "Variables. The process environment overrides them."),
];

const TLS: &[Key] = &[
    key("certificate", Kind::Path, "The server certificate and its chain, PEM, leaf first.").required(),
    key("key", Kind::Path, "Its private key, PEM: PKCS#8, SEC1 or PKCS#1.").required(),
];

/// The values of `auth.mode`.
pub(super) const MODES: Choice = Choice {
    words: &[
        ("mTLS", "a client certificate; with a jwt block a certificate or a bearer token"),
        ("jwt", "a bearer token"),
        ("mTLS+jwt", "a client certificate and a bearer token"),
        ("none", "nothing; only on a loopback address"),
    ],
    any_case: true,
    hints: &[("tls", "did you mean `mTLS`?"), ("oauth", "did you mean `jwt`?"), ("bearer", "did you mean `jwt`?")],
};

const AUTH: &[Key] = &[
    key("mode", Kind::Choice(&MODES), "Which credentials suffice. There is no default: it is always written out.")
        .required(),
    key("trusted_certs_path", Kind::Path, "The CAs that sign client certificates, PEM."),
    key(
        "crl_paths",
        PATHS,
        "Certificate revocation lists, PEM. With any, an expired list or an unknown status refuses.",
    )
    .or("[]"),
    key("dns_identities", Kind::Bool, "Whether a certificate without a URI SAN may be identified by its one DNS SAN.")
        .or("false"),
    key("jwt", Kind::Map(JWT), "The issuer of bearer tokens."),
];

const JWT: &[Key] = &[
    key("issuer", Kind::Text, "The issuer, compared character for character with the token's iss.").required(),
    key("jwks_uri", Kind::KeysUri, "Where its keys are: https, or file: for a loopback listener.").required(),
    key("jwks_ca", Kind::Path, "The CAs that sign the certificate of jwks_uri, PEM. Absent: the system's."),
    key("skew", Kind::Duration { min: 0, max: MINUTE }, "How far clocks may be apart.").or("30s"),
    key(
        "max_lifetime",
        Kind::Duration { min: SECOND, max: 24 * HOUR },
        "The longest time from iat to exp that is accepted.",
    )
    .or("1h"),
    key(
        "accept_plain_jwt",
        Kind::Bool,
        "Whether tokens of the type JWT, or without a type, are accepted beside at+jwt (RFC 9068).",
    )
    .or("false"),
];

const RATES: &[Key] = &[
    key("tenant_default_rpm", RPM, "Requests a minute for a tenant that sets none.").or("600"),
    key(
        "tenant_default_burst",
        RPM,
        "How many of them may come at once. Absent: a tenth of tenant_default_rpm, at least 10.",
    ),
    key(
        "unauthenticated_rpm",
        RPM,
        "Failed handshakes, bad tokens and other refusals before authentication, a minute for each address.",
    )
    .or("60"),
];

const LISTS: &[Key] = &[key(
    "allowed_mcp_servers",
    HOSTS,
    "Hosts of MCP servers that may be reached, without scheme, port and path. Empty allows nothing.",
)
.or("[]")];

/// The headers that can be required.
pub(super) const REQUIRED: Choice = Choice {
    words: &[
        ("X-Trace-ID", "a UUID that ties together what belongs together"),
        ("X-MCP-Client", "the calling model or program: name/version"),
    ],
    any_case: true,
    hints: &[
        ("authorization", "auth.mode decides about credentials; remove it here"),
        ("authorisation", "auth.mode decides about credentials; remove it here"),
    ],
};

const HEADERS: &[Key] = &[key(
    "required",
    Kind::List(&Kind::Choice(&REQUIRED)),
    "Headers without which a request is refused. A header that is not listed is optional; a missing trace id is then made up.",
)
.or("[X-Trace-ID, X-MCP-Client]")];

const LIMITS: &[Key] = &[
    key("connections", LIMIT, "Connections at once.").or("1024"),
    key("header_bytes", Kind::Bytes { min: KIB, max: 256 * KIB }, "All headers of a request together.").or("16KiB"),
    key("answer_bytes", Kind::Bytes { min: KIB, max: 256 * MIB }, "The answer of an upstream, or one event of it.")
        .or("8MiB"),
    key("events", LIMIT, "Events of one streamed answer.").or("10000"),
];

const TIMEOUTS: &[Key] = &[
    key("handshake", TIMEOUT, "The TLS handshake.").or("10s"),
    key("header", TIMEOUT, "The headers of a request.").or("10s"),
    key("body", TIMEOUT, "The body of a request.").or("30s"),
    key("idle", TIMEOUT, "A connection without a request.").or("60s"),
    key("drain", Kind::Duration { min: 0, max: HOUR }, "What running calls get to finish at shutdown.").or("30s"),
];

const SESSIONS: &[Key] = &[
    key(
        "total",
        Kind::Count { min: 0, max: 1_000_000 },
        "Sessions at once, of all callers. Zero refuses every session.",
    )
    .or("10000"),
    key("per_tenant", LIMIT, "Sessions at once of one tenant, so that none takes them all.").or("2000"),
    key("per_subject", LIMIT, "Sessions at once of one subject, and as many of its GET streams.").or("100"),
    key("streams", LIMIT, "GET streams at once, of all callers. Each holds a connection to its server.").or("2000"),
    key("idle", Kind::Duration { min: SECOND, max: 24 * HOUR }, "Time without a request after which a session ends.")
        .or("30m"),
    key("lifetime", Kind::Duration { min: SECOND, max: 168 * HOUR }, "Time after which a session ends in any case.")
        .or("24h"),
    key(
        "replay",
        Kind::Bytes { min: 0, max: 16 * MIB },
        "Sent events that a session keeps for a client that comes back. Zero keeps none.",
    )
    .or("256KiB"),
];

/// The variables that an environment may set.
pub(super) const VARIABLES: Choice = Choice {
    words: &[
        (
            "MCP_ALLOWED_DOMAINS",
            "comma-separated domains; a host is allowed when equal to one or below it; empty allows nothing",
        ),
        ("MAX_MEDIA_SIZE", "decoded bytes of each image, audio or blob; absent: max_payload_bytes"),
        ("TOKEN_BUDGET_PER_REQUEST", "tokens of text that one request may bring back; absent: 100000"),
    ],
    any_case: false,
    hints: &[],
};

const ENV: &[Key] = &[
    key("name", Kind::Choice(&VARIABLES), "The name of the variable.").required(),
    key("value", Kind::Variable, "Its value.").required(),
];
