//! Lines: each edge takes the cheapest way over the grid (A*). Two lines may share a cell only where one crosses the
//! other at a right angle; they never run, turn or end on one another, so no picture shows an edge that is not there.

use super::grid::{ACROSS, ALONG, BLOCK, Grid, Path, SOLID, Side, Span, label_spans, side_to, step};
use super::{Rect, Scene};
use crate::render::mermaid_text::graph::{Direction, End, Graph, Stroke, Tip};
use crate::render::text;

/// Prices. A step is 2, so that small preferences can be said in between.
const STEP: u32 = 2;
/// What a step is thought to cost on average: more than the least, so that the search goes straight for its goal and
/// now and then takes a way that is a little longer than another.
const AHEAD: u32 = 4;
const BEND: u32 = 7;
const CROSSING: u32 = 8;
const OWN_FRAME: u32 = 2;
/// Through the frame of a subgraph that the edge has nothing to do with.
const FOREIGN_FRAME: u32 = 60;
/// Leaving or entering a box on a side that does not follow the flow; on the opposite side.
const ASIDE: u32 = 8;
const BACKWARDS: u32 = 16;

/// A cell beside a box where a line can start or end.
#[derive(Clone, Copy, Debug)]
struct Port {
    cell: (usize, usize),
    /// Where the box lies.
    side: Side,
    cost: u32,
}

/// What a line is tied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    End(End),
    Label(usize),
}

/// One line to be found.
struct Wire {
    edge: usize,
    from: Stop,
    to: Stop,
    tail: Tip,
    /// No tip at either end: one cell of line is enough.
    plain: bool,
}

/// How often lines that found no way are drawn before all others.
const RETRIES: usize = 3;

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
    let empty = Grid::new(scene, |g| text::width(&graph.groups[g].title));
    let mut search = Search::new(empty.flags.len());
    for _ in 0..=RETRIES {
        match all(graph, &places, &wires, empty.clone(), &mut search, steps) {
            Ok(paths) => {
                scene.paths = paths;
                scene.paths.sort_by_key(|path| path.edge);
                return true;
            }
            Err(_) if *steps == 0 => return false,
            Err(lost) => wires[..=lost].rotate_right(1),
        }
    }
    false
}

/// Draws the wires one after the other; the number of the first that finds no way.
fn all(
    graph: &Graph,
    places: &Places,
    wires: &[Wire],
    mut grid: Grid,
    search: &mut Search,
    steps: &mut usize,
) -> Result<Vec<Path>, usize> {
    let mut paths = Vec::with_capacity(wires.len());
    // The side of each label at which its first line came: the other one leaves elsewhere, so that it reads as one.
    let mut label_side: Vec<Option<Side>> = vec![None; graph.edges.len()];
    for (n, wire) in wires.iter().enumerate() {
        let path = search.find(graph, &grid, places, (wire, label_side[wire.edge]), steps).ok_or(n)?;
        let edge = &graph.edges[wire.edge];
        let tips = [path.from_end && edge.tail != Tip::Plain, path.to_end && edge.head != Tip::Plain];
        if path.cells.len() < least_cells(tips) || !grid.take(&path, tips, edge.stroke != Stroke::Solid) {
            return Err(n);
        }
        if !path.from_end {
            label_side[wire.edge] = Some(path.tail_side);
        } else if !path.to_end {
            label_side[wire.edge] = Some(path.head_side);
        }
        paths.push(path);
    }
    Ok(paths)
}

/// Cells that a line takes at least: beside its tips some of the line itself must show.
pub(super) fn least_cells(tips: [bool; 2]) -> usize {
    1 + tips.iter().filter(|tip| **tip).count()
}

fn distance(a: Rect, b: Rect) -> usize {
    let apart = |a: usize, al: usize, b: usize, bl: usize| b.saturating_sub(a + al).max(a.saturating_sub(b + bl));
    apart(a.x, a.w, b.x, b.w) + apart(a.y, a.h, b.y, b.h)
}

/// Where everything stands, by number.
struct Places {
    nodes: Vec<Rect>,
    groups: Vec<Rect>,
    titles: Vec<usize>,
    labels: Vec<Option<(Rect, Vec<Span>)>>,
    flow: Vec<Direction>,
}

