//! The dated revisions of MCP, and the two eras that they fall into.

/// A revision of MCP that is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revision {
    /// 2025-03-26
    V2025_03_26,
    /// 2025-06-18
    V2025_06_18,
    /// 2025-11-25
    V2025_11_25,
    /// 2026-07-28
    V2026_07_28,
}

/// How a revision opens a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Era {
    /// `initialize`, then messages under an `Mcp-Session-Id`.
    Session,
    /// Each request stands alone and names its revision in `_meta`.
    Modern,
}

impl Revision {
    /// Every revision, oldest first.
    pub const ALL: [Self; 4] = [Self::V2025_03_26, Self::V2025_06_18, Self::V2025_11_25, Self::V2026_07_28];
    /// The revisions with sessions, newest first: the order in which they are offered.
    pub const SESSION: [Self; 3] = [Self::V2025_11_25, Self::V2025_06_18, Self::V2025_03_26];

    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// The revision of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|revision| revision.as_str() == name)
    }

    /// Its era.
    #[must_use]
    pub const fn era(self) -> Era {
        match self {
            Self::V2026_07_28 => Era::Modern,
            _ => Era::Session,
        }
    }

    /// The names of all revisions, newest first, for people.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.map(Self::as_str).into_iter().rev().collect::<Vec<_>>().join(", ")
    }

    /// Whether clients send `MCP-Protocol-Version` in it (Streamable HTTP, "Protocol Version Header").
    #[must_use]
    pub const fn has_version_header(self) -> bool {
        !matches!(self, Self::V2025_03_26)
    }
}

impl Era {
    /// The era of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Session, Self::Modern].into_iter().find(|era| era.as_str() == name)
    }

    /// Its name for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Modern => "modern",
        }
    }

    /// The names of its revisions, newest first, as a JSON array.
    #[must_use]
    pub fn revisions_json(self) -> String {
        names_json(|revision| revision.era() == self)
    }
}

fn names_json(which: impl Fn(&Revision) -> bool) -> String {
    let names = Revision::ALL.into_iter().rev().filter(which);
    let quoted: Vec<_> = names.map(|revision| format!("\"{}\"", revision.as_str())).collect();
    format!("[{}]", quoted.join(","))
}

impl std::fmt::Display for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_exactly() {
        for revision in Revision::ALL {
            assert_eq!(Revision::parse(revision.as_str()), Some(revision));
        }
        assert_eq!(Revision::parse("2024-11-05"), None);
        assert_eq!(Revision::parse("2025-11-25 "), None);
        assert_eq!(Revision::names(), "2026-07-28, 2025-11-25, 2025-06-18, 2025-03-26");
        assert_eq!(Era::Modern.revisions_json(), r#"["2026-07-28"]"#);
        assert_eq!(Era::Session.revisions_json(), r#"["2025-11-25","2025-06-18","2025-03-26"]"#);
    }
}
