//! Bytes that become text: what a piece ends within is kept for the next.

/// The beginning of a character whose end has not come. At most three bytes.
#[derive(Debug, Default)]
pub(super) struct Bytes(Vec<u8>);

/// Stands for bytes that are no UTF-8.
const REPLACED: &str = "\u{fffd}";

impl Bytes {
    /// Calls `see` for each run of text in what was kept and the piece.
    pub(super) fn take(&mut self, piece: &[u8], mut see: impl FnMut(&str)) {
        let mut piece = piece;
        // The character under way is finished byte by byte.
        while let (false, Some((first, rest))) = (self.0.is_empty(), piece.split_first()) {
            self.0.push(*first);
            piece = rest;
            let joined = std::mem::take(&mut self.0);
            self.runs(&joined, &mut see);
        }
        self.runs(piece, &mut see);
    }

    fn runs(&mut self, bytes: &[u8], see: &mut impl FnMut(&str)) {
        let mut rest = bytes;
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    see(text);
                    return;
                }
                Err(error) => {
                    let (valid, more) = rest.split_at(error.valid_up_to());
                    see(std::str::from_utf8(valid).unwrap_or_default());
                    let Some(len) = error.error_len() else {
                        self.0.extend_from_slice(more);
                        return;
                    };
                    see(REPLACED);
                    rest = more.get(len..).unwrap_or_default();
                }
            }
        }
    }

    /// What stands for a character that was cut off.
    pub(super) fn cut(&mut self) -> &'static str {
        if self.0.is_empty() {
            return "";
        }
        self.0.clear();
        REPLACED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_pieces_give_what_the_whole_gives(
            bytes in proptest::collection::vec(prop_oneof![any::<u8>(), 0xe0..0xf5u8, 0x80..0xc0u8], 0..64),
            size in 1_usize..5,
        ) {
            let (mut cut, mut out) = (Bytes::default(), String::new());
            bytes.chunks(size).for_each(|piece| cut.take(piece, |text| out.push_str(text)));
            out.push_str(cut.cut());
            prop_assert_eq!(out, String::from_utf8_lossy(&bytes));
        }
    }
}
