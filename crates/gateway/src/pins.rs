//! Pins: what each upstream offers, as it was approved, and what became of it since.
//!
//! [`Pins::judge`] says before a call how its tool, prompt or template stands; [`Pins::item`] says it of each item of a
//! list on its way to a client. A survey lists what an upstream offers and moves the pins; each move is in the log
//! before it is in the file, and in the file before it counts.

mod alike;
mod book;
mod catalog;
mod commit;
mod decide;
mod error;
mod marks;
mod moves;
mod news;
mod params;
mod quota;
mod review;
mod store;
mod survey;
mod turn;
mod watch;

pub use decide::{Subject, Verdict};
pub use error::PinError;
pub(crate) use marks::Listing;
pub use watch::watch;

use crate::config::Upstream;
use crate::gateway::Gateway;
use arc_swap::ArcSwap;
use book::Book;
use casemate_core::json::Value;
use casemate_core::mcp::{Era, Target};
use casemate_core::pin::{self, Definition, Kind, Pin, Standing, State};
use casemate_core::{Reason, Refusal, ServerName};
use catalog::{Entry, Slot};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};
use store::Store;
use tokio::sync::Notify;

/// All pins of all servers. Clones share them.
#[derive(Clone)]
pub struct Pins(Arc<Inner>);

type Books = HashMap<ServerName, Arc<Book>>;

struct Inner {
    store: Store,
    books: ArcSwap<Books>,
    slots: Mutex<HashMap<ServerName, Arc<Slot>>>,
    /// The tools of servers that are being reviewed: two that are first seen at once are compared with each other.
    arriving: Mutex<HashMap<ServerName, Vec<String>>>,
    /// Woken when a list showed what the last survey did not.
    restless: Notify,
}

impl Pins {
    /// Reads what is remembered in `dir`, which is made with mode 0700 where it is missing.
    ///
    /// # Errors
    /// A file that cannot be read, is damaged or is of a newer format. What cannot be read is never taken for empty.
    pub fn open(dir: &Path) -> Result<Self, PinError> {
        let (store, pins) = Store::open(dir)?;
        let books =
            pins.into_iter().map(|(server, kept)| (server, Arc::new(Book::of(kept.pins, kept.origin)))).collect();
        let inner = Inner {
            store,
            books: ArcSwap::from_pointee(books),
            slots: Mutex::new(HashMap::new()),
            arriving: Mutex::new(HashMap::new()),
            restless: Notify::new(),
        };
        Ok(Self(Arc::new(inner)))
    }

    fn book(&self, server: &ServerName) -> Option<Arc<Book>> {
        self.0.books.load().get(server).cloned()
    }

    /// Every pin, by server, kind and name.
    #[must_use]
    pub fn list(&self) -> Vec<(ServerName, Arc<Pin>)> {
        let books = self.0.books.load();
        let mut all: Vec<_> =
            books.iter().flat_map(|(server, book)| book.pins().into_iter().map(|pin| (server.clone(), pin))).collect();
        all.sort_by(|(s, a), (t, b)| (s, a.kind, &a.name).cmp(&(t, b.kind, &b.name)));
        all
    }

    /// One pin.
    #[must_use]
    pub fn get(&self, server: &ServerName, kind: Kind, name: &str) -> Option<Arc<Pin>> {
        self.0.books.load().get(server)?.get(kind, name)
    }

    /// The URL of each server when it was last surveyed, where that is known.
    #[must_use]
    pub fn origins(&self) -> BTreeMap<ServerName, Arc<str>> {
        let books = self.0.books.load();
        books.iter().filter_map(|(server, book)| Some((server.clone(), Arc::clone(book.origin()?)))).collect()
    }

    /// How many pins each server has in each state.
    pub(crate) fn counts(&self) -> BTreeMap<(ServerName, State), usize> {
        let mut counts = BTreeMap::new();
        for (server, book) in self.0.books.load().iter() {
            let mut of_server: BTreeMap<State, usize> = State::ALL.into_iter().map(|state| (state, 0)).collect();
            for pin in book.pins() {
                *of_server.entry(pin.state).or_default() += 1;
            }
            counts.extend(of_server.into_iter().map(|(state, count)| ((server.clone(), state), count)));
        }
        counts
    }

