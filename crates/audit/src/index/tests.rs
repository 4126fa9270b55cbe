//! The index beside its log: whatever happens to its files, it answers as reading every entry does.

mod damage;
mod grow;
mod property;
mod speed;

use super::*;
use crate::files::{self, Header};
use crate::frame;
use crate::head::Head;
use crate::read::{Entry, entries};
use casemate_core::{TraceId, UnixMillis};
use casemate_tlog::{Frontier, Hash};
use serde_json::json;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

const NOW: u64 = 1_700_000_000_000;

/// Writes a log without its writer: as many records, of whatever contents, as a test needs.
struct Made {
    dir: PathBuf,
    tree: Frontier,
    segment: u64,
    previous: u64,
    file: Option<std::io::BufWriter<File>>,
    len: u64,
    segment_bytes: u64,
    generation: u64,
}

impl Made {
    fn new(dir: &Path, segment_bytes: u64) -> Self {
        std::fs::create_dir_all(dir).unwrap();
        let (tree, dir) = (Frontier::new(), dir.to_owned());
        Self { dir, tree, segment: 0, previous: 0, file: None, len: 0, segment_bytes, generation: 0 }
    }

    fn push(&mut self, record: &[u8]) {
        let index = self.tree.size();
        if self.file.is_none() || self.len >= self.segment_bytes {
            (self.previous, self.segment) = (if index == 0 { 0 } else { self.segment }, index);
            self.close();
            let file = File::create(self.dir.join(files::segment(index))).unwrap();
            let header = Header { before: self.tree.clone(), previous: self.previous, begun: NOW }.encode();
            self.len = header.len() as u64;
            let mut file = std::io::BufWriter::new(file);
            file.write_all(&header).unwrap();
            self.file = Some(file);
        }
        let (leaf, mut bytes) = (frame::leaf(record), Vec::new());
        frame::encode(record, &[], leaf, &mut bytes);
        self.len += bytes.len() as u64;
        self.file.as_mut().unwrap().write_all(&bytes).unwrap();
        self.tree.push(Hash(leaf.0), |_, _, _| ()).unwrap();
    }

    fn close(&mut self) {
        if let Some(mut file) = self.file.take() {
            file.flush().unwrap();
        }
    }

    /// Makes what was pushed durable: the head says so.
    fn head(&mut self) {
        self.file.as_mut().unwrap().flush().unwrap();
        self.generation += 1;
        let entries = self.tree.size();
        let (generation, root) = (self.generation, self.tree.root());
        let head =
            Head { generation, entries, root, open_from: entries, segment: self.segment, len: self.len, keys: 0 };
        let (offset, bytes) = head.slot();
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(self.dir.join("head")).unwrap();
        file.write_all_at(&bytes, offset).unwrap();
    }
}

