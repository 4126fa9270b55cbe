//! Cases as somebody wrote them, and what is played of them.

use crate::template::Made;
use crate::{ALLOWED, Case, Channel, Encoding, Expect, Family, Position, known, matrix};

/// How many probes a run has at most, and one case of it.
pub const MOST: (usize, usize) = (20_000, 2_000);

/// What the poisoned server gives, or the client sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// This text.
    Text(String),
    /// Cases of the matrix.
    Matrix {
        /// The family.
        family: Family,
        /// How many of it, evenly drawn.
        most: usize,
    },
}

/// What must be true in the end. Each part that says anything must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expected {
    /// Nothing that the client got leads to a place that is not allowed.
    pub unreachable: bool,
    /// None of these texts is in what the client got, in any decoded view of it.
    pub gone: Vec<String>,
    /// The call is refused with this reason.
    pub refused: Option<String>,
    /// The record has a finding of one of these rules; a `*` at the end stands for any end.
    pub finding: Vec<String>,
    /// The item is not in the list.
    pub unlisted: bool,
    /// None of these texts has reached the upstream.
    pub unsent: Vec<String>,
}

/// A case as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its name; what stands before the first `.` is its family.
    pub id: String,
    /// What it is, in one sentence.
    pub title: String,
    /// Ids of the OWASP MCP Top 10 (2025) and of MITRE ATLAS.
    pub tags: Vec<String>,
    /// The parts of messages that it is tried in.
    pub channels: Vec<Channel>,
    /// The encodings that its text is written in.
    pub encodings: Vec<Encoding>,
    /// The places of a text that it stands in.
    pub positions: Vec<Position>,
    /// What is given.
    pub payload: Payload,
    /// What must become of it. Of cases of the matrix these say it themselves.
    pub expect: Expected,
    /// The benign text of the same shape, which must arrive byte for byte.
    pub twin: Option<String>,
    /// Why it is known to fail, where it is.
    pub known: Option<String>,
    /// Of a hundred of its attacks, how many must hold.
    pub least: u8,
}

/// What must become of a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// An attack, and what must hold in the end.
    Held(Expected),
    /// A benign text of which this must arrive as it is.
    Kept(String),
}

/// One text in one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Its name: that of its case, encoding, position and channel.
    pub id: String,
    /// Its case.
    pub case: String,
    /// The family that it counts for.
    pub family: String,
    /// The tags of its case.
    pub tags: Vec<String>,
    /// Where it comes in.
    pub channel: Channel,
    /// The text.
    pub input: String,
    /// What must become of it.
    pub want: Want,
    /// Why it is known to fail, where it is.
    pub known: Option<String>,
    /// Of a hundred attacks of its case, how many must hold.
    pub least: u8,
}

impl Probe {
    /// Whether it is a benign twin.
    #[must_use]
    pub const fn is_twin(&self) -> bool {
        matches!(self.want, Want::Kept(_))
    }
}

/// A case that would make more probes than a run has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooMany {
    /// The case.
    pub case: String,
    /// How many it would make.
    pub probes: usize,
    /// How many there may be.
    pub most: usize,
}

/// The probes of all cases, and the ids of what cannot be played because nothing that it asks for is allowed.
///
/// # Errors
/// A case that makes more than [`MOST`] probes, or makes the run have more.
pub fn expand(cases: &[Written], made: &Made) -> Result<(Vec<Probe>, Vec<String>), TooMany> {
    let (mut probes, mut skipped) = (Vec::new(), Vec::new());
    let mut all = None;
    for case in cases {
        let before = probes.len();
        match &case.payload {
            Payload::Text(text) => {
                let count = case.channels.len() * case.positions.len() * (case.encodings.len() + 1);
                within(case, before, count)?;
                written(case, text, made, &mut probes, &mut skipped);
            }
            Payload::Matrix { family, most } => {
                within(case, before, most.saturating_mul(2))?;
                let all: &Vec<Case> = all.get_or_insert_with(|| matrix(made.seed));
                drawn(case, all.iter().filter(|case| case.family == *family).collect(), *most, made, &mut probes);
            }
        }
    }
    Ok((probes, skipped))
}

