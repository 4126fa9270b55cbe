//! What a bundle says of itself: the question, the tree, and each file with its digest.

use bytes::Bytes;
use casemate_core::digest::Digest;
use casemate_core::json::{Json, Limits, Value, quote};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// The largest manifest in bytes.
pub(crate) const MAX: usize = 1 << 20;
/// The most policies of one bundle.
pub(crate) const POLICIES: usize = 4096;
const FORMAT: &str = "casemate-export@v1";
/// The largest integer that every reader of JSON has exactly.
const LARGEST: i64 = (1 << 53) - 1;

/// The files of a bundle. There are no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    /// How to check the bundle, in words.
    Readme,
    /// The checkpoint that every proof leads to.
    Checkpoint,
    /// The public keys of the log, as its host has them.
    Keys,
    /// The records.
    Records,
    /// The inclusion proofs, in the order of the records.
    Proofs,
    /// A policy that records name.
    Policy(Digest),
}

impl Name {
    /// Those that every bundle has.
    pub(crate) const ALWAYS: [Self; 5] = [Self::Readme, Self::Checkpoint, Self::Keys, Self::Records, Self::Proofs];

    /// Reads one, and nothing else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let policy = || text.strip_prefix("policies/")?.strip_suffix(".policy").and_then(Digest::from_hex);
        let known = Self::ALWAYS.into_iter().find(|name| name.to_string() == text);
        known.or_else(|| policy().map(Self::Policy).filter(|name| name.to_string() == text))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Readme => f.write_str("README.txt"),
            Self::Checkpoint => f.write_str("checkpoint"),
            Self::Keys => f.write_str("keys.txt"),
            Self::Records => f.write_str("records.jsonl"),
            Self::Proofs => f.write_str("proofs.txt"),
            Self::Policy(digest) => write!(f, "policies/{}.policy", digest.hex()),
        }
    }
}

/// A file's length and SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) bytes: u64,
    pub(crate) sha256: Digest,
}

/// The question that the records answer. Times are in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Question {
    pub(crate) tenant: String,
    pub(crate) trace: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) tool: Option<String>,
    pub(crate) since: Option<u64>,
    pub(crate) until: Option<u64>,
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) origin: String,
    /// The entries and the root, in base64, of the tree that the checkpoint is of.
    pub(crate) size: u64,
    pub(crate) root: String,
    /// The entry from which the log was read; named where entries before it were pruned, and else 0.
    pub(crate) first: u64,
    /// When it was made, in milliseconds since 1970.
    pub(crate) made: u64,
    /// The program that made it.
    pub(crate) by: String,
    pub(crate) question: Question,
    pub(crate) records: u64,
    pub(crate) files: BTreeMap<Name, Sum>,
}

/// Why bytes are no manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) String);

fn malformed(what: &str) -> Malformed {
    Malformed(what.to_owned())
}

