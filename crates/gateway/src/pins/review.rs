//! What a reviewer should look at in a definition.

use super::Pins;
use casemate_core::ServerName;
use casemate_core::pin::{Definition, Finding, Kind, Severity, Sighting};

/// What else is offered, by this server and by others.
pub(super) struct Surroundings {
    own: Vec<String>,
    others: Vec<(ServerName, Vec<String>)>,
}

impl Surroundings {
    pub(super) fn new(pins: &Pins, server: &ServerName, items: &[Sighting]) -> Self {
        let own = items.iter().filter(|item| item.kind == Kind::Tool).map(|item| item.name.clone()).collect();
        let books = pins.0.books.load();
        let others = books.iter().filter(|(name, _)| *name != server);
        let names = |book: &super::Book| book.names(Kind::Tool).map(str::to_owned).collect();
        let others = others.map(|(name, book)| (name.clone(), names(book))).collect();
        Self { own, others }
    }
}

/// Everything worth a look in a definition.
pub(super) fn review(kind: Kind, own: &str, definition: &Definition, around: &Surroundings) -> Vec<Finding> {
    let _ = (kind, own, &around.own, &around.others);
    let several = definition.is_ambiguous().then(|| Finding {
        rule: "pin.duplicate".to_owned(),
        place: String::new(),
        severity: Severity::High,
        excerpt: "the server lists several under this name".to_owned(),
    });
    several.into_iter().collect()
}
