//! What an address is, by the special-purpose registries of IANA (RFC 6890 and the RFCs named here) and by what clouds use.
//!
//! Every entry of both registries that is not globally reachable is here, and so are those whose reachability the registries
//! leave open where nothing public answers there.

use super::Kind;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Where an address counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// Wherever it stands.
    Anywhere,
    /// Where a syntax says that it is a host. In running text it is an example, a netmask or a version.
    Host,
}

use Where::{Anywhere, Host};

/// A range of IPv4: its first address, the length of its prefix, what it is and where it counts. `None`: it is public.
type V4 = (Ipv4Addr, u32, Option<Kind>, Where);

/// The same of IPv6.
type V6 = (Ipv6Addr, u32, Option<Kind>, Where);

const fn v4(octets: [u8; 4], length: u32, kind: Kind, place: Where) -> V4 {
    let [a, b, c, d] = octets;
    (Ipv4Addr::new(a, b, c, d), length, Some(kind), place)
}

const fn v6(head: [u16; 4], tail: [u16; 4], length: u32, kind: Kind, place: Where) -> V6 {
    let ([a, b, c, d], [e, f, g, h]) = (head, tail);
    (Ipv6Addr::new(a, b, c, d, e, f, g, h), length, Some(kind), place)
}

/// Ranges of IPv4; the first that holds an address counts.
const RANGES_4: &[V4] = &[
    // Metadata and credential services: AWS, Azure, GCP, Oracle and others; ECS; EKS; GKE; Alibaba; Azure's wire server;
    // Tencent; Oracle Classic; Scaleway; Volcano Engine.
    v4([169, 254, 169, 254], 32, Kind::Metadata, Anywhere),
    v4([169, 254, 170, 2], 32, Kind::Metadata, Anywhere),
    v4([169, 254, 170, 23], 32, Kind::Metadata, Anywhere),
    v4([169, 254, 169, 252], 32, Kind::Metadata, Anywhere),
    v4([100, 100, 100, 200], 32, Kind::Metadata, Anywhere),
    v4([168, 63, 129, 16], 32, Kind::Metadata, Anywhere),
    v4([169, 254, 0, 23], 32, Kind::Metadata, Anywhere),
    v4([192, 0, 0, 192], 32, Kind::Metadata, Anywhere),
    v4([169, 254, 42, 42], 32, Kind::Metadata, Anywhere),
    v4([100, 96, 0, 96], 32, Kind::Metadata, Anywhere),
    // RFC 1918.
    v4([10, 0, 0, 0], 8, Kind::Private, Anywhere),
    v4([172, 16, 0, 0], 12, Kind::Private, Anywhere),
    v4([192, 168, 0, 0], 16, Kind::Private, Anywhere),
    // RFC 6598: shared address space.
    v4([100, 64, 0, 0], 10, Kind::Private, Anywhere),
    // RFC 1122, section 3.2.1.3: this host, which most systems take for the own machine where they are to connect to it.
    v4([127, 0, 0, 0], 8, Kind::Loopback, Anywhere),
    v4([0, 0, 0, 0], 32, Kind::Loopback, Anywhere),
    v4([0, 0, 0, 0], 8, Kind::Special, Host),
    // RFC 3927.
    v4([169, 254, 0, 0], 16, Kind::LinkLocal, Anywhere),
    // RFC 7723, RFC 8155: anycast addresses that are globally reachable.
    (Ipv4Addr::new(192, 0, 0, 9), 32, None, Host),
    (Ipv4Addr::new(192, 0, 0, 10), 32, None, Host),
    // RFC 6890: protocol assignments. RFC 7526: 6to4 relays. RFC 2544: benchmarking. RFC 5771: multicast.
    v4([192, 0, 0, 0], 24, Kind::Special, Anywhere),
    v4([192, 88, 99, 0], 24, Kind::Special, Anywhere),
    v4([198, 18, 0, 0], 15, Kind::Special, Anywhere),
    v4([224, 0, 0, 0], 4, Kind::Special, Anywhere),
    // RFC 5737: documentation.
    v4([192, 0, 2, 0], 24, Kind::Special, Host),
    v4([198, 51, 100, 0], 24, Kind::Special, Host),
    v4([203, 0, 113, 0], 24, Kind::Special, Host),
    // RFC 8190: limited broadcast. RFC 1112, section 4: reserved; in 255.0.0.0/8 and where they begin are netmasks.
    v4([255, 255, 255, 255], 32, Kind::Special, Anywhere),
    v4([255, 0, 0, 0], 8, Kind::Special, Host),
    v4([240, 0, 0, 0], 4, Kind::Special, Anywhere),
];

