//! The client against servers that behave well, badly and not at all.

mod answers;
mod connections;
mod rules;
mod server;
mod tls;

use crate::{Client, ClientConfig, Named, NetError, Target, TargetError, Trust};
use bytes::Bytes;
use http::{Method, Request};
use std::time::Duration;

/// Long enough never to be reached by what works.
const LONG: Duration = Duration::from_secs(20);

fn client() -> Client {
    Client::new(ClientConfig::default())
}

fn target(url: &str, named: Named) -> Result<Target, TargetError> {
    Target::new(&url.parse().unwrap(), named, &Trust::default())
}

fn post(body: &'static str) -> Request<Bytes> {
    Request::builder().method(Method::POST).body(Bytes::from_static(body.as_bytes())).unwrap()
}

async fn whole(client: &Client, target: &Target, body: &'static str) -> Result<Bytes, NetError> {
    client.send(target, post(body), LONG).await?.into_body().collect_capped(1 << 20).await
}
