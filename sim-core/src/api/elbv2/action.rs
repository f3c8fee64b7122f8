//! Actions of listener rules, as CreateListener, ModifyListener, CreateRule and ModifyRule take them.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{group, invalid};
use crate::api::{ApiError, NotModelled};
use crate::world::World;
use crate::world::elb::{Action, BalancerKind, Forward, ListenerId, LoadBalancerId, Redirect, Share, TargetGroupId};

/// Target groups of one action [count] [TR-010].
const GROUPS_MAX: usize = 5;
/// Target groups that the rules of one load balancer name [count] [TR-010].
const BALANCER_GROUPS_MAX: usize = 100;

/// What a rule does.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ActionInput {
    /// `forward`, `fixed-response` or `redirect`; no other is modelled.
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
    /// Where the client is sent.
    pub redirect_config: Option<RedirectConfig>,
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
    /// The client is sent elsewhere.
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
    /// Whether clients stay with their group.
    pub target_group_stickiness_config: Option<TargetGroupStickinessConfig>,
}

/// Stickiness to a target group.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TargetGroupStickinessConfig {
    /// `false` unless set. It must be `true` when one of several groups has sticky sessions [TR-026].
    pub enabled: Option<bool>,
    /// For how long [s], 1–604800.
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

/// Where the client is sent: what is left out stays as it is [TR-023].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RedirectConfig {
    /// `HTTP`, `HTTPS` or `#{protocol}`.
    pub protocol: Option<String>,
    /// 1–65535 or `#{port}`.
    pub port: Option<String>,
    /// May contain `#{host}`.
    pub host: Option<String>,
    /// Begins with a slash; may contain `#{host}`, `#{path}` and `#{port}`.
    pub path: Option<String>,
    /// Without the question mark; may contain any of them.
    pub query: Option<String>,
    /// Permanent or not.
    pub status_code: RedirectStatusWord,
}

/// `StatusCode` of a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum RedirectStatusWord {
    /// Permanent.
    #[serde(rename = "HTTP_301")]
    Permanent,
    /// Temporary.
    #[serde(rename = "HTTP_302")]
    Temporary,
}

/// The one action of a rule, checked for a load balancer, and for HTTPS or HTTP. `field` is `Actions` or `DefaultActions`.
pub(super) fn checked(
    actions: &[ActionInput],
    field: &str,
    world: &World,
    (owner, is_secure): (LoadBalancerId, bool),
) -> Result<Action, ApiError> {
    let action = match actions {
        [action] => action,
        [] => return Err(invalid("You must specify an action").at(field)),
        // A rule has exactly one of them; what authenticates before it is not modelled [TR-013].
        [_, ..] => {
            let message = "You must specify exactly one of forward, redirect and fixed-response";
            return Err(ApiError::new("TooManyActions", message).at(format!("{field}[1]")));
        }
    };
    let place = |inner: &str| format!("{field}[0].{inner}");
    for (given, own, inner) in [
        (action.fixed_response_config.is_some(), ActionTypeWord::FixedResponse, "FixedResponseConfig"),
        (action.redirect_config.is_some(), ActionTypeWord::Redirect, "RedirectConfig"),
        (action.forward_config.is_some(), ActionTypeWord::Forward, "ForwardConfig"),
        (action.target_group_arn.is_some(), ActionTypeWord::Forward, "TargetGroupArn"),
    ] {
        if given && action.r#type != own {
            let message = format!("An action of this type cannot have {inner}");
            return Err(ApiError::new("InvalidLoadBalancerAction", message).at(place(inner)));
        }
    }
    let checked = match action.r#type {
        ActionTypeWord::Forward => forward(action, field, world, owner)?,
        ActionTypeWord::FixedResponse => fixed_response(action, field)?,
        ActionTypeWord::Redirect => redirect(action, field)?,
        _ => {
            let message = "only 'forward', 'fixed-response' and 'redirect' are modelled by this simulator";
            return Err(invalid(message).at(place("Type")));
        }
    };
    allowed(world, &checked, is_secure, &format!("{field}[0]"))?;
    if world.elb.balancers[owner].kind == BalancerKind::Network && !matches!(&checked, Action::Forward(_)) {
        let message = "Listeners of Network Load Balancers can only forward";
        return Err(ApiError::new("InvalidLoadBalancerAction", message).at(place("Type")));
    }
    Ok(checked)
}

