//! The parts of messages that text flows back in.

/// A part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// The text of a tool's result.
    Result,
    /// A string in a result's structured content.
    Structured,
    /// A resource that is embedded in a result.
    Resource,
    /// The description of a tool.
    Description,
    /// The message of an error.
    Error,
    /// The data of a log notification.
    Notification,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 6] =
        [Self::Result, Self::Structured, Self::Resource, Self::Description, Self::Error, Self::Notification];

    /// Its name in ids.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Structured => "structured",
            Self::Resource => "resource",
            Self::Description => "description",
            Self::Error => "error",
            Self::Notification => "notification",
        }
    }

    /// The JSON-RPC message (MCP 2025-11-25) that carries the text there.
    #[must_use]
    pub fn message(self, text: &str) -> String {
        let text = quoted(text);
        match self {
            Self::Result => {
                format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":[{{"type":"text","text":{text}}}]}}}}"#)
            }
            Self::Structured => {
                let result = format!(r#"{{"content":[],"structuredContent":{{"items":[{{"note":{text}}}]}}}}"#);
                format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#)
            }
            Self::Resource => {
                let resource = format!(
                    r#"{{"uri":"https://docs.example.com/manual/notes.md","mimeType":"text/markdown","text":{text}}}"#
                );
                let content = format!(r#"[{{"type":"resource","resource":{resource}}}]"#);
                format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":{content}}}}}"#)
            }
            Self::Description => {
                let other = r#"{"name":"other","description":"Adds.","inputSchema":{"type":"object"}}"#;
                let tool = format!(r#"{{"name":"notes","description":{text},"inputSchema":{{"type":"object"}}}}"#);
                format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"tools":[{tool},{other}]}}}}"#)
            }
            Self::Error => format!(r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":-32000,"message":{text}}}}}"#),
            Self::Notification => {
                let params = format!(r#"{{"level":"info","data":{text}}}"#);
                format!(r#"{{"jsonrpc":"2.0","method":"notifications/message","params":{params}}}"#)
            }
        }
    }
}

/// The text as a string of JSON (RFC 8259, section 7).
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
