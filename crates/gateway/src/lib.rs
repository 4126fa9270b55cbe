//! The MCP API gateway: TLS, identity, limits, allowlists, the pipeline, upstreams, the admin listener.
