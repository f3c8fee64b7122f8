//! The cheapest way of one line over the grid (A*). Two lines may share a cell only where one crosses the other at a
//! right angle; they never run, turn or end on one another, so no picture shows an edge that is not there.
//!
//! Three things keep it quick where many lines stand: a state is looked at once, even if a cheaper way to it turns up
//! later; what has fallen far behind the front is dropped, since a line through a crowd pays more per cell than the
//! front expects and all that lies behind would be looked at first; and a state is 8 bytes.

use super::grid::{ACROSS, ALONG, BLOCK, Grid, Path, SOLID, Side, side_to, step};
use super::places::{Places, Port, Stop, leaving};
use super::route::Wire;
use crate::render::mermaid_text::graph::{End, Graph, Tip};

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
/// Through a cell that another line has, which must then go elsewhere.
const PUSH: u32 = 60;

/// How far a line may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    /// Cells that a state may lie behind the front.
    pub window: u32,
    /// Whether other lines may be pushed aside.
    pub push: bool,
}

/// What is known of a state: a cell, and whether it was entered vertically.
#[derive(Clone, Copy, Default)]
struct State {
    cost: u32,
    /// The search in which this was written, whether it was looked at, and where it was entered from.
    tag: u32,
}

/// Bits of a tag: looked at; entered from a neighbour; that neighbour's own direction; the side on which it lies.
const CLOSED: u32 = 1 << 4;
const ENTERED: u32 = 1 << 3;
const WAS_VERTICAL: u32 = 1 << 2;
const SEARCH: u32 = 5;
/// A state in a bucket that is not to be looked at, but is an end of the line.
const END: u32 = 1 << 31;

/// Buckets of the ring. What is due later than that comes up early, which costs a detour at worst.
const RING: usize = 2048;

/// Working memory of the search, used again for each line.
pub(super) struct Search {
    states: Vec<State>,
    /// The search in which a state is a goal, and what ending there costs.
    goals: Vec<(u32, u32)>,
    now: u32,
    /// States that wait, by price.
    ring: Vec<Vec<u32>>,
}

impl Search {
    pub(super) fn new(cells: usize) -> Self {
        Self {
            states: vec![State::default(); cells * 2],
            goals: vec![(0, 0); cells * 2],
            now: 0,
            ring: vec![Vec::new(); RING],
        }
    }

    /// A way for a wire that does not come to its label on `label_side`, where its other half is.
    pub(super) fn find(
        &mut self,
        graph: &Graph,
        grid: &Grid,
        places: &Places,
        (wire, label_side, reach): (&Wire, Option<Side>, Reach),
        steps: &mut usize,
    ) -> Option<Path> {
        self.now += 1;
        self.ring.iter_mut().for_each(Vec::clear);
        let (starts, goals) = ports(graph, grid, places, (wire, label_side, reach.push));
        for port in &goals {
            self.goals[state_of(grid, port)] = (self.now, port.cost);
        }
        let frames = frame_costs(graph, wire);
        let target = places.of(wire.to);
        let within_target = inside(graph, wire)[1];
        let ahead = |x: usize, y: usize| -> u32 {
            if within_target {
                return 0;
            }
            let dx = target.x.saturating_sub(x).max((x + 1).saturating_sub(target.x + target.w));
            let dy = target.y.saturating_sub(y).max((y + 1).saturating_sub(target.y + target.h));
            AHEAD * (dx + dy) as u32
        };
        let due = |port: &Port| port.cost + ahead(port.cell.0, port.cell.1);
        let mut level = starts.iter().map(due).min()?;
        for port in &starts {
            self.offer(state_of(grid, port), port.cost, 0, due(port), level);
        }
        let window = reach.window * AHEAD;
        let mut nearest = u32::MAX - window;
        let mut idle = 0;
        let end = loop {
            let Some(state) = self.ring[level as usize % RING].pop() else {
                level += 1;
                idle += 1;
                if idle > RING {
                    return None;
                }
                continue;
            };
            idle = 0;
            if state & END != 0 {
                break (state & !END) as usize;
            }
            let state = state as usize;
            let State { cost, tag } = self.states[state];
            if tag & CLOSED != 0 {
                continue;
            }
            self.states[state].tag |= CLOSED;
            let cell = state / 2;
            let (x, y) = (cell % grid.width, cell / grid.width);
            let left = ahead(x, y);
            if left > nearest + window {
                continue;
            }
            nearest = nearest.min(left);
            *steps = steps.saturating_sub(1);
            if *steps == 0 {
                return None;
            }
            let first = tag & ENTERED == 0;
            if self.goals[state].0 == self.now && (!first || wire.plain) {
                // An end when the price of its port is due; a way on until then.
                let due = (cost + self.goals[state].1).clamp(level, level + RING as u32 - 1);
                self.ring[due as usize % RING].push(state as u32 | END);
            }
            let vertical = state % 2 == 1;
            let here = grid.cells[cell];
            let turn_price = match (here.flags == 0, reach.push && grid.fixed(cell) == 0) {
                _ if first && wire.tail != Tip::Plain => None,
                (true, _) => Some(BEND),
                (false, true) => Some(BEND + PUSH),
                (false, false) => None,
            };
            let back = (!first).then(|| Side::ALL[(tag & 3) as usize]);
            for side in Side::ALL {
                let turns = side.vertical() != vertical;
                // Back again: the way would lie on itself.
                if turns && turn_price.is_none() || back == Some(side) {
                    continue;
                }
                let (nx, ny) = step((x, y), side);
                if nx >= grid.width || ny >= grid.height {
                    continue;
                }
                let at = grid.at(nx, ny);
                let next = grid.cells[at];
                let mut price = cost + STEP + u32::from(next.soft);
                if turns {
                    price += turn_price.unwrap_or(0);
                }
                if next.flags != 0 {
                    let taken = BLOCK | SOLID | if side.vertical() { ALONG } else { ACROSS };
                    if next.flags & taken != 0 {
                        if !reach.push || grid.fixed(at) & taken != 0 {
                            continue;
                        }
                        price += PUSH;
                    }
                    price += match next.frame {
                        0 => CROSSING,
                        frame => match frames[usize::from(frame) - 1] {
                            Some(cost) => cost,
                            None => continue,
                        },
                    };
                }
                let from = ENTERED | if vertical { WAS_VERTICAL } else { 0 } | side.opposite() as u32;
                let to = at * 2 + usize::from(side.vertical());
                level = level.min(self.offer(to, price, from, price + ahead(nx, ny), level));
            }
        };
        self.path(grid, wire, end, &starts, &goals)
    }

