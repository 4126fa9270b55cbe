//! The end of the demonstration: one entry proved with nothing but a public key, and one flipped byte found.

use super::paste::quoted;
use crate::out;
use anyhow::Context as _;
use casemate_audit::tlog::{Policy, Proof, hash};
use casemate_audit::{Class, Entry, entries, prove, public_key, verify};
use std::path::Path;
use std::time::Duration;

/// A checkpoint is signed at most a second after the entry.
const PATIENCE: u32 = 50;

/// Proves a call in the log in `dir`, writes the proof into `beside` with the command that checks it, checks the proof without the log, then changes a copy of the log.
pub(super) async fn show(dir: &Path, beside: &Path) -> anyhow::Result<bool> {
    let call = entries(dir)?.filter_map(Result::ok).find(|entry| entry.json.get("kind").is_some_and(|k| k == "intent"));
    let call = call.context("the log has no call")?;
    let mut proved = prove(dir, call.index);
    for _ in 0..PATIENCE {
        if proved.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        proved = prove(dir, call.index);
    }
    let file = proved?.to_string();
    let path = beside.join(format!("entry-{}.proof", call.index));
    std::fs::write(&path, &file).with_context(|| format!("{} cannot be written", path.display()))?;
    let key = public_key(&dir.parent().unwrap_or(dir).join("keys").join("audit.key"))?;
    // From here on the log is not needed: a file and a public key.
    let policy = Policy::new(key.name(), vec![key.clone()], Vec::new(), 0)?;
    let checked = Proof::parse(file.as_bytes())?.check(hash::leaf(&call.bytes), &policy);
    let mut good = checked.is_ok();
    let said = match &checked {
        Ok(checked) => format!("entry {} of {}, root {}", checked.index, checked.size, checked.root),
        Err(fault) => fault.to_string(),
    };
    tell("A proof of one entry, checked with the public key alone", good, &said, &key.to_string())?;
    let path = std::path::absolute(&path)?.display().to_string();
    out::data(&format!("      casemate audit check-proof {} --key {}\n", quoted(&path), quoted(&key.to_string())))?;
    let (found, said) = match changed(dir, &call)? {
        Ok(()) => (false, "nothing".to_owned()),
        Err(fault) => (fault.class == Class::Changed && fault.index == Some(call.index), fault.to_string()),
    };
    good &= found;
    tell("A copy of the log with one bit flipped in that entry", found, &said, "casemate audit verify")?;
    out::data("\n")?;
    Ok(good)
}

/// What `verify` says of a copy with one bit flipped in this entry.
fn changed(dir: &Path, entry: &Entry) -> anyhow::Result<Result<(), casemate_audit::Fault>> {
    let copy = tempfile::tempdir()?;
    let mut names: Vec<_> =
        std::fs::read_dir(dir)?.filter_map(|file| file.ok()?.file_name().into_string().ok()).collect();
    // The head first: the log may grow meanwhile.
    names.retain(|name| name == "head" || name.ends_with(".log"));
    names.sort_by_key(|name| name != "head");
    for name in names {
        let mut bytes = std::fs::read(dir.join(&name))?;
        let at = bytes.windows(entry.bytes.len()).position(|window| window == entry.bytes);
        if let Some(byte) = at.and_then(|at| bytes.get_mut(at + entry.bytes.len() / 2)) {
            *byte ^= 1;
        }
        std::fs::write(copy.path().join(name), bytes)?;
    }
    Ok(verify(copy.path()).map(drop))
}

fn tell(title: &str, good: bool, said: &str, by: &str) -> anyhow::Result<()> {
    let mark = if good { "ok " } else { "BAD" };
    Ok(out::data(&format!("{mark} {title}\n      {said}  ({by})\n"))?)
}