fn trace(n: u64) -> TraceId {
    let mut bytes = [7; 16];
    bytes[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    TraceId::from_random(bytes)
}

/// The record of a call: intents and their outcomes in turn, of a few tenants, subjects and tools.
fn record(seq: u64) -> Vec<u8> {
    let call = seq / 2;
    let kind = if seq.is_multiple_of(2) { "intent" } else { "outcome" };
    let mut json = json!({
        "kind": kind, "method": "tools/call", "seq": seq, "server": format!("server-{}", call % 5),
        "subject": format!("spiffe://acme/agent-{}", call % 40), "tenant": format!("tenant-{}", call % 3),
        "time": NOW + seq * 1000, "tool": format!("tool-{}", call % 17), "trace": trace(call).to_string(), "v": 2
    });
    if call.is_multiple_of(7) {
        json["reasons"] = json!(["output.blocked"]);
    }
    json.to_string().into_bytes()
}

/// A log of `count` such records.
fn made(dir: &Path, count: u64, segment_bytes: u64) -> Made {
    let mut made = Made::new(dir, segment_bytes);
    (0..count).for_each(|seq| made.push(&record(seq)));
    made.head();
    made
}

fn ask(dir: &Path, filter: &Filter, order: Order, way: Way) -> Vec<Entry> {
    Query::new(dir, filter.clone(), order, way).unwrap().map(Result::unwrap).collect()
}

/// What reading the whole log and comparing each entry says.
fn scanned(dir: &Path, wanted: &dyn Fn(&serde_json::Value) -> bool) -> Vec<Entry> {
    entries(dir).unwrap().map(Result::unwrap).filter(|entry| wanted(&entry.json)).collect()
}

fn of_tenant(name: &str) -> Filter {
    Filter { tenant: Some(name.to_owned()), ..Filter::default() }
}

/// A few different questions.
fn questions() -> Vec<Filter> {
    vec![
        Filter::default(),
        of_tenant("tenant-1"),
        Filter { trace: Some(trace(11)), ..Filter::default() },
        Filter { reason: Some("output.blocked".to_owned()), kind: Some("outcome".to_owned()), ..Filter::default() },
        Filter { tool: Some("tool-3".to_owned()), since: Some(UnixMillis(NOW + 20_000)), ..Filter::default() },
        Filter { until: Some(UnixMillis(NOW + 15_000)), ..Filter::default() },
        of_tenant("nobody"),
    ]
}

/// The index answers every question as the log does.
fn check(dir: &Path) {
    for filter in questions() {
        let mut truth = ask(dir, &filter, Order::Oldest, Way::Log);
        assert_eq!(ask(dir, &filter, Order::Oldest, Way::Index), truth, "{filter:?}");
        truth.reverse();
        assert_eq!(ask(dir, &filter, Order::Newest, Way::Index), truth, "{filter:?}");
    }
}

fn index_files(dir: &Path) -> Vec<PathBuf> {
    let Ok(found) = std::fs::read_dir(plan::home(dir)) else { return Vec::new() };
    let mut files: Vec<_> = found.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Makes all of it, where only what is worth it would be made.
fn update(dir: &Path) -> Updated {
    plan::update_behind(dir, 1, |_, _| true).unwrap()
}

#[test]
fn a_trace_gives_its_intent_and_its_outcome() {
    let dir = tempfile::tempdir().unwrap();
    drop(made(dir.path(), 400, 20_000));
    assert_eq!(update(dir.path()).entries, 400);
    let filter = Filter { trace: Some(trace(30)), ..Filter::default() };
    let found = ask(dir.path(), &filter, Order::Oldest, Way::Index);
    assert_eq!(found.iter().map(|entry| entry.index).collect::<Vec<_>>(), [60, 61]);
    assert_eq!(found, scanned(dir.path(), &|json| json["trace"] == trace(30).to_string()));
    check(dir.path());
}

#[test]
fn it_is_made_once_and_only_as_far_as_it_is_worth_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = made(dir.path(), 300, 20_000);
    let made_of = || super::update(dir.path(), |_, _| true).unwrap();
    let first = made_of();
    assert!(first.files == 3 && first.entries < 300 && !first.stopped, "{first:?}");
    assert_eq!(made_of(), Updated::default());
    (300..360).for_each(|seq| log.push(&record(seq)));
    log.head();
    // What comes after the last file is read from the log.
    check(dir.path());
    assert_eq!(index_files(dir.path()).len() as u64, first.files);
    let stopped = plan::update_behind(dir.path(), 1, |_, _| false).unwrap();
    assert_eq!((stopped.files, stopped.stopped), (0, true));
    check(dir.path());
}

#[test]
fn where_it_cannot_be_written_the_log_answers() {
    let dir = tempfile::tempdir().unwrap();
    drop(made(dir.path(), 100, 10_000));
    std::fs::write(plan::home(dir.path()), "a file").unwrap();
    assert!(update(dir.path()).stopped);
    check(dir.path());
    // Nor where a link leads elsewhere.
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::remove_file(plan::home(dir.path())).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), plan::home(dir.path())).unwrap();
    assert!(update(dir.path()).stopped);
    check(dir.path());
    assert!(elsewhere.path().read_dir().unwrap().next().is_none());
}

#[test]
fn a_log_without_entries_and_a_directory_without_log() {
    let dir = tempfile::tempdir().unwrap();
    for fault in [
        Query::new(dir.path(), Filter::default(), Order::Oldest, Way::Index).err(),
        Tail::new(dir.path(), 3).err(),
        stats(dir.path(), Way::Index, |_, _| ()).err(),
    ] {
        assert_eq!(fault.unwrap().class, crate::Class::Removed);
    }
    let config =
        crate::Config { reserve_bytes: 0, key: Some(dir.path().join("key")), ..crate::Config::new(dir.path()) };
    drop(crate::Log::open(config, std::sync::Arc::new(|| UnixMillis(NOW))).unwrap());
    check(dir.path());
    assert_eq!(update(dir.path()), Updated::default());
    let held = stats(dir.path(), Way::Index, |_, _| ()).unwrap();
    assert_eq!((held.entries, held.segments, held.days_left()), (0, 1, None));
    assert_eq!(Tail::new(dir.path(), 3).unwrap().next_entry(), Ok(None));
}

