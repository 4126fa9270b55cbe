//! A gateway in a house of its own: configuration, certificates, token issuer, upstreams, log.
//!
//! A test starts a [`House`], acts as its clients, and ends with [`House::finish`], which checks the whole log.

pub(crate) mod binary;
pub(crate) mod client;
pub(crate) mod frames;
pub(crate) mod issuer;
pub(crate) mod jwks;
pub(crate) mod pki;
pub(crate) mod puppet;
pub(crate) mod record;
pub(crate) mod request;
pub(crate) mod served;
pub(crate) mod session;

pub(crate) use client::{Client, Wire};
pub(crate) use frames::Frames;
pub(crate) use issuer::{Keys, Token};
pub(crate) use pki::{AGENT, Authority, Leaf};
pub(crate) use request::{Call, MARKER, Reply};

use casemate::config::{Environment, Loaded};
use casemate::serve::Running;
use casemate_core::Reason;
use casemate_gateway::GatewayError;
use casemate_tests::hostile::{Act, Hostile};
use puppet::Puppet;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Mutex;
use tempfile::TempDir;

pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const PUBLIC: &str = "https://gateway.example";

/// Tools that the tests call and that are no more than their rules make of them.
pub(crate) const READ_ONLY: [&str; 14] = [
    "echo",
    "ghost",
    "test_a",
    "test_b",
    "test_bad",
    "test_good",
    "test_mirror",
    "read",
    "read_all",
    "write",
    "write/one",
    "a.b",
    "delete",
    "search-1",
];

/// The entry of an upstream whose tools may be called once a rule names them.
pub(crate) fn entry(name: &str, url: &str) -> Value {
    json!({ "name": name, "url": url, "read_only": READ_ONLY, "pins": "trust-first" })
}

/// The time in seconds.
pub(crate) fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}

/// The files and the configuration of a gateway that does not run yet.
pub(crate) struct Plan {
    pub(crate) dir: TempDir,
    pub(crate) config: Value,
}

impl Plan {
    /// The usual gateway: mTLS or token, two tenants, one upstream for each kind of trouble.
    pub(crate) fn new(upstream: &Hostile, puppet: &Puppet) -> Self {
        Self::with(upstream.address(), puppet.address)
    }

