//! Pooling, cancelling, retrying.

use super::server::{Server, Step};
use super::{LONG, client, post, whole};
use crate::wire::{Failure, Wire};
use crate::{Client, ClientConfig, ConnectFault, Named, NetError, Target, Trust};
use bytes::Bytes;
use casemate_core::Reason;
use http_body_util::Full;
use std::net::TcpListener;
use std::time::Duration;
use tokio::time::Instant;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const STREAM: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n";

fn connections(server: &Server) -> Vec<usize> {
    server.seen().iter().map(|(connection, _)| *connection).collect()
}

#[tokio::test]
async fn connections_are_reused() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    let empty = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
    let answers = [OK, chunked, empty, OK];
    let server = Server::plain(move |index| Step::Reply(answers[index].into())).await;
    let (client, target) = (client(), server.target("/"));
    for _ in 0..2 {
        assert_eq!(whole(&client, &target, "{}").await.unwrap(), "ok");
    }
    // An answer without a body gives its connection back unread.
    drop(client.send(&target, post("{}"), LONG).await.unwrap());
    assert_eq!(whole(&client.clone(), &target.clone(), "{}").await.unwrap(), "ok");
    assert_eq!(connections(&server), [0, 0, 0, 0]);
}

#[tokio::test]
async fn targets_and_calls_do_not_share_a_connection() {
    let server = Server::fixed(OK).await;
    let (client, one, two) = (client(), server.target("/"), server.target("/"));
    whole(&client, &one, "{}").await.unwrap();
    whole(&client, &two, "{}").await.unwrap();
    let first = client.send(&one, post("{}"), LONG).await.unwrap();
    let second = client.send(&one, post("{}"), LONG).await.unwrap();
    assert_eq!(connections(&server), [0, 1, 0, 2]);
    assert_eq!(second.into_body().collect_capped(2).await.unwrap(), "ok");
    assert_eq!(first.into_body().collect_capped(2).await.unwrap(), "ok");
}

#[tokio::test]
async fn no_more_than_so_many_idle_connections_are_kept() {
    let mut server = Server::fixed(OK).await;
    let client = Client::new(ClientConfig { pool_per_target: 1, ..ClientConfig::default() });
    let target = server.target("/");
    let first = client.send(&target, post("{}"), LONG).await.unwrap();
    let second = client.send(&target, post("{}"), LONG).await.unwrap();
    first.into_body().collect_capped(2).await.unwrap();
    second.into_body().collect_capped(2).await.unwrap();
    assert_eq!(server.ended.recv().await, Some(1));

    let none = Client::new(ClientConfig { pool_idle: Duration::ZERO, ..ClientConfig::default() });
    whole(&none, &target, "{}").await.unwrap();
    assert_eq!(server.ended.recv().await, Some(2));
}

#[tokio::test]
async fn idle_connections_are_closed_also_without_traffic() {
    let mut server = Server::fixed(OK).await;
    let client = Client::new(ClientConfig { pool_idle: Duration::from_millis(10), ..ClientConfig::default() });
    whole(&client, &server.target("/"), "{}").await.unwrap();
    assert_eq!(server.ended.recv().await, Some(0));
    drop(client);
}

#[tokio::test]
async fn dropping_cancels() {
    let mut server = Server::plain(|_| Step::Wait(STREAM.into())).await;
    let (client, target) = (client(), server.target("/"));
    let mut body = client.send(&target, post("{}"), LONG).await.unwrap().into_body();
    assert_eq!(body.next().await.unwrap().unwrap(), "one");
    drop(body);
    assert_eq!(server.ended.recv().await, Some(0));

    // Before the first byte of the body.
    drop(client.send(&target, post("{}"), LONG).await.unwrap());
    assert_eq!(server.ended.recv().await, Some(1));

    // Before the head.
    let mut silent = Server::plain(|_| Step::Wait(String::new())).await;
    let target = silent.target("/");
    let call = tokio::spawn(async move { client.send(&target, post("{}"), LONG).await.map(drop) });
    while silent.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    call.abort();
    assert_eq!(silent.ended.recv().await, Some(0));
}

