//! Numbers of persons in European countries, by what their registers publish about them. Each takes the letters (upper case) and
//! digits of a number without its separators, and says whether it may be one.

use super::checks::{birth_year, day, ddmmyy, digit, luhn, mod_11_10, number, two, uniform, value, weighted, yymmdd};

/// United Kingdom, National Insurance number: prefixes that are given out, suffix A to D.
pub(super) fn uk_nino(v: &[u8]) -> bool {
    let (Some([a, b]), Some(last)) = (v.get(..2), v.last()) else { return false };
    !b"DFIQUV".contains(a)
        && !b"DFIOQUV".contains(b)
        && ![&b"BG"[..], b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"].contains(&[*a, *b].as_slice())
        && (b'A'..=b'D').contains(last)
}

/// United Kingdom, NHS number: weights 10 to 2, modulus 11.
pub(super) fn uk_nhs(v: &[u8]) -> bool {
    let check = 11 - weighted(v, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    !uniform(v) && check != 10 && check % 11 == digit(v, 9)
}

/// The letter of Spanish numbers: what remains of 23.
fn spanish(number: u64, letter: u8) -> bool {
    let at = usize::try_from(number % 23).unwrap_or(99);
    b"TRWAGMYFPDXBNJZSQVHLCKE".get(at) == Some(&letter)
}

/// Spain, DNI.
pub(super) fn es_dni(v: &[u8]) -> bool {
    v.split_last().is_some_and(|(last, head)| spanish(number(head), *last) && !uniform(head))
}

/// Spain, NIE: X, Y or Z count as 0, 1 or 2.
pub(super) fn es_nie(v: &[u8]) -> bool {
    let (Some(first @ b'X'..=b'Z'), Some(last)) = (v.first(), v.last()) else { return false };
    let head = number(v.get(1..8).unwrap_or_default());
    spanish(u64::from(first - b'X') * 10_000_000 + head, *last)
}

/// France, NIR: sex, year, month, department (2A and 2B of Corsica count as 19 and 18), and a key of two digits.
pub(super) fn fr_nir(v: &[u8]) -> bool {
    let mut digits = v.to_vec();
    let corsican = match v.get(5..7) {
        Some(b"2A") => Some(*b"19"),
        Some(b"2B") => Some(*b"18"),
        _ => None,
    };
    if let (Some(value), Some(place)) = (corsican, digits.get_mut(5..7)) {
        place.copy_from_slice(&value);
    }
    let month = two(v, 3);
    let plausible = matches!(digit(v, 0), 1..=4 | 7 | 8) && matches!(month, 1..=12 | 20 | 30..=42 | 50..=99);
    let (Some(head), Some(key)) = (digits.get(..13), digits.get(13..15)) else { return false };
    plausible && digits.iter().all(u8::is_ascii_digit) && 97 - number(head) % 97 == number(key)
}

/// Germany, Steuer-Identifikationsnummer: of the first ten digits just one stands two or three times; ISO 7064.
pub(super) fn de_tax_id(v: &[u8]) -> bool {
    let head = v.get(..10).unwrap_or_default();
    let mut counts = [0_u8; 10];
    for digit in head {
        if let Some(count) = counts.get_mut(value(*digit) as usize) {
            *count += 1;
        }
    }
    let repeated = counts.iter().filter(|count| **count > 1).count();
    digit(v, 0) != 0 && repeated == 1 && counts.iter().all(|count| *count < 4) && mod_11_10(v)
}

/// Germany, identity card or passport: nine characters without vowels and a check digit with weights 7, 3, 1 (ICAO 9303).
pub(super) fn de_id_card(v: &[u8]) -> bool {
    let Some((last, head)) = v.split_last() else { return false };
    head.iter().all(|b| b.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(b))
        && head.iter().any(u8::is_ascii_digit)
        && weighted(head, &[7, 3, 1, 7, 3, 1, 7, 3, 1]) % 10 == value(*last)
}

/// Germany, Rentenversicherungsnummer: area, birthday, initial, serial number; sums of digits of the products.
pub(super) fn de_pension(v: &[u8]) -> bool {
    let Some(letter) = v.get(8).filter(|b| b.is_ascii_uppercase()) else { return false };
    let place = letter - b'A' + 1;
    let mut digits = v.get(..8).unwrap_or_default().to_vec();
    digits.extend([b'0' + place / 10, b'0' + place % 10]);
    digits.extend(v.get(9..11).unwrap_or_default());
    let sum: u32 = digits
        .iter()
        .zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1])
        .map(|(digit, weight)| {
            let product = value(*digit) * weight;
            product / 10 + product % 10
        })
        .sum();
    ddmmyy(v, 2) && sum % 10 == digit(v, 11)
}

