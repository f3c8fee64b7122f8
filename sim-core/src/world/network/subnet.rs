//! Subnets: a range of addresses in one zone.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use super::cidr::Cidr;
use super::route::RouteTableId;
use super::zone::ZoneId;
use crate::engine::{Id, Stream};

/// Names a [`Subnet`].
pub type SubnetId = Id<Subnet>;

/// The addresses that AWS keeps for itself in each subnet: the first four and the last [CA-016].
const RESERVED: u32 = 5;
/// How many of them are at the beginning.
const RESERVED_FIRST: u32 = 4;

/// A subnet in one zone.
#[derive(Clone, Debug)]
pub struct Subnet {
    /// `subnet-` and 17 hexadecimal digits.
    pub id: String,
    /// `SubnetArn`.
    pub arn: String,
    /// `AvailabilityZone`: `us-east-1a`.
    pub zone: String,
    /// `AvailabilityZoneId`: `use1-az1`.
    pub zone_id: String,
    /// The zone, by its place in the Region's list.
    pub place: ZoneId,
    /// Its addresses.
    pub cidr: Cidr,
    /// The routes it uses.
    pub table: RouteTableId,
    /// Places of the addresses in use, counted from the first of the range.
    used: BTreeSet<u32>,
}

impl Subnet {
    /// A subnet in which nothing is attached yet.
    pub fn new(
        id: String,
        arn: String,
        zone: String,
        zone_id: String,
        place: ZoneId,
        cidr: Cidr,
        table: RouteTableId,
    ) -> Subnet {
        Subnet { id, arn, zone, zone_id, place, cidr, table, used: BTreeSet::new() }
    }

    /// How many addresses can ever be in use: 2^(32 − prefix) − 5 [CA-016].
    fn usable(&self) -> u32 {
        u32::try_from(self.cidr.size()).unwrap_or(u32::MAX).saturating_sub(RESERVED)
    }

    /// `AvailableIpAddressCount` [count] [CA-016].
    pub fn free(&self) -> u32 {
        self.usable() - self.used.len() as u32
    }

    /// Takes an address: the one that is drawn, or the next free one after it.
    pub(super) fn take(&mut self, stream: &mut Stream) -> Option<Ipv4Addr> {
        if self.free() == 0 {
            return None;
        }
        let (first, last) = (RESERVED_FIRST, RESERVED_FIRST + self.usable());
        let drawn = first + stream.below(u64::from(self.usable())) as u32;
        let place = (drawn..last).chain(first..drawn).find(|place| !self.used.contains(place))?;
        self.used.insert(place);
        Some(self.cidr.nth(place))
    }

    /// Gives an address back.
    pub(super) fn give_back(&mut self, address: Ipv4Addr) {
        let place = u32::from(address).wrapping_sub(u32::from(self.cidr.nth(0)));
        self.used.remove(&place);
    }
}
