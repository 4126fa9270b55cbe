//! The MCP API gateway: TLS, identity, limits, the pipeline, upstreams, the admin listener.
//!
//! Begin with [`pipeline`]: the way of one request, in order. [`server`] accepts connections and hands requests to it;
//! [`Gateway`] holds what they share, and swaps it whole on a reload.

pub mod admin;
pub mod config;
pub mod custody;
pub mod error;
pub mod gateway;
pub mod metrics;
pub mod pins;
pub mod server;

mod answer;
mod connection;
mod cors;
mod exchange;
mod forward;
mod input;
mod listing;
mod pipeline;
mod relay;
mod reply;
mod request;
mod route;
mod seal;
mod session;
pub mod sse;
mod wellknown;
// Identity and limits.
pub mod certificate;
pub mod identity;
pub mod jwks;
pub mod jwt;
pub mod limits;
pub mod tls;

pub use error::GatewayError;
pub use gateway::Gateway;
