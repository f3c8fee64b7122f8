//! Availability Zones: where subnets lie, and whether they have power.

use crate::engine::FactId;

/// Names a [`Zone`]: its place in the Region's list of zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneId(u8);

impl ZoneId {
    /// The zone at this place.
    pub const fn from_index(index: u8) -> ZoneId {
        ZoneId(index)
    }

    /// Its place.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// An Availability Zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// `ZoneName`: `us-east-1a`.
    pub name: String,
    /// `ZoneId`: `use1-az1`.
    pub zone_id: String,
    /// Faults that keep it without power: it has power again when the last of them is over [count].
    losses: u32,
    /// The fact that it lost its power, or has it again; none when that never happened.
    pub because: Option<FactId>,
}

impl Zone {
    /// A zone that has power.
    pub fn new(name: String, zone_id: String) -> Zone {
        Zone { name, zone_id, losses: 0, because: None }
    }

    /// Whether it is without power.
    pub fn is_lost(&self) -> bool {
        self.losses > 0
    }

    /// It loses its power; true when it had some.
    pub(super) fn lose(&mut self) -> bool {
        self.losses += 1;
        self.losses == 1
    }

    /// One of its losses is over; true when it was the last.
    pub(super) fn restore(&mut self) -> bool {
        let was_lost = self.is_lost();
        self.losses = self.losses.saturating_sub(1);
        was_lost && !self.is_lost()
    }
}
