//! Sequence diagrams.
use super::scan::{Header, Source};
use crate::render::{Options, Problem};
pub(super) fn render(_s: &Source, h: &Header, _o: &Options) -> Result<String, Problem> {
    Err(Problem::new(h.place, "soon"))
}
