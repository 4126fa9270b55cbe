//! The hostile upstream does what it is told, over a real connection.

use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[expect(clippy::disallowed_methods, reason = "the peer is this test's own listener")]
async fn ask(hostile: &Hostile, method: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(hostile.address()).await.unwrap();
    let body = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"{method}"}}"#);
    let head = format!("POST /mcp HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn plays_the_act_of_the_method_and_keeps_what_came() {
    let hostile = Hostile::start().await.unwrap();
    hostile.on("tools/call", Act::duplicate_keys());
    hostile.on("prompts/get", Act::redirect(307, "http://elsewhere/"));
    assert!(ask(&hostile, "tools/list").await.contains(r#""name":"echo""#));
    assert_eq!(ask(&hostile, "tools/call").await.matches(r#""result":"#).count(), 2);
    let redirect = ask(&hostile, "prompts/get").await;
    assert!(redirect.starts_with("HTTP/1.1 307") && redirect.contains("Location: http://elsewhere/"));
    assert_eq!(hostile.count("tools/call"), 1);
    let seen = hostile.seen();
    assert_eq!((seen[0].method.as_str(), seen[0].id.as_str(), seen[0].header("host")), ("tools/list", "7", Some("h")));
}

#[tokio::test]
async fn lies_about_lengths() {
    let hostile = Hostile::start().await.unwrap();
    for (act, sign) in [(Act::LongerThanSent, 1_i64), (Act::ShorterThanSent, -1)] {
        hostile.on("tools/call", act);
        let answer = ask(&hostile, "tools/call").await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let said: i64 = head.split("Content-Length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        assert_eq!((said - i64::try_from(body.len()).unwrap()).signum(), sign);
    }
}

#[tokio::test]
async fn streams_end_without_an_answer_when_told() {
    let hostile = Hostile::start().await.unwrap();
    hostile.on("tools/call", Act::TruncatedStream);
    hostile.on("prompts/get", Act::Flood(100));
    assert!(!ask(&hostile, "tools/call").await.contains("\n\n"));
    assert_eq!(ask(&hostile, "prompts/get").await.matches("data: ").count(), 101);
}
