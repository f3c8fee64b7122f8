//! Where everything stands, and the cells at which lines can leave and enter it.

use super::grid::{Grid, Side, Span, label_spans, step};
use super::{Rect, Scene};
use crate::render::mermaid_text::graph::{Direction, End, Graph};
use crate::render::text;

/// Leaving or entering a box on a side that does not follow the flow; on the opposite side.
const ASIDE: u32 = 8;
const BACKWARDS: u32 = 16;

/// A cell beside a box where a line can start or end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Port {
    pub cell: (usize, usize),
    /// Where the box lies.
    pub side: Side,
    pub cost: u32,
}

/// What a line is tied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    End(End),
    Label(usize),
}

/// Where everything stands, by number.
pub(super) struct Places {
    nodes: Vec<Rect>,
    groups: Vec<Rect>,
    titles: Vec<usize>,
    pub labels: Vec<Option<(Rect, Vec<Span>)>>,
    pub flow: Vec<Direction>,
}

impl Places {
    pub(super) fn new(graph: &Graph, scene: &Scene) -> Self {
        let nowhere = Rect { x: 0, y: 0, w: 1, h: 1 };
        let mut places = Self {
            nodes: vec![nowhere; graph.nodes.len()],
            groups: vec![nowhere; graph.groups.len()],
            titles: graph.groups.iter().map(|g| text::width(&g.title)).collect(),
            labels: vec![None; graph.edges.len()],
            flow: Vec::new(),
        };
        for (n, rect, _) in &scene.nodes {
            places.nodes[*n] = *rect;
        }
        for (g, rect) in &scene.groups {
            places.groups[*g] = *rect;
        }
        for (e, rect, lines) in &scene.labels {
            places.labels[*e] = Some((*rect, label_spans(*rect, lines)));
        }
        // How an edge really runs shows in where its ends stand.
        for edge in &graph.edges {
            let (a, b) = (places.of(Stop::End(edge.from)), places.of(Stop::End(edge.to)));
            places.flow.push(if a.y + a.h < b.y {
                Direction::Down
            } else if b.y + b.h < a.y {
                Direction::Up
            } else if a.x + a.w < b.x {
                Direction::Right
            } else if b.x + b.w < a.x {
                Direction::Left
            } else {
                Direction::Down
            });
        }
        places
    }

    pub(super) fn of(&self, stop: Stop) -> Rect {
        match stop {
            Stop::End(End::Node(n)) => self.nodes[n],
            Stop::End(End::Group(g)) => self.groups[g],
            Stop::Label(e) => self.labels[e].as_ref().map_or(Rect { x: 0, y: 0, w: 1, h: 1 }, |(rect, _)| *rect),
        }
    }

    /// The cells at which a line can leave (or enter) a stop. `inside`: the line runs within the group it ends at.
    /// `favour` is the side that follows the flow.
    pub(super) fn ports(&self, stop: Stop, inside: bool, favour: Side, grid: &Grid) -> Vec<Port> {
        let rect = self.of(stop);
        let mut ports = Vec::new();
        let mut add = |x: usize, y: usize, side: Side, off: usize| {
            // `side` is where the line is, seen from the box.
            let at = if inside { side.opposite() } else { side };
            let (dx, dy) = step((x, y), at);
            if dx >= grid.width || dy >= grid.height {
                return;
            }
            let turn = if side == favour {
                0
            } else if side == favour.opposite() {
                BACKWARDS
            } else {
                ASIDE
            };
            let box_side = at.opposite();
            ports.push(Port { cell: (dx, dy), side: box_side, cost: turn + (off as u32).min(9) });
        };
        let (right, bottom) = (rect.x + rect.w - 1, rect.y + rect.h - 1);
        if let Stop::Label(e) = stop {
            let Some((_, spans)) = &self.labels[e] else { return ports };
            for (span, y, side) in [(spans.first(), rect.y, Side::Up), (spans.last(), bottom, Side::Down)] {
                let Some(Span { start, width, letters }) = span else { continue };
                for &x in letters {
                    let off = x.abs_diff(start + width / 2);
                    if off <= 2 || letters.len() <= 2 {
                        add(x, y, side, off);
                    }
                }
            }
            for (n, span) in spans.iter().enumerate() {
                if span.start == rect.x + 1 && span.width + 2 == rect.w {
                    add(rect.x, rect.y + n, Side::Left, 1);
                    add(right, rect.y + n, Side::Right, 1);
                }
            }
            return ports;
        }
        let title = match stop {
            Stop::End(End::Group(g)) => rect.x + 4 + self.titles[g],
            _ => rect.x + 1,
        };
        let (middle_x, middle_y) = (rect.x + rect.w / 2, rect.y + rect.h / 2);
        for x in rect.x + 1..right {
            if x >= title {
                add(x, rect.y, Side::Up, x.abs_diff(middle_x));
            }
            add(x, bottom, Side::Down, x.abs_diff(middle_x));
        }
        for y in rect.y + 1..bottom {
            add(rect.x, y, Side::Left, y.abs_diff(middle_y));
            add(right, y, Side::Right, y.abs_diff(middle_y));
        }
        ports
    }
}

/// The side of a box at which a line leaves that follows the flow.
pub(super) fn leaving(flow: Direction) -> Side {
    match flow {
        Direction::Down => Side::Down,
        Direction::Up => Side::Up,
        Direction::Right => Side::Right,
        Direction::Left => Side::Left,
    }
}
