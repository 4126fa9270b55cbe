//! A gateway in a process of its own, with its plan and its upstreams.

use super::binary::{Process, free_port};
use super::puppet::Puppet;
use super::{AGENT, Authority, Client, Plan, record};
use casemate_tests::hostile::Hostile;
use serde_json::{Value, json};

/// The process and what it stands on.
pub(crate) struct Served {
    pub(crate) plan: Plan,
    pub(crate) process: Process,
    pub(crate) puppet: Puppet,
    _upstream: Hostile,
}

impl Served {
    /// The usual gateway, whose files and configuration `change` has changed.
    pub(crate) async fn start(change: impl FnOnce(&mut Plan)) -> Self {
        let upstream = Hostile::start().await.expect("an upstream");
        let puppet = Puppet::start().await;
        let mut plan = Plan::new(&upstream, &puppet);
        plan.patch(&json!({ "mcp_gateway": { "port": free_port() } }));
        change(&mut plan);
        plan.write();
        let process = Process::serve(&plan.file(), &plan.dir.path().join("ca.pem"));
        Self { plan, process, puppet, _upstream: upstream }
    }

    pub(crate) fn agent(&self) -> Client {
        Client::tls(self.process.address, Some(&Authority::shared().client(AGENT)))
    }

    /// Waits until the log has this many events of that name, and returns the last.
    pub(crate) async fn event(&self, name: &str, count: usize) -> Value {
        record::until(&self.plan.state().join("audit"), &format!("{count} {name}"), |entries| {
            let own: Vec<_> = entries.iter().filter(|entry| entry["event"] == name).collect();
            (own.len() == count).then(|| own.last().map(|entry| (*entry).clone()).unwrap_or_default())
        })
        .await
    }

    /// Stops it in order and checks its log.
    pub(crate) fn finish(self) -> Vec<Value> {
        self.process.signal("TERM");
        self.ended()
    }

    /// Waits for its end, which must be one in order, and checks its log.
    pub(crate) fn ended(mut self) -> Vec<Value> {
        assert_eq!(self.process.child.wait().expect("it has ended").code(), Some(0));
        let dir = self.plan.state().join("audit");
        casemate_audit::verify(&dir).expect("the log holds together");
        let entries = record::read(&dir);
        record::check_balance(&entries);
        entries
    }
}