#[test]
fn summaries_are_found_by_each_reason_that_they_count() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Made::new(dir.path(), 1 << 20);
    let counts = json!({"counts": {"auth.missing": 9, "host.mismatch": 2}, "kind": "summary", "seq": 0, "time": NOW});
    log.push(counts.to_string().as_bytes());
    log.push(&record(1));
    log.head();
    let filter = Filter { reason: Some("host.mismatch".to_owned()), ..Filter::default() };
    assert_eq!(ask(dir.path(), &filter, Order::Oldest, Way::Log).len(), 1);
    check(dir.path());
    let held = stats(dir.path(), Way::Log, |_, _| ()).unwrap();
    assert_eq!(held.summary.reasons.get("auth.missing"), Some(&9));
    assert_eq!(held.summary.entries(), 2);
}

#[test]
fn counting_by_index_and_by_entry_gives_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = made(dir.path(), 500, 20_000);
    update(dir.path());
    (500..560).for_each(|seq| log.push(&record(seq)));
    log.head();
    let (mut told, progress) = (0, &mut |done: u64, all: u64| assert!(done <= all));
    let by_index = stats(dir.path(), Way::Index, |done, all| (told += 1, progress(done, all)).1).unwrap();
    let by_log = stats(dir.path(), Way::Log, |_, _| ()).unwrap();
    assert!(told > 0 && by_index.read < 200, "{by_index:?}");
    assert_eq!(by_log.read, 560);
    assert_eq!(by_index.summary, by_log.summary);
    assert_eq!((by_log.entries, by_log.summary.entries()), (560, 560));
    assert_eq!(by_log.summary.kinds["intent"], 280);
    let lengths = |dir: &Path| {
        let files = std::fs::read_dir(dir).unwrap().map(Result::unwrap);
        files.filter(|f| f.path().extension() == Some("log".as_ref())).map(|f| f.metadata().unwrap().len()).sum::<u64>()
    };
    assert_eq!(by_log.bytes, lengths(dir.path()));
    // Ten minutes of a log say nothing of a day.
    assert_eq!(by_log.days_left(), None);
}

#[test]
fn growth_is_that_of_the_last_week() {
    let day = |bytes| Day { entries: 1, bytes };
    let mut summary = Summary { times: Some([0, 86_400_000 * 10]), ..Summary::default() };
    summary.days = (0..10).map(|at| (at, day(if at < 4 { 1 << 40 } else { 1000 }))).collect();
    assert_eq!(summary.growth(), Some(1000.0));
    summary.times = Some([86_400_000 * 10 - 3_000_000, 86_400_000 * 10]);
    assert_eq!(summary.growth(), None);
    assert_eq!(Summary::default().growth(), None);
}

#[test]
fn a_file_ends_where_it_is_full() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Made::new(dir.path(), 1 << 30);
    let count = format::ROWS + 100;
    for seq in 0..count {
        let kind = if seq % 3 == 0 { "a" } else { "b" };
        log.push(format!("{{\"kind\":\"{kind}\",\"seq\":{seq},\"time\":{}}}", NOW + seq).as_bytes());
    }
    log.head();
    assert_eq!((update(dir.path()).files, index_files(dir.path()).len()), (2, 2));
    for (kind, expected) in [("a", count.div_ceil(3)), ("b", count - count.div_ceil(3))] {
        let filter = Filter { kind: Some(kind.to_owned()), ..Filter::default() };
        let found = Query::new(dir.path(), filter, Order::Oldest, Way::Index).unwrap();
        assert_eq!(found.map(|entry| entry.unwrap().index).fold((0, 0), |(n, _), index| (n + 1, index)).0, expected);
    }
    let within = Filter { since: Some(UnixMillis(NOW + 65_500)), ..Filter::default() };
    assert_eq!(ask(dir.path(), &within, Order::Oldest, Way::Index).len(), 136);
    assert_eq!(Tail::new(dir.path(), 70).unwrap().next_entry().unwrap().unwrap().index, count - 70);
}
