//! Check digits, in the forms that several numbers share. Each takes the letters (upper case) and digits of a number without
//! its separators.

/// The value of a digit, or of a letter as ISO 7064 counts it: 10 for A to 35 for Z.
pub(super) fn value(byte: u8) -> u32 {
    char::from(byte).to_digit(36).unwrap_or(0)
}

/// The number that the digits write. At most 18 digits.
pub(super) fn number(digits: &[u8]) -> u64 {
    digits.iter().take(18).fold(0, |sum, digit| sum * 10 + u64::from(value(*digit)))
}

/// The sum of the digits, each times its weight; what has no weight does not count.
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| value(*digit) * weight).sum()
}

/// The digit at a place.
pub(super) fn digit(digits: &[u8], at: usize) -> u32 {
    digits.get(at).map_or(99, |digit| value(*digit))
}

/// ISO/IEC 7812-1, annex B: every second digit from the right counts twice.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let value = value(*digit) * if at % 2 == 1 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Verhoeff (1969): the dihedral group of ten elements.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    // Multiplication of the group, and the permutation by place.
    let times = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - 5 + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let once = |a: u32| [1, 5, 7, 6, 2, 8, 3, 0, 9, 4].get(a as usize).copied().unwrap_or(0);
    let mut state = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let mut permuted = value(*digit);
        for _ in 0..place % 8 {
            permuted = once(permuted);
        }
        state = times(state, permuted);
    }
    state == 0
}

/// ISO 7064, mod 97-10, with the first four characters moved to the end: IBAN (ISO 13616).
pub(super) fn iban(characters: &[u8]) -> bool {
    let (head, tail) = characters.split_at(characters.len().min(4));
    let rest = tail.iter().chain(head).fold(0_u32, |rest, byte| {
        let value = value(*byte);
        if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 }
    });
    rest == 1
}

/// ISO 7064, mod 11,10, over all digits with the check digit as the last.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((last, head)) = digits.split_last() else { return false };
    let product = head.iter().fold(10_u32, |product, digit| {
        let sum = (product + value(*digit)) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == value(*last)
}

/// Whether the digits are all the same: never a number that anyone has.
pub(super) fn uniform(digits: &[u8]) -> bool {
    digits.iter().all(|digit| Some(digit) == digits.first())
}

/// Whether there is such a day; of a year of two digits every fourth is a leap year.
pub(super) const fn day(year: u32, month: u32, day: u32) -> bool {
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    day >= 1 && day <= last
}

/// The number of two digits at a place.
pub(super) fn two(digits: &[u8], at: usize) -> u32 {
    digit(digits, at) * 10 + digit(digits, at + 1)
}

/// Whether the digits from a place on are year, month and day of two digits each.
pub(super) fn yymmdd(digits: &[u8], at: usize) -> bool {
    day(two(digits, at), two(digits, at + 2), two(digits, at + 4))
}

/// Whether the digits from a place on are day, month and year of two digits each.
pub(super) fn ddmmyy(digits: &[u8], at: usize) -> bool {
    day(two(digits, at + 4), two(digits, at + 2), two(digits, at))
}

/// Whether a person may have been born in that year.
pub(super) const fn birth_year(year: u32) -> bool {
    year >= 1900 && year < 2040
}

/// Payment cards: the ranges of issuers by their networks, the lengths they have, and the check digit of ISO/IEC 7812-1.
pub(super) fn card(digits: &[u8]) -> bool {
    let first = |count: usize| number(digits.get(..count).unwrap_or_default());
    let length = digits.len();
    let known = match (first(1), first(2), first(4)) {
        (4, ..) => matches!(length, 13 | 16 | 19),
        (_, 51..=55, _) | (_, _, 2221..=2720) => length == 16,
        (_, 34 | 37, _) => length == 15,
        (_, 36 | 38 | 39, _) => (14..=19).contains(&length),
        (_, 30, 3000..=3059 | 3095) => matches!(length, 14 | 16),
        (_, _, 3528..=3589) => (16..=19).contains(&length),
        (_, _, 2200..=2204) => (16..=19).contains(&length),
        (_, 60 | 65 | 62 | 64 | 81, _) => (16..=19).contains(&length),
        (_, 50 | 56..=58 | 63 | 67..=69, _) => (16..=19).contains(&length),
        (_, _, 9792) => length == 16,
        _ => false,
    };
    known && luhn(digits) && !uniform(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_their_standards() {
        assert!(luhn(b"79927398713") && !luhn(b"79927398710"));
        assert!(verhoeff(b"2363") && !verhoeff(b"2364") && verhoeff(b"123451") && verhoeff(b"84736430954837284567892"));
        assert!(iban(b"GB82WEST12345698765432") && iban(b"DE89370400440532013000") && !iban(b"DE89370400440532013001"));
        assert!(mod_11_10(b"94577403194") || mod_11_10(b"69435151530"), "HR and the like");
        assert!(card(b"4111111111111111") && card(b"378282246310005") && card(b"6011111111111117"));
        assert!(card(b"5555555555554444") && card(b"3530111333300000") && card(b"30569309025904"));
        assert!(!card(b"4111111111111112") && !card(b"1700000000000"));
    }

    #[test]
    fn days_are_days() {
        assert!(day(2024, 2, 29) && !day(2023, 2, 29) && !day(2024, 13, 1) && !day(2024, 4, 31) && !day(0, 0, 1));
    }
}
