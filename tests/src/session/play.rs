//! Plays the steps of a stream.

use super::honest::{self, Honest, text};
use super::reply::apply;
use super::state::{Inner, Seen};
use super::step::{Event, Step};
use super::stream::Stream;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Arc;

/// Where steps are played.
pub(super) struct Play<'a> {
    pub(super) inner: &'a Inner,
    pub(super) seen: &'a Seen,
    pub(super) session: &'a str,
    /// What is different in the answer.
    pub(super) changes: &'a [(String, Value)],
    /// Without one, steps that send do nothing.
    pub(super) stream: Option<Arc<Stream>>,
}

/// Fills in the request's id and the session's name.
pub(super) fn fill(text: &str, seen: &Seen, session: &str) -> String {
    text.replace("{id}", &seen.id.to_string()).replace("{session}", session)
}

/// Plays all steps; never ends where one of them hangs.
pub(super) async fn run(play: &Play<'_>, steps: Vec<Step>) {
    let mut steps = VecDeque::from(steps);
    while let Some(step) = steps.pop_front() {
        match step {
            Step::Answer => match play.inner.change(|state| honest::answer(state, play.seen, play.session)) {
                Honest::Result(result) => play.answer("result", result),
                Honest::Error(_, error) => play.answer("error", error),
                Honest::Steps(own) => own.into_iter().rev().for_each(|step| steps.push_front(step)),
                Honest::Accepted | Honest::Standing | Honest::End => {}
            },
            Step::Event(event) => play.send(&event.clone().with_data(fill(event.data(), play.seen, play.session))),
            Step::Raw(bytes) => {
                if let Some(stream) = &play.stream {
                    stream.raw(fill(&bytes, play.seen, play.session));
                }
            }
            Step::Result(result) => play.answer("result", result),
            Step::Error(code, message) => play.answer("error", json!({ "code": code, "message": message })),
            Step::AnswerTo(id, result) => {
                play.send(&Event::of(&json!({ "jsonrpc": "2.0", "id": id, "result": result })));
            }
            Step::Progress(progress, total) => play.progress(progress, total),
            Step::Heard(id) => drop(play.heard(&id).await),
            Step::Repeat(id) => {
                let heard = play.heard(&id).await.unwrap_or_default();
                let said = heard.get("result").or_else(|| heard.get("error")).unwrap_or(&Value::Null);
                play.answer("result", text(said.to_string()));
            }
            Step::Elsewhere(event) => {
                play.inner.push(play.session, event);
            }
            Step::Tools(tools) => play.inner.change(|state| state.data.tools = tools),
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::Hold(gate) => drop(play.inner.wait(|state| state.gates.contains(&gate).then_some(())).await),
            Step::Cut => play.cut(false),
            Step::Break => play.cut(true),
            Step::Forget => {
                play.inner.end_session(play.session);
            }
            Step::Hang => std::future::pending().await,
        }
    }
}

impl Play<'_> {
    fn send(&self, event: &Event) {
        if let Some(stream) = &self.stream {
            stream.send(event);
        }
    }

    fn cut(&self, broken: bool) {
        if let Some(stream) = &self.stream {
            stream.cut(broken);
        }
    }

    fn answer(&self, member: &str, value: Value) {
        let message = apply(self.changes, json!({ "jsonrpc": "2.0", "id": self.seen.id, member: value }));
        self.send(&Event::of(&message));
    }

    fn progress(&self, progress: u64, total: u64) {
        if let Some(token) = self.seen.params().pointer("/_meta/progressToken") {
            let params = json!({ "progressToken": token, "progress": progress, "total": total });
            self.send(&Event::of(&super::note("notifications/progress", params)));
        }
    }

    async fn heard(&self, id: &Value) -> Option<Value> {
        let own = |(session, heard): &&(String, Value)| session == self.session && heard.get("id") == Some(id);
        self.inner.wait(|state| state.heard.iter().rev().find(own).map(|(_, heard)| heard.clone())).await
    }
}
