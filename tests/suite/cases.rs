//! How many cases property tests draw.

use proptest::prelude::ProptestConfig;

/// So many cases of a property test in the suite, where each takes its time; `PROPTEST_CASES` asks for more.
pub fn few(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { usual.cases } else { cases };
    ProptestConfig { cases, max_shrink_iters: 400, failure_persistence: None, ..usual }
}
