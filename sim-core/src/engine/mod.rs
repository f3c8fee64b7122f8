//! A small discrete-event engine that has never heard of AWS: time, queue, timers, random streams, distributions,
//! arenas, the journal of facts and the run hash, held together by the [`Kernel`].

mod arena;
mod budget;
mod distribution;
mod hash;
mod journal;
mod kernel;
mod queue;
pub mod rng;
mod samples;
mod time;
mod timers;
mod token_bucket;

pub use arena::{Arena, Id};
pub use budget::{Budget, Exceeded};
pub use distribution::{Distribution, Empirical, Impossible, Measure};
pub use hash::RunHash;
pub use journal::{Entry, FactId, Journal};
pub use kernel::{Kernel, Next};
pub use queue::{Queue, Ticket};
pub use rng::Stream;
pub use samples::Samples;
pub use time::Time;
pub use timers::Timers;
pub use token_bucket::{Pace, TokenBucket};
