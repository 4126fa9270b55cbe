//! Which entry was replaced, where the tree does not lead to a root that is known: one of those after the last checkpoint
//! that it did lead to, and where the tiles of hashes still lead to the root, the one that differs from them.

use crate::error::{Class, Fault};
use crate::files;
use crate::scan::Found;
use crate::storage::Source;
use crate::tiles;
use casemate_tlog::tile::{FULL_WIDTH, Kind, Tile};
use casemate_tlog::{Frontier, Hash};

const WIDTH: u64 = FULL_WIDTH as u64;

/// A tree that should have come out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) size: u64,
    pub(crate) root: Hash,
    /// What says so.
    pub(crate) by: String,
}

/// An entry as it was found.
struct Passed {
    leaf: Hash,
    segment: u64,
    offset: u64,
}

/// The entries since the last checkpoint that the tree led to: those of one segment at most, for one closes each.
pub(super) struct Since {
    tree: Frontier,
    passed: Vec<Passed>,
    /// What the tree did not lead to first.
    wanted: Option<Wanted>,
}

impl Since {
    pub(super) const fn new(tree: Frontier) -> Self {
        Self { tree, passed: Vec::new(), wanted: None }
    }

    /// A checkpoint says that this is the tree.
    pub(super) fn agrees(&mut self, tree: &Frontier) {
        if tree.size() > self.tree.size() {
            self.tree = tree.clone();
            self.passed.clear();
        }
    }

    /// Something says that it is not.
    pub(super) fn differs(&mut self, wanted: Option<Wanted>) {
        self.wanted = self.wanted.take().or(wanted);
    }

    pub(super) fn pass(&mut self, found: &Found) {
        if self.wanted.is_none() {
            let leaf = Hash(found.leaf.0);
            self.passed.push(Passed { leaf, segment: found.segment_first, offset: found.offset });
        }
    }

    /// The fault that `fault` is more exactly, where an entry was replaced.
    pub(super) fn replaced(&self, source: &dyn Source, fault: Fault) -> Fault {
        let Some(Wanted { size, by, .. }) = &self.wanted else { return fault };
        let from = self.tree.size();
        let (index, what) = match self.first(source) {
            Some((index, tile)) => {
                let what = format!("the entry was replaced: {tile} has another hash of it, which leads to {by}");
                (index, what)
            }
            None if *size == from + 1 => (from, format!("the entry was replaced: the tree does not lead to {by}")),
            None => {
                let last = size.saturating_sub(1);
                let what = format!("an entry from {from} to {last} was replaced: the tree does not lead to {by}");
                (from, what)
            }
        };
        let at = usize::try_from(index.saturating_sub(from)).ok().and_then(|at| self.passed.get(at));
        let Some(at) = at else { return fault };
        Fault::new(Class::Changed, &files::segment(at.segment), at.offset, what).at(index)
    }

    /// The fault of another history, with the first entry of it where that is known.
    pub(super) fn forked(&self, source: &dyn Source, fork: Fault) -> Fault {
        match self.first(source) {
            Some((index, tile)) => {
                let what = format!("{}; entry {index} is the first of them: {tile} has another hash of it", fork.what);
                Fault { what, ..fork }.at(index)
            }
            None => fork,
        }
    }

    /// The first entry that differs from the tiles, if with their hashes the tree comes out that should have; and the tile.
    fn first(&self, source: &dyn Source) -> Option<(u64, String)> {
        let wanted = self.wanted.as_ref()?;
        let (from, mut tree, mut first) = (self.tree.size(), self.tree.clone(), None);
        let mut tile: Option<(Tile, Vec<Hash>)> = None;
        for (index, passed) in (from..wanted.size).zip(&self.passed) {
            if tile.as_ref().is_none_or(|(tile, _)| tile.index() != index / WIDTH) {
                let full = Tile::new(Kind::Hashes(0), index / WIDTH, FULL_WIDTH)?;
                tile = Some((full, tiles::stored(source, full).unwrap_or_default()));
            }
            let (full, hashes) = tile.as_ref()?;
            // The last tile is not full yet.
            let known = usize::try_from(index % WIDTH).ok().and_then(|at| hashes.get(at)).copied();
            let leaf = known.unwrap_or(passed.leaf);
            if leaf != passed.leaf && first.is_none() {
                first = Some((index, full.path()));
            }
            tree.push(leaf, |_, _, _| ()).ok()?;
        }
        first.filter(|_| tree.size() == wanted.size && tree.root() == wanted.root)
    }
}
