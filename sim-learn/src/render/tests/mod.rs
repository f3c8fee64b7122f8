//! What is drawn is what was said. `reader` walks a drawn picture back into a graph, and sees only its characters;
//! `chart` is what both sides are compared as; the other files are the tests.

mod chart;
mod corpus;
mod hostile;
mod markdown;
mod pictures;
mod random;
mod reader;
mod sequence;

use super::Options;

/// Options for tests.
fn options(width: usize, ascii: bool) -> Options {
    Options { width, ascii, colour: false }
}

/// How many random cases: `PROPTEST_CASES` if set.
fn cases(usual: u32) -> proptest::prelude::ProptestConfig {
    let default = proptest::prelude::ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { usual };
    // Seeds of failures are printed; what they show becomes a diagram of the corpus.
    proptest::prelude::ProptestConfig { cases, max_shrink_iters: 4000, failure_persistence: None, ..default }
}

/// The text of a file in `testdata`.
#[allow(clippy::disallowed_methods, reason = "only tests read files here")]
fn testdata(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/testdata").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
