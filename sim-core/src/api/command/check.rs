//! A value as written becomes the JSON that an operation's input type asks for, or faults that say where it does not.
//!
//! Bare words take the type of the place where they stand; JSON values must have it already, as in the AWS CLI.
//! Everything that is wrong is found, not only the first thing.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::{Map, Number, Value};

use super::PROBLEMS_MAX;
use super::names::{did_you_mean, one_of};
use super::value::{Fault, Key, Kind, Node, short};
use crate::api::schema::{Field, Shape, View};

/// Reads `node` as a `view`. `name` is what messages call it; `None` when it is absent (`null`) or faulty.
pub(super) fn check(node: &Node, view: View<'_>, name: &str) -> (Option<Value>, Vec<Fault>) {
    let mut checker = Checker { path: name.to_owned(), faults: Vec::new() };
    let value = checker.value(node, view);
    (value, checker.faults)
}

/// Reads the members of `--cli-input-json`: those that are there; the options may bring the others.
pub(super) fn check_members(node: &Node, fields: &[Field<'_>]) -> (Map<String, Value>, Vec<Fault>) {
    let mut checker = Checker { path: String::new(), faults: Vec::new() };
    let members = match &node.kind {
        Kind::Map(entries) => checker.members(entries, fields, false),
        _ => {
            let message = format!("the input must be a structure, not {}", node.noun());
            checker.fault(&node.range, message, "write {\"name\": value, …}");
            Map::new()
        }
    };
    (members, checker.faults)
}

struct Checker {
    /// Where we are, as `--load-balancers` or `loadBalancers[0].containerPort`.
    path: String,
    faults: Vec<Fault>,
}

impl Checker {
    fn value(&mut self, node: &Node, view: View<'_>) -> Option<Value> {
        if matches!(node.kind, Kind::Null) && view.is_nullable() {
            return None;
        }
        let shape = view.shape();
        match (&shape, &node.kind) {
            (Shape::Any, _) => Some(node.plain()),
            (Shape::Boolean, Kind::Boolean(value)) => Some(Value::Bool(*value)),
            (Shape::Boolean, Kind::Word(word)) if word.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
            (Shape::Boolean, Kind::Word(word)) if word.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
            (Shape::Integer { min, max }, Kind::Number(number)) => {
                let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
                self.integer(node, whole, *min, *max)
            }
            (Shape::Integer { min, max }, Kind::Word(word)) => self.integer(node, word.trim().parse().ok(), *min, *max),
            (Shape::Number { min, max }, Kind::Number(number)) => self.number(node, Some(number.clone()), *min, *max),
            (Shape::Number { min, max }, Kind::Word(word)) => self.number(node, decimal(word), *min, *max),
            (Shape::String { options }, Kind::Word(text) | Kind::Text(text)) => self.text(node, text, options),
            (Shape::List(item), Kind::List(items)) => Some(self.items(items, std::iter::repeat(*item))),
            // `subnets=a` where a list is asked for is a list of one.
            (Shape::List(item), Kind::Word(_)) => Some(self.items(std::slice::from_ref(node), [*item])),
            (Shape::Tuple(kinds), Kind::List(items)) if kinds.len() == items.len() => {
                Some(self.items(items, kinds.iter().copied()))
            }
            (Shape::Map(item), Kind::Map(entries)) => Some(self.map(entries, *item)),
            (Shape::Structure { fields, open: false }, Kind::Map(entries)) => {
                let members = self.members(entries, fields, false);
                self.missing(&node.range, fields, entries);
                Some(Value::Object(members))
            }
            (Shape::Structure { fields, open: true }, Kind::Map(entries)) => {
                let members = self.members(entries, fields, true);
                self.missing(&node.range, fields, entries);
                Some(Value::Object(members))
            }
            (Shape::Choice(views), _) => match views.iter().find(|view| fits(node, **view)) {
                Some(view) => self.value(node, *view),
                None => self.wrong(node, &shape),
            },
            _ => self.wrong(node, &shape),
        }
    }

    fn integer(&mut self, node: &Node, whole: Option<i128>, min: i128, max: i128) -> Option<Value> {
        let number = whole.filter(|whole| (min..=max).contains(whole)).and_then(Number::from_i128);
        if number.is_none() {
            self.wrong(node, &Shape::Integer { min, max });
        }
        number.map(Value::Number)
    }

    fn number(&mut self, node: &Node, number: Option<Number>, min: f64, max: f64) -> Option<Value> {
        let inside = |number: &Number| number.as_f64().is_some_and(|value| (min..=max).contains(&value));
        let number = number.filter(inside);
        if number.is_none() {
            self.wrong(node, &Shape::Number { min, max });
        }
        number.map(Value::Number)
    }

    fn text(&mut self, node: &Node, text: &str, options: &[&str]) -> Option<Value> {
        if options.is_empty() || options.contains(&text) {
            return Some(Value::String(text.to_owned()));
        }
        let message = format!("{} cannot be `{}`", self.here(), short(text));
        self.fault(&node.range, message, did_you_mean(text, options.iter().copied()));
        None
    }

    fn items<'a>(&mut self, items: &[Node], views: impl IntoIterator<Item = View<'a>>) -> Value {
        let mut out = Vec::with_capacity(items.len());
        for (index, (item, view)) in items.iter().zip(views).enumerate() {
            let value = self.within(&format!("[{index}]"), |checker| match item.kind {
                // A list has no absent members.
                Kind::Null => checker.wrong(item, &view.shape()),
                _ => checker.value(item, view),
            });
            out.extend(value);
        }
        Value::Array(out)
    }

    fn map(&mut self, entries: &[(Key, Node)], item: View<'_>) -> Value {
        let mut out = Map::new();
        for (key, value) in entries {
            let checked = self.within(&format!(".{}", short(&key.name)), |checker| checker.value(value, item));
            if out.contains_key(&key.name) {
                self.twice(key);
            }
            if let Some(checked) = checked {
                out.insert(key.name.clone(), checked);
            }
        }
        Value::Object(out)
    }

    fn members(&mut self, entries: &[(Key, Node)], fields: &[Field<'_>], open: bool) -> Map<String, Value> {
        let mut out = Map::new();
        let mut seen = BTreeSet::new();
        for (key, value) in entries {
            if !seen.insert(key.name.as_str()) {
                self.twice(key);
                continue;
            }
            match fields.iter().find(|field| field.name == key.name) {
                Some(field) => {
                    let value = self.within(&format!(".{}", field.name), |checker| checker.value(value, field.view));
                    out.extend(value.map(|value| (key.name.clone(), value)));
                }
                None if open => {
                    out.insert(key.name.clone(), value.plain());
                }
                None => {
                    let help = did_you_mean(&key.name, fields.iter().map(|field| field.name));
                    let message = format!("{} has no member `{}`", self.here(), short(&key.name));
                    self.fault(&key.range, message, help);
                }
            }
        }
        out
    }

    fn missing(&mut self, range: &Range<usize>, fields: &[Field<'_>], entries: &[(Key, Node)]) {
        for field in fields.iter().filter(|field| field.required) {
            if !entries.iter().any(|(key, _)| key.name == field.name) {
                let message = format!("{} lacks `{}`", self.here(), field.name);
                let members = one_of(fields.iter().map(|field| field.name));
                self.fault(range, message, format!("add it; the members are {members}"));
            }
        }
    }

    fn twice(&mut self, key: &Key) {
        let message = format!("`{}` is given twice in {}", short(&key.name), self.here());
        self.fault(&key.range, message, "leave one of them out");
    }

    fn wrong(&mut self, node: &Node, shape: &Shape<'_>) -> Option<Value> {
        let message = format!("{} must be {}, not {}", self.here(), noun(shape), node.noun());
        let help = match (shape, &node.kind) {
            (Shape::Integer { .. } | Shape::Number { .. } | Shape::Boolean, Kind::Text(_)) => "leave out the quotes",
            (Shape::String { .. }, Kind::Number(_) | Kind::Boolean(_)) => "put it in double quotes",
            (Shape::Boolean, Kind::Word(_)) => "write true or false",
            (Shape::List(_), Kind::Map(_)) => "put it in brackets: [{…}]",
            (Shape::Structure { .. } | Shape::Map(_), Kind::Word(_)) => {
                "write key=value, or {key=value} inside brackets"
            }
            _ => "",
        };
        self.fault(&node.range, message, help);
        None
    }

    fn fault(&mut self, range: &Range<usize>, message: String, help: impl Into<String>) {
        if self.faults.len() < PROBLEMS_MAX {
            self.faults.push(Fault::new(range.clone(), message, help));
        }
    }

    fn here(&self) -> &str {
        if self.path.is_empty() { "the input" } else { &self.path }
    }

    fn within<T>(&mut self, step: &str, work: impl FnOnce(&mut Checker) -> T) -> T {
        let length = self.path.len();
        let step = if length == 0 { step.trim_start_matches('.') } else { step };
        self.path.push_str(step);
        let result = work(self);
        self.path.truncate(length);
        result
    }
}

/// The word as a JSON number; whole numbers stay whole.
fn decimal(word: &str) -> Option<Number> {
    let word = word.trim();
    let whole = word.parse::<i64>().map(Number::from);
    whole.ok().or_else(|| Number::from_f64(word.parse().ok()?))
}

/// The shape as a message says it, limits included where they are not those of the machine.
fn noun(shape: &Shape<'_>) -> String {
    match shape {
        Shape::Integer { min, max } if *max < i128::from(i32::MAX) => format!("a whole number from {min} to {max}"),
        Shape::Integer { min, .. } if *min > i128::from(i32::MIN) => format!("a whole number from {min} up"),
        Shape::Number { min, max } if min.is_finite() && max.is_finite() => format!("a number from {min} to {max}"),
        Shape::Number { min, .. } if min.is_finite() => format!("a number from {min} up"),
        Shape::Tuple(kinds) => format!("a list of {}", kinds.len()),
        Shape::Choice(views) => {
            let kinds: Vec<String> = views.iter().map(|view| noun(&view.shape())).collect();
            kinds.join(" or ")
        }
        shape => shape.noun().to_owned(),
    }
}

/// Whether the value is of this kind at first sight, its members' names included: enough to choose among shapes.
fn fits(node: &Node, view: View<'_>) -> bool {
    match (view.shape(), &node.kind) {
        (Shape::Any, _) => true,
        (Shape::Boolean, Kind::Boolean(_))
        | (Shape::Number { .. }, Kind::Number(_))
        | (Shape::List(_), Kind::List(_))
        | (Shape::Map(_), Kind::Map(_)) => true,
        (Shape::Integer { .. }, Kind::Number(number)) => number.is_i64() || number.is_u64(),
        (Shape::Boolean, Kind::Word(word)) => matches!(word.as_str(), "true" | "false"),
        (Shape::Integer { .. }, Kind::Word(word)) => word.parse::<i128>().is_ok(),
        (Shape::Number { .. }, Kind::Word(word)) => decimal(word).is_some(),
        (Shape::String { options }, Kind::Word(text) | Kind::Text(text)) => {
            options.is_empty() || options.contains(&text.as_str())
        }
        (Shape::Tuple(kinds), Kind::List(items)) => kinds.len() == items.len(),
        (Shape::Structure { fields, open }, Kind::Map(entries)) => {
            let known = |name: &str| open || fields.iter().any(|field| field.name == name);
            let there = |name: &str| entries.iter().any(|(key, _)| key.name == name);
            entries.iter().all(|(key, _)| known(&key.name))
                && fields.iter().filter(|field| field.required).all(|field| there(field.name))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{shorthand, value};
    use super::*;

    fn schema() -> Value {
        json!({
            "type": "object", "additionalProperties": false, "required": ["name"],
            "properties": {
                "name": {"type": "string"},
                "port": {"type": ["integer", "null"], "format": "uint16", "minimum": 0},
                "weight": {"type": "number", "minimum": 0.0, "maximum": 1.0},
                "public": {"type": "boolean"},
                "mode": {"type": "string", "enum": ["awsvpc", "bridge"]},
                "subnets": {"type": "array", "items": {"type": "string"}},
                "tags": {"type": "object", "additionalProperties": {"type": "string"}},
                "inside": {"$ref": "#"},
                "either": {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "string"}}]},
            },
        })
    }

    fn short(text: &str) -> (Option<Value>, Vec<(String, String, String)>) {
        let schema = schema();
        let node = if text.starts_with('{') { value::json(text) } else { shorthand::parse(text) };
        let (value, faults) = check(&node.unwrap(), View::root(&schema), "--thing");
        (value, faults.into_iter().map(|fault| (text[fault.range].to_owned(), fault.message, fault.help)).collect())
    }

    #[test]
    fn words_take_the_type_of_the_place_where_they_stand() {
        let (value, faults) = short("name=80,port=80,weight=0.5,public=TRUE,mode=awsvpc,subnets=a,tags={x=1},either=7");
        assert_eq!(faults, []);
        let expected = json!({
            "name": "80", "port": 80, "weight": 0.5, "public": true, "mode": "awsvpc", "subnets": ["a"],
            "tags": {"x": "1"}, "either": 7,
        });
        assert_eq!(value, Some(expected));
    }

    #[test]
    fn everything_that_is_wrong_is_found_at_its_place_and_called_by_its_path() {
        let (_, faults) = short("prt=1,port=70000,inside={mode=awsvp,weight=2}");
        let told: Vec<_> =
            faults.iter().map(|(place, message, help)| format!("{place} | {message} | {help}")).collect();
        let members = "name, port, weight, public, mode, subnets, tags, inside, either";
        assert_eq!(
            told,
            [
                "prt | --thing has no member `prt` | did you mean `port`?".to_owned(),
                "70000 | --thing.port must be a whole number from 0 to 65535, not `70000` | ".to_owned(),
                "awsvp | --thing.inside.mode cannot be `awsvp` | did you mean `awsvpc`?".to_owned(),
                "2 | --thing.inside.weight must be a number from 0 to 1, not `2` | ".to_owned(),
                format!(
                    "{{mode=awsvp,weight=2}} | --thing.inside lacks `name` | add it; the members are one of: {members}"
                ),
                format!(
                    "prt=1,port=70000,inside={{mode=awsvp,weight=2}} | --thing lacks `name` | add it; the members are \
                     one of: {members}"
                ),
            ]
        );
    }

    #[test]
    fn json_must_have_the_right_types_already() {
        let (_, faults) = short(r#"{"name": 80, "port": "80", "subnets": {}, "public": "true", "name": null}"#);
        let told: Vec<_> =
            faults.iter().map(|(place, message, help)| format!("{place} | {message} | {help}")).collect();
        assert_eq!(
            told,
            [
                "80 | --thing.name must be text, not 80 | put it in double quotes",
                "\"80\" | --thing.port must be a whole number from 0 to 65535, not the text \"80\" | leave out the quotes",
                "{} | --thing.subnets must be a list, not a structure | put it in brackets: [{…}]",
                "\"true\" | --thing.public must be true or false, not the text \"true\" | leave out the quotes",
                "\"name\" | `name` is given twice in --thing | leave one of them out",
            ]
        );
        assert_eq!(short(r#"{"name": "a", "port": null}"#), (Some(json!({"name": "a"})), vec![]));
    }

    #[test]
    fn numbers_that_no_input_can_hold_are_refused() {
        let numbers = ["1e400", "NaN", "inf", "", "1_0", "0x10", "99999999999999999999999999999999999999999"];
        for number in numbers {
            assert_eq!(short(&format!("name=x,weight='{number}'")).1.len(), 1, "{number}");
            assert_eq!(short(&format!("name=x,port='{number}'")).1.len(), 1, "{number}");
        }
    }
}
