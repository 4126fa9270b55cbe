//! Every class of address, for both kinds of names.

use super::{AddressFault as Fault, Named, permitted};
use std::net::{IpAddr, SocketAddr};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

fn judge(text: &str, named: Named, literal: bool) -> Result<(), Fault> {
    permitted(ip(text), 443, named, literal, &[])
}

const GLOBAL: &[&str] = &[
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "192.0.3.1",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.101.1",
    "203.0.114.1",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2001:200::1",
    "2a00:1450::1",
    "3ffe:ffff::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
    "2606:4700::5efe:808:808",
];

const PRIVATE: &[&str] = &[
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "100.64.0.0",
    "100.127.255.255",
    "fc00::1",
    "fd12:3456:789a::1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::10.0.0.1",
    "64:ff9b:1::8.8.8.8",
    "2002:a00:1::1",
    "2606:4700::5efe:10.0.0.1",
    "2606:4700::200:5efe:10.0.0.1",
];

const NEVER: &[(&str, Fault)] = &[
    ("0.0.0.0", Fault::Unspecified),
    ("0.1.2.3", Fault::Unspecified),
    ("::", Fault::Unspecified),
    ("::ffff:0.0.0.0", Fault::Unspecified),
    ("169.254.0.1", Fault::LinkLocal),
    ("169.254.255.255", Fault::LinkLocal),
    ("fe80::1", Fault::LinkLocal),
    ("febf::1", Fault::LinkLocal),
    ("fe80::a9fe:a9fe", Fault::LinkLocal),
    ("fe80::5efe:127.0.0.1", Fault::LinkLocal),
    ("::ffff:169.254.1.1", Fault::LinkLocal),
    ("169.254.169.254", Fault::Metadata),
    ("169.254.170.2", Fault::Metadata),
    ("169.254.170.23", Fault::Metadata),
    ("169.254.0.23", Fault::Metadata),
    ("168.63.129.16", Fault::Metadata),
    ("100.100.100.200", Fault::Metadata),
    ("192.0.0.192", Fault::Metadata),
    ("fd00:ec2::254", Fault::Metadata),
    ("fd00:ec2::23", Fault::Metadata),
    ("fd20:ce::254", Fault::Metadata),
    ("fd00:c1::a9fe:a9fe", Fault::Metadata),
    ("::ffff:169.254.169.254", Fault::Metadata),
    ("::169.254.169.254", Fault::Metadata),
    ("::ffff:0:169.254.169.254", Fault::Metadata),
    ("64:ff9b::169.254.169.254", Fault::Metadata),
    ("64:ff9b:1::169.254.169.254", Fault::Metadata),
    ("2002:a9fe:a9fe::1", Fault::Metadata),
    ("2606:4700::5efe:169.254.169.254", Fault::Metadata),
    ("2606:4700::200:5efe:169.254.169.254", Fault::Metadata),
    ("2002:808:808::5efe:169.254.169.254", Fault::Metadata),
    // Teredo: by its server, and by its client 169.254.169.254 with all bits inverted.
    ("2001:0:a9fe:a9fe::1", Fault::Metadata),
    ("2001:0:808:808:0:0:5601:5601", Fault::Metadata),
    ("224.0.0.1", Fault::Multicast),
    ("239.255.255.255", Fault::Multicast),
    ("255.255.255.255", Fault::Multicast),
    ("ff02::1", Fault::Multicast),
    ("ff0e::1", Fault::Multicast),
    ("64:ff9b::224.0.0.1", Fault::Multicast),
    ("192.0.0.1", Fault::Reserved),
    ("192.0.2.1", Fault::Reserved),
    ("192.88.99.1", Fault::Reserved),
    ("198.18.0.1", Fault::Reserved),
    ("198.19.255.255", Fault::Reserved),
    ("198.51.100.1", Fault::Reserved),
    ("203.0.113.1", Fault::Reserved),
    ("240.0.0.1", Fault::Reserved),
    ("255.255.255.254", Fault::Reserved),
    ("fec0::1", Fault::Reserved),
    ("100::1", Fault::Reserved),
    ("2001:db8::1", Fault::Reserved),
    ("2001:2::1", Fault::Reserved),
    ("2001:10::1", Fault::Reserved),
    ("2001:1ff::1", Fault::Reserved),
    ("3fff::1", Fault::Reserved),
    ("3fff:fff::1", Fault::Reserved),
    ("5f00::1", Fault::Reserved),
    ("4000::1", Fault::Reserved),
    ("64:ff9b:2::8.8.8.8", Fault::Reserved),
    ("64:ff9b:1:a9fe:a9:fe00::", Fault::Reserved),
    ("64:ff9b::127.0.0.1", Fault::Reserved),
    ("::127.0.0.1", Fault::Reserved),
    ("2002:7f00:1::1", Fault::Reserved),
    ("::2", Fault::Unspecified),
];

