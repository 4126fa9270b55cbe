//! The gateway's configuration, resolved: every path read, every default filled, every name checked.
//!
//! The command line makes it from `casemate.yaml`; nothing here is optional unless its absence means something.

use crate::custody::Custody;
use casemate_core::glob::Glob;
use casemate_core::host::Host;
use casemate_core::mcp::Revision;
use casemate_core::policy::Policy;
use casemate_core::principal::{Scope, Scopes};
use casemate_core::{Secret, ServerName, Subject, TenantId};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Everything that a running gateway obeys. A reload makes a new one and swaps it in whole.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data listener.
    pub listener: Listener,
    /// Which credentials suffice.
    pub auth: Auth,
    /// The required headers.
    pub headers: RequiredHeaders,
    /// The caps on size and time.
    pub caps: Caps,
    /// The caps on sessions.
    pub sessions: Sessions,
    /// Decisions.
    pub policy: Arc<Policy>,
    /// How identities map to tenants, and each tenant's limits.
    pub tenants: BTreeMap<TenantId, Tenant>,
    /// The MCP servers behind the gateway.
    pub upstreams: BTreeMap<ServerName, Upstream>,
    /// The admin listener, where there is one.
    pub admin: Option<Admin>,
    /// Witnesses and copies of the log.
    pub custody: Custody,
    /// What is taken out wherever it stands in what goes out, and refused in what comes in: every credential of the gateway
    /// itself, and what the operator names.
    pub registered: Vec<Secret>,
    /// What answers may hold.
    pub output: casemate_output::Policy,
    /// Files whose change means a reload: the configuration, certificates, keys, CRLs, a JWKS file.
    pub watched: Vec<PathBuf>,
}

/// The data listener.
#[derive(Debug, Clone)]
pub struct Listener {
    /// Where to listen.
    pub address: SocketAddr,
    /// TLS; `None` only on a loopback listener with `auth.mode: none`.
    pub tls: Option<ServerTls>,
    /// The base of every resource identifier, without a trailing slash.
    pub public_url: Option<Url>,
    /// Hosts that the `Host` header may name beside the listener's own address and `public_url`.
    pub hosts: Vec<Host>,
    /// Web origins that may call (CORS); exact, such as `https://app.example`.
    pub origins: Vec<String>,
}

/// A server certificate with its key, and what is asked of clients.
#[derive(Debug, Clone)]
pub struct ServerTls {
    /// The chain, leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// The private key, PKCS#8, SEC1 or PKCS#1 in DER.
    pub key: Secret,
    /// Who signs client certificates; `None` where certificates are not asked for.
    pub clients: Option<ClientTrust>,
}

/// Who signs client certificates.
#[derive(Debug, Clone)]
pub struct ClientTrust {
    /// The CAs of `trusted_certs_path`.
    pub roots: Vec<CertificateDer<'static>>,
    /// Revocation lists. With any, an expired list or an unknown status refuses.
    pub crls: Vec<CertificateRevocationListDer<'static>>,
    /// Whether a handshake without a certificate fails.
    pub required: bool,
    /// Whether a single DNS SAN may stand for the identity where there is no URI SAN.
    pub dns_identities: bool,
}

/// Which credentials suffice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Anyone, on loopback.
    None,
    /// A certificate.
    Certificate,
    /// A bearer token.
    Token,
    /// Either; with both, both must be valid and agree.
    CertificateOrToken,
    /// Both.
    CertificateAndToken,
}

impl Mode {
    /// What `check` and `serve` print.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none (anyone who reaches this loopback listener)",
            Self::Certificate => "a client certificate",
            Self::Token => "a bearer token",
            Self::CertificateOrToken => "a client certificate or a bearer token",
            Self::CertificateAndToken => "a client certificate and a bearer token",
        }
    }

    /// Whether tokens are read.
    #[must_use]
    pub const fn takes_tokens(self) -> bool {
        matches!(self, Self::Token | Self::CertificateOrToken | Self::CertificateAndToken)
    }

    /// Whether certificates are read.
    #[must_use]
    pub const fn takes_certificates(self) -> bool {
        matches!(self, Self::Certificate | Self::CertificateOrToken | Self::CertificateAndToken)
    }
}

