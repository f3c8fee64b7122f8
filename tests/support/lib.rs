//! To be filled.

pub mod lab;
