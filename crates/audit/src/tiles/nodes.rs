//! The nodes of a log's tree for work that needs many of them.

use super::LogTiles;
use crate::error::{Class, Fault};
use crate::files;
use crate::storage::Source;
use casemate_tlog::tile::{TileNodes, TileNodesError};
use casemate_tlog::{Hash, Nodes};
use std::cell::OnceCell;

/// Full tiles that are kept: as many as the path of an entry has, and those beside it.
const TILES: usize = 24;

/// The nodes of one tree: from the tiles on disk, and where those are damaged from the entries themselves.
pub(crate) struct LogNodes<'a> {
    source: &'a dyn Source,
    size: u64,
    root: Hash,
    stored: Option<TileNodes<LogTiles<'a>>>,
    derived: OnceCell<Option<TileNodes<LogTiles<'a>>>>,
}

impl<'a> LogNodes<'a> {
    /// Opens the tree of the first `size` entries, whose root is `root`.
    ///
    /// # Errors
    /// The entries do not lead to that root.
    pub(crate) fn open(source: &'a dyn Source, size: u64, root: Hash) -> Result<Self, Fault> {
        let stored = open(source, true, size, root);
        let nodes = Self { source, size, root, stored, derived: OnceCell::new() };
        if nodes.stored.is_some() || nodes.derived().is_some() {
            return Ok(nodes);
        }
        let what = format!("the entries do not lead to the tree of {size} entries");
        Err(Fault::new(Class::Changed, files::HEAD, 0, what))
    }

    fn derived(&self) -> Option<&TileNodes<LogTiles<'a>>> {
        self.derived.get_or_init(|| open(self.source, false, self.size, self.root)).as_ref()
    }
}

fn open(source: &dyn Source, stored: bool, size: u64, root: Hash) -> Option<TileNodes<LogTiles<'_>>> {
    TileNodes::open(LogTiles::new(source, stored), size, root, TILES).ok()
}

impl Nodes for LogNodes<'_> {
    type Error = TileNodesError<Fault>;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        if let Some(found) = self.stored.as_ref().and_then(|nodes| nodes.node(level, index).ok()) {
            return Ok(found);
        }
        self.derived().ok_or(TileNodesError::Outside { level, index })?.node(level, index)
    }
}
