//! The policy digest: over everything that influences a decision, in one canonical form.
//!
//! Comments, the order of keys, paths and secrets do not enter it; certificates of CAs and revocation lists do.

use casemate_core::digest::Digest;
use casemate_core::glob::Glob;
use casemate_core::policy::{Reach, Rule};
use casemate_gateway::config::{
    Caps, ClientTrust, Config, JwksSource, Limit, PinMode, Receipts, ServerTls, Sessions, Tenant, Upstream,
};
use casemate_inspect::Prefix;
use casemate_output::{ArgumentHosts, LinkMode, Marking, Query, Settings, Treatment, Where};
use std::fmt::Display;

/// The digest over a canonical form.
#[must_use]
pub fn digest_of(text: &[u8]) -> Digest {
    Digest::of_policy(text)
}

/// How the canonical form says whether a server may be reached.
#[must_use]
pub const fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Allowed => "Allowed",
        Reach::NotListed => "NotListed",
        Reach::OutsideDomains => "OutsideDomains",
    }
}

/// The canonical form: one `key=value` a line, values quoted as JSON.
#[must_use]
pub fn text(config: &Config) -> String {
    let mut out = Lines::default();
    listener(&mut out, config);
    caps(&mut out, &config.caps);
    sessions(&mut out, &config.sessions);
    for (name, server) in &config.policy.servers {
        out.line(&format!("server.{name}.host"), &server.host);
        out.line(&format!("server.{name}.reach"), &reach(server.reach));
        out.list(&format!("server.{name}.read_only"), server.read_only.iter().map(String::as_str));
    }
    for (name, entry) in &config.upstreams {
        upstream(&mut out, name.as_str(), entry);
    }
    for (name, tenant) in &config.tenants {
        self::tenant(&mut out, name.as_str(), tenant);
        let Some(policy) = config.policy.tenants.get(name) else { continue };
        for (at, rule) in policy.rules.iter().enumerate() {
            self::rule(&mut out, &format!("tenant.{name}.rule.{at}"), rule);
        }
        for (server, tools) in &policy.unmanaged {
            out.list(&format!("tenant.{name}.unmanaged.{server}"), tools.iter().map(String::as_str));
        }
    }
    output(&mut out, config);
    if let Some(admin) = &config.admin {
        out.line("admin.public_url", &admin.public_url.as_ref().map_or("", |url| url.as_str()));
        trust(&mut out, "admin", admin.tls.as_ref());
        for (name, person) in &admin.people {
            let identities: Vec<_> = person.identities.iter().map(|identity| identity.as_str()).collect();
            out.list(&format!("admin.{name}.identities"), identities);
            out.line(&format!("admin.{name}.roles"), &format!("{:?}", person.roles));
            out.list(&format!("admin.{name}.groups"), person.groups.iter().map(String::as_str));
        }
    }
    out.0
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn line(&mut self, key: &str, value: &dyn Display) {
        let value = serde_json::Value::String(value.to_string());
        self.0.push_str(&format!("{key}={value}\n"));
    }

    fn list<'v>(&mut self, key: &str, values: impl IntoIterator<Item = &'v str>) {
        let values: Vec<_> = values.into_iter().map(|value| serde_json::Value::String(value.to_owned())).collect();
        self.0.push_str(&format!("{key}={}\n", serde_json::Value::Array(values)));
    }

    fn globs(&mut self, key: &str, globs: &[Glob]) {
        self.list(key, globs.iter().map(Glob::as_str));
    }
}

fn listener(out: &mut Lines, config: &Config) {
    let listener = &config.listener;
    out.line("listener.address", &listener.address);
    out.line("listener.public_url", &listener.public_url.as_ref().map_or("", |url| url.as_str()));
    out.list("listener.hosts", listener.hosts.iter().map(|host| host.as_str()));
    out.list("listener.origins", listener.origins.iter().map(String::as_str));
    trust(out, "listener", listener.tls.as_ref());
    out.line("auth.mode", &config.auth.mode.as_str());
    out.line("auth.anonymous", &config.auth.anonymous.as_ref().map_or("", |tenant| tenant.as_str()));
    if let Some(jwt) = &config.auth.jwt {
        out.line("auth.jwt.issuer", &jwt.issuer);
        match &jwt.jwks {
            JwksSource::Url(url) => out.line("auth.jwt.keys", url),
            JwksSource::File(_) => out.line("auth.jwt.keys", &"a file"),
        }
        for root in &jwt.jwks_roots {
            out.line("auth.jwt.root", &Digest::of(root));
        }
        out.line("auth.jwt.skew", &jwt.skew.as_millis());
        out.line("auth.jwt.max_lifetime", &jwt.max_lifetime.as_millis());
        out.line("auth.jwt.accept_plain_jwt", &jwt.accept_plain_jwt);
    }
    out.line("headers.trace", &config.headers.trace);
    out.line("headers.client", &config.headers.client);
}

