//! IBAN (ISO 13616): lengths by country as in the registry that SWIFT keeps.

use super::checks::iban;
use super::shape::{Shape, Value};

/// Countries with their length, by length.
const LENGTHS: &[(usize, &str)] = &[
    (15, "NO"),
    (16, "BE"),
    (18, "DK FI FO GL NL SD FK"),
    (19, "MK SI"),
    (20, "AT BA EE KZ LT LU XK MN"),
    (21, "CH HR LI LV"),
    (22, "BG BH CR DE GB GE IE ME RS VA"),
    (23, "AE GI IL IQ OM SO TL"),
    (24, "AD CZ ES MD PK RO SA SE SK TN VG DZ"),
    (25, "PT ST LY AO CV MZ GW"),
    (26, "IS TR IR"),
    (27, "FR GR IT MC MR SM BI DJ CF CG CM GA GQ KM MG TD"),
    (28, "AL AZ BY CY DO GT HU LB PL SV NI BF BJ CI HN MA ML NE SN TG"),
    (29, "BR EG PS QA UA"),
    (30, "JO KW MU YE"),
    (31, "MT SC"),
    (32, "LC"),
    (33, "RU"),
];

/// The IBAN that begins with the shape.
pub(super) fn find(shape: &Shape, country: &str) -> Option<Value> {
    let length = LENGTHS.iter().find(|(_, list)| list.split(' ').any(|one| one.eq_ignore_ascii_case(country)))?.0;
    let value = shape.fours(length)?;
    let characters = value.characters();
    let checks = characters.get(2..4)?.iter().all(u8::is_ascii_digit);
    (checks && iban(characters)).then_some(value)
}
