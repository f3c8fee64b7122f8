//! `elasticloadbalancing:CreateListener`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::create_target_group::ProtocolWord;
use super::description::ListenerDescription;
use super::{balancer, group, invalid};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::elb::{Action, Forward, LoadBalancerId, Protocol, Share, TargetGroupId};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:CreateListener` — lets a load balancer take requests on a port.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateListener {
    /// The load balancer, by ARN or name.
    pub load_balancer_arn: String,
    /// `HTTP`; no other is modelled.
    pub protocol: Option<ProtocolWord>,
    /// 1–65535.
    pub port: Option<u16>,
    /// What the default rule does: one `forward` or `fixed-response`.
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
    /// Not modelled.
    #[serde(default)]
    pub tags: NotModelled,
    /// Only for HTTPS.
    #[serde(default)]
    pub mutual_authentication: NotModelled,
}

/// What a rule does.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ActionInput {
    /// `forward` or `fixed-response`; no other is modelled.
    pub r#type: ActionTypeWord,
    /// The one target group to forward to, by ARN or name.
    pub target_group_arn: Option<String>,
    /// Several target groups to forward to.
    pub forward_config: Option<ForwardConfig>,
    /// The answer.
    pub fixed_response_config: Option<FixedResponseConfig>,
    /// Only for rules with several actions.
    #[serde(default)]
    pub order: Option<u32>,
    /// Not modelled.
    #[serde(default)]
    pub redirect_config: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub authenticate_oidc_config: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub authenticate_cognito_config: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub jwt_validation_config: NotModelled,
}

/// `Type` of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActionTypeWord {
    /// To a target.
    Forward,
    /// Answered without a target.
    FixedResponse,
    /// Not modelled.
    Redirect,
    /// Not modelled.
    AuthenticateOidc,
    /// Not modelled.
    AuthenticateCognito,
    /// Not modelled.
    JwtValidation,
}

/// Where to forward to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ForwardConfig {
    /// One to five groups with their weights [TR-010].
    #[serde(default)]
    pub target_groups: Vec<TargetGroupTuple>,
    /// Not modelled.
    #[serde(default)]
    pub target_group_stickiness_config: Option<TargetGroupStickinessConfig>,
}

/// Stickiness to a target group.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TargetGroupStickinessConfig {
    /// `false`; the other is not modelled.
    pub enabled: Option<bool>,
    /// Without effect while not enabled.
    pub duration_seconds: Option<u32>,
}

/// A target group with its weight.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TargetGroupTuple {
    /// By ARN or name.
    pub target_group_arn: String,
    /// 0–999 [TR-024]; 1 unless set.
    pub weight: Option<u32>,
}

/// An answer without a target.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FixedResponseConfig {
    /// 2XX, 4XX or 5XX [TR-022].
    pub status_code: String,
    /// Up to 1024 characters; nobody reads it here.
    pub message_body: Option<String>,
    /// Of the message body.
    pub content_type: Option<String>,
}

/// What CreateListener answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateListenerOutput {
    listeners: Vec<ListenerDescription>,
}

impl ActionInput {
    fn checked(&self, world: &World, owner: LoadBalancerId) -> Result<Action, ApiError> {
        let place = |field: &str| format!("DefaultActions[0].{field}");
        match self.r#type {
            ActionTypeWord::Forward if self.fixed_response_config.is_some() => {
                Err(invalid("A forward action has no FixedResponseConfig").at(place("FixedResponseConfig")))
            }
            ActionTypeWord::Forward => self.checked_forward(world, owner),
            ActionTypeWord::FixedResponse => {
                let Some(config) = &self.fixed_response_config else {
                    let message = "A fixed-response action needs a FixedResponseConfig";
                    return Err(invalid(message).at(place("FixedResponseConfig")));
                };
                let status = config.status_code.parse().ok().filter(|code| matches!(code, 200..=299 | 400..=599));
                let status = status.ok_or_else(|| {
                    let message =
                        format!("The fixed-response status code '{}' must be 2XX, 4XX or 5XX", config.status_code);
                    invalid(message).at(place("FixedResponseConfig.StatusCode"))
                })?;
                let (body, content_type) = (config.message_body.clone(), config.content_type.clone());
                Ok(Action::FixedResponse { status, body, content_type })
            }
            _ => Err(invalid("only 'forward' and 'fixed-response' are modelled by this simulator").at(place("Type"))),
        }
    }

    fn checked_forward(&self, world: &World, owner: LoadBalancerId) -> Result<Action, ApiError> {
        let place = |field: &str| format!("DefaultActions[0].{field}");
        let mut shares = Vec::new();
        let mut add = |name: &str, weight: Option<u32>, at: String| {
            let id = group(world, name, &at)?;
            let weight = weight.unwrap_or(1);
            if weight > 999 {
                return Err(invalid(format!("Weight '{weight}' must be between 0 and 999")).at(at));
            }
            free_or_own(world, id, owner, &at)?;
            shares.push(Share { group: id, weight });
            Ok(())
        };
        match (&self.target_group_arn, &self.forward_config) {
            (_, Some(config)) => {
                let sticky = config.target_group_stickiness_config.as_ref();
                if sticky.is_some_and(|sticky| sticky.enabled == Some(true)) {
                    let at = place("ForwardConfig.TargetGroupStickinessConfig.Enabled");
                    return Err(invalid("target group stickiness is not modelled by this simulator").at(at));
                }
                let count = config.target_groups.len();
                if !(1..=5).contains(&count) {
                    let at = place("ForwardConfig.TargetGroups");
                    return Err(invalid(format!("'{count}' target groups must be between 1 and 5")).at(at));
                }
                for (index, tuple) in config.target_groups.iter().enumerate() {
                    let at = place(&format!("ForwardConfig.TargetGroups[{index}]"));
                    add(&tuple.target_group_arn, tuple.weight, at)?;
                }
                if let Some(name) = &self.target_group_arn
                    && (shares.len() != 1 || shares[0].group != group(world, name, &place("TargetGroupArn"))?)
                {
                    let message = "TargetGroupArn and ForwardConfig must name the same single target group";
                    return Err(invalid(message).at(place("TargetGroupArn")));
                }
            }
            (Some(name), None) => add(name, None, place("TargetGroupArn"))?,
            (None, None) => {
                return Err(invalid("A forward action needs a target group").at(place("TargetGroupArn")));
            }
        }
        Ok(Action::Forward(Forward { shares, sticky_for: None }))
    }
}

/// A target group belongs to one load balancer at most [TR-010].
fn free_or_own(world: &World, id: TargetGroupId, owner: LoadBalancerId, place: &str) -> Result<(), ApiError> {
    let group = &world.elb.groups[id];
    if group.balancer.is_some_and(|other| other != owner) {
        let message =
            format!("The following target groups cannot be associated with more than one load balancer: {}", group.arn);
        return Err(ApiError::new("TargetGroupAssociationLimit", message).at(place));
    }
    Ok(())
}

impl Operation for CreateListener {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "CreateListener";
    const TABLE: Option<&'static str> = Some("elbv2.listener");
    type Output = CreateListenerOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let owner = balancer(world, &self.load_balancer_arn, "LoadBalancerArn")?;
        match self.protocol {
            Some(ProtocolWord::HTTP) => {}
            Some(_) => return Err(invalid("only protocol 'HTTP' is modelled by this simulator").at("Protocol")),
            None => return Err(invalid("A listener protocol must be specified").at("Protocol")),
        }
        let port = match self.port {
            Some(port) if port > 0 => port,
            Some(_) => return Err(invalid("Port '0' must be between 1 and 65535").at("Port")),
            None => return Err(invalid("A listener port must be specified").at("Port")),
        };
        let action = match self.default_actions.as_slice() {
            [action] => action.checked(world, owner)?,
            [] => return Err(invalid("You must specify a default action").at("DefaultActions")),
            [_, ..] => {
                let message = "only one default action is modelled by this simulator";
                return Err(invalid(message).at("DefaultActions[1]"));
            }
        };
        let id = match world.elb.listener_on(owner, port) {
            // Asking again for the same is no error.
            Some(id) if *world.elb.listeners[id].default_action() == action => id,
            Some(_) => {
                let arn = &world.elb.balancers[owner].arn;
                let message = format!("A listener already exists on this port for this load balancer '{arn}'");
                return Err(ApiError::new("DuplicateListener", message).at("Port"));
            }
            None => world.lend(
                |w| &mut w.elb,
                |elb, peers| elb.create_listener(owner, (Protocol::Http, port), action, peers, ctx),
            ),
        };
        Ok(CreateListenerOutput { listeners: vec![ListenerDescription::of(world, id)] })
    }
}
