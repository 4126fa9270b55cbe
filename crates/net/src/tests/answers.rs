//! What is made of answers.

use super::server::{Server, Step};
use super::{LONG, client, post, whole};
use crate::NetError;
use bytes::Bytes;
use casemate_core::Reason;
use http::{Method, Request, StatusCode};
use std::time::Duration;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

async fn answer(bytes: &str) -> Result<Bytes, NetError> {
    let bytes = bytes.to_owned();
    let server = Server::plain(move |_| Step::Last(bytes.clone())).await;
    whole(&client(), &server.target("/mcp"), "{}").await
}

#[tokio::test]
async fn the_request_goes_out_clean() {
    let server = Server::fixed(OK).await;
    let target = server.target("/mcp?a=b");
    let request = Request::builder()
        .method(Method::POST)
        .header("host", "evil.example")
        .header("accept-encoding", "gzip, br")
        .header("connection", "keep-alive, x-hop")
        .header("x-hop", "1")
        .header("keep-alive", "timeout=5")
        .header("proxy-authorization", "Basic eA==")
        .header("te", "trailers")
        .header("transfer-encoding", "chunked")
        .header("content-length", "999")
        .header("expect", "100-continue")
        .header("upgrade", "h2c")
        .header("mcp-method", "tools/call")
        .body(Bytes::from_static(b"{}"))
        .unwrap();
    client().send(&target, request, LONG).await.unwrap();
    let seen = server.seen()[0].1.clone();
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<&str> = head.split("\r\n").collect();
    assert_eq!(lines.remove(0), "POST /mcp?a=b HTTP/1.1");
    lines.sort_unstable();
    let host = format!("host: {}", server.address);
    assert_eq!(lines, ["accept-encoding: identity", "content-length: 2", &host, "mcp-method: tools/call"]);
    assert_eq!(body, "{}");
}

