//! Write-once targets for copies of the log.

use super::{Context, pem, secret};
use crate::config::codes::Code;
use crate::config::diagnostic::{Diagnostic, Span};
use crate::config::scalar;
use crate::config::section::Section;
use casemate_archive::{Addressing, ArchiveError, Credentials, Key, S3, S3Config};
use casemate_core::UnixMillis;
use casemate_gateway::custody::{Archive, ArchiveTarget, Worm};
use casemate_net::Trust;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

/// The keys of a bucket, and whether one needs it.
const BUCKET: [(&str, bool); 9] = [
    ("endpoint", true),
    ("bucket", true),
    ("region", true),
    ("access_key_id", true),
    ("secret_access_key", true),
    ("prefix", false),
    ("session_token", false),
    ("addressing", false),
    ("ca", false),
];

/// How much longer than the log its copies are locked, unless something else is said.
const SPARE: Duration = Duration::from_hours(30 * 24);

pub(super) fn resolve(cx: &mut Context<'_>, audit: Section<'_>) -> Archive {
    let worm = match audit.word("worm") {
        "required" => Worm::Required,
        "best-effort" => Worm::BestEffort,
        _ => Worm::None,
    };
    let mut seen = BTreeMap::new();
    let mut targets = Vec::new();
    for entry in audit.sections("archive") {
        targets.extend(target(cx, entry, worm, &mut seen));
    }
    let written = audit.sections("archive").next().is_some();
    if !written && worm != Worm::None {
        let message = format!("`worm: {}` promises copies, and `archive` names no target", audit.word("worm"));
        let found = Diagnostic::error(Code::Unenforceable, audit.span_of("worm"), message).label("nothing is copied");
        cx.push(found.help("add a target to `archive`, or write `worm: none`"));
    }
    if written && worm == Worm::None {
        let message = "`archive` names targets, and `worm` is none: nothing would be copied";
        let found =
            Diagnostic::error(Code::Unenforceable, audit.span_of("archive").caret(), message).label("never used");
        cx.push(found.help("write `worm: required`, or `worm: best-effort` where a target cannot lock"));
    }
    Archive { worm, retention: retention(cx, audit, worm), targets }
}

/// How long copies are locked.
fn retention(cx: &mut Context<'_>, audit: Section<'_>, worm: Worm) -> Duration {
    let time = |key: &str| audit.text(key).and_then(|text| scalar::read_duration(text.value));
    let (own, log) = (time("archive_retention"), time("retention"));
    if worm == Worm::None {
        if own.is_some() {
            let message = "`archive_retention` has no effect: there are no copies";
            let found = Diagnostic::error(Code::Unenforceable, audit.span_of("archive_retention"), message);
            cx.push(found.label("never used").help("remove it, or add `worm` and `archive`"));
        } else if log.is_some() {
            let message = "nothing is pruned, whatever its age: no copy of the log is kept elsewhere";
            let found = Diagnostic::warning(Code::Archive, audit.span_of("retention"), message).label("without effect");
            cx.push(found.help("add `worm` and `archive`; only what every target has is pruned"));
        }
        return Duration::ZERO;
    }
    if let (Some(own), Some(log)) = (own, log)
        && own < log
    {
        let message = "`archive_retention` is shorter than `retention`: copies could go before the records may";
        let found = Diagnostic::error(Code::Range, audit.span_of("archive_retention"), message).label("too short");
        cx.push(found.also(audit.span_of("retention"), "how long records are kept").help("make it at least as long"));
    }
    if audit.written("archive_retention").is_none() && audit.written("retention").is_none() {
        let message = "the copies need a time for which they are locked";
        let found = Diagnostic::error(Code::MissingKey, audit.span_of("worm"), message).label("this promise");
        cx.push(found.help("add `archive_retention`, such as 2555d, or `retention`"));
    }
    // What is pruned at its time needs a copy that is locked beyond it.
    own.or(log.map(|log| log.saturating_add(SPARE))).unwrap_or_default()
}

