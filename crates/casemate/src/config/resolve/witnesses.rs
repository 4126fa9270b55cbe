//! The witnesses of the log.

use super::{Context, pem};
use crate::config::codes::Code;
use crate::config::diagnostic::{Diagnostic, Span};
use crate::config::scalar;
use crate::config::section::Section;
use crate::config::tree::Spanned;
use casemate_audit::tlog::Verifier;
use casemate_gateway::custody::{Witness, Witnesses};
use casemate_net::Trust;
use casemate_witness::{Peer, PeerError};
use std::collections::BTreeMap;

/// Bytes of a file with a key.
const MAX_KEY: usize = 4 << 10;
/// Every witness takes a line in the note.
const MOST: usize = 32;

pub(super) fn resolve(cx: &mut Context<'_>, section: Section<'_>) -> Option<Witnesses> {
    if !section.is_written() {
        return None;
    }
    let mut seen = BTreeMap::new();
    let mut list = Vec::new();
    for entry in section.sections("list") {
        list.extend(witness(cx, entry, &mut seen));
    }
    let written = section.sections("list").count();
    if written > MOST {
        let message = format!("{written} witnesses are listed, and a checkpoint has room for {MOST}");
        let found = Diagnostic::error(Code::Range, section.span_of("list").caret(), message).label("this list");
        cx.push(found.help("list fewer"));
    }
    let quorum = section.text("quorum")?;
    let count = usize::try_from(section.count("quorum")?).ok()?;
    if count > written {
        let message =
            format!("`quorum` is {count}, and {written} witnesses are listed: nothing would ever be published");
        let found = Diagnostic::error(Code::Witness, quorum.span, message).label("more than there are");
        cx.push(found.help("list more witnesses, or make `quorum` smaller"));
    }
    Some(Witnesses { quorum: count, every: section.duration("every"), list })
}

fn witness(cx: &mut Context<'_>, entry: Section<'_>, seen: &mut BTreeMap<String, Span>) -> Option<Witness> {
    let url_text = entry.text("url");
    let key_text = entry.text("key");
    let key = key_text.as_ref().and_then(|text| key(cx, text));
    if let (Some(key), Some(text)) = (&key, &key_text) {
        once(cx, seen, format!("the name `{}`", key.name()), text.span)?;
        let public: String = key.public().iter().map(|byte| format!("{byte:02x}")).collect();
        once(cx, seen, format!("the public key {public}"), text.span)?;
    }
    let roots = match entry.path("ca", cx.base) {
        Some(path) => pem::roots(cx, &path),
        None => Some(Vec::new()),
    };
    let (url_text, key_text, key) = (url_text?, key_text?, key?);
    let url = scalar::read_url(url_text.value).ok()?;
    let trust = Trust { roots: roots?, client: None };
    match Peer::new(&url, &key.to_string(), &trust) {
        Ok(peer) => Some(Witness { url, trust, peer }),
        Err(PeerError::NotCosigner(name)) => {
            let message = format!("the key of `{name}` makes no cosignatures: it is that of a log");
            let found = Diagnostic::error(Code::Witness, key_text.span, message).label("not the key of a witness");
            cx.push(found.help("give the key that `casemate audit witness` prints at its start"));
            None
        }
        Err(fault) => {
            let found = Diagnostic::error(Code::Witness, url_text.span, format!("the witness cannot be used: {fault}"));
            let help = "private hosts are allowed, loopback only as a literal such as 127.0.0.1; `ca` goes with https";
            cx.push(found.label("this URL").help(help));
            None
        }
    }
}

/// One witness must not count for two.
fn once(cx: &mut Context<'_>, seen: &mut BTreeMap<String, Span>, what: String, span: Span) -> Option<()> {
    if let Some(first) = seen.get(&what) {
        let found =
            Diagnostic::error(Code::Witness, span, format!("two witnesses have {what}")).label("the second one");
        cx.push(found.also(*first, "the first one").help("each witness has a key and a name of its own"));
        return None;
    }
    seen.insert(what, span);
    Some(())
}

/// The key, or the one in the file of that name.
fn key(cx: &mut Context<'_>, text: &Spanned<&str>) -> Option<Verifier> {
    let looks_like_a_key = text.value.matches('+').count() >= 2;
    let (vkey, of) = match Verifier::parse(text.value) {
        Ok(key) => return Some(key),
        Err(_) if looks_like_a_key => (text.value.to_owned(), "the key".to_owned()),
        Err(_) => {
            let path = Spanned { value: cx.base.join(text.value), span: text.span };
            let data = cx.read(&path, MAX_KEY)?;
            (String::from_utf8_lossy(&data.bytes).trim().to_owned(), format!("`{}`", path.value.display()))
        }
    };
    match Verifier::parse(&vkey) {
        Ok(key) => Some(key),
        Err(fault) => {
            let found = Diagnostic::error(Code::Witness, text.span, format!("{of} cannot be used: {fault}"));
            cx.push(
                found.label("named here").help("a key is one line, NAME+ID+KEY, as `casemate audit witness` prints it"),
            );
            None
        }
    }
}
