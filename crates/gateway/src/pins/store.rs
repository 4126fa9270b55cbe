//! The files of the pins: one for each server, replaced whole.

use super::error::PinError;
use bytes::Bytes;
use casemate_core::digest::Digest;
use casemate_core::json::{Json, Limits, Value, quote};
use casemate_core::mcp::Era;
use casemate_core::pin::{Definition, Finding, Kind, Listed, Pin, Severity, State, Step};
use casemate_core::{ServerName, UnixMillis};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The format that this release writes.
const FORMAT: i64 = 1;
/// The largest file that is read, and the largest that is written.
const FILE: usize = 64 << 20;
/// Bytes of all pins of one server up to which a survey may add to them. A person's decisions find room beyond it.
pub(super) const MOST: usize = FILE - (4 << 20);
const SUFFIX: &str = ".json";

/// The pins of every server that has a file.
pub(super) type Found = Vec<(ServerName, Kept)>;

/// What a file holds.
pub(super) struct Kept {
    /// The URL of the server, where it is known.
    pub(super) origin: Option<Arc<str>>,
    pub(super) pins: Vec<Pin>,
}

/// The directory, and beside it a file with the names of the servers that have pins, one a line: what is lost is not
/// taken for what never was.
pub(super) struct Store {
    dir: PathBuf,
    known: Mutex<Known>,
}

struct Known {
    servers: BTreeSet<ServerName>,
    /// Whether the file says the same.
    is_kept: bool,
}

impl Store {
    /// Opens or makes the directory and reads all that is in it.
    pub(super) fn open(dir: &Path) -> Result<(Self, Found), PinError> {
        let fault = |path: &Path| {
            let path = path.to_owned();
            move |source| PinError::Io { path, source }
        };
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(fault(dir))?;
        // Before the directory: a server that gets its file meanwhile is not missing.
        let list = known_file(dir);
        let known = read_known(&list).map_err(fault(&list))?;
        let mut all = Vec::new();
        for found in fs::read_dir(dir).map_err(fault(dir))? {
            let path = found.map_err(fault(dir))?.path();
            // Beside the files there may be one that a crash left unfinished; the next write replaces it.
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(name) = name.and_then(|name| name.strip_suffix(SUFFIX)) else { continue };
            let damaged = |what| PinError::Damaged { path: path.clone(), what };
            let server = ServerName::parse(name).map_err(|_| damaged("the name is not that of a server"))?;
            let mut bytes = Vec::new();
            let file = File::open(&path).map_err(fault(&path))?;
            file.take(FILE as u64 + 1).read_to_end(&mut bytes).map_err(fault(&path))?;
            if bytes.len() > FILE {
                return Err(damaged("it is too large"));
            }
            let limits = Limits { depth: 16, nodes: FILE, key_len: 256, number_len: 32 };
            let json = Json::parse(Bytes::from(bytes), limits).map_err(|_| damaged("it is not JSON"))?;
            match json.root().get("format").and_then(|v| v.as_i64()) {
                Some(FORMAT) => {}
                Some(found) if found > FORMAT => {
                    return Err(PinError::Newer { path: path.clone(), found, known: FORMAT });
                }
                _ => return Err(damaged("it has no format")),
            }
            let pins = read(json.root(), &server).map_err(damaged)?;
            all.push((server, pins));
        }
        let found: BTreeSet<_> = all.iter().map(|(server, _)| server.clone()).collect();
        if let Some(server) = known.difference(&found).next() {
            let path = dir.join(format!("{server}{SUFFIX}"));
            return Err(PinError::Missing { path, server: server.clone(), list });
        }
        // A crash may have come between a server's file and its name; whoever only reads does not mend that.
        let known = Known { is_kept: known == found, servers: found };
        Ok((Self { dir: dir.to_owned(), known: Mutex::new(known) }, all))
    }

