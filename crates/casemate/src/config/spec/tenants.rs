//! The keys of a tenant.

use super::{Choice, GLOBS, Key, Kind, RPM, key};

const CONCURRENCY: Kind = Kind::Count { min: 1, max: 100_000 };

pub(super) const KEYS: &[Key] = &[
    key(
        "anonymous",
        Kind::Bool,
        "Whether callers of auth.mode none belong to it. Exactly one tenant then, none otherwise.",
    )
    .or("false"),
    key("sensitive", Kind::Bool, "Whether all images are stripped from what it gets.").or("false"),
    key(
        "receipt",
        Kind::Choice(&RECEIPTS),
        "Where its callers find the receipt of a call beside the header Casemate-Receipt, which is always there.",
    )
    .or("header"),
    key("certificates", Kind::List(&Kind::Map(CERTIFICATES)), "Client certificates that belong to it."),
    key("tokens", Kind::List(&Kind::Map(TOKENS)), "Bearer tokens that belong to it."),
    key("limits", Kind::Map(LIMITS), "How much it may do."),
    key(
        "rules",
        Kind::List(&Kind::Map(RULES)),
        "What it may do. Any rule may admit; what none admits is refused and not listed.",
    ),
    key(
        "unmanaged_tools",
        Kind::Lists(&Kind::Server, &Kind::Tool),
        "Tools that are not under read_only of their server and may be called all the same: exact names, by server. A rule must cover the server.",
    ),
];

const RECEIPTS: Choice = Choice {
    words: &[("header", "nowhere else; bodies stay as they are"), ("meta", "in `_meta` of each result as well")],
    any_case: false,
    hints: &[("both", "did you mean `meta`?"), ("body", "did you mean `meta`?"), ("_meta", "did you mean `meta`?")],
};

/// The scopes of the data listener.
pub(super) const SCOPES: Choice = Choice {
    words: &[
        ("mcp", "MCP servers"),
        ("retrieve", "retrieval"),
        ("retrieve:explain", "why something was or was not retrieved"),
        ("ingest", "bringing documents in"),
        ("filter", "the output filter as a service"),
    ],
    any_case: false,
    hints: &[],
};

const CERTIFICATES: &[Key] = &[
    key("san", Kind::Glob, "A pattern over the certificate's one identity, such as spiffe://example.org/agents/*.")
        .required(),
    key("scopes", Kind::List(&Kind::Choice(&SCOPES)), "What these certificates may use; none granted means none.")
        .or("[]"),
];

const TOKENS: &[Key] = &[
    key("issuer", Kind::Text, "The issuer. Absent: that of auth.jwt."),
    key("claim", Kind::Text, "The claim that names the tenant; its value is a single string.").required(),
    key("value", Kind::Text, "The value it has for this tenant.").required(),
];

const LIMITS: &[Key] = &[
    key("rpm", RPM, "Requests a minute. Absent: rate_limits.tenant_default_rpm."),
    key("burst", RPM, "How many of them may come at once. Absent: a tenth of rpm, at least 10."),
    key("concurrency", CONCURRENCY, "Calls at once. Absent: not limited for the tenant as a whole."),
    key("subject", Kind::Map(SUBJECT), "The limit of each of its subjects."),
    key("tools", Kind::List(&Kind::Map(TOOLS)), "Limits of tools, shared by its subjects."),
];

const SUBJECT: &[Key] = &[
    key("rpm", RPM, "Requests a minute."),
    key("burst", RPM, "How many of them may come at once. Absent: a tenth of rpm, at least 10."),
    key("concurrency", CONCURRENCY, "Calls at once."),
];

const TOOLS: &[Key] = &[
    key("server", Kind::Glob, "A pattern over names of servers.").required(),
    key("tool", Kind::Glob, "A pattern over names of tools.").required(),
    key("rpm", RPM, "Calls a minute."),
    key("burst", RPM, "How many of them may come at once. Absent: a tenth of rpm, at least 10."),
    key("concurrency", CONCURRENCY, "Calls at once."),
];

const RULES: &[Key] = &[
    key("servers", GLOBS, "The servers that the rule covers, as patterns over their names.").required(),
    key(
        "tools",
        GLOBS,
        "Tools that may be listed and called, of those that their server's entry lists under read_only.",
    )
    .or("[]"),
    key("resources", GLOBS, "Resource URIs that may be listed, read and watched; `*` stops at a slash, `**` does not.")
        .or("[]"),
    key("prompts", GLOBS, "Prompts that may be listed and got.").or("[]"),
    key("completion", Kind::Bool, "Whether arguments of these prompts and resources may be completed.").or("false"),
    key("subscriptions", Kind::Bool, "Whether changes may be subscribed to.").or("false"),
];
