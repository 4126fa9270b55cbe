//! What a value is by where it stands in an MCP message (the schemas of every revision that is served).
//!
//! The table names what the protocol reads. Everything that it does not name is text.

use super::Shape;
use casemate_core::mcp::Method;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// Text for a person or a model, and whatever is unknown: cleaned.
    Text,
    /// The text of a content item: cleaned, and marked where the policy asks for it.
    Words,
    /// Text that goes alone where it is denied: a server's instructions, its words about itself.
    Alone,
    /// A value that a program reads too, such as a schema's choices: cleaned, but a URL alone stays.
    Data,
    /// A name, a type, a token of the protocol: judged, never changed.
    Name,
    /// A URI: judged, never changed.
    Uri,
    /// The page that a server would have the user open: judged, never changed.
    Asked,
    /// A link that a client shows: left out unless it is allowed.
    Shown,
    /// Base64 of an image, audio or blob: measured.
    Media,
    /// Judged elsewhere, or sealed by the gateway itself: skipped.
    Sealed,
    /// Icons: kept or dropped one by one, by where they are loaded from.
    Icons,
    Icon,
    /// A JSON Schema, and a map of them.
    Schema,
    SchemaMap,
    /// `_meta`.
    Meta,
    Response(Method),
    ErrorResponse,
    /// A request from server to client.
    Request,
    Notification,
    NotificationParams,
    Error,
    /// An error's `data`: what the revision defines there, and text.
    ErrorData,
    Result(Method),
    /// `tools`, `prompts`, `resources`, `resourceTemplates` and their items.
    Listing,
    Listed,
    /// An argument of a prompt.
    Argument,
    Completion,
    ServerInfo,
    /// A content item or an array of them.
    Content,
    /// A content item of `type` text within an array, and so on: what it holds is told by its keys.
    Contents,
    Messages,
    InputRequests,
    InputRequest,
    /// The params of `elicitation/create` or `sampling/createMessage`.
    InputParams,
}

impl Position {
    /// What the root of a message is.
    pub(super) const fn of(shape: Shape) -> Self {
        match shape {
            Shape::Result(method) => Self::Response(method),
            Shape::Error => Self::ErrorResponse,
            Shape::Notification => Self::Notification,
            Shape::Request => Self::Request,
        }
    }

    /// Whether a string in this position is text that may be changed.
    pub(super) const fn is_text(self) -> bool {
        !matches!(self, Self::Name | Self::Uri | Self::Asked | Self::Shown | Self::Media | Self::Sealed)
    }
}

/// What the items of an array in this position are.
pub(super) const fn item(position: Position) -> Position {
    match position {
        Position::Icons => Position::Icon,
        Position::Listing => Position::Listed,
        other => other,
    }
}

