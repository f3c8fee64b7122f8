//! IPv4 ranges.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// A range of IPv4 addresses: `172.31.0.0/16`. The bits beyond the prefix are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    first: u32,
    prefix: u8,
}

impl Cidr {
    /// Every address: `0.0.0.0/0`.
    pub const ALL: Cidr = Cidr { first: 0, prefix: 0 };

    /// The range of this prefix length (0..=32) that holds the address.
    pub fn new(address: Ipv4Addr, prefix: u8) -> Cidr {
        let prefix = prefix.min(32);
        Cidr { first: u32::from(address) & Cidr { first: 0, prefix }.mask(), prefix }
    }

    fn mask(self) -> u32 {
        u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0)
    }

    /// Whether the address lies inside.
    pub fn contains(self, address: Ipv4Addr) -> bool {
        u32::from(address) & self.mask() == self.first
    }

    /// How many bits are fixed, 0..=32.
    pub fn prefix(self) -> u8 {
        self.prefix
    }

    /// How many addresses there are [count].
    pub fn size(self) -> u64 {
        1 << (32 - self.prefix)
    }

    /// The address at this place, counted from the first.
    pub fn nth(self, index: u32) -> Ipv4Addr {
        Ipv4Addr::from(self.first.wrapping_add(index))
    }

    /// Whether every address of the other range lies inside.
    pub fn covers(self, other: Cidr) -> bool {
        self.prefix <= other.prefix && self.contains(Ipv4Addr::from(other.first))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.first), self.prefix)
    }
}

/// A text that is no range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotACidr;

impl FromStr for Cidr {
    type Err = NotACidr;

    /// Bits beyond the prefix are cleared, as EC2 does: `10.0.0.9/8` is `10.0.0.0/8`.
    fn from_str(text: &str) -> Result<Cidr, NotACidr> {
        let (address, prefix) = text.split_once('/').ok_or(NotACidr)?;
        let prefix: u8 = prefix.parse().map_err(|_| NotACidr)?;
        let address = address.parse().map_err(|_| NotACidr)?;
        if prefix > 32 { Err(NotACidr) } else { Ok(Cidr::new(address, prefix)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_its_addresses_and_no_other() {
        let range: Cidr = "172.31.16.9/20".parse().unwrap();
        assert_eq!(range.to_string(), "172.31.16.0/20");
        assert_eq!(range.size(), 4096);
        assert!(range.contains(Ipv4Addr::new(172, 31, 31, 255)) && !range.contains(Ipv4Addr::new(172, 31, 32, 0)));
        assert!(Cidr::ALL.contains(Ipv4Addr::new(203, 0, 113, 9)) && Cidr::ALL.covers(range));
        assert!(!range.covers(Cidr::ALL));
        let one: Cidr = "203.0.113.9/32".parse().unwrap();
        assert!(one.size() == 1 && one.contains(Ipv4Addr::new(203, 0, 113, 9)));
        for bad in ["172.31.0.0", "172.31.0.0/33", "172.31.0/16", "/8", "", "::/0"] {
            assert_eq!(bad.parse::<Cidr>(), Err(NotACidr), "{bad}");
        }
    }
}
