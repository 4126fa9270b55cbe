//! How many megabytes a second of processor time the filter takes, with every rule on: text without any trigger, ordinary
//! text, text full of links, the same in a stream, and HTML beside ammonia alone.
//!
//! `cargo run --release -p casemate-output --example filter_speed -- [--megabytes N] [--json] [FILE...]`: with files, their
//! contents beside. `tests/scripts/filter_speed.sh` runs other filters on the same texts first: `--write DIR` writes the
//! texts for them, `--peers FILE` takes what they say.

mod corpus;
mod report;

use casemate_core::glob::Glob;
use casemate_inspect::{Action, Prefix, Registered};
use casemate_output::{Filter, Policy, Scope, Stream, Treatment};
use report::{Peer, Row};
use std::hint::black_box;
use std::io::{Error, Result, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const MIB: usize = 1 << 20;
/// Texts are filtered one by one in this size, as answers are.
const PIECE: usize = 16 * 1024;
/// Bytes of each piece of a stream, as of a model's answer.
const DELTA: usize = 512;
/// How often each row is measured; the best counts.
const ROUNDS: usize = 3;
/// Of each text, what other filters get: they take minutes for the whole.
const SHARE: usize = MIB;

#[derive(Default)]
struct Args {
    megabytes: Option<usize>,
    json: bool,
    write: Option<String>,
    peers: Option<String>,
    files: Vec<String>,
}

impl Args {
    fn read() -> Result<Self> {
        let (mut args, mut words) = (Self::default(), std::env::args().skip(1));
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| Error::other(format!("{word} needs a value")));
            match word.as_str() {
                "--json" => args.json = true,
                "--write" => args.write = Some(value()?),
                "--peers" => args.peers = Some(value()?),
                "--megabytes" => args.megabytes = Some(value()?.parse().map_err(Error::other)?),
                _ if word.starts_with("--") => return Err(Error::other(format!("{word} is not known"))),
                _ => args.files.push(word),
            }
        }
        Ok(args)
    }

    fn size(&self) -> usize {
        self.megabytes.unwrap_or(50).max(1) * MIB
    }
}

/// Every rule on. Hosts and phrases are redacted and reported, so that every text is read to its end.
fn policy(links: bool) -> Policy {
    let rule = |glob: &str, treatment| Glob::parse(glob).map(|glob| (glob, treatment));
    let rules = [
        rule("personal.**", Treatment::Do(Action::Redact)),
        rule("host.**", Treatment::Do(Action::Redact)),
        rule("deny.**", Treatment::Do(Action::Report)),
    ];
    let mut policy = Policy::default();
    policy.base.rules = rules.into_iter().flatten().collect();
    policy.base.links = links.then(|| Prefix::parse("https://docs.example.com").into_iter().collect());
    policy.registered = Arc::new(Registered::new(corpus::REGISTERED.map(str::as_bytes)));
    policy
}

fn filter(links: bool) -> Arc<Filter> {
    policy(links).filter(&Scope::default(), 0)
}

/// The processor time of this thread, user and system, where the system tells it; otherwise the time.
fn seconds(begun: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|line| line.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| begun.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

fn pieces(mut text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    while !text.is_empty() {
        let (piece, after) = text.split_at(text.ceil_char_boundary(PIECE.min(text.len())));
        pieces.push(piece);
        text = after;
    }
    pieces
}

/// Measures what is done with all pieces, which gives the number of findings and of changed texts.
fn measure(name: &str, texts: &[&str], mut work: impl FnMut(&str) -> (usize, bool)) -> Row {
    let start = Instant::now();
    let (mut best, mut findings, mut changed) = (f64::MAX, 0, 0);
    for _ in 0..ROUNDS {
        (findings, changed) = (0, 0);
        let begun = seconds(start);
        for text in texts {
            let (found, differs) = black_box(work(black_box(text)));
            findings += found;
            changed += usize::from(differs);
        }
        best = best.min(seconds(start) - begun);
    }
    let bytes = texts.iter().map(|text| text.len()).sum();
    Row { name: name.to_owned(), bytes, seconds: best, findings, changed, texts: texts.len() }
}

fn whole(filter: &Filter, text: &str) -> (usize, bool) {
    let filtered = filter.text(text);
    (filtered.findings.len() + filtered.unlisted, filtered.text != text)
}

fn streamed(filter: &Arc<Filter>, text: &str) -> (usize, bool) {
    let mut stream = Stream::new(Arc::clone(filter));
    let (mut findings, mut length) = (0, 0);
    for piece in text.as_bytes().chunks(DELTA) {
        if let Ok(given) = stream.push_bytes(piece) {
            findings += given.findings.len();
            length += given.text.len();
        }
    }
    if let Ok(given) = stream.finish() {
        findings += given.findings.len();
        length += given.text.len();
    }
    (findings, length != text.len())
}

fn run(args: &Args) -> Result<Vec<Row>> {
    let (size, allowing, rewriting) = (args.size(), filter(true), filter(false));
    let mut rows = Vec::new();
    let plain = corpus::plain(size);
    rows.push(measure("without triggers", &pieces(&plain), |text| whole(&allowing, text)));
    drop(plain);
    let ordinary = corpus::ordinary(size);
    let texts = pieces(&ordinary);
    rows.push(measure("ordinary, links allowed", &texts, |text| whole(&allowing, text)));
    rows.push(measure("ordinary, links rewritten", &texts, |text| whole(&rewriting, text)));
    rows.push(measure("ordinary, in a stream", &texts, |text| streamed(&allowing, text)));
    let links = corpus::links(size / 2);
    rows.push(measure("a link in each line", &pieces(&links), |text| whole(&rewriting, text)));
    let documents = corpus::documents(size / 5);
    let texts: Vec<&str> = documents.iter().map(String::as_str).collect();
    let ammonia = ammonia::Builder::default();
    rows.push(measure("HTML", &texts, |text| whole(&allowing, text)));
    rows.push(measure("HTML, ammonia alone", &texts, |text| (0, ammonia.clean(text).to_string() != text)));
    for path in &args.files {
        let text = std::fs::read_to_string(path)?;
        rows.push(measure(path, &pieces(&text), |text| whole(&allowing, text)));
    }
    Ok(rows)
}

/// Writes the beginning of each text for other filters.
fn write(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir)?;
    for (name, text) in [("without triggers", corpus::plain(SHARE)), ("ordinary", corpus::ordinary(SHARE))] {
        std::fs::write(dir.join(format!("{name}.txt")), text)?;
    }
    Ok(())
}

fn main() -> Result<()> {
    let args = Args::read()?;
    if let Some(dir) = &args.write {
        return write(Path::new(dir));
    }
    let peers = args.peers.as_deref().map(std::fs::read).transpose()?;
    let peers = peers.map_or_else(|| Ok(Vec::new()), |bytes| Peer::read(&bytes))?;
    let rows = run(&args)?;
    let text = if args.json { report::json(&rows, &peers) } else { report::table(&rows, &peers) };
    writeln!(std::io::stdout(), "{text}")
}
