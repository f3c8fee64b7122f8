//! Lines: each edge takes the cheapest way that `search` finds. A line that finds none pushes those aside that are in
//! its way, and they look for another.

use super::grid::{Grid, Path, Side};
use super::places::{Places, Stop};
use super::search::{Reach, Search};
use super::{Rect, Scene};
use crate::render::mermaid_text::graph::{Graph, Stroke, Tip};
use crate::render::text;
use std::collections::VecDeque;

/// One line to be found.
pub(super) struct Wire {
    pub edge: usize,
    pub from: Stop,
    pub to: Stop,
    pub tail: Tip,
    /// No tip at either end: one cell of line is enough.
    pub plain: bool,
}

/// How far a line looks at first, and when it found nothing.
const NEAR: Reach = Reach { window: 40, push: false };
const FAR: Reach = Reach { window: 80, push: true };
/// Lines may be pushed aside this often while no more of them have a way than before.
const PUSHES: usize = 12;
/// Cells of lines that are entered anew in the time of one step of the search.
const CELLS_PER_STEP: usize = 4;

/// Finds a way for every edge; false if one has none, or the work is used up (`steps` is 0 then).
pub(super) fn route(graph: &Graph, scene: &mut Scene, steps: &mut usize) -> bool {
    let places = Places::new(graph, scene);
    let mut wires = Vec::new();
    for (n, edge) in graph.edges.iter().enumerate() {
        let (from, to) = (Stop::End(edge.from), Stop::End(edge.to));
        if edge.stroke == Stroke::Invisible {
            continue;
        }
        if places.labels[n].is_some() {
            let label = Stop::Label(n);
            wires.push(Wire { edge: n, from, to: label, tail: edge.tail, plain: edge.tail == Tip::Plain });
            wires.push(Wire { edge: n, from: label, to, tail: Tip::Plain, plain: edge.head == Tip::Plain });
        } else {
            let plain = edge.tail == Tip::Plain && edge.head == Tip::Plain && from != to;
            wires.push(Wire { edge: n, from, to, tail: edge.tail, plain });
        }
    }
    // Short ones first: they have the fewest ways to go.
    wires.sort_by_key(|wire| distance(places.of(wire.from), places.of(wire.to)));
    let grid = Grid::new(scene, |g| text::width(&graph.groups[g].title));
    match (Board { graph, places: &places, wires: &wires, grid, paths: Vec::new() }).fill(steps) {
        Some(paths) => {
            scene.paths = paths;
            scene.paths.sort_by_key(|path| path.edge);
            true
        }
        None => false,
    }
}

/// A picture whose lines are being found.
struct Board<'a> {
    graph: &'a Graph,
    places: &'a Places,
    wires: &'a [Wire],
    grid: Grid,
    /// Wires that have a way, in the order in which they were entered.
    paths: Vec<(usize, Path)>,
}

impl Board<'_> {
    fn fill(mut self, steps: &mut usize) -> Option<Vec<Path>> {
        let mut search = Search::new(self.grid.cells.len(), self.wires.len());
        let mut waiting: VecDeque<usize> = (0..self.wires.len()).collect();
        // The fewest that ever waited, and the pushes since.
        let (mut fewest, mut pushes) = (waiting.len(), 0);
        while let Some(wire) = waiting.pop_front() {
            if let Some(path) = self.find(&mut search, wire, NEAR, steps) {
                if self.enter(wire, path) {
                    continue;
                }
                self.replay(None, steps);
            }
            pushes = if waiting.len() < fewest { 0 } else { pushes + 1 };
            fewest = fewest.min(waiting.len());
            if pushes > PUSHES || *steps == 0 {
                return None;
            }
            let path = self.find(&mut search, wire, FAR, steps)?;
            self.grid.wear(&path);
            let away = self.replay(Some((wire, path)), steps);
            if away.contains(&wire) {
                return None;
            }
            away.into_iter().rev().for_each(|n| waiting.push_front(n));
        }
        Some(self.paths.into_iter().map(|(_, path)| path).collect())
    }

    fn find(&self, search: &mut Search, n: usize, reach: Reach, steps: &mut usize) -> Option<Path> {
        let wire = &self.wires[n];
        search.find(self.graph, &self.grid, self.places, (wire, self.label_side(n), reach), steps)
    }

    /// The side of a wire's label at which its other half is: it comes elsewhere itself, so that both read as one line.
    fn label_side(&self, n: usize) -> Option<Side> {
        let half = self.paths.iter().find(|(other, path)| *other != n && path.edge == self.wires[n].edge);
        half.map(|(_, path)| if path.from_end { path.head_side } else { path.tail_side })
    }

    /// Enters a way into the grid; false if it cannot be seen as what it is.
    fn enter(&mut self, n: usize, path: Path) -> bool {
        let edge = &self.graph.edges[path.edge];
        let tips = [path.from_end && edge.tail != Tip::Plain, path.to_end && edge.head != Tip::Plain];
        if path.cells.len() < least_cells(tips) || !self.grid.take(&path, tips, edge.stroke != Stroke::Solid) {
            return false;
        }
        self.paths.push((n, path));
        true
    }

    /// Enters all ways anew, `first` before all others. Those that then have no place are taken away.
    fn replay(&mut self, first: Option<(usize, Path)>, steps: &mut usize) -> Vec<usize> {
        let before = std::mem::take(&mut self.paths);
        self.grid.clear();
        let mut away = Vec::new();
        for (n, path) in first.into_iter().chain(before) {
            *steps = steps.saturating_sub(path.cells.len() / CELLS_PER_STEP);
            if !self.grid.fits(&path) {
                away.push(n);
            } else if !self.enter(n, path) {
                // What it entered stays until the next time; that only costs room.
                away.push(n);
            }
        }
        away
    }
}

/// Cells that a line takes at least: beside its tips some of the line itself must show.
pub(super) fn least_cells(tips: [bool; 2]) -> usize {
    1 + tips.iter().filter(|tip| **tip).count()
}

fn distance(a: Rect, b: Rect) -> usize {
    let apart = |a: usize, al: usize, b: usize, bl: usize| b.saturating_sub(a + al).max(a.saturating_sub(b + bl));
    apart(a.x, a.w, b.x, b.w) + apart(a.y, a.h, b.y, b.h)
}
