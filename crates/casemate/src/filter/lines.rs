//! JSON lines: each a question, each answered at once.

use super::explain::{self, Told};
use super::input::{Input, Line};
use super::{CHANGED, FAULT, FilterArgs, Loaded};
use crate::out;
use anyhow::{Context as _, Result};
use casemate_core::json::quote;
use casemate_output::{Question, Ruling, Subject, Verdict};
use std::process::ExitCode;

/// The longest line, in bytes.
const MOST: usize = 16 << 20;

pub(super) fn run(args: &FilterArgs, loaded: &Loaded, mut input: Input) -> Result<ExitCode> {
    let (mut changed, mut faulty, mut number) = (false, false, 0_u64);
    loop {
        number += 1;
        let line = match input.line(MOST).context("stdin cannot be read")? {
            Line::End => break,
            Line::Whole(line) if line.trim_ascii().is_empty() => continue,
            line => line,
        };
        match answer(args, loaded, line, number) {
            Ok((verdict, line)) => {
                changed |= verdict != Verdict::Pass;
                out::exact(line.as_bytes())?;
            }
            Err(line) => {
                faulty = true;
                out::exact(line.as_bytes())?;
            }
        }
    }
    Ok(ExitCode::from(match (faulty, changed) {
        (true, _) => FAULT,
        (false, true) => CHANGED,
        (false, false) => 0,
    }))
}

/// The line that answers; `Err` where it says what is wrong.
fn answer(args: &FilterArgs, loaded: &Loaded, line: Line, number: u64) -> Result<(Verdict, String), String> {
    let fault = |id: Option<&str>, fault: &str| {
        format!("{{\"id\":{},\"line\":{number},\"error\":{}}}\n", id.unwrap_or("null"), quote(fault))
    };
    let Line::Whole(line) = line else { return Err(fault(None, &format!("a line of over {} MiB", MOST >> 20))) };
    let question = Question::read(line.into()).map_err(|unclear| fault(unclear.id.as_deref(), &unclear.fault))?;
    if let Some(unknown) = question.upstream.as_deref().and_then(|name| loaded.unknown(name)) {
        return Err(fault(question.id.as_deref(), &unknown));
    }
    let filter = loaded.filter_for(&args.place, question.upstream.as_deref(), question.tool.as_deref());
    let ruling = question.answer(&filter);
    if args.explain {
        tell(&question, &ruling, number);
    }
    let id = question.id.as_deref().unwrap_or("null");
    Ok((ruling.verdict, ruling.json(Some(id)) + "\n"))
}

/// Tells each finding: in a text with line and column, in a result with its place there and the bytes.
fn tell(question: &Question, ruling: &Ruling, number: u64) {
    let text = match &question.subject {
        Subject::Text(text) => text.as_str(),
        Subject::Result(_) => "",
    };
    let mut told = Told::new(text);
    for seen in &ruling.findings {
        out::say(&match &seen.place {
            None => told.line(&format!("line {number}"), &seen.found),
            Some(place) => {
                let span = &seen.found.span;
                let place = format!("line {number}: {}:{}-{}", out::safe(place), span.start, span.end);
                explain::told(&place, &seen.found)
            }
        });
    }
    explain::rest(ruling.unlisted);
}