    /// Keeps the names of the servers that have a file.
    fn note(&self, change: impl FnOnce(&mut BTreeSet<ServerName>) -> bool) -> std::io::Result<()> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut servers = known.servers.clone();
        if change(&mut servers) || !known.is_kept {
            write_known(&known_file(&self.dir), &servers)?;
            *known = Known { servers, is_kept: true };
        }
        Ok(())
    }

    /// Replaces the file of a server, durably and whole or not at all. What could not be read again is not written.
    /// Blocks.
    pub(super) fn write(&self, server: &ServerName, origin: Option<&str>, pins: &[Arc<Pin>]) -> std::io::Result<()> {
        let text = text(server, origin, pins);
        if text.len() > FILE {
            return Err(std::io::Error::other("it would be too large to be read again"));
        }
        let path = self.dir.join(format!("{server}{SUFFIX}"));
        let is_first = !path.try_exists()?;
        replace(&path, text.as_bytes())?;
        let noted = self.note(|known| known.insert(server.clone()));
        if noted.is_err() && is_first {
            // It did not come about, then.
            let _ = fs::remove_file(&path);
        }
        if is_first { noted } else { Ok(()) }
    }

    /// Removes the file of a server, durably. Blocks.
    pub(super) fn remove(&self, server: &ServerName) -> std::io::Result<()> {
        self.note(|known| known.remove(server))?;
        match fs::remove_file(self.dir.join(format!("{server}{SUFFIX}"))) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
                let _ = self.note(|known| known.insert(server.clone()));
                return Err(fault);
            }
            _ => {}
        }
        File::open(&self.dir).and_then(|dir| dir.sync_all()).unwrap_or_else(|fault| unsure(&self.dir, &fault));
        Ok(())
    }
}

/// Where the names of the servers are, for a directory of pins.
fn known_file(dir: &Path) -> PathBuf {
    let mut name = dir.as_os_str().to_owned();
    name.push(".servers");
    PathBuf::from(name)
}

fn read_known(path: &Path) -> std::io::Result<BTreeSet<ServerName>> {
    let text = match fs::read_to_string(path) {
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        read => read?,
    };
    let name = |line| ServerName::parse(line).map_err(|_| std::io::Error::other("a line is not the name of a server"));
    text.lines().map(name).collect()
}

fn write_known(path: &Path, known: &BTreeSet<ServerName>) -> std::io::Result<()> {
    let lines: String = known.iter().map(|server| format!("{server}\n")).collect();
    replace(path, lines.as_bytes())
}

/// Replaces a file, durably and whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let dir = path.parent().unwrap_or(path);
    let names = File::open(dir)?;
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&partial, path)?;
    // From here on it is in force.
    names.sync_all().unwrap_or_else(|fault| unsure(dir, &fault));
    Ok(())
}

fn unsure(dir: &Path, fault: &std::io::Error) {
    tracing::warn!(dir = %dir.display(), %fault, "a power cut may bring back the pins before this change");
}

/// Bytes of a pin in its file.
pub(super) fn weight(pin: &Pin) -> usize {
    let mut out = String::new();
    write_pin(&mut out, pin);
    // What separates it from the next.
    out.len().saturating_add(2)
}

fn text(server: &ServerName, origin: Option<&str>, pins: &[Arc<Pin>]) -> String {
    let origin = origin.map(|origin| format!(",\"origin\":{}", quote(origin))).unwrap_or_default();
    let mut out = format!("{{\"format\":{FORMAT},\"server\":{}{origin},\"pins\":[", quote(server.as_str()));
    let mut pins: Vec<_> = pins.iter().collect();
    pins.sort_by_key(|pin| (pin.kind, &pin.name));
    for (at, pin) in pins.into_iter().enumerate() {
        out.push_str(if at > 0 { ",\n" } else { "\n" });
        write_pin(&mut out, pin);
    }
    out.push_str("\n]}\n");
    out
}

/// Writing into a `String` does not fail.
fn write_pin(out: &mut String, pin: &Pin) {
    let digest = |digest: Option<Digest>| digest.map_or("null".to_owned(), |d| quote(&d.hex()));
    let of = |definition: &Option<Definition>| digest(definition.as_ref().map(|d| d.digest));
    let (kind, state) = (quote(pin.kind.as_str()), quote(pin.state.as_str()));
    let _ = write!(out, "{{\"kind\":{kind},\"name\":{},\"state\":{state}", quote(&pin.name));
    let _ = write!(out, ",\"approved\":{},\"seen\":{}", of(&pin.approved), of(&pin.seen));
    if pin.trusted {
        out.push_str(",\"trusted\":true");
    }
    if !pin.listed.is_empty() {
        let each = pin.listed.iter().map(|listed| {
            let (era, hex) = (quote(listed.era.as_str()), digest(Some(listed.digest)));
            format!("{{\"era\":{era},\"digest\":{hex}}}")
        });
        let _ = write!(out, ",\"listed\":[{}]", each.collect::<Vec<_>>().join(","));
    }
    out.push_str(",\"texts\":{");
    let listed = pin.listed.iter().filter_map(|listed| listed.definition.as_ref());
    let mut written = Vec::new();
    for definition in pin.approved.iter().chain(&pin.seen).chain(listed) {
        if written.contains(&definition.digest) {
            continue;
        }
        let comma = if written.is_empty() { "" } else { "," };
        let _ = write!(out, "{comma}{}:{}", quote(&definition.digest.hex()), quote(&definition.text));
        written.push(definition.digest);
    }
    out.push_str("},\"findings\":[");
    for (at, finding) in pin.findings.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        let (rule, severity) = (quote(&finding.rule), quote(finding.severity.as_str()));
        let (place, excerpt) = (quote(&finding.place), quote(&finding.excerpt));
        let _ =
            write!(out, "{comma}{{\"rule\":{rule},\"severity\":{severity},\"place\":{place},\"excerpt\":{excerpt}}}");
    }
    out.push_str("],\"history\":[");
    for (at, step) in pin.history.iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        let (what, actor, hex) = (quote(step.what.as_str()), quote(&step.actor), digest(step.digest));
        let _ = write!(out, "{comma}{{\"at\":{},\"what\":{what},\"digest\":{hex},\"actor\":{actor}}}", step.at.0);
    }
    out.push_str("]}");
}

