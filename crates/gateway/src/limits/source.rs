//! To whom work is charged that nobody has authenticated for.

use casemate_core::digest::Digest;
use std::net::IpAddr;

/// A network address, or the holder of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(u64);

impl From<IpAddr> for Source {
    /// An IPv4 address, or the /64 of an IPv6 address: one host has at least that many.
    fn from(peer: IpAddr) -> Self {
        match peer.to_canonical() {
            // No unicast IPv6 network has zeros in its first 32 bits, which keeps the two apart.
            IpAddr::V4(v4) => Self(u64::from(u32::from(v4))),
            IpAddr::V6(v6) => Self((u128::from(v6) >> 64) as u64),
        }
    }
}

impl Source {
    /// The holder of the certificate with this digest. Only a trusted CA makes more of them.
    #[must_use]
    pub fn holder(certificate: &Digest) -> Self {
        let [a, b, c, d, e, f, g, ..] = certificate.0;
        // The range of multicast, which no peer has as its address.
        Self(u64::from_be_bytes([0xff, a, b, c, d, e, f, g]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    #[test]
    fn a_network_is_one_source_and_a_certificate_another() {
        let host = |network: u16, n: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, network, 0, 0, 0, n));
        assert_eq!(Source::from(host(1, 1)), Source::from(host(1, 2)));
        assert_ne!(Source::from(host(1, 1)), Source::from(host(2, 1)));
        let v4 = Ipv4Addr::from(7);
        assert_eq!(Source::from(IpAddr::V6(v4.to_ipv6_mapped())), Source::from(IpAddr::V4(v4)));
        assert_ne!(Source::holder(&Digest([0; 32])), Source::from(IpAddr::V4(Ipv4Addr::from(0))));
    }
}
