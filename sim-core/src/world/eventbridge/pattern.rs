//! Event patterns: which events a rule is about.
//!
//! A pattern is JSON of the shape of the events: each member that it names must be there and have one of the values that
//! the list behind it says. Where an event has a list, one of its items must fit. What is not modelled is refused, so that
//! no pattern is decided wrongly.

use serde_json::Value;

use crate::world::wildcard::{self, Token};

/// A pattern, understood.
#[derive(Clone, Debug)]
pub struct Pattern(Vec<(String, Node)>);

/// What a pattern says of one member of an event.
#[derive(Clone, Debug)]
enum Node {
    /// It is a structure with these members.
    Members(Vec<(String, Node)>),
    /// One of these fits it.
    OneOf(Vec<Filter>),
}

/// One value of a list in a pattern.
#[derive(Clone, Debug)]
enum Filter {
    Is(Value),
    Prefix(String),
    Suffix(String),
    EqualsIgnoreCase(String),
    Wildcard(Vec<Token>),
    AnythingBut(Vec<Value>),
    AnythingButPrefix(String),
    Exists(bool),
    /// Each of them holds.
    Numeric(Vec<(Comparison, f64)>),
}

#[derive(Clone, Copy, Debug)]
enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    Greater,
}

impl Pattern {
    /// Understands the JSON text of a pattern, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match value {
            Value::Object(members) if members.is_empty() => Err("Empty objects are not allowed".to_owned()),
            Value::Object(_) => Ok(Pattern(members("", &value)?)),
            _ => Err("Filter is not an object".to_owned()),
        }
    }

    /// Whether an event is as the pattern says.
    pub fn fits(&self, event: &Value) -> bool {
        self.0.iter().all(|(name, node)| node.fits(event.get(name)))
    }
}

fn members(path: &str, value: &Value) -> Result<Vec<(String, Node)>, String> {
    let fields = value.as_object().into_iter().flatten();
    let nodes = fields.map(|(name, value)| {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        if name.starts_with('$') {
            return Err(format!("{name} is not modelled: write a rule for each alternative"));
        }
        let node = match value {
            Value::Object(inner) if inner.is_empty() => return Err("Empty objects are not allowed".to_owned()),
            Value::Object(_) => Node::Members(members(&path, value)?),
            Value::Array(items) if items.is_empty() => return Err("Empty arrays are not allowed".to_owned()),
            Value::Array(items) => Node::OneOf(items.iter().map(|item| filter(&path, item)).collect::<Result<_, _>>()?),
            _ => return Err(format!("\"{name}\" must be an object or an array")),
        };
        Ok((name.clone(), node))
    });
    nodes.collect()
}

fn filter(path: &str, item: &Value) -> Result<Filter, String> {
    let Value::Object(operator) = item else {
        return match item {
            Value::Array(_) => Err(format!("\"{path}\" must not contain a list in a list")),
            _ => Ok(Filter::Is(item.clone())),
        };
    };
    let mut operators = operator.iter();
    let (Some((name, value)), None) = (operators.next(), operators.next()) else {
        return Err("Only one key allowed in match expression".to_owned());
    };
    let text = || {
        let text = value.as_str().filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| format!("{name} match pattern must be a string"))
    };
    match name.as_str() {
        "prefix" => text().map(Filter::Prefix),
        "suffix" => text().map(Filter::Suffix),
        "equals-ignore-case" => text().map(Filter::EqualsIgnoreCase),
        "wildcard" => text().map(|text| {
            // Only the star means something there.
            let tokens = wildcard::tokens(&text).into_iter();
            Filter::Wildcard(tokens.map(|token| if token == Token::One { Token::Char('?') } else { token }).collect())
        }),
        "exists" => {
            let value = value.as_bool().ok_or("exists match pattern must be either true or false.")?;
            Ok(Filter::Exists(value))
        }
        "anything-but" => match value {
            Value::String(_) | Value::Number(_) => Ok(Filter::AnythingBut(vec![value.clone()])),
            Value::Array(all) if !all.is_empty() && all.iter().all(|it| it.is_string() || it.is_number()) => {
                Ok(Filter::AnythingBut(all.clone()))
            }
            Value::Object(inner) if inner.len() == 1 && inner.get("prefix").is_some_and(Value::is_string) => {
                Ok(Filter::AnythingButPrefix(inner["prefix"].as_str().unwrap_or_default().to_owned()))
            }
            _ => Err("anything-but is modelled for strings, numbers, lists of them, and a prefix".to_owned()),
        },
        "numeric" => numeric(value).map(Filter::Numeric),
        _ => Err(format!(
            "{name} is not modelled; these are: prefix, suffix, equals-ignore-case, wildcard, anything-but, exists, numeric"
        )),
    }
}

