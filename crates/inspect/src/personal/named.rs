//! Dates of birth whose month has a name.

use super::checks::{birth_year, day, number};

/// How months begin, in several languages.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen", "янв"],
    &["feb", "fév", "fev", "фев"],
    &["mar", "mär", "mrt", "mär", "мар"],
    &["apr", "avr", "abr", "апр"],
    &["may", "mai", "maj", "mag", "mei", "мая"],
    &["jun", "juin", "giu", "июн"],
    &["jul", "juil", "lug", "июл"],
    &["aug", "aoû", "aou", "ago", "авг"],
    &["sep", "set", "сен"],
    &["oct", "okt", "out", "ott", "окт"],
    &["nov", "ноя"],
    &["dec", "dez", "déc", "dic", "дек"],
];

fn month(word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    let found = MONTHS.iter().position(|names| names.iter().any(|name| word.starts_with(name)));
    found.and_then(|at| u32::try_from(at + 1).ok())
}

/// The number that begins `text`, of at most `most` digits, and the rest.
fn digits(text: &str, most: usize) -> Option<(u32, &str)> {
    let length = text.bytes().take(most + 1).take_while(u8::is_ascii_digit).count();
    let (head, rest) = text.split_at_checked(length)?;
    let value = u32::try_from(number(head.as_bytes())).ok()?;
    (1..=most).contains(&length).then_some((value, rest))
}

/// The word that begins `text`, and the rest.
fn word(text: &str) -> (&str, &str) {
    let length = text.char_indices().take(12).find(|(_, c)| !c.is_alphabetic()).map_or(0, |one| one.0);
    text.split_at(length)
}

/// A day, a month's name and a year: `12 March 1985`, `12th of March, 1985`, `3. Mai 1985`. Gives its length.
pub(super) fn day_first(text: &str) -> Option<usize> {
    let (of_month, rest) = digits(text, 2)?;
    let rest = ["st", "nd", "rd", "th", ".", "º"].iter().find_map(|end| rest.strip_prefix(end)).unwrap_or(rest);
    let rest = rest.strip_prefix([' ', '-'])?;
    let rest = ["of ", "de "].iter().find_map(|of| rest.strip_prefix(of)).unwrap_or(rest);
    let (name, rest) = word(rest);
    let month = month(name)?;
    let rest = [" de ", ", ", ". ", " ", "-"].iter().find_map(|between| rest.strip_prefix(between))?;
    year(text, rest, month, of_month)
}

/// A month's name, a day and a year, at the day: `March 12, 1985`. Gives how far before it begins, and its length behind.
pub(super) fn month_first(before: &str, text: &str) -> Option<(usize, usize)> {
    let name = before.strip_suffix(' ')?;
    let name = name.get(name.len() - name.bytes().rev().take(12).take_while(u8::is_ascii_alphabetic).count()..)?;
    let month = month(name)?;
    let (of_month, rest) = digits(text, 2)?;
    let rest = ["st", "nd", "rd", "th"].iter().find_map(|end| rest.strip_prefix(end)).unwrap_or(rest);
    let rest = [", ", " "].iter().find_map(|between| rest.strip_prefix(between))?;
    year(text, rest, month, of_month).map(|end| (name.len() + 1, end))
}

fn year(text: &str, rest: &str, month: u32, of_month: u32) -> Option<usize> {
    let (year, after) = digits(rest, 4)?;
    let ends = !after.starts_with(|c: char| c.is_ascii_alphanumeric());
    (ends && birth_year(year) && day(year, month, of_month)).then_some(text.len() - after.len())
}
