//! JSON to a tree.

use std::collections::BTreeMap;
use std::ops::Range;

use jsonc_parser::ast::{ObjectProp, ObjectPropName, Value as Ast};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::super::node::{Key, Node, Value};
use super::super::{Diagnostic, SourceId};

/// JSON as its standard has it, but for comments: what the AWS CLI refuses is refused here.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Brackets inside brackets at most; deeper trees would exhaust the stack of a browser.
const DEPTH_MAX: usize = 100;

/// The tree of a JSON text. Of syntax errors only the first: the parser does not recover.
pub(super) fn parse(source: SourceId, text: &str, problems: &mut Vec<Diagnostic>) -> Node {
    match tree(source, text) {
        Ok(tree) => {
            let mut reader = Reader { source, problems };
            reader.node(&tree, 0)
        }
        Err(problem) => {
            problems.push(problem);
            Node { source, span: 0..0, value: Value::Invalid }
        }
    }
}

fn tree(source: SourceId, text: &str) -> Result<Ast<'_>, Diagnostic> {
    let refuse = |span: Range<usize>, message: &str| Diagnostic::error("syntax", message).at((source, span), "");
    let tree = parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| {
        let message = error.kind().to_string();
        let message = message[..1].to_lowercase() + &message[1..];
        let problem = refuse(error.range().start..error.range().end, &message);
        problem.help(match error.kind() {
            ParseErrorKind::TrailingCommasNotAllowed => "remove the comma",
            ParseErrorKind::ExpectedStringObjectProperty => "write the name in double quotes",
            ParseErrorKind::SingleQuotedStringsNotAllowed => "write it in double quotes",
            _ => "",
        })
    })?;
    let empty = || refuse(0..0, "the file is empty").help("write {} for an object without members");
    tree.value.ok_or_else(empty)
}

struct Reader<'a> {
    source: SourceId,
    problems: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn node(&mut self, value: &Ast<'_>, depth: usize) -> Node {
        let span = value.start()..value.end();
        let value = match value {
            _ if depth > DEPTH_MAX => {
                self.refuse("syntax", &span, format!("more than {DEPTH_MAX} brackets inside each other"))
            }
            Ast::NullKeyword(_) => Value::Null,
            Ast::BooleanLit(literal) => Value::Bool(literal.value),
            Ast::StringLit(literal) => Value::String(literal.value.to_string()),
            Ast::NumberLit(literal) => self.number(literal.value, &span),
            Ast::Array(array) => Value::List(array.elements.iter().map(|item| self.node(item, depth + 1)).collect()),
            Ast::Object(object) => self.object(&object.properties, depth),
        };
        Node { source: self.source, span, value }
    }

    fn number(&mut self, text: &str, span: &Range<usize>) -> Value {
        if let Ok(number) = text.parse::<i64>() {
            return Value::Integer(number);
        }
        match text.parse::<f64>() {
            Ok(_) if !text.contains(['.', 'e', 'E']) => {
                self.refuse("number", span, format!("the integer {text} does not fit into 64 bits"))
            }
            Ok(number) if number.is_finite() => Value::Float(number),
            _ => self.refuse("number", span, format!("{text} is not a finite number")),
        }
    }

    fn object(&mut self, properties: &[ObjectProp<'_>], depth: usize) -> Value {
        let mut entries = Vec::with_capacity(properties.len());
        let mut first: BTreeMap<String, Range<usize>> = BTreeMap::new();
        for property in properties {
            let span = property.name.start()..property.name.end();
            let name = match &property.name {
                ObjectPropName::String(name) => name.value.to_string(),
                ObjectPropName::Word(name) => name.value.to_owned(),
            };
            if let Some(before) = first.get(&name) {
                let problem = Diagnostic::error("syntax", format!("the key {name:?} is there twice"))
                    .at((self.source, span), "")
                    .at((self.source, before.clone()), "first here")
                    .help("keep one of them");
                self.problems.push(problem);
                continue;
            }
            first.insert(name.clone(), span.clone());
            entries.push((Key { source: self.source, span, name }, self.node(&property.value, depth + 1)));
        }
        Value::Table(entries)
    }

    fn refuse(&mut self, code: &'static str, span: &Range<usize>, message: String) -> Value {
        self.problems.push(Diagnostic::error(code, message).at((self.source, span.clone()), ""));
        Value::Invalid
    }
}
