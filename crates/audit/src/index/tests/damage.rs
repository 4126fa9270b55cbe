//! Files of the index that are damaged, exchanged or lie; and a log that is damaged below its index.

use super::*;
use crate::error::Class;
use crate::index::build::Builder;
use crate::index::plan::{chunks, each, home, store};
use crate::index::terms::Row;

#[test]
fn with_any_byte_of_a_file_changed_the_answers_are_the_same() {
    let dir = tempfile::tempdir().unwrap();
    drop(made(dir.path(), 40, 1 << 20));
    update(dir.path());
    let path = index_files(dir.path()).remove(0);
    let good = std::fs::read(&path).unwrap();
    let truth: Vec<_> = questions().iter().map(|filter| ask(dir.path(), filter, Order::Oldest, Way::Log)).collect();
    let check = |what: &str| {
        for (filter, truth) in questions().iter().zip(&truth) {
            assert_eq!(&ask(dir.path(), filter, Order::Oldest, Way::Index), truth, "{what}: {filter:?}");
        }
    };
    for at in (0..good.len()).step_by(11) {
        let mut bad = good.clone();
        bad[at] ^= 0x11;
        std::fs::write(&path, &bad).unwrap();
        check(&format!("byte {at}"));
    }
    for length in (0..good.len()).step_by(97) {
        std::fs::write(&path, &good[..length]).unwrap();
        check(&format!("length {length}"));
    }
    std::fs::remove_dir_all(home(dir.path())).unwrap();
    check("removed");
    update(dir.path());
    assert_eq!(std::fs::read(&path).unwrap(), good, "made again, byte for byte");
}

#[test]
fn the_index_of_another_log_is_not_believed() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(made(dir.path(), 200, 1 << 20));
    let mut log = Made::new(other.path(), 1 << 20);
    (0..200).for_each(|seq| {
        let text = String::from_utf8(record(seq)).unwrap();
        log.push(text.replace("tenant-1", "tenant-2").as_bytes());
    });
    log.head();
    update(other.path());
    std::fs::rename(home(other.path()), home(dir.path())).unwrap();
    check(dir.path());
}

#[test]
fn the_index_of_a_longer_copy_of_the_log_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = made(dir.path(), 100, 1 << 20);
    for name in [files::segment(0), "head".to_owned()] {
        std::fs::copy(dir.path().join(&name), dir.path().join(format!("{name}.old"))).unwrap();
    }
    (100..5000).for_each(|seq| log.push(&record(seq)));
    log.head();
    assert_eq!(update(dir.path()).entries, 5000);
    for name in [files::segment(0), "head".to_owned()] {
        std::fs::rename(dir.path().join(format!("{name}.old")), dir.path().join(&name)).unwrap();
    }
    check(dir.path());
    assert_eq!(ask(dir.path(), &Filter::default(), Order::Oldest, Way::Index).len(), 100);
}

/// Makes a file of the index that holds together, from the entries as `lie` has them.
fn forge(dir: &Path, lie: impl Fn(u64, &str) -> String) {
    let chunk = chunks(dir).unwrap().remove(0);
    let (mut builder, mut cursor) = (Builder::default(), chunk.cursor(dir).unwrap());
    each(dir, &mut cursor, chunk.end, |seen, _| {
        let text = lie(seen.place.index, std::str::from_utf8(seen.frame.record).unwrap());
        builder.add(seen, &Row::read(text.as_bytes()).unwrap())
    })
    .unwrap();
    store(dir, &mut builder).unwrap();
}

#[test]
fn a_forged_row_is_found_out_and_the_file_thrown_away() {
    let dir = tempfile::tempdir().unwrap();
    drop(made(dir.path(), 200, 1 << 20));
    // An entry of tenant-0 is passed off as one of tenant-1.
    forge(dir.path(), |index, text| if index == 90 { text.replace("tenant-0", "tenant-1") } else { text.to_owned() });
    let truth = ask(dir.path(), &of_tenant("tenant-1"), Order::Oldest, Way::Log);
    assert_eq!(ask(dir.path(), &of_tenant("tenant-1"), Order::Oldest, Way::Index), truth);
    assert!(index_files(dir.path()).is_empty());
    update(dir.path());
    check(dir.path());
}

#[test]
fn an_answer_that_began_with_a_gap_is_not_ended() {
    let dir = tempfile::tempdir().unwrap();
    drop(made(dir.path(), 200, 1 << 20));
    // An entry of tenant-1 is hidden, and later another is passed off as one of it.
    forge(dir.path(), |index, text| match index {
        8 => text.replace("tenant-1", "tenant-0"),
        90 => text.replace("tenant-0", "tenant-1"),
        _ => text.to_owned(),
    });
    let answer: Vec<_> = Query::new(dir.path(), of_tenant("tenant-1"), Order::Oldest, Way::Index).unwrap().collect();
    let fault = answer.last().unwrap().as_ref().unwrap_err();
    assert!(fault.what.contains("left out"), "{fault}");
    assert!(answer.len() < 40);
    check(dir.path());
}

