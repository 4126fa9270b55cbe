//! The tables of words, one file for each language.

pub(super) mod calls;
mod de;
mod en;
mod en_more;
mod es;
mod fr;
mod it;
mod ja;
mod ko;
mod orders;
mod pt;
mod relay;
mod ru;
mod zh;

use super::lexicon::Table;

/// Every table; that of [`calls`] is for names alone.
pub(super) const ALL: &[Table] = &[
    en::WORDS,
    en_more::WORDS,
    de::WORDS,
    fr::WORDS,
    es::WORDS,
    pt::WORDS,
    it::WORDS,
    zh::WORDS,
    ja::WORDS,
    ko::WORDS,
    ru::WORDS,
    orders::WORDS,
    relay::WORDS,
];
