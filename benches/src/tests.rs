//! Load generator, proxies and upstream together, in one process.

use crate::answer::{Canned, SIZES};
use crate::load::{Outcome, Plan, run};
use crate::pki::{Pair, Pki};
use crate::proxy::{Mode, Proxy};
use crate::tls::TlsArgs;
use crate::{upstream, wire};
use clap::Parser as _;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;

async fn bind() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn canned_upstream() -> SocketAddr {
    let (listener, address) = bind().await;
    let canned = Arc::new(Canned::default());
    tokio::spawn(wire::serve(listener, None, move |request| upstream::answer(Arc::clone(&canned), request)));
    address
}

async fn proxy(mode: Mode, upstreams: &[SocketAddr], tls: Option<&TlsArgs>) -> SocketAddr {
    let (listener, address) = bind().await;
    let proxy = Proxy::new(mode, upstreams).unwrap();
    let acceptor = tls.and_then(|tls| tls.acceptor().unwrap());
    tokio::spawn(wire::serve(listener, acceptor, move |request| proxy.clone().carry(request)));
    address
}

fn plan(url: &str, more: &[&str]) -> Plan {
    let mut args = vec!["load", "--url", url, "--warmup", "0"];
    args.extend(more);
    Plan::parse_from(args)
}

fn clean(outcome: &Outcome, requests: u64) {
    assert_eq!((outcome.requests, outcome.errors, outcome.reconnects), (requests, 0, 0), "{outcome:?}");
    assert!(outcome.p50 <= outcome.p99 && outcome.p99 <= outcome.max, "{outcome:?}");
}

#[tokio::test]
async fn every_size_and_form_arrives_whole_directly_and_through_both_proxies() {
    let upstream = canned_upstream().await;
    let stream = proxy(Mode::Stream, &[upstream], None).await;
    let json = proxy(Mode::Json, &[upstream], None).await;
    let urls = [format!("http://{upstream}/mcp"), format!("http://{stream}/mcp/s00"), format!("http://{json}/mcp/s00")];
    for url in &urls {
        for text in SIZES {
            let text = text.to_string();
            let basic = ["--requests", "21", "--connections", "4", "--text", &text];
            clean(&run(plan(url, &basic)).await.unwrap(), 21);
            let events: Vec<&str> = basic.into_iter().chain(["--stream"]).collect();
            clean(&run(plan(url, &events)).await.unwrap(), 21);
        }
    }
}

#[tokio::test]
async fn sessions_are_opened_used_and_closed_directly_and_through_both_proxies() {
    let upstream = canned_upstream().await;
    let stream = proxy(Mode::Stream, &[upstream], None).await;
    let json = proxy(Mode::Json, &[upstream], None).await;
    let urls = [format!("http://{upstream}/mcp"), format!("http://{stream}/mcp/s00"), format!("http://{json}/mcp/s00")];
    for url in &urls {
        for more in [&["--kind", "opening"][..], &["--kind", "session"], &["--kind", "session", "--stream"]] {
            let all: Vec<&str> = ["--requests", "21", "--connections", "4"].iter().chain(more).copied().collect();
            clean(&run(plan(url, &all)).await.unwrap(), 21);
        }
    }
}

#[tokio::test]
async fn a_list_of_another_length_is_an_error() {
    let (listener, address) = bind().await;
    let canned = Arc::new(Canned::new(5));
    tokio::spawn(wire::serve(listener, None, move |request| upstream::answer(Arc::clone(&canned), request)));
    for list in ["tools", "resources"] {
        for (items, errors) in [("5", false), ("4", true)] {
            let more = ["--requests", "1", "--list", list, "--items", items];
            let outcome = run(plan(&format!("http://{address}/mcp"), &more)).await.unwrap();
            assert_eq!(outcome.errors > 0, errors, "{outcome:?}");
        }
    }
}

#[tokio::test]
async fn calls_go_round_all_upstreams() {
    let mut upstreams = Vec::new();
    for _ in 0..5 {
        upstreams.push(canned_upstream().await);
    }
    let proxy = proxy(Mode::Stream, &upstreams, None).await;
    for connections in ["1", "3", "8"] {
        let mut plan = plan(&format!("http://{proxy}/mcp/s00"), &["--requests", "40", "--connections", connections]);
        for name in ["s01", "s02", "s03", "s04"] {
            plan.urls.push(format!("http://{proxy}/mcp/{name}").parse().unwrap());
        }
        clean(&run(plan).await.unwrap(), 40);
    }
}

#[tokio::test]
async fn mutual_tls_works_and_a_client_without_it_only_counts_errors() {
    let dir = tempfile::tempdir().unwrap();
    let pki = Pki::create(dir.path()).unwrap();
    let args =
        |pair: &Pair| TlsArgs { ca: Some(pki.ca.clone()), cert: Some(pair.cert.clone()), key: Some(pair.key.clone()) };
    let proxy = proxy(Mode::Json, &[canned_upstream().await], Some(&args(&pki.server))).await;
    let mut with = plan(&format!("https://{proxy}/mcp/s00"), &["--requests", "5"]);
    with.tls = args(&pki.client);
    clean(&run(with).await.unwrap(), 5);

    let outcome = run(plan(&format!("http://{proxy}/mcp/s00"), &["--requests", "5"])).await.unwrap();
    assert_eq!(outcome.requests, 0);
    assert!(outcome.errors > 0);
}

#[tokio::test]
async fn a_refusal_an_unknown_server_and_a_dead_peer_are_errors_and_the_run_ends() {
    let (listener, refusing) = bind().await;
    tokio::spawn(wire::serve(listener, None, |_: Request<Incoming>| async {
        let mut response = Response::new(Full::new(Bytes::from_static(b"slow down")));
        *response.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
        Ok(response)
    }));
    let unrouted = proxy(Mode::Stream, &[], None).await;
    let (listener, dead) = bind().await;
    drop(listener);
    for (address, why) in [(refusing, "slow down"), (unrouted, "no such server"), (dead, "cannot reach")] {
        let outcome = run(plan(&format!("http://{address}/mcp/s00"), &["--requests", "5"])).await.unwrap();
        assert_eq!(outcome.requests, 0);
        assert!(outcome.errors > 0);
        assert!(outcome.first_error.as_deref().unwrap_or_default().contains(why), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_connection_that_the_peer_closes_between_calls_is_opened_again() {
    let (listener, closing) = bind().await;
    let canned = Arc::new(Canned::default());
    tokio::spawn(wire::serve(listener, None, move |request| {
        let canned = Arc::clone(&canned);
        async move {
            let mut response = upstream::answer(canned, request).await?;
            response.headers_mut().insert("connection", http::HeaderValue::from_static("close"));
            Ok(response)
        }
    }));
    let outcome = run(plan(&format!("http://{closing}/mcp"), &["--requests", "4"])).await.unwrap();
    assert_eq!((outcome.requests, outcome.errors, outcome.reconnects), (4, 0, 3), "{outcome:?}");
}
