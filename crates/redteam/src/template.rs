//! What a written text has made for it when it is played: `${data}`, `${secret:VENDOR}` and the like.

use crate::draw::Draw;
use crate::secret::{VENDORS, vendor_secret};
use crate::{HOST, Vendor};

/// Letters of data that looks like nothing else.
const DATA: &str = "bcdfghjkmnpqrstvwxz";

/// What is made once for a run.
#[derive(Debug, Clone)]
pub struct Made {
    /// What everything is drawn by.
    pub seed: u64,
    /// The value that the gateway has registered.
    pub registered: String,
    /// A place that links may lead to, where there is one.
    pub links: Option<String>,
    /// A place that images may come from, where there is one.
    pub images: Option<String>,
}

/// A text whose variables have their values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) text: String,
    /// For each secret in it what must not be left of it; where there are none, nothing.
    pub(crate) parts: Vec<String>,
}

/// One piece of a text.
#[derive(Debug, Clone, Copy)]
enum Piece<'t> {
    Text(&'t str),
    Name(&'t str),
}

/// The pieces of a text. `$${` stands for `${`.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            out.extend([Piece::Text(before), Piece::Text("${")]);
            rest = after;
            continue;
        }
        out.push(Piece::Text(before));
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        out.push(Piece::Name(name));
        rest = tail;
    }
    out.push(Piece::Text(rest));
    out
}

fn vendor(name: &str) -> Option<&'static Vendor> {
    let id = name.strip_prefix("secret:")?;
    VENDORS.iter().find(|vendor| vendor.id == id)
}

/// The variables of a text, each with whether there is such a variable.
#[must_use]
pub fn variables(text: &str) -> Vec<(&str, bool)> {
    let known = |name: &str| {
        matches!(name, "host" | "data" | "registered" | "allowed" | "allowed_image") || vendor(name).is_some()
    };
    let name = |piece| match piece {
        Piece::Text(_) => None,
        Piece::Name(name) => Some((name, known(name))),
    };
    pieces(text).into_iter().filter_map(name).collect()
}

impl Made {
    /// The text with its variables filled in; `of` says for what, so that each case has data of its own. `None` where
    /// something is asked for that there is not: a place to lead to, where none is allowed.
    pub(crate) fn fill(&self, text: &str, of: &str) -> Option<Filled> {
        let mut filled = Filled::default();
        for piece in pieces(text) {
            let name = match piece {
                Piece::Text(text) => {
                    filled.text.push_str(text);
                    continue;
                }
                Piece::Name(name) => name,
            };
            let value = match name {
                "host" => HOST.to_owned(),
                "data" => Draw::named(self.seed, of).text(DATA, 14),
                "registered" => self.registered.clone(),
                "allowed" => self.links.clone()?,
                "allowed_image" => self.images.clone()?,
                name => {
                    let (value, parts) = vendor_secret(vendor(name)?, self.seed);
                    filled.parts.extend(parts);
                    value
                }
            };
            filled.text.push_str(&value);
        }
        Some(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Made {
        Made { seed: 5, registered: "value".to_owned(), links: Some("https://a.example/".to_owned()), images: None }
    }

    #[test]
    fn variables_are_filled_in_and_the_same_for_one_case() {
        let text = "${host} ${data} ${registered} ${allowed}x $${data}";
        let filled = made().fill(text, "a").unwrap().text;
        assert!(filled.starts_with(HOST) && filled.ends_with("value https://a.example/x ${data}"), "{filled}");
        assert_eq!(made().fill(text, "a").unwrap().text, filled);
        assert_ne!(made().fill(text, "b").unwrap().text, filled);
        assert_eq!(made().fill("${allowed_image}", "a"), None);
        let secret = made().fill("${secret:github-pat}", "a").unwrap();
        assert!(secret.text.starts_with("ghp_") && secret.parts.iter().all(|part| secret.text.contains(part)));
    }

    #[test]
    fn what_there_is_not_is_said() {
        assert_eq!(
            variables("${data} $${x} ${secret:none} ${open"),
            [("data", true), ("secret:none", false), ("open", false)]
        );
        assert_eq!(variables("none $ { here"), []);
    }
}
