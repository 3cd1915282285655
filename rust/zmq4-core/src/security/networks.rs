//! [`Networks`]: addresses that are written down, each with all that begin alike.

use std::net::{IpAddr, Ipv6Addr};

/// A set of addresses and networks of tcp.
///
/// An IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`) is that IPv4 address, on either
/// side. Beyond that, networks of one family have no addresses of the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

/// All addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix_len: u8,
}

impl Network {
    /// The addresses whose first `prefix_len` bits are those of `address`. None if an address has not so
    /// many, or if it is an IPv4 address written as an IPv6 one and the prefix ends before it begins.
    pub fn new(address: IpAddr, prefix_len: u8) -> Option<Self> {
        let (address, prefix_len) = match (address, address.to_canonical()) {
            (IpAddr::V6(_), ipv4 @ IpAddr::V4(_)) => (ipv4, prefix_len.checked_sub(MAPPED_PREFIX)?),
            (_, address) => (address, prefix_len),
        };
        (prefix_len <= width(address)).then_some(Self { address, prefix_len })
    }

    /// Whether `address` is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let differing = bits(address) ^ bits(self.address);
        let behind = u32::from(width(self.address) - self.prefix_len);
        address.is_ipv4() == self.address.is_ipv4()
            // No bit is left of an empty prefix.
            && differing.checked_shr(behind).is_none_or(|differing| differing == 0)
    }
}

impl From<IpAddr> for Network {
    /// One address.
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, prefix_len: width(address) }
    }
}

impl Networks {
    /// Whether nothing is written down.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `address` is in one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

impl FromIterator<Network> for Networks {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Self {
        Self(networks.into_iter().collect())
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => Ipv6Addr::to_bits(address),
    }
}

/// Bits before the IPv4 address in `::ffff:0:0/96`. Source: RFC 4291, section 2.5.5.2.
const MAPPED_PREFIX: u8 = 96;

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn network(text: &str, prefix_len: u8) -> Network {
        Network::new(address(text), prefix_len).expect("a network")
    }

    #[test]
    fn a_network_ends_where_its_prefix_says() {
        for (of, prefix_len, inside, outside) in [
            ("10.1.2.3", 8, ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0"]),
            ("192.0.2.129", 25, ["192.0.2.128", "192.0.2.255"], ["192.0.2.127", "192.0.3.128"]),
            ("192.0.2.1", 32, ["192.0.2.1"; 2], ["192.0.2.0", "192.0.2.3"]),
            ("192.0.2.2", 31, ["192.0.2.2", "192.0.2.3"], ["192.0.2.1", "192.0.2.4"]),
            ("2001:db8::", 32, ["2001:db8::", "2001:db8:ffff::1"], ["2001:db7::", "2001:db9::"]),
            ("::1", 128, ["::1"; 2], ["::", "::2"]),
            ("fe80::", 1, ["8000::", "ffff::"], ["7fff::", "::1"]),
        ] {
            let network = network(of, prefix_len);

            assert!(inside.iter().all(|text| network.contains(address(text))), "{network:?}");
            assert!(outside.iter().all(|text| !network.contains(address(text))), "{network:?}");
        }
    }

    #[test]
    fn an_empty_prefix_is_all_of_one_family() {
        assert!(network("1.2.3.4", 0).contains(address("255.255.255.255")));
        assert!(network("::", 0).contains(address("ffff::1")));
        assert!(!network("::", 0).contains(address("1.2.3.4")));
        assert!(!network("0.0.0.0", 0).contains(address("::1")));
    }

    #[test]
    fn an_ipv4_address_is_the_same_however_it_is_written() {
        for network in [network("192.0.2.0", 24), network("::ffff:192.0.2.0", 120)] {
            for inside in ["192.0.2.7", "::ffff:192.0.2.7"] {
                assert!(network.contains(address(inside)), "{network:?}");
            }
            for outside in ["192.0.3.7", "::ffff:192.0.3.7", "::c000:207"] {
                assert!(!network.contains(address(outside)), "{network:?}");
            }
        }
        assert!(Network::from(address("::ffff:10.0.0.1")).contains(address("10.0.0.1")));
        assert!(network("::ffff:0.0.0.0", 96).contains(address("203.0.113.9")));
    }

    #[test]
    fn a_prefix_that_an_address_has_not_is_refused() {
        for (of, prefix_len) in
            [("10.0.0.0", 33), ("::", 129), ("::ffff:10.0.0.0", 95), ("::ffff:10.0.0.0", 129)]
        {
            assert_eq!(Network::new(address(of), prefix_len), None);
        }
    }

    #[test]
    fn a_set_has_what_one_of_its_networks_has() {
        let networks: Networks =
            [network("10.0.0.0", 8), address("::1").into()].into_iter().collect();

        assert!(networks.contains(address("10.9.9.9")) && networks.contains(address("::1")));
        assert!(!networks.contains(address("192.0.2.1")));
        assert!(!networks.is_empty() && Networks::default().is_empty());
        assert!(!Networks::default().contains(address("::1")));
    }
}