impl Manifest {
    /// The file.
    pub(crate) fn encode(&self) -> String {
        let mut out = String::new();
        let Question { tenant, trace, subject, tool, since, until } = &self.question;
        // Writing to a string does not fail.
        let _ = write!(out, "{{\n  \"format\": {},\n  \"origin\": {},\n", quote(FORMAT), quote(&self.origin));
        let _ = write!(out, "  \"size\": {},\n  \"root\": {},\n", self.size, quote(&self.root));
        if self.first > 0 {
            let _ = writeln!(out, "  \"first\": {},", self.first);
        }
        let _ = write!(out, "  \"made\": {},\n  \"by\": {},\n", self.made, quote(&self.by));
        let _ = write!(out, "  \"query\": {{\n    \"tenant\": {}", quote(tenant));
        for (name, text) in [("trace", trace), ("subject", subject), ("tool", tool)] {
            let _ = text.as_ref().map_or(Ok(()), |text| write!(out, ",\n    \"{name}\": {}", quote(text)));
        }
        for (name, time) in [("since", since), ("until", until)] {
            let _ = time.map_or(Ok(()), |time| write!(out, ",\n    \"{name}\": {time}"));
        }
        let _ = write!(out, "\n  }},\n  \"records\": {},\n  \"files\": {{", self.records);
        for (at, (name, sum)) in self.files.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let _ = write!(
                out,
                "{comma}\n    {}: {{ \"bytes\": {}, \"sha256\": \"{}\" }}",
                quote(&name.to_string()),
                sum.bytes,
                sum.sha256.hex()
            );
        }
        out.push_str("\n  }\n}\n");
        out
    }

    /// Reads one, strictly: every member known and once, every file one that a bundle may have.
    ///
    /// # Errors
    /// What is wrong, without repeating anything of it.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > MAX {
            return Err(Malformed(format!("it is longer than {MAX} bytes")));
        }
        let limits = Limits { depth: 4, nodes: 8 * POLICIES, key_len: 128, number_len: 20 };
        let json = Json::parse(Bytes::copy_from_slice(bytes), limits)
            .map_err(|error| Malformed(format!("it is no strict JSON from byte {} on", error.at)))?;
        let members = ["format", "origin", "size", "root", "first", "made", "by", "query", "records", "files"];
        let root = object(json.root(), &members)?;
        if text(root, "format")? != FORMAT {
            return Err(Malformed(format!("its format is not {FORMAT}")));
        }
        let query = object(member(root, "query")?, &["tenant", "trace", "subject", "tool", "since", "until"])?;
        let maybe = |name: &str| query.get(name).map(|_| text(query, name)).transpose();
        let time = |name: &str| query.get(name).map(|_| number(query, name)).transpose();
        let question = Question {
            tenant: text(query, "tenant")?,
            trace: maybe("trace")?,
            subject: maybe("subject")?,
            tool: maybe("tool")?,
            since: time("since")?,
            until: time("until")?,
        };
        Ok(Self {
            origin: text(root, "origin")?,
            size: number(root, "size")?,
            root: text(root, "root")?,
            first: root.get("first").map(|_| number(root, "first")).transpose()?.unwrap_or_default(),
            made: number(root, "made")?,
            by: text(root, "by")?,
            question,
            records: number(root, "records")?,
            files: files(member(root, "files")?)?,
        })
    }
}

fn files(value: Value<'_>) -> Result<BTreeMap<Name, Sum>, Malformed> {
    if !value.is_object() {
        return Err(malformed("`files` is no object"));
    }
    let mut files = BTreeMap::new();
    for member in value.members() {
        let name = Name::parse(&member.key()).ok_or_else(|| malformed("it names a file that no bundle has"))?;
        let sum = object(member.value, &["bytes", "sha256"])?;
        let sha256 = text(sum, "sha256")?;
        let sha256 = Digest::from_hex(&sha256).filter(|digest| digest.hex() == sha256);
        let sha256 = sha256.ok_or_else(|| malformed("a digest is not 64 hexadecimal digits"))?;
        files.insert(name, Sum { bytes: number(sum, "bytes")?, sha256 });
    }
    if let Some(missing) = Name::ALWAYS.iter().find(|name| !files.contains_key(name)) {
        return Err(Malformed(format!("it does not name {missing}")));
    }
    if files.len() > Name::ALWAYS.len() + POLICIES {
        return Err(Malformed(format!("it names more than {POLICIES} policies")));
    }
    Ok(files)
}

/// An object with no other members than these.
fn object<'a>(value: Value<'a>, known: &[&str]) -> Result<Value<'a>, Malformed> {
    if !value.is_object() {
        return Err(malformed("an object is missing"));
    }
    match value.members().find(|member| !known.iter().any(|name| member.key_is(name))) {
        Some(_) => Err(malformed("it has a member that no manifest has")),
        None => Ok(value),
    }
}

