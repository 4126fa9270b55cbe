//! MCP messages of both eras: one strict reading of each, used by everything that follows.

mod call;
mod envelope;
mod method;
mod modern;
mod params;
mod read;
mod revision;
mod session;
mod tool;

pub use call::{Call, Capabilities, Inbound, RequestId};
pub use envelope::{look_alike, resembles};
pub use method::Method;
pub use params::{Completion, Listen, Target};
pub use read::{Session, SessionFacts, Unread, read, receive};
pub use revision::{Era, Revision};
pub use tool::{MirroredParam, mirrored_params};

/// The revision of the modern era.
pub const REVISION: &str = "2026-07-28";

/// The `_meta` key of the protocol version.
pub const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// The `_meta` key of the client's capabilities.
pub const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
/// The `_meta` key that ties a notification to its `subscriptions/listen` request.
pub const META_SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";
