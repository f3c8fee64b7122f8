//! What people learn from, and how it looks in a terminal. Pure: no files, no clock, no threads; the terminal and the
//! browser share it.

pub mod render;