fn trust(out: &mut Lines, who: &str, tls: Option<&ServerTls>) {
    let clients: Option<&ClientTrust> = tls.and_then(|tls| tls.clients.as_ref());
    out.line(&format!("{who}.tls"), &tls.is_some());
    let Some(clients) = clients else { return };
    let mut roots: Vec<_> = clients.roots.iter().map(|der| Digest::of(der).hex()).collect();
    roots.sort();
    out.list(&format!("{who}.roots"), roots.iter().map(String::as_str));
    let mut crls: Vec<_> = clients.crls.iter().map(|der| Digest::of(der).hex()).collect();
    crls.sort();
    out.list(&format!("{who}.crls"), crls.iter().map(String::as_str));
    out.line(&format!("{who}.required"), &clients.required);
    out.line(&format!("{who}.dns_identities"), &clients.dns_identities);
}

/// The output section. Of registered values there is only how many there are: a digest would let them be guessed.
fn output(out: &mut Lines, config: &Config) {
    let policy = &config.output;
    out.line("output.html_bytes", &policy.html_bytes);
    out.line("output.hold", &policy.hold.as_millis());
    out.line("output.registered", &policy.named);
    settings(out, "output", &policy.base);
    for (at, (place, settings)) in policy.overrides.iter().enumerate() {
        let key = format!("output.override.{at}");
        out.list(&format!("{key}.place"), self::place(place));
        self::settings(out, &key, settings);
    }
    for pattern in &policy.patterns {
        let key = format!("output.pattern.{}", pattern.id);
        out.list(&key, [pattern.action.as_str(), pattern.regex.as_str()]);
    }
    if let Some(digest) = &policy.imported_digest {
        out.line("output.imported", digest);
    }
    for (at, suppression) in policy.suppressions.iter().enumerate() {
        let key = format!("output.suppress.{at}");
        out.list(&format!("{key}.place"), place(&suppression.place));
        out.list(&key, [suppression.rule.as_str(), &suppression.until.to_string(), &suppression.reason]);
    }
}

/// Tenant, upstream and tool; an empty text for each that is not named.
fn place(place: &Where) -> [&str; 3] {
    [&place.tenant, &place.upstream, &place.tool].map(|name| name.as_deref().unwrap_or_default())
}

/// One part of the output section; what it does not say is not there.
fn settings(out: &mut Lines, part: &str, settings: &Settings) {
    let key = |name: &str| format!("{part}.{name}");
    let texts = |prefixes: &[Prefix]| prefixes.iter().map(ToString::to_string).collect::<Vec<_>>();
    if let Some(links) = &settings.links {
        out.list(&key("links"), texts(links).iter().map(String::as_str));
    }
    if let Some(images) = &settings.images {
        out.list(&key("images"), texts(images).iter().map(String::as_str));
    }
    if let Some(mode) = settings.link_mode {
        let word = match mode {
            LinkMode::Keep => "keep",
            LinkMode::Rewrite => "rewrite",
            LinkMode::Drop => "drop",
        };
        out.line(&key("link_mode"), &word);
    }
    match &settings.query {
        None => {}
        Some(Query::Keep) => out.line(&key("query"), &"keep"),
        Some(Query::Only(names)) => out.list(&key("query"), names.iter().map(String::as_str)),
    }
    if let Some(marking) = settings.marking {
        let word = match marking {
            Marking::Off => "none",
            Marking::Delimit => "delimit",
            Marking::Datamark => "datamark",
        };
        out.line(&key("marking"), &word);
    }
    if let Some(hosts) = settings.argument_hosts {
        let word = match hosts {
            ArgumentHosts::Allow => "allow",
            ArgumentHosts::Deny => "deny",
        };
        out.line(&key("arguments.hosts"), &word);
    }
    if settings.sensitive {
        out.line(&key("sensitive"), &true);
    }
    for (at, (rule, treatment)) in settings.rules.iter().enumerate() {
        let (action, shadow) = match treatment {
            Treatment::Off => ("off", ""),
            Treatment::Do(action) => (action.as_str(), ""),
            Treatment::Shadow(action) => (action.as_str(), "shadow"),
        };
        out.list(&key(&format!("rule.{at}")), [rule.as_str(), action, shadow]);
    }
}

