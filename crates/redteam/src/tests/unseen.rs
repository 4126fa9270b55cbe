//! Instructions in words that the filter was not made with, in every encoding.

use super::run::{filter, is_flagged};
use crate::*;
use std::collections::BTreeMap;

/// Prints a table of what is flagged, by language and by encoding, and what is not.
fn rates(encoded: bool) -> (usize, usize, Vec<String>) {
    let filter = filter(false);
    let (mut rows, mut missed) = (BTreeMap::<String, (usize, usize)>::new(), Vec::new());
    for case in unseen(SEED) {
        let language = case.id.split('-').next().unwrap_or_default().to_owned();
        for encoding in codes(&case.text).filter(|encoding| (*encoding == Encoding::of(Code::Plain)) != encoded) {
            let flagged = is_flagged(&filter.text(&encoding.apply(&case.text)));
            for key in [format!("language {language}"), format!("encoding {}", encoding.name()), "all".to_owned()] {
                let row = rows.entry(key).or_default();
                row.0 += 1;
                row.1 += usize::from(flagged);
            }
            if !flagged {
                missed.push(format!("{} {}: {}", case.id, encoding.name(), case.text));
            }
        }
    }
    for (name, (all, held)) in &rows {
        println!("{name:<28} {held:>5} of {all:>5} {:>6.1} %", 100.0 * *held as f64 / *all as f64);
    }
    let (all, held) = rows.get("all").copied().unwrap_or_default();
    (all, held, missed)
}

#[test]
fn unseen_instructions_are_flagged_in_every_language() {
    let (all, held, missed) = rates(false);
    println!("{}", missed.join("\n"));
    assert!(held * 100 >= all * 80, "{held} of {all}");
}

#[test]
fn unseen_instructions_are_flagged_in_every_encoding() {
    let (all, held, missed) = rates(true);
    println!("{}", missed.iter().take(400).cloned().collect::<Vec<_>>().join("\n"));
    assert!(held * 100 >= all * 95, "{held} of {all}");
}
