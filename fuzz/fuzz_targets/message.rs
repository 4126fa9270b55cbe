//! Messages of any era: header lines, an empty line, the body. The era follows from how a message opens, and what is
//! accepted says the same in header and body.
#![no_main]

use bytes::Bytes;
use casemate_core::headers::{Mirrored, decode_value};
use casemate_core::json::Limits;
use casemate_core::mcp::{
    Call, Capabilities, Era, Inbound, META_VERSION, Method, Revision, Session, SessionFacts, receive,
};
use casemate_core::{Reason, ServerName};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (head, body) = match data.windows(2).position(|pair| pair == b"\n\n") {
        Some(at) => (&data[..at], &data[at + 2..]),
        None => (&data[..0], data),
    };
    let lines: Vec<(String, &[u8])> = head
        .split(|byte| *byte == b'\n')
        .filter_map(|line| line.iter().position(|byte| *byte == b':').map(|at| (&line[..at], &line[at + 1..])))
        .map(|(name, value)| (String::from_utf8_lossy(name).to_ascii_lowercase(), value))
        .collect();
    let Ok(mirrored) = Mirrored::collect(lines.iter().map(|(name, value)| (name.as_str(), *value))) else { return };
    for revision in [None, Some(Revision::V2025_03_26), Some(Revision::V2025_11_25)] {
        let mut looked = 0;
        let mut find = || {
            looked += 1;
            let capabilities = Capabilities { sampling: true, ..Capabilities::default() };
            revision.map(|revision| SessionFacts { revision, capabilities }).ok_or(Reason::SessionUnknown.into())
        };
        let session = if revision.is_some() { Session::Named(&mut find) } else { Session::None };
        let server = ServerName::parse("s").expect("a server name");
        let read = receive(server, Bytes::copy_from_slice(body), &mirrored, session, Limits::default());
        assert!(looked <= 1, "a session is looked up once");
        if let Ok(Inbound::Call(call)) = read {
            check(&call, &mirrored, revision, looked);
        }
    }
});

fn check(call: &Call, mirrored: &Mirrored<'_>, revision: Option<Revision>, looked: u32) {
    let root = call.json().root();
    let stated = root.path(&["params", "_meta", META_VERSION]).is_some();
    match call.era() {
        Era::Modern => {
            assert!(stated && looked == 0, "a modern call stands alone");
            assert_eq!(mirrored.version, Some("2026-07-28"));
        }
        Era::Session => {
            assert!(!stated, "a session message names no revision");
            assert!(mirrored.params.is_empty());
            let opens = call.method == Method::Initialize;
            assert_eq!(opens, looked == 0, "only initialize needs no session");
            assert!(opens || Some(call.revision) == revision);
            assert!(mirrored.version.is_none_or(|version| opens || version == call.revision.as_str()));
        }
    }
    assert_eq!(call.id.is_some(), call.method.is_request() || call.method == Method::Reply);
    if let Some(header) = mirrored.method {
        assert_eq!(root.get("method").and_then(|v| v.as_str()).as_deref(), Some(header), "the method differs");
    }
    if let Some(header) = mirrored.name {
        let member = call.method.named_by().expect("only what is named mirrors a name");
        let name = root.path(&["params", member]).and_then(|v| v.as_str());
        assert_eq!(name.as_deref(), Some(decode_value(header).expect("an accepted name decodes").as_ref()));
    }
}