/// `[">", 0, "<=", 5]`.
fn numeric(value: &Value) -> Result<Vec<(Comparison, f64)>, String> {
    let fault = || "Value of numeric must be an array of operators and numbers".to_owned();
    let items = value.as_array().filter(|items| matches!(items.len(), 2 | 4)).ok_or_else(fault)?;
    let pairs = items.chunks(2).map(|pair| {
        let comparison = match pair[0].as_str() {
            Some("<") => Comparison::Less,
            Some("<=") => Comparison::AtMost,
            Some("=") => Comparison::Equal,
            Some(">=") => Comparison::AtLeast,
            Some(">") => Comparison::Greater,
            _ => return Err(fault()),
        };
        pair[1].as_f64().map(|number| (comparison, number)).ok_or_else(fault)
    });
    pairs.collect()
}

impl Node {
    /// Whether a member of an event is so; none when it is not there.
    fn fits(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            // One of the items of a list is enough.
            (Node::Members(_), Some(Value::Array(items))) => items.iter().any(|item| self.fits(Some(item))),
            (Node::Members(members), value) => {
                let inside = |name: &str| value.and_then(|value| value.get(name));
                members.iter().all(|(name, node)| node.fits(inside(name)))
            }
            (Node::OneOf(filters), value) => filters.iter().any(|filter| match (filter, value) {
                (Filter::Exists(wanted), value) => value.is_some() == *wanted,
                (_, None) => false,
                // None of the items may be what it must not be.
                (Filter::AnythingBut(_) | Filter::AnythingButPrefix(_), Some(Value::Array(items))) => {
                    items.iter().all(|item| filter.fits(item))
                }
                (_, Some(Value::Array(items))) => items.iter().any(|item| filter.fits(item)),
                (_, Some(value)) => filter.fits(value),
            }),
        }
    }
}

impl Filter {
    fn fits(&self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Filter::Is(wanted) => same(wanted, value),
            Filter::Prefix(prefix) => text.is_some_and(|text| text.starts_with(prefix)),
            Filter::Suffix(suffix) => text.is_some_and(|text| text.ends_with(suffix)),
            Filter::EqualsIgnoreCase(wanted) => text.is_some_and(|text| text.to_lowercase() == wanted.to_lowercase()),
            Filter::Wildcard(tokens) => text.is_some_and(|text| wildcard::fits(tokens, text)),
            Filter::AnythingBut(unwanted) => !unwanted.iter().any(|unwanted| same(unwanted, value)),
            Filter::AnythingButPrefix(prefix) => text.is_some_and(|text| !text.starts_with(prefix)),
            Filter::Exists(wanted) => *wanted,
            Filter::Numeric(all) => value.as_f64().is_some_and(|number| {
                all.iter().all(|(comparison, limit)| match comparison {
                    Comparison::Less => number < *limit,
                    Comparison::AtMost => number <= *limit,
                    Comparison::Equal => number == *limit,
                    Comparison::AtLeast => number >= *limit,
                    Comparison::Greater => number > *limit,
                })
            }),
        }
    }
}

