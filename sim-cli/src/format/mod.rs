//! How things are printed: one file per form.

pub mod diagnostics;