fn caps(out: &mut Lines, caps: &Caps) {
    out.line("caps.payload", &caps.payload);
    out.line("caps.answer", &caps.answer);
    out.line("caps.events", &caps.events);
    out.line("caps.media", &caps.media);
    out.line("caps.tokens", &caps.tokens);
    out.line("caps.header_bytes", &caps.header_bytes);
    out.line("caps.connections", &caps.connections);
    let times = [
        ("handshake", caps.handshake),
        ("header", caps.header),
        ("body", caps.body),
        ("idle", caps.idle),
        ("drain", caps.drain),
    ];
    for (name, time) in times {
        out.line(&format!("caps.{name}"), &time.as_millis());
    }
    out.line("caps.unauthenticated_rpm", &caps.unauthenticated_rpm);
}

fn sessions(out: &mut Lines, sessions: &Sessions) {
    out.line("sessions.total", &sessions.total);
    out.line("sessions.per_tenant", &sessions.per_tenant);
    out.line("sessions.per_subject", &sessions.per_subject);
    out.line("sessions.streams", &sessions.streams);
    out.line("sessions.idle", &sessions.idle.as_millis());
    out.line("sessions.lifetime", &sessions.lifetime.as_millis());
    out.line("sessions.replay", &sessions.replay);
}

fn upstream(out: &mut Lines, name: &str, entry: &Upstream) {
    let key = |part: &str| format!("upstream.{name}.{part}");
    out.line(&key("url"), &entry.url);
    // The header alone: a digest over a credential would let it be guessed.
    out.line(&key("credential"), &entry.credential.as_ref().map_or("", |(header, _)| header.as_str()));
    out.line(&key("first_byte"), &entry.first_byte.as_millis());
    out.line(&key("total"), &entry.total.as_millis());
    out.line(&key("requests"), &format!("{:?}", entry.requests));
    out.line(&key("revision"), &entry.revision.map_or("auto", casemate_core::mcp::Revision::as_str));
    let pins = match entry.pins {
        PinMode::Review => "review",
        PinMode::TrustFirst => "trust-first",
    };
    out.line(&key("pins"), &pins);
    out.line(&key("relist"), &entry.relist.as_millis());
    out.line(&key("sensitive"), &entry.sensitive);
}

fn tenant(out: &mut Lines, name: &str, tenant: &Tenant) {
    let key = |part: &str| format!("tenant.{name}.{part}");
    for mapping in &tenant.certificates {
        out.list(&key("certificate"), [mapping.san.as_str(), &mapping.scopes.to_string()]);
    }
    for mapping in &tenant.tokens {
        out.list(&key("token"), [mapping.issuer.as_str(), &mapping.claim, &mapping.value]);
    }
    out.line(&key("limit"), &limit(tenant.limit));
    out.line(&key("subject"), &limit(tenant.subject));
    for (server, tool, of) in &tenant.tools {
        out.list(&key("tool"), [server.as_str(), tool.as_str(), &limit(*of)]);
    }
    let receipt = match tenant.receipt {
        Receipts::Header => "header",
        Receipts::Meta => "meta",
    };
    out.line(&key("receipt"), &receipt);
    out.line(&key("sensitive"), &tenant.sensitive);
}

fn limit(limit: Limit) -> String {
    let rate = limit.rate.map_or_else(|| "-".to_owned(), |rate| format!("{}/{}", rate.rpm, rate.burst));
    let concurrency = limit.concurrency.map_or_else(|| "-".to_owned(), |most| most.to_string());
    format!("{rate} {concurrency}")
}

fn rule(out: &mut Lines, key: &str, rule: &Rule) {
    out.globs(&format!("{key}.servers"), &rule.servers);
    out.globs(&format!("{key}.tools"), &rule.tools);
    out.globs(&format!("{key}.resources"), &rule.resources);
    out.globs(&format!("{key}.prompts"), &rule.prompts);
    out.line(&format!("{key}.completion"), &rule.completion);
    out.line(&format!("{key}.subscriptions"), &rule.subscriptions);
}
