//! What was measured, for people and for programs.

use serde_json::{Value, json};
use std::fmt::Write as _;

/// One kind of text through one filter.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) bytes: usize,
    /// Of processor time, in the best round.
    pub(crate) seconds: f64,
    pub(crate) findings: usize,
    /// How many of the texts changed.
    pub(crate) changed: usize,
    pub(crate) texts: usize,
}

/// What another filter took for the beginning of a text, or why it could not run.
#[derive(Debug)]
pub(crate) struct Peer {
    tool: String,
    text: String,
    measured: Result<Row, String>,
}

fn rate(bytes: usize, seconds: f64) -> f64 {
    bytes as f64 / f64::from(1 << 20) / seconds.max(1e-9)
}

impl Row {
    fn rate(&self) -> f64 {
        rate(self.bytes, self.seconds)
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name, "bytes": self.bytes, "cpu_seconds": self.seconds, "mib_per_cpu_second": self.rate(),
            "findings": self.findings, "changed": self.changed, "texts": self.texts,
        })
    }
}

impl Peer {
    /// Reads what `filter_peers.py` wrote.
    pub(crate) fn read(bytes: &[u8]) -> std::io::Result<Vec<Self>> {
        let values: Vec<Value> = serde_json::from_slice(bytes)?;
        let peer = |value: &Value| {
            let of = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let number = |name: &str| value.get(name).and_then(Value::as_f64).unwrap_or_default();
            let count = |name: &str| value.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
            let (tool, text) = (of("tool"), of("text"));
            let measured = match value.get("fault") {
                Some(_) => Err(of("fault")),
                None => Ok(Row {
                    name: format!("{tool}: {text}"),
                    bytes: count("bytes").unwrap_or_default(),
                    seconds: number("seconds"),
                    findings: count("findings").unwrap_or_default(),
                    changed: 0,
                    texts: 0,
                }),
            };
            Self { tool, text, measured }
        };
        Ok(values.iter().map(peer).collect())
    }

    /// Our row for the same text.
    fn beside<'r>(&self, rows: &'r [Row]) -> Option<&'r Row> {
        rows.iter().find(|row| row.name.starts_with(&self.text))
    }
}

pub(crate) fn json(rows: &[Row], peers: &[Peer]) -> String {
    let peer = |peer: &Peer| match &peer.measured {
        Ok(row) => row.json(),
        Err(fault) => json!({"name": peer.tool, "fault": fault}),
    };
    let peers: Vec<Value> = peers.iter().map(peer).collect();
    json!({"optimised": !cfg!(debug_assertions), "rows": rows.iter().map(Row::json).collect::<Vec<_>>(), "peers": peers})
        .to_string()
}

pub(crate) fn table(rows: &[Row], peers: &[Peer]) -> String {
    let mut out = String::new();
    if cfg!(debug_assertions) {
        out.push_str("Built without optimisation: run with --release.\n\n");
    }
    let first = rows.first().map_or(1.0, Row::rate);
    out.push_str("| | MB per CPU-second | beside the first | findings per MB | texts changed |\n");
    out.push_str("| --- | ---: | ---: | ---: | ---: |\n");
    let density = |row: &Row| row.findings as f64 / (row.bytes as f64 / f64::from(1 << 20)).max(1e-9);
    for row in rows {
        let (name, rate, found) = (&row.name, row.rate(), density(row));
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "| {name} | {rate:.1} | {:.2} × | {found:.0} | {} of {} |",
            rate / first,
            row.changed,
            row.texts
        );
    }
    for peer in peers {
        let _ = match &peer.measured {
            Ok(row) => {
                let ratio = peer.beside(rows).map_or(0.0, |ours| ours.rate() / row.rate());
                let (name, rate, found) = (&row.name, row.rate(), density(row));
                writeln!(out, "| {name} | {rate:.2} | Casemate takes {ratio:.0} × as much | {found:.0} | |")
            }
            Err(fault) => writeln!(out, "| {} | not measured: {fault} | | | |", peer.tool),
        };
    }
    out
}
