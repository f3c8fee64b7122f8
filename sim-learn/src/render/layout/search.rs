//! The cheapest way of one line over the grid (A*). Two lines may share a cell only where one crosses the other at a
//! right angle; they never run, turn or end on one another, so no picture shows an edge that is not there.
//!
//! Four things keep it quick where many lines stand: a state is looked at once, even if a cheaper way to it turns up
//! later; what has fallen far behind the front is dropped, since a line through a crowd pays more per cell than the
//! front expects and all that lies behind would be looked at first; a state is 8 bytes; and a look at a neighbour, of
//! which a large chart takes millions, is a few additions: no edge to mind, no division, distances from a table.

use super::Rect;
use super::grid::{ACROSS, ALONG, BLOCK, Grid, Path, SOLID, Side, side_to, step};
use super::places::{Places, Port, Stop, leaving};
use super::route::Wire;
use crate::render::mermaid_text::graph::{End, Graph, Tip};

/// Prices. A step is 2, so that small preferences can be said in between.
const STEP: u32 = 2;
/// What a step is thought to cost on average: more than the least, so that the search goes straight for its goal and
/// now and then takes a way that is a little longer than another.
const AHEAD: u32 = 4;
/// The same where lines crowd: they keep their distance from each other, which costs, and a search that expects less looks
/// at much of what lies behind it. The price are some more bends and crossings.
const AHEAD_IN_A_CROWD: u32 = 6;
/// So many lines are a crowd.
const CROWD: usize = 100;
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

/// Bits of a tag: part of the way that was found; looked at; entered from a neighbour; that neighbour's own direction; the side on which it lies.
const FOUND: u32 = 1 << 5;
const CLOSED: u32 = 1 << 4;
const ENTERED: u32 = 1 << 3;
const WAS_VERTICAL: u32 = 1 << 2;
const SEARCH: u32 = 6;
/// A state in a bucket that is not to be looked at, but is an end of the line.
const END: u32 = 1 << 31;

/// Buckets of the queue. What is due later than that comes up early, which costs a detour at worst.
const BUCKETS: usize = 2048;
/// No entry.
const NONE: u32 = u32::MAX;

/// States that wait, by price; of one price, the last comes first.
struct Queue {
    /// The last entry of each price.
    last: Vec<u32>,
    /// A state, and the entry of the same price before it.
    entries: Vec<(u32, u32)>,
}

impl Queue {
    fn clear(&mut self) {
        self.last.fill(NONE);
        self.entries.clear();
    }

    fn push(&mut self, price: u32, state: u32) {
        let last = &mut self.last[price as usize % BUCKETS];
        self.entries.push((state, *last));
        *last = self.entries.len() as u32 - 1;
    }

    fn pop(&mut self, price: u32) -> Option<u32> {
        let last = &mut self.last[price as usize % BUCKETS];
        let &(state, before) = self.entries.get(*last as usize)?;
        *last = before;
        Some(state)
    }
}

/// What is left to go from a cell at least, as a sum over its column and its row.
struct Ahead {
    /// For each step.
    step: u32,
    columns: Vec<u32>,
    rows: Vec<u32>,
}

impl Ahead {
    fn new(grid: &Grid, target: Rect, step: u32) -> Self {
        let off = |at: usize, first: usize, size: usize| {
            step * first.saturating_sub(at).max((at + 1).saturating_sub(first + size)) as u32
        };
        Self {
            step,
            columns: (0..grid.row()).map(|x| off(x, target.x, target.w)).collect(),
            rows: (0..grid.height).map(|y| off(y, target.y, target.h)).collect(),
        }
    }

    fn of(&self, (x, y): (usize, usize)) -> u32 {
        self.columns[x] + self.rows[y]
    }
}

/// What is the same for all states of one search.
struct Hunt<'a> {
    grid: &'a Grid,
    /// Prices of the frames; none for those that are not crossed.
    frames: &'a [Option<u32>],
    ahead: &'a Ahead,
    /// Whether other lines may be pushed aside.
    push: bool,
}

/// The state that is looked at.
struct Here {
    cell: usize,
    place: (usize, usize),
    cost: u32,
    vertical: bool,
    /// What a turn costs, if the way may turn here.
    turn_price: Option<u32>,
    /// Where it was entered from.
    back: Option<Side>,
}

/// Working memory of the search, used again for each line.
pub(super) struct Search {
    states: Vec<State>,
    /// The search in which a state is a goal, and what ending there costs.
    goals: Vec<(u32, u32)>,
    now: u32,
    queue: Queue,
    /// What a step is thought to cost.
    ahead: u32,
}