/// Ranges of IPv6; the first that holds an address counts.
const RANGES_6: &[V6] = &[
    // AWS: metadata, EKS. Google Cloud. Scaleway. The link-local form of 169.254.169.254 (OpenStack).
    v6([0xfd00, 0xec2, 0, 0], [0, 0, 0, 0x254], 128, Kind::Metadata, Anywhere),
    v6([0xfd00, 0xec2, 0, 0], [0, 0, 0, 0x23], 128, Kind::Metadata, Anywhere),
    v6([0xfd20, 0xce, 0, 0], [0, 0, 0, 0x254], 128, Kind::Metadata, Anywhere),
    v6([0xfd00, 0x42, 0, 0], [0, 0, 0, 0x42], 128, Kind::Metadata, Anywhere),
    v6([0xfe80, 0, 0, 0], [0, 0, 0xa9fe, 0xa9fe], 128, Kind::Metadata, Anywhere),
    // RFC 4291, sections 2.5.2 and 2.5.3: most systems connect to themselves by either.
    v6([0; 4], [0, 0, 0, 1], 128, Kind::Loopback, Anywhere),
    v6([0; 4], [0; 4], 128, Kind::Loopback, Anywhere),
    // RFC 4193.
    v6([0xfc00, 0, 0, 0], [0; 4], 7, Kind::Private, Anywhere),
    // RFC 4291, section 2.5.6; RFC 3879: site-local.
    v6([0xfe80, 0, 0, 0], [0; 4], 10, Kind::LinkLocal, Anywhere),
    v6([0xfec0, 0, 0, 0], [0; 4], 10, Kind::Private, Anywhere),
    // RFC 8215: translation of local use.
    v6([0x64, 0xff9b, 1, 0], [0; 4], 48, Kind::Private, Anywhere),
    // RFC 6666: discard. RFC 9780: dummy prefix. RFC 9602: segment routing.
    v6([0x100, 0, 0, 0], [0; 4], 64, Kind::Special, Anywhere),
    v6([0x100, 0, 0, 1], [0; 4], 64, Kind::Special, Anywhere),
    v6([0x5f00, 0, 0, 0], [0; 4], 16, Kind::Special, Anywhere),
    // RFC 7723, RFC 8155, RFC 9665, RFC 7450, RFC 7535, RFC 9374: globally reachable within the protocol assignments.
    (Ipv6Addr::new(0x2001, 1, 0, 0, 0, 0, 0, 1), 128, None, Host),
    (Ipv6Addr::new(0x2001, 1, 0, 0, 0, 0, 0, 2), 128, None, Host),
    (Ipv6Addr::new(0x2001, 1, 0, 0, 0, 0, 0, 3), 128, None, Host),
    (Ipv6Addr::new(0x2001, 3, 0, 0, 0, 0, 0, 0), 32, None, Host),
    (Ipv6Addr::new(0x2001, 4, 0x112, 0, 0, 0, 0, 0), 48, None, Host),
    (Ipv6Addr::new(0x2001, 0x30, 0, 0, 0, 0, 0, 0), 28, None, Host),
    // RFC 2928: protocol assignments, with Teredo (RFC 4380), benchmarking (RFC 5180) and ORCHID (RFC 4843, RFC 7343).
    v6([0x2001, 0, 0, 0], [0; 4], 23, Kind::Special, Anywhere),
    // RFC 3849, RFC 9637: documentation.
    v6([0x2001, 0xdb8, 0, 0], [0; 4], 32, Kind::Special, Host),
    v6([0x3fff, 0, 0, 0], [0; 4], 20, Kind::Special, Host),
    // RFC 4291, section 2.7: multicast; the highest flag is reserved, and where it is set are netmasks.
    v6([0xff00, 0, 0, 0], [0; 4], 9, Kind::Special, Anywhere),
    v6([0xff00, 0, 0, 0], [0; 4], 8, Kind::Special, Host),
];

