//! Notifications of a stream whose texts may go on in the next one: they wait for each other, and are judged together.

mod joined;

use super::across::{self, Across, Places, Seen};
use super::before::Before;
use super::position::Position;
use super::slots::{self, Slot};
use super::walk::{Together, Walk};
use super::{Inspected, Rules, Shape, Withheld};
use crate::filter::Filter;
use casemate_core::json::{Edits, Json, Limits, quote};
pub(super) use joined::is_cut;
use joined::{Joined, Told};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// So much waits at once, in bytes and in messages.
const BYTES: usize = 16 * 1024;
const MESSAGES: usize = 128;

/// The members in which a notification speaks; others, such as the name of a logger, say the same again and again.
const SPEAKS: [&str; 2] = ["message", "data"];

/// A message among those that are judged together.
struct Message {
    json: Json,
    shape: Shape,
    /// What the gateway has decided to change in it.
    edits: Edits,
    /// What it told when it came.
    told: Vec<Told>,
    state: State,
}

/// What has become of a message.
enum State {
    Waits,
    /// It has gone out, with what was found in it by looking at others as well.
    Gone(Places),
    Dropped,
}

impl Message {
    const fn waits(&self) -> bool {
        matches!(self.state, State::Waits)
    }
}

/// The messages that are judged together: those that wait, and those before them that have gone out since none did.
///
/// A message goes as soon as nothing that began in its texts can become a match with what follows.
#[derive(Default)]
pub(crate) struct Waiting {
    messages: Vec<Message>,
    /// What those that have gone out said, by member; `None` where that is no beginning of what they all say.
    released: HashMap<u64, Option<String>>,
    /// Whether something was spread over several of them.
    is_spread: bool,
}

/// What was decided of a message whose turn has come.
pub(crate) struct Judged<'m> {
    pub(crate) json: &'m Json,
    pub(crate) shape: Shape,
    pub(crate) edits: Edits,
    pub(crate) inspected: Result<Inspected, Box<Withheld>>,
}

impl Waiting {
    pub(crate) fn push(&mut self, json: Json, shape: Shape, edits: Edits) {
        let told = told(&json, shape, &edits);
        self.messages.push(Message { json, shape, edits, told, state: State::Waits });
    }

    /// Whether any waits.
    pub(crate) fn any(&self) -> bool {
        self.messages.iter().any(Message::waits)
    }

