//! Policies as they are kept with the log: the canonical form whose digest the records name, read back into what decides.

use super::{Loaded, canonical};
use casemate_audit::Log;
use casemate_core::digest::Digest;
use casemate_core::glob::Glob;
use casemate_core::host::Host;
use casemate_core::policy::{Policy, Reach, Rule, Server, Tenant};
use casemate_core::{ServerName, TenantId};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

/// Keeps the policy of a configuration with the log, before the first record that names it.
///
/// # Errors
/// The file system refuses.
pub async fn keep(log: &Log, loaded: &Loaded) -> io::Result<()> {
    log.keep_policy(loaded.digest, loaded.canonical.clone().into_bytes()).await
}

/// The policy with that digest, from the log in `dir`.
///
/// # Errors
/// Why there is none, in words.
pub fn load(dir: &Path, digest: Digest) -> Result<Policy, String> {
    let short = digest.short();
    let bytes = casemate_audit::policy(dir, digest).map_err(|error| format!("the policy {short}: {error}"))?;
    let bytes = bytes.ok_or_else(|| format!("the policy {short} was not kept with the log"))?;
    let text = String::from_utf8(bytes).unwrap_or_default();
    read(&text, digest).ok_or_else(|| format!("the policy {short} is of another release"))
}

/// Reads what decides from the canonical form; all else in it is passed over.
fn read(text: &str, digest: Digest) -> Option<Policy> {
    let mut servers = BTreeMap::new();
    let mut tenants: BTreeMap<TenantId, Tenant> = BTreeMap::new();
    let mut current: Option<TenantId> = None;
    for line in text.lines() {
        let (key, value) = line.split_once('=')?;
        let value = value::parse(value)?;
        if let Some(rest) = key.strip_prefix("server.") {
            server(&mut servers, rest, &value)?;
        } else if let Some(rest) = key.strip_prefix("tenant.") {
            // The last line of a tenant itself; its rules follow.
            if let Some(name) = rest.strip_suffix(".sensitive") {
                let id = TenantId::parse(name).ok()?;
                tenants.entry(id.clone()).or_default();
                current = Some(id);
                continue;
            }
            let Some(id) = &current else { continue };
            let below = rest.strip_prefix(id.as_str()).and_then(|rest| rest.strip_prefix('.'));
            if let Some(below) = below {
                tenant(tenants.entry(id.clone()).or_default(), &servers, below, &value)?;
            }
        }
    }
    Some(Policy { digest, servers, tenants })
}

fn server(servers: &mut BTreeMap<ServerName, Server>, key: &str, value: &value::Value) -> Option<()> {
    let (name, part) = key.rsplit_once('.')?;
    let name = ServerName::parse(name).ok()?;
    match part {
        "host" => {
            let host = Host::parse(value.text()?).ok()?;
            servers.insert(name, Server { host, reach: Reach::NotListed, read_only: BTreeSet::new() });
        }
        "reach" => {
            let all = [Reach::Allowed, Reach::NotListed, Reach::OutsideDomains];
            let found = all.into_iter().find(|reach| value.text() == Some(canonical::reach(*reach)))?;
            servers.get_mut(&name)?.reach = found;
        }
        "read_only" => servers.get_mut(&name)?.read_only = value.list()?.iter().cloned().collect(),
        _ => return None,
    }
    Some(())
}

fn tenant(tenant: &mut Tenant, servers: &BTreeMap<ServerName, Server>, key: &str, value: &value::Value) -> Option<()> {
    if let Some(name) = key.strip_prefix("unmanaged.") {
        let known = ServerName::parse(name).ok().filter(|name| servers.contains_key(name));
        if let Some((name, tools)) = known.zip(value.list()) {
            tenant.unmanaged.insert(name, tools.iter().cloned().collect());
        }
        return Some(());
    }
    let Some((at, part)) = key.strip_prefix("rule.").and_then(|rest| rest.split_once('.')) else { return Some(()) };
    let at: usize = at.parse().ok()?;
    if at == tenant.rules.len() {
        tenant.rules.push(Rule::default());
    }
    let rule = tenant.rules.get_mut(at)?;
    let globs = || value.list()?.iter().map(|text| Glob::parse(text).ok()).collect::<Option<Vec<_>>>();
    match part {
        "servers" => rule.servers = globs()?,
        "tools" => rule.tools = globs()?,
        "resources" => rule.resources = globs()?,
        "prompts" => rule.prompts = globs()?,
        "completion" => rule.completion = value.flag()?,
        "subscriptions" => rule.subscriptions = value.flag()?,
        // A rule that reads more than this release knows cannot be judged by it.
        _ => return None,
    }
    Some(())
}

/// The values of the canonical form: a text or a list of texts.
mod value {
    pub(super) enum Value {
        Text(String),
        List(Vec<String>),
    }

    pub(super) fn parse(text: &str) -> Option<Value> {
        match serde_json::from_str(text).ok()? {
            serde_json::Value::String(text) => Some(Value::Text(text)),
            serde_json::Value::Array(items) => {
                let texts = items.into_iter().map(|item| item.as_str().map(str::to_owned));
                texts.collect::<Option<_>>().map(Value::List)
            }
            _ => None,
        }
    }

    impl Value {
        pub(super) fn text(&self) -> Option<&str> {
            match self {
                Self::Text(text) => Some(text),
                Self::List(_) => None,
            }
        }

        pub(super) fn list(&self) -> Option<&[String]> {
            match self {
                Self::List(list) => Some(list),
                Self::Text(_) => None,
            }
        }

        pub(super) fn flag(&self) -> Option<bool> {
            self.text()?.parse().ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_comes_back_as_it_was() {
        for (name, loaded) in super::super::tests::every_valid() {
            let text = &loaded.canonical;
            assert_eq!(canonical::digest_of(text.as_bytes()), loaded.digest);
            let read = read(text, loaded.digest).unwrap_or_else(|| panic!("{name}\n{text}"));
            assert_eq!(format!("{read:?}"), format!("{:?}", loaded.config.policy), "{name}");
        }
    }

    #[test]
    fn what_another_release_wrote_is_not_judged() {
        let text = "server.kb.host=\"kb.example\"\nserver.kb.reach=\"Allowed\"\nserver.kb.read_only=[]\n";
        let digest = Digest::of(b"");
        assert!(read(text, digest).is_some());
        for more in ["server.kb.risk=\"7\"\n", "tenant.a.sensitive=\"false\"\ntenant.a.rule.0.risk=\"7\"\n", "x\n"] {
            assert!(read(&format!("{text}{more}"), digest).is_none(), "{more}");
        }
    }
}
