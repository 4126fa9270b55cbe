//! Checksums that vendors put into their credentials.
//!
//! Where one is wrong although the rest fits, the value is still taken out, under `secret.unverified` and less gravely: a
//! vendor may change its checksum, and a value that is long, random and carries a vendor's prefix is never ordinary text.

/// How a format can be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// Not at all.
    None,
    /// The last six characters are the CRC-32 of those between the first low line and them, in base 62 (GitHub, "Behind
    /// GitHub's new authentication token formats", 2021; npm took the same).
    Base62,
    /// The last eight are the CRC-32 of what stands before the last low line, in hexadecimal, least byte first (Grafana's
    /// service account tokens).
    Grafana,
}

impl Check {
    /// Whether `value` has the right checksum; `None` where its format has none.
    pub(super) fn holds(self, value: &[u8]) -> Option<bool> {
        match self {
            Self::None => None,
            Self::Base62 => Some(base62(value).is_some()),
            Self::Grafana => Some(grafana(value).is_some()),
        }
    }
}

fn base62(value: &[u8]) -> Option<()> {
    let body = value.get(memchr::memchr(b'_', value)? + 1..)?;
    let (text, sum) = body.split_at_checked(body.len().checked_sub(6)?)?;
    (encode62(crc32(text)).as_slice() == sum).then_some(())
}

fn grafana(value: &[u8]) -> Option<()> {
    let (text, sum) = value.split_at_checked(value.len().checked_sub(8)?)?;
    let text = text.strip_suffix(b"_")?;
    (encode16(crc32(text)).as_slice() == sum).then_some(())
}

/// Six digits in base 62, upper case before lower case.
pub(super) fn encode62(mut number: u32) -> [u8; 6] {
    let mut out = [b'0'; 6];
    for digit in out.iter_mut().rev() {
        let value = u8::try_from(number % 62).unwrap_or(0);
        *digit = match value {
            0..=9 => b'0' + value,
            10..=35 => b'A' + (value - 10),
            _ => b'a' + (value - 36),
        };
        number /= 62;
    }
    out
}

/// Eight digits in base 16, least byte first.
pub(super) fn encode16(number: u32) -> [u8; 8] {
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + (value - 10) };
    let mut out = [b'0'; 8];
    for (pair, byte) in out.chunks_exact_mut(2).zip(number.to_le_bytes()) {
        if let [high, low] = pair {
            (*high, *low) = (digit(byte >> 4), digit(byte & 15));
        }
    }
    out
}

/// CRC-32 as in IEEE 802.3, reflected.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_one_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(&encode62(0), b"000000");
        assert_eq!(&encode62(61), b"00000z");
        assert_eq!(&encode16(0x1234_ABCD), b"cdab3412");
    }

    /// The example that GitHub has published for its scheme.
    #[test]
    fn a_published_token_has_its_checksum() {
        assert_eq!(&encode62(crc32(b"zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ")), b"0mLq17");
    }
}