    /// The same in front of other upstreams.
    pub(crate) fn with(upstream: SocketAddr, puppet: SocketAddr) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let server = Authority::shared().server();
        for (name, text) in [
            ("ca.pem", Authority::shared().pem()),
            ("server.pem", server.pem),
            ("server.key", server.key_pem),
            ("jwks.json", Keys::shared().jwks()),
        ] {
            std::fs::write(dir.path().join(name), text).expect("a file");
        }
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(dir.path().join("server.key"), private).expect("a mode");
        let rule = json!({ "servers": ["**"], "tools": ["echo", "test_*", "ghost"], "resources": ["docs://open/**"],
            "prompts": ["greet"], "completion": true, "subscriptions": true });
        let certificate = |identity: &str| json!([{ "san": identity, "scopes": ["mcp"] }]);
        let token = |value: &str| json!([{ "claim": "tenant", "value": value }]);
        let at = |name: &str, path: &str| entry(name, &format!("http://{upstream}/{path}"));
        let mut asking = at("asking", "asking");
        asking["requests"] = json!(["elicitation", "sampling", "roots"]);
        let mut brief = at("brief", "brief");
        brief["timeouts"] = json!({ "first_byte": "300ms", "total": "900ms" });
        let config = json!({
            "mcp_gateway": {
                "host": "127.0.0.1", "port": 8443, "public_url": PUBLIC,
                "tls": { "certificate": "server.pem", "key": "server.key" },
                "auth": {
                    "mode": "mTLS", "trusted_certs_path": "ca.pem",
                    "jwt": { "issuer": ISSUER, "jwks_uri": "file:jwks.json" },
                },
                "rate_limits": { "tenant_default_rpm": 100_000, "tenant_default_burst": 100_000, "unauthenticated_rpm": 100_000 },
                "allowlists": { "allowed_mcp_servers": ["127.0.0.1", "127.0.0.3"] },
                "max_payload_bytes": 65_536,
                "limits": { "answer_bytes": "64KiB", "events": 20 },
                "env": [{ "name": "MCP_ALLOWED_DOMAINS", "value": "127.0.0.1,127.0.0.2" }],
            },
            "upstreams": [
                at("up", "mcp"),
                asking,
                brief,
                entry("stage", &format!("http://{puppet}/stage")),
                entry("unlisted", "http://127.0.0.2:9/mcp"),
                entry("outside", "http://127.0.0.3:9/mcp"),
                entry("dead", "http://127.0.0.1:1/mcp"),
            ],
            "tenants": {
                "acme": { "certificates": certificate("spiffe://acme.example/**"), "tokens": token("acme"), "rules": [rule] },
                "globex": { "certificates": certificate("spiffe://globex.example/**"), "tokens": token("globex"), "rules": [rule] },
                "idle": { "certificates": [{ "san": "spiffe://idle.example/**", "scopes": [] }] },
            },
            "audit": { "deadline": "10s", "anonymous_per_minute": 100_000, "reserve_bytes": "1MiB", "immutable": "off" },
            "output": { "hold": "100ms" },
        });
        Self { dir, config }
    }

    /// Merges a patch into the configuration (RFC 7396); what it sets to `null` is taken away.
    pub(crate) fn patch(&mut self, patch: &Value) {
        merge(&mut self.config, patch);
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.dir.path().join("casemate.yaml")
    }

    /// Writes the configuration; JSON is YAML.
    pub(crate) fn write(&self) {
        std::fs::write(self.file(), self.config.to_string()).expect("a file");
    }

    /// Loads what was written, for a listener on any free port.
    pub(crate) fn load(&self) -> Result<Loaded, String> {
        let environment = Environment { now: now(), ..Environment::default() };
        let mut loaded =
            casemate::config::load(&self.file(), &environment).map_err(|report| report.render(false).to_string())?;
        loaded.config.listener.address.set_port(0);
        if let Some(admin) = &mut loaded.config.admin {
            admin.address.set_port(0);
        }
        Ok(loaded)
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }
}

fn merge(into: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    for (key, value) in members {
        if value.is_null() {
            into.as_object_mut().expect("an object").remove(key);
        } else {
            merge(&mut into[key.as_str()], value);
        }
    }
}

/// The address of an upstream that need not exist.
pub(crate) fn idle_upstream() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 9))
}

/// A running gateway.
pub(crate) struct House {
    pub(crate) plan: Plan,
    pub(crate) upstream: Hostile,
    pub(crate) puppet: Puppet,
    pub(crate) running: Option<Running>,
    agent: Leaf,
    private: Mutex<Vec<String>>,
}

impl House {
    /// The usual gateway.
    pub(crate) async fn start() -> Self {
        Self::with(json!({})).await
    }

    /// The usual gateway with a patch to its configuration.
    pub(crate) async fn with(patch: Value) -> Self {
        Self::planned(|plan| plan.patch(&patch)).await
    }

    /// A gateway whose files and configuration `change` has changed.
    pub(crate) async fn planned(change: impl FnOnce(&mut Plan)) -> Self {
        Self::prepared(|plan, _| change(plan)).await
    }

    /// A gateway in front of an upstream that offers these lists from the start: what it offers later is only seen when
    /// it is surveyed again.
    pub(crate) async fn offering(lists: impl IntoIterator<Item = (&str, Act)>) -> Self {
        Self::prepared(|_, upstream| lists.into_iter().for_each(|(method, act)| upstream.on(method, act))).await
    }

    /// A gateway whose configuration and upstream `change` has changed.
    pub(crate) async fn prepared(change: impl FnOnce(&mut Plan, &Hostile)) -> Self {
        Self::tuned(change, |_| {}).await.expect("the gateway starts")
    }