impl Places {
    fn new(graph: &Graph, scene: &Scene) -> Self {
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

    fn of(&self, stop: Stop) -> Rect {
        match stop {
            Stop::End(End::Node(n)) => self.nodes[n],
            Stop::End(End::Group(g)) => self.groups[g],
            Stop::Label(e) => self.labels[e].as_ref().map_or(Rect { x: 0, y: 0, w: 1, h: 1 }, |(rect, _)| *rect),
        }
    }

    /// The cells at which a line can leave (or enter) a stop. `inside`: the line runs within the group it ends at.
    /// `favour` is the side that follows the flow.
    fn ports(&self, stop: Stop, inside: bool, favour: Side, grid: &Grid) -> Vec<Port> {
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
fn leaving(flow: Direction) -> Side {
    match flow {
        Direction::Down => Side::Down,
        Direction::Up => Side::Up,
        Direction::Right => Side::Right,
        Direction::Left => Side::Left,
    }
}

/// Working memory of the search, used again for each line. A state is a cell and whether it was entered vertically.
struct Search {
    cost: Vec<u32>,
    /// The search in which `cost` was written.
    stamp: Vec<u32>,
    from: Vec<u32>,
    goal: Vec<u32>,
    goal_cost: Vec<u32>,
    now: u32,
    buckets: Vec<Vec<u32>>,
}

const NONE: u32 = u32::MAX;

impl Search {
    fn new(cells: usize) -> Self {
        Self {
            cost: vec![0; cells * 2],
            stamp: vec![0; cells * 2],
            from: vec![NONE; cells * 2],
            goal: vec![0; cells * 2],
            goal_cost: vec![0; cells * 2],
            now: 0,
            buckets: Vec::new(),
        }
    }

    fn find(
        &mut self,
        graph: &Graph,
        grid: &Grid,
        places: &Places,
        (wire, label_side): (&Wire, Option<Side>),
        steps: &mut usize,
    ) -> Option<Path> {
        self.now += 1;
        self.buckets.iter_mut().for_each(Vec::clear);
        let edge = &graph.edges[wire.edge];
        let around = [graph.ancestors(edge.from), graph.ancestors(edge.to)];
        let holds =
            |end: End, other: End| matches!(end, End::Group(g) if end != other && graph.ancestors(other).contains(&g));
        let inside = [holds(edge.from, edge.to), holds(edge.to, edge.from)];
        // Frames at which the edge ends are not crossed; those around one end only must be.
        let frame_cost: Vec<Option<u32>> = (0..graph.groups.len())
            .map(|g| {
                if edge.from == End::Group(g) || edge.to == End::Group(g) {
                    None
                } else if around[0].contains(&g) != around[1].contains(&g) {
                    Some(OWN_FRAME)
                } else {
                    Some(FOREIGN_FRAME)
                }
            })
            .collect();
        let flow = places.flow[wire.edge];
        let out_side = leaving(flow);
        let ports = |stop: Stop, is_from: bool| {
            let within = match stop {
                Stop::End(_) => inside[usize::from(!is_from)],
                Stop::Label(_) => false,
            };
            // Inside a frame the line leaves its upper border downwards: that is the border on the far side.
            let favour = match (is_from, within) {
                (true, false) | (false, true) => out_side,
                (true, true) | (false, false) => out_side.opposite(),
            };
            places.ports(stop, within, favour, grid)
        };
        let free = |port: &Port| {
            let at = grid.at(port.cell.0, port.cell.1);
            let (bx, by) = step(port.cell, port.side);
            let border = grid.at(bx, by);
            // The border of a frame may be crossed here already.
            let crossed = grid.frame[border] != 0
                && (grid.flags[border] & SOLID != 0 || grid.flags[border] & (ACROSS | ALONG) == (ACROSS | ALONG));
            grid.flags[at] == 0 && !crossed && grid.frame[at] == 0
        };
        let mut starts: Vec<Port> = ports(wire.from, true).into_iter().filter(free).collect();
        let mut goals: Vec<Port> = ports(wire.to, false).into_iter().filter(free).collect();
        if matches!(wire.from, Stop::Label(_)) {
            starts.retain(|port| Some(port.side) != label_side);
        }
        if matches!(wire.to, Stop::Label(_)) {
            goals.retain(|port| Some(port.side) != label_side);
        }
        if wire.from == wire.to {
            // From a box to itself: round a corner, from an upright side to a level one.
            starts.retain(|port| !port.side.vertical());
            goals.retain(|port| port.side.vertical());
        }
        for port in &goals {
            let state = grid.at(port.cell.0, port.cell.1) * 2 + usize::from(port.side.vertical());
            self.goal[state] = self.now;
            self.goal_cost[state] = port.cost;
        }
        let target = places.of(wire.to);
        let ahead = |x: usize, y: usize| -> u32 {
            let dx = target.x.saturating_sub(x).max(x.saturating_sub(target.x + target.w - 1));
            let dy = target.y.saturating_sub(y).max(y.saturating_sub(target.y + target.h - 1));
            AHEAD * (dx + dy) as u32
        };
        let within_target = inside[1];
        let ahead = |x, y| if within_target { 0 } else { ahead(x, y) };
        for port in &starts {
            let state = grid.at(port.cell.0, port.cell.1) * 2 + usize::from(port.side.vertical());
            self.offer(state, port.cost, NONE, ahead(port.cell.0, port.cell.1));
        }
        let mut level = 0;
        let end = 'search: loop {
            let Some(state) = self.buckets.get_mut(level)?.pop() else {
                level += 1;
                continue;
            };
            let state = state as usize;
            let cell = state / 2;
            let (x, y) = (cell % grid.width, cell / grid.width);
            let cost = self.cost[state];
            let done = self.goal[state] == self.now && (self.from[state] != NONE || wire.plain);
            if done && level as u32 >= cost + self.goal_cost[state] {
                break 'search state;
            }
            if cost + ahead(x, y) < level as u32 && !done {
                continue; // an older offer, since bettered
            }
            if done {
                // Comes up again when the price of its port is due.
                let due = (cost + self.goal_cost[state]) as usize;
                if self.buckets.len() <= due {
                    self.buckets.resize_with(due + 1, Vec::new);
                }
                self.buckets[due].push(state as u32);
            }
            *steps = steps.saturating_sub(1);
            if *steps == 0 {
                return None;
            }
            let vertical = state % 2 == 1;
            let first = self.from[state] == NONE;
            let may_turn = grid.flags[cell] == 0 && !(first && wire.tail != Tip::Plain);
            for side in Side::ALL {
                if side.vertical() != vertical && !may_turn {
                    continue;
                }
                let (nx, ny) = step((x, y), side);
                if nx >= grid.width || ny >= grid.height {
                    continue;
                }
                let next = grid.at(nx, ny);
                if !first && next == self.from[state] as usize / 2 {
                    continue; // back again: the way would lie on itself
                }
                let flags = grid.flags[next];
                let taken = if side.vertical() { ALONG } else { ACROSS };
                if flags & (BLOCK | SOLID | taken) != 0 {
                    continue;
                }
                let mut price = cost + STEP + u32::from(grid.soft[next]);
                if side.vertical() != vertical {
                    price += BEND;
                }
                if flags != 0 {
                    price += match grid.frame[next] {
                        0 => CROSSING,
                        frame => match frame_cost[usize::from(frame) - 1] {
                            Some(cost) => cost,
                            None => continue,
                        },
                    };
                }
                let to = next * 2 + usize::from(side.vertical());
                level = level.min(self.offer(to, price, state as u32, ahead(nx, ny)));
            }
        };
        self.path(grid, wire, end, &starts, &goals)
    }

    /// Enters a state if it is new or cheaper than before; the answer is the bucket in which it waits.
    fn offer(&mut self, state: usize, cost: u32, from: u32, ahead: u32) -> usize {
        if self.stamp[state] == self.now && self.cost[state] <= cost {
            return usize::MAX;
        }
        self.stamp[state] = self.now;
        self.cost[state] = cost;
        self.from[state] = from;
        let due = (cost + ahead) as usize;
        if self.buckets.len() <= due {
            self.buckets.resize_with(due + 1, Vec::new);
        }
        self.buckets[due].push(state as u32);
        due
    }

    fn path(&self, grid: &Grid, wire: &Wire, end: usize, starts: &[Port], goals: &[Port]) -> Option<Path> {
        let mut cells = Vec::new();
        let mut state = end;
        loop {
            cells.push((state / 2 % grid.width, state / 2 / grid.width));
            match self.from[state] {
                NONE => break,
                before => state = before as usize,
            }
        }
        cells.reverse();
        // A way that crosses itself would hide its own turns.
        let mut once = cells.clone();
        once.sort_unstable();
        once.dedup();
        if once.len() < cells.len() {
            return None;
        }
        let vertical = |at: usize| at % 2 == 1;
        let port = |ports: &[Port], cell, upright: bool, away: Option<Side>| {
            ports
                .iter()
                .filter(|p| p.cell == cell && p.side.vertical() == upright && Some(p.side) != away)
                .min_by_key(|p| p.cost)
                .map(|p| p.side)
        };
        let (first, last) = (cells[0], cells[cells.len() - 1]);
        let second = cells.get(1).map(|&cell| side_to(first, cell));
        let before_last = cells.len().checked_sub(2).map(|n| side_to(last, cells[n]));
        let tail_side = port(starts, first, vertical(state), second)?;
        Some(Path {
            edge: wire.edge,
            tail_side,
            head_side: port(goals, last, vertical(end), before_last.or(Some(tail_side)))?,
            cells,
            from_end: matches!(wire.from, Stop::End(_)),
            to_end: matches!(wire.to, Stop::End(_)),
        })
    }
}
