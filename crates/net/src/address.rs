//! The address rules: which addresses a destination may have, by who named it.
//!
//! Sources: the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and its updates) and the metadata
//! addresses that the large cloud providers document.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Who named the host: decides which addresses it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Named {
    /// The operator, in the configuration: private addresses are allowed, and loopback as a literal.
    ByOperator,
    /// An argument, a document, a token or an answer: only global unicast addresses are allowed.
    ByOthers,
}

/// Why an address is forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AddressFault {
    /// A private, unique-local or shared address that someone other than the operator named.
    Private,
    /// A loopback address that was not written as a literal by the operator.
    Loopback,
    /// Reserved, for documentation, for benchmarks, or not assigned to anything that answers.
    Reserved,
    /// Multicast or broadcast.
    Multicast,
    /// The unspecified address or "this network".
    Unspecified,
    /// Link-local.
    LinkLocal,
    /// A cloud provider's metadata service.
    Metadata,
    /// A listener of this process.
    OwnListener,
}

impl AddressFault {
    /// The class in one or two words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Private => "a private address",
            Self::Loopback => "a loopback address",
            Self::Reserved => "a reserved address",
            Self::Multicast => "a multicast or broadcast address",
            Self::Unspecified => "an unspecified address",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "a cloud metadata address",
            Self::OwnListener => "a listener of this gateway",
        }
    }

    /// What an operator can do about it, where there is something.
    #[must_use]
    pub const fn hint(self) -> Option<&'static str> {
        match self {
            Self::Loopback => Some("write 127.0.0.1 or [::1] in the URL if this machine is meant"),
            Self::Private => Some("only hosts that the configuration names may have private addresses"),
            Self::OwnListener => Some("the gateway must not call itself"),
            _ => None,
        }
    }
}

impl fmt::Display for AddressFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())?;
        match self.hint() {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// Whether a destination may have this address.
///
/// `literal` says that the URL's host is this address itself and not a name. `own` lists the listeners of this process;
/// where one of them listens on all interfaces, the kernel is asked whether `address` is one of this machine.
///
/// # Errors
/// The first rule that forbids it.
pub fn permitted(
    address: IpAddr,
    port: u16,
    named: Named,
    literal: bool,
    own: &[SocketAddr],
) -> Result<(), AddressFault> {
    let address = address.to_canonical();
    match (classify(address), named) {
        (None, _) | (Some(AddressFault::Private), Named::ByOperator) => {}
        (Some(AddressFault::Loopback), Named::ByOperator) if literal => {}
        (Some(fault), _) => return Err(fault),
    }
    if own.iter().any(|listener| leads_to(*listener, address, port)) {
        return Err(AddressFault::OwnListener);
    }
    Ok(())
}

/// Whether a connection to `address` and `port` would arrive at `listener`.
fn leads_to(listener: SocketAddr, address: IpAddr, port: u16) -> bool {
    if listener.port() != port {
        return false;
    }
    let bound = listener.ip().to_canonical();
    if !bound.is_unspecified() {
        return bound == address;
    }
    // `[::]` usually takes IPv4 connections too; `0.0.0.0` never takes IPv6 ones.
    if bound.is_ipv4() && address.is_ipv6() {
        return false;
    }
    address.is_loopback() || is_local(address)
}

/// Whether an interface of this machine has this address: only such an address can be bound.
fn is_local(address: IpAddr) -> bool {
    UdpSocket::bind(SocketAddr::new(address, 0)).is_ok()
}

/// What kind of address it is; `None` for global unicast.
fn classify(address: IpAddr) -> Option<AddressFault> {
    match address {
        IpAddr::V4(v4) => classify_v4(v4),
        IpAddr::V6(v6) => classify_v6(v6),
    }
}

fn classify_v4(v4: Ipv4Addr) -> Option<AddressFault> {
    match v4.octets() {
        // Alibaba, Azure's wire server, Oracle; then AWS and its followers, AWS ECS, AWS EKS, Tencent.
        [100, 100, 100, 200]
        | [168, 63, 129, 16]
        | [192, 0, 0, 192]
        | [169, 254, 169, 254]
        | [169, 254, 170, 2 | 23]
        | [169, 254, 0, 23] => Some(AddressFault::Metadata),
        [0, ..] => Some(AddressFault::Unspecified),
        [127, ..] => Some(AddressFault::Loopback),
        [169, 254, ..] => Some(AddressFault::LinkLocal),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Some(AddressFault::Private),
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18..=19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => {
            Some(AddressFault::Reserved)
        }
        [224..=239, ..] | [255, 255, 255, 255] => Some(AddressFault::Multicast),
        [240..=255, ..] => Some(AddressFault::Reserved),
        _ => None,
    }
}

fn classify_v6(v6: Ipv6Addr) -> Option<AddressFault> {
    let s = v6.segments();
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(AddressFault::Unspecified),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(AddressFault::Loopback),
        // IPv4-compatible, IPv4-mapped, IPv4-translated (RFC 2765), NAT64 (RFC 6052): the low 32 bits.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x64, 0xff9b, 1, _, _, _, high, low] => Some(local_nat64(high, low)),
        // Teredo (RFC 4380): the server, and the client with all bits inverted.
        [0x2001, 0, server_high, server_low, _, _, high, low] => {
            embedded(server_high, server_low).max(embedded(!high, !low))
        }
        // 6to4 (RFC 3056)
        [0x2002, high, low, ..] => embedded(high, low).max(isatap(s)),
        _ => classify_prefix(s).max(isatap(s)),
    }
}

/// The classes that the prefix alone decides.
fn classify_prefix(s: [u16; 8]) -> Option<AddressFault> {
    match s {
        // AWS keeps its instance services below one prefix (metadata, pod identity, DNS, time); then Google, Oracle.
        [0xfd00, 0xec2, ..] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] | [0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe] => {
            Some(AddressFault::Metadata)
        }
        [0xfe80..=0xfebf, ..] => Some(AddressFault::LinkLocal),
        [0xff00..=0xffff, ..] => Some(AddressFault::Multicast),
        [0xfc00..=0xfdff, ..] => Some(AddressFault::Private),
        // IETF protocol assignments and benchmarks (2001::/23), documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some(AddressFault::Reserved),
        [0x2000..=0x3fff, ..] => None,
        // Site-local, discard, segment routing and everything that is not assigned.
        _ => Some(AddressFault::Reserved),
    }
}

/// The locally used NAT64 prefix `64:ff9b:1::/48` (RFC 8215): never global.
///
/// The prefix in use may be longer, up to 96 bits. With three zero octets at the end the IPv4 address may sit further up,
/// and nobody can tell where.
fn local_nat64(high: u16, low: u16) -> AddressFault {
    if high & 0xff == 0 && low == 0 {
        return AddressFault::Reserved;
    }
    embedded(high, low).map_or(AddressFault::Private, |fault| fault.max(AddressFault::Private))
}

/// ISATAP (RFC 5214): an IPv4 address behind the interface identifier `[02]00:5efe`, under any prefix.
fn isatap(s: [u16; 8]) -> Option<AddressFault> {
    match s {
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => embedded(high, low),
        _ => None,
    }
}

/// The class of an IPv4 address inside an IPv6 address. Whose loopback that would be is anyone's guess.
fn embedded(high: u16, low: u16) -> Option<AddressFault> {
    let [a, b] = high.to_be_bytes();
    let [c, d] = low.to_be_bytes();
    classify_v4(Ipv4Addr::new(a, b, c, d)).map(|fault| match fault {
        AddressFault::Loopback => AddressFault::Reserved,
        other => other,
    })
}

#[cfg(test)]
mod tests;
