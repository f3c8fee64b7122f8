//! Boxes and lines on a grid of characters: places first (`place`), then lines one by one (`route`).
//!
//! `ascii-dag` 0.11 joins lines of different origin into one stem (two fans that meet read as edges that do not
//! exist), has no width to keep to and no edge that ends at a subgraph. `rust-sugiyama` 0.4 gives coordinates of a flat
//! graph only: no subgraphs, no routes, `f64` positions and options from environment variables; so the layers
//! here are our own, and a search on the grid draws lines that can cross but never merge.

mod grid;
mod order;
mod place;
mod places;
mod rank;
mod route;
mod search;
mod spread;

use super::mermaid_text::graph::{Direction, Graph};
use super::text;
pub(super) use grid::{Path, Side, side_to, step};

/// A box of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rect {
    pub x: usize,
    pub y: usize,
    pub w: usize,
    pub h: usize,
}

/// What one attempt may do.
#[derive(Clone, Debug)]
pub(super) struct Tuning {
    /// Columns at which labels are wrapped.
    pub wrap: usize,
    /// More room for lines than the estimate.
    pub slack: usize,
    /// A container that flows sideways and does not fit may flow downwards.
    pub may_turn: bool,
    /// No container flows sideways.
    pub upright: bool,
    pub ascii: bool,
}

/// A picture, before it is drawn.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub width: usize,
    pub height: usize,
    pub nodes: Vec<(usize, Rect, Vec<String>)>,
    pub groups: Vec<(usize, Rect)>,
    pub labels: Vec<(usize, Rect, Vec<String>)>,
    pub paths: Vec<Path>,
}

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It needs this many columns.
    TooNarrow(Option<usize>),
    /// Lines could not be drawn with a bounded amount of work; in this many columns they can.
    TooTangled(Option<usize>),
}

/// Steps of the search for lines that one picture may cost.
const STEPS_MAX: usize = 12_000_000;
/// What it costs to find the place of one box or line, in those steps.
const PLACE_STEPS: usize = 200;
/// Cells of a picture.
const CELLS_MAX: usize = 1_500_000;
/// Attempts with more and more room for lines.
const SLACK_MAX: usize = 5;

/// Lays out a chart within `width` columns.
pub(super) fn layout(graph: &Graph, width: usize, ascii: bool) -> Result<Scene, Failure> {
    let mut steps = STEPS_MAX;
    match attempt(graph, width, ascii, &mut steps) {
        Some(scene) => Ok(scene),
        None if steps == 0 => Err(Failure::TooTangled(least_width(graph, width, ascii))),
        None => Err(Failure::TooNarrow(least_width(graph, width, ascii))),
    }
}

/// The least width at which a picture can be drawn, if there is one; found by halving.
fn least_width(graph: &Graph, width: usize, ascii: bool) -> Option<usize> {
    let mut steps = STEPS_MAX;
    let (mut low, mut high) = (width, 400);
    attempt(graph, high, ascii, &mut steps)?;
    while high - low > 1 {
        let middle = (low + high) / 2;
        if attempt(graph, middle, ascii, &mut steps).is_some() {
            high = middle;
        } else if steps == 0 {
            break;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// The first of the ways to lay out the chart that works: as asked, with narrower labels, turned downwards.
fn attempt(graph: &Graph, width: usize, ascii: bool, steps: &mut usize) -> Option<Scene> {
    let sideways =
        graph.direction.horizontal() || graph.groups.iter().any(|g| g.direction.is_some_and(Direction::horizontal));
    let way = |wrap, may_turn, upright| Tuning { wrap, slack: 0, may_turn, upright, ascii };
    let mut ways = Vec::new();
    if sideways {
        ways.extend([28, 20, 15, 12].map(|wrap| way(wrap, false, false)));
        ways.extend([28, 20, 15].map(|wrap| way(wrap, true, false)));
    }
    ways.extend([28, 20, 15, 12, 9, 6].map(|wrap| way(wrap, true, true)));
    for mut tuning in ways {
        for slack in 0..=SLACK_MAX {
            tuning.slack = slack;
            // Finding the places is work as well: an attempt that soon fails is not for nothing.
            *steps = steps.saturating_sub(PLACE_STEPS * (graph.nodes.len() + graph.edges.len()));
            match place(graph, width, &tuning) {
                None => break, // more slack only takes more room
                Some(mut scene) => {
                    if route::route(graph, &mut scene, steps) {
                        return Some(scene);
                    }
                }
            }
            if *steps == 0 {
                return None;
            }
        }
    }
    None
}

/// Boxes in their places, with margins for lines around; `None` if that is too wide.
fn place(graph: &Graph, width: usize, tuning: &Tuning) -> Option<Scene> {
    let plan = place::Plan::new(graph, tuning);
    let margin = if graph.edges.is_empty() { 0 } else { 1 + 2 * tuning.slack };
    let block = plan.arrange(None, graph.direction, width.saturating_sub(2 * margin));
    if block.width > width || block.width == 0 {
        return None;
    }
    // More slack, wider margins; but boxes that fit without are not refused.
    let left = (2 * margin + 2).min((width - block.width) / 2);
    let right = (2 * margin + 2).min(width - block.width - left);
    let above = margin + 1;
    let moved = |r: &Rect| Rect { x: r.x + left, y: r.y + above, ..*r };
    let scene = Scene {
        width: block.width + left + right,
        height: block.height + 2 * above,
        nodes: block.nodes.iter().map(|(n, r)| (*n, moved(r), plan.node_lines[*n].clone())).collect(),
        groups: block.groups.iter().map(|(g, r)| (*g, moved(r))).collect(),
        labels: block.labels.iter().map(|(e, r)| (*e, moved(r), plan.label_lines[*e].clone())).collect(),
        paths: Vec::new(),
    };
    (scene.width * scene.height <= CELLS_MAX).then_some(scene)
}

/// Where a line of `wide` columns begins that stands in the middle of `room` columns.
pub(super) fn centred(line: &str, room: usize) -> usize {
    room.saturating_sub(text::width(line)) / 2
}