fn read(root: Value<'_>, server: &ServerName) -> Result<Kept, &'static str> {
    if root.get("server").and_then(|v| v.as_str()).as_deref() != Some(server.as_str()) {
        return Err("it is the file of another server");
    }
    let pins = root.get("pins").filter(|v| v.kind() == casemate_core::json::Kind::Array).ok_or("it has no pins")?;
    let pins: Vec<Pin> =
        pins.items().map(|item| read_pin(item).ok_or("a pin in it cannot be read")).collect::<Result<_, _>>()?;
    let mut seen = std::collections::HashSet::new();
    let unique = pins.iter().all(|pin| seen.insert((pin.kind, pin.name.as_str())));
    if !unique {
        return Err("a pin stands in it twice");
    }
    let origin = match root.get("origin") {
        None => None,
        Some(origin) => Some(Arc::from(&*origin.as_str().ok_or("its origin is no text")?)),
    };
    Ok(Kept { origin, pins })
}

fn member(value: Value<'_>, key: &str) -> Option<String> {
    Some(value.get(key)?.as_str()?.into_owned())
}

/// A digest or `null`; anything else is a fault.
fn digest(value: Value<'_>) -> Option<Option<Digest>> {
    if value.is_null() { Some(None) } else { Digest::from_hex(&value.as_str()?).map(Some) }
}

fn read_pin(item: Value<'_>) -> Option<Pin> {
    let kind = Kind::parse(&member(item, "kind")?)?;
    let texts = item.get("texts")?;
    let definition = |key: &str| -> Option<Option<Definition>> {
        let Some(digest) = digest(item.get(key)?)? else { return Some(None) };
        let definition = Definition::of_text(kind, &texts.get(&digest.hex())?.as_str()?);
        (definition.digest == digest).then_some(Some(definition))
    };
    let listed = |value: Value<'_>| {
        let digest = Digest::from_hex(&member(value, "digest")?)?;
        let text = texts.get(&digest.hex()).and_then(|text| text.as_str());
        let definition = text.map(|text| Definition::of_text(kind, &text));
        let is_own = definition.as_ref().is_none_or(|definition| definition.digest == digest);
        is_own.then_some(Listed { era: Era::parse(&member(value, "era")?)?, digest, definition })
    };
    let finding = |value: Value<'_>| {
        Some(Finding {
            rule: member(value, "rule")?,
            place: member(value, "place")?,
            severity: Severity::parse(&member(value, "severity")?)?,
            excerpt: member(value, "excerpt")?,
        })
    };
    let step = |value: Value<'_>| {
        Some(Step {
            at: UnixMillis(u64::try_from(value.get("at")?.as_i64()?).ok()?),
            what: State::parse(&member(value, "what")?)?,
            digest: digest(value.get("digest")?)?,
            actor: member(value, "actor")?,
        })
    };
    let pin = Pin {
        kind,
        name: member(item, "name")?,
        state: State::parse(&member(item, "state")?)?,
        approved: definition("approved")?,
        trusted: item.get("trusted").map_or(Some(false), |value| value.as_bool())?,
        seen: definition("seen")?,
        listed: item.get("listed").into_iter().flat_map(|all| all.items()).map(listed).collect::<Option<_>>()?,
        findings: item.get("findings")?.items().map(finding).collect::<Option<_>>()?,
        history: item.get("history")?.items().map(step).collect::<Option<_>>()?,
    };
    let is_approved = pin.approved == pin.seen && pin.listed.is_empty();
    let is_whole = pin.seen.is_some() && (pin.state != State::Approved || is_approved);
    is_whole.then_some(pin)
}

#[cfg(test)]
mod tests;
