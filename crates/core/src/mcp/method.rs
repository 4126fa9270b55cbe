//! The methods of each era. What is not here is never forwarded.

use super::Era;

/// A method, or one of the few things that a session does without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// `server/discover`
    Discover,
    /// `tools/list`
    ToolsList,
    /// `tools/call`
    ToolsCall,
    /// `prompts/list`
    PromptsList,
    /// `prompts/get`
    PromptsGet,
    /// `resources/list`
    ResourcesList,
    /// `resources/templates/list`
    TemplatesList,
    /// `resources/read`
    ResourcesRead,
    /// `completion/complete`
    Complete,
    /// `subscriptions/listen`
    Listen,
    /// `initialize`
    Initialize,
    /// `ping`
    Ping,
    /// `logging/setLevel`
    SetLevel,
    /// `resources/subscribe`
    Subscribe,
    /// `resources/unsubscribe`
    Unsubscribe,
    /// `notifications/initialized`
    Initialized,
    /// `notifications/cancelled`
    Cancelled,
    /// `notifications/progress`, of a client about a request of the server's
    Progress,
    /// `notifications/roots/list_changed`
    RootsChanged,
    /// A client's response to a request of the server's.
    Reply,
    /// `GET`: the stream of a session, opened or resumed.
    Stream,
    /// `DELETE`: the end of a session.
    End,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 22] = [
        Self::Discover,
        Self::ToolsList,
        Self::ToolsCall,
        Self::PromptsList,
        Self::PromptsGet,
        Self::ResourcesList,
        Self::TemplatesList,
        Self::ResourcesRead,
        Self::Complete,
        Self::Listen,
        Self::Initialize,
        Self::Ping,
        Self::SetLevel,
        Self::Subscribe,
        Self::Unsubscribe,
        Self::Initialized,
        Self::Cancelled,
        Self::Progress,
        Self::RootsChanged,
        Self::Reply,
        Self::Stream,
        Self::End,
    ];

    /// Its name on the wire; for what has none, the word that records use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Discover => "server/discover",
            Self::ToolsList => "tools/list",
            Self::ToolsCall => "tools/call",
            Self::PromptsList => "prompts/list",
            Self::PromptsGet => "prompts/get",
            Self::ResourcesList => "resources/list",
            Self::TemplatesList => "resources/templates/list",
            Self::ResourcesRead => "resources/read",
            Self::Complete => "completion/complete",
            Self::Listen => "subscriptions/listen",
            Self::Initialize => "initialize",
            Self::Ping => "ping",
            Self::SetLevel => "logging/setLevel",
            Self::Subscribe => "resources/subscribe",
            Self::Unsubscribe => "resources/unsubscribe",
            Self::Initialized => "notifications/initialized",
            Self::Cancelled => "notifications/cancelled",
            Self::Progress => "notifications/progress",
            Self::RootsChanged => "notifications/roots/list_changed",
            Self::Reply => "response",
            Self::Stream => "session/stream",
            Self::End => "session/end",
        }
    }

    /// The request of that name in `era`.
    #[must_use]
    pub fn request(name: &str, era: Era) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.is_request() && method.is_of(era) && method.as_str() == name)
    }

    /// The notification of that name that a client may send in a session.
    #[must_use]
    pub fn notification(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.is_notification() && method.as_str() == name)
    }

    /// Whether `era` has it.
    #[must_use]
    pub const fn is_of(self, era: Era) -> bool {
        match self {
            Self::Discover | Self::Listen => matches!(era, Era::Modern),
            Self::ToolsList
            | Self::ToolsCall
            | Self::PromptsList
            | Self::PromptsGet
            | Self::ResourcesList
            | Self::TemplatesList
            | Self::ResourcesRead
            | Self::Complete => true,
            _ => matches!(era, Era::Session),
        }
    }

    /// Whether it is a notification of the client's.
    #[must_use]
    pub const fn is_notification(self) -> bool {
        matches!(self, Self::Initialized | Self::Cancelled | Self::Progress | Self::RootsChanged)
    }

    /// Whether it is a JSON-RPC request, which has an id and gets a response.
    #[must_use]
    pub const fn is_request(self) -> bool {
        !self.is_notification() && !matches!(self, Self::Reply | Self::Stream | Self::End)
    }

    /// The member of `params` that `Mcp-Name` mirrors.
    #[must_use]
    pub const fn named_by(self) -> Option<&'static str> {
        match self {
            Self::ToolsCall | Self::PromptsGet => Some("name"),
            Self::ResourcesRead => Some("uri"),
            _ => None,
        }
    }

    /// Whether the server may answer `input_required` and the client may retry with `inputResponses`.
    #[must_use]
    pub const fn takes_input(self) -> bool {
        self.named_by().is_some()
    }

    /// The member of a list's result that holds its items.
    #[must_use]
    pub const fn list_member(self) -> Option<&'static str> {
        match self {
            Self::ToolsList => Some("tools"),
            Self::PromptsList => Some("prompts"),
            Self::ResourcesList => Some("resources"),
            Self::TemplatesList => Some("resourceTemplates"),
            _ => None,
        }
    }

    /// Whether a complete result must carry `ttlMs` and `cacheScope`.
    #[must_use]
    pub const fn is_cacheable(self) -> bool {
        matches!(self, Self::Discover | Self::ResourcesRead) || self.list_member().is_some()
    }

    /// Whether its result is an empty object (2025-11-25, "Ping"; the schema's `EmptyResult`): clients may compare it.
    #[must_use]
    pub const fn has_empty_result(self) -> bool {
        matches!(self, Self::Ping | Self::SetLevel | Self::Subscribe | Self::Unsubscribe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_era_has_its_own_methods() {
        assert_eq!(Method::request("tools/call", Era::Modern), Some(Method::ToolsCall));
        assert_eq!(Method::request("tools/call", Era::Session), Some(Method::ToolsCall));
        assert_eq!(Method::request("ping", Era::Modern), None);
        assert_eq!(Method::request("subscriptions/listen", Era::Session), None);
        assert_eq!(Method::request("server/discover", Era::Session), None);
        for name in ["response", "session/stream", "session/end", "notifications/initialized", "tasks/get"] {
            assert_eq!(Method::request(name, Era::Session), None, "{name}");
        }
        assert_eq!(Method::notification("notifications/progress"), Some(Method::Progress));
        assert_eq!(Method::notification("notifications/message"), None);
    }
}
