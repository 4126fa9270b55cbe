//! The pins of one server in memory, fast to ask.

use super::marks::{Listing, Marks, Pending};
use super::news::Known;
use super::store;
use super::turn::moment;
use crate::config::{PinMode, Upstream};
use arc_swap::ArcSwapOption;
use casemate_core::digest::Digest;
use casemate_core::pin::{Definition, Kind, Pin, Standing, State, Transition};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of the longest item that is remembered as it was spelt.
const RAW: usize = 64 * 1024;
/// Pins of one server.
const PINS: usize = 20_000;
/// Pins of what was never approved and is no longer offered.
const GONE: usize = 256;

/// Bytes of an item as it was listed last, and the digest that they had.
struct Raw {
    text: Box<str>,
    digest: Digest,
}

/// A pin and the last spellings of its item: most lists come byte for byte as before, and comparing bytes is much
/// cheaper than canonical form and digest. Two, since an upstream may spell an item differently in each era.
struct Entry {
    pin: Arc<Pin>,
    /// Bytes of the pin in its file.
    weight: usize,
    raws: [ArcSwapOption<Raw>; 2],
    marks: Arc<Marks>,
}

impl Entry {
    fn of(pin: Arc<Pin>, marks: Arc<Marks>) -> Arc<Self> {
        let weight = store::weight(&pin);
        Arc::new(Self { pin, weight, raws: [const { ArcSwapOption::const_empty() }; 2], marks })
    }

    /// How its name stands: what a list has just shown to differ is not used, whatever the last survey saw.
    fn standing(&self, upstream: &Upstream) -> Standing {
        match self.pin.state.standing() {
            Standing::Approved if self.pin.trusted && upstream.pins == PinMode::Review => Standing::Pending,
            Standing::Approved if self.marks.wait() => Standing::Changed,
            standing => standing,
        }
    }

    /// The digest of these bytes, and the definition where it had to be made for that.
    fn digest(&self, raw: &str, define: impl FnOnce() -> Definition) -> (Digest, Option<Definition>) {
        for known in &self.raws {
            if let Some(known) = known.load().as_ref().filter(|known| *known.text == *raw) {
                return (known.digest, None);
            }
        }
        let definition = define();
        let digest = definition.digest;
        let is_known = |known: &Option<Definition>| known.as_ref().is_some_and(|known| known.digest == digest);
        // Neither white space nor definitions that come and go fill the memory.
        let is_kept = raw.len() <= RAW.min(definition.text.len().saturating_mul(2))
            && (is_known(&self.pin.approved) || is_known(&self.pin.seen));
        if is_kept {
            let [newer, older] = &self.raws;
            older.store(newer.swap(Some(Arc::new(Raw { text: raw.into(), digest }))));
        }
        (digest, Some(definition))
    }
}

type Entries = BTreeMap<Kind, HashMap<String, Arc<Entry>>>;

/// What every version of a server's book shares.
#[derive(Default)]
struct Flags {
    /// The moment in which a list last showed what no survey had.
    shown: AtomicU64,
    /// The moment in which the last survey began.
    looked: AtomicU64,
    known: Mutex<Known>,
    keys: RandomState,
    /// Whether that asks for a survey that nobody has sent for yet.
    calls: AtomicBool,
    /// Whether marks wait to be settled.
    has_marks: AtomicBool,
    /// Bytes of definitions that wait with them.
    waiting: Arc<AtomicUsize>,
}

impl Flags {
    /// Whether this was not shown before the last survey began, or something has changed since. Surveys of a server that
    /// shows each client other things would otherwise hold up its calls for ever. Where it is not, calls of that name
    /// are refused as it stands.
    fn is_news(&self, item: (Kind, &str, &str)) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (kind, name, _) = item;
        let name = self.keys.hash_one((kind, name));
        known.shown(self.keys.hash_one(item), name).is_some_and(|shown| shown > self.looked.load(Ordering::SeqCst))
    }

    /// What was shown may mean something again. How often each name was shown stays counted.
    fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).forget();
    }
}

/// What is refused although the pin does not say so, until a later survey settles it.
pub(super) type Doubt = (Kind, String, Standing);

/// The pins of one server. What changes makes a new one.
#[derive(Default, Clone)]
pub(super) struct Book {
    entries: Entries,
    doubts: HashMap<(Kind, String), Standing>,
    flags: Arc<Flags>,
    /// The URL of the server whose pins these are.
    origin: Option<Arc<str>>,
    /// Bytes of all pins in their file.
    weight: usize,
}

/// What a person has the gateway forget.
#[derive(Default)]
pub(super) struct Forgotten {
    pub(super) pins: Vec<Arc<Pin>>,
    pub(super) actor: String,
}

