//! The keys of the output post-processor.

use super::{Choice, KIB, Key, Kind, MIB, SECOND, SECRET, TEXTS, key};

const URLS: Kind = Kind::List(&Kind::Url);

const LINK_KEY: Key = key("links", Kind::Map(LINKS), "Where links may lead, and what becomes of the others.");
const IMAGE_KEY: Key =
    key("images", Kind::Map(IMAGES), "Whence images may be loaded. Where `sensitive` is set, none may stay at all.");
const RULES_KEY: Key = key(
    "rules",
    Kind::List(&Kind::Map(RULES)),
    "What rules do, each otherwise what `casemate rules list` says. Of several entries that fit a rule the last counts.",
);
const MARKING_KEY: Key = key(
    "marking",
    Kind::Choice(&MARKING),
    "Whether texts of tools, resources and prompts are marked as untrusted for the model that reads them.",
);

const ARGUMENTS_KEY: Key = key("arguments", Kind::Map(ARGUMENTS), "What calls may hold on their way to an upstream.");

pub(super) const KEYS: &[Key] = &[
    LINK_KEY,
    IMAGE_KEY,
    RULES_KEY,
    MARKING_KEY,
    ARGUMENTS_KEY,
    key(
        "html_bytes",
        Kind::Bytes { min: KIB, max: 16 * MIB },
        "The most bytes of HTML that are held and judged as a document. A longer one is escaped, so that it is text.",
    )
    .or("256KiB"),
    key(
        "hold",
        Kind::Duration { min: 0, max: 60 * SECOND },
        "How long a notification of a call waits for the next one, or the answer, where its text may go on in it; 0s for not at all.",
    )
    .or("500ms"),
    key(
        "registered",
        Kind::List(&Kind::Map(SECRET)),
        "Values that must never leave, in whatever form. The gateway's own credentials are registered without an entry.",
    ),
    key("patterns", Kind::List(&Kind::Map(PATTERNS)), "The operator's own patterns."),
    key(
        "gitleaks",
        Kind::Path,
        "A file of rules in the format of gitleaks. Each is a rule `secret.imported.ID` that redacts.",
    ),
    key("overrides", Kind::List(&Kind::Map(OVERRIDES)), "What holds otherwise for a tenant, an upstream, a tool."),
    key(
        "suppress",
        Kind::List(&Kind::Map(SUPPRESS)),
        "Findings that are expected in a place: until a day they are recorded, and nothing is done.",
    ),
];

const LINKS: &[Key] = &[
    key(
        "allow",
        TEXTS,
        "Origins and paths, such as https://docs.example.com/manual/: that path and what lies below it. Addresses and numbers, such as mailto:help@example.com.",
    )
    .or("[]"),
    key("mode", Kind::Choice(&MODES), "What becomes of a link that may not stay.").or("rewrite"),
    key("query", Kind::Choice(&QUERIES), "What becomes of the query of a link that may stay.").or("keep"),
    key("parameters", TEXTS, "With `query: only`: the parameters that stay, by name.").or("[]"),
];

const IMAGES: &[Key] =
    &[key("allow", URLS, "Origins and paths, such as https://cdn.example.com/icons/, as for links.").or("[]")];

const ARGUMENTS: &[Key] = &[key(
    "hosts",
    Kind::Choice(&HOSTS),
    "Whether arguments, URIs and answers to a server may name hosts that a rule `host.*` finds.",
)
.or("allow")];

const HOSTS: Choice = Choice {
    words: &[("allow", "they may"), ("deny", "such a call is refused: input.host")],
    any_case: false,
    hints: &[("block", "did you mean `deny`?"), ("off", "did you mean `allow`?"), ("keep", "did you mean `allow`?")],
};

const MODES: Choice = Choice {
    words: &[
        ("rewrite", "its text stays, a marker stands for its destination"),
        ("drop", "text and destination go"),
        ("keep", "it stays and is recorded"),
    ],
    any_case: false,
    hints: &[("remove", "did you mean `drop`?"), ("report", "did you mean `keep`?"), ("strip", "did you mean `drop`?")],
};

const QUERIES: Choice = Choice {
    words: &[("keep", "it stays"), ("drop", "it goes"), ("only", "only the parameters that are listed stay")],
    any_case: false,
    hints: &[("allow", "did you mean `only`?"), ("remove", "did you mean `drop`?")],
};

const MARKING: Choice = Choice {
    words: &[
        ("none", "texts stay as they are"),
        ("delimit", "two lines around a text say that it is not to be obeyed"),
        ("datamark", "each white space of a text is a mark as well"),
    ],
    any_case: false,
    hints: &[("off", "did you mean `none`?"), ("spotlight", "did you mean `delimit` or `datamark`?")],
};

const RULES: &[Key] = &[
    key("rule", Kind::Glob, "The id of a rule, or a pattern over ids, such as `secret.*`; a `*` covers all of an id.")
        .required(),
    key("action", Kind::Choice(&ACTIONS), "What is done about what it finds.").required(),
    key("shadow", Kind::Bool, "Whether that is only recorded, and nothing done.").or("false"),
];

const ACTIONS: Choice = Choice {
    words: &[
        ("off", "the rule is not used"),
        ("report", "it is recorded"),
        ("rewrite", "it is put in a harmless form"),
        ("redact", "a marker stands in its place"),
        ("deny", "the answer is withheld"),
    ],
    any_case: false,
    hints: &[
        ("block", "did you mean `deny`?"),
        ("mask", "did you mean `redact`?"),
        ("drop", "did you mean `redact`?"),
        ("allow", "did you mean `off` or `report`?"),
        ("none", "did you mean `off`?"),
        ("log", "did you mean `report`?"),
        ("flag", "did you mean `report`?"),
    ],
};

const PATTERNS: &[Key] = &[
    key("name", Kind::Name, "Its name; its rule is `deny.own.NAME`.").required(),
    key("regex", Kind::Text, "A regular expression (syntax of the Rust crate `regex`), matched against each text.")
        .required(),
    key("action", Kind::Choice(&ACTIONS), "What is done about what it finds.").or("deny"),
];

const OVERRIDES: &[Key] = &[
    key("tenant", Kind::Tenant, "For this tenant alone."),
    key("upstream", Kind::Server, "For answers of this upstream alone."),
    key("tool", Kind::Tool, "For answers of this tool alone, by its exact name."),
    LINK_KEY,
    IMAGE_KEY,
    RULES_KEY,
    MARKING_KEY,
    ARGUMENTS_KEY,
    key("sensitive", Kind::Bool, "Whether all images are stripped there. What is set for a wider place stays set.")
        .or("false"),
];

const SUPPRESS: &[Key] = &[
    key("rule", Kind::Glob, "The id of a rule, or a pattern over ids.").required(),
    key("tenant", Kind::Tenant, "For this tenant alone."),
    key("upstream", Kind::Server, "For answers of this upstream alone."),
    key("tool", Kind::Tool, "For answers of this tool alone, by its exact name."),
    key("until", Kind::Text, "The day on which it ends, such as 2027-01-31 (UTC), or an instant.").required(),
    key("reason", Kind::Text, "Why, for whoever reads it next.").required(),
];