#[tokio::test]
async fn a_stream_arrives_piece_by_piece() {
    let server = Server::plain(|index| match index {
        0 => Step::Reply(format!("{STREAM}3\r\ntwo\r\n0\r\n\r\n")),
        _ => Step::Last(format!("{STREAM}3\r\ntw")),
    })
    .await;
    let (client, target) = (client(), server.target("/"));
    let mut body = client.send(&target, post("{}"), LONG).await.unwrap().into_body();
    let mut text = Vec::new();
    while let Some(bytes) = body.next().await {
        text.extend_from_slice(&bytes.unwrap());
    }
    assert_eq!(text, b"onetwo");
    assert!(body.next().await.is_none());

    let mut body = client.send(&target, post("{}"), LONG).await.unwrap().into_body();
    let last = loop {
        if let Err(error) = body.next().await.unwrap() {
            break error;
        }
    };
    assert_eq!(last, NetError::Closed);
    assert!(body.next().await.is_none(), "an error is the end");
    assert_eq!(connections(&server), [0, 0]);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_not_used() {
    let mut server = Server::plain(|_| Step::Last(OK.into())).await;
    let (client, target) = (client(), server.target("/"));
    for round in 0..5 {
        assert_eq!(whole(&client, &target, "{}").await.unwrap(), "ok");
        assert_eq!(server.ended.recv().await, Some(round));
        // The runtime learns of the end the next time it looks.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(connections(&server), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_connection_on_which_the_server_spoke_unasked_is_not_used() {
    let server = Server::plain(|index| match index {
        0 => Step::Reply(format!("{OK}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")),
        _ => Step::Reply(OK.into()),
    })
    .await;
    let (client, target) = (client(), server.target("/"));
    for _ in 0..2 {
        assert_eq!(whole(&client, &target, "{}").await.unwrap(), "ok");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(connections(&server), [0, 1]);
}

#[tokio::test]
async fn what_was_not_written_comes_back_for_another_try() {
    let mut server = Server::plain(|_| Step::Last(OK.into())).await;
    let target = server.target("/");
    let address = [server.address.ip()];
    let mut wire = Wire::open(&target, &address, Instant::now() + LONG).await.unwrap();
    let request = || http::Request::builder().header("host", "x").body(Full::new(Bytes::new())).unwrap();
    let answer = wire.exchange(request()).await.ok().unwrap();
    drop(answer);
    server.ended.recv().await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(matches!(wire.exchange(request()).await, Err(Failure::Unsent(_))));
    assert!(wire.ended() && !wire.reusable());
}

#[tokio::test]
async fn what_may_have_been_read_is_never_sent_twice() {
    let server = Server::plain(|index| match index {
        0 => Step::Reply(OK.into()),
        _ => Step::Last(String::new()),
    })
    .await;
    let (client, target) = (client(), server.target("/"));
    whole(&client, &target, "1").await.unwrap();
    let error = whole(&client, &target, "2").await.unwrap_err();
    assert_eq!((error.clone(), error.may_have_effect()), (NetError::Closed, true));
    assert_eq!(connections(&server), [0, 0]);
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let target = Target::new(&url, Named::ByOperator, &Trust::default()).unwrap();
    let error = client().send(&target, post("{}"), LONG).await.unwrap_err();
    assert_eq!(error, NetError::Connect(ConnectFault::Refused));
    assert_eq!((error.reason(), error.may_have_effect()), (Reason::UpstreamConnect, false));
}

#[tokio::test]
async fn the_next_address_is_tried() {
    let server = Server::fixed(OK).await;
    let target = server.target("/");
    // Nothing listens on the first address at this port.
    let addresses = ["127.0.0.77".parse().unwrap(), server.address.ip()];
    assert!(Wire::open(&target, &addresses, Instant::now() + LONG).await.is_ok());
}

#[tokio::test]
async fn a_large_request_and_answer_pass_each_other() {
    let large: &'static str = "x".repeat(3 << 20).leak();
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{large}", large.len());
    let server = Server::fixed(&answer).await;
    let body = client().send(&server.target("/"), post(large), LONG).await.unwrap().into_body();
    assert_eq!(body.remaining(), Some(3 << 20));
    assert_eq!(body.collect_capped(3 << 20).await.unwrap().len(), 3 << 20);
}

#[tokio::test]
async fn futures_and_bodies_cross_threads_and_long_times_are_no_trouble() {
    fn crosses<T: Send>(value: T) -> T {
        value
    }
    let server = Server::fixed(OK).await;
    let (client, target) = (client(), server.target("/"));
    let response = crosses(client.send(&target, post("{}"), Duration::MAX)).await.unwrap();
    assert_eq!(crosses(response.into_body()).collect_capped(2).await.unwrap(), "ok");
    assert!(crosses(client.get(&target, 2, Duration::MAX)).await.is_ok());
}
