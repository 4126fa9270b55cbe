//! What it costs, for people: `RECORDS=10000000 cargo test --release -p casemate-audit index::tests::speed -- --nocapture`.

use super::*;
use std::time::Instant;

/// Records of the size and the kinds that a gateway writes.
fn full_record(seq: u64) -> Vec<u8> {
    let call = seq / 2;
    let mut json: serde_json::Value = serde_json::from_slice(&record(seq)).unwrap();
    json["commitments"] = json!({"arguments": "5".repeat(64), "message": "6".repeat(64)});
    json["agent"] = "claude/4.5".into();
    json["certificate"] = json["subject"].clone();
    json["policy"] = "7".repeat(64).into();
    json["received"] = (NOW + call).into();
    json.to_string().into_bytes()
}

#[test]
fn what_many_records_cost() {
    let count = std::env::var("RECORDS").map_or(10_000, |text| text.parse().unwrap());
    let dir = tempfile::tempdir_in(std::env::var("DIR").unwrap_or("/tmp".to_owned())).unwrap();
    let dir = dir.path();
    let mut log = Made::new(dir, 64 << 20);
    (0..count).for_each(|seq| log.push(&full_record(seq)));
    log.head();
    let bytes = stats(dir, Way::Index, |_, _| ()).map(|held| (held.bytes, held.segments)).unwrap();
    println!("{count} records, {} bytes each, {} segments", bytes.0 / count, bytes.1);
    let started = Instant::now();
    let updated = update(dir);
    let took = started.elapsed();
    let size: u64 = index_files(dir).iter().map(|file| std::fs::metadata(file).unwrap().len()).sum();
    println!(
        "indexed {} in {took:?}: {:.0}/s, {} files, {:.1} bytes a record",
        updated.entries,
        updated.entries as f64 / took.as_secs_f64(),
        updated.files,
        size as f64 / updated.entries as f64
    );
    let mut times: Vec<_> = (0..50)
        .map(|n| {
            let filter = Filter { trace: Some(trace(n * 7919 * 13 % (count / 2))), ..Filter::default() };
            let started = Instant::now();
            assert_eq!(ask(dir, &filter, Order::Oldest, Way::Index).len(), 2);
            started.elapsed()
        })
        .collect();
    times.sort();
    println!("a trace: median {:?}, slowest {:?}", times[25], times[49]);
    for (what, filter, most) in [
        ("a trace that is not there", Filter { trace: Some(trace(count)), ..Filter::default() }, usize::MAX),
        ("the first 100 of a tenant", of_tenant("tenant-1"), 100),
        (
            "a tenant, an hour, a reason",
            Filter {
                since: Some(UnixMillis(NOW + count * 500)),
                until: Some(UnixMillis(NOW + count * 500 + 3_600_000)),
                reason: Some("output.blocked".to_owned()),
                ..of_tenant("tenant-1")
            },
            usize::MAX,
        ),
        ("100,000 of a tenant", of_tenant("tenant-1"), 100_000),
    ] {
        for order in [Order::Oldest, Order::Newest] {
            let started = Instant::now();
            let found = Query::new(dir, filter.clone(), order, Way::Index).unwrap().take(most).count();
            println!("{what}, {order:?}: {found} in {:?}", started.elapsed());
        }
    }
    let started = Instant::now();
    println!("stats of {} in {:?}", stats(dir, Way::Index, |_, _| ()).unwrap().entries, started.elapsed());
    let started = Instant::now();
    Tail::new(dir, 10).unwrap().next_entry().unwrap();
    println!("tail -n 10 in {:?}", started.elapsed());
    let filter = Filter { trace: Some(trace(5)), ..Filter::default() };
    let started = Instant::now();
    assert_eq!(ask(dir, &filter, Order::Oldest, Way::Log).len(), 2);
    println!("reading the log instead: {:?}", started.elapsed());
}
