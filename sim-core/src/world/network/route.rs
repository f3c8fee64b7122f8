//! Route tables: which way an address is.

use std::net::Ipv4Addr;

use super::cidr::Cidr;
use crate::engine::{FactId, Id};

/// Names a [`RouteTable`].
pub type RouteTableId = Id<RouteTable>;

/// The routes of the subnets that use the table.
#[derive(Clone, Debug)]
pub struct RouteTable {
    /// `rtb-` and 17 hexadecimal digits.
    pub id: String,
    /// Whether subnets without a table of their own use it.
    pub main: bool,
    /// Its routes, in the order in which they were made.
    pub routes: Vec<Route>,
    /// The fact of its last change; none when it was never touched.
    pub because: Option<FactId>,
}

/// One way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// Whereto.
    pub destination: Cidr,
    /// Through what.
    pub target: RouteTarget,
    /// `Origin`: whether CreateRoute made it.
    pub by_user: bool,
}

/// What a route leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteTarget {
    /// The VPC itself; cannot be deleted [IA-101].
    Local,
    /// The VPC's internet gateway.
    InternetGateway,
}

impl RouteTable {
    /// The way to an address: the route with the longest prefix that holds it [IA-101].
    pub fn way(&self, to: Ipv4Addr) -> Option<RouteTarget> {
        let ways = self.routes.iter().filter(|route| route.destination.contains(to));
        ways.max_by_key(|route| route.destination.prefix()).map(|route| route.target)
    }
}
