//! From bytes to a typed value: the one entry of the text layer.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::check::refusal;
use super::parse::parse;
use super::{Diagnostic, Diagnostics, Node, Severity, Sources, check, splice};
use crate::api::ApiError;
use crate::files::Files;
use crate::{reading, schemas};

/// A file and the files it names, as one tree.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The texts: the main file, then each file it names.
    pub sources: Sources,
    /// The tree, files spliced in. What could not be read is [`super::node::Value::Invalid`] and has a problem.
    pub root: Node,
    /// What is wrong so far.
    pub problems: Vec<Diagnostic>,
}

impl Tree {
    /// Reads a file and the files it names.
    pub fn read(name: &str, bytes: &[u8], files: &dyn Files) -> Tree {
        let (mut sources, mut problems) = (Sources::default(), Vec::new());
        let mut root = parse(&mut sources, name, bytes, &mut problems);
        splice::splice(&mut root, &mut sources, files, &mut problems);
        Tree { sources, root, problems }
    }

    /// Checks the whole against a schema, as schemars writes it.
    pub fn check(&mut self, schema: &serde_json::Value) {
        self.problems.extend(check(&self.root, schema, &self.sources));
    }

    /// The problems, when one of them is an error.
    pub fn into_errors(self) -> Result<Tree, Diagnostics> {
        match self.problems.iter().any(|problem| problem.severity == Severity::Error) {
            true => Err(Diagnostics::new(self.sources, self.problems)),
            false => Ok(self),
        }
    }
}

/// A text that was understood.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// What it says.
    pub value: T,
    /// Where it says so, for problems that are found later: see [`refused`]. What is left of its problems is no error.
    pub tree: Tree,
}

/// Reads a file as a `T`, and the files it names with it; or says all that is wrong.
///
/// ```
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct Service { name: String, desired: u32 }
///
/// let service = sim_core::scenario::load::<Service>("a.toml", b"name = 'web'\ndesired = 2", &()).unwrap();
/// assert_eq!((service.value.name.as_str(), service.value.desired), ("web", 2));
///
/// let problems = sim_core::scenario::load::<Service>("a.toml", b"nmae = 'web'\ndesired = '2'", &()).err().unwrap();
/// assert_eq!(problems.iter().count(), 2, "misspelt, and of the wrong type");
/// ```
pub fn load<T: DeserializeOwned + JsonSchema>(
    name: &str,
    bytes: &[u8],
    files: &dyn Files,
) -> Result<Loaded<T>, Diagnostics> {
    let mut tree = Tree::read(name, bytes, files);
    tree.check(&schemas::of::<T>());
    let mut tree = tree.into_errors()?;
    match typed(&tree.root) {
        Ok(value) => Ok(Loaded { value, tree }),
        Err(problem) => {
            tree.problems.push(problem);
            Err(Diagnostics::new(tree.sources, tree.problems))
        }
    }
}

/// A part of a tree as a `T`. Meant for what has passed the check: of several problems only the first is told.
pub fn typed<T: DeserializeOwned>(node: &Node) -> Result<T, Diagnostic> {
    reading::read(node.to_json()).map_err(|misread| refusal(&misread.to_string(), node.find(&misread.place()).0))
}

/// What AWS refuses, at the part of `input` that is the cause.
///
/// The place in the error is a path into `input`; when the value is not there, the nearest parent is shown.
pub fn refused(error: &ApiError, input: &Node) -> Diagnostic {
    let (node, exact) = input.find(&error.place);
    let label = match exact {
        true => String::new(),
        false => format!("about `{}`", error.place),
    };
    Diagnostic::error("refused", error.to_string()).at(node.place(), label).help(error.help.as_str())
}
