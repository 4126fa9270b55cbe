//! The keys of `admin`.

use super::{Choice, Key, Kind, TEXTS, key};

pub(super) const KEYS: &[Key] = &[
    key("host", Kind::Ip, "The address to listen on.").or("127.0.0.1"),
    key("port", Kind::Port, "The port to listen on; 0 lets the system choose a free one.").or("9443"),
    key("public_url", Kind::Url, "The audience of its tokens. Absent: no tokens are accepted there."),
    key("tls", Kind::Map(TLS), "Its server certificate. Absent: that of the gateway."),
    key(
        "trusted_certs_path",
        Kind::Path,
        "The CAs that sign the certificates of its people. Absent: those of the gateway.",
    ),
    key(
        "people",
        Kind::Named(&Kind::Name, PEOPLE),
        "The people by name. Health gives everyone a bare status, all else needs a role.",
    ),
];

const TLS: &[Key] = &[
    key("certificate", Kind::Path, "The server certificate and its chain, PEM, leaf first.").required(),
    key("key", Kind::Path, "Its private key, PEM: PKCS#8, SEC1 or PKCS#1.").required(),
];

const ROLES: Choice = Choice {
    words: &[("operator", "runs the gateway"), ("reviewer", "approves"), ("auditor", "reads the log")],
    any_case: false,
    hints: &[("admin", "did you mean `operator`?")],
};

const PEOPLE: &[Key] = &[
    key("identities", Kind::List(&Kind::Identity), "Certificate identities and token subjects of this person.")
        .required(),
    key("roles", Kind::List(&Kind::Choice(&ROLES)), "What the person may do.").or("[]"),
    key("groups", TEXTS, "Groups of the person that a reviewer_group may name.").or("[]"),
];
