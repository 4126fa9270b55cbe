//! The keys of an upstream.

use super::{Choice, HOUR, Key, Kind, SECOND, TOOLS, key};

const TIMEOUT: Kind = Kind::Duration { min: 10, max: HOUR };

pub(super) const KEYS: &[Key] = &[
    key("name", Kind::Server, "Its name: the {server} of the path /mcp/{server}, and what rules name.").required(),
    key("url", Kind::Url, "Where its MCP endpoint is. Loopback only as a literal address such as 127.0.0.1.")
        .required(),
    key(
        "revision",
        Kind::Choice(&REVISIONS),
        "The one MCP revision in which it is spoken to. A client of the other era is told so: nothing is translated.",
    )
    .or("auto"),
    key(
        "read_only",
        TOOLS,
        "Tools that only read, by exact name. A tenant reaches all others by name alone, under unmanaged_tools.",
    )
    .or("[]"),
    key(
        "pins",
        Kind::Choice(&PINS),
        "How definitions that nobody has seen before are treated. A changed one always waits for a reviewer.",
    )
    .or("review"),
    key(
        "relist",
        Kind::Duration { min: SECOND, max: HOUR },
        "How often its definitions are listed again, so that a change is seen without a client.",
    )
    .or("60s"),
    key("tls", Kind::Map(TLS), "How it is recognised, and how the gateway proves itself to it."),
    key(
        "credential",
        Kind::Map(CREDENTIAL),
        "A header with the gateway's own credential there. The caller's credential never goes further.",
    ),
    key("timeouts", Kind::Map(TIMEOUTS), "How long it may take."),
    key("requests", Kind::List(&Kind::Choice(&REQUESTS)), "Requests that it may make of clients.").or("[]"),
    key("sensitive", Kind::Bool, "Whether all images are stripped from its answers.").or("false"),
];

const REVISIONS: Choice = Choice {
    words: &[
        ("auto", "each one that client and server both speak"),
        ("2026-07-28", "each request stands alone"),
        ("2025-11-25", "with sessions"),
        ("2025-06-18", "with sessions"),
        ("2025-03-26", "with sessions"),
    ],
    any_case: false,
    hints: &[("2024-11-05", "it has another transport (HTTP+SSE), which is not served")],
};

const PINS: Choice = Choice {
    words: &[
        ("review", "they wait for a reviewer"),
        ("trust-first", "the first sight is approved, unless a finding on it is grave"),
    ],
    any_case: false,
    hints: &[
        ("none", "there is no mode that accepts changes; `trust-first` accepts the first sight"),
        ("off", "there is no mode that accepts changes; `trust-first` accepts the first sight"),
        ("trust", "did you mean `trust-first`?"),
        ("tofu", "did you mean `trust-first`?"),
    ],
};

const TLS: &[Key] = &[
    key("ca", Kind::Path, "The CAs that sign its certificate, PEM. Absent: those of the system."),
    key("certificate", Kind::Path, "The client certificate of the gateway, PEM, leaf first."),
    key("key", Kind::Path, "Its private key, PEM."),
];

const CREDENTIAL: &[Key] = &[
    key("header", Kind::HeaderName, "The name of the header.").or("Authorization"),
    key("file", Kind::Path, "A file with the credential: one line."),
    key("env", Kind::VariableName, "A variable of the process environment with the credential."),
    key("prefix", Kind::Text, "What stands before it, such as Bearer; a space follows."),
];

const TIMEOUTS: &[Key] = &[
    key("first_byte", TIMEOUT, "Time until the answer begins.").or("30s"),
    key("total", TIMEOUT, "Time until the answer ends; subscriptions excepted.").or("5m"),
];

const REQUESTS: Choice = Choice {
    words: &[
        ("elicitation", "asking the user something in a form"),
        ("elicitation-url", "asking the user to open an https URL"),
        ("sampling", "asking the client's model something"),
        ("roots", "asking for the client's roots"),
    ],
    any_case: false,
    hints: &[],
};
