//! How far a run is, on standard error: a bar on a terminal, a line for each round elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

const WIDTH: usize = 24;

/// A run of a known number of steps.
#[derive(Debug)]
pub struct Progress {
    done: usize,
    total: usize,
    /// Steps of one round.
    round: usize,
    started: Instant,
    is_terminal: bool,
}

impl Progress {
    /// Begins a run of `rounds` rounds with `round` steps each.
    #[must_use]
    pub fn begin(rounds: usize, round: usize) -> Self {
        let (total, is_terminal) = (rounds * round, std::io::stderr().is_terminal());
        Self { done: 0, total, round: round.max(1), started: Instant::now(), is_terminal }
    }

    /// Begins the next step.
    pub fn step(&mut self, title: &str) {
        let left = left(self.started.elapsed(), self.done, self.total);
        let text = format!("{} {}/{} {title}{left}", bar(self.done, self.total), self.done + 1, self.total);
        // Progress is a courtesy: a closed stderr does not end the run.
        let _ = if self.is_terminal {
            write!(std::io::stderr(), "\r\x1b[2K{text}")
        } else if self.done.is_multiple_of(self.round) {
            writeln!(std::io::stderr(), "{text}")
        } else {
            Ok(())
        };
        self.done += 1;
    }

    /// Ends the run.
    pub fn end(&self) {
        if self.is_terminal {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}

fn bar(done: usize, total: usize) -> String {
    let full = (WIDTH * done).checked_div(total).unwrap_or(WIDTH).min(WIDTH);
    format!("[{}{}]", "#".repeat(full), ".".repeat(WIDTH - full))
}

/// How long the rest takes, by what is done.
fn left(elapsed: Duration, done: usize, total: usize) -> String {
    if done == 0 {
        return String::new();
    }
    let seconds = elapsed.as_secs_f64() / done as f64 * total.saturating_sub(done) as f64;
    format!(", about {seconds:.0} s left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills_and_the_rest_is_told_from_what_is_done() {
        assert_eq!(bar(0, 8), format!("[{}]", ".".repeat(24)));
        assert_eq!(bar(2, 8), format!("[{}{}]", "#".repeat(6), ".".repeat(18)));
        assert_eq!(bar(8, 8), bar(0, 0));
        assert_eq!(left(Duration::from_secs(10), 2, 8), ", about 30 s left");
        assert_eq!(left(Duration::from_secs(10), 0, 8), "");
    }
}