/// What an IPv4 address is, where it is anything and counts there.
pub(super) fn of_v4(address: Ipv4Addr, place: Where) -> Option<Kind> {
    let bits = u32::from(address);
    RANGES_4
        .iter()
        .find(|(first, length, ..)| (bits ^ u32::from(*first)).checked_shr(32 - length).unwrap_or(0) == 0)
        .filter(|range| place == Host || range.3 == Anywhere)
        .filter(|_| place == Host || !is_mask(bits))
        .and_then(|range| range.2)
}

/// Whether the address is more likely a netmask: bits set from the highest on, not all of them.
const fn is_mask(bits: u32) -> bool {
    bits.leading_ones() >= 4 && bits != u32::MAX && bits << bits.leading_ones() == 0
}

/// What an IPv6 address is, where it is anything and counts there; of one that embeds an IPv4 address, what that is.
pub(super) fn of_v6(address: Ipv6Addr, place: Where) -> Option<Kind> {
    let bits = u128::from(address);
    let own = RANGES_6
        .iter()
        .find(|(first, length, ..)| (bits ^ u128::from(*first)).checked_shr(128 - length).unwrap_or(0) == 0)
        .filter(|range| place == Host || range.3 == Anywhere)
        .and_then(|range| range.2);
    // The gravest of them counts.
    let inner = embedded(address).into_iter().flatten().filter(|inner| !inner.is_unspecified());
    let inner = inner.filter_map(|inner| of_v4(inner, place));
    let grave = |kind: &Kind| match kind {
        Kind::Metadata => 3,
        Kind::Private | Kind::LinkLocal => 2,
        Kind::Loopback => 1,
        _ => 0,
    };
    inner.chain(own).max_by_key(grave)
}

