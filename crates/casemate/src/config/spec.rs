//! The keys of `casemate.yaml`: one table for checking, defaults, the JSON schema and `casemate explain`.

mod admin;
mod audit;
mod cases;
mod gateway;
mod output;
mod tenants;
mod upstreams;

pub use cases::CASES;

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Count {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// A number of bytes: whole, or with `KiB`, `MiB` or `GiB`.
    Bytes {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// A time: whole, with `ms`, `s`, `m`, `h` or `d`. Bounds in milliseconds.
    Duration {
        /// The least, in milliseconds.
        min: u64,
        /// The most, in milliseconds.
        max: u64,
    },
    /// One line of text.
    Text,
    /// Text of one line or several.
    Lines,
    /// A number or text, as the variables of an environment are.
    Variable,
    /// A path; relative ones start at the directory of the configuration.
    Path,
    /// An `http` or `https` URL.
    Url,
    /// An `https` URL or `file:` with a path.
    KeysUri,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A TCP port.
    Port,
    /// A host name or address, nothing else.
    Host,
    /// A web origin, such as `https://app.example`.
    Origin,
    /// A pattern with `?`, `*` and `**`.
    Glob,
    /// The name of a tenant.
    Tenant,
    /// A trace id: a UUID.
    Trace,
    /// The name of an upstream.
    Server,
    /// The exact name of a tool.
    Tool,
    /// A certificate identity or a token's subject.
    Identity,
    /// A plain name: letters, digits, `.`, `_`, `-`.
    Name,
    /// The name of an HTTP header.
    HeaderName,
    /// The name of an environment variable.
    VariableName,
    /// One of some words.
    Choice(&'static Choice),
    /// A list.
    List(&'static Kind),
    /// A section with these keys.
    Map(&'static [Key]),
    /// A section whose keys are names of that kind, each with these keys below.
    Named(&'static Kind, &'static [Key]),
    /// A section whose keys are names of that kind, each with a list of such items.
    Lists(&'static Kind, &'static Kind),
}

/// The words that a [`Kind::Choice`] takes.
#[derive(Debug)]
pub struct Choice {
    /// The words, each with its meaning.
    pub words: &'static [(&'static str, &'static str)],
    /// Whether case is ignored.
    pub any_case: bool,
    /// Suggestions for what is often written instead; compared without case.
    pub hints: &'static [(&'static str, &'static str)],
}

/// A key.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it means, in plain words.
    pub doc: &'static str,
    /// What holds where it is absent, as it would be written; `None` where nothing does.
    pub default: Option<&'static str>,
    /// Whether its section needs it.
    pub required: bool,
}

/// A key that may be absent.
const fn key(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { name, kind, doc, default: None, required: false }
}

impl Key {
    const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const KIB: u64 = 1_024;
const MIB: u64 = 1_024 * KIB;

const TEXTS: Kind = Kind::List(&Kind::Text);
const PATHS: Kind = Kind::List(&Kind::Path);
const HOSTS: Kind = Kind::List(&Kind::Host);
const GLOBS: Kind = Kind::List(&Kind::Glob);
const TOOLS: Kind = Kind::List(&Kind::Tool);
const RPM: Kind = Kind::Count { min: 1, max: 1_000_000 };

/// Where a secret is; it never stands in the configuration itself.
const SECRET: &[Key] = &[
    key("file", Kind::Path, "A file with it: one line."),
    key("env", Kind::VariableName, "A variable of the process environment with it."),
];

/// The whole file.
pub const ROOT: &[Key] = &[
    key("mcp_gateway", Kind::Map(gateway::KEYS), "The gateway: where it listens, whom it believes, what it bounds.")
        .required(),
    key(
        "tenants",
        Kind::Named(&Kind::Tenant, tenants::KEYS),
        "The tenants by name: who belongs to each, how much and what it may do. What no rule admits is refused.",
    ),
    key(
        "upstreams",
        Kind::List(&Kind::Map(upstreams::KEYS)),
        "The MCP servers behind the gateway. A host on the allowlist that no entry uses is reachable as https://HOST/mcp under its own name.",
    ),
    key("admin", Kind::Map(admin::KEYS), "The admin listener: health, metrics and the log. Absent, there is none."),
    key(
        "output",
        Kind::Map(output::KEYS),
        "The output post-processor: what may stay in answers, and what is done about the rest.",
    ),
    key("state", Kind::Map(STATE), "Where the gateway keeps what must outlive it."),
    key("audit", Kind::Map(audit::KEYS), "The record of every request."),
];

const STATE: &[Key] = &[key("dir", Kind::Path, "The state directory. One gateway at a time uses it.").or("state")];

/// The key at a dotted path, such as `mcp_gateway.max_payload_bytes`. List items and names take one segment, written
/// `[]` and `NAME` or anything else, and may be left out.
#[must_use]
pub fn find(path: &str) -> Option<&'static Key> {
    let mut keys = ROOT;
    let mut found: Option<&'static Key> = None;
    let mut named = false;
    for segment in path.replace("[]", "").split('.') {
        let next = keys.iter().find(|key| key.name == segment);
        let Some(next) = next else {
            // A name such as the tenant's stands between a section and its keys.
            if named && !segment.is_empty() {
                named = false;
                continue;
            }
            return None;
        };
        found = Some(next);
        named = matches!(next.kind, Kind::Named(..) | Kind::Lists(..));
        keys = below(next.kind);
    }
    found
}

/// The values of `mcp_gateway.auth.mode`.
#[must_use]
pub const fn gateway_modes() -> &'static Choice {
    &gateway::MODES
}

/// The keys below a key of that kind.
#[must_use]
pub fn below(kind: Kind) -> &'static [Key] {
    match kind {
        Kind::Map(keys) | Kind::Named(_, keys) => keys,
        Kind::List(item) => below(*item),
        _ => &[],
    }
}

/// Every key with its path; items of lists are written `[]`, names `NAME`.
#[must_use]
pub fn all() -> Vec<(String, &'static Key)> {
    fn walk(prefix: &str, keys: &'static [Key], into: &mut Vec<(String, &'static Key)>) {
        for key in keys {
            let path = if prefix.is_empty() { key.name.to_owned() } else { format!("{prefix}.{}", key.name) };
            into.push((path.clone(), key));
            let inner = match key.kind {
                Kind::Named(..) => format!("{path}.NAME"),
                Kind::List(_) => format!("{path}[]"),
                _ => path,
            };
            walk(&inner, below(key.kind), into);
        }
    }
    let mut keys = Vec::new();
    walk("", ROOT, &mut keys);
    keys
}
