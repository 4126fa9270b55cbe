//! What servers ask of clients: each question goes out under an id of ours and is answered once.

use super::STANDALONE;
use casemate_core::json::{Kind, Value};
use casemate_core::mcp::RequestId;
use casemate_core::{Reason, Refusal};
use std::collections::HashMap;

/// Open questions of one session.
const OPEN: usize = 64;

/// A question that the server has asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Its id as the upstream knows it.
    pub(crate) upstream: RequestId,
    /// Its method.
    pub(crate) method: &'static str,
    /// Its progress token.
    pub(crate) progress: Option<RequestId>,
    /// The stream that it came on.
    pub(crate) stream: u64,
    /// Its place among the questions of the session; filled in when it is opened.
    pub(crate) number: u64,
}

impl Asked {
    /// Whether a response has the members that its schema requires. An error answers everything.
    fn fits(&self, result: Value<'_>) -> bool {
        let is = |member: &str, kind: Kind| result.get(member).is_some_and(|value| value.kind() == kind);
        match self.method {
            "elicitation/create" => result.get("action").and_then(|action| action.as_str()).is_some_and(|action| {
                matches!(action.as_ref(), "accept" | "decline" | "cancel")
                    && result.get("content").is_none_or(|content| content.is_object())
            }),
            "sampling/createMessage" => {
                is("role", Kind::String) && is("model", Kind::String) && result.get("content").is_some()
            }
            "roots/list" => is("roots", Kind::Array),
            _ => true,
        }
    }

    pub(super) fn is_answered_by(&self, response: Value<'_>) -> bool {
        response.get("result").is_none_or(|result| self.fits(result))
    }
}

/// The open questions of a session, by the id that the client knows.
#[derive(Default)]
pub(super) struct Questions {
    open: HashMap<RequestId, Asked>,
    last: u64,
}

impl Questions {
    /// Opens a question and gives its id for the client, and the upstream's id of the one that had to make room. An
    /// upstream may not use an id twice while it is open.
    pub(super) fn open(&mut self, asked: Asked) -> Result<(RequestId, Option<RequestId>), Refusal> {
        if self.is_open(&asked.upstream) {
            return Err(crate::answer::malformed("a request id that is in use"));
        }
        let evicted = if self.open.len() >= OPEN { self.forget_oldest() } else { None };
        if self.open.len() >= OPEN {
            return Err(Refusal::new(Reason::UpstreamFlood).detail("too many open requests to the client"));
        }
        self.last += 1;
        let id = RequestId::of_number(self.last);
        self.open.insert(id.clone(), Asked { number: self.last, ..asked });
        Ok((id, evicted))
    }

    /// Whether the upstream has a question open under this id.
    pub(super) fn is_open(&self, upstream: &RequestId) -> bool {
        self.open.values().any(|asked| asked.upstream == *upstream)
    }

    pub(super) fn get(&self, id: &RequestId) -> Option<&Asked> {
        self.open.get(id)
    }

    pub(super) fn take(&mut self, id: &RequestId) -> Option<Asked> {
        self.open.remove(id)
    }

    /// Takes the question that the upstream knows by `id`, and gives the client's id of it.
    pub(super) fn withdraw(&mut self, upstream: &RequestId) -> Option<RequestId> {
        let found = self.open.iter().find(|(_, asked)| asked.upstream == *upstream).map(|(id, _)| id.clone())?;
        self.open.remove(&found);
        Some(found)
    }

    pub(super) fn has_progress(&self, token: &RequestId) -> bool {
        self.open.values().any(|asked| asked.progress.as_ref() == Some(token))
    }

    /// Makes room by the oldest question of the GET stream, which no request waits for.
    fn forget_oldest(&mut self) -> Option<RequestId> {
        let unasked = self.open.iter().filter(|(_, asked)| asked.stream == STANDALONE);
        let oldest = unasked.min_by_key(|(_, asked)| asked.number).map(|(id, _)| id.clone())?;
        self.open.remove(&oldest).map(|asked| asked.upstream)
    }

    /// Forgets the questions of a stream, and gives their ids as the upstream knows them.
    pub(super) fn forget(&mut self, stream: u64) -> Vec<RequestId> {
        self.open.extract_if(|_, asked| asked.stream == stream).map(|(_, asked)| asked.upstream).collect()
    }

    /// The same for all questions.
    pub(super) fn forget_all(&mut self) -> Vec<RequestId> {
        self.open.drain().map(|(_, asked)| asked.upstream).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use casemate_core::json::{Json, Limits};

    fn asked(id: u64, stream: u64) -> Asked {
        Asked { upstream: RequestId::of_number(id), method: "roots/list", progress: None, stream, number: 0 }
    }

    #[test]
    fn a_question_is_answered_once_and_under_our_id() {
        let mut questions = Questions::default();
        let first = questions.open(asked(7, 1)).unwrap().0;
        let second = questions.open(asked(8, 2)).unwrap().0;
        assert_ne!(first, second);
        assert!(questions.open(asked(7, 1)).is_err(), "an upstream reuses an open id");
        assert_eq!(questions.take(&first).map(|a| a.upstream), Some(RequestId::of_number(7)));
        assert!(questions.take(&first).is_none());
        assert_eq!(questions.forget(2), [RequestId::of_number(8)]);
        assert!(questions.get(&second).is_none());
    }

    #[test]
    fn an_answer_has_the_form_of_its_question() {
        let answers = |method: &'static str, response: &str| {
            let json = Json::parse(Bytes::copy_from_slice(response.as_bytes()), Limits::default()).unwrap();
            Asked { method, ..asked(1, 1) }.is_answered_by(json.root())
        };
        assert!(answers("roots/list", r#"{"result":{"roots":[]}}"#));
        assert!(!answers("roots/list", r#"{"result":{"action":"accept"}}"#));
        assert!(answers("roots/list", r#"{"error":{"code":-1,"message":"no"}}"#));
        assert!(answers("elicitation/create", r#"{"result":{"action":"accept","content":{"a":1}}}"#));
        assert!(!answers("elicitation/create", r#"{"result":{"action":"obey"}}"#));
        assert!(!answers("elicitation/create", r#"{"result":{"action":"accept","content":"a"}}"#));
        assert!(answers("sampling/createMessage", r#"{"result":{"role":"assistant","model":"m","content":{}}}"#));
        assert!(!answers("sampling/createMessage", r#"{"result":{"content":{}}}"#));
        assert!(answers("ping", r#"{"result":{}}"#));
    }

    #[test]
    fn questions_are_capped() {
        let mut questions = Questions::default();
        let opened = (0..100).filter(|id| questions.open(asked(*id, 1)).is_ok()).count();
        assert_eq!(opened, OPEN);
        assert_eq!(questions.forget_all().len(), OPEN);
        // Those of the GET stream make room for others, oldest first.
        let evicted = (0..100).filter_map(|id| questions.open(asked(id, STANDALONE)).unwrap().1);
        assert!(evicted.eq((0..36).map(RequestId::of_number)));
    }
}