impl Search {
    /// For so many lines over so many cells.
    pub(super) fn new(cells: usize, lines: usize) -> Self {
        Self {
            ahead: if lines < CROWD { AHEAD } else { AHEAD_IN_A_CROWD },
            states: vec![State::default(); cells * 2],
            goals: vec![(0, 0); cells * 2],
            now: 0,
            queue: Queue { last: vec![NONE; BUCKETS], entries: Vec::new() },
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
        self.queue.clear();
        let (starts, goals) = ports(graph, grid, places, (wire, label_side, reach.push));
        for port in &goals {
            self.goals[state_of(grid, port)] = (self.now, port.cost);
        }
        let frames = frame_costs(graph, wire);
        let everywhere = Rect { x: 0, y: 0, w: grid.row(), h: grid.height };
        let ahead = Ahead::new(grid, if inside(graph, wire)[1] { everywhere } else { places.of(wire.to) }, self.ahead);
        let due = |port: &Port| port.cost + ahead.of(port.cell);
        let mut level = starts.iter().map(due).min()?;
        for port in &starts {
            let state = state_of(grid, port);
            if self.cheaper(state, port.cost, 0) {
                self.wait(state, due(port), level);
            }
        }
        let hunt = Hunt { grid, frames: &frames, ahead: &ahead, push: reach.push };
        let window = reach.window * ahead.step;
        let mut nearest = u32::MAX - window;
        let mut idle = 0;
        let end = loop {
            let Some(state) = self.queue.pop(level) else {
                level += 1;
                idle += 1;
                if idle > BUCKETS {
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
            let place = grid.place(cell);
            let left = ahead.of(place);
            if left > nearest + window {
                continue;
            }
            nearest = nearest.min(left);
            *steps = steps.saturating_sub(1);
            if *steps == 0 {
                return None;
            }
            let first = tag & ENTERED == 0;
            // Goals lie beside what the line leads to.
            if left <= ahead.step && self.goals[state].0 == self.now && (!first || wire.plain) {
                // An end when the price of its port is due; a way on until then.
                let due = (cost + self.goals[state].1).clamp(level, level + BUCKETS as u32 - 1);
                self.queue.push(due, state as u32 | END);
            }
            let vertical = state % 2 == 1;
            let turn_price = match (grid.cells[cell].flags == 0, reach.push && grid.fixed(cell) == 0) {
                _ if first && wire.tail != Tip::Plain => None,
                (true, _) => Some(BEND),
                (false, true) => Some(BEND + PUSH),
                (false, false) => None,
            };
            let here =
                Here { cell, place, cost, vertical, turn_price, back: (!first).then(|| Side::ALL[(tag & 3) as usize]) };
            // One after the other, not in a loop: so each is compiled for its side.
            level = self.look(&hunt, &here, Side::Up, level);
            level = self.look(&hunt, &here, Side::Right, level);
            level = self.look(&hunt, &here, Side::Down, level);
            level = self.look(&hunt, &here, Side::Left, level);
        };
        self.path(grid, wire, end, &starts, &goals)
    }

    /// Looks at the neighbour on a side; the answer is the price at which the search goes on.
    #[inline(always)]
    fn look(&mut self, hunt: &Hunt, here: &Here, side: Side, level: u32) -> u32 {
        let turns = side.vertical() != here.vertical;
        // Back again: the way would lie on itself.
        if turns && here.turn_price.is_none() || here.back == Some(side) {
            return level;
        }
        let at = match side {
            Side::Up => here.cell - hunt.grid.row(),
            Side::Right => here.cell + 1,
            Side::Down => here.cell + hunt.grid.row(),
            Side::Left => here.cell - 1,
        };
        let next = hunt.grid.cells[at];
        let mut price = here.cost + STEP + u32::from(next.soft);
        if turns {
            price += here.turn_price.unwrap_or(0);
        }
        if next.flags != 0 {
            let taken = BLOCK | SOLID | if side.vertical() { ALONG } else { ACROSS };
            if next.flags & taken != 0 {
                if !hunt.push || hunt.grid.fixed(at) & taken != 0 {
                    return level;
                }
                price += PUSH;
            }
            price += match next.frame {
                0 => CROSSING,
                frame => match hunt.frames[usize::from(frame) - 1] {
                    Some(cost) => cost,
                    None => return level,
                },
            };
        }
        let to = at * 2 + usize::from(side.vertical());
        let from = ENTERED | if here.vertical { WAS_VERTICAL } else { 0 } | side.opposite() as u32;
        if !self.cheaper(to, price, from) {
            return level;
        }
        level.min(self.wait(to, price + hunt.ahead.of(step(here.place, side)), level))
    }

    /// Notes a way to a state, if it is new or cheaper than before.
    fn cheaper(&mut self, state: usize, cost: u32, from: u32) -> bool {
        let known = &mut self.states[state];
        if known.tag >> SEARCH == self.now && (known.tag & CLOSED != 0 || known.cost <= cost) {
            return false;
        }
        *known = State { cost, tag: self.now << SEARCH | from };
        true
    }

    /// Lets a state wait until it is due; the answer is the price at which it comes up.
    fn wait(&mut self, state: usize, due: u32, level: u32) -> u32 {
        let due = due.min(level + BUCKETS as u32 - 1);
        self.queue.push(due, state as u32);
        due
    }

    fn path(&mut self, grid: &Grid, wire: &Wire, end: usize, starts: &[Port], goals: &[Port]) -> Option<Path> {
        let mut cells = Vec::new();
        let mut state = end;
        loop {
            // A way that crosses itself would hide its own turns.
            let other = self.states[state ^ 1].tag;
            if other >> SEARCH == self.now && other & FOUND != 0 {
                return None;
            }
            self.states[state].tag |= FOUND;
            let cell = grid.place(state / 2);
            cells.push(cell);
            let tag = self.states[state].tag;
            if tag & ENTERED == 0 {
                break;
            }
            let (x, y) = step(cell, Side::ALL[(tag & 3) as usize]);
            state = grid.at(x, y) * 2 + usize::from(tag & WAS_VERTICAL != 0);
        }
        cells.reverse();
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
