//! The keys of `audit`.

use super::{Choice, DAY, HOUR, Key, Kind, MIB, MINUTE, SECOND, SECRET, key};

/// A hundred years.
const AGE: Kind = Kind::Duration { min: SECOND, max: 36_525 * DAY };

pub(super) const KEYS: &[Key] = &[
    key(
        "deadline",
        Kind::Duration { min: 10, max: 30 * SECOND },
        "How long a call waits for its intent to be on disk before it is refused with 503.",
    )
    .or("250ms"),
    key(
        "reserve_bytes",
        Kind::Bytes { min: MIB, max: 1 << 40 },
        "Free disk space below which calls are refused, so that what has begun can still be recorded.",
    )
    .or("64MiB"),
    key(
        "low_disk_bytes",
        Kind::Bytes { min: MIB, max: 1 << 42 },
        "Free disk space below which there is an alarm, while calls still go on; more than reserve_bytes. Absent: 1GiB, \
         or twice reserve_bytes where that is more.",
    ),
    key(
        "anonymous_per_minute",
        Kind::Count { min: 1, max: 100_000 },
        "Refusals before authentication that get a record of their own each minute; more become counted summaries.",
    )
    .or("600"),
    key(
        "mode",
        Kind::Choice(&DURABILITY),
        "When a record counts as written: `fsync` when the disk has it; `decision-only` lets outcomes go ahead of the \
         disk; `async` lets everything. What a power cut can lose then, the log says of itself.",
    )
    .or("fsync"),
    key(
        "heartbeat",
        Kind::Duration { min: SECOND, max: HOUR },
        "How long the log may be silent before it records that it is alive.",
    )
    .or("60s"),
    key(
        "segment_age",
        Kind::Duration { min: MINUTE, max: 366 * DAY },
        "The age at which a segment of the log is closed and made read-only, if it has not reached its size before.",
    )
    .or("24h"),
    key(
        "immutable",
        Kind::Choice(&IMMUTABLE),
        "Whether the open segment gets the file attribute append-only, and a closed one immutable, where the process may \
         set them.",
    )
    .or("auto"),
    key(
        "capture",
        Kind::Choice(&CAPTURE),
        "What is kept of calls beside their records, encrypted under the keys of their subjects: `calls` keeps the \
         message and the released answer, up to 64 KiB of each, as they are: what a message holds is not looked through.",
    )
    .or("none"),
    key(
        "legal_hold",
        Kind::List(&Kind::Tenant),
        "Tenants of which nothing is erased and no record is pruned, as long as they stand here.",
    ),
    key(
        "legal_hold_traces",
        Kind::List(&Kind::Trace),
        "Traces whose records are not pruned, and of whose subjects nothing is erased, as long as they stand here.",
    ),
    key(
        "retention",
        AGE,
        "How long records are kept at least. A closed segment whose records are all older, and that every target of \
         `archive` has, is pruned. Absent: nothing is.",
    ),
    key("witnesses", Kind::Map(WITNESSES), "Who cosigns the checkpoints of the log (docs/witness.md)."),
    key("worm", Kind::Choice(&WORM), "What is promised of the copies in `archive`.").or("none"),
    key(
        "archive_retention",
        AGE,
        "How long the targets of `archive` must not delete a copy; at least `retention`. Absent: `retention`.",
    ),
    key(
        "archive",
        Kind::List(&Kind::Map(ARCHIVE)),
        "Where closed segments, tiles and checkpoints are copied to: directories, and buckets with Object Lock.",
    )
    .or("[]"),
];

const CAPTURE: Choice = Choice {
    words: &[("none", "nothing but what decisions read"), ("calls", "messages and released answers, encrypted")],
    any_case: false,
    hints: &[("all", "did you mean `calls`?"), ("off", "did you mean `none`?")],
};

const DURABILITY: Choice = Choice {
    words: &[
        ("fsync", "when the disk has it"),
        ("decision-only", "decisions when the disk has them, outcomes at once"),
        ("async", "at once; a power cut loses up to a second"),
    ],
    any_case: false,
    hints: &[("sync", "did you mean `fsync`?"), ("none", "did you mean `async`?")],
};

const IMMUTABLE: Choice = Choice {
    words: &[("auto", "where file system and capabilities allow it"), ("off", "never")],
    any_case: false,
    hints: &[("on", "did you mean `auto`? A process without CAP_LINUX_IMMUTABLE cannot be made to")],
};

const WORM: Choice = Choice {
    words: &[
        ("none", "there are no copies"),
        ("best-effort", "copies are made, and nothing vouches that they cannot be removed"),
        ("required", "nothing is served unless every target refuses to delete, overwrite or release a probe"),
    ],
    any_case: false,
    hints: &[("off", "did you mean `none`?"), ("best_effort", "did you mean `best-effort`?")],
};

const WITNESSES: &[Key] = &[
    key(
        "quorum",
        Kind::Count { min: 1, max: 32 },
        "How many of them must cosign a checkpoint before it counts as published.",
    )
    .required(),
    key(
        "every",
        Kind::Duration { min: SECOND, max: DAY },
        "How often a new checkpoint is submitted while entries come. Entries since the last one can still be rewritten.",
    )
    .or("60s"),
    key("list", Kind::List(&Kind::Map(WITNESS)), "The witnesses, each with a key and a name of its own.").required(),
];

const WITNESS: &[Key] = &[
    key("url", Kind::Url, "Where it takes checkpoints: the part before /add-checkpoint (C2SP tlog-witness).")
        .required(),
    key(
        "key",
        Kind::Text,
        "The key of its cosignatures, NAME+ID+KEY as `casemate audit witness` prints it, or a file with it.",
    )
    .required(),
    key("ca", Kind::Path, "The CAs that sign its certificate, PEM. Absent: those of the system."),
];

const ADDRESSING: Choice = Choice {
    words: &[("path", "https://endpoint/bucket/key"), ("virtual-host", "https://bucket.endpoint/key")],
    any_case: false,
    hints: &[("virtual", "did you mean `virtual-host`?"), ("host", "did you mean `virtual-host`?")],
};

const ARCHIVE: &[Key] = &[
    key("directory", Kind::Path, "A directory, which is there: best effort, for its owner can delete."),
    key("endpoint", Kind::Url, "An S3-compatible store: scheme, host and port, without the bucket."),
    key("bucket", Kind::Text, "The bucket, which was made with Object Lock."),
    key("region", Kind::Text, "The region that requests are signed for, such as eu-central-1."),
    key("prefix", Kind::Text, "What goes before each key in the bucket."),
    key("access_key_id", Kind::Map(SECRET), "The access key id."),
    key("secret_access_key", Kind::Map(SECRET), "The secret access key."),
    key("session_token", Kind::Map(SECRET), "The session token of temporary credentials."),
    key("addressing", Kind::Choice(&ADDRESSING), "How requests name the bucket.").or("path"),
    key("ca", Kind::Path, "The CAs that sign the certificate of the store, PEM. Absent: those of the system."),
];
