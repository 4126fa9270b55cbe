//! What is told, and that it is told once.

use super::*;

const EVERY: Duration = Duration::from_secs(60);

fn collected(cosigned: &[&str], failed: &[(&str, Failure)]) -> Collected {
    Collected {
        note: String::new(),
        cosigned: cosigned.iter().map(|name| (*name).to_owned()).collect(),
        failed: failed.iter().map(|(name, failure)| ((*name).to_owned(), failure.clone())).collect(),
    }
}

/// The news, recorded.
fn told(standings: &mut Standings, now: Instant) -> Vec<News> {
    let news = standings.news(now, EVERY);
    news.iter().for_each(|news| standings.told(news));
    news
}

fn of(name: &str, standing: Standing, size: u64, cosigned: Option<u64>) -> News {
    News::Witness { name: name.to_owned(), standing, size, cosigned }
}

#[test]
fn a_witness_that_disagrees_is_told_once_for_each_change() {
    let (mut standings, now) = (Standings::default(), Instant::now());
    standings.heard(&collected(&["w1", "w2"], &[]), 7);
    assert_eq!(told(&mut standings, now), [], "that they agree is no news");
    standings.heard(&collected(&["w1"], &[("w2", Failure::Ahead(9))]), 8);
    // As long as it is not recorded it stays news.
    assert_eq!(standings.news(now, EVERY), standings.news(now, EVERY));
    assert_eq!(told(&mut standings, now), [of("w2", Standing::Ahead, 8, Some(9))]);
    standings.heard(&collected(&["w1"], &[("w2", Failure::Ahead(9))]), 9);
    standings.heard(&collected(&["w1"], &[("w2", Failure::Late)]), 9);
    assert_eq!(told(&mut standings, now), [], "silence takes nothing back");
    assert_eq!(standings.trouble(), ["w2: ahead"]);
    standings.heard(&collected(&["w1"], &[("w2", Failure::Inconsistent)]), 10);
    assert_eq!(told(&mut standings, now), [of("w2", Standing::Inconsistent, 10, None)]);
    standings.heard(&collected(&["w1", "w2"], &[]), 11);
    assert_eq!(told(&mut standings, now), [of("w2", Standing::Agrees, 11, Some(11))]);
    assert!(standings.trouble().is_empty());
}

#[test]
fn each_new_failure_is_one_line() {
    let mut standings = Standings::default();
    let lines = |standings: &mut Standings, failure| standings.heard(&collected(&[], &[("w1", failure)]), 1).len();
    assert_eq!(lines(&mut standings, Failure::UnknownLog), 1);
    assert_eq!(lines(&mut standings, Failure::UnknownLog), 0);
    assert_eq!(lines(&mut standings, Failure::Late), 1);
    assert!(standings.heard(&collected(&["w1"], &[]), 2).is_empty());
    assert_eq!(lines(&mut standings, Failure::Late), 1);
}

#[test]
fn a_quorum_that_is_missed_for_long_is_told_once_and_so_is_its_return() {
    let (mut standings, start) = (Standings::default(), Instant::now());
    let few = |standings: &mut Standings, now| {
        standings.unpublished(now, "1 of the 2".to_owned(), Some((1, 2)), (9, 5));
    };
    standings.published(5);
    few(&mut standings, start);
    assert_eq!(told(&mut standings, start), []);
    // Once published in between, the time begins anew.
    standings.published(6);
    few(&mut standings, start + 9 * EVERY);
    assert_eq!(told(&mut standings, start + 18 * EVERY), []);
    few(&mut standings, start + 19 * EVERY);
    let news = told(&mut standings, start + 19 * EVERY);
    let expected = News::Behind { why: "1 of the 2".to_owned(), votes: Some((1, 2)), size: 9, published: 5 };
    assert_eq!(news, [expected]);
    few(&mut standings, start + 99 * EVERY);
    assert_eq!(told(&mut standings, start + 99 * EVERY), []);
    standings.published(12);
    assert_eq!(told(&mut standings, start + 100 * EVERY), [News::Published { size: 12 }]);
    assert_eq!(told(&mut standings, start + 100 * EVERY), []);
}

#[test]
fn a_log_that_does_not_continue_what_it_published_is_told_at_once() {
    let (mut standings, now) = (Standings::default(), Instant::now());
    standings.broken(3, 5);
    assert_eq!(told(&mut standings, now), [News::Broken { size: 3, published: 5 }]);
    standings.broken(4, 5);
    assert_eq!(told(&mut standings, now), []);
    assert_eq!(standings.trouble(), ["5 entries that were published are not here"]);
    // The log was put right: that is told as well, and the next time is news again.
    standings.published(7);
    assert!(standings.trouble().is_empty());
    assert_eq!(told(&mut standings, now), [News::Published { size: 7 }]);
    assert_eq!(told(&mut standings, now), []);
    standings.broken(6, 7);
    assert_eq!(told(&mut standings, now), [News::Broken { size: 6, published: 7 }]);
}

#[test]
fn what_is_said_to_people_and_to_programs_agrees() {
    let behind = News::Behind { why: "the disk".to_owned(), votes: None, size: 9, published: 5 };
    for (news, words, facts) in [
        (
            of("w1", Standing::Ahead, 8, Some(9)),
            "has cosigned 9 entries",
            ["what", "witness", "size", "cosigned"].as_slice(),
        ),
        (of("w1", Standing::Inconsistent, 8, None), "not among the 8", &["what", "witness", "size"]),
        (of("w1", Standing::Agrees, 8, Some(8)), "agrees again", &["what", "witness", "size", "cosigned"]),
        (behind, "the disk", &["what", "size", "published"]),
        (News::Published { size: 4 }, "again", &["what", "size"]),
        (News::Broken { size: 3, published: 5 }, "do not continue the 5", &["what", "size", "published"]),
    ] {
        assert!(news.to_string().contains(words), "{news}");
        let mut names: Vec<_> = facts.to_vec();
        names.sort_unstable();
        assert!(news.facts().keys().eq(&names), "{:?}", news.facts());
        assert!(news.to_string().len() < 256 && news.to_string().is_ascii(), "{news}");
    }
}
