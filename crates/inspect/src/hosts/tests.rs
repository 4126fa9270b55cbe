//! Tests of private hosts: what a reader of a leak would recognise, and its benign twins.

use super::*;
use proptest::prelude::*;

fn found(text: &str) -> Vec<(&'static str, &str)> {
    let mut out = Vec::new();
    find(text, &mut out);
    out.sort_by_key(|one| one.span.start);
    out.iter().map(|one| (one.rule, text.get(one.span.clone()).expect("on boundaries of characters"))).collect()
}

#[track_caller]
fn is(text: &str, rule: &str, host: &str) {
    assert_eq!(found(text), [(rule, host)], "{text}");
}

#[track_caller]
fn none(text: &str) {
    assert_eq!(found(text), [], "{text}");
}

#[test]
fn every_kind_has_its_rule() {
    for kind in [
        Kind::Private,
        Kind::Loopback,
        Kind::LinkLocal,
        Kind::Metadata,
        Kind::Special,
        Kind::Internal,
        Kind::Kubernetes,
        Kind::Cloud,
        Kind::Overlay,
    ] {
        assert!(RULES.iter().any(|rule| rule.id == kind.id()), "{}", kind.id());
    }
}

#[test]
fn private_addresses_are_found_wherever_they_stand() {
    for (text, host) in [
        ("the database is at 10.20.30.40, port 5432", "10.20.30.40"),
        ("10.0.0.1", "10.0.0.1"),
        ("via (192.168.178.1).", "192.168.178.1"),
        ("{\"ip\":\"172.16.5.4\"}", "172.16.5.4"),
        ("172.31.0.0/16 is routed", "172.31.0.0"),
        ("ssh root@10.1.2.3", "10.1.2.3"),
        ("http://user:pw@10.1.2.3:8080/x?y", "10.1.2.3"),
        ("地址是10.8.0.1。", "10.8.0.1"),
        ("100.101.102.103 is its Tailscale address", "100.101.102.103"),
        ("http://0x0a000001/", "0x0a000001"),
        ("http://167772161:80/", "167772161"),
        ("http://10.1/", "10.1"),
        ("http://0300.0250.1.1/", "0300.0250.1.1"),
        ("http:/10.1/", "10.1"),
        ("http:10.1", "10.1"),
        (r"http:\\10.1\x", "10.1"),
        (r#""u": "http:\/\/10.1\/x""#, "10.1"),
        ("https:////0x0a000001/", "0x0a000001"),
        ("http://a;b:(c)@10.1/", "10.1"),
        ("\"host\": \"10.1\"", "10.1"),
        ("url: 167772161", "167772161"),
        ("ip=10.1.2", "10.1.2"),
        ("host=192[.]168[.]0[.]7 was seen", "192[.]168[.]0[.]7"),
        ("10。0。0。1", "10。0。0。1"),
        ("1.0.0.10.in-addr.arpa. PTR", "1.0.0.10.in-addr.arpa"),
        ("http://app.10.0.0.1.nip.io/", "app.10.0.0.1.nip.io"),
        ("[ip-10-0-12-7] started", "ip-10-0-12-7"),
        ("/10.2.3.4:54321 connected", "10.2.3.4"),
        ("fd12:3456:789a::1", "fd12:3456:789a::1"),
        ("http://[fd12:3456:789a::1]:8080/", "fd12:3456:789a::1"),
        ("::ffff:10.0.0.1 logged in", "::ffff:10.0.0.1"),
        ("64:ff9b::10.0.0.1", "64:ff9b::10.0.0.1"),
        ("addr:fd00:1:2:3:4:5:6:7.", "fd00:1:2:3:4:5:6:7"),
        ("fec0::12", "fec0::12"),
    ] {
        is(text, "host.private", host);
    }
    assert_eq!(found("10.0.0.5-10.0.0.9").len(), 2);
}

#[test]
fn the_other_kinds_of_addresses_have_rules_of_their_own() {
    is("curl http://169.254.169.254/latest/meta-data/", "host.metadata", "169.254.169.254");
    is("curl http://2852039166/latest", "host.metadata", "2852039166");
    is("try 2852039166 instead", "host.metadata", "2852039166");
    is("try 0xA9FEA9FE instead", "host.metadata", "0xA9FEA9FE");
    is("try 0251.0376.0251.0376 instead", "host.metadata", "0251.0376.0251.0376");
    is("http://169.254.43518/", "host.metadata", "169.254.43518");
    is("http://[::ffff:a9fe:a9fe]/", "host.metadata", "::ffff:a9fe:a9fe");
    is("http://[fd00:ec2::254]/", "host.metadata", "fd00:ec2::254");
    is("100.100.100.200", "host.metadata", "100.100.100.200");
    is("metadata.google.internal", "host.metadata", "metadata.google.internal");
    is("http://metadata/computeMetadata/v1", "host.metadata", "metadata");
    is("169.254.3.4", "host.link_local", "169.254.3.4");
    is("fe80::1ff:fe23:4567:890a%eth0", "host.link_local", "fe80::1ff:fe23:4567:890a%eth0");
    is("127.0.0.1:8080", "host.loopback", "127.0.0.1");
    is("http://localhost:3000/", "host.loopback", "localhost");
    is("http://0.0.0.0:3000/", "host.loopback", "0.0.0.0");
    is("listens on 0.0.0.0", "host.loopback", "0.0.0.0");
    is("listens on [::]:80", "host.loopback", "::");
    is("http://[::]/", "host.loopback", "::");
    is("http://[::0]:80/", "host.loopback", "::0");
    is("http://0/", "host.loopback", "0");
    is("http://192.0.2.1/", "host.special", "192.0.2.1");
    is("http://0.1.2.3/", "host.special", "0.1.2.3");
    is("http://[2001:db8::1]:80/", "host.special", "2001:db8::1");
    is("http://255.255.255.255/", "host.special", "255.255.255.255");
    is("2001::1", "host.special", "2001::1");
    is("http://[fe80::1%25eth0]/", "host.link_local", "fe80::1%25eth0");
    is("via fe80::1%en0.10.", "host.link_local", "fe80::1%en0.10");
    is("2001:0:808:808:0:0:5601:5601", "host.metadata", "2001:0:808:808:0:0:5601:5601");
    is("[::1]:80", "host.loopback", "::1");
    is("host.docker.internal:5432", "host.loopback", "host.docker.internal");
    is("239.255.255.250", "host.special", "239.255.255.250");
}

#[test]
fn internal_names_are_found() {
    for (text, host) in [
        ("connect to db01.internal first", "db01.internal"),
        ("see https://wiki.corp.example.internal/x", "wiki.corp.example.internal"),
        ("vault.corp.", "vault.corp"),
        ("DC01.CORP.LOCAL", "DC01.CORP.LOCAL"),
        ("printer.lan", "printer.lan"),
        ("ssh admin@build.home", "build.home"),
        ("router.home.arpa", "router.home.arpa"),
        ("http://intranet/", "intranet"),
        ("https://Jira:8443/browse", "Jira"),
        ("postgres://app@orders-db:5432/x", "orders-db"),
        ("_ldap._tcp.dc.corp.local", "_ldap._tcp.dc.corp.local"),
        ("*.apps.internal", "apps.internal"),
        ("web.service.consul", "web.service.consul"),
        ("node1.node.dc1.consul", "node1.node.dc1.consul"),
        ("server=vault.local;", "vault.local"),
        ("nas.local; then", "nas.local"),
        ("http://self.internal/", "self.internal"),
        ("db01[.]internal", "db01[.]internal"),
        ("db01．corp．local", "db01．corp．local"),
        (r"open \\fs-01\finance\plan.xlsx", "fs-01"),
        ("alice@mail.corp.local wrote", "mail.corp.local"),
        ("nas.local.", "nas.local"),
    ] {
        is(text, "host.internal", host);
    }
    is("redis.prod.svc.cluster.local:6379", "host.kubernetes", "redis.prod.svc.cluster.local");
    is("use redis.prod.svc", "host.kubernetes", "redis.prod.svc");
    is("http://kubernetes.default/api", "host.kubernetes", "kubernetes.default");
    is("at kubernetes.default.svc", "host.kubernetes", "kubernetes.default.svc");
    is("ask kubernetes.default first", "host.kubernetes", "kubernetes.default");
    is("http://kube-dns.kube-system:53/", "host.kubernetes", "kube-dns.kube-system");
    is("10-1-2-3.prod.pod", "host.kubernetes", "10-1-2-3.prod.pod");
    is("10-1-2-3.prod.pod.cluster.local", "host.kubernetes", "10-1-2-3.prod.pod.cluster.local");
    is("vm-1.europe-west1-b.c.acme.internal", "host.cloud", "vm-1.europe-west1-b.c.acme.internal");
    is("db.privatelink.database.windows.net", "host.cloud", "db.privatelink.database.windows.net");
    is("laptop.tail1234.ts.net", "host.overlay", "laptop.tail1234.ts.net");
    assert!(found("ip-10-0-0-1.ec2.internal").iter().any(|one| one.0 == "host.cloud"));
}

#[test]
fn versions_files_and_members_are_no_hosts() {
    for text in [
        "version 10.0.0.1",
        "\"version\": \"10.2.3.4\"",
        "v10.2.3.4",
        "Edge/10.1.2.3 Safari",
        "pkg==10.0.0.1",
        "1.2.3.4",
        "0.0.0.0/0 and ::/0",
        "0.1.2.3 and 0.0.0.255",
        "a[::], x[::-1], b = [::2], Token![::]",
        "while !(*guard.local).bag.with(f)",
        "let x = a || marker.local;",
        "255.255.255.0 and 255.255.0.0",
        "10.0.0.1.2",
        "oid 1.3.6.1.4.1.311",
        "section 10.1.2.3",
        "8.8.8.8 and 1.1.1.1",
        "192.0.2.1, 198.51.100.7, 203.0.113.9, 2001:db8::1, 3fff::1",
        "[feed::add] and [dead::beef]",
        "settings.local.json",
        "cp .env.local .env.production.local",
        "foo.local",
        "self.internal.x and self.internal",
        "std.internal",
        "a.internal()",
        "this.cache.internal = 5",
        "com.corp.internal.Foo",
        "import jdk.internal",
        "${user.home}",
        "java.home",
        "config.private",
        "src/app.local",
        "thread.local[0]",
        "fooBar.internal",
        "use std::net::Ipv4Addr; feed::add(1); a::b",
        "64:ff9b::808:808 and 2002:808:808::1",
        "host.internal, host.private",
        "f(&table.local, &rows.internal)",
        r"open \\server\share",
        "ffff:ff00::",
        "x[::1], at 12:30:45, fe:80:12:34:56:78",
        "00:1b:44:11:3a:b7",
        "https://example.com/ and https://docs.rs/url",
        "http://example/ http://host:port/ http://HOSTNAME/ http://<host>/ http://{host}/",
        "vscode://file and s3://bucket/key",
        "e.g. this, i.e. that... 3.14 and 10.5",
        r"\\hline\textbf and \\d+\\s",
        "a.b.c.d.e.f",
        "The corp. The lan. My home. local. internal.",
        "2852039166123",
        "host: 10 and ip_version: 10.1, port: 10.1",
        "address: 0x0a00beef",
        "edit foo.svc, see com.acme.svc.Foo and a.b.pod",
        "config.default and module.default",
        "http:foo and https:bar",
    ] {
        none(text);
    }
}

#[test]
fn what_is_pending_is_the_last_word_and_what_it_hangs_on() {
    assert_eq!(pending("all is said "), 12);
    assert_eq!(pending("all is sa"), 7);
    assert_eq!(pending("the version "), 4);
    assert_eq!(pending("the version 10.0"), 4);
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,3}(\\.[0-9]{1,3}){3}",
        "[a-f0-9:.]{1,12}",
        Just("10.0.0.1".to_owned()),
        Just("version".to_owned()),
        Just("ver=".to_owned()),
        Just("http://".to_owned()),
        Just("localhost".to_owned()),
        Just("ip-10-0-0-1".to_owned()),
        Just("a9fea9fe".to_owned()),
        Just(".internal".to_owned()),
        Just("db.corp.local".to_owned()),
        Just("\\\\fs-1\\x".to_owned()),
        Just("[.]".to_owned()),
        Just("。".to_owned()),
        Just(" ".to_owned()),
        Just("\n".to_owned()),
        "[a-z@/:%.x=-]{1,4}",
        "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

fn all(text: &str) -> Vec<Match> {
    let mut out = Vec::new();
    find(text, &mut out);
    out.sort_by_key(|one| (one.span.start, one.span.end, one.rule));
    out
}

proptest! {
    #[test]
    fn places_are_on_boundaries(text in pieces()) {
        for one in all(&text) {
            prop_assert!(text.get(one.span.clone()).is_some_and(|host| !host.contains(char::is_whitespace)));
        }
        prop_assert!(text.is_char_boundary(pending(&text)));
    }

    #[test]
    fn a_text_may_be_cut_where_nothing_is_pending(head in pieces(), tail in pieces()) {
        let whole = format!("{head}{tail}");
        let cut = pending(&head);
        if pending(&head[..cut]) == cut {
            let mut parts = all(&head[..cut]);
            parts.extend(all(&whole[cut..]).into_iter().map(|one| Match {
                span: one.span.start + cut..one.span.end + cut,
                ..one
            }));
            prop_assert_eq!(all(&whole), parts);
        }
    }
}