/// Whether a listener for HTTPS or HTTP can do this: nobody is sent from HTTPS to HTTP [TR-023], and only HTTPS can be
/// forwarded to target groups for HTTP/2 and gRPC [TR-167].
pub(super) fn allowed(world: &World, action: &Action, is_secure: bool, place: &str) -> Result<(), ApiError> {
    let refuse = |message: String| Err(ApiError::new("InvalidLoadBalancerAction", message).at(place));
    match action {
        Action::Redirect(redirect) if is_secure && redirect.leads_to_http() => {
            refuse("A redirect cannot lead from HTTPS to HTTP".to_owned())
        }
        _ if is_secure => Ok(()),
        _ => {
            let versions = action.shares().iter().map(|share| world.elb.groups[share.group].version);
            match versions.into_iter().find(|version| version.is_multiplexed()) {
                Some(version) => refuse(format!(
                    "Listener protocol 'HTTP' is not supported with a target group with the protocol-version '{version}'"
                )),
                None => Ok(()),
            }
        }
    }
}

fn fixed_response(action: &ActionInput, field: &str) -> Result<Action, ApiError> {
    let place = |inner: &str| format!("{field}[0].{inner}");
    let Some(config) = &action.fixed_response_config else {
        return Err(invalid("A fixed-response action needs a FixedResponseConfig").at(place("FixedResponseConfig")));
    };
    let status = config.status_code.parse().ok().filter(|code| matches!(code, 200..=299 | 400..=599));
    let status = status.ok_or_else(|| {
        let message = format!("The fixed-response status code '{}' must be 2XX, 4XX or 5XX", config.status_code);
        invalid(message).at(place("FixedResponseConfig.StatusCode"))
    })?;
    let (body, content_type) = (config.message_body.clone(), config.content_type.clone());
    if body.as_ref().is_some_and(|body| body.chars().count() > 1024) {
        let message = "The message body cannot be longer than '1024' characters";
        return Err(invalid(message).at(place("FixedResponseConfig.MessageBody")));
    }
    Ok(Action::FixedResponse { status, body, content_type })
}

/// A redirect that leads somewhere else [TR-023].
fn redirect(action: &ActionInput, field: &str) -> Result<Action, ApiError> {
    let refuse = |inner: &str, message: String| {
        let place = format!("{field}[0].RedirectConfig{inner}");
        Err(ApiError::new("InvalidLoadBalancerAction", message).at(place))
    };
    let Some(config) = &action.redirect_config else {
        return refuse("", "A redirect action needs a RedirectConfig".to_owned());
    };
    let or = |given: &Option<String>, default: &str| given.clone().unwrap_or_else(|| default.to_owned());
    let redirect = Redirect {
        status: match config.status_code {
            RedirectStatusWord::Permanent => 301,
            RedirectStatusWord::Temporary => 302,
        },
        protocol: or(&config.protocol, "#{protocol}"),
        host: or(&config.host, "#{host}"),
        port: or(&config.port, "#{port}"),
        path: or(&config.path, "/#{path}"),
        query: or(&config.query, "#{query}"),
    };
    if !["HTTP", "HTTPS", "#{protocol}"].contains(&redirect.protocol.as_str()) {
        return refuse(
            ".Protocol",
            format!("The protocol '{}' must be HTTP, HTTPS or #{{protocol}}", redirect.protocol),
        );
    }
    if redirect.port != "#{port}" && redirect.port.parse().ok().is_none_or(|port: u16| port == 0) {
        return refuse(".Port", format!("The port '{}' must be between 1 and 65535, or #{{port}}", redirect.port));
    }
    if !redirect.path.starts_with('/') {
        return refuse(".Path", format!("The path '{}' must begin with '/'", redirect.path));
    }
    if redirect.query.starts_with('?') {
        return refuse(".Query", "The query cannot begin with '?', which is added".to_owned());
    }
    for (inner, text, known) in [
        (".Host", &redirect.host, &["host"][..]),
        (".Path", &redirect.path, &["host", "path", "port"][..]),
        (".Query", &redirect.query, &["protocol", "host", "port", "path", "query"][..]),
    ] {
        if text.chars().count() > 128 || text.is_empty() && inner != ".Query" {
            return refuse(inner, "It must have from 1 to 128 characters".to_owned());
        }
        for part in text.split("#{").skip(1) {
            let keyword = part.split('}').next().unwrap_or_default();
            if !known.contains(&keyword) {
                return refuse(inner, format!("The keyword '#{{{keyword}}}' cannot be used here"));
            }
        }
    }
    if !redirect.leads_elsewhere() {
        let message = "The redirect must change at least one of protocol, port, host and path, or it never ends";
        return refuse("", message.to_owned());
    }
    Ok(Action::Redirect(redirect))
}

