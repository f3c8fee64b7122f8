//! What it costs: meters over the world, times list prices of us-east-1.

mod meter;
pub mod price;

pub use meter::{Bill, Item, bill};
