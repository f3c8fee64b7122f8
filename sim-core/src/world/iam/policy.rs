//! Policy documents: reading them, and asking them.

use serde_json::{Map, Value};

use super::arn::fits_arn;
use super::condition::{Condition, Request, expand};
use crate::world::wildcard::{fits, tokens};

/// What a policy is attached to: it decides which members a statement has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// On a role: what the role may do. Statements name resources.
    Identity,
    /// The role's trust policy: who may assume it. Statements name principals.
    Trust,
}

/// What is wrong with a document, in words, and where: `Statement[0].Effect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong.
    pub message: String,
    /// The path inside the document; empty for the whole.
    pub place: String,
}

fn malformed<T>(place: &str, message: impl Into<String>) -> Result<T, Malformed> {
    Err(Malformed { message: message.into(), place: place.to_owned() })
}

/// A policy document [IA-009].
#[derive(Clone, Debug)]
pub struct Policy {
    /// Whether `${…}` is a variable: only in version 2012-10-17 [IA-018].
    variables: bool,
    statements: Vec<Statement>,
}

/// `Allow` or `Deny`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Allow,
    Deny,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Clone, Debug)]
struct Patterns {
    not: bool,
    patterns: Vec<String>,
}

impl Patterns {
    fn apply(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.patterns.iter().any(|pattern| fits(pattern)) != self.not
    }
}

/// Who a statement of a trust policy is about.
#[derive(Clone, Debug)]
enum Principals {
    Everyone,
    /// Services such as `ecs-tasks.amazonaws.com`. Accounts and federations are read but never ask here.
    Services(Vec<String>),
}

#[derive(Clone, Debug)]
struct Statement {
    effect: Effect,
    actions: Patterns,
    resources: Option<Patterns>,
    principals: Option<Principals>,
    conditions: Vec<Condition>,
}

/// What a set of policies says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// No statement applies: an implicit deny [IA-001].
    Silent,
    /// A statement allows it, and none denies it.
    Allowed,
    /// A statement denies it: nothing can allow it any more [IA-001].
    Denied,
}

impl Policy {
    /// Reads a document.
    pub fn parse(document: &Value, kind: Kind) -> Result<Policy, Malformed> {
        let Value::Object(members) = document else { return malformed("", "Syntax errors in policy.") };
        for name in members.keys() {
            if !["Version", "Id", "Statement"].contains(&name.as_str()) {
                return malformed(name, format!("Syntax errors in policy: there is no member {name}."));
            }
        }
        let variables = match members.get("Version").map(Value::as_str) {
            None | Some(Some("2008-10-17")) => false,
            Some(Some("2012-10-17")) => true,
            _ => {
                return malformed(
                    "Version",
                    "The policy must contain a valid version string: 2012-10-17 or 2008-10-17.",
                );
            }
        };
        let statements: Vec<(String, &Value)> = match members.get("Statement") {
            Some(one @ Value::Object(_)) => vec![("Statement".to_owned(), one)],
            Some(Value::Array(many)) if !many.is_empty() => {
                many.iter().enumerate().map(|(index, one)| (format!("Statement[{index}]"), one)).collect()
            }
            _ => return malformed("Statement", "Syntax errors in policy: a policy needs at least one Statement."),
        };
        let statements = statements.into_iter().map(|(place, one)| Statement::parse(&place, one, kind));
        Ok(Policy { variables, statements: statements.collect::<Result<_, _>>()? })
    }

    /// What an identity policy says about an action on a resource.
    pub fn decide(&self, action: &str, resource: &str, request: &Request) -> Verdict {
        self.verdict(request, |statement| {
            statement.acts(action)
                && statement.resources.as_ref().is_none_or(|resources| {
                    resources.apply(|pattern| {
                        expand(pattern, request, self.variables).is_some_and(|pattern| fits_arn(&pattern, resource))
                    })
                })
        })
    }

    /// What a trust policy says to a service that wants to assume the role.
    pub fn decide_trust(&self, service: &str, request: &Request) -> Verdict {
        self.verdict(request, |statement| {
            statement.acts("sts:AssumeRole")
                && match &statement.principals {
                    Some(Principals::Everyone) => true,
                    Some(Principals::Services(services)) => services.iter().any(|name| name == service),
                    None => false,
                }
        })
    }

    fn verdict(&self, request: &Request, concerns: impl Fn(&Statement) -> bool) -> Verdict {
        let applies = |s: &&Statement| concerns(s) && s.conditions.iter().all(|c| c.holds(request, self.variables));
        let verdicts = self.statements.iter().filter(applies).map(|statement| match statement.effect {
            Effect::Allow => Verdict::Allowed,
            Effect::Deny => Verdict::Denied,
        });
        verdicts.max().unwrap_or(Verdict::Silent)
    }
}

impl Statement {
    /// Whether the action is meant; the case of its letters does not matter [IA-011].
    fn acts(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        self.actions.apply(|pattern| fits(&tokens(&pattern.to_ascii_lowercase()), &action))
    }