#[test]
fn global_addresses_are_for_everyone() {
    for text in GLOBAL {
        for named in [Named::ByOperator, Named::ByOthers] {
            assert_eq!(judge(text, named, false), Ok(()), "{text} {named:?}");
        }
    }
}

#[test]
fn private_addresses_are_for_the_operator() {
    for text in PRIVATE {
        assert_eq!(judge(text, Named::ByOperator, false), Ok(()), "{text}");
        for literal in [false, true] {
            assert_eq!(judge(text, Named::ByOthers, literal), Err(Fault::Private), "{text}");
        }
    }
}

#[test]
fn loopback_is_for_the_operator_as_a_literal() {
    for text in ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"] {
        assert_eq!(judge(text, Named::ByOperator, true), Ok(()), "{text}");
        assert_eq!(judge(text, Named::ByOperator, false), Err(Fault::Loopback), "{text}");
        assert_eq!(judge(text, Named::ByOthers, true), Err(Fault::Loopback), "{text}");
    }
    assert!(Fault::Loopback.to_string().contains("write 127.0.0.1"));
}

#[test]
fn some_addresses_are_for_nobody() {
    for (text, fault) in NEVER {
        for named in [Named::ByOperator, Named::ByOthers] {
            for literal in [false, true] {
                assert_eq!(judge(text, named, literal), Err(*fault), "{text} {named:?} {literal}");
            }
        }
    }
}

#[test]
fn the_gateway_does_not_call_itself() {
    let to = |address: &str, port, own: &str| {
        permitted(ip(address), port, Named::ByOperator, true, &[own.parse::<SocketAddr>().unwrap()])
    };
    assert_eq!(to("127.0.0.1", 8443, "127.0.0.1:8443"), Err(Fault::OwnListener));
    assert_eq!(to("::ffff:127.0.0.1", 8443, "127.0.0.1:8443"), Err(Fault::OwnListener));
    assert_eq!(to("127.0.0.1", 8443, "[::ffff:127.0.0.1]:8443"), Err(Fault::OwnListener));
    assert_eq!(to("10.1.2.3", 8443, "10.1.2.3:8443"), Err(Fault::OwnListener));
    assert_eq!(to("127.0.0.1", 8443, "0.0.0.0:8443"), Err(Fault::OwnListener));
    assert_eq!(to("127.9.9.9", 8443, "0.0.0.0:8443"), Err(Fault::OwnListener));
    assert_eq!(to("127.0.0.1", 8443, "[::]:8443"), Err(Fault::OwnListener));
    assert_eq!(to("::1", 8443, "[::]:8443"), Err(Fault::OwnListener));
    assert_eq!(to("127.0.0.1", 8444, "0.0.0.0:8443"), Ok(()));
    assert_eq!(to("127.0.0.1", 8443, "10.1.2.3:8443"), Ok(()));
    assert_eq!(to("::1", 8443, "0.0.0.0:8443"), Ok(()));
}