    /// How what a call is about stands now. Surveys the upstream where the last survey is too old or began before the
    /// upstream announced a change or a list showed one, and once more before it says that the upstream does not offer
    /// it.
    ///
    /// # Errors
    /// The upstream could not be surveyed, or not within the time of a whole call.
    pub(crate) async fn judge(
        &self,
        gateway: &Arc<Gateway>,
        upstream: &Upstream,
        target: &Target,
    ) -> Result<Standing, Refusal> {
        let Some((kind, name)) = Kind::of(target) else { return Ok(Standing::Unpinned) };
        let judging = self.judge_named(gateway, upstream, kind, name);
        tokio::time::timeout(upstream.total, judging).await.unwrap_or_else(|_| Err(late()))
    }

    async fn judge_named(
        &self,
        gateway: &Arc<Gateway>,
        upstream: &Upstream,
        kind: Kind,
        name: &str,
    ) -> Result<Standing, Refusal> {
        let standing =
            || self.book(&upstream.name).map_or(Standing::Unknown, |book| book.standing(upstream, kind, name));
        self.abreast(gateway, upstream).await?;
        match standing() {
            Standing::Unknown | Standing::Removed => {
                self.again(gateway, upstream).await?;
                Ok(standing())
            }
            known => Ok(known),
        }
    }

    /// How an item of a list on its way to a client stands.
    pub(crate) fn item(&self, upstream: &Upstream, listing: Listing, kind: Kind, item: Value<'_>) -> Standing {
        let name = kind.named_by().and_then(|member| item.get(member)).and_then(|name| name.as_str());
        // What no client can ask for no survey notes.
        let Some(name) = name.filter(|name| is_name(kind, name)) else { return Standing::Unknown };
        self.offered(upstream, listing, (kind, &name, item.raw()), || pin::definition(kind, item))
    }

    /// How the instructions of a server stand on their way to a client. An empty text says nothing.
    pub(crate) fn instructions(&self, upstream: &Upstream, era: Era, text: &str) -> Standing {
        if text.is_empty() {
            return Standing::Unpinned;
        }
        let listing = Listing::begin(era, true);
        self.offered(upstream, listing, (Kind::Instructions, "", text), || pin::instructions(text))
    }

    fn offered(
        &self,
        upstream: &Upstream,
        listing: Listing,
        item: (Kind, &str, &str),
        define: impl FnOnce() -> Definition,
    ) -> Standing {
        let books = self.0.books.load();
        let Some(book) = books.get(&upstream.name) else { return Standing::Unknown };
        let standing = book.offered(upstream, listing, item, define);
        if book.is_restless() || book.has_marks() {
            self.0.restless.notify_one();
        }
        standing
    }

    /// The era in which an upstream is spoken to: the modern one wherever it knows that. Surveys it where that is not known.
    ///
    /// # Errors
    /// The upstream could not be surveyed.
    pub(crate) async fn era(&self, gateway: &Arc<Gateway>, upstream: &Upstream) -> Result<Era, Refusal> {
        match self.slot(&upstream.name).era_under(&Entry::of(upstream)) {
            Some(era) => Ok(era),
            None => self.fresh(gateway, upstream).await.map(|catalog| catalog.era),
        }
    }
}

/// Bytes of a name; no client can ask for a longer one.
const NAME: usize = 256;
/// Bytes of a URI template.
const URI: usize = 4096;

/// Whether a client can ask for something of this name. What else a list has is not pinned and left out.
fn is_name(kind: Kind, name: &str) -> bool {
    let longest = if kind == Kind::Template { URI } else { NAME };
    !name.is_empty() && name.len() <= longest && !name.chars().any(char::is_control)
}

/// A survey that did not succeed.
fn unlisted(detail: impl Into<String>) -> Refusal {
    Refusal::new(Reason::UpstreamSchema).detail(detail)
}

/// A survey that did not succeed in time.
fn late() -> Refusal {
    unlisted("no lists in time")
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
