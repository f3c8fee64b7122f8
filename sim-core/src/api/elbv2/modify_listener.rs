//! `elasticloadbalancing:ModifyListener`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::{self, ActionInput};
use super::create_listener::{checked_port, checked_protocol};
use super::create_target_group::ProtocolWord;
use super::description::ListenerDescription;
use super::listener;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:ModifyListener` — changes the port or the default action of a listener.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ModifyListener {
    /// The listener, by ARN, or as `alb:80`: the name of its load balancer and its port.
    pub listener_arn: String,
    /// As before unless set.
    pub port: Option<u16>,
    /// As before; no other is modelled.
    pub protocol: Option<ProtocolWord>,
    /// What the default rule does; as before unless set.
    #[serde(default)]
    pub default_actions: Vec<ActionInput>,
    /// Only for HTTPS.
    #[serde(default)]
    pub ssl_policy: NotModelled,
    /// Only for HTTPS.
    #[serde(default)]
    pub certificates: NotModelled,
    /// Only for TLS.
    #[serde(default)]
    pub alpn_policy: NotModelled,
    /// Only for HTTPS.
    #[serde(default)]
    pub mutual_authentication: NotModelled,
}

/// What ModifyListener answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ModifyListenerOutput {
    listeners: Vec<ListenerDescription>,
}

impl Operation for ModifyListener {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "ModifyListener";
    type Output = ModifyListenerOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = listener(world, &self.listener_arn, "ListenerArn")?;
        let owner = world.elb.listeners[id].balancer;
        if self.protocol.is_some() {
            checked_protocol(world, owner, self.protocol)?;
        }
        let port = match self.port {
            Some(_) => checked_port(self.port)?,
            None => world.elb.listeners[id].port,
        };
        if world.elb.listener_on(owner, port).is_some_and(|other| other != id) {
            let message = format!("A listener already exists on port '{port}' for this load balancer");
            return Err(ApiError::new("DuplicateListener", message).at("Port"));
        }
        let action = match self.default_actions.as_slice() {
            [] => None,
            given => Some(action::checked(given, "DefaultActions", world, owner)?),
        };
        if port != world.elb.listeners[id].port {
            world.elb.move_listener(id, port, ctx);
        }
        if action.is_some() {
            let last = world.elb.listeners[id].rules.len() - 1;
            world.lend(|w| &mut w.elb, |elb, peers| elb.modify_rule(id, last, (None, action), peers, ctx));
        }
        Ok(ModifyListenerOutput { listeners: vec![ListenerDescription::of(world, id)] })
    }
}