fn forward(action: &ActionInput, field: &str, world: &World, owner: LoadBalancerId) -> Result<Action, ApiError> {
    let place = |inner: &str| format!("{field}[0].{inner}");
    let mut shares: Vec<Share> = Vec::new();
    let mut add = |name: &str, weight: Option<u32>, at: String| {
        let id = group(world, name, &at)?;
        let weight = weight.unwrap_or(1);
        if weight > 999 {
            return Err(invalid(format!("Weight '{weight}' must be between 0 and 999")).at(at));
        }
        suits(world, id, owner, &at)?;
        if shares.iter().any(|share| share.group == id) {
            return Err(invalid(format!("Target group '{name}' is named twice")).at(at));
        }
        shares.push(Share { group: id, weight });
        Ok(())
    };
    let Some(config) = &action.forward_config else {
        let Some(name) = &action.target_group_arn else {
            return Err(invalid("A forward action needs a target group").at(place("TargetGroupArn")));
        };
        add(name, None, place("TargetGroupArn"))?;
        return Ok(Action::Forward(Forward { shares, sticky_for: None }));
    };
    let count = config.target_groups.len();
    if count > GROUPS_MAX {
        let message = format!("An action can have at most '{GROUPS_MAX}' target groups");
        return Err(ApiError::new("TooManyTargetGroups", message).at(place("ForwardConfig.TargetGroups")));
    }
    if count == 0 {
        let message = "A forward action needs a target group";
        return Err(invalid(message).at(place("ForwardConfig.TargetGroups")));
    }
    for (index, tuple) in config.target_groups.iter().enumerate() {
        add(&tuple.target_group_arn, tuple.weight, place(&format!("ForwardConfig.TargetGroups[{index}]")))?;
    }
    if let Some(name) = &action.target_group_arn
        && (shares.len() != 1 || shares[0].group != group(world, name, &place("TargetGroupArn"))?)
    {
        let message = "TargetGroupArn and ForwardConfig must name the same single target group";
        return Err(invalid(message).at(place("TargetGroupArn")));
    }
    let sticky_for = sticky_for(config, field)?;
    if world.elb.balancers[owner].kind == BalancerKind::Network {
        // Each flow gets a group by the weights, and stays there [TR-162].
        if sticky_for.is_some() {
            let message = "group stickiness of Network Load Balancers is not modelled by this simulator";
            let at = place("ForwardConfig.TargetGroupStickinessConfig");
            return Err(invalid(message).at(at));
        }
        return Ok(Action::Forward(Forward { shares, sticky_for }));
    }
    let sticky = |share: &Share| world.elb.groups[share.group].attributes.stickiness.enabled;
    if sticky_for.is_none() && shares.len() > 1 && shares.iter().any(sticky) {
        let at = place("ForwardConfig.TargetGroupStickinessConfig.Enabled");
        return Err(ApiError::new("InvalidLoadBalancerAction", STICKY_GROUPS).at(at));
    }
    Ok(Action::Forward(Forward { shares, sticky_for }))
}

/// What AWS says when sticky sessions of a group would be undone by the choice among groups [TR-026].
pub(super) const STICKY_GROUPS: &str =
    "You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups";

fn sticky_for(config: &ForwardConfig, field: &str) -> Result<Option<Duration>, ApiError> {
    let Some(sticky) = config.target_group_stickiness_config.as_ref().filter(|sticky| sticky.enabled == Some(true))
    else {
        return Ok(None);
    };
    match sticky.duration_seconds {
        Some(seconds @ 1..=604_800) => Ok(Some(Duration::from_secs(seconds.into()))),
        _ => {
            let at = format!("{field}[0].ForwardConfig.TargetGroupStickinessConfig.DurationSeconds");
            Err(invalid("Target group stickiness duration must be between 1 and 604800 seconds").at(at))
        }
    }
}

/// Whether a load balancer can use a group: it belongs to one load balancer at most [TR-010], and speaks its protocol.
fn suits(world: &World, id: TargetGroupId, owner: LoadBalancerId, place: &str) -> Result<(), ApiError> {
    let group = &world.elb.groups[id];
    if group.balancer.is_some_and(|other| other != owner) {
        let message =
            format!("The following target groups cannot be associated with more than one load balancer: {}", group.arn);
        return Err(ApiError::new("TargetGroupAssociationLimit", message).at(place));
    }
    let kind = world.elb.balancers[owner].kind;
    if group.protocol.kind() != kind {
        let message =
            format!("Target group protocol '{}' does not go with a load balancer of type '{kind}'", group.protocol);
        return Err(ApiError::new("IncompatibleProtocols", message).at(place));
    }
    let used = world.elb.live_groups().filter(|(_, group)| group.balancer == Some(owner)).count();
    if group.balancer.is_none() && used >= BALANCER_GROUPS_MAX {
        let message = format!("A load balancer can have at most '{BALANCER_GROUPS_MAX}' target groups");
        return Err(ApiError::new("TooManyUniqueTargetGroupsPerLoadBalancer", message).at(place));
    }
    Ok(())
}

/// Whether a rule that forwards to several groups does so without group stickiness, and names this one.
pub(super) fn is_loose(world: &World, listener: ListenerId, group: TargetGroupId) -> bool {
    world.elb.listeners[listener].rules.iter().any(|rule| match &rule.action {
        Action::Forward(Forward { shares, sticky_for: None }) => {
            shares.len() > 1 && shares.iter().any(|share| share.group == group)
        }
        _ => false,
    })
}
