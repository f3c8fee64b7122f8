//! `elasticloadbalancing:ModifyListener`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::{self, ActionInput};
use super::create_listener::{checked_port, checked_protocol};
use super::create_target_group::ProtocolWord;
use super::description::ListenerDescription;
use super::secure::{CertificateInput, SecureInput};
use super::{invalid, listener};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:ModifyListener` — changes the port, the protocol, the certificate or the default action of a listener.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ModifyListener {
    /// The listener, by ARN, or as `alb:80`: the name of its load balancer and its port.
    pub listener_arn: String,
    /// As before unless set.
    pub port: Option<u16>,
    /// As before unless set: `HTTP` or `HTTPS`, or `TCP` of a Network Load Balancer.
    pub protocol: Option<ProtocolWord>,
    /// What the default rule does; as before unless set.
    #[serde(default)]
    pub default_actions: Vec<ActionInput>,
    /// As before unless set; needed when HTTP becomes HTTPS [TR-166].
    pub ssl_policy: Option<String>,
    /// As before unless set: one; needed when HTTP becomes HTTPS [TR-166].
    #[serde(default)]
    pub certificates: Vec<CertificateInput>,
    /// Only for TLS.
    #[serde(default)]
    pub alpn_policy: NotModelled,
    /// Not modelled.
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
        let before = world.elb.listeners[id].tls.clone();
        let is_secure = match self.protocol {
            Some(_) => checked_protocol(world, owner, self.protocol)?.1,
            None => before.is_some(),
        };
        if is_secure && before.is_none() && self.ssl_policy.is_none() {
            return Err(invalid("An SSL policy must be specified for HTTPS listeners").at("SslPolicy"));
        }
        let said = SecureInput { certificates: &self.certificates, policy: self.ssl_policy.as_deref() };
        let tls = said.checked(is_secure, before.as_ref())?;
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
            given => Some(action::checked(given, "DefaultActions", world, (owner, is_secure))?),
        };
        if is_secure != before.is_some() {
            // What its rules do has to be possible in the other protocol, too; a new default action was looked at.
            let rules = &world.elb.listeners[id].rules;
            let kept = if action.is_some() { &rules[..rules.len() - 1] } else { rules };
            for rule in kept {
                action::allowed(world, &rule.action, is_secure, "Protocol")?;
            }
        }
        if port != world.elb.listeners[id].port {
            world.elb.move_listener(id, port, ctx);
        }
        if tls != before {
            world.elb.secure_listener(id, tls, ctx);
        }
        if action.is_some() {
            let last = world.elb.listeners[id].rules.len() - 1;
            world.lend(|w| &mut w.elb, |elb, peers| elb.modify_rule(id, last, (None, action), peers, ctx));
        }
        Ok(ModifyListenerOutput { listeners: vec![ListenerDescription::of(world, id)] })
    }
}
