//! Labels that travel with content: how risky it is.

use std::fmt;

/// A risk from 0.0 to 10.0, held in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Risk(u8);

impl Risk {
    /// No risk known.
    pub const NONE: Self = Self(0);
    /// The highest risk.
    pub const MAX: Self = Self(100);

    /// From tenths; values over 100 become 100.
    #[must_use]
    pub const fn from_tenths(tenths: u8) -> Self {
        if tenths > 100 { Self(100) } else { Self(tenths) }
    }

    /// In tenths, 0 to 100.
    #[must_use]
    pub const fn tenths(self) -> u8 {
        self.0
    }

    /// The higher of the two: adding a signal never lowers a score.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.max(other)
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// What a decision knows of the content a call carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Labels {
    /// The highest risk among what the caller was given before, as far as it is known.
    pub risk: Risk,
}

#[cfg(test)]
mod tests {
    use super::Risk;

    #[test]
    fn adding_never_lowers() {
        assert_eq!(Risk::from_tenths(73).and(Risk::NONE), Risk::from_tenths(73));
        assert_eq!(Risk::from_tenths(200), Risk::MAX);
        assert_eq!(Risk::from_tenths(73).to_string(), "7.3");
    }
}