/// Italy, codice fiscale: a letter for the month, letters for digits where two persons would share one, a check letter (decree
/// of 23 December 1976).
pub(super) fn it_fiscal(v: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let rank = |b: u8| usize::from(if b.is_ascii_digit() { b - b'0' } else { b.wrapping_sub(b'A') });
    let Some((last, head)) = v.split_last().filter(|_| v.len() == 16) else { return false };
    let numeric = [6, 7, 9, 10, 12, 13, 14];
    let digits = numeric.iter().all(|at| v.get(*at).is_some_and(|b| b.is_ascii_digit() || b"LMNPQRSTUV".contains(b)));
    let sum: u32 = head
        .iter()
        .enumerate()
        .map(|(at, b)| {
            let rank = rank(*b);
            if at % 2 == 0 { ODD.get(rank).copied().unwrap_or(0) } else { u32::try_from(rank).unwrap_or(0) }
        })
        .sum();
    digits && v.get(8).is_some_and(|b| b"ABCDEHLMPRST".contains(b)) && u32::from(last.wrapping_sub(b'A')) == sum % 26
}

/// Poland, PESEL: the century is in the month; weights 1, 3, 7, 9.
pub(super) fn pl_pesel(v: &[u8]) -> bool {
    let check = (10 - weighted(v, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10;
    day(two(v, 0), two(v, 2) % 20, two(v, 4)) && check == digit(v, 10)
}

/// Netherlands, BSN: weights 9 to 2 and -1, modulus 11.
pub(super) fn nl_bsn(v: &[u8]) -> bool {
    !uniform(v) && weighted(v, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == digit(v, 8)
}

/// Belgium, national number: what is missing to 97, from 2000 on with a 2 before the number. Months go on by 20 and 40.
pub(super) fn be_national(v: &[u8]) -> bool {
    let (Some(head), Some(key)) = (v.get(..9), v.get(9..11)) else { return false };
    let (head, key) = (number(head), number(key));
    let month = two(v, 2) % 20;
    let born = month <= 12 && two(v, 4) <= 31;
    born && (97 - head % 97 == key || 97 - (2_000_000_000 + head) % 97 == key)
}

/// Sweden, personnummer, and samordningsnummer with 60 added to the day: the check digit of cards over the last ten digits.
pub(super) fn se_person(v: &[u8]) -> bool {
    let tail = v.get(v.len().saturating_sub(10)..).unwrap_or_default();
    let of_month = two(tail, 4);
    let century = v.len() == 10 || matches!(two(v, 0), 18..=20);
    century && day(two(tail, 0), two(tail, 2), if of_month > 60 { of_month - 60 } else { of_month }) && luhn(tail)
}

/// Finland, henkilötunnus: a sign for the century, and what remains of 31.
pub(super) fn fi_hetu(v: &[u8]) -> bool {
    let sign = if v.len() == 11 { v.get(6) } else { Some(&b'A') };
    let Some((last, head)) = v.split_last().filter(|_| sign.is_some_and(|b| b"ABCDEFYXWVU".contains(b))) else {
        return false;
    };
    let (Some(date), Some(serial)) = (head.get(..6), head.get(head.len().saturating_sub(3)..)) else { return false };
    let rest = usize::try_from((number(date) * 1000 + number(serial)) % 31).unwrap_or(99);
    ddmmyy(v, 0) && b"0123456789ABCDEFHJKLMNPRSTUVWXY".get(rest) == Some(last)
}

/// Norway, fødselsnummer, and D-nummer with 40 added to the day: two check digits, modulus 11.
pub(super) fn no_birth(v: &[u8]) -> bool {
    let first = (11 - weighted(v, &[3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11) % 11;
    let second = (11 - weighted(v, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    let of_month = two(v, 0);
    let born = day(two(v, 4), two(v, 2), if of_month > 40 { of_month - 40 } else { of_month });
    born && first == digit(v, 9) && second == digit(v, 10)
}

/// Denmark, CPR: a birthday; since 2007 numbers without a check digit are given out.
pub(super) fn dk_cpr(v: &[u8]) -> bool {
    ddmmyy(v, 0)
}

/// Portugal, NIF: weights 9 to 2, modulus 11.
pub(super) fn pt_nif(v: &[u8]) -> bool {
    let check = 11 - weighted(v, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    matches!(digit(v, 0), 1..=3 | 5 | 6 | 8 | 9) && (if check > 9 { 0 } else { check }) == digit(v, 8)
}

/// Switzerland, AHV number: 756 and the check digit of EAN-13.
pub(super) fn ch_ahv(v: &[u8]) -> bool {
    let sum = weighted(v, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
    v.starts_with(b"756") && (10 - sum % 10) % 10 == digit(v, 12)
}

/// Austria, social insurance number: the fourth digit checks the others.
pub(super) fn at_social(v: &[u8]) -> bool {
    let sum = weighted(v, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
    digit(v, 0) != 0 && sum % 11 == digit(v, 3) && two(v, 6) <= 15 && (1..=31).contains(&two(v, 4))
}

/// Ireland, PPS number: weights 8 to 2, a second letter counts nine times; the check letter is what remains of 23.
pub(super) fn ie_pps(v: &[u8]) -> bool {
    let second = v.get(8).map_or(0, |b| if *b == b'W' { 0 } else { u32::from(b.wrapping_sub(b'A')) + 1 });
    let sum = weighted(v, &[8, 7, 6, 5, 4, 3, 2]) + second * 9;
    let letter = b"WABCDEFGHIJKLMNOPQRSTUV".get((sum % 23) as usize);
    letter.is_some() && v.get(7) == letter
}

/// Türkiye, identity number: two check digits.
pub(super) fn tr_identity(v: &[u8]) -> bool {
    let odd = weighted(v, &[1, 0, 1, 0, 1, 0, 1, 0, 1]);
    let even = weighted(v, &[0, 1, 0, 1, 0, 1, 0, 1]);
    let tenth = (odd * 7 + 90 - even) % 10;
    let all = weighted(v, &[1; 10]);
    digit(v, 0) != 0 && tenth == digit(v, 9) && all % 10 == digit(v, 10)
}

/// Romania, CNP: weights 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9, modulus 11.
pub(super) fn ro_cnp(v: &[u8]) -> bool {
    let rest = weighted(v, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    digit(v, 0) != 0 && yymmdd(v, 1) && rest.min(if rest == 10 { 1 } else { 10 }) == digit(v, 12)
}

/// Czechia and Slovakia, rodné číslo: divisible by 11; months go on by 50, 20 and 70.
pub(super) fn cz_birth(v: &[u8]) -> bool {
    let month = two(v, 2) % 50;
    let month = if month > 20 { month - 20 } else { month };
    day(two(v, 0), month, two(v, 4)) && number(v).is_multiple_of(11)
}

/// Bulgaria, EGN: weights 2, 4, 8, 5, 10, 9, 7, 3, 6; months go on by 20 and 40.
pub(super) fn bg_egn(v: &[u8]) -> bool {
    let rest = weighted(v, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11;
    day(two(v, 0), two(v, 2) % 20, two(v, 4)) && rest % 10 == digit(v, 9)
}

/// Estonia and Lithuania: century and sex, birthday, and a check digit with two rows of weights.
pub(super) fn baltic(v: &[u8]) -> bool {
    let first = weighted(v, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighted(v, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
    let check = if first < 10 { first } else { second % 10 };
    (1..=6).contains(&digit(v, 0)) && yymmdd(v, 1) && check == digit(v, 10)
}

/// Croatia, OIB: ISO 7064, mod 11,10.
pub(super) fn hr_oib(v: &[u8]) -> bool {
    !uniform(v) && mod_11_10(v)
}

/// Russia, SNILS: weights 9 to 1, modulus 101.
pub(super) fn ru_snils(v: &[u8]) -> bool {
    let rest = weighted(v, &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101;
    !uniform(v) && (if rest == 100 { 0 } else { rest }) == two(v, 9)
}

/// Russia, INN of a person: two check digits, modulus 11.
pub(super) fn ru_inn(v: &[u8]) -> bool {
    let first = weighted(v, &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10;
    let second = weighted(v, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10;
    !uniform(v) && first == digit(v, 10) && second == digit(v, 11)
}

/// A birthday of eight digits, the year first or last.
pub(super) fn birthday(v: &[u8]) -> bool {
    let year_first = two(v, 0) * 100 + two(v, 2);
    if birth_year(year_first) && day(year_first, two(v, 4), two(v, 6)) {
        return true;
    }
    let year = number(v.get(v.len().saturating_sub(4)..).unwrap_or_default());
    let head = v.get(..v.len().saturating_sub(4)).unwrap_or_default();
    let year = u32::try_from(year).unwrap_or(0);
    let (a, b) = match head.len() {
        2 => (digit(head, 0), digit(head, 1)),
        3 => return birth_year(year) && matches!(digit(head, 0), 1..=9),
        4 => (two(head, 0), two(head, 2)),
        _ => return false,
    };
    birth_year(year) && (day(year, b, a) || day(year, a, b))
}
