//! The keys of an upstream.

use super::{Choice, HOUR, Key, Kind, key};

const TIMEOUT: Kind = Kind::Duration { min: 10, max: HOUR };

pub(super) const KEYS: &[Key] = &[
    key("name", Kind::Server, "Its name: the {server} of the path /mcp/{server}, and what rules name.").required(),
    key("url", Kind::Url, "Where its MCP endpoint is. Loopback only as a literal address such as 127.0.0.1.")
        .required(),
    key("revision", Kind::Choice(&REVISIONS), "The MCP revision it speaks.").or("auto"),
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
    words: &[("auto", "the newest that both sides speak"), ("2026-07-28", "that one")],
    any_case: false,
    hints: &[],
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
