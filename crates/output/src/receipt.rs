//! The receipt of a call in `_meta` of its result, which nobody but the gateway writes there.

use crate::rewrite::Note;
use casemate_audit::Receipt;
use casemate_core::json::{Edits, Value};
use casemate_core::mcp::resembles;
use casemate_core::{Reason, Refusal};
use casemate_inspect::{Action, View, answers};

/// The key in a result's `_meta` under which its receipt stands. Its prefix is one label, which no domain in reverse and no
/// reserved prefix is (MCP 2026-07-28, "_meta").
pub const META_RECEIPT: &str = "casemate/receipt";

/// A receipt as it stands in `_meta`: the index of the intent's record and its leaf hash in hexadecimal.
#[must_use]
pub fn receipt_json(receipt: Receipt) -> String {
    format!("{{\"index\":{},\"leaf\":\"{}\"}}", receipt.index, receipt.leaf.hex())
}

/// What has to change in a response so that it says of its record what the gateway says, and nothing else.
#[derive(Debug, Default)]
pub(crate) struct Mark {
    pub(crate) edits: Edits,
    /// What was taken out that an upstream had written.
    pub(crate) forged: Option<Note>,
}

/// Marks a response: receipts of the upstream's are taken out, and `own`, where there is one, is put in. Errors have no
/// `_meta` and stay as they are.
pub(crate) fn mark(root: Value<'_>, own: Option<Receipt>) -> Result<Mark, Refusal> {
    let mut mark = Mark::default();
    let Some(result) = root.get("result").filter(Value::is_object) else { return Ok(mark) };
    let is_kept = |key: &str| !resembles(key, META_RECEIPT);
    let meta = result.get("_meta");
    let (kept, forged) = meta.into_iter().flat_map(|meta| meta.members()).fold((0, 0), |(kept, forged), member| {
        if is_kept(&member.key()) { (kept + 1, forged) } else { (kept, forged + 1) }
    });
    if forged > 0 {
        mark.forged = Some(Note {
            rule: answers::FORGED.id.into(),
            view: View::Plain,
            action: Action::Redact,
            shadow: false,
            suppressed: None,
            count: forged,
            places: Vec::new(),
        });
    }
    let own = own.map(receipt_json);
    match (meta, own) {
        (None, None) => {}
        (None, Some(own)) => mark.edits.insert_member(result, "_meta", &member(&own)),
        (Some(meta), Some(own)) if meta.is_null() || meta.is_object() && kept == 0 => {
            mark.edits.replace(meta, member(&own));
        }
        (Some(meta), Some(_)) if !meta.is_object() => {
            return Err(Refusal::new(Reason::UpstreamMalformed).detail("the result's _meta is not an object"));
        }
        (Some(meta), own) => {
            if forged > 0 {
                mark.edits.retain_members(meta, |key, _| is_kept(key));
            }
            if let Some(own) = own {
                mark.edits.insert_member(meta, META_RECEIPT, &own);
            }
        }
    }
    Ok(mark)
}