/// What the member `key` of an object in this position is, with the key where the protocol knows it.
pub(super) fn member(position: Position, key: &str) -> (Position, Option<&'static str>) {
    use Position as P;
    let find = |table: &[(&'static str, P)]| {
        let hit = table.iter().find(|(name, _)| *name == key);
        hit.map(|(name, position)| (*position, Some(*name)))
    };
    let found = match position {
        P::Text | P::Words | P::Alone | P::Data => return (position, None),
        P::Name | P::Uri | P::Asked | P::Shown | P::Media | P::Sealed | P::Icons => return (position, None),
        P::SchemaMap => return (P::Schema, None),
        P::InputRequests => return (P::InputRequest, None),
        P::Meta if key == "io.modelcontextprotocol/serverInfo" => return (P::ServerInfo, Some("serverInfo")),
        P::Meta if key.starts_with("io.modelcontextprotocol/") || key == "progressToken" => return (P::Name, None),
        P::Meta => None,
        P::Response(method) => find(&RESPONSE).or_else(|| find(&[("result", P::Result(method))])),
        P::ErrorResponse => find(&RESPONSE),
        P::Notification => find(&[("jsonrpc", P::Name), ("method", P::Name), ("params", P::NotificationParams)]),
        P::Request => find(&[("jsonrpc", P::Name), ("id", P::Sealed), ("method", P::Name), ("params", P::InputParams)]),
        P::NotificationParams => find(&NOTIFICATION),
        P::Error => find(&[("message", P::Text), ("data", P::ErrorData)]),
        P::ErrorData => find(&[("uri", P::Uri), ("requiredCapabilities", P::Name), ("elicitations", P::InputParams)]),
        P::Result(_) => find(&RESULT),
        P::Listing | P::Listed => find(&LISTED),
        P::Argument => find(&[("name", P::Name), ("title", P::Text), ("description", P::Text)]),
        P::Completion => find(&[("values", P::Data)]),
        P::ServerInfo => find(&SERVER_INFO),
        P::Icon => find(&[("src", P::Sealed), ("mimeType", P::Name), ("sizes", P::Name), ("theme", P::Name)]),
        P::Content | P::Contents => find(&CONTENT),
        P::Messages => find(&[("role", P::Name), ("content", P::Content), ("_meta", P::Meta)]),
        P::InputRequest => find(&[("method", P::Name), ("params", P::InputParams)]),
        P::InputParams => find(&INPUT),
        P::Schema => find(&SCHEMA),
    };
    found.unwrap_or((P::Text, None))
}

use Position as P;

const RESPONSE: [(&str, P); 3] = [("jsonrpc", P::Name), ("id", P::Sealed), ("error", P::Error)];

const NOTIFICATION: [(&str, P); 12] = [
    ("progressToken", P::Name),
    ("message", P::Text),
    ("level", P::Name),
    ("logger", P::Name),
    ("data", P::Text),
    ("uri", P::Uri),
    ("requestId", P::Name),
    ("reason", P::Text),
    ("elicitationId", P::Name),
    ("notifications", P::Uri),
    ("_meta", P::Meta),
    ("method", P::Name),
];

const RESULT: [(&str, P); 22] = [
    ("resultType", P::Name),
    ("protocolVersion", P::Name),
    ("content", P::Content),
    ("structuredContent", P::Text),
    ("contents", P::Contents),
    ("messages", P::Messages),
    ("description", P::Text),
    ("tools", P::Listing),
    ("prompts", P::Listing),
    ("resources", P::Listing),
    ("resourceTemplates", P::Listing),
    ("nextCursor", P::Name),
    ("cacheScope", P::Name),
    ("completion", P::Completion),
    ("supportedVersions", P::Name),
    ("capabilities", P::Name),
    ("serverInfo", P::ServerInfo),
    ("instructions", P::Alone),
    ("inputRequests", P::InputRequests),
    ("requestState", P::Sealed),
    ("notifications", P::Uri),
    ("_meta", P::Meta),
];

const LISTED: [(&str, P); 13] = [
    ("name", P::Name),
    ("title", P::Text),
    ("description", P::Text),
    ("uri", P::Uri),
    ("uriTemplate", P::Uri),
    ("mimeType", P::Name),
    ("icons", P::Icons),
    ("inputSchema", P::Schema),
    ("outputSchema", P::Schema),
    ("arguments", P::Argument),
    ("annotations", P::Text),
    ("execution", P::Name),
    ("_meta", P::Meta),
];

const SERVER_INFO: [(&str, P); 6] = [
    ("name", P::Name),
    ("version", P::Name),
    ("title", P::Alone),
    ("description", P::Alone),
    ("icons", P::Icons),
    ("websiteUrl", P::Shown),
];

const CONTENT: [(&str, P); 16] = [
    ("type", P::Name),
    ("text", P::Words),
    ("mimeType", P::Name),
    ("uri", P::Uri),
    ("name", P::Name),
    ("title", P::Text),
    ("description", P::Text),
    ("resource", P::Contents),
    ("icons", P::Icons),
    ("annotations", P::Name),
    ("id", P::Name),
    ("toolUseId", P::Name),
    ("input", P::Text),
    ("content", P::Content),
    ("structuredContent", P::Text),
    ("_meta", P::Meta),
];

const INPUT: [(&str, P); 13] = [
    ("mode", P::Name),
    ("message", P::Text),
    ("requestedSchema", P::Schema),
    ("url", P::Asked),
    ("elicitationId", P::Name),
    ("messages", P::Messages),
    ("systemPrompt", P::Text),
    ("modelPreferences", P::Name),
    ("includeContext", P::Name),
    ("stopSequences", P::Data),
    ("tools", P::Listing),
    ("toolChoice", P::Name),
    ("_meta", P::Meta),
];

/// Keywords of JSON Schema 2020-12 and earlier that hold no text.
const SCHEMA: [(&str, P); 48] = [
    ("$schema", P::Uri),
    ("$id", P::Uri),
    ("$ref", P::Uri),
    ("$anchor", P::Name),
    ("$dynamicRef", P::Uri),
    ("$dynamicAnchor", P::Name),
    ("$vocabulary", P::Uri),
    ("$defs", P::SchemaMap),
    ("definitions", P::SchemaMap),
    ("properties", P::SchemaMap),
    ("patternProperties", P::SchemaMap),
    ("dependentSchemas", P::SchemaMap),
    ("dependentRequired", P::Name),
    ("dependencies", P::SchemaMap),
    ("additionalProperties", P::Schema),
    ("unevaluatedProperties", P::Schema),
    ("propertyNames", P::Schema),
    ("items", P::Schema),
    ("prefixItems", P::Schema),
    ("additionalItems", P::Schema),
    ("unevaluatedItems", P::Schema),
    ("contains", P::Schema),
    ("allOf", P::Schema),
    ("anyOf", P::Schema),
    ("oneOf", P::Schema),
    ("not", P::Schema),
    ("if", P::Schema),
    ("then", P::Schema),
    ("else", P::Schema),
    ("contentSchema", P::Schema),
    ("type", P::Name),
    ("format", P::Name),
    ("pattern", P::Name),
    ("required", P::Name),
    ("contentEncoding", P::Name),
    ("contentMediaType", P::Name),
    ("x-mcp-header", P::Name),
    ("discriminator", P::Name),
    ("enum", P::Data),
    ("const", P::Data),
    ("default", P::Data),
    ("examples", P::Data),
    ("enumNames", P::Text),
    ("title", P::Text),
    ("description", P::Text),
    ("$comment", P::Text),
    ("nullable", P::Name),
    ("deprecated", P::Name),
];
