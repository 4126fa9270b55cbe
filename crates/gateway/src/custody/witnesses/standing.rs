//! How the witnesses stand to the log, and what of it is news. Pure: answers and the time go in, news come out.

use super::metrics::kind;
use casemate_audit::{Fact, Facts};
use casemate_witness::{Collected, Failure};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// Without a publication for as many times the interval, the operator is told.
const PATIENCE: u32 = 10;

/// What a witness says of this log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Standing {
    /// It has cosigned the latest checkpoint that it answered to.
    #[default]
    Agrees,
    /// It has cosigned more entries than this log has.
    Ahead,
    /// What it has cosigned is not in this log.
    Inconsistent,
}

impl Standing {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Ahead => "ahead",
            Self::Inconsistent => "inconsistent",
        }
    }
}

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum News {
    /// What a witness says of this log. `size`: entries of the checkpoint; `cosigned`: those that it has cosigned.
    Witness { name: String, standing: Standing, size: u64, cosigned: Option<u64> },
    /// Nothing was published for a long time, and why; `votes`: how many have cosigned and must.
    Behind { why: String, votes: Option<(usize, usize)>, size: u64, published: u64 },
    /// Something is published again.
    Published { size: u64 },
    /// The log does not continue what it has published.
    Broken { size: u64, published: u64 },
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Witness { name, standing: Standing::Agrees, size, .. } => {
                write!(f, "the witness {name} agrees again, at {size} entries")
            }
            Self::Witness { name, standing: Standing::Ahead, size, cosigned } => {
                let cosigned = cosigned.map(|size| size.to_string()).unwrap_or_default();
                write!(
                    f,
                    "the witness {name} has cosigned {cosigned} entries, and the log has signed {size}: it was rolled back, signs elsewhere, or the witness lies"
                )
            }
            Self::Witness { name, standing: Standing::Inconsistent, size, .. } => {
                write!(
                    f,
                    "the witness {name} has cosigned what is not among the {size} entries of the log: it was rewritten, or the witness lies"
                )
            }
            Self::Behind { why, size, published, .. } => {
                write!(
                    f,
                    "no checkpoint is published any more: {why}; {size} entries are signed and {published} published"
                )
            }
            Self::Published { size } => write!(f, "checkpoints are published again; {size} entries are"),
            Self::Broken { size, published } => {
                write!(
                    f,
                    "the {size} entries of the log do not continue the {published} that it has published: it was rolled back or rewritten"
                )
            }
        }
    }
}

impl News {
    /// For the operator's log.
    pub(super) fn trace(&self) {
        match self {
            Self::Witness { standing: Standing::Agrees, .. } | Self::Published { .. } => tracing::info!("{self}"),
            Self::Behind { .. } => tracing::warn!("{self}"),
            Self::Witness { .. } | Self::Broken { .. } => tracing::error!("{self}"),
        }
    }

    /// For programs.
    pub(super) fn facts(&self) -> Facts {
        let number = |n: usize| Fact::Number(n as u64);
        let text = |text: &str| Fact::Text(text.to_owned());
        match self {
            Self::Witness { name, standing, size, cosigned } => {
                let known = [("what", text(standing.as_str())), ("witness", text(name)), ("size", Fact::Number(*size))];
                known.into_iter().chain(cosigned.map(|size| ("cosigned", Fact::Number(size)))).collect()
            }
            Self::Behind { votes, size, published, .. } => {
                let known =
                    [("what", text("behind")), ("size", Fact::Number(*size)), ("published", Fact::Number(*published))];
                let votes = votes.map(|(found, needed)| [("found", number(found)), ("needed", number(needed))]);
                known.into_iter().chain(votes.into_iter().flatten()).collect()
            }
            Self::Published { size } => Facts::from([("what", text("published")), ("size", Fact::Number(*size))]),
            Self::Broken { size, published } => Facts::from([
                ("what", text("broken")),
                ("size", Fact::Number(*size)),
                ("published", Fact::Number(*published)),
            ]),
        }
    }
}

/// Publication that fails.
#[derive(Debug, Clone)]
struct Behind {
    since: Instant,
    why: String,
    votes: Option<(usize, usize)>,
    sizes: (u64, u64),
}