    /// Enters a state if it is new or cheaper than before; the answer is the price at which it is due.
    fn offer(&mut self, state: usize, cost: u32, from: u32, due: u32, level: u32) -> u32 {
        let known = &mut self.states[state];
        if known.tag >> SEARCH == self.now && (known.tag & CLOSED != 0 || known.cost <= cost) {
            return u32::MAX;
        }
        *known = State { cost, tag: self.now << SEARCH | from };
        let due = due.min(level + RING as u32 - 1);
        self.ring[due as usize % RING].push(state as u32);
        due
    }

    fn path(&self, grid: &Grid, wire: &Wire, end: usize, starts: &[Port], goals: &[Port]) -> Option<Path> {
        let mut cells = Vec::new();
        let mut state = end;
        loop {
            let cell = (state / 2 % grid.width, state / 2 / grid.width);
            cells.push(cell);
            let tag = self.states[state].tag;
            if tag & ENTERED == 0 {
                break;
            }
            let (x, y) = step(cell, Side::ALL[(tag & 3) as usize]);
            state = grid.at(x, y) * 2 + usize::from(tag & WAS_VERTICAL != 0);
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

fn state_of(grid: &Grid, port: &Port) -> usize {
    grid.at(port.cell.0, port.cell.1) * 2 + usize::from(port.side.vertical())
}

/// Whether the edge runs within its first end, and within its second.
fn inside(graph: &Graph, wire: &Wire) -> [bool; 2] {
    let edge = &graph.edges[wire.edge];
    let holds =
        |end: End, other: End| matches!(end, End::Group(g) if end != other && graph.ancestors(other).contains(&g));
    [holds(edge.from, edge.to), holds(edge.to, edge.from)]
}

/// Prices of the frames: those at which the edge ends are not crossed; those around one end only must be.
fn frame_costs(graph: &Graph, wire: &Wire) -> Vec<Option<u32>> {
    let edge = &graph.edges[wire.edge];
    let around = [graph.ancestors(edge.from), graph.ancestors(edge.to)];
    let cost = |g: usize| {
        if edge.from == End::Group(g) || edge.to == End::Group(g) {
            None
        } else if around[0].contains(&g) != around[1].contains(&g) {
            Some(OWN_FRAME)
        } else {
            Some(FOREIGN_FRAME)
        }
    };
    (0..graph.groups.len()).map(cost).collect()
}

/// Where the wire can start and end.
fn ports(
    graph: &Graph,
    grid: &Grid,
    places: &Places,
    (wire, label_side, push): (&Wire, Option<Side>, bool),
) -> (Vec<Port>, Vec<Port>) {
    let out_side = leaving(places.flow[wire.edge]);
    let inside = inside(graph, wire);
    let ports = |stop: Stop, is_from: bool| {
        let within = matches!(stop, Stop::End(_)) && inside[usize::from(!is_from)];
        // Inside a frame the line leaves its upper border downwards: that is the border on the far side.
        let favour = match (is_from, within) {
            (true, false) | (false, true) => out_side,
            (true, true) | (false, false) => out_side.opposite(),
        };
        let mut ports = places.ports(stop, within, favour, grid);
        ports.retain(|port| grid.open(port.cell, port.side) || push && grid.could_open(port.cell, port.side));
        for port in &mut ports {
            if push {
                let worn = grid.cells[grid.at(port.cell.0, port.cell.1)].soft;
                port.cost += u32::from(worn) + if grid.open(port.cell, port.side) { 0 } else { PUSH };
            }
        }
        if matches!(stop, Stop::Label(_)) {
            ports.retain(|port| Some(port.side) != label_side);
        }
        ports
    };
    let (mut starts, mut goals) = (ports(wire.from, true), ports(wire.to, false));
    if wire.from == wire.to {
        // From a box to itself: round a corner, from an upright side to a level one.
        starts.retain(|port| !port.side.vertical());
        goals.retain(|port| port.side.vertical());
    }
    (starts, goals)
}
