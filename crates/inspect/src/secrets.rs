//! Credentials, told by their vendors' formats, and values that stand where a credential stands.
//!
//! Formats are tables ([`format`]) over one automaton, which sees only long runs of characters ([`runs`]). Private keys, JSON
//! web tokens, addresses with a password and assigned values each have a scan of their own, behind a search for bytes that
//! ordinary text seldom has. A span covers the value alone, so that the key beside it stays readable.

mod assigned;
mod chat;
mod check;
mod cloud;
mod code;
mod data;
mod der;
mod engine;
mod format;
mod imported;
mod jwt;
mod key;
mod models;
mod money;
mod near;
mod pem;
mod random;
mod runs;
mod tail;
#[cfg(test)]
mod tests;
mod urls;
mod value;

pub use imported::{ImportError, Imported};

use crate::Match;
use crate::rule::Rule;
use crate::{Severity, View};
use format::{Format, rule};
use std::ops::Range;

/// The tables of formats.
const TABLES: [&[Format]; 6] =
    [cloud::FORMATS, code::FORMATS, chat::FORMATS, money::FORMATS, models::FORMATS, data::FORMATS];

/// A credential that has a vendor's format and not its checksum.
const UNVERIFIED: &str = "secret.unverified";

/// The rules that are not formats.
const OTHERS: [Rule; 11] = [
    {
        let mut unverified = rule(UNVERIFIED, "A value in a vendor's format whose checksum is wrong.");
        unverified.severity = Severity::Medium;
        unverified
    },
    rule(pem::PEM, "A private key between its first and its last line."),
    rule(pem::PUTTY, "A private key in the format of PuTTY."),
    rule(der::DER, "A private key in base64 without its first line."),
    rule(value::JWK, "The private part of a JSON web key (RFC 7517)."),
    rule(jwt::JWT, "A JSON web token (RFC 7519), or one in base64."),
    rule(urls::DATABASE, "The password in the address of a database or broker."),
    rule(urls::BASIC, "The password or token in the user part of another address."),
    rule(value::AUTHORIZATION, "Credentials of an HTTP Authorization header."),
    rule(value::PASSWORD, "A value that is assigned to what is called a password."),
    rule(value::KEY, "A value of chance that is assigned to what is called a key, a token or a secret."),
];

const COUNT: usize = {
    let (mut count, mut tables) = (OTHERS.len() + near::NEAR.len(), &TABLES as &[&[Format]]);
    while let [table, rest @ ..] = tables {
        count += table.len();
        tables = rest;
    }
    count
};

/// The rules of this module.
pub const RULES: &[Rule] = &{
    let mut rules = [rule("", ""); COUNT];
    let mut free: &mut [Rule] = &mut rules;
    let mut tables: &[&[Format]] = &TABLES;
    while let [table, rest @ ..] = tables {
        free = fill_formats(free, table);
        tables = rest;
    }
    let free = fill(free, &OTHERS);
    fill_near(free, near::NEAR);
    rules
};

const fn fill<'s>(slots: &'s mut [Rule], mut rules: &[Rule]) -> &'s mut [Rule] {
    let mut free = slots;
    while let [rule, more @ ..] = rules {
        let Some((slot, after)) = free.split_first_mut() else { return &mut [] };
        *slot = *rule;
        (free, rules) = (after, more);
    }
    free
}

const fn fill_formats<'s>(slots: &'s mut [Rule], mut formats: &[Format]) -> &'s mut [Rule] {
    let mut free = slots;
    while let [format, more @ ..] = formats {
        free = fill(free, &[format.rule]);
        formats = more;
    }
    free
}

const fn fill_near<'s>(slots: &'s mut [Rule], mut near: &[near::Near]) -> &'s mut [Rule] {
    let mut free = slots;
    while let [one, more @ ..] = near {
        free = fill(free, &[one.rule]);
        near = more;
    }
    free
}

/// What the scans give.
struct Hits<'o> {
    out: &'o mut Vec<Match>,
    first: usize,
}

impl Hits<'_> {
    fn add(&mut self, rule: &'static str, span: Range<usize>) {
        self.out.push(Match { rule, span, view: View::Plain });
    }

    /// Adds it unless a format, which says more, covers it already.
    fn add_weak(&mut self, rule: &'static str, span: Range<usize>) {
        let found = self.out.get(self.first..).unwrap_or_default();
        if !found.iter().rev().any(|other| other.span.start <= span.start && span.end <= other.span.end) {
            self.add(rule, span);
        }
    }
}

/// Finds credentials in `text`. Linear in its length. Matches may overlap and come in any order.
pub fn find(text: &str, out: &mut Vec<Match>) {
    let bytes = text.as_bytes();
    let first = out.len();
    let mut hits = Hits { out, first };
    engine::find(bytes, &mut hits);
    urls::find(bytes, &mut hits);
    if assigned::find(bytes, &mut hits) {
        pem::find(bytes, &mut hits);
    }
}

/// Finds what the whole of `text` is by the key that it is the value of, wherever that key stands: in JSON, in a row under its
/// column's head. What `text` is by itself is for [`find`].
pub fn find_under(key: &str, text: &str, out: &mut Vec<Match>) {
    out.extend(assigned::under(key, text).map(|(rule, span)| Match { rule, span, view: View::Plain }));
}

/// Where in `text` a match may still begin, or may still grow, by what comes behind the end: nothing before that place
/// changes any more. The length of the text where nothing can.
///
/// What a match needs before it counts as its beginning: `password: ` is pending although only the value behind it will be
/// taken out. A text may be cut, directly after white space, at a place `p` with `pending(&text[..p]) == p`: the matches of the
/// two parts are then those of the whole. Where the place that several detectors agree on lies before the one asked for, ask
/// again for the text up to there, until it stays.
#[must_use]
pub fn pending(text: &str) -> usize {
    tail::pending(text)
}
