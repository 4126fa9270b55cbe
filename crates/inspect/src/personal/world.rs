//! Numbers of persons outside of Europe, by what their registers publish about them. Each takes the letters (upper case) and
//! digits of a number without its separators, and says whether it may be one.

use super::checks::{birth_year, day, digit, luhn, number, two, uniform, value, verhoeff, weighted, yymmdd};

/// United States, social security number: areas, groups and serial numbers that are given out.
pub(super) fn us_ssn(v: &[u8]) -> bool {
    let part = |from: usize, to: usize| number(v.get(from..to).unwrap_or_default());
    !matches!(part(0, 3), 0 | 666 | 900..) && part(3, 5) != 0 && part(5, 9) != 0
}

/// United States, individual taxpayer identification number: 9, and the groups of the IRS.
pub(super) fn us_itin(v: &[u8]) -> bool {
    digit(v, 0) == 9 && matches!(two(v, 3), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// United States, routing number of a bank: weights 3, 7, 1.
pub(super) fn us_routing(v: &[u8]) -> bool {
    let known = matches!(two(v, 0), 0..=12 | 21..=32 | 61..=72 | 80);
    known && !uniform(v) && weighted(v, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// A telephone number of North America: neither area nor exchange begins with 0 or 1.
pub(super) fn nanp(v: &[u8]) -> bool {
    digit(v, 0) > 1 && digit(v, 3) > 1 && !(digit(v, 1) == 1 && digit(v, 2) == 1) && !uniform(v)
}

/// Canada, social insurance number: the check digit of cards; 0 and 8 are not given out.
pub(super) fn ca_sin(v: &[u8]) -> bool {
    !matches!(digit(v, 0), 0 | 8) && !uniform(v) && luhn(v)
}

/// Mexico, CURP: birthday, sex, state, and a check digit over its own alphabet.
pub(super) fn mx_curp(v: &[u8]) -> bool {
    // The alphabet has an Ñ between N and O.
    let rank = |b: u8| if b.is_ascii_digit() || b <= b'N' { value(b) } else { value(b) + 1 };
    let sum: u32 = v.iter().take(17).zip((2..=18).rev()).map(|(b, weight)| rank(*b) * weight).sum();
    let sex = v.get(10).is_some_and(|b| b"HMX".contains(b));
    sex && yymmdd(v, 4) && (10 - sum % 10) % 10 == digit(v, 17)
}

/// A check digit of Brazil: weights from the right, modulus 11.
fn brazilian(digits: &[u8], weights: &[u32], at: usize) -> bool {
    let rest = weighted(digits, weights) % 11;
    (if rest < 2 { 0 } else { 11 - rest }) == digit(digits, at)
}

/// Brazil, CPF.
pub(super) fn br_cpf(v: &[u8]) -> bool {
    !uniform(v) && brazilian(v, &[10, 9, 8, 7, 6, 5, 4, 3, 2], 9) && brazilian(v, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2], 10)
}

/// Brazil, CNPJ.
pub(super) fn br_cnpj(v: &[u8]) -> bool {
    !uniform(v)
        && brazilian(v, &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], 12)
        && brazilian(v, &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], 13)
}

/// Argentina, CUIT: prefixes that are given out, modulus 11.
pub(super) fn ar_cuit(v: &[u8]) -> bool {
    let check = (11 - weighted(v, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    matches!(two(v, 0), 20 | 23..=27 | 30 | 33 | 34) && check == digit(v, 10)
}

/// Chile, RUT: weights 2 to 7 from the right, modulus 11, K for ten.
pub(super) fn cl_rut(v: &[u8]) -> bool {
    let Some((last, head)) = v.split_last() else { return false };
    let sum: u32 = head.iter().rev().zip([2, 3, 4, 5, 6, 7].into_iter().cycle()).map(|(b, w)| value(*b) * w).sum();
    let check = match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        other => b'0' + u8::try_from(other).unwrap_or(0),
    };
    check == *last && !uniform(head)
}

/// India, Aadhaar: does not begin with 0 or 1; Verhoeff.
pub(super) fn in_aadhaar(v: &[u8]) -> bool {
    digit(v, 0) > 1 && !uniform(v) && verhoeff(v)
}

/// India, PAN: the fourth letter says what the holder is.
pub(super) fn in_pan(v: &[u8]) -> bool {
    v.get(3).is_some_and(|b| b"ABCFGHJLPT".contains(b)) && v.get(5..9) != Some(b"0000")
}

/// China, resident identity number: province, birthday, ISO 7064 mod 11-2 (GB 11643-1999).
pub(super) fn cn_resident(v: &[u8]) -> bool {
    let sum = weighted(v, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    let year = two(v, 6) * 100 + two(v, 8);
    let province = matches!(two(v, 0), 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83);
    let born = birth_year(year) && day(year, two(v, 10), two(v, 12));
    province && born && b"10X98765432".get((sum % 11) as usize) == v.get(17)
}

/// Korea, resident registration number: birthday, and a digit for century and sex.
pub(super) fn kr_resident(v: &[u8]) -> bool {
    yymmdd(v, 0)
}

/// The same with the check digit that numbers from before October 2020 have.
pub(super) fn kr_resident_checked(v: &[u8]) -> bool {
    let sum = weighted(v, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    kr_resident(v) && (11 - sum % 11) % 10 == digit(v, 12)
}

/// Japan, My Number: weights 6 to 2 and 7 to 2, modulus 11.
pub(super) fn jp_my_number(v: &[u8]) -> bool {
    let rest = weighted(v, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    !uniform(v) && (if rest < 2 { 0 } else { 11 - rest }) == digit(v, 11)
}

/// Australia, tax file number: modulus 11.
pub(super) fn au_tfn(v: &[u8]) -> bool {
    !uniform(v) && weighted(v, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

/// Australia, Medicare number: begins with 2 to 6; the ninth digit checks.
pub(super) fn au_medicare(v: &[u8]) -> bool {
    (2..=6).contains(&digit(v, 0)) && weighted(v, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == digit(v, 8)
}

/// South Africa, identity number: birthday, citizenship, the check digit of cards.
pub(super) fn za_identity(v: &[u8]) -> bool {
    yymmdd(v, 0) && digit(v, 10) < 3 && luhn(v)
}

/// Singapore, NRIC and FIN: a letter for the series and a letter that checks.
pub(super) fn sg_nric(v: &[u8]) -> bool {
    let sum = weighted(v.get(1..).unwrap_or_default(), &[2, 7, 6, 5, 4, 3, 2]);
    let at = |offset: u32| (10 - (sum + offset) % 11) as usize;
    let letter = match v.first() {
        Some(b'S') => b"ABCDEFGHIZJ".get(at(0)),
        Some(b'T') => b"ABCDEFGHIZJ".get(at(4)),
        Some(b'F') => b"KLMNPQRTUWX".get(at(0)),
        Some(b'G') => b"KLMNPQRTUWX".get(at(4)),
        Some(b'M') => b"KLJNPQRTUWX".get(at(3)),
        _ => None,
    };
    letter.is_some() && v.get(8) == letter
}

/// Taiwan, national identification number: a letter for the place counts as two digits.
pub(super) fn tw_identity(v: &[u8]) -> bool {
    let place = v.first().and_then(|first| b"ABCDEFGHJKLMNPQRSTUVXYWZIO".iter().position(|b| b == first));
    let Some(place) = place.and_then(|at| u32::try_from(at + 10).ok()) else { return false };
    let rest = weighted(v.get(1..).unwrap_or_default(), &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    matches!(digit(v, 1), 1 | 2 | 8 | 9) && (place / 10 + place % 10 * 9 + rest).is_multiple_of(10)
}

/// Israel, identity number: the check digit of cards over nine digits.
pub(super) fn il_identity(v: &[u8]) -> bool {
    !uniform(v) && luhn(v)
}