/// What becomes of a book.
#[derive(Default)]
pub(super) struct Change {
    pub(super) moves: Vec<Transition>,
    pub(super) forgotten: Forgotten,
    /// The doubts from now on; none to leave them as they are.
    pub(super) doubts: Option<Vec<Doubt>>,
    /// The URL of the server from now on; none to leave it.
    pub(super) origin: Option<Arc<str>>,
    /// One more record.
    pub(super) summary: Option<String>,
}

impl Book {
    pub(super) fn of(pins: Vec<Pin>, origin: Option<Arc<str>>) -> Self {
        let mut book = Self { origin, ..Self::default() };
        for pin in pins {
            book.put(Arc::new(pin));
        }
        book
    }

    fn put(&mut self, pin: Arc<Pin>) {
        let of_kind = self.entries.entry(pin.kind).or_default();
        let before = of_kind.get(&pin.name);
        let marks = before.map(|entry| Arc::clone(&entry.marks)).unwrap_or_default();
        let old = before.map_or(0, |entry| entry.weight);
        let entry = Entry::of(Arc::clone(&pin), marks);
        self.weight = self.weight.saturating_sub(old).saturating_add(entry.weight);
        of_kind.insert(pin.name.clone(), entry);
    }

    /// The book after a change.
    pub(super) fn after(&self, change: &Change) -> Self {
        let mut book = self.clone();
        if !change.moves.is_empty() {
            self.flags.forget();
        }
        for transition in &change.moves {
            book.put(Arc::new(transition.pin.clone()));
        }
        for pin in &change.forgotten.pins {
            book.drop_pin(pin.kind, &pin.name);
        }
        book.prune();
        if let Some(origin) = &change.origin {
            book.origin = Some(Arc::clone(origin));
        }
        match &change.doubts {
            Some(doubts) => book.doubting(doubts),
            None => book,
        }
    }

    /// The book with these doubts and no others.
    pub(super) fn doubting(mut self, doubts: &[Doubt]) -> Self {
        self.doubts = doubts.iter().map(|(kind, name, standing)| ((*kind, name.clone()), *standing)).collect();
        self
    }

    /// Drops the oldest of what was never approved and is offered no longer; the log has it.
    fn prune(&mut self) {
        let all = self.entries.values().flat_map(HashMap::values).map(|entry| &entry.pin);
        let mut gone: Vec<_> = all.filter(|pin| pin.state == State::Removed && pin.approved.is_none()).collect();
        let Some(surplus) = gone.len().checked_sub(GONE).filter(|surplus| *surplus > 0) else { return };
        gone.sort_by_key(|pin| pin.history.last().map(|step| step.at));
        let oldest: Vec<_> = gone.into_iter().take(surplus).map(|pin| (pin.kind, pin.name.clone())).collect();
        for (kind, name) in oldest {
            self.drop_pin(kind, &name);
        }
    }

    fn drop_pin(&mut self, kind: Kind, name: &str) {
        if let Some(entry) = self.entries.get_mut(&kind).and_then(|of_kind| of_kind.remove(name)) {
            self.weight = self.weight.saturating_sub(entry.weight);
        }
    }

    /// Whether it is more than is remembered of one server.
    pub(super) fn is_too_much(&self) -> bool {
        self.count() > PINS || self.weight > store::MOST
    }

    fn count(&self) -> usize {
        self.entries.values().map(HashMap::len).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count() == 0
    }

    pub(super) const fn origin(&self) -> Option<&Arc<str>> {
        self.origin.as_ref()
    }

    /// Whether its pins are of the server at this URL. Where no URL is known, they are.
    pub(super) fn is_of(&self, upstream: &Upstream) -> bool {
        self.origin.as_deref().is_none_or(|origin| origin == upstream.url.as_str())
    }

    fn entry(&self, kind: Kind, name: &str) -> Option<&Arc<Entry>> {
        self.entries.get(&kind)?.get(name)
    }

    pub(super) fn get(&self, kind: Kind, name: &str) -> Option<Arc<Pin>> {
        self.entry(kind, name).map(|entry| Arc::clone(&entry.pin))
    }

    /// Every pin, in no order.
    pub(super) fn pins(&self) -> Vec<Arc<Pin>> {
        self.entries.values().flat_map(HashMap::values).map(|entry| Arc::clone(&entry.pin)).collect()
    }

    /// The names of a kind that the server offers.
    pub(super) fn names(&self, kind: Kind) -> impl Iterator<Item = &str> {
        let offered = |entry: &&Arc<Entry>| entry.pin.state != State::Removed;
        self.entries.get(&kind).into_iter().flat_map(HashMap::values).filter(offered).map(|e| e.pin.name.as_str())
    }

    /// How a name stands although its pin does not say so.
    pub(super) fn doubt(&self, kind: Kind, name: &str) -> Option<Standing> {
        // Without doubts, which is nearly always, nothing is allocated.
        if self.doubts.is_empty() { None } else { self.doubts.get(&(kind, name.to_owned())).copied() }
    }