/// What is known of one witness.
#[derive(Debug, Default)]
struct Seen {
    standing: Standing,
    size: u64,
    cosigned: Option<u64>,
    told: Standing,
    /// Its last failure, for the operator's log alone.
    failure: Option<&'static str>,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Standings {
    witnesses: BTreeMap<String, Seen>,
    published: u64,
    behind: Option<Behind>,
    is_behind_told: bool,
    broken: Option<(u64, u64)>,
    is_broken_told: bool,
}

impl Standings {
    /// Takes what a round over the checkpoint of `size` entries brought. Gives a line for each witness that began to fail
    /// or fails in another way.
    pub(super) fn heard(&mut self, collected: &Collected, size: u64) -> Vec<String> {
        for name in &collected.cosigned {
            let told = self.witnesses.get(name).map_or(Standing::Agrees, |seen| seen.told);
            let seen = Seen { standing: Standing::Agrees, size, cosigned: Some(size), told, failure: None };
            self.witnesses.insert(name.clone(), seen);
        }
        let mut lines = Vec::new();
        for (name, failure) in &collected.failed {
            let seen = self.witnesses.entry(name.clone()).or_default();
            if seen.failure.replace(kind(failure)) != Some(kind(failure)) {
                lines.push(format!("the witness {name} has not cosigned: {failure}"));
            }
            // Whoever does not answer says nothing new.
            let (standing, cosigned) = match failure {
                Failure::Ahead(told) => (Standing::Ahead, Some(*told)),
                Failure::Inconsistent => (Standing::Inconsistent, None),
                _ => continue,
            };
            (seen.standing, seen.size, seen.cosigned) = (standing, size, cosigned);
        }
        lines
    }

    /// A checkpoint of `size` entries is published.
    pub(super) fn published(&mut self, size: u64) {
        (self.published, self.behind, self.broken) = (size, None, None);
    }

    /// None was: why, how many have cosigned and must, and the sizes of the checkpoint and of the published one.
    pub(super) fn unpublished(&mut self, now: Instant, why: String, votes: Option<(usize, usize)>, sizes: (u64, u64)) {
        let since = self.behind.as_ref().map_or(now, |behind| behind.since);
        self.behind = Some(Behind { since, why, votes, sizes });
    }

    /// The log of `size` entries does not continue what it has published.
    pub(super) fn broken(&mut self, size: u64, published: u64) {
        self.broken = Some((size, published));
    }

    /// What was not told yet.
    pub(super) fn news(&self, now: Instant, every: Duration) -> Vec<News> {
        let mut news = Vec::new();
        for (name, seen) in self.witnesses.iter().filter(|(_, seen)| seen.standing != seen.told) {
            let (standing, size, cosigned) = (seen.standing, seen.size, seen.cosigned);
            news.push(News::Witness { name: name.clone(), standing, size, cosigned });
        }
        match &self.behind {
            Some(Behind { since, why, votes, sizes: (size, published) })
                if !self.is_behind_told && now.duration_since(*since) >= every.saturating_mul(PATIENCE) =>
            {
                news.push(News::Behind { why: why.clone(), votes: *votes, size: *size, published: *published });
            }
            None if self.is_behind_told || (self.is_broken_told && self.broken.is_none()) => {
                news.push(News::Published { size: self.published })
            }
            _ => {}
        }
        if let Some((size, published)) = self.broken.filter(|_| !self.is_broken_told) {
            news.push(News::Broken { size, published });
        }
        news
    }

    /// It is recorded.
    pub(super) fn told(&mut self, news: &News) {
        match news {
            News::Witness { name, standing, .. } => {
                if let Some(seen) = self.witnesses.get_mut(name) {
                    seen.told = *standing;
                }
            }
            News::Behind { .. } => self.is_behind_told = true,
            News::Published { .. } => (self.is_behind_told, self.is_broken_told) = (false, false),
            News::Broken { .. } => self.is_broken_told = true,
        }
    }

    /// What stands against the log now, in words.
    pub(super) fn trouble(&self) -> Vec<String> {
        let against = self.witnesses.iter().filter(|(_, seen)| seen.standing != Standing::Agrees);
        let mut trouble: Vec<_> = against.map(|(name, seen)| format!("{name}: {}", seen.standing.as_str())).collect();
        trouble.extend(self.behind.as_ref().map(|behind| behind.why.clone()));
        trouble
            .extend(self.broken.map(|(_, published)| format!("{published} entries that were published are not here")));
        trouble
    }
}

#[cfg(test)]
mod tests;