    /// The same with settings that no configuration has; or why it does not start.
    pub(crate) async fn tuned(
        change: impl FnOnce(&mut Plan, &Hostile),
        tune: impl FnOnce(&mut Loaded),
    ) -> Result<Self, String> {
        let upstream = Hostile::start().await.expect("an upstream");
        let puppet = Puppet::start().await;
        let mut plan = Plan::new(&upstream, &puppet);
        change(&mut plan, &upstream);
        plan.write();
        let mut loaded = plan.load().unwrap_or_else(|report| panic!("{report}"));
        tune(&mut loaded);
        let running = Running::start(loaded, &plan.state()).await.map_err(|fault| format!("{fault:#}"))?;
        let private =
            Mutex::new(vec![MARKER.to_owned(), "eyJhbGciOi".to_owned(), "docs://".to_owned(), "honest".to_owned()]);
        let agent = Authority::shared().client(AGENT);
        Ok(Self { plan, upstream, puppet, running: Some(running), agent, private })
    }

    pub(crate) fn running(&self) -> &Running {
        self.running.as_ref().expect("it runs")
    }

    /// The agent of the tenant `acme`, with its certificate.
    pub(crate) fn agent(&self) -> Client {
        Client::tls(self.running().address, Some(&self.agent))
    }

    /// Its certificate.
    pub(crate) const fn leaf(&self) -> &Leaf {
        &self.agent
    }

    /// Someone with this certificate.
    pub(crate) fn holder(&self, leaf: &Leaf) -> Client {
        Client::tls(self.running().address, Some(leaf))
    }

    /// Someone without a certificate.
    pub(crate) fn stranger(&self) -> Client {
        Client::tls(self.running().address, None)
    }

    /// A text that must never stand in the log.
    pub(crate) fn keep_private(&self, text: &str) {
        self.private.lock().expect("no panic").push(text.to_owned());
    }

    pub(crate) fn audit_dir(&self) -> PathBuf {
        self.plan.state().join("audit")
    }

    /// Sends a call that must be refused before it reaches an upstream, and checks what everyone sees of it.
    pub(crate) async fn refused(&self, client: &Client, call: &Call, code: &str) -> Reply {
        let before = self.upstream.seen().len();
        let reply = client.ask(call).await;
        self.check_refusal(call, &reply, code).await;
        assert_eq!(self.upstream.seen().len(), before, "{code}: the upstream saw a refused call");
        reply
    }

    /// Sends a call that the gateway passes on and that then fails, and checks what everyone sees of it.
    pub(crate) async fn failed(&self, client: &Client, call: &Call, code: &str, effect: &str) -> Reply {
        let reply = client.ask(call).await;
        check_error(call, &reply, code);
        self.outcome(&reply.trace(), code, effect).await;
        reply
    }

    /// Checks a refusal: status, error object, headers, and its one record.
    pub(crate) async fn check_refusal(&self, call: &Call, reply: &Reply, code: &str) {
        check_error(call, reply, code);
        let trace = reply.trace();
        let records = self.records(&trace).await;
        let kinds: Vec<_> = records.iter().map(|entry| record::text(entry, "kind").to_owned()).collect();
        assert_eq!(kinds, ["refusal"], "{code}: {records:?}");
        assert!(record::has_reason(&records[0], code), "{code}: {records:?}");
        assert_eq!(records[0]["decision"], "deny");
    }

    /// Checks that a call has an intent and one outcome with this reason and effect.
    pub(crate) async fn outcome(&self, trace: &str, code: &str, effect: &str) -> Value {
        let records = self.records(trace).await;
        let kinds: Vec<_> = records.iter().map(|entry| record::text(entry, "kind").to_owned()).collect();
        assert_eq!(kinds, ["intent", "outcome"], "{records:?}");
        let outcome = records[1].clone();
        assert_eq!(outcome["effect"], effect, "{outcome}");
        assert!(code.is_empty() && outcome["reasons"].is_null() || record::has_reason(&outcome, code), "{outcome}");
        outcome
    }

