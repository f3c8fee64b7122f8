//! Conditions: what a request must be like for a statement to apply.

use std::borrow::Cow;

use super::arn::fits_arn;
use crate::world::wildcard::{Token, fits, tokens};

/// What is known of a request: condition keys in small letters, each with its value.
#[derive(Clone, Debug, Default)]
pub struct Request {
    keys: Vec<(&'static str, String)>,
}

impl Request {
    /// The same request with one more key, which is written in small letters.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Request {
        self.keys.push((key, value.into()));
        self
    }

    /// The value of a key; its name is not case-sensitive.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }
}

/// How a value is compared [IA-016].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Arn,
    Bool,
    NumericEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    Null,
}

/// The operators there are here, with whether each is negated [IA-014]. They are one list, so that a policy that needs
/// another one is refused instead of being decided wrongly.
const OPERATORS: &[(&str, Comparison, bool)] = &[
    ("StringEquals", Comparison::StringEquals, false),
    ("StringNotEquals", Comparison::StringEquals, true),
    ("StringEqualsIgnoreCase", Comparison::StringEqualsIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Comparison::StringEqualsIgnoreCase, true),
    ("StringLike", Comparison::StringLike, false),
    ("StringNotLike", Comparison::StringLike, true),
    ("ArnEquals", Comparison::Arn, false),
    ("ArnLike", Comparison::Arn, false),
    ("ArnNotEquals", Comparison::Arn, true),
    ("ArnNotLike", Comparison::Arn, true),
    ("Bool", Comparison::Bool, false),
    ("NumericEquals", Comparison::NumericEquals, false),
    ("NumericNotEquals", Comparison::NumericEquals, true),
    ("NumericLessThan", Comparison::NumericLessThan, false),
    ("NumericLessThanEquals", Comparison::NumericLessThanEquals, false),
    ("NumericGreaterThan", Comparison::NumericGreaterThan, false),
    ("NumericGreaterThanEquals", Comparison::NumericGreaterThanEquals, false),
    ("Null", Comparison::Null, false),
];

/// Keys that AWS puts into every request but the simulator does not know: a condition on one of them would be
/// decided wrongly, so it is refused.
const UNKNOWN_KEYS: &[&str] =
    &["aws:currenttime", "aws:epochtime", "aws:tokenissuetime", "aws:sourceip", "aws:useragent"];

/// Whether the values of a request are looked at one by one [IA-017].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Single,
    ForAnyValue,
    ForAllValues,
}

/// One key under one operator.
#[derive(Clone, Debug)]
pub struct Condition {
    comparison: Comparison,
    negated: bool,
    if_exists: bool,
    set: Set,
    key: String,
    values: Vec<String>,
}

impl Condition {
    /// Reads one key under one operator; an error says what is not understood.
    pub fn parse(operator: &str, key: &str, values: Vec<String>) -> Result<Condition, String> {
        let (set, name) = match operator.split_once(':') {
            Some(("ForAnyValue", name)) => (Set::ForAnyValue, name),
            Some(("ForAllValues", name)) => (Set::ForAllValues, name),
            _ => (Set::Single, operator),
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let known = OPERATORS.iter().find(|(known, ..)| *known == name);
        let Some(&(_, comparison, negated)) = known.filter(|(_, c, _)| !(if_exists && *c == Comparison::Null)) else {
            let modelled: Vec<&str> = OPERATORS.iter().map(|(name, ..)| *name).collect();
            return Err(format!(
                "the condition operator {operator} is not modelled; these are: {}",
                modelled.join(", ")
            ));
        };
        let key = key.to_ascii_lowercase();
        if UNKNOWN_KEYS.contains(&key.as_str()) {
            return Err(format!("the condition key {key} is not modelled: the simulator does not know its value"));
        }
        Ok(Condition { comparison, negated, if_exists, set, key, values })
    }

    /// Whether the request is as the condition wants it: one of the values fits or, of a negated operator, none
    /// [IA-013]. `variables` tells whether `${…}` is a variable: it is in
    /// version 2012-10-17 [IA-018].
    pub fn holds(&self, request: &Request, variables: bool) -> bool {
        let found = request.get(&self.key);
        if self.comparison == Comparison::Null {
            return self.values.iter().any(|wanted| wanted.eq_ignore_ascii_case("true") == found.is_none());
        }
        match (found, self.set) {
            (Some(found), _) => {
                self.values.iter().any(|wanted| self.compare(wanted, found, request, variables)) != self.negated
            }
            (None, Set::ForAllValues) => true,
            (None, Set::ForAnyValue) => self.if_exists,
            // An absent key fails what is asked of it, and passes what is forbidden to it [IA-015].
            (None, Set::Single) => self.if_exists || self.negated,
        }
    }

    fn compare(&self, wanted: &str, found: &str, request: &Request, variables: bool) -> bool {
        let Some(wanted) = expand(wanted, request, variables) else { return false };
        let literal = || plain(&wanted);
        let numbers = |test: fn(&f64, &f64) -> bool| matches!((found.parse(), literal().parse()), (Ok(found), Ok(wanted)) if test(&found, &wanted));
        match self.comparison {
            Comparison::StringEquals => found == literal(),
            Comparison::StringEqualsIgnoreCase => found.to_lowercase() == literal().to_lowercase(),
            Comparison::StringLike => fits(&wanted, found),
            Comparison::Arn => fits_arn(&wanted, found),
            Comparison::Bool => found.eq_ignore_ascii_case(&literal()),
            Comparison::NumericEquals => numbers(f64::eq),
            Comparison::NumericLessThan => numbers(f64::lt),
            Comparison::NumericLessThanEquals => numbers(f64::le),
            Comparison::NumericGreaterThan => numbers(f64::gt),
            Comparison::NumericGreaterThanEquals => numbers(f64::ge),
            Comparison::Null => false,
        }
    }
}

/// The pattern as text again, wildcards as themselves: for operators that know none.
fn plain(pattern: &[Token]) -> String {
    let char = |token: &Token| match token {
        Token::Char(c) => *c,
        Token::Run => '*',
        Token::One => '?',
    };
    pattern.iter().map(char).collect()
}

/// The pattern that a text means once its variables have their values. What a variable brings is taken literally;
/// `${*}`, `${?}` and `${$}` are the characters themselves. None when a variable has no value [IA-018].
pub fn expand(text: &str, request: &Request, variables: bool) -> Option<Vec<Token>> {
    if !variables {
        return Some(tokens(text));
    }
    let mut pattern = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (variable, tail) = after.split_once('}')?;
        pattern.extend(tokens(before));
        let value: Cow<str> = match variable {
            "*" | "?" | "$" => variable.into(),
            _ => {
                let (key, default) = match variable.split_once(',') {
                    Some((key, default)) => (key, default.trim().strip_prefix('\'').and_then(|d| d.strip_suffix('\''))),
                    None => (variable, None),
                };
                request.get(key.trim()).or(default)?.into()
            }
        };
        pattern.extend(value.chars().map(Token::Char));
        rest = tail;
    }
    pattern.extend(tokens(rest));
    Some(pattern)
}
