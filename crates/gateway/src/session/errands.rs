//! What the gateway itself tells an upstream in a session: that a request is given up, that a question has no answer.

use super::Session;
use bytes::Bytes;
use casemate_core::mcp::RequestId;
use std::collections::VecDeque;

/// Messages of one session that wait to be sent; more are left out.
const WAITING: usize = 128;

/// The code of an error that answers a request which is not understood (JSON-RPC 2.0, section 5.1).
pub(crate) const INVALID_REQUEST: i32 = -32600;
/// The same for a method that the client does not have.
pub(crate) const METHOD_NOT_FOUND: i32 = -32601;
/// The same for params that the method does not have.
pub(crate) const INVALID_PARAMS: i32 = -32602;
/// The same where the fault is on this side.
pub(crate) const INTERNAL_ERROR: i32 = -32603;

/// Messages that wait to be sent, and whether somebody sends them.
#[derive(Default)]
pub(super) struct Errands {
    waiting: VecDeque<Bytes>,
    is_run: bool,
}

impl Session {
    fn errand(&self, message: String) {
        let mut busy = self.busy();
        if busy.errands.waiting.len() < WAITING {
            busy.errands.waiting.push_back(Bytes::from(message));
        }
    }

    /// Wants the upstream told that a request of the client's is given up (2025-11-25, "Cancellation").
    pub(crate) fn give_up(&self, id: &RequestId) {
        let id = id.as_json();
        self.errand(format!(
            "{{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\
             \"params\":{{\"requestId\":{id},\"reason\":\"ended by the gateway\"}}}}"
        ));
    }

    /// Wants the upstream told that a question of its gets no answer.
    pub(crate) fn decline(&self, id: &RequestId, code: i32) {
        let message = match code {
            INVALID_REQUEST => "Invalid Request",
            METHOD_NOT_FOUND => "Method not found",
            INVALID_PARAMS => "Invalid params",
            _ => "not answered",
        };
        let id = id.as_json();
        self.errand(format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"error\":{{\"code\":{code},\"message\":\"{message}\"}}}}"
        ));
    }

    /// Whether something waits that nobody sends. Who is told so has to send until there is no more.
    pub(crate) fn has_errands(&self) -> bool {
        let mut busy = self.busy();
        let errands = &mut busy.errands;
        !errands.waiting.is_empty() && !std::mem::replace(&mut errands.is_run, true)
    }

    /// The next message to send. After the last, others may be asked to send again.
    pub(crate) fn next_errand(&self) -> Option<Bytes> {
        let mut busy = self.busy();
        let next = busy.errands.waiting.pop_front();
        busy.errands.is_run &= next.is_some();
        next
    }

    /// Leaves out what waits: the upstream does not take it.
    pub(crate) fn drop_errands(&self) {
        self.busy().errands = Errands::default();
    }
}
