//! Why a gateway cannot start or take over a configuration.

/// A fault at start-up or reload, for the operator.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Certificates, keys or CRLs do not work together.
    #[error("TLS: {0}")]
    Tls(String),
    /// The token issuer cannot be used.
    #[error("tokens: {0}")]
    Identity(String),
    /// A change that needs a restart.
    #[error("{0} cannot change while the gateway runs; restart it")]
    NeedsRestart(&'static str),
    /// The pins cannot be read.
    #[error(transparent)]
    Pins(#[from] crate::pins::PinError),
    /// The log cannot be copied as the configuration promises.
    #[error("archive: {0}")]
    Archive(String),
    /// The witnesses cannot be those of this log.
    #[error("audit.witnesses: {0}")]
    Witnesses(String),
    /// The audit log refused the record of the change.
    #[error("the audit log cannot take the record: {0}")]
    Audit(String),
}
