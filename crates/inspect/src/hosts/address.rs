//! What an address is, by the special-purpose registries of IANA (RFC 6890 and the RFCs named here).

use super::Kind;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A range of IPv4: its first address, the length of its prefix, what it is.
const V4: &[(Ipv4Addr, u32, Kind)] = &[
    // Metadata and credential services: AWS, Azure, GCP, Oracle and others; ECS; EKS; Alibaba; Azure's wire server; Tencent;
    // Oracle Classic.
    (Ipv4Addr::new(169, 254, 169, 254), 32, Kind::Metadata),
    (Ipv4Addr::new(169, 254, 170, 2), 32, Kind::Metadata),
    (Ipv4Addr::new(169, 254, 170, 23), 32, Kind::Metadata),
    (Ipv4Addr::new(100, 100, 100, 200), 32, Kind::Metadata),
    (Ipv4Addr::new(168, 63, 129, 16), 32, Kind::Metadata),
    (Ipv4Addr::new(169, 254, 0, 23), 32, Kind::Metadata),
    (Ipv4Addr::new(192, 0, 0, 192), 32, Kind::Metadata),
    // RFC 1918.
    (Ipv4Addr::new(10, 0, 0, 0), 8, Kind::Private),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Kind::Private),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Kind::Private),
    // RFC 6598: shared address space.
    (Ipv4Addr::new(100, 64, 0, 0), 10, Kind::Private),
    // RFC 1122, section 3.2.1.3.
    (Ipv4Addr::new(127, 0, 0, 0), 8, Kind::Loopback),
    // RFC 3927.
    (Ipv4Addr::new(169, 254, 0, 0), 16, Kind::LinkLocal),
    // RFC 6890: protocol assignments. RFC 7526: 6to4 relays. RFC 2544: benchmarking. RFC 5771: multicast.
    (Ipv4Addr::new(192, 0, 0, 0), 24, Kind::Special),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Kind::Special),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Kind::Special),
    (Ipv4Addr::new(224, 0, 0, 0), 4, Kind::Special),
    // RFC 1112, section 4: reserved. 255.0.0.0/8 is left out: it is where netmasks are.
    (Ipv4Addr::new(240, 0, 0, 0), 5, Kind::Special),
    (Ipv4Addr::new(248, 0, 0, 0), 6, Kind::Special),
    (Ipv4Addr::new(252, 0, 0, 0), 7, Kind::Special),
    (Ipv4Addr::new(254, 0, 0, 0), 8, Kind::Special),
];

/// A range of IPv6: its first address, the length of its prefix, what it is.
const V6: &[(Ipv6Addr, u32, Kind)] = &[
    // AWS: metadata, EKS. Google Cloud.
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), 128, Kind::Metadata),
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23), 128, Kind::Metadata),
    (Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254), 128, Kind::Metadata),
    // RFC 4291, section 2.5.3.
    (Ipv6Addr::LOCALHOST, 128, Kind::Loopback),
    // RFC 4193.
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Kind::Private),
    // RFC 4291, section 2.5.6; RFC 3879: site-local.
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, Kind::LinkLocal),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, Kind::Private),
    // RFC 8215: translation of local use.
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, Kind::Private),
    // RFC 6666: discard. RFC 5180: benchmarking. RFC 9602: segment routing. RFC 4291, section 2.7: multicast.
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, Kind::Special),
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48, Kind::Special),
    (Ipv6Addr::new(0x5f00, 0, 0, 0, 0, 0, 0, 0), 16, Kind::Special),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, Kind::Special),
];

/// What an IPv4 address is, where it is anything.
pub(super) fn of_v4(address: Ipv4Addr) -> Option<Kind> {
    let bits = u32::from(address);
    V4.iter()
        .find(|(first, length, _)| (bits ^ u32::from(*first)).checked_shr(32 - length).unwrap_or(0) == 0)
        .map(|r| r.2)
}

/// What an IPv6 address is, where it is anything; of one that embeds an IPv4 address, what that is.
pub(super) fn of_v6(address: Ipv6Addr) -> Option<Kind> {
    let bits = u128::from(address);
    let own = V6
        .iter()
        .find(|(first, length, _)| (bits ^ u128::from(*first)).checked_shr(128 - length).unwrap_or(0) == 0)
        .map(|range| range.2);
    let inner = embedded(address).and_then(of_v4);
    match (own, inner) {
        (_, Some(Kind::Metadata)) => inner,
        (Some(_), _) => own,
        (None, _) => inner,
    }
}

/// The IPv4 address within: mapped and compatible (RFC 4291, section 2.5.5), translated (RFC 2765, RFC 6052, RFC 8215), 6to4
/// (RFC 3056), ISATAP (RFC 5214).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0] if g != 0 => Some(v4(g, h)),
        [0, 0, 0, 0, 0, 0xffff] | [0, 0, 0, 0, 0xffff, 0] | [0x64, 0xff9b, _, _, _, _] => Some(v4(g, h)),
        [0x2002, ..] => Some(v4(b, c)),
        [_, _, _, _, 0 | 0x200, 0x5efe] => Some(v4(g, h)),
        _ => None,
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
            ("0.0.0.0", None),
            ("192.0.2.1", None),
            ("203.0.113.9", None),
            ("8.8.8.8", None),
        ] {
            assert_eq!(of_v4(address.parse().unwrap()), kind, "{address}");
        }
    }

    #[test]
    fn what_is_embedded_counts() {
        for (address, kind) in [
            ("::1", Some(Kind::Loopback)),
            ("::", None),
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
            ("2606:4700::1111", None),
        ] {
            assert_eq!(of_v6(address.parse().unwrap()), kind, "{address}");
        }
    }
}
