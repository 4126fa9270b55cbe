//! The tables of words, one file for each language.

mod ar;
pub(super) mod calls;
mod cs;
mod de;
mod en;
mod en_more;
mod es;
mod fa;
mod fr;
mod further;
mod he;
mod hi;
mod id;
mod it;
mod ja;
mod ko;
mod nl;
mod orders;
mod pl;
mod pt;
mod relay;
mod ru;
mod sv;
mod tr;
mod uk;
mod vi;
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
    ar::WORDS,
    cs::WORDS,
    fa::WORDS,
    he::WORDS,
    hi::WORDS,
    id::WORDS,
    nl::WORDS,
    pl::WORDS,
    sv::WORDS,
    tr::WORDS,
    uk::WORDS,
    vi::WORDS,
    further::WORDS,
    orders::WORDS,
    relay::WORDS,
];
