//! `elasticloadbalancing:CreateListener`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::{self, ActionInput};
use super::create_target_group::ProtocolWord;
use super::description::ListenerDescription;
use super::secure::{CertificateInput, SecureInput};
use super::{balancer, invalid};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::elb::{BalancerKind, LoadBalancerId, Protocol};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:CreateListener` — lets a load balancer take requests on a port.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateListener {
    /// The load balancer, by ARN or name.
    pub load_balancer_arn: String,
    /// `HTTP` or `HTTPS`, or `TCP` for a Network Load Balancer; no other is modelled.
    pub protocol: Option<ProtocolWord>,
    /// 1–65535.
    pub port: Option<u16>,
    /// What the default rule does: one `forward`, `fixed-response` or `redirect`.
    pub default_actions: Vec<ActionInput>,
    /// The security policy of HTTPS; `ELBSecurityPolicy-2016-08` unless set [TR-166].
    pub ssl_policy: Option<String>,
    /// The one certificate, which HTTPS needs [TR-166].
    #[serde(default)]
    pub certificates: Vec<CertificateInput>,
    /// Only for TLS.
    #[serde(default)]
    pub alpn_policy: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub tags: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub mutual_authentication: NotModelled,
}

/// What CreateListener answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateListenerOutput {
    listeners: Vec<ListenerDescription>,
}

/// Listeners of one load balancer [count] [TR-010].
const LISTENERS_MAX: usize = 50;

/// HTTP and HTTPS on an Application Load Balancer, TCP on a Network Load Balancer; and whether it is HTTPS.
pub(super) fn checked_protocol(
    world: &World,
    owner: LoadBalancerId,
    word: Option<ProtocolWord>,
) -> Result<(Protocol, bool), ApiError> {
    use ProtocolWord::{HTTP, HTTPS, TCP, TLS, TcpUdp, UDP};
    let kind = world.elb.balancers[owner].kind;
    let all: &[ProtocolWord] = match kind {
        BalancerKind::Application => &[HTTP, HTTPS],
        BalancerKind::Network => &[TCP, TLS, UDP, TcpUdp],
    };
    match word {
        Some(word @ (HTTP | HTTPS)) if kind == BalancerKind::Application => Ok((Protocol::Http, word == HTTPS)),
        Some(TCP) if kind == BalancerKind::Network => Ok((Protocol::Tcp, false)),
        Some(word) if all.contains(&word) => {
            Err(invalid("only protocol 'TCP' is modelled by this simulator").at("Protocol"))
        }
        Some(word) => {
            let words: Vec<&str> = all.iter().map(|word| word.word()).collect();
            let message = format!("Listener protocol '{}' must be one of '{}'", word.word(), words.join(", "));
            Err(invalid(message).at("Protocol"))
        }
        None => Err(invalid("A listener protocol must be specified").at("Protocol")),
    }
}

pub(super) fn checked_port(port: Option<u16>) -> Result<u16, ApiError> {
    match port {
        Some(port) if port > 0 => Ok(port),
        Some(_) => Err(invalid("Port '0' must be between 1 and 65535").at("Port")),
        None => Err(invalid("A listener port must be specified").at("Port")),
    }
}

impl Operation for CreateListener {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "CreateListener";
    const TABLE: Option<&'static str> = Some("elbv2.listener");
    type Output = CreateListenerOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let owner = balancer(world, &self.load_balancer_arn, "LoadBalancerArn")?;
        let (protocol, is_secure) = checked_protocol(world, owner, self.protocol)?;
        let port = checked_port(self.port)?;
        let said = SecureInput { certificates: &self.certificates, policy: self.ssl_policy.as_deref() };
        let tls = said.checked(is_secure, None)?;
        let action = action::checked(&self.default_actions, "DefaultActions", world, (owner, is_secure))?;
        if world.elb.listener_on(owner, port).is_none() && world.elb.balancers[owner].listeners.len() >= LISTENERS_MAX {
            let message = format!("A load balancer can have at most '{LISTENERS_MAX}' listeners");
            return Err(ApiError::new("TooManyListeners", message).at("LoadBalancerArn"));
        }
        let id = match world.elb.listener_on(owner, port) {
            // Asking again for the same is no error.
            Some(id) if *world.elb.listeners[id].default_action() == action && world.elb.listeners[id].tls == tls => id,
            Some(_) => {
                let arn = &world.elb.balancers[owner].arn;
                let message = format!("A listener already exists on this port for this load balancer '{arn}'");
                return Err(ApiError::new("DuplicateListener", message).at("Port"));
            }
            None => world.lend(
                |w| &mut w.elb,
                |elb, peers| elb.create_listener(owner, (protocol, port, tls), action, peers, ctx),
            ),
        };
        Ok(CreateListenerOutput { listeners: vec![ListenerDescription::of(world, id)] })
    }
}