    /// Judges those that can go, or all, and calls `told` with each in its order, until that ends it. `told` gives the tokens
    /// that are spent, and whether the message goes out.
    pub(crate) fn judge(
        &mut self,
        rules: &Rules,
        before: &mut Before,
        (mut spent, all): (u64, bool),
        mut told: impl FnMut(Judged<'_>) -> Option<(u64, bool)>,
    ) {
        let ready = if all { self.messages.len() } else { self.settled(&rules.filter) };
        if !self.messages.iter().take(ready).any(Message::waits) {
            return;
        }
        let mut across = self.look(&rules.filter, before);
        // Lines that only follow each other are no one text.
        self.is_spread |=
            across.iter().zip(&self.messages).any(|(found, message)| message.waits() && !found.is_empty());
        let mut notes = self.join(&rules.filter, ready);
        if self.is_spread {
            across = self.look(&rules.filter, before);
        }
        for (number, (message, across)) in self.messages.iter_mut().zip(across).enumerate().take(ready) {
            if !message.waits() {
                continue;
            }
            let places = across::places(&across);
            let (root, position) = (message.json.root(), Position::of(message.shape));
            let mut together = notes.remove(&number).unwrap_or_default();
            let of = |told: &Told| together.columns.contains(&told.column).then_some(told.span.start);
            together.passes = self::told(&message.json, message.shape, &message.edits).iter().filter_map(of).collect();
            let inspected = Walk::new(rules, &message.edits, spent).together(together).run(root, position, across);
            let is_same = inspected.as_ref().is_ok_and(|inspected| inspected.edits.is_empty());
            let edits = std::mem::take(&mut message.edits);
            let Some((used, goes)) = told(Judged { json: &message.json, shape: message.shape, edits, inspected })
            else {
                *self = Self::default();
                return;
            };
            spent = used;
            message.state = if goes { State::Gone(places) } else { State::Dropped };
            for said in self::told(&message.json, message.shape, &Edits::new()) {
                let released = self.released.entry(said.column).or_insert_with(|| Some(String::new()));
                *released = released.take().filter(|_| is_same).map(|before| before + &said.text);
            }
        }
        if !self.any() {
            let Self { messages, .. } = std::mem::take(self);
            for message in messages {
                if let State::Gone(places) = message.state {
                    before.keep(&message.json, message.shape, &places);
                }
            }
        }
    }

    /// Judges what is told as one text, where one member tells all, and puts in what becomes of the first `ready` messages, where
    /// something is spread over several. Gives what was found, by the message in which the text begins.
    fn join(&mut self, filter: &Arc<Filter>, ready: usize) -> HashMap<usize, Together> {
        let mut notes: HashMap<usize, Together> = HashMap::new();
        let [column] = columns(&self.messages)[..] else { return notes };
        let Some(released) = self.released.get(&column).map_or(Some(""), |text| text.as_deref()) else { return notes };
        let own = |(number, message): (usize, &'_ Message)| {
            let waits = message.waits();
            message.told.iter().map(|told| (number, waits, told.clone())).collect::<Vec<_>>()
        };
        let pieces: Vec<(usize, bool, Told)> = self.messages.iter().enumerate().flat_map(own).collect();
        let gone = pieces.iter().filter(|(_, waits, _)| !waits).count();
        let Some((first, ..)) = pieces.get(gone).filter(|_| pieces.len() > 1) else { return notes };
        let texts: Vec<&str> = pieces.iter().map(|(.., told)| told.text.as_str()).collect();
        let (texts, found) = match joined::judge(filter, &texts, (gone, released), ready == self.messages.len()) {
            Joined::Same => (Vec::new(), Vec::new()),
            Joined::Rewritten(texts, found) if self.is_spread => (texts, found),
            Joined::Apart | Joined::Rewritten(..) => return notes,
        };
        let own = pieces.iter().skip(gone).filter(|(number, ..)| *number < ready);
        for (number, ..) in own.clone() {
            notes.entry(*number).or_default().columns.push(column);
        }
        notes.entry(*first).or_default().found = found;
        let mut edits: BTreeMap<usize, Edits> = BTreeMap::new();
        for ((number, _, told), text) in own.zip(texts) {
            edits.entry(*number).or_default().replace_span(told.span.clone(), quote(&text));
        }
        for (number, edits) in edits {
            if let Some(message) = self.messages.get_mut(number) {
                message.put(edits);
            }
        }
        notes
    }

    fn look<'f>(&self, filter: &'f Filter, before: &Before) -> Vec<Across<'f>> {
        let seen = |message| {
            let Message { json, shape, edits, .. }: &Message = message;
            Seen { root: json.root(), position: Position::of(*shape), decided: edits }
        };
        across::look(&self.messages.iter().map(seen).collect::<Vec<_>>(), filter, before)
    }

    /// How many of the messages, from the first, need not wait for what follows.
    fn settled(&self, filter: &Arc<Filter>) -> usize {
        let bytes: usize = self.messages.iter().map(|message| message.json.bytes().len()).sum();
        if bytes > BYTES || self.messages.len() > MESSAGES {
            return self.messages.len();
        }
        let columns = columns(&self.messages);
        let told = self.messages.iter().enumerate();
        let told: Vec<_> = told.flat_map(|(number, message)| message.told.iter().map(move |t| (number, t))).collect();
        let one = |column: u64| open(filter, told.iter().filter(|(_, told)| told.column == column));
        let several = (columns.len() > 1).then(|| open(filter, told.iter())).flatten();
        let first = columns.into_iter().filter_map(one).chain(several).min();
        first.unwrap_or(self.messages.len())
    }
}

/// The message in which begins what may go on behind these texts.
fn open<'t>(filter: &Arc<Filter>, texts: impl Iterator<Item = &'t (usize, &'t Told)> + Clone) -> Option<usize> {
    // What is denied is so together with nothing that follows.
    let settled = joined::read(filter, texts.clone().map(|(_, told)| told.text.as_str()), false)?.settled;
    let mut end = 0;
    let mut open = texts.map(|(number, told)| {
        end += told.text.len();
        (number, end)
    });
    open.find(|(_, end)| *end > settled).map(|(number, _)| *number)
}

impl Message {
    /// Makes edits in it, with those that were decided.
    fn put(&mut self, edits: Edits) {
        let mut all = std::mem::take(&mut self.edits);
        all.extend(edits);
        let limits = Limits { depth: 512, nodes: usize::MAX, key_len: usize::MAX, number_len: usize::MAX };
        // What is no JSON then stays as it was, and is judged piece by piece.
        if let Ok(json) = Json::parse(all.apply(&self.json), limits) {
            self.json = json;
        }
    }
}

/// What a message says that readers put together with what others say.
fn told(json: &Json, shape: Shape, edits: &Edits) -> Vec<Told> {
    let speaks = SPEAKS.map(slots::column);
    let told = |slot: Slot<'_>| {
        let start = slot.at.filter(|_| slot.told && speaks.contains(&slot.column))?;
        let rest = std::str::from_utf8(json.bytes()).ok()?.get(start + 1..)?;
        let span = start..start + across::written(rest) + 2;
        Some(Told { column: slot.column, span, text: slot.text.into_owned() })
    };
    slots::of(json.root(), Position::of(shape), edits).into_iter().filter_map(told).collect()
}

fn columns(messages: &[Message]) -> Vec<u64> {
    let mut columns: Vec<u64> = messages.iter().flat_map(|message| &message.told).map(|told| told.column).collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiting").field("messages", &self.messages.len()).finish()
    }
}
