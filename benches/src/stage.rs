//! The gateway's own clock: the time of one stage, from its admin listener's metrics.

use crate::load::target;
use crate::pki::{CLIENT_URI, Pki};
use crate::tls::TlsArgs;
use crate::wire::{connect, read_capped};
use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{Method, Uri};
use http_body_util::Full;
use std::net::{Ipv4Addr, SocketAddr};

/// An admin listener, and the certificate of a person who may read its metrics.
#[derive(Debug, Clone)]
pub struct Admin {
    address: SocketAddr,
    tls: TlsArgs,
}

/// How often a stage was passed, and how long that took in all.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spent {
    /// Seconds.
    pub seconds: f64,
    /// Passages.
    pub count: f64,
}

impl Spent {
    /// Microseconds for each passage since `before`; none where there was none.
    #[must_use]
    pub fn since(self, before: Self) -> Option<f64> {
        let count = self.count - before.count;
        (count > 0.0).then(|| (self.seconds - before.seconds) * 1e6 / count)
    }
}

impl Admin {
    /// The admin listener on `port` of this host, by the certificates of a run.
    #[must_use]
    pub fn new(port: u16, pki: &Pki) -> Self {
        let (ca, pair) = (Some(pki.ca.clone()), pki.client.clone());
        let tls = TlsArgs { ca, cert: Some(pair.cert), key: Some(pair.key) };
        Self { address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), tls }
    }

    /// The part of `casemate.yaml` that this listener needs.
    #[must_use]
    pub fn config(&self, pki: &Pki) -> String {
        format!(
            "admin:\n  host: {}\n  port: {}\n  tls:\n    certificate: {}\n    key: {}\n  trusted_certs_path: {}\n  \
             people:\n    bench:\n      identities: [\"{CLIENT_URI}\"]\n      roles: [auditor]\n",
            self.address.ip(),
            self.address.port(),
            pki.server.cert.display(),
            pki.server.key.display(),
            pki.ca.display(),
        )
    }

    /// What `stage` has taken so far.
    ///
    /// # Errors
    /// The listener does not answer, or has no metrics for us.
    pub fn spent(&self, stage: &str) -> Result<Spent> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let text = runtime.block_on(self.metrics()).context("the admin listener")?;
        Ok(read(&text, stage))
    }

    async fn metrics(&self) -> Result<String> {
        let url: Uri = format!("https://{}/metrics", self.address).parse()?;
        let target = target(&url, self.tls.connector()?)?;
        let mut sender = connect(&target.peer).await?;
        let request = target.place.request(Method::GET, 1).body(Full::new(Bytes::new()))?;
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = read_capped(response.into_body()).await?;
        ensure!(status == http::StatusCode::OK, "status {status}");
        Ok(String::from_utf8_lossy(&body).into_owned())
    }
}

/// Reads the sum and the count of a stage's histogram; nothing where it was never passed.
fn read(text: &str, stage: &str) -> Spent {
    let value = |suffix: &str| -> f64 {
        let head = format!("casemate_duration_seconds_{suffix}{{stage=\"{stage}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&head)?.trim().parse().ok()).unwrap_or(0.0)
    };
    Spent { seconds: value("sum"), count: value("count") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_read_from_its_histogram() {
        let text = "casemate_duration_seconds_sum{stage=\"record\"} 9\ncasemate_duration_seconds_sum{stage=\"list\"} 0.5\n\
                    casemate_duration_seconds_count{stage=\"list\"} 1000\n";
        let spent = read(text, "list");
        assert_eq!(spent, Spent { seconds: 0.5, count: 1000.0 });
        assert_eq!(spent.since(Spent::default()), Some(500.0));
        assert_eq!(spent.since(spent), None);
        assert_eq!(read(text, "upstream"), Spent::default());
    }
}
