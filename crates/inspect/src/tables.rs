//! The rules of links, images, invisible characters and signals, for the catalogue.

use crate::rule::Rule;

/// The rules of [`clean`](crate::clean).
pub(crate) const LINKS: &[Rule] = &[];
