//! The log as the tests read it: from its files, beside the gateway that writes it.

use casemate_audit::entries;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// What the log holds now. A writer at work may leave a torn end, which is read again.
pub(crate) fn read(dir: &Path) -> Vec<Value> {
    let Ok(found) = entries(dir) else { return Vec::new() };
    found.map_while(Result::ok).map(|entry| entry.json).collect()
}

/// The text of a member.
pub(crate) fn text<'a>(entry: &'a Value, name: &str) -> &'a str {
    entry[name].as_str().unwrap_or_default()
}

/// Whether an entry has this reason.
pub(crate) fn has_reason(entry: &Value, code: &str) -> bool {
    entry["reasons"].as_array().is_some_and(|reasons| reasons.iter().any(|reason| reason == code))
}

/// Reads the log until `wanted` finds what it looks for.
pub(crate) async fn until<T>(dir: &Path, what: &str, wanted: impl Fn(&[Value]) -> Option<T>) -> T {
    for _ in 0..6_000 {
        if let Some(found) = wanted(&read(dir)) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let last: Vec<_> = read(dir).iter().rev().take(5).map(Value::to_string).collect();
    panic!("the log never showed {what}; its last entries: {last:#?}");
}

/// Each intent has exactly one outcome, each outcome its intent, each request one end.
pub(crate) fn check_balance(entries: &[Value]) {
    let mut open: BTreeMap<u64, usize> = BTreeMap::new();
    for entry in entries {
        match text(entry, "kind") {
            "intent" => drop(open.insert(entry["seq"].as_u64().expect("an index"), 0)),
            "outcome" => {
                let intent = entry["intent"].as_u64().expect("its intent");
                *open.get_mut(&intent).unwrap_or_else(|| panic!("an outcome without intent: {entry}")) += 1;
            }
            _ => {}
        }
    }
    let wrong: Vec<_> = open.iter().filter(|(_, outcomes)| **outcomes != 1).collect();
    assert!(wrong.is_empty(), "intents without exactly one outcome: {wrong:?}");
}

/// Nothing of these texts is anywhere in the directory of the log, but in the names of what an upstream offers.
pub(crate) fn check_absence(dir: &Path, texts: &[String]) {
    for file in std::fs::read_dir(dir).expect("the log").map(|file| file.expect("a file").path()) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let has = |line: &[u8], text: &str| line.windows(text.len()).any(|window| window == text.as_bytes());
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !has(line, "\"event\":\"pin\"")) {
            let found = texts.iter().find(|text| has(line, text));
            assert_eq!(found, None, "{} holds a raw text", file.display());
        }
    }
}
