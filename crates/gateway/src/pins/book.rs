//! The pins of one server in memory, fast to ask.

use arc_swap::ArcSwapOption;
use casemate_core::digest::Digest;
use casemate_core::pin::{Definition, Kind, Pin, Sighting, Standing, Transition};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes of the longest item that is remembered as it was spelt.
const RAW: usize = 64 * 1024;

/// Bytes of an item as it was listed last, and the digest that they had.
struct Raw {
    text: Box<str>,
    digest: Digest,
}

/// A pin and the last spellings of its item: most lists come byte for byte as before, and comparing bytes is much
/// cheaper than canonical form and digest. Two, since an upstream may spell an item differently in each era.
struct Entry {
    pin: Arc<Pin>,
    raws: [ArcSwapOption<Raw>; 2],
    /// Whether a list showed another definition than the approved one, and no survey has begun since.
    differs: AtomicBool,
}

impl Entry {
    fn of(pin: Arc<Pin>) -> Arc<Self> {
        Arc::new(Self { pin, raws: [const { ArcSwapOption::const_empty() }; 2], differs: AtomicBool::new(false) })
    }

    /// How its name stands: what a list has just shown to differ is not used, whatever the last survey saw.
    fn standing(&self) -> Standing {
        match self.pin.state.standing() {
            Standing::Approved if self.differs.load(Ordering::Relaxed) => Standing::Changed,
            standing => standing,
        }
    }

    fn digest(&self, raw: &str, digest: impl FnOnce() -> Digest) -> Digest {
        for known in &self.raws {
            if let Some(known) = known.load().as_ref().filter(|known| *known.text == *raw) {
                return known.digest;
            }
        }
        let digest = digest();
        if raw.len() > RAW {
            return digest;
        }
        let [newer, older] = &self.raws;
        older.store(newer.swap(Some(Arc::new(Raw { text: raw.into(), digest }))));
        digest
    }
}

type Entries = BTreeMap<Kind, HashMap<String, Arc<Entry>>>;

/// The pins of one server. What changes makes a new one.
#[derive(Default)]
pub(super) struct Book {
    entries: Entries,
    /// What a survey found and nobody could record or keep: refused until a later survey can.
    doubts: HashMap<(Kind, String), Standing>,
    /// Whether a list showed what the last survey did not.
    restless: AtomicBool,
    /// Whether that asks for a survey that nobody has sent for yet.
    calling: AtomicBool,
}

impl Book {
    pub(super) fn of(pins: Vec<Pin>) -> Self {
        let mut book = Self::default();
        for pin in pins {
            book.put(Arc::new(pin));
        }
        book
    }

    fn put(&mut self, pin: Arc<Pin>) {
        self.entries.entry(pin.kind).or_default().insert(pin.name.clone(), Entry::of(pin));
    }

    /// The book after these transitions, without doubts.
    pub(super) fn after(&self, transitions: &[Transition]) -> Self {
        let mut book = self.with(HashMap::new());
        for transition in transitions {
            book.put(Arc::new(transition.pin.clone()));
        }
        book
    }

    /// The book as it was, with doubt about what these transitions could not settle.
    pub(super) fn doubting(&self, transitions: &[Transition]) -> Self {
        let refused = |transition: &Transition| match transition.pin.state.standing() {
            Standing::Approved => transition.from.map_or(Standing::Pending, |from| match from.standing() {
                Standing::Approved => Standing::Changed,
                before => before,
            }),
            standing => standing,
        };
        let doubts = transitions.iter().map(|t| ((t.pin.kind, t.pin.name.clone()), refused(t))).collect();
        self.with(doubts)
    }

    fn with(&self, doubts: HashMap<(Kind, String), Standing>) -> Self {
        let copy = |flag: &AtomicBool| AtomicBool::new(flag.load(Ordering::Relaxed));
        Self { entries: self.entries.clone(), doubts, restless: copy(&self.restless), calling: copy(&self.calling) }
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

    /// How many pins there may be, and bytes of definitions, once these items have been seen.
    pub(super) fn after_all(&self, items: &[Sighting]) -> (usize, usize) {
        let text = |definition: &Option<Definition>| definition.as_ref().map_or(0, |definition| definition.text.len());
        let known: usize = self.pins().iter().map(|pin| text(&pin.approved) + text(&pin.seen)).sum();
        let other = items.iter().filter(|item| {
            let seen = self.entry(item.kind, &item.name).and_then(|entry| entry.pin.seen.as_ref());
            seen.is_none_or(|seen| seen.digest != item.definition.digest)
        });
        let new = items.iter().filter(|item| self.entry(item.kind, &item.name).is_none()).count();
        let count: usize = self.entries.values().map(HashMap::len).sum();
        (count + new, known + other.map(|item| item.definition.text.len()).sum::<usize>())
    }

    /// The names of a kind that the server offers.
    pub(super) fn names(&self, kind: Kind) -> impl Iterator<Item = &str> {
        let offered = |entry: &&Arc<Entry>| entry.pin.state != casemate_core::pin::State::Removed;
        self.entries.get(&kind).into_iter().flat_map(HashMap::values).filter(offered).map(|e| e.pin.name.as_str())
    }

    fn doubt(&self, kind: Kind, name: &str) -> Option<Standing> {
        // Without doubts, which is nearly always, nothing is allocated.
        if self.doubts.is_empty() { None } else { self.doubts.get(&(kind, name.to_owned())).copied() }
    }

    /// How a name stands by the last survey.
    pub(super) fn standing(&self, kind: Kind, name: &str) -> Standing {
        let known = || self.entry(kind, name).map_or(Standing::Unknown, |entry| entry.standing());
        self.doubt(kind, name).unwrap_or_else(known)
    }

    /// How an item stands that a list shows now.
    pub(super) fn offered(&self, kind: Kind, name: &str, raw: &str, digest: impl FnOnce() -> Digest) -> Standing {
        if let Some(doubt) = self.doubt(kind, name) {
            return doubt;
        }
        let Some(entry) = self.entry(kind, name) else { return self.unrest(Standing::Unknown) };
        let digest = entry.digest(raw, digest);
        if entry.pin.admits(digest) {
            return Standing::Approved;
        }
        let is_seen = entry.pin.seen.as_ref().is_some_and(|seen| seen.digest == digest);
        match entry.pin.state.standing() {
            Standing::Blocked => Standing::Blocked,
            Standing::Approved => {
                entry.differs.store(true, Ordering::Relaxed);
                self.unrest(Standing::Changed)
            }
            standing if is_seen && standing != Standing::Removed => standing,
            standing => self.unrest(standing),
        }
    }

    fn unrest(&self, standing: Standing) -> Standing {
        self.restless.store(true, Ordering::Relaxed);
        self.calling.store(true, Ordering::Relaxed);
        standing
    }

    pub(super) fn is_restless(&self) -> bool {
        self.restless.load(Ordering::Relaxed)
    }

    /// Whether a survey has to be sent for; once.
    pub(super) fn calls(&self) -> bool {
        self.calling.swap(false, Ordering::Relaxed)
    }

    /// Notes that a survey begins: what was shown before it, it sees.
    pub(super) fn calm(&self) {
        self.restless.store(false, Ordering::Relaxed);
        for entry in self.entries.values().flat_map(HashMap::values) {
            entry.differs.store(false, Ordering::Relaxed);
        }
    }
}