/// Authentication.
#[derive(Debug, Clone)]
pub struct Auth {
    /// Which credentials suffice.
    pub mode: Mode,
    /// The issuer of tokens; present exactly where the mode takes tokens.
    pub jwt: Option<Jwt>,
    /// The tenant of unauthenticated callers; present exactly in mode `none`.
    pub anonymous: Option<TenantId>,
}

/// A token issuer.
#[derive(Debug, Clone)]
pub struct Jwt {
    /// `iss`, compared character for character.
    pub issuer: String,
    /// Where its keys are.
    pub jwks: JwksSource,
    /// Who signs the certificate of the keys' URL; empty for the system's CAs.
    pub jwks_roots: Vec<CertificateDer<'static>>,
    /// Clock skew that `exp`, `nbf` and `iat` may have; at most 60 seconds.
    pub skew: Duration,
    /// The longest time from `iat` to `exp`.
    pub max_lifetime: Duration,
    /// Whether `typ: JWT` (or none) is accepted beside `at+jwt`.
    pub accept_plain_jwt: bool,
}

/// Where an issuer's keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JwksSource {
    /// Fetched by HTTPS.
    Url(Url),
    /// Read from a file; only for a loopback listener.
    File(PathBuf),
}

/// The headers that every request must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequiredHeaders {
    /// Whether `X-Trace-ID` is required; otherwise a missing one is minted.
    pub trace: bool,
    /// Whether `X-MCP-Client` is required.
    pub client: bool,
}

/// Caps on size and time. Zero allows nothing; it never means unlimited.
#[derive(Debug, Clone)]
pub struct Caps {
    /// Bytes of a request body.
    pub payload: usize,
    /// Bytes of an upstream's answer, or of one event of it.
    pub answer: usize,
    /// Events of one streamed answer.
    pub events: usize,
    /// Decoded bytes of one image, audio or blob (`MAX_MEDIA_SIZE`).
    pub media: usize,
    /// Tokens of text of one request (`TOKEN_BUDGET_PER_REQUEST`).
    pub tokens: u64,
    /// Bytes of all request headers.
    pub header_bytes: usize,
    /// Connections at once.
    pub connections: usize,
    /// Time for the TLS handshake.
    pub handshake: Duration,
    /// Time for the request headers.
    pub header: Duration,
    /// Time for the request body.
    pub body: Duration,
    /// Time that a connection may idle.
    pub idle: Duration,
    /// Time that running calls get to finish at shutdown.
    pub drain: Duration,
    /// Handshakes, bad tokens and other unauthenticated refusals a minute, for each address.
    pub unauthenticated_rpm: u32,
}

/// Caps on the sessions of the revisions that have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sessions {
    /// Sessions at once, of all callers.
    pub total: usize,
    /// Sessions at once of one tenant.
    pub per_tenant: usize,
    /// Sessions at once of one subject; and as many of its GET streams at once, resumptions included.
    pub per_subject: usize,
    /// GET streams at once, of all callers; those of one subject are capped by `per_subject`.
    pub streams: usize,
    /// Time without a request after which a session ends.
    pub idle: Duration,
    /// Time after which a session ends in any case.
    pub lifetime: Duration,
    /// Bytes of sent events that a session keeps for clients that come back.
    pub replay: usize,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            total: 10_000,
            per_tenant: 2_000,
            per_subject: 100,
            streams: 2_000,
            idle: Duration::from_mins(30),
            lifetime: Duration::from_hours(24),
            replay: 256 * 1024,
        }
    }
}

/// How definitions that nobody has seen before are treated. Changes always wait for a reviewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PinMode {
    /// They wait for a reviewer.
    #[default]
    Review,
    /// The first sight is approved.
    TrustFirst,
}