    fn parse(place: &str, value: &Value, kind: Kind) -> Result<Statement, Malformed> {
        let Value::Object(members) = value else { return malformed(place, "Syntax errors in policy.") };
        let known = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "Condition"];
        for name in members.keys() {
            if name == "NotPrincipal" {
                return malformed(&format!("{place}.{name}"), "NotPrincipal is not modelled; name the Principal.");
            }
            if !known.contains(&name.as_str()) {
                return malformed(
                    &format!("{place}.{name}"),
                    format!("Syntax errors in policy: there is no member {name}."),
                );
            }
        }
        let effect = match members.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => return malformed(&format!("{place}.Effect"), "Syntax errors in policy: Effect is Allow or Deny."),
        };
        let Some(actions) = patterns(place, members, "Action", "NotAction")? else {
            return malformed(place, "Policy statement must contain actions.");
        };
        if actions.patterns.iter().any(|action| action != "*" && !action.contains(':')) {
            return malformed(
                &format!("{place}.Action"),
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            );
        }
        let resources = patterns(place, members, "Resource", "NotResource")?;
        let principals = match members.get("Principal") {
            Some(value) => Some(Principals::parse(&format!("{place}.Principal"), value)?),
            None => None,
        };
        match kind {
            Kind::Identity if principals.is_some() => {
                return malformed(&format!("{place}.Principal"), "Policy document should not specify a principal.");
            }
            Kind::Identity if resources.is_none() => {
                return malformed(place, "Policy statement must contain resources.");
            }
            Kind::Trust if resources.is_some() => {
                return malformed(&format!("{place}.Resource"), "Has prohibited field Resource");
            }
            Kind::Trust if principals.is_none() => {
                return malformed(place, "Missing required field Principal");
            }
            Kind::Identity | Kind::Trust => {}
        }
        for resource in resources.iter().flat_map(|resources| &resources.patterns) {
            if resource != "*" && !(resource.starts_with("arn:") && resource.split(':').count() >= 6) {
                return malformed(
                    &format!("{place}.Resource"),
                    format!("Resource {resource} must be in ARN format or \"*\"."),
                );
            }
        }
        Ok(Statement { effect, actions, resources, principals, conditions: conditions(place, members)? })
    }
}

impl Principals {
    fn parse(place: &str, value: &Value) -> Result<Principals, Malformed> {
        match value {
            Value::String(all) if all == "*" => Ok(Principals::Everyone),
            Value::Object(kinds) => {
                let mut services = Vec::new();
                for (kind, names) in kinds {
                    let place = format!("{place}.{kind}");
                    let names = strings(&place, names)?;
                    match kind.as_str() {
                        "Service" => services.extend(names),
                        "AWS" if names.iter().any(|name| name == "*") => return Ok(Principals::Everyone),
                        "AWS" | "Federated" | "CanonicalUser" => {}
                        _ => return malformed(&place, format!("Invalid principal in policy: {kind}")),
                    }
                }
                Ok(Principals::Services(services))
            }
            _ => malformed(place, "Invalid principal in policy."),
        }
    }
}

/// A string, or a list of strings.
fn strings(place: &str, value: &Value) -> Result<Vec<String>, Malformed> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        // Conditions are written with numbers and booleans, too.
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    let list = match value {
        Value::Array(many) => many.iter().map(text).collect(),
        one => text(one).map(|one| vec![one]),
    };
    match list {
        Some(list) => Ok(list),
        None => malformed(place, "Syntax errors in policy: text or a list of texts is wanted."),
    }
}

fn patterns(place: &str, members: &Map<String, Value>, is: &str, not: &str) -> Result<Option<Patterns>, Malformed> {
    let read = |name: &str, not| match members.get(name) {
        Some(value) => Ok(Some(Patterns { not, patterns: strings(&format!("{place}.{name}"), value)? })),
        None => Ok(None),
    };
    match (read(is, false)?, read(not, true)?) {
        (Some(_), Some(_)) => malformed(place, format!("Syntax errors in policy: {is} and {not} exclude each other.")),
        (is, not) => Ok(is.or(not)),
    }
}

fn conditions(place: &str, members: &Map<String, Value>) -> Result<Vec<Condition>, Malformed> {
    let mut list = Vec::new();
    let place = format!("{place}.Condition");
    let operators = match members.get("Condition") {
        None => return Ok(list),
        Some(Value::Object(operators)) => operators,
        Some(_) => return malformed(&place, "Syntax errors in policy."),
    };
    for (operator, keys) in operators {
        let place = format!("{place}.{operator}");
        let Value::Object(keys) = keys else { return malformed(&place, "Syntax errors in policy.") };
        for (key, values) in keys {
            let place = format!("{place}.{key}");
            let condition = Condition::parse(operator, key, strings(&place, values)?);
            list.push(condition.map_err(|message| Malformed { message, place })?);
        }
    }
    Ok(list)
}
