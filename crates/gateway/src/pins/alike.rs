//! Look-alike names as a reviewer sees them: with both tools, whichever came first.

use super::Pins;
use super::review::{self, FINDINGS, LOOK_ALIKE};
use casemate_core::ServerName;
use casemate_core::pin::{Finding, Kind, Pin, State};
use casemate_inspect::signals::skeleton;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The tools that servers offer at one moment, by what their names look like.
struct Alikes {
    by_skeleton: HashMap<String, BTreeMap<ServerName, Vec<String>>>,
    /// Which tools have a finding that names another, by that other as the finding writes it.
    named: HashMap<String, Vec<(ServerName, String)>>,
}

fn is_offered(pin: &Pin) -> bool {
    pin.kind == Kind::Tool && pin.state != State::Removed
}

impl Alikes {
    /// What looks like one of `wanted`.
    fn of<'a>(pins: &Pins, wanted: impl Iterator<Item = &'a str>) -> Self {
        let mut by_skeleton: HashMap<_, _> = wanted.map(|name| (skeleton(name), BTreeMap::new())).collect();
        let mut named: HashMap<_, Vec<_>> = HashMap::new();
        for (server, pin) in pins.list().iter().filter(|(_, pin)| is_offered(pin)) {
            if let Some(of_skeleton) = by_skeleton.get_mut(&skeleton(&pin.name)) {
                of_skeleton.entry(server.clone()).or_insert_with(Vec::new).push(pin.name.clone());
            }
            for finding in pin.findings.iter().filter(|finding| finding.rule == LOOK_ALIKE) {
                named.entry(finding.excerpt.clone()).or_default().push((server.clone(), pin.name.clone()));
            }
        }
        Self { by_skeleton, named }
    }

    /// The findings of one tool.
    fn findings(&self, server: &ServerName, name: &str) -> Vec<Finding> {
        let of_skeleton = self.by_skeleton.get(&skeleton(name)).into_iter().flatten();
        let same = of_skeleton.flat_map(|(other, names)| names.iter().take(FINDINGS).map(move |name| (other, name)));
        let named = self.named.get(&review::look_alike(name, server, name).excerpt).into_iter().flatten();
        let named = named.map(|(other, name)| (other, name));
        let others = same.chain(named).filter(|(other, _)| *other != server);
        let mut findings: Vec<Finding> = Vec::new();
        for (other, theirs) in others.take(2 * FINDINGS) {
            let finding = review::look_alike(name, other, theirs);
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        findings.truncate(FINDINGS);
        findings
    }

    /// The pin with these findings beside its own.
    fn add(&self, server: &ServerName, pin: Arc<Pin>) -> Arc<Pin> {
        if !is_offered(&pin) {
            return pin;
        }
        let mut more = self.findings(server, &pin.name);
        more.retain(|finding| !pin.findings.contains(finding));
        if more.is_empty() {
            return pin;
        }
        let mut pin = Pin::clone(&pin);
        pin.findings.extend(more);
        pin.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        pin.findings.truncate(FINDINGS);
        Arc::new(pin)
    }
}

impl Pins {
    /// The tools of other servers that a tool could be taken for, as findings.
    #[must_use]
    pub fn alike(&self, server: &ServerName, name: &str) -> Vec<Finding> {
        Alikes::of(self, std::iter::once(name)).findings(server, name)
    }

    /// [`Pins::list`] for a reviewer: with the look-alikes of now among the findings.
    #[must_use]
    pub fn reviewed(&self) -> Vec<(ServerName, Arc<Pin>)> {
        let all = self.list();
        let alikes = Alikes::of(self, all.iter().filter(|(_, pin)| is_offered(pin)).map(|(_, pin)| pin.name.as_str()));
        all.into_iter().map(|(server, pin)| (server.clone(), alikes.add(&server, pin))).collect()
    }

    /// [`Pins::get`] for a reviewer.
    #[must_use]
    pub fn review(&self, server: &ServerName, kind: Kind, name: &str) -> Option<Arc<Pin>> {
        let pin = self.get(server, kind, name)?;
        Some(Alikes::of(self, std::iter::once(name)).add(server, pin))
    }
}

#[cfg(test)]
mod tests;
