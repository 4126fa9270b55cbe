//! A stream: what can no longer change goes out while the text comes in.

use super::explain::Told;
use super::input::Input;
use super::{CHANGED, FilterArgs, Loaded, denied};
use crate::out;
use anyhow::{Context as _, Result};
use casemate_inspect::Action;
use casemate_output::{Denied, Found, Given, Stream};
use std::collections::VecDeque;
use std::process::ExitCode;

pub(super) fn run(args: &FilterArgs, loaded: &Loaded, mut input: Input) -> Result<ExitCode> {
    let mut stream = Stream::new(loaded.filter(&args.place));
    let mut under_way = UnderWay { same: Same::default(), places: args.explain.then(Places::default), bytes: 0 };
    let mut text = Utf8::default();
    while let Some(piece) = input.piece().context("stdin cannot be read")? {
        let piece = match text.take(piece) {
            Ok(piece) => piece,
            Err(at) => anyhow::bail!("the text is not UTF-8 at byte {}", under_way.bytes + at),
        };
        under_way.came(&piece);
        if let Some(code) = under_way.gives(stream.push(&piece))? {
            return Ok(code);
        }
    }
    if !text.0.is_empty() {
        anyhow::bail!("the text ends within a character");
    }
    if let Some(code) = under_way.gives(stream.finish())? {
        return Ok(code);
    }
    Ok(ExitCode::from(if under_way.same.is_same() { 0 } else { CHANGED }))
}

struct UnderWay {
    same: Same,
    places: Option<Places>,
    bytes: usize,
}

impl UnderWay {
    fn came(&mut self, piece: &str) {
        self.bytes += piece.len();
        self.same.came(piece.as_bytes());
        if let Some(places) = &mut self.places {
            places.came(piece);
        }
    }

    /// Gives out what the stream gives; `Some` where it has ended. Nothing goes out beside a finding that denies.
    fn gives(&mut self, given: Result<Given, Denied>) -> Result<Option<ExitCode>> {
        let denies = |found: &Found| found.action == Action::Deny && !found.shadow;
        match given {
            Ok(Given { findings, risk, .. }) if findings.iter().any(denies) => {
                self.gives(Err(Denied { findings, risk }))
            }
            Ok(Given { text, findings, .. }) => {
                self.same.goes(text.as_bytes());
                if !text.is_empty() {
                    out::exact(text.as_bytes())?;
                }
                self.tell(&findings);
                Ok(None)
            }
            Err(Denied { findings, .. }) => {
                self.tell(&findings);
                denied("the stream ends here", &findings);
                Ok(Some(ExitCode::from(CHANGED)))
            }
        }
    }

    fn tell(&self, findings: &[Found]) {
        let Some(places) = &self.places else { return };
        let mut told = Told::from(&places.tail, places.at, places.start);
        findings.iter().for_each(|found| out::say(&told.line("stdin", found)));
    }
}

/// Bytes as text; the start of a character that is not whole yet is kept.
#[derive(Default)]
struct Utf8(Vec<u8>);

impl Utf8 {
    /// Where they are no text, how many bytes of text stand before that, from what was kept on.
    fn take(&mut self, piece: Vec<u8>) -> Result<String, usize> {
        let mut bytes = std::mem::take(&mut self.0);
        if bytes.is_empty() {
            bytes = piece
        } else {
            bytes.extend_from_slice(&piece)
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text),
            Err(fault) if fault.utf8_error().error_len().is_some() => Err(fault.utf8_error().valid_up_to()),
            Err(fault) => {
                let end = fault.utf8_error().valid_up_to();
                let mut bytes = fault.into_bytes();
                self.0 = bytes.split_off(end);
                String::from_utf8(bytes).map_err(|_| end)
            }
        }
    }
}

/// Whether what went out is what came in, as far as both are known.
#[derive(Default)]
struct Same {
    /// What came in and did not go out.
    ahead: VecDeque<u8>,
    differs: bool,
}

impl Same {
    fn came(&mut self, bytes: &[u8]) {
        if !self.differs {
            self.ahead.extend(bytes);
        }
    }

    fn goes(&mut self, bytes: &[u8]) {
        if self.differs {
            return;
        }
        self.differs = bytes.len() > self.ahead.len() || !self.ahead.drain(..bytes.len()).eq(bytes.iter().copied());
        if self.differs {
            self.ahead = VecDeque::new();
        }
    }

    fn is_same(&self) -> bool {
        !self.differs && self.ahead.is_empty()
    }
}

/// The last part of what came in, to find lines and columns in. Findings are about what a stream held, which is bounded.
struct Places {
    tail: String,
    at: usize,
    /// Line and column that the tail starts at.
    start: (usize, usize),
}

impl Default for Places {
    fn default() -> Self {
        Self { tail: String::new(), at: 0, start: (1, 1) }
    }
}

impl Places {
    /// Bytes of the tail.
    const TAIL: usize = 32 << 20;

    fn came(&mut self, piece: &str) {
        self.tail.push_str(piece);
        if self.tail.len() > 2 * Self::TAIL {
            let cut = self.tail.floor_char_boundary(self.tail.len() - Self::TAIL);
            self.start = Told::from(&self.tail, 0, self.start).place(cut);
            self.tail.drain(..cut);
            self.at += cut;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_whole_however_they_come() {
        let text = "a\u{e9}\u{4e2d}\u{1f600}z";
        let mut utf8 = Utf8::default();
        let pieces: Vec<_> = text.bytes().map(|byte| utf8.take(vec![byte]).unwrap()).collect();
        assert_eq!((pieces.concat().as_str(), utf8.0.len()), (text, 0));
        assert_eq!(utf8.take(b"a\xffb".to_vec()), Err(1));
        assert_eq!(Utf8::default().take(b"a\xc3".to_vec()).as_deref(), Ok("a"));
    }

    #[test]
    fn what_goes_out_is_compared_with_what_came_in() {
        let run = |came: &[&str], goes: &[&str]| {
            let mut same = Same::default();
            for (came, goes) in came.iter().zip(goes) {
                same.came(came.as_bytes());
                same.goes(goes.as_bytes());
            }
            same.is_same()
        };
        assert!(run(&["abc", "def"], &["a", "bcdef"]) && run(&[], &[]));
        assert!(!run(&["abc", "def"], &["a", "bcde"]), "something was left out");
        assert!(!run(&["abc"], &["abd"]) && !run(&["abc"], &["abcd"]) && !run(&["abc", "abc"], &["x", "abcabc"]));
    }

    #[test]
    fn places_are_right_behind_what_was_let_go() {
        let mut places = Places { tail: "x\ny".repeat(1 << 20), ..Places::default() };
        while places.at == 0 {
            places.came(&"ab\n".repeat(1 << 20));
        }
        let lines = Told::from(&places.tail, places.at, places.start).place(usize::MAX);
        let mut whole = 1 << 20;
        whole += (places.at + places.tail.len() - (3 << 20)) / 3;
        assert_eq!(lines, (whole + 1, 1));
    }
}