fn target(
    cx: &mut Context<'_>,
    entry: Section<'_>,
    worm: Worm,
    seen: &mut BTreeMap<String, Span>,
) -> Option<ArchiveTarget> {
    match (entry.written("directory"), entry.written("endpoint")) {
        (Some(node), None) => {
            for (key, _) in BUCKET.into_iter().filter(|(key, _)| entry.written(key).is_some()) {
                let message = format!("`{key}` has no effect for a directory");
                let found = Diagnostic::error(Code::Archive, entry.span_of(key).caret(), message).label("never used");
                cx.push(found.also(node.span, "the directory").help("remove it, or name an `endpoint` instead"));
            }
            if worm == Worm::Required {
                let message = "a directory cannot be write-once, and `worm: required` wants that of every target";
                let found = Diagnostic::error(Code::Archive, node.span, message).label("its owner can delete");
                cx.push(found.help("name a bucket with Object Lock, or write `worm: best-effort`"));
            }
            let path = entry.path("directory", cx.base)?;
            once(cx, seen, path.value.display().to_string(), path.span)?;
            Some(ArchiveTarget::Directory(path.value))
        }
        (None, Some(_)) => bucket(cx, entry, seen).map(|config| ArchiveTarget::S3(Box::new(config))),
        (both, _) => {
            let message = "a target is one of `directory` and `endpoint`";
            let found = Diagnostic::error(Code::Archive, entry.caret(), message);
            let found = found.label(if both.is_some() { "this target has both" } else { "this target has neither" });
            cx.push(found.help("give `directory`, or `endpoint` with `bucket`, `region` and credentials"));
            None
        }
    }
}

fn once(cx: &mut Context<'_>, seen: &mut BTreeMap<String, Span>, what: String, span: Span) -> Option<()> {
    if let Some(first) = seen.get(&what) {
        let found =
            Diagnostic::error(Code::DuplicateItem, span, "two targets are the same place").label("the second one");
        cx.push(found.also(*first, "the first one").help("remove one of the two"));
        return None;
    }
    seen.insert(what, span);
    Some(())
}

fn bucket(cx: &mut Context<'_>, entry: Section<'_>, seen: &mut BTreeMap<String, Span>) -> Option<S3Config> {
    let mut is_whole = true;
    for (key, _) in BUCKET.into_iter().filter(|(key, needed)| *needed && entry.written(key).is_none()) {
        is_whole = false;
        let found = Diagnostic::error(Code::MissingKey, entry.caret(), format!("the bucket needs `{key}`"));
        cx.push(found.label("this target").help(format!("add `{key}`")));
    }
    let mut read = |key: &str| entry.written(key).map(|_| secret::read(cx, entry.section(key)));
    let (id, secret, token) = (read("access_key_id"), read("secret_access_key"), read("session_token"));
    let roots = match entry.path("ca", cx.base) {
        Some(path) => pem::roots(cx, &path),
        None => Some(Vec::new()),
    };
    let prefix = match entry.text("prefix") {
        Some(text) => Some(prefix(cx, text.value, text.span)?),
        None => None,
    };
    let endpoint = entry.text("endpoint")?;
    let url = scalar::read_url(endpoint.value).ok()?;
    plain_http(cx, &url, endpoint.span)?;
    if !is_whole {
        return None;
    }
    let credentials = Credentials {
        access_key: id??,
        secret_key: secret??,
        session_token: token.map_or(Some(None), |t| t.map(Some))?,
    };
    let mut config = S3Config::new(url, entry.text("bucket")?.value, entry.text("region")?.value, credentials);
    config.prefix = prefix;
    config.trust = Trust { roots: roots?, client: None };
    if entry.word("addressing") == "virtual-host" {
        config.addressing = Addressing::VirtualHost;
    }
    let place = format!("{} {} {:?}", config.endpoint, config.bucket, config.prefix);
    once(cx, seen, place, endpoint.span)?;
    // The client that sends is made at the start; here its settings are only looked at.
    let client = casemate_net::Client::new(casemate_net::ClientConfig::default());
    match S3::new(config.clone(), client, Arc::new(|| UnixMillis(0))) {
        Ok(_) => Some(config),
        Err(fault) => {
            let span = if matches!(fault, ArchiveError::Endpoint(_)) { endpoint.span } else { entry.caret() };
            let found = Diagnostic::error(Code::Archive, span, format!("the target cannot be used: {fault}"));
            cx.push(
                found
                    .label("this target")
                    .help("compare endpoint, bucket, region and credentials with those of the store"),
            );
            None
        }
    }
}

fn prefix(cx: &mut Context<'_>, text: &str, span: Span) -> Option<Key> {
    match Key::new(text) {
        Ok(key) => Some(key),
        Err(fault) => {
            let found = Diagnostic::error(Code::Archive, span, format!("`prefix` cannot be used: {fault}"));
            cx.push(found.label("this prefix").help("such as gateway-1/audit"));
            None
        }
    }
}

/// Whoever is on the way could read every record, and answer for the store.
fn plain_http(cx: &mut Context<'_>, url: &Url, span: Span) -> Option<()> {
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    };
    if url.scheme() == "https" || loopback {
        return Some(());
    }
    let found = Diagnostic::error(Code::Archive, span, "the store is reached without TLS, and is not on loopback");
    cx.push(found.label("the scheme is http").help("use https; for a private CA set `ca`"));
    None
}
