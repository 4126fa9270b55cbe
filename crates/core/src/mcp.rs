//! MCP messages of revision 2026-07-28: one strict reading of the envelope, used by everything that follows.

mod call;
mod method;
mod params;
mod tool;

pub use call::{Call, Capabilities, Inbound, RequestId, Unread, look_alike, read};
pub use method::Method;
pub use params::{Completion, Listen, Target};
pub use tool::{MirroredParam, mirrored_params};

/// The revision that this release serves.
pub const REVISION: &str = "2026-07-28";

/// The `_meta` key of the protocol version.
pub const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// The `_meta` key of the client's capabilities.
pub const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
/// The `_meta` key that ties a notification to its `subscriptions/listen` request.
pub const META_SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";