/// The IPv4 addresses within: mapped and compatible (RFC 4291, section 2.5.5), translated (RFC 2765, RFC 6052, RFC 8215),
/// 6to4 (RFC 3056), ISATAP (RFC 5214); of Teredo the server and the client, whose bits are turned (RFC 4380, section 4).
fn embedded(address: Ipv6Addr) -> [Option<Ipv4Addr>; 2] {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0] if g != 0 => [v4(g, h), None],
        [0, 0, 0, 0, 0, 0xffff] | [0, 0, 0, 0, 0xffff, 0] => [v4(g, h), None],
        // Of local use also with a prefix of 48 bits.
        [0x64, 0xff9b, 1, high, low, _] => [v4(g, h), v4(high, low << 8 | f >> 8)],
        [0x64, 0xff9b, _, _, _, _] => [v4(g, h), None],
        [0x2001, 0, ..] => [v4(c, d), v4(!g, !h)],
        [0x2002, ..] => [v4(b, c), None],
        [_, _, _, _, 0 | 0x200, 0x5efe] => [v4(g, h), None],
        _ => [None, None],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_range_begins_and_ends_where_its_rfc_says() {
        for (address, kind) in [
            ("9.255.255.255", None),
            ("10.0.0.0", Some(Kind::Private)),
            ("10.255.255.255", Some(Kind::Private)),
            ("11.0.0.0", None),
            ("172.15.255.255", None),
            ("172.16.0.0", Some(Kind::Private)),
            ("172.31.255.255", Some(Kind::Private)),
            ("172.32.0.0", None),
            ("192.167.255.255", None),
            ("192.168.0.0", Some(Kind::Private)),
            ("192.169.0.0", None),
            ("100.63.255.255", None),
            ("100.64.0.0", Some(Kind::Private)),
            ("100.127.255.255", Some(Kind::Private)),
            ("100.128.0.0", None),
            ("169.254.169.253", Some(Kind::LinkLocal)),
            ("169.254.169.254", Some(Kind::Metadata)),
            ("198.17.255.255", None),
            ("198.19.255.255", Some(Kind::Special)),
            ("223.255.255.255", None),
            ("239.1.2.3", Some(Kind::Special)),
            ("254.255.255.255", Some(Kind::Special)),
            ("255.255.255.0", None),
            ("240.0.0.0", None),
            ("240.0.0.1", Some(Kind::Special)),
            ("255.255.255.255", Some(Kind::Special)),
            ("0.0.0.0", Some(Kind::Loopback)),
            ("0.1.2.3", None),
            ("192.0.0.9", None),
            ("192.0.0.170", Some(Kind::Special)),
            ("192.88.99.1", Some(Kind::Special)),
            ("192.0.2.1", None),
            ("203.0.113.9", None),
            ("8.8.8.8", None),
        ] {
            assert_eq!(of_v4(address.parse().unwrap(), Anywhere), kind, "{address}");
        }
        for (address, kind) in [
            ("0.1.2.3", Some(Kind::Special)),
            ("192.0.2.1", Some(Kind::Special)),
            ("198.51.100.1", Some(Kind::Special)),
            ("203.0.113.9", Some(Kind::Special)),
            ("255.255.255.0", Some(Kind::Special)),
            ("192.0.0.10", None),
            ("192.52.193.1", None),
            ("1.1.1.1", None),
        ] {
            assert_eq!(of_v4(address.parse().unwrap(), Host), kind, "{address}");
        }
    }

    #[test]
    fn what_is_embedded_counts() {
        for (address, kind) in [
            ("::1", Some(Kind::Loopback)),
            ("::", Some(Kind::Loopback)),
            ("::ffff:0:10.0.0.1", Some(Kind::Private)),
            ("::ffff:127.0.0.1", Some(Kind::Loopback)),
            ("fe80::5efe:10.0.0.1", Some(Kind::LinkLocal)),
            ("2a00::5efe:10.0.0.1", Some(Kind::Private)),
            ("64:ff9b:1:a9fe:a9:fe00::", Some(Kind::Metadata)),
            ("2001::1", Some(Kind::Special)),
            // Teredo: the server is 10.0.0.1; the client is 169.254.169.254.
            ("2001:0:a00:1::ffff", Some(Kind::Private)),
            ("2001:0:808:808:0:0:5601:5601", Some(Kind::Metadata)),
            ("2001:10::1", Some(Kind::Special)),
            ("2001:20::1", Some(Kind::Special)),
            ("2001:30::1", None),
            ("2001:2::1", Some(Kind::Special)),
            ("2001:1::1", None),
            ("2001:200::1", None),
            ("3fff::1", None),
            ("100::1", Some(Kind::Special)),
            ("100:0:0:1::1", Some(Kind::Special)),
            ("5f00::1", Some(Kind::Special)),
            ("fe80::a9fe:a9fe", Some(Kind::Metadata)),
            ("::ffff:10.0.0.1", Some(Kind::Private)),
            ("::ffff:8.8.8.8", None),
            ("::10.0.0.1", Some(Kind::Private)),
            ("64:ff9b::a00:1", Some(Kind::Private)),
            ("64:ff9b::808:808", None),
            ("64:ff9b:1::808:808", Some(Kind::Private)),
            ("64:ff9b:1::a9fe:a9fe", Some(Kind::Metadata)),
            ("2002:a00:1::1", Some(Kind::Private)),
            ("2002:808:808::1", None),
            ("fbff::1", None),
            ("fc00::", Some(Kind::Private)),
            ("fdff::1", Some(Kind::Private)),
            ("fe80::1", Some(Kind::LinkLocal)),
            ("febf::1", Some(Kind::LinkLocal)),
            ("fec0::1", Some(Kind::Private)),
            ("fd00:ec2::254", Some(Kind::Metadata)),
            ("ff02::1", Some(Kind::Special)),
            ("2001:db8::1", None),
            ("ffff:ff00::", None),
            ("2606:4700::1111", None),
        ] {
            assert_eq!(of_v6(address.parse().unwrap(), Anywhere), kind, "{address}");
        }
        for address in ["2001:db8::1", "3fff:fff::1", "ffff:ff00::"] {
            assert_eq!(of_v6(address.parse().unwrap(), Host), Some(Kind::Special), "{address}");
        }
        assert_eq!(of_v6("2606:4700::1111".parse().unwrap(), Host), None);
    }
}