    /// The records of one request, once they are complete.
    pub(crate) async fn records(&self, trace: &str) -> Vec<Value> {
        record::until(&self.audit_dir(), &format!("the end of {trace}"), |entries| {
            let own: Vec<_> = entries.iter().filter(|entry| entry["trace"] == trace).cloned().collect();
            own.iter().any(|entry| record::text(entry, "kind") != "intent").then_some(own)
        })
        .await
    }

    /// Waits until the log has this many records of a kind with this reason that name no request.
    pub(crate) async fn observed(&self, kind: &str, code: &str, count: usize) -> Value {
        record::until(&self.audit_dir(), &format!("{count} {kind} {code}"), |entries| {
            let own: Vec<_> = entries.iter().filter(|e| e["kind"] == kind && record::has_reason(e, code)).collect();
            (own.len() == count).then(|| own.last().map(|entry| (*entry).clone()).unwrap_or_default())
        })
        .await
    }

    /// A call that must succeed.
    pub(crate) async fn served(&self, client: &Client, call: &Call) -> Reply {
        let reply = client.ask(call).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let json = reply.json();
        assert_eq!(json["id"], call.id, "{json}");
        assert!(json.get("result").is_some(), "{json}");
        self.outcome(&reply.trace(), "", "executed").await;
        reply
    }

    /// Writes a patched configuration and hands it to the gateway, as a reload does.
    pub(crate) async fn reload(&mut self, patch: &Value) -> Result<(), GatewayError> {
        self.plan.patch(patch);
        self.plan.write();
        let loaded = self.plan.load().unwrap_or_else(|report| panic!("{report}"));
        self.running().gateway.reload(loaded.config, "local:tests").await
    }

    /// Stops the gateway and checks the log as a whole.
    pub(crate) async fn finish(mut self) -> Vec<Value> {
        self.running.take().expect("it runs").stop().await.expect("the gateway stops in order");
        self.audit()
    }

    /// Checks the log as a whole.
    pub(crate) fn audit(&self) -> Vec<Value> {
        let dir = self.audit_dir();
        casemate_audit::verify(&dir).expect("the log holds together");
        let entries = record::read(&dir);
        record::check_balance(&entries);
        record::check_absence(&dir, &self.private.lock().expect("no panic"));
        entries
    }
}

impl Drop for House {
    fn drop(&mut self) {
        assert!(self.running.is_none() || std::thread::panicking(), "a test must finish its house");
    }
}

/// Checks the form of an error: status, code, reason and trace, and that it is the answer to this call.
pub(crate) fn check_error(call: &Call, reply: &Reply, code: &str) {
    let facts = Reason::from_code(code).unwrap_or_else(|| panic!("no reason is called {code}")).facts();
    assert_eq!(reply.status, facts.status, "{code}: {}", reply.text());
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{code}");
    let sent = call.header("x-trace-id").filter(|sent| sent.len() == 36 && call_has_one(call, "x-trace-id"));
    if let Some(sent) = sent.filter(|sent| casemate_core::TraceId::parse(sent).is_ok()) {
        assert_eq!(reply.trace(), sent, "{code}: the trace is echoed");
    }
    if facts.status == 202 {
        assert!(reply.body.is_empty(), "{code}");
        return;
    }
    let json = reply.json();
    if call.path.starts_with("/mcp") || call.path.ends_with("example/mcp/up") {
        assert_eq!(json["error"]["code"], facts.rpc, "{code}: {json}");
        assert_eq!(json["error"]["data"]["reason"], code, "{json}");
        assert_eq!(json["error"]["data"]["trace_id"], reply.trace(), "{code}: {json}");
        assert!(json["id"].is_null() || json["id"] == call.id, "{code}: {json}");
    } else {
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{code}");
        assert_eq!(json["reason"], code, "{json}");
        assert_eq!(json["status"], facts.status, "{json}");
        assert_eq!(json["trace_id"], reply.trace(), "{json}");
    }
    assert!(!reply.text().contains(MARKER), "{code}: the refusal repeats what was sent");
}

fn call_has_one(call: &Call, name: &str) -> bool {
    call.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).count() == 1
}
