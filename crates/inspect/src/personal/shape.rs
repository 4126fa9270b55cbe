//! What stands at a place, as letters, digits and separators.

/// More characters belong to no number that is looked for.
const LONGEST: usize = 48;

/// Letters, digits and single separators from a place on.
pub(super) struct Shape {
    /// The characters: ASCII as it stands, other dashes and spaces as `-` and ` `.
    marks: [u8; LONGEST],
    /// Where each ends, from the beginning: at most three bytes for each.
    ends: [u8; LONGEST],
    /// How many there are.
    length: usize,
}

/// A number as its checks want it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value {
    bytes: [u8; LONGEST],
    length: usize,
    /// Where the number ends, in bytes from its beginning.
    pub(super) end: usize,
}

impl Value {
    /// Its letters, in upper case, and digits.
    pub(super) fn characters(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Shape {
    /// Reads what begins `text`.
    pub(super) fn read(text: &str) -> Self {
        let mut shape = Self { marks: [0; LONGEST], ends: [0; LONGEST], length: 0 };
        let mut at = 0;
        let bytes = text.as_bytes();
        while let (Some(byte), true) = (bytes.get(at).copied(), shape.length < LONGEST) {
            let (mark, width) = match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b' ' | b'-' | b'.' | b'/' | b'+' => (byte, 1),
                0x80.. => match text.get(at..).and_then(|rest| rest.chars().next()) {
                    Some(c @ ('\u{a0}' | '\u{2009}' | '\u{202f}')) => (b' ', c.len_utf8()),
                    Some(c @ ('\u{2010}'..='\u{2013}' | '\u{2212}')) => (b'-', c.len_utf8()),
                    _ => break,
                },
                _ => break,
            };
            let previous = shape.length.checked_sub(1).and_then(|last| shape.marks.get(last)).copied();
            if !mark.is_ascii_alphanumeric() && previous.is_none_or(|b| !b.is_ascii_alphanumeric()) {
                break;
            }
            at += width;
            if let (Some(place), Some(end)) = (shape.marks.get_mut(shape.length), shape.ends.get_mut(shape.length)) {
                (*place, *end) = (mark, u8::try_from(at).unwrap_or(u8::MAX));
            }
            shape.length += 1;
            // Two small letters behind a separator are a word: no form has them.
            let word = mark.is_ascii_lowercase() && previous.is_some_and(|b| b.is_ascii_lowercase());
            if word && shape.lead() + 1 < shape.length {
                break;
            }
        }
        shape
    }

    fn marks(&self) -> &[u8] {
        self.marks.get(..self.length).unwrap_or_default()
    }

    /// How many letters and digits stand together at the beginning.
    pub(super) fn lead(&self) -> usize {
        self.marks().iter().take_while(|b| b.is_ascii_alphanumeric()).count()
    }

    /// Whether a number may end before the character of that place: nothing that belongs to it follows.
    fn ends_at(&self, place: usize) -> bool {
        let mark = |at: usize| self.marks().get(at).copied().unwrap_or_default();
        match mark(place) {
            b'-' | b'.' | b'/' | b'+' => !mark(place + 1).is_ascii_alphanumeric(),
            other => !other.is_ascii_alphanumeric(),
        }
    }

    /// The number, if what stands here is one of the form: `d` is a digit, `l` a letter, `u` one in upper case, `x` either
    /// letter or digit, `~` any separator, all of which are the same; the rest stands for itself.
    pub(super) fn fits(&self, form: &str) -> Option<Value> {
        let mut separator = None;
        let marks = self.marks().get(..form.len())?;
        let fits = |(mark, wanted): (&u8, u8)| match wanted {
            b'd' => mark.is_ascii_digit(),
            b'l' => mark.is_ascii_alphabetic(),
            b'u' => mark.is_ascii_uppercase(),
            b'x' => mark.is_ascii_alphanumeric(),
            b'~' => !mark.is_ascii_alphanumeric() && *separator.get_or_insert(*mark) == *mark,
            other => *mark == other,
        };
        // Most forms do not fit: the value is made only where one does.
        if !marks.iter().zip(form.bytes()).all(fits) || !self.ends_at(form.len()) {
            return None;
        }
        let end = usize::from(*self.ends.get(form.len().checked_sub(1)?)?);
        let mut value = Value { bytes: [0; LONGEST], length: 0, end };
        marks.iter().filter(|mark| mark.is_ascii_alphanumeric()).for_each(|mark| value.push(*mark));
        Some(value)
    }

    /// The first `wanted` letters and digits, as they stand together or in fours set apart by one kind of separator.
    pub(super) fn fours(&self, wanted: usize) -> Option<Value> {
        let mut value = Value { bytes: [0; LONGEST], length: 0, end: 0 };
        let mut separator = None;
        for (place, mark) in self.marks().iter().enumerate() {
            // Set apart, groups of letters are in capitals: others are words.
            if mark.is_ascii_lowercase() && separator.is_some() {
                return None;
            }
            if mark.is_ascii_alphanumeric() {
                value.push(*mark);
            } else if !value.length.is_multiple_of(4) || *separator.get_or_insert(*mark) != *mark || *mark == b'.' {
                return None;
            }
            if value.length == wanted {
                value.end = usize::from(*self.ends.get(place)?);
                return self.ends_at(place + 1).then_some(value);
            }
        }
        None
    }
}

impl Value {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte.to_ascii_uppercase();
            self.length += 1;
        }
    }
}
