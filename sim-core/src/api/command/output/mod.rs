//! How an answer is printed: one file for each of the AWS CLI's formats.

mod json;
mod table;
mod text;
mod yaml;

use serde_json::Value;

/// A format of `--output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// Indented JSON, the AWS CLI's default.
    #[default]
    Json,
    /// Boxes.
    Table,
    /// Lines of values between tabs.
    Text,
    /// YAML.
    Yaml,
    /// Nothing.
    Off,
}

impl Output {
    /// The names of the formats.
    pub const NAMES: [&str; 5] = ["json", "table", "text", "yaml", "off"];

    /// The format of this name.
    pub fn named(name: &str) -> Option<Output> {
        Some(match name {
            "json" => Output::Json,
            "table" => Output::Table,
            "text" => Output::Text,
            "yaml" => Output::Yaml,
            "off" => Output::Off,
            _ => return None,
        })
    }
}

/// The answer of an operation as text, or why this format cannot show it. `title` is the operation's API name.
pub fn format(output: Output, title: &str, value: &Value) -> Result<String, String> {
    match output {
        // Operations without an answer print nothing.
        Output::Json | Output::Yaml if value.as_object().is_some_and(serde_json::Map::is_empty) => Ok(String::new()),
        Output::Json => json::format(value),
        Output::Table => table::format(title, value, table::WIDTH),
        Output::Text => Ok(text::format(value)),
        Output::Yaml => yaml::format(value),
        Output::Off => Ok(String::new()),
    }
}

/// A scalar as Python prints it, because the AWS CLI does.
fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// A value inside a line or a box. A list or structure there is rare; Python prints it in its own notation.
fn cell(value: &Value) -> String {
    if is_scalar(value) { scalar(value) } else { literal(value) }
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let name = |name: &str| literal(&Value::from(name));
            let all = members.iter().map(|(key, value)| format!("{}: {}", name(key), literal(value)));
            format!("{{{}}}", all.collect::<Vec<_>>().join(", "))
        }
        value => scalar(value),
    }
}
