//! Header and body agreement: header lines, an empty line, the body. Whatever is accepted says the same in both.
#![no_main]

use bytes::Bytes;
use casemate_core::ServerName;
use casemate_core::headers::{Mirrored, decode_value, encode_value, param_agrees};
use casemate_core::json::Limits;
use casemate_core::mcp::{Inbound, META_VERSION, mirrored_params, read};
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
    for (_, value) in &lines {
        if let Ok(text) = std::str::from_utf8(value) {
            let _ = decode_value(text);
            assert_eq!(decode_value(&encode_value(text)).expect("what we encode decodes"), text);
        }
    }
    let Ok(mirrored) = Mirrored::collect(lines.iter().map(|(name, value)| (name.as_str(), *value))) else { return };
    let server = ServerName::parse("s").expect("a server name");
    let Ok(Inbound::Call(call)) = read(server, Bytes::copy_from_slice(body), &mirrored, Limits::default()) else {
        return;
    };
    let root = call.json().root();
    let said = |path: &[&str]| root.path(path).and_then(|value| value.as_str());
    assert_eq!(said(&["method"]).as_deref(), mirrored.method, "the method differs");
    assert_eq!(said(&["params", "_meta", META_VERSION]).as_deref(), mirrored.version, "the revision differs");
    if let Some(member) = call.method.named_by() {
        let header = mirrored.name.map(|name| decode_value(name).expect("an accepted name decodes"));
        assert_eq!(said(&["params", member]), header, "the name differs");
    }
    for (_, value) in &mirrored.params {
        let _ = param_agrees(Some(value), call.param("arguments"));
    }
    if let Some(schema) = call.param("arguments") {
        let _ = mirrored_params(schema);
    }
    let _ = (call.digest(), call.request_digest());
});
