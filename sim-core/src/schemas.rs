//! JSON Schemas of what people write, by name. They are made from the types; in WebAssembly they are read from a text.
//!
//! The code that makes them was a sixth of the page's WebAssembly, and ran before the first picture. `sim-web-build` writes
//! the text natively, right before it compiles, so it never is an old one.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

/// Whether schemas are read, not made: then nothing may name a function that makes one, or it is compiled in.
pub const READ: bool = cfg!(target_family = "wasm");

// Not constants: each use of one could be a copy.
#[cfg(target_family = "wasm")]
static TEXT: &str = include_str!(env!("SIM_CORE_SCHEMAS", "`cargo run -p sim-web-build` compiles for WebAssembly"));
#[cfg(not(target_family = "wasm"))]
static TEXT: &str = "";

/// The schema of a type, as the root of a document.
pub fn of<T: JsonSchema>() -> Value {
    named(&T::schema_name(), || SchemaGenerator::default().into_root_schema_for::<T>().to_value())
}

/// The same with its name.
pub fn entry<T: JsonSchema>() -> (String, Value) {
    (T::schema_name().into_owned(), of::<T>())
}

/// The schema of this name, which `make` makes.
pub fn named(name: &str, make: impl FnOnce() -> Value) -> Value {
    if READ { find(TEXT, name).unwrap_or_else(|| panic!("the schema of {name} was not written")) } else { make() }
}

/// Schemas as the text that is read in WebAssembly: a line for each, so that only what is asked for is parsed.
///
/// ```
/// let text = sim_core::schemas::written([("A".to_owned(), true.into()), ("B".to_owned(), serde_json::json!({ "type": "null" }))]);
/// assert_eq!(text, "A true\nB {\"type\":\"null\"}\n");
/// assert_eq!(sim_core::schemas::find(&text, "B").unwrap()["type"], "null");
/// assert_eq!(sim_core::schemas::find(&text, "C"), None);
/// ```
pub fn written(schemas: impl IntoIterator<Item = (String, Value)>) -> String {
    schemas.into_iter().map(|(name, schema)| format!("{name} {schema}\n")).collect()
}

/// The schema of this name in such a text.
pub fn find(text: &str, name: &str) -> Option<Value> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    serde_json::from_str(line).ok()
}
