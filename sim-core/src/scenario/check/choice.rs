//! Values that may be one of several shapes: the alternative that was meant is found first, then checked.

use serde_json::Value as Schema;

use super::super::Diagnostic;
use super::super::node::{Key, Node, Value};
use super::Checker;
use super::words::{article, listed_or, nearest_or_list};
use crate::api::schema::{Field, Shape, View};

impl<'a> Checker<'a> {
    pub(super) fn choice(&mut self, node: &Node, view: View<'a>, alternatives: &[View<'a>], key: Option<&Key>) {
        if let Some(own) = view.schema().get("properties") {
            return self.flattened(node, view, own, alternatives);
        }
        let fitting: Vec<View<'a>> = alternatives.iter().copied().filter(|one| fits(node, &one.shape())).collect();
        match (fitting.as_slice(), &node.value) {
            ([], _) => {
                let expected = article(&Shape::Choice(alternatives.to_vec()), view);
                let problem = Diagnostic::error("wrong-type", format!("expected {expected}, found {}", node.kind()));
                self.problems.push(problem.at(node.place(), ""));
            }
            ([only], _) => self.value(node, *only, key),
            (many, Value::Table(_)) => self.table(node, many, key),
            (many, Value::String(text)) if many.iter().all(|one| is_options(&one.shape())) => {
                let options: Vec<&str> = many.iter().flat_map(|one| options(one.shape())).collect();
                if !options.contains(&text.as_str()) {
                    self.unknown_value(node, text, &options, key);
                }
            }
            (many, _) => self.best(node, many, key),
        }
    }

    /// A table that is one of several: told apart by its tag, by its only key, or by what it breaks least.
    fn table(&mut self, node: &Node, alternatives: &[View<'a>], key: Option<&Key>) {
        let shapes: Vec<Vec<Field<'a>>> = alternatives.iter().map(|one| one.shape().fields()).collect();
        if let Some(tag) = tag_of(&shapes) {
            return self.tagged(node, tag, alternatives, &shapes, key);
        }
        // `{ ramp = … }`: each alternative has one key of its own.
        let names: Option<Vec<&str>> = shapes
            .iter()
            .map(|fields| match fields.as_slice() {
                [only] if only.required => Some(only.name),
                _ => None,
            })
            .collect();
        let Some(names) = names else { return self.by_own_key(node, alternatives, &shapes, key) };
        let mut present = node.entries().iter().filter(|(_, value)| value.value != Value::Null);
        match (present.next(), present.next()) {
            (None, _) => {
                let message = format!("expected one of the keys {}", listed_or(&names, "`"));
                self.problems.push(Diagnostic::error("missing-key", message).at(node.place(), ""));
            }
            (Some((first, value)), second) => {
                match names.iter().position(|name| *name == first.name) {
                    Some(index) => self.value(value, shapes[index][0].view, Some(first)),
                    None => {
                        let help = nearest_or_list(&first.name, &names, "`", "the keys are");
                        let message = format!("unknown key `{}`", first.name);
                        self.problems.push(Diagnostic::error("unknown-key", message).at(first.place(), "").help(help));
                    }
                }
                if let Some((second, _)) = second {
                    let message = format!("expected one key, found `{}` beside `{}`", second.name, first.name);
                    let problem = Diagnostic::error("one-key", message).at(second.place(), "");
                    self.problems.push(problem.at(first.place(), "the first"));
                }
            }
        }
    }

    /// A table with a key that says which alternative it is.
    fn tagged(
        &mut self,
        node: &Node,
        tag: &'a str,
        alternatives: &[View<'a>],
        shapes: &[Vec<Field<'a>>],
        key: Option<&Key>,
    ) {
        let values = |fields: &Vec<Field<'a>>| {
            let field = fields.iter().find(|field| field.name == tag);
            field.map(|field| options(field.view.shape())).unwrap_or_default()
        };
        let all: Vec<&str> = shapes.iter().flat_map(values).collect();
        let Some((tag_key, found)) = node.entries().iter().find(|(key, _)| key.name == tag) else {
            let problem = Diagnostic::error("missing-key", format!("the key `{tag}` is missing")).at(node.place(), "");
            self.problems.push(problem.help(format!("write {} with one of {}", tag, listed_or(&all, "\""))));
            return;
        };
        let Value::String(text) = &found.value else {
            let message = format!("expected {}, found {}", listed_or(&all, "\""), found.kind());
            self.problems.push(Diagnostic::error("wrong-type", message).at(found.place(), ""));
            return;
        };
        match shapes.iter().position(|fields| values(fields).contains(&text.as_str())) {
            Some(index) => self.value(node, alternatives[index], key),
            None => self.unknown_value(found, text, &all, Some(tag_key)),
        }
    }

    /// A table that is told apart by the key that only one alternative requires: `kill`, or `zone`.
    fn by_own_key(&mut self, node: &Node, alternatives: &[View<'a>], shapes: &[Vec<Field<'a>>], key: Option<&Key>) {
        let others_have = |own: usize, name: &str| {
            shapes.iter().enumerate().any(|(index, fields)| index != own && fields.iter().any(|one| one.name == name))
        };
        let own = |(index, fields): (usize, &Vec<Field<'a>>)| {
            fields.iter().find(|field| field.required && !others_have(index, field.name)).map(|field| field.name)
        };
        let names: Option<Vec<&str>> = shapes.iter().enumerate().map(own).collect();
        let Some(names) = names else { return self.best(node, alternatives, key) };
        let has = |name: &str| node.entries().iter().any(|(key, _)| key.name == name);
        let present: Vec<usize> = (0..names.len()).filter(|&index| has(names[index])).collect();
        match present.as_slice() {
            [only] => self.value(node, alternatives[*only], key),
            _ => {
                let message = format!("expected one of the keys {}", listed_or(&names, "`"));
                let code = if present.is_empty() { "missing-key" } else { "one-key" };
                self.problems.push(Diagnostic::error(code, message).at(node.place(), ""));
            }
        }
    }

    /// Checks against the alternative with the fewest problems; the first of equals.
    fn best(&mut self, node: &Node, alternatives: &[View<'a>], key: Option<&Key>) {
        let kept = std::mem::take(&mut self.problems);
        let mut fewest: Option<Vec<Diagnostic>> = None;
        for one in alternatives {
            self.value(node, *one, key);
            let found = std::mem::take(&mut self.problems);
            if fewest.as_ref().is_none_or(|fewest| found.len() < fewest.len()) {
                fewest = Some(found);
            }
            if fewest.as_ref().is_some_and(Vec::is_empty) {
                break;
            }
        }
        self.problems = kept;
        self.problems.extend(fewest.unwrap_or_default());
    }

    /// A structure with an enum flattened into it: the keys of both, serde does the rest.
    fn flattened(&mut self, node: &Node, view: View<'a>, own: &'a Schema, alternatives: &[View<'a>]) {
        let Value::Table(entries) = &node.value else {
            let message = format!("expected a table, found {}", node.kind());
            self.problems.push(Diagnostic::error("wrong-type", message).at(node.place(), ""));
            return;
        };
        let schema = view.schema();
        let required = schema.get("required").and_then(Schema::as_array).map_or(&[][..], Vec::as_slice);
        let own = own.as_object().into_iter().flatten().map(|(name, value)| Field {
            name,
            required: required.iter().any(|one| one.as_str() == Some(name)),
            view: View::new(value, self.root),
        });
        let others = alternatives.iter().flat_map(|one| one.shape().fields());
        let mut fields: Vec<Field<'a>> = own.collect();
        for field in others {
            // Of a name in several alternatives the types may differ: serde tells.
            match fields.iter_mut().find(|known| known.name == field.name) {
                Some(known) => known.view = View::new(&Schema::Bool(true), self.root),
                None => fields.push(Field { required: false, ..field }),
            }
        }
        let closed = ["additionalProperties", "unevaluatedProperties"];
        let open = !closed.iter().any(|name| schema.get(name) == Some(&Schema::Bool(false)));
        self.structure(node, entries, &fields, open);
    }
}

/// Whether a value of this kind can be of this shape at all.
pub(super) fn fits(node: &Node, shape: &Shape<'_>) -> bool {
    match (shape, &node.value) {
        (Shape::Any, _)
        | (Shape::Boolean, Value::Bool(_))
        | (Shape::Integer { .. }, Value::Integer(_))
        | (Shape::Number { .. }, Value::Integer(_) | Value::Float(_))
        | (Shape::String { .. }, Value::String(_) | Value::Datetime(_))
        | (Shape::List(_) | Shape::Tuple(_), Value::List(_))
        | (Shape::Map(_) | Shape::Structure { .. }, Value::Table(_)) => true,
        (Shape::Choice(alternatives), _) => alternatives.iter().any(|one| fits(node, &one.shape())),
        _ => false,
    }
}

fn is_options(shape: &Shape<'_>) -> bool {
    matches!(shape, Shape::String { options } if !options.is_empty())
}

fn options<'a>(shape: Shape<'a>) -> Vec<&'a str> {
    match shape {
        Shape::String { options } => options,
        _ => Vec::new(),
    }
}

/// The key that all alternatives require and that has values of its own in each.
fn tag_of<'a>(shapes: &[Vec<Field<'a>>]) -> Option<&'a str> {
    let (first, rest) = shapes.split_first()?;
    let is_tag = |field: &&Field<'a>| field.required && is_options(&field.view.shape());
    let mut candidates = first.iter().filter(is_tag);
    let tag = candidates.find(|tag| {
        let same = |fields: &Vec<Field<'a>>| fields.iter().filter(is_tag).any(|field| field.name == tag.name);
        rest.iter().all(same)
    })?;
    Some(tag.name)
}