/// A rate and a concurrency limit; `None` means not limited at this level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limit {
    /// Requests a minute and the burst.
    pub rate: Option<Rate>,
    /// Calls at once.
    pub concurrency: Option<u32>,
}

/// Requests a minute with a burst (GCRA).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests a minute, at least 1.
    pub rpm: u32,
    /// How many may come at once, at least 1.
    pub burst: u32,
}

/// A tenant: who belongs to it and how much it may do. What it may do is in the policy.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Certificates that belong to it.
    pub certificates: Vec<CertificateMapping>,
    /// Tokens that belong to it.
    pub tokens: Vec<TokenMapping>,
    /// The limit of the tenant as a whole; its rate is never `None`.
    pub limit: Limit,
    /// The limit of each subject.
    pub subject: Limit,
    /// Limits of tools: server and tool, and the limit that all subjects of the tenant share.
    pub tools: Vec<(Glob, Glob, Limit)>,
    /// Whether all images are stripped from what it gets.
    pub sensitive: bool,
    /// Where its callers find receipts.
    pub receipt: Receipts,
}

/// Where callers find the receipts of their calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Receipts {
    /// In the header `Casemate-Receipt` alone: bodies stay as they are.
    #[default]
    Header,
    /// In `_meta` of each result as well.
    Meta,
}

/// Which certificates belong to a tenant.
#[derive(Debug, Clone)]
pub struct CertificateMapping {
    /// A pattern over the certificate's one identity.
    pub san: Glob,
    /// What it grants; none granted means none.
    pub scopes: Scopes,
}

/// Which tokens belong to a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenMapping {
    /// The issuer.
    pub issuer: String,
    /// The claim that names the tenant: a single string.
    pub claim: String,
    /// Its value.
    pub value: String,
}

/// An MCP server behind the gateway.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// Its name, the `{server}` of the path.
    pub name: ServerName,
    /// Where it is.
    pub url: Url,
    /// How to reach and trust it.
    pub target: casemate_net::Target,
    /// The header with the gateway's own credential there.
    pub credential: Option<(http::HeaderName, Secret)>,
    /// Time until the answer begins.
    pub first_byte: Duration,
    /// Time until the answer ends, streamed or not; `subscriptions/listen` excepted.
    pub total: Duration,
    /// Which requests it may make of clients.
    pub requests: InputKinds,
    /// The one revision in which it is spoken to; `None`: every one that both sides speak.
    pub revision: Option<Revision>,
    /// How its definitions are pinned.
    pub pins: PinMode,
    /// How often its definitions are listed again.
    pub relist: Duration,
    /// Whether all images are stripped from its answers.
    pub sensitive: bool,
}

/// Kinds of requests from server to client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InputKinds {
    /// `elicitation/create` of a form.
    pub elicitation: bool,
    /// `elicitation/create` of a URL that the user is asked to open.
    pub elicitation_url: bool,
    /// `sampling/createMessage`
    pub sampling: bool,
    /// `roots/list`
    pub roots: bool,
}

/// The admin listener.
#[derive(Debug, Clone)]
pub struct Admin {
    /// Where to listen.
    pub address: SocketAddr,
    /// Its TLS; `None` only on loopback in mode `none`, where every route but health is refused.
    pub tls: Option<ServerTls>,
    /// The `aud` of its tokens, where it takes tokens.
    pub public_url: Option<Url>,
    /// The people.
    pub people: BTreeMap<String, Person>,
}

/// A person who may use the admin listener.
#[derive(Debug, Clone)]
pub struct Person {
    /// Certificate identities and token subjects.
    pub identities: Vec<Subject>,
    /// What the person may do.
    pub roles: Vec<Role>,
    /// The groups that a `reviewer_group` may name.
    pub groups: Vec<String>,
}

/// A role on the admin listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Runs the gateway.
    Operator,
    /// Approves.
    Reviewer,
    /// Reads the log.
    Auditor,
}

/// The scope that the MCP routes need.
pub const MCP_SCOPE: Scope = Scope::Mcp;