/// An object with the receipt alone.
fn member(own: &str) -> String {
    format!("{{\"{META_RECEIPT}\":{own}}}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use casemate_core::digest::Digest;
    use casemate_core::json::{Json, Limits};

    const OWN: Receipt = Receipt { index: 7, leaf: Digest([0xab; 32]) };

    fn marked(result: &str, own: Option<Receipt>) -> Result<(String, u32), Reason> {
        let text = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#);
        let json = Json::parse(Bytes::from(text), Limits::default()).unwrap();
        let mark = mark(json.root(), own).map_err(|refusal| refusal.reason)?;
        let body = mark.edits.apply(&json);
        let again = Json::parse(body, Limits::default()).expect("what is marked is still JSON");
        let forged = mark.forged.map_or(0, |note| {
            assert_eq!((note.rule.as_ref(), note.action), ("receipt.forged", Action::Redact));
            note.count
        });
        Ok((again.root().get("result").unwrap().raw().to_owned(), forged))
    }

    fn with(result: &str) -> (String, u32) {
        marked(result, Some(OWN)).unwrap()
    }

    fn without(result: &str) -> (String, u32) {
        marked(result, None).unwrap()
    }

    fn own() -> String {
        format!(r#""casemate/receipt":{{"index":7,"leaf":"{}"}}"#, "ab".repeat(32))
    }

    #[test]
    fn a_receipt_is_put_into_every_form_of_meta() {
        let own = own();
        for (result, expected) in [
            ("{}", format!(r#"{{"_meta":{{{own}}}}}"#)),
            (r#"{ "a" : 1 }"#, format!(r#"{{"_meta":{{{own}}}, "a" : 1 }}"#)),
            (r#"{"_meta":{},"a":1}"#, format!(r#"{{"_meta":{{{own}}},"a":1}}"#)),
            ("{\"_meta\" : {\n } }", format!(r#"{{"_meta" : {{{own}}} }}"#)),
            (r#"{"_meta":null}"#, format!(r#"{{"_meta":{{{own}}}}}"#)),
            (r#"{"_meta":{ "x/y": {} }}"#, format!(r#"{{"_meta":{{{own}, "x/y": {{}} }}}}"#)),
        ] {
            assert_eq!(with(result), (expected, 0), "{result}");
            assert_eq!(without(result), (result.to_owned(), 0), "nothing changes where nothing is asked for");
        }
    }

    #[test]
    fn what_an_upstream_writes_there_never_passes_as_ours() {
        let own = own();
        for key in ["casemate/receipt", r"casemate\/receipt", r"c\u0061semate/receipt", "Casemate/Receipt"] {
            let forged = format!(r#""{key}":{{"index":1,"leaf":"00"}}"#);
            for (meta, marked, bare) in [
                (format!("{{{forged}}}"), format!("{{{own}}}"), "{}".to_owned()),
                (format!(r#"{{{forged},"a":1}}"#), format!(r#"{{{own},"a":1}}"#), r#"{"a":1}"#.to_owned()),
                (format!(r#"{{"a":1, {forged} }}"#), format!(r#"{{{own},"a":1 }}"#), r#"{"a":1 }"#.to_owned()),
                (
                    format!(r#"{{"a":1,{forged},"b":2}}"#),
                    format!(r#"{{{own},"a":1,"b":2}}"#),
                    r#"{"a":1,"b":2}"#.into(),
                ),
            ] {
                let result = format!(r#"{{"_meta":{meta},"c":3}}"#);
                assert_eq!(with(&result), (format!(r#"{{"_meta":{marked},"c":3}}"#), 1), "{result}");
                assert_eq!(without(&result), (format!(r#"{{"_meta":{bare},"c":3}}"#), 1), "{result}");
            }
        }
        // Parsers that ignore case take the last of several.
        let several = r#"{"_meta":{"casemate/receipt":1,"a":0,"CASEMATE/RECEIPT":2,"caſemate/receipt":3}}"#;
        assert_eq!(with(several), (format!(r#"{{"_meta":{{{own},"a":0}}}}"#), 3));
        assert_eq!(without(several), (r#"{"_meta":{"a":0}}"#.to_owned(), 3));
        // The key means nothing anywhere else.
        for other in [r#"{"casemate/receipt":1}"#, r#"{"content":[{"_meta":{"casemate/receipt":1}}]}"#] {
            assert_eq!(without(other), (other.to_owned(), 0));
        }
    }

    #[test]
    fn where_a_receipt_is_owed_there_must_be_room_for_it() {
        for meta in ["[]", "1", "\"casemate/receipt\"", "true"] {
            let result = format!(r#"{{"_meta":{meta}}}"#);
            assert_eq!(marked(&result, Some(OWN)), Err(Reason::UpstreamMalformed), "{meta}");
            assert_eq!(without(&result), (result, 0));
        }
    }

    #[test]
    fn an_error_stays_as_it_is() {
        let text = r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no","data":{"_meta":{}}}}"#;
        let json = Json::parse(Bytes::from(text), Limits::default()).unwrap();
        let mark = mark(json.root(), Some(OWN)).unwrap();
        assert!(mark.edits.is_empty() && mark.forged.is_none());
    }
}