#[test]
fn what_a_careful_forger_hides_is_found_by_reading_the_log() {
    let dir = tempfile::tempdir().unwrap();
    drop(made(dir.path(), 200, 1 << 20));
    forge(dir.path(), |index, text| if index == 8 { text.replace("tenant-1", "tenant-0") } else { text.to_owned() });
    let of_index = ask(dir.path(), &of_tenant("tenant-1"), Order::Oldest, Way::Index);
    let of_log = ask(dir.path(), &of_tenant("tenant-1"), Order::Oldest, Way::Log);
    assert_eq!(of_index.len() + 1, of_log.len());
    assert!(of_index.iter().all(|entry| of_log.contains(entry)));
}

#[test]
fn a_file_that_misstates_its_end_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = made(dir.path(), 200, 1 << 20);
    update(dir.path());
    (200..260).for_each(|seq| log.push(&record(seq)));
    log.head();
    let path = index_files(dir.path()).remove(0);
    let good = std::fs::read(&path).unwrap();
    for end in [0, u64::MAX, u64::from_be_bytes(good[32..40].try_into().unwrap()) + 44] {
        let mut bad = good.clone();
        bad[32..40].copy_from_slice(&end.to_be_bytes());
        let crc = crc32c::crc32c(&bad[..format::HEADER - 4]);
        bad[format::HEADER - 4..format::HEADER].copy_from_slice(&crc.to_be_bytes());
        std::fs::write(&path, &bad).unwrap();
        check(dir.path());
    }
}

/// Changes entry `index` in place so that its frame holds together.
fn edit(dir: &Path, index: u64, from: &str, to: &str) {
    let path = dir.join(files::segment(0));
    let (mut bytes, mut at) = (std::fs::read(&path).unwrap(), files::header_len(0) as usize);
    for _ in 0..index {
        at += frame::size(&bytes[at..]).unwrap();
    }
    let text = String::from_utf8(frame::decode(&bytes[at..]).unwrap().record.to_vec()).unwrap();
    let changed = text.replace(from, to);
    assert!(changed != text && changed.len() == text.len());
    let mut new = Vec::new();
    frame::encode(changed.as_bytes(), &[], frame::leaf(changed.as_bytes()), &mut new);
    bytes.splice(at..at + new.len(), new);
    std::fs::write(path, bytes).unwrap();
}

/// The first fault of a whole walk, which is what `verify` does.
fn fault_of(dir: &Path) -> crate::Fault {
    entries(dir).map_or_else(Some, |mut all| all.find_map(Result::err)).unwrap()
}

#[test]
fn an_entry_that_was_changed_below_its_index_is_named_as_verify_names_it() {
    let dir = tempfile::tempdir().unwrap();
    drop(made(dir.path(), 5000, 1 << 30));
    update(dir.path());
    edit(dir.path(), 8, "tenant-1", "tenant-0");
    for order in [Order::Oldest, Order::Newest] {
        let mut answer = Query::new(dir.path(), of_tenant("tenant-1"), order, Way::Index).unwrap();
        let fault = answer.find_map(Result::err).unwrap();
        assert_eq!(fault, fault_of(dir.path()));
        assert_eq!(fault.class, Class::Changed);
        assert!(answer.next().is_none(), "it ends there");
    }
    // Entries that were not touched are still answered.
    let other = Filter { trace: Some(trace(2000)), ..Filter::default() };
    assert_eq!(ask(dir.path(), &other, Order::Oldest, Way::Index).len(), 2);
}

#[test]
fn a_log_that_lost_something_is_named_as_verify_names_it() {
    let cut = |dir: &Path, name: &str, length: u64| {
        OpenOptions::new().write(true).open(dir.join(name)).unwrap().set_len(length).unwrap();
    };
    for indexed in [false, true] {
        for damage in 0..4 {
            let dir = tempfile::tempdir().unwrap();
            let dir = dir.path();
            drop(made(dir, 400, 20_000));
            if indexed {
                update(dir);
            }
            let segments = crate::scan::segments(&crate::storage::DirSource::new(dir)).unwrap();
            let middle = segments[segments.len() / 2];
            match damage {
                0 => std::fs::remove_file(dir.join(files::segment(middle))).unwrap(),
                1 => std::fs::remove_file(dir.join(files::segment(0))).unwrap(),
                2 => cut(
                    dir,
                    &files::segment(*segments.last().unwrap()),
                    files::header_len(*segments.last().unwrap()) + 99,
                ),
                _ => cut(dir, &files::segment(middle), files::header_len(middle) + 1000),
            }
            let truth = fault_of(dir);
            let answer = Query::new(dir, Filter::default(), Order::Oldest, Way::Index);
            let fault = answer.map_or_else(Some, |mut answer| answer.find_map(Result::err)).unwrap();
            assert_eq!((fault.class, fault.index), (truth.class, truth.index), "{damage}: {fault}, {truth}");
        }
    }
}