const fn within_most(before: usize, count: usize) -> Option<usize> {
    let (run, case) = MOST;
    if count > case {
        Some(case)
    } else if before + count > run {
        Some(run)
    } else {
        None
    }
}

fn within(case: &Written, before: usize, count: usize) -> Result<(), TooMany> {
    let too_many = |most| TooMany { case: case.id.clone(), probes: count, most };
    within_most(before, count).map_or(Ok(()), |most| Err(too_many(most)))
}

fn family(id: &str) -> &str {
    id.split('.').next().unwrap_or(id)
}

/// The case in each channel, position and encoding, and its twin in each channel and position.
fn written(case: &Written, text: &str, made: &Made, probes: &mut Vec<Probe>, skipped: &mut Vec<String>) {
    let probe = |id: String, channel: Channel, input: String, want: Want| Probe {
        case: case.id.clone(),
        family: family(&case.id).to_owned(),
        tags: case.tags.clone(),
        known: case.known.clone().filter(|_| !matches!(want, Want::Kept(_))),
        least: case.least,
        id,
        channel,
        input,
        want,
    };
    for channel in &case.channels {
        for position in &case.positions {
            let place = format!("{}.{}", position.as_str(), channel.as_str());
            for encoding in &case.encodings {
                let id = format!("{}.{}.{place}", case.id, encoding.name());
                let Some(filled) = made.fill(text, &id) else {
                    skipped.push(id);
                    continue;
                };
                let input = position.place(&encoding.apply(&filled.text));
                let expect = expected(&case.expect, made, &id);
                probes.push(probe(id, *channel, input, Want::Held(expect)));
            }
            let Some(twin) = &case.twin else { continue };
            let id = format!("{}.twin.{place}", case.id);
            match made.fill(twin, &id) {
                Some(filled) => {
                    let input = position.place(&filled.text);
                    probes.push(probe(id, *channel, input.clone(), Want::Kept(input)));
                }
                None => skipped.push(id),
            }
        }
    }
}

fn expected(expect: &Expected, made: &Made, id: &str) -> Expected {
    let texts = |texts: &[String]| {
        let one = |text: &String| {
            let filled = made.fill(text, id).unwrap_or_default();
            if filled.parts.is_empty() { vec![filled.text] } else { filled.parts }
        };
        texts.iter().flat_map(one).filter(|text| !text.is_empty()).collect()
    };
    Expected { gone: texts(&expect.gone), unsent: texts(&expect.unsent), ..expect.clone() }
}

/// At most so many of the cases, evenly drawn, with their twins.
fn drawn(written: &Written, cases: Vec<&Case>, most: usize, made: &Made, probes: &mut Vec<Probe>) {
    let count = most.min(cases.len());
    let chosen = (0..count).filter_map(|at| cases.get(at * cases.len() / count));
    for case in chosen {
        let unreachable = case.expect == Expect::Unreachable;
        let signs = || vec!["signal.*".to_owned(), "deny.*".to_owned()];
        let registered = (case.family == Family::Registered).then(|| made.registered.clone());
        let expect = Expected {
            unreachable,
            gone: case.gone.iter().cloned().chain(registered).collect(),
            finding: if case.expect == Expect::Flagged { signs() } else { Vec::new() },
            ..Expected::default()
        };
        let probe = |id: String, input: String, want: Want, known: Option<String>| Probe {
            id,
            case: written.id.clone(),
            family: family(&written.id).to_owned(),
            tags: written.tags.clone(),
            channel: case.channel,
            input,
            want,
            known,
            least: written.least,
        };
        let why = known(&case.id).map(str::to_owned).or_else(|| written.known.clone());
        probes.push(probe(case.id.clone(), case.input.clone(), Want::Held(expect), why));
        let place =
            if case.family == Family::MarkdownImage || case.carrier == "img" { &made.images } else { &made.links };
        if let (Some(twin), Some(place)) = (&case.twin, place) {
            let there = |text: &str| text.replace(ALLOWED, place);
            let kept = Want::Kept(there(&twin.kept));
            probes.push(probe(format!("{}.twin", case.id), there(&twin.input), kept, None));
        }
    }
}