    /// How a name stands by the last survey, and by the lists since.
    pub(super) fn standing(&self, upstream: &Upstream, kind: Kind, name: &str) -> Standing {
        if let Some(doubt) = self.doubt(kind, name) {
            return doubt;
        }
        match self.entry(kind, name).map_or(Standing::Unknown, |entry| entry.standing(upstream)) {
            Standing::Approved if !self.is_of(upstream) => Standing::Pending,
            standing => standing,
        }
    }

    /// How an item stands that a list shows now.
    pub(super) fn offered(
        &self,
        upstream: &Upstream,
        listing: Listing,
        (kind, name, raw): (Kind, &str, &str),
        define: impl FnOnce() -> Definition,
    ) -> Standing {
        if let Some(doubt) = self.doubt(kind, name) {
            return doubt;
        }
        if !self.is_of(upstream) {
            return self.shows((kind, name, raw), Standing::Pending);
        }
        let Some(entry) = self.entry(kind, name) else { return self.shows((kind, name, raw), Standing::Unknown) };
        let (digest, definition) = entry.digest(raw, define);
        let pin = &entry.pin;
        let is_approved = pin.approved.as_ref().is_some_and(|approved| approved.digest == digest);
        self.mark(entry, listing, is_approved, definition.ok_or(digest));
        let is_seen = pin.seen.as_ref().is_some_and(|seen| seen.digest == digest);
        match entry.standing(upstream) {
            Standing::Approved if is_approved => Standing::Approved,
            Standing::Approved => self.shows((kind, name, raw), Standing::Changed),
            Standing::Blocked => Standing::Blocked,
            standing if is_seen && standing != Standing::Removed => standing,
            standing => self.shows((kind, name, raw), standing),
        }
    }

    /// Notes what a list shows, where it matters: another definition than the approved one, or that one after another.
    fn mark(&self, entry: &Entry, listing: Listing, is_approved: bool, definition: Result<Definition, Digest>) {
        let (pin, marks) = (&entry.pin, &entry.marks);
        let is_listed = pin.listed.iter().any(|listed| listed.era == listing.era());
        match (is_approved, pin.state) {
            (true, _) if is_listed || marks.wait() => marks.agrees(listing, is_listed),
            (false, State::Approved | State::Changed) if is_listed => {
                let digest = definition.map_or_else(|digest| digest, |definition| definition.digest);
                return marks.still_differs(listing, digest);
            }
            (false, State::Approved) => marks.differs(listing, definition, &self.flags.waiting),
            _ => return,
        }
        if marks.wait() {
            self.flags.has_marks.store(true, Ordering::Relaxed);
        }
    }

    /// What lists showed and nobody has recorded yet, at most one of each pin.
    pub(super) fn pending(&self) -> Vec<(Arc<Pin>, Pending)> {
        self.flags.has_marks.store(false, Ordering::Relaxed);
        let all = self.entries.values().flat_map(HashMap::values).filter(|entry| entry.marks.wait());
        all.filter_map(|entry| Some((Arc::clone(&entry.pin), entry.marks.pending()?))).collect()
    }

    /// What lists showed is in the pins.
    pub(super) fn settled(&self, pin: &Pin, pending: &Pending) {
        if let Some(entry) = self.entry(pin.kind, &pin.name) {
            entry.marks.settled(pending);
        }
    }

    /// A person decided about a pin: what lists showed before is answered.
    pub(super) fn decided(&self, pin: &Pin) {
        if let Some(entry) = self.entry(pin.kind, &pin.name) {
            entry.marks.reset();
        }
    }

    /// A list shows what no survey saw.
    fn shows(&self, item: (Kind, &str, &str), standing: Standing) -> Standing {
        if self.flags.is_news(item) { self.unrest(standing) } else { standing }
    }

    /// Asks for a survey before the next use.
    pub(super) fn unrest(&self, standing: Standing) -> Standing {
        self.flags.shown.fetch_max(moment(), Ordering::SeqCst);
        self.flags.calls.store(true, Ordering::Relaxed);
        standing
    }

    /// When a survey was last asked for in this way.
    pub(super) fn shown(&self) -> u64 {
        self.flags.shown.load(Ordering::SeqCst)
    }

    /// Whether one was since the last survey began.
    pub(super) fn is_restless(&self) -> bool {
        self.shown() > self.flags.looked.load(Ordering::SeqCst)
    }

    /// Whether something that lists showed is to be settled.
    pub(super) fn has_marks(&self) -> bool {
        self.flags.has_marks.load(Ordering::Relaxed)
    }

    /// Asks again for what could not be settled.
    pub(super) fn remark(&self) {
        self.flags.has_marks.store(true, Ordering::Relaxed);
    }

    /// Whether a survey has to be sent for; once.
    pub(super) fn calls(&self) -> bool {
        self.flags.calls.swap(false, Ordering::Relaxed)
    }

    /// Notes when a survey begins: what was shown before, it sees.
    pub(super) fn calm(&self, began: u64) {
        self.flags.looked.fetch_max(began, Ordering::SeqCst);
    }
}
