//! HTTP/2 and gRPC need a listener for HTTPS: whoever speaks them to another one is told before the run begins.

use std::collections::BTreeSet;

use super::{Compiler, Scenario};
use crate::scenario::traffic_table::SpokenProtocol;
use crate::world::World;
use crate::world::elb::{BalancerKind, LoadBalancerId};

/// Listeners that were for HTTPS at any time of the rehearsal: a line may make one, or change it.
#[derive(Default)]
pub(super) struct Secure(BTreeSet<(LoadBalancerId, u16)>);

impl Secure {
    /// Takes note of those that are there now.
    pub(super) fn look(&mut self, world: &World) {
        let secure = world.elb.listeners.iter().filter(|(_, it)| it.tls.is_some());
        self.0.extend(secure.map(|(_, it)| (it.balancer, it.port)));
    }
}

impl Compiler<'_> {
    /// Callers that speak what their listener never understands. Where there is no listener yet, somebody makes it later, and
    /// what is spoken then is what both can.
    pub(super) fn spoken(&mut self, scenario: &Scenario, world: &World, secure: &Secure) {
        for (index, traffic) in scenario.file.world.traffic.iter().enumerate() {
            let spoken = traffic.protocol.unwrap_or_default();
            let Some(id) = world.elb.balancer_named(&traffic.to).filter(|_| spoken != SpokenProtocol::Http1) else {
                continue;
            };
            let balancer = &world.elb.balancers[id];
            let first = balancer.listeners.first().map(|&listener| world.elb.listeners[listener].port);
            let Some(port) = traffic.port.or(first) else { continue };
            let name = &balancer.name;
            let (message, help) = if balancer.kind == BalancerKind::Network {
                (
                    format!("{name} is a Network Load Balancer, whose flows carry HTTP/1.1 only here"),
                    "leave `protocol` away, or call an Application Load Balancer".to_owned(),
                )
            } else if world.elb.listener_on(id, port).is_some() && !secure.0.contains(&(id, port)) {
                let other = secure.0.iter().find(|(of, _)| *of == id);
                (
                    format!("the listener of {name} on port {port} is for HTTP, and HTTP/2 and gRPC need HTTPS"),
                    match other {
                        Some((_, port)) => format!("call its port {port}: port = {port}"),
                        None => "let the listener have `Protocol = \"HTTPS\"` and a certificate: Certificates = \
                                 [{ CertificateArn = \"arn:aws:acm:…:certificate/…\" }]"
                            .to_owned(),
                    },
                )
            } else {
                continue;
            };
            let place = self.place(&format!("world.traffic[{index}].protocol"));
            self.error("protocol", message, place, "").help = help;
        }
    }
}