/// Whether two values are the same: 300 is 300.0.
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event() -> Value {
        json!({
            "source": "aws.ecs",
            "detail-type": "ECS Task State Change",
            "resources": ["arn:aws:ecs:us-east-1:123456789012:task/demo/1"],
            "detail": {
                "lastStatus": "STOPPED",
                "version": 5,
                "stoppedReason": null,
                "containers": [{ "name": "web", "exitCode": 137 }, { "name": "log", "exitCode": 0 }]
            }
        })
    }

    #[test]
    fn a_pattern_fits_what_has_one_of_its_values_everywhere() {
        for pattern in [
            json!({ "source": ["aws.ec2", "aws.ecs"] }),
            json!({ "detail-type": ["ECS Task State Change"], "detail": { "lastStatus": ["STOPPED"] } }),
            json!({ "resources": [{ "prefix": "arn:aws:ecs:us-east-1" }] }),
            json!({ "resources": [{ "suffix": "/1" }] }),
            json!({ "resources": [{ "wildcard": "arn:*:task/demo/*" }] }),
            json!({ "source": [{ "equals-ignore-case": "AWS.ECS" }] }),
            json!({ "detail": { "lastStatus": [{ "anything-but": ["RUNNING", "PENDING"] }] } }),
            json!({ "detail": { "lastStatus": [{ "anything-but": { "prefix": "RUN" } }] } }),
            json!({ "detail": { "version": [{ "numeric": [">", 4, "<=", 5] }] } }),
            json!({ "detail": { "version": [5.0] } }),
            json!({ "detail": { "group": [{ "exists": false }], "version": [{ "exists": true }] } }),
            json!({ "detail": { "stoppedReason": [null] } }),
            json!({ "detail": { "containers": { "exitCode": [{ "anything-but": 0 }] } } }),
        ] {
            assert!(Pattern::parse(&pattern.to_string()).expect("a pattern").fits(&event()), "{pattern}");
        }
        for pattern in [
            json!({ "source": ["aws.ec2"] }),
            json!({ "source": ["aws.ecs"], "detail": { "lastStatus": ["RUNNING"] } }),
            json!({ "account": ["123456789012"] }),
            json!({ "source": { "inside": ["x"] } }),
            json!({ "detail": { "version": [{ "numeric": ["<", 5] }] } }),
            json!({ "detail": { "lastStatus": [{ "numeric": ["=", 5] }] } }),
            json!({ "detail": { "group": [{ "anything-but": "x" }] } }),
            json!({ "resources": [{ "anything-but": { "prefix": "arn" } }] }),
            // The two are not members of the same container.
            json!({ "detail": { "containers": { "name": ["log"], "exitCode": [137] } } }),
            json!({ "detail": { "version": [{ "exists": false }] } }),
            json!({ "source": [{ "wildcard": "aws?ecs" }] }),
        ] {
            assert!(!Pattern::parse(&pattern.to_string()).expect("a pattern").fits(&event()), "{pattern}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (pattern, reason) in [
            ("[]", "Filter is not an object"),
            ("{}", "Empty objects are not allowed"),
            (r#"{"source": "aws.ecs"}"#, "\"source\" must be an object or an array"),
            (r#"{"source": []}"#, "Empty arrays are not allowed"),
            (r#"{"source": [["a"]]}"#, "\"source\" must not contain a list in a list"),
            (r#"{"source": [{"prefix": "a", "suffix": "b"}]}"#, "Only one key allowed in match expression"),
            (r#"{"source": [{"prefix": 5}]}"#, "prefix match pattern must be a string"),
            (r#"{"source": [{"exists": "yes"}]}"#, "exists match pattern must be either true or false."),
            (r#"{"source": [{"numeric": [">"]}]}"#, "Value of numeric must be an array of operators and numbers"),
            (r#"{"$or": [{"source": ["a"]}]}"#, "$or is not modelled: write a rule for each alternative"),
        ] {
            assert_eq!(Pattern::parse(pattern).map(|_| ()), Err(reason.to_owned()), "{pattern}");
        }
        assert!(Pattern::parse(r#"{"source": [{"cidr": "10.0.0.0/24"}]}"#).is_err());
        assert!(Pattern::parse(r#"{"source": [{"anything-but": {"suffix": "x"}}]}"#).is_err());
        assert!(Pattern::parse("{").is_err());
    }
}
