//! Who may be reached.

use super::server::{Server, Step};
use super::{LONG, client, post, target, whole};
use crate::resolve::{Resolve, Resolving};
use crate::{AddressFault, Client, ClientConfig, Named, NetError, ResolveFault, TargetError};
use casemate_core::Reason;
use std::net::{IpAddr, Ipv6Addr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Answers each question with the next list, and the last one for ever.
struct Fake {
    answers: Vec<Vec<IpAddr>>,
    asked: Arc<AtomicUsize>,
}

impl Resolve for Fake {
    fn resolve(&self, _: &str) -> Resolving {
        let index = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        let answer = self.answers[index].clone();
        Box::pin(async move { Ok(answer) })
    }
}

fn resolving(answers: &[&[&str]]) -> (Client, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let answers = answers.iter().map(|list| list.iter().map(|text| text.parse().unwrap()).collect()).collect();
    let fake = Fake { answers, asked: Arc::clone(&asked) };
    (Client::with_resolver(ClientConfig::default(), Box::new(fake)), asked)
}

#[test]
fn urls_that_are_no_destinations() {
    use AddressFault as Fault;
    let operator = |url: &str| target(url, Named::ByOperator).err();
    for (url, error) in [
        ("ftp://mcp.example/", TargetError::Scheme),
        ("file:///etc/passwd", TargetError::Scheme),
        ("unix:/run/x", TargetError::Scheme),
        ("http://user@mcp.example/", TargetError::Userinfo),
        ("http://:secret@mcp.example/", TargetError::Userinfo),
        ("http://mcp.example/#x", TargetError::Fragment),
        ("http://mcp.example:0/", TargetError::Port),
        ("http://mcp.example./", TargetError::Host),
        ("http://localhost:9/", TargetError::Localhost),
        ("http://LOCALHOST/", TargetError::Localhost),
        ("http://a.localhost/", TargetError::Localhost),
        ("http://169.254.169.254/latest/meta-data/", TargetError::Address(Fault::Metadata)),
        // The same address in decimal, hexadecimal, octal, with two parts, full-width and inside IPv6.
        ("http://2852039166/", TargetError::Address(Fault::Metadata)),
        ("http://0xa9fea9fe/", TargetError::Address(Fault::Metadata)),
        ("http://0xa9.0xfe.0xa9.0xfe/", TargetError::Address(Fault::Metadata)),
        ("http://0251.0376.0251.0376/", TargetError::Address(Fault::Metadata)),
        ("http://169.16689662/", TargetError::Address(Fault::Metadata)),
        ("http://\u{ff11}\u{ff16}\u{ff19}.254.169.254/", TargetError::Address(Fault::Metadata)),
        ("http://[::ffff:a9fe:a9fe]/", TargetError::Address(Fault::Metadata)),
        ("http://[fd00:ec2::254]/", TargetError::Address(Fault::Metadata)),
        ("http://[fe80::1]/", TargetError::Address(Fault::LinkLocal)),
        ("http://0/", TargetError::Address(Fault::Unspecified)),
        ("http://[::]/", TargetError::Address(Fault::Unspecified)),
    ] {
        assert_eq!(operator(url), Some(error), "{url}");
    }
    for url in ["http://127.0.0.1:9/", "http://127.1:9/", "http://[::1]/", "http://10.0.0.1/", "http://mcp.internal/"] {
        assert_eq!(operator(url), None, "{url}");
    }
}

#[test]
fn what_others_name_is_https_and_global() {
    let others = |url: &str| target(url, Named::ByOthers).err();
    assert_eq!(others("http://mcp.example/"), Some(TargetError::PlainHttp));
    for (url, fault) in [
        ("https://127.0.0.1/", AddressFault::Loopback),
        ("https://2130706433/", AddressFault::Loopback),
        ("https://10.0.0.1/", AddressFault::Private),
        ("https://[fd12::1]/", AddressFault::Private),
        ("https://[64:ff9b::a9fe:a9fe]/", AddressFault::Metadata),
    ] {
        assert_eq!(others(url), Some(TargetError::Address(fault)), "{url}");
    }
}

#[tokio::test]
async fn names_with_a_forbidden_address_are_refused_whole() {
    use AddressFault as Fault;
    for (addresses, bad, fault) in [
        (&["169.254.169.254"][..], "169.254.169.254", Fault::Metadata),
        (&["10.0.0.1", "169.254.169.254"], "169.254.169.254", Fault::Metadata),
        (&["1.1.1.1", "fe80::1"], "fe80::1", Fault::LinkLocal),
        (&["127.0.0.1"], "127.0.0.1", Fault::Loopback),
        (&["::ffff:127.0.0.1"], "127.0.0.1", Fault::Loopback),
        (&["0.0.0.0"], "0.0.0.0", Fault::Unspecified),
    ] {
        let (client, asked) = resolving(&[addresses]);
        let target = target("http://mcp.example/", Named::ByOperator).unwrap();
        let error = client.send(&target, post("{}"), LONG).await.unwrap_err();
        let (host, address) = (target.host().clone(), bad.parse().unwrap());
        assert_eq!(error, NetError::Address { host, address, fault });
        assert_eq!((error.reason(), error.may_have_effect()), (Reason::UpstreamAddress, false));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
    let (client, _) = resolving(&[&["10.0.0.1"]]);
    let others = target("https://mcp.example/", Named::ByOthers).unwrap();
    let error = client.send(&others, post("{}"), LONG).await.unwrap_err();
    assert!(matches!(error, NetError::Address { fault: Fault::Private, .. }), "{error}");
}

#[tokio::test]
async fn a_loopback_name_is_told_what_to_write() {
    let (client, _) = resolving(&[&["127.0.0.1"]]);
    let error = client.addresses(&target("http://mcp.example/", Named::ByOperator).unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("write 127.0.0.1 or [::1]"), "{error}");
}

#[tokio::test]
async fn answers_of_the_resolver_are_bounded() {
    let target = target("http://mcp.example/", Named::ByOperator).unwrap();
    let many: Vec<String> = (0..65).map(|n| format!("10.0.0.{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (answer, fault) in [(&many[..], ResolveFault::TooMany), (&[], ResolveFault::Empty)] {
        let error = resolving(&[answer]).0.send(&target, post(""), LONG).await.unwrap_err();
        assert_eq!(error, NetError::Resolve(fault));
        assert_eq!((error.reason(), error.may_have_effect()), (Reason::UpstreamConnect, false));
    }
}

struct Stuck;

impl Resolve for Stuck {
    fn resolve(&self, _: &str) -> Resolving {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_stuck_resolver_times_out() {
    let config = ClientConfig { resolve: Duration::from_millis(20), ..ClientConfig::default() };
    let client = Client::with_resolver(config, Box::new(Stuck));
    let target = target("http://mcp.example/", Named::ByOperator).unwrap();
    assert_eq!(client.addresses(&target).await.unwrap_err(), NetError::Resolve(ResolveFault::Timeout));
    let slow = Client::with_resolver(ClientConfig::default(), Box::new(Stuck));
    let error = slow.send(&target, post(""), Duration::from_millis(20)).await.unwrap_err();
    assert_eq!(error, NetError::Resolve(ResolveFault::Timeout));
}

#[tokio::test]
async fn the_system_resolver_knows_nothing_of_invalid_names() {
    // RFC 6761: names under `invalid` never exist.
    let target = target("http://mcp.invalid/", Named::ByOperator).unwrap();
    let error = client().send(&target, post(""), LONG).await.unwrap_err();
    assert!(matches!(error, NetError::Resolve(_)), "{error}");
}

#[tokio::test]
async fn own_listeners_are_refused_also_when_they_appear_later() {
    let server = Server::fixed("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    let (client, target) = (client(), server.target("/"));
    assert_eq!(whole(&client, &target, "1").await.unwrap(), "ok");
    for own in [server.address, ([0, 0, 0, 0], server.address.port()).into()] {
        client.set_own_listeners(vec![own]);
        let error = client.send(&target, post("2"), LONG).await.unwrap_err();
        assert!(matches!(error, NetError::Address { fault: AddressFault::OwnListener, .. }), "{error}");
    }
    client.set_own_listeners(Vec::new());
    assert_eq!(whole(&client, &target, "3").await.unwrap(), "ok");
    let seen: Vec<usize> = server.seen().iter().map(|(connection, _)| *connection).collect();
    assert_eq!(seen, [0, 1], "a flushed connection is not reused");
}

/// An address of this machine that a name may have, where it has one. Nothing is sent to find it.
fn interface() -> Option<IpAddr> {
    [("0.0.0.0:0", "10.0.0.1:9"), ("[::]:0", "[fd00::1]:9"), ("[::]:0", "[2606:4700::1]:9")].into_iter().find_map(
        |(any, far)| {
            let socket = UdpSocket::bind(any).ok()?;
            socket.connect(far).ok()?;
            let address = socket.local_addr().ok()?.ip();
            crate::permitted(address, 1, Named::ByOperator, false, &[]).ok().map(|()| address)
        },
    )
}

#[tokio::test]
async fn a_name_is_resolved_once_for_each_connection_and_rebinding_is_refused() {
    let Some(address) = interface() else {
        eprintln!("not tested: this machine has loopback and special addresses only");
        return;
    };
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    let server = Server::at(&address.to_string(), None, move |index| match index {
        0 => Step::Reply(answer.into()),
        _ => Step::Last(answer.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n")),
    })
    .await;
    let own = address.to_string();
    let (client, asked) = resolving(&[&[&own], &["169.254.169.254"]]);
    let url = format!("http://mcp.example:{}/", server.address.port());
    let target = target(&url, Named::ByOperator).unwrap();
    assert_eq!(whole(&client, &target, "1").await.unwrap(), "ok");
    assert_eq!(whole(&client, &target, "2").await.unwrap(), "ok");
    assert_eq!(asked.load(Ordering::SeqCst), 1, "the pooled connection keeps its address");
    assert!(server.seen()[0].1.contains(&format!("\r\nhost: mcp.example:{}\r\n", server.address.port())));
    let error = whole(&client, &target, "3").await.unwrap_err();
    assert!(matches!(error, NetError::Address { fault: AddressFault::Metadata, .. }), "{error}");
    assert_eq!(asked.load(Ordering::SeqCst), 2);

    // All interfaces include this one.
    let (client, _) = resolving(&[&[&own]]);
    client.set_own_listeners(vec![(Ipv6Addr::UNSPECIFIED, server.address.port()).into()]);
    let error = whole(&client, &target, "4").await.unwrap_err();
    assert!(matches!(error, NetError::Address { fault: AddressFault::OwnListener, .. }), "{error}");
}
