//! Columns for the lifelines of a sequence diagram, and where texts are wrapped so that all fits.

use super::{Beside, Sequence, Step};
use crate::render::text;

/// Where everything stands across the page.
pub(super) struct Plan {
    /// The column of each lifeline.
    pub at: Vec<usize>,
    /// The lines of each participant's name.
    pub names: Vec<Vec<String>>,
    /// Columns at which messages to oneself and notes beside a lifeline are wrapped.
    pub aside: usize,
    /// Columns of the whole picture.
    pub width: usize,
}

/// The widest of some ways to wrap that fits into `width` columns; if none does, the least width that would.
pub(super) fn plan(sequence: &Sequence, width: usize) -> Result<Plan, usize> {
    let mut least = usize::MAX;
    for wrap in [40, 30, 24, 18, 14, 11, 8, 6] {
        let plan = at_wrap(sequence, wrap);
        if plan.width <= width {
            return Ok(plan);
        }
        least = least.min(plan.width);
    }
    Err(least)
}

fn at_wrap(sequence: &Sequence, wrap: usize) -> Plan {
    let count = sequence.parties.len();
    let names: Vec<Vec<String>> = sequence.parties.iter().map(|p| text::wrap(&p.label, wrap.min(24))).collect();
    // Boxes are of odd width, so that the lifeline leaves from the middle.
    let half: Vec<usize> = names.iter().map(|lines| (longest(lines) / 2) + 2).collect();
    // Least distances: between neighbours from the boxes, between others from messages.
    let mut apart: Vec<(usize, usize, usize)> = (1..count).map(|n| (n - 1, n, half[n - 1] + half[n] + 2)).collect();
    let (mut left, mut right) = (half[0], half[count - 1]);
    let (mut depth, mut deepest) = (0usize, 0usize);
    let mut blocks = 0;
    for step in &sequence.steps {
        match step {
            Step::Message { from, to, text, .. } => {
                let wide = longest(&text::wrap(text, wrap));
                let (a, b) = (*from.min(to), *from.max(to));
                if a != b {
                    apart.push((a, b, wide + 5));
                } else if a + 1 < count {
                    apart.push((a, a + 1, wide.max(3) + 7));
                } else {
                    right = right.max(wide.max(3) + 6);
                }
            }
            Step::Note { beside, text } => {
                let wide = longest(&text::wrap(text, wrap)) + 4;
                match *beside {
                    Beside::Left(0) => left = left.max(wide + 2),
                    Beside::Left(n) => apart.push((n - 1, n, wide + 4)),
                    Beside::Right(n) if n + 1 == count => right = right.max(wide + 2),
                    Beside::Right(n) => apart.push((n, n + 1, wide + 4)),
                    Beside::Over(a, b) if a != b => apart.push((a, b, wide.saturating_sub(4))),
                    Beside::Over(a, _) => {
                        let side = wide / 2 + 2;
                        if a == 0 {
                            left = left.max(side);
                        } else {
                            apart.push((a - 1, a, side + 2));
                        }
                        if a + 1 == count {
                            right = right.max(side);
                        } else {
                            apart.push((a, a + 1, side + 2));
                        }
                    }
                }
            }
            Step::Open(word, text) | Step::Next(word, text) => {
                if matches!(step, Step::Open(..)) {
                    depth += 1;
                    deepest = deepest.max(depth);
                }
                let lines = text::wrap(text, wrap);
                blocks = blocks.max(longest(&lines) + text::width(word) + 8);
            }
            Step::Close => depth = depth.saturating_sub(1),
            Step::Activate(_) | Step::Deactivate(_) => {}
        }
    }
    // Each depth of blocks takes two columns on both sides.
    let margin = 2 * deepest;
    let mut at = vec![left + margin; count];
    for n in 1..count {
        let place = |&(a, b, distance): &(usize, usize, usize)| (b == n).then(|| at[a] + distance);
        at[n] = apart.iter().filter_map(place).max().unwrap_or(at[n - 1] + 4);
    }
    let width = (at[count - 1] + right + margin + 1).max(blocks + 2 * margin);
    Plan { at, names, aside: wrap, width }
}

pub(super) fn longest(lines: &[String]) -> usize {
    lines.iter().map(|line| text::width(line)).max().unwrap_or(0)
}