fn member<'a>(object: Value<'a>, name: &str) -> Result<Value<'a>, Malformed> {
    object.get(name).ok_or_else(|| Malformed(format!("`{name}` is missing")))
}

fn text(object: Value<'_>, name: &str) -> Result<String, Malformed> {
    let text = member(object, name)?.as_str().ok_or_else(|| Malformed(format!("`{name}` is no text")))?;
    Ok(text.into_owned())
}

fn number(object: Value<'_>, name: &str) -> Result<u64, Malformed> {
    let number = member(object, name)?.as_i64().filter(|number| (0..=LARGEST).contains(number));
    let number = number.and_then(|number| u64::try_from(number).ok());
    number.ok_or_else(|| Malformed(format!("`{name}` is no whole number up to 2^53")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let sum = |n: u8| Sum { bytes: u64::from(n), sha256: Digest([n; 32]) };
        let mut files: BTreeMap<_, _> = Name::ALWAYS.into_iter().zip(1..).map(|(name, n)| (name, sum(n))).collect();
        files.insert(Name::Policy(Digest([9; 32])), sum(9));
        Manifest {
            origin: "a \"quoted\" log".to_owned(),
            size: 7,
            root: "r".to_owned(),
            first: 0,
            made: 1_700_000_000_000,
            by: "casemate 0".to_owned(),
            question: Question { tenant: "acme".to_owned(), since: Some(3), ..Question::default() },
            records: 2,
            files,
        }
    }

    #[test]
    fn manifests_go_both_ways() {
        let question = Question {
            tenant: "\u{1b}\n".to_owned(),
            trace: Some("t".to_owned()),
            subject: Some("s".to_owned()),
            tool: Some("\u{202e}".to_owned()),
            since: Some(0),
            until: Some((1 << 53) - 1),
        };
        for manifest in [manifest(), Manifest { question, ..manifest() }, Manifest { first: 5, ..manifest() }] {
            assert_eq!(Manifest::parse(manifest.encode().as_bytes()), Ok(manifest));
        }
    }

    #[test]
    fn what_no_bundle_has_is_refused() {
        let good = manifest().encode();
        let hex = "09".repeat(32);
        for (from, to) in [
            ("@v1", "@v2"),
            ("\"made\"", "\"mode\""),
            ("\"size\": 7", "\"size\": -7"),
            ("\"size\": 7", "\"size\": 7.5"),
            ("\"size\": 7", "\"size\": 9007199254740992"),
            ("\"size\": 7", "\"size\": \"7\""),
            ("\"size\": 7", "\"size\": 7,\n  \"size\": 7"),
            ("checkpoint", "checkpoint2"),
            ("checkpoint", "../checkpoint"),
            ("README.txt", "/etc/passwd"),
            ("README.txt", "a/../README.txt"),
            ("policies/", "policies/../"),
            ("policies/0", "policies/./0"),
            (".policy", ".policy\\u0000"),
            (&hex, &hex.to_uppercase().replace("09", "0A")),
            ("\"sha256\": \"01", "\"sha256\": \"0X"),
            ("\"since\": 3", "\"before\": 3"),
            ("\"tenant\": \"acme\",", ""),
            ("\"bytes\": 1,", "\"bytes\": 1, \"bytes\": 1,"),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good, "{from}");
            assert!(Manifest::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        for bad in [&b""[..], b"{}", b"[]", b"\xff", &[b'['; 100_000], &vec![b' '; MAX + 1]] {
            assert!(Manifest::parse(bad).is_err());
        }
    }

    #[test]
    fn a_manifest_cannot_name_millions_of_files() {
        let mut many = manifest();
        for n in 0..=u64::try_from(POLICIES).unwrap() {
            many.files.insert(Name::Policy(Digest::of(&n.to_be_bytes())), Sum { bytes: 0, sha256: Digest([0; 32]) });
        }
        assert!(Manifest::parse(many.encode().as_bytes()).is_err());
    }
}
