//! A witness as the operator of a log names it.

use casemate_net::{Named, Target, TargetError, Trust};
use casemate_tlog::Verifier;
use casemate_tlog::key::{Algorithm, KeyError};
use url::Url;

/// Why a witness cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The key is malformed.
    #[error("the key of the witness: {0}")]
    Key(#[from] KeyError),
    /// The key does not make cosignatures.
    #[error("the key of {0} is not for cosignatures")]
    NotCosigner(String),
    /// The key is listed twice.
    #[error("the key of the witness {0} is listed twice")]
    Twice(String),
    /// The submission prefix has a query.
    #[error("the URL of a witness has no query")]
    Query,
    /// The URL cannot be used.
    #[error("the URL of the witness: {0}")]
    Target(#[from] TargetError),
}

/// Where a witness takes checkpoints, and by which key its cosignatures are known.
#[derive(Debug, Clone)]
pub struct Peer {
    target: Target,
    key: Verifier,
}

impl Peer {
    /// Checks a submission prefix and a verifier key.
    ///
    /// # Errors
    /// See [`PeerError`].
    pub fn new(prefix: &Url, vkey: &str, trust: &Trust) -> Result<Self, PeerError> {
        let key = Verifier::parse(vkey)?;
        if key.algorithm() != Algorithm::CosignatureV1 {
            return Err(PeerError::NotCosigner(key.name().to_owned()));
        }
        if prefix.query().is_some() {
            return Err(PeerError::Query);
        }
        let mut url = prefix.clone();
        url.set_path(&format!("{}/add-checkpoint", prefix.path().trim_end_matches('/')));
        Ok(Self { target: Target::new(&url, Named::ByOperator, trust)?, key })
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> &Verifier {
        &self.key
    }

    pub(crate) const fn target(&self) -> &Target {
        &self.target
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use casemate_tlog::{Cosigner, Signer};

    #[test]
    fn the_call_is_below_the_prefix() {
        let vkey = Cosigner::from_seed("w", &[1; 32]).unwrap().verifier().to_string();
        let peer = |url: &str| Peer::new(&Url::parse(url).unwrap(), &vkey, &Trust::default());
        for (prefix, call) in [
            ("http://10.1.2.3", "http://10.1.2.3/add-checkpoint"),
            ("http://10.1.2.3/w/1/", "http://10.1.2.3/w/1/add-checkpoint"),
        ] {
            assert_eq!(peer(prefix).unwrap().target().url().as_str(), call);
        }
        assert!(matches!(peer("http://10.1.2.3/?a"), Err(PeerError::Query)));
        assert!(matches!(peer("ftp://10.1.2.3/"), Err(PeerError::Target(TargetError::Scheme))));
        let log = Signer::from_seed("l", &[1; 32]).unwrap().verifier().to_string();
        let url = Url::parse("http://10.1.2.3/").unwrap();
        assert!(matches!(Peer::new(&url, &log, &Trust::default()), Err(PeerError::NotCosigner(_))));
        assert!(matches!(Peer::new(&url, "w", &Trust::default()), Err(PeerError::Key(_))));
    }
}