#[tokio::test]
async fn the_request_may_have_its_own_path_and_never_its_own_host() {
    let server = Server::fixed(OK).await;
    let (client, target) = (client(), server.target("/mcp"));
    for (uri, line) in [
        ("/other?x=1", "GET /other?x=1 HTTP/1.1"),
        ("/", "GET /mcp HTTP/1.1"),
        ("http://evil.example/p", "GET /p HTTP/1.1"),
    ] {
        let request = Request::builder().uri(uri).body(Bytes::new()).unwrap();
        client.send(&target, request, LONG).await.unwrap().into_body().collect_capped(9).await.unwrap();
        let seen = server.seen().last().unwrap().1.clone();
        assert!(seen.starts_with(line) && seen.contains(&format!("host: {}", server.address)), "{seen}");
    }
    let tunnel = Request::builder().method(Method::CONNECT).uri("evil.example:443").body(Bytes::new()).unwrap();
    let error = client.send(&target, tunnel, LONG).await.unwrap_err();
    assert_eq!((error.reason(), error.may_have_effect()), (Reason::Internal, false));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other = Server::fixed(OK).await;
    let bytes = format!("HTTP/1.1 307 Moved\r\nlocation: http://{}/\r\ncontent-length: 0\r\n\r\n", other.address);
    let server = Server::fixed(&bytes).await;
    let (client, target) = (client(), server.target("/"));
    let response = client.send(&target, post("{}"), LONG).await.unwrap();
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    let error = client.get(&target, 100, LONG).await.unwrap_err();
    assert_eq!((error.clone(), error.reason()), (NetError::Status(307), Reason::UpstreamStatus));
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn encoded_answers_are_refused() {
    for field in [
        "content-encoding: gzip",
        "content-encoding: identity\r\ncontent-encoding: br",
        "content-encoding: identity, deflate",
        "content-encoding: \u{e9}",
        "transfer-encoding: gzip, chunked",
    ] {
        let bytes = format!("HTTP/1.1 200 OK\r\n{field}\r\nconnection: close\r\n\r\n0\r\n\r\n");
        let error = answer(&bytes).await.unwrap_err();
        assert_eq!((error.clone(), error.reason()), (NetError::Encoding, Reason::UpstreamEncoding), "{field}");
    }
    let plain = "HTTP/1.1 200 OK\r\ncontent-encoding: Identity\r\ncontent-length: 2\r\n\r\nok";
    assert_eq!(answer(plain).await.unwrap(), "ok");
}

#[tokio::test]
async fn oversize_is_refused_announced_or_not() {
    for bytes in [
        "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n01234567890",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n67890\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n01234567890",
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999\r\n\r\n0",
    ] {
        let server = Server::fixed(bytes).await;
        let target = server.target("/");
        let error = client().get(&target, 10, LONG).await.unwrap_err();
        assert_eq!((error.clone(), error.reason()), (NetError::Oversize, Reason::UpstreamOversize), "{bytes}");
    }
    for bytes in [
        "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n01234567890",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n67890\r\n0\r\nx: y\r\n\r\n",
    ] {
        let server = Server::fixed(bytes).await;
        let (_, whole) = client().get(&server.target("/"), 11, LONG).await.unwrap();
        assert_eq!(whole, "01234567890");
    }
}

#[tokio::test]
async fn heads_are_capped() {
    let many = "x: y\r\n".repeat(97);
    let large = format!("x: {}\r\n", "y".repeat(33 * 1024));
    for fields in [many, large] {
        let error = answer(&format!("HTTP/1.1 200 OK\r\n{fields}content-length: 0\r\n\r\n")).await.unwrap_err();
        assert_eq!(error, NetError::Oversize);
    }
}

#[tokio::test]
async fn lengths_that_lie_and_broken_framing() {
    let closed = [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nok",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n",
    ];
    for bytes in closed {
        let error = answer(bytes).await.unwrap_err();
        assert_eq!((error.clone(), error.reason()), (NetError::Closed, Reason::UpstreamClosed), "{bytes:?}");
        assert!(error.may_have_effect());
    }
    let malformed = [
        "SSH-2.0-OpenSSH_9.9\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\n x: folded\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\nok\r\n0\r\n\r\n",
    ];
    for bytes in malformed {
        let error = answer(bytes).await.unwrap_err();
        assert_eq!(error.reason(), Reason::UpstreamMalformed, "{bytes:?} {error:?}");
    }
}

#[tokio::test]
async fn two_lengths_are_one_too_many() {
    let both = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    let server = Server::plain(move |_| Step::Reply(both.to_owned())).await;
    let (client, target) = (client(), server.target("/"));
    // Whichever the parser keeps, the connection may not carry another answer.
    let _ = whole(&client, &target, "1").await;
    let _ = whole(&client, &target, "2").await;
    assert_eq!(server.seen().iter().map(|(connection, _)| *connection).collect::<Vec<_>>(), [0, 1]);
}

#[tokio::test]
async fn switching_protocols_is_refused() {
    let error = answer("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n").await;
    assert_eq!(error.unwrap_err().reason(), Reason::UpstreamStatus);
    assert_eq!(answer(&format!("HTTP/1.1 100 Continue\r\n\r\n{OK}")).await.unwrap(), "ok");
}

#[tokio::test]
async fn a_server_that_hangs_times_out() {
    for head in ["", "HTTP/1.1 200 OK\r\n"] {
        let mut server = Server::plain(move |_| Step::Wait(head.to_owned())).await;
        let error = client().send(&server.target("/"), post("{}"), Duration::from_millis(50)).await.unwrap_err();
        assert_eq!((error.clone(), error.reason()), (NetError::Timeout, Reason::UpstreamTimeout));
        assert!(error.may_have_effect());
        server.ended.recv().await.unwrap();
    }
    let server = Server::plain(|_| Step::Wait("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\no".into())).await;
    let error = client().get(&server.target("/"), 10, Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(error, NetError::Timeout);
}

#[tokio::test]
async fn hop_by_hop_fields_of_the_answer_end_here() {
    let bytes = "HTTP/1.1 200 OK\r\nconnection: keep-alive, x-hop\r\nx-hop: 1\r\nkeep-alive: timeout=5\r\nx-end: 1\r\n\
                 proxy-authenticate: Basic\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    let server = Server::fixed(bytes).await;
    let response = client().send(&server.target("/"), post(""), LONG).await.unwrap();
    let names: Vec<&str> = response.headers().keys().map(http::HeaderName::as_str).collect();
    assert_eq!(names, ["x-end"]);
}
