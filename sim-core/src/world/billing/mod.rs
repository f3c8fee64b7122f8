//! What it costs: list prices of us-east-1.

pub mod price;
