//! Where boxes stand: each container is laid out on its own, the innermost first, and is a box to the container around
//! it. Lines are not drawn here; only room is left for them.

use super::order::{Ranked, order};
use super::rank::{Link, ranks};
use super::route::least_cells;
use super::spread::spread;
use super::{Rect, Tuning};
use crate::render::mermaid_text::graph::{Direction, End, Graph, Stroke, Tip};
use crate::render::shape::{self, Shape};
use crate::render::text;

/// A container laid out: its size, and its parts relative to its upper left corner.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub width: usize,
    pub height: usize,
    pub nodes: Vec<(usize, Rect)>,
    pub groups: Vec<(usize, Rect)>,
    /// Labels of edges.
    pub labels: Vec<(usize, Rect)>,
}

/// A box within a container.
#[derive(Clone, Debug)]
enum Part {
    Node(usize),
    Group(usize, Block),
    Label(usize),
    /// Keeps a lane free for a long edge.
    Lane,
}

/// What the layout of a chart knows before any box stands.
pub(super) struct Plan<'a> {
    graph: &'a Graph,
    tuning: &'a Tuning,
    /// Members of each container; the page is 0, group `g` is `g + 1`.
    members: Vec<Vec<End>>,
    /// Edges that run directly in each container.
    edges: Vec<Vec<usize>>,
    /// Edges that cross the frame of each group, or end at it.
    through: Vec<usize>,
    /// Edges into and out of each node, and of each group: the larger number.
    node_ties: Vec<usize>,
    group_ties: Vec<usize>,
    pub(super) node_lines: Vec<Vec<String>>,
    pub(super) label_lines: Vec<Vec<String>>,
}

/// Lanes that are kept free for long edges in one container, all in all: each takes part in the order of its rank.
const LANES_MAX: usize = 3000;
/// Rows that are kept free for turning lines between two ranks, at most.
const TRACKS_MAX: usize = 14;

/// Columns by which the gaps of a broken rank grow at most.
const GAP_EXTRA_MAX: usize = 10;
/// Columns that boxes without lines may take even if the rest of the container is narrower.
const LONE_WIDTH: usize = 60;

impl<'a> Plan<'a> {
    pub(super) fn new(graph: &'a Graph, tuning: &'a Tuning) -> Self {
        let slot = |home: Option<usize>| home.map_or(0, |g| g + 1);
        let mut members = vec![Vec::new(); graph.groups.len() + 1];
        for n in 0..graph.nodes.len() {
            members[slot(graph.nodes[n].group)].push(End::Node(n));
        }
        for g in 0..graph.groups.len() {
            members[slot(graph.groups[g].parent)].push(End::Group(g));
        }
        let mut edges = vec![Vec::new(); graph.groups.len() + 1];
        let mut through = vec![0; graph.groups.len()];
        let mut ins = [vec![0; graph.nodes.len()], vec![0; graph.groups.len()]];
        let mut outs = ins.clone();
        for (n, edge) in graph.edges.iter().enumerate() {
            let home = graph.home(edge.from, edge.to);
            edges[slot(home)].push(n);
            if edge.stroke == Stroke::Invisible {
                continue;
            }
            for (end, ties) in [(edge.from, &mut outs), (edge.to, &mut ins)] {
                match end {
                    End::Node(n) => ties[0][n] += 1,
                    End::Group(g) => ties[1][g] += 1,
                }
                let mut at = end;
                while let Some(g) = graph.parent(at).filter(|&g| Some(g) != home) {
                    through[g] += 1;
                    at = End::Group(g);
                }
            }
        }
        let larger = |k: usize| outs[k].iter().zip(&ins[k]).map(|(a, b): (&usize, &usize)| *a.max(b)).collect();
        let (node_ties, group_ties) = (larger(0), larger(1));
        let node_lines = graph
            .nodes
            .iter()
            .map(|node| if node.shape == Shape::Bar { Vec::new() } else { text::wrap(&node.label, tuning.wrap) })
            .collect();
        let label_lines = graph.edges.iter().map(|edge| text::wrap(&edge.label, tuning.wrap.min(24))).collect();
        Self { graph, tuning, members, edges, through, node_ties, group_ties, node_lines, label_lines }
    }

    /// Lays out the page, or the inside of a group, within `room` columns if that can be done; the block says what it
    /// took.
    pub(super) fn arrange(&self, home: Option<usize>, flow: Direction, room: usize) -> Block {
        let flow = home.and_then(|g| self.graph.groups[g].direction).unwrap_or(flow);
        let flow = if self.tuning.upright && flow.horizontal() { Direction::Down } else { flow };
        let mut inner: Vec<Part> = Vec::new();
        for &member in &self.members[home.map_or(0, |g| g + 1)] {
            inner.push(match member {
                End::Node(n) => Part::Node(n),
                End::Group(g) => {
                    let (pad_x, _) = self.padding(g);
                    Part::Group(g, self.arrange(Some(g), flow, room.saturating_sub(2 * pad_x + 2)))
                }
            });
        }
        let block = self.lay(home, inner.clone(), flow, room);
        if flow.horizontal() && self.tuning.may_turn && block.width > room {
            return self.lay(home, inner, Direction::Down, room);
        }
        block
    }

    /// Space between a frame and what it holds: columns, rows.
    fn padding(&self, group: usize) -> (usize, usize) {
        let slack = self.tuning.slack;
        let through = self.through[group];
        (2 + slack.min(3) + (through / 6).min(2), 1 + slack.min(3) + (through / 3).min(2))
    }

    fn size(&self, part: &Part, flow: Direction, room: usize) -> (usize, usize) {
        match part {
            Part::Lane => (1, 1),
            Part::Label(edge) => {
                let lines = &self.label_lines[*edge];
                (longest(lines) + 2, lines.len())
            }
            Part::Node(n) => {
                let node = &self.graph.nodes[*n];
                let ties = self.node_ties[*n];
                let outline = shape::of(node.shape, self.tuning.ascii);
                let lines = &self.node_lines[*n];
                let sides = text::width(outline.left) + text::width(outline.right);
                let width = if node.shape == Shape::Bar { 9 } else { longest(lines) + 2 + sides };
                let height = lines.len() + 2;
                if flow.horizontal() {
                    (width, height.max((ties + 2).min(60)))
                } else {
                    (width.max((2 * ties + 1).min(room)), height)
                }
            }
            Part::Group(g, inner) => {
                let (pad_x, pad_y) = self.padding(*g);
                let title = text::width(&self.graph.groups[*g].title);
                let ties = self.group_ties[*g];
                let width = (inner.width + 2 * pad_x + 2).max(title + 6).max((2 * ties + 3).min(room));
                (width, (inner.height + 2 * pad_y + 2).max((ties + 2).min(60)))
            }
        }
    }

    fn lay(&self, home: Option<usize>, mut parts: Vec<Part>, flow: Direction, room: usize) -> Block {
        let slot = home.map_or(0, |g| g + 1);
        let index = self.members[slot].iter().enumerate().map(|(part, &member)| (member, part)).collect();
        let links = self.links(home, slot, &index, &mut parts);
        let lone = self.lone(&links, parts.len(), flow);
        let rank = ranks(parts.len(), &links);
        let (mut rows, ties) = ordered(&mut parts, &links, &rank);
        if matches!(flow, Direction::Up | Direction::Left) {
            rows.reverse();
        }
        let sizes: Vec<(usize, usize)> = parts.iter().map(|part| self.size(part, flow, room)).collect();
        let (along, across): (Vec<usize>, Vec<usize>) =
            sizes.iter().map(|&(w, h)| if flow.horizontal() { (w, h) } else { (h, w) }).unzip();
        let gap = |a: usize, b: usize| self.gap(&parts[a], &parts[b], flow);
        rows.iter_mut().for_each(|row| row.retain(|p| !lone.contains(p)));
        rows.retain(|row| !row.is_empty());
        let mut wider = vec![0; parts.len()];
        if !flow.horizontal() {
            (rows, wider) = broken(rows, &across, &gap, (&ties, room));
        }
        let gap = |a: usize, b: usize| gap(a, b) + wider[b];
        let limit = if flow.horizontal() { usize::MAX / 4 } else { room };
        let labels: Vec<usize> = (0..parts.len()).filter(|&p| matches!(parts[p], Part::Label(_))).collect();
        let cross_at = spread(&rows, &across, &gap, (&ties, &labels), limit);
        // Ranks of lanes alone have done their work once the order is known.
        rows.retain(|row| row.iter().any(|&p| !matches!(parts[p], Part::Lane)));
        let slim: Vec<bool> =
            rows.iter().map(|row| row.iter().all(|&p| matches!(parts[p], Part::Lane | Part::Label(_)))).collect();
        let cells = |&n: &usize| {
            let edge = &self.graph.edges[n];
            least_cells([edge.tail != Tip::Plain, edge.head != Tip::Plain])
        };
        let tips = self.edges[slot].iter().map(cells).max().unwrap_or(0).max(2);
        let main_at = self.main(&rows, &along, &across, &cross_at, &links, (flow, tips, &slim));
        let mut block = Block::default();
        for row in &rows {
            for &p in row {
                let (x, y) = if flow.horizontal() { (main_at[p], cross_at[p]) } else { (cross_at[p], main_at[p]) };
                let (w, h) = sizes[p];
                self.put(&mut block, &parts[p], Rect { x, y, w, h });
            }
        }
        self.shelve(&mut block, &parts, &sizes, &lone, room);
        block
    }

    /// Parts without any line, if there are others with: they stand below those, side by side, and take no rank.
    fn lone(&self, links: &[Link], members: usize, flow: Direction) -> Vec<usize> {
        let tied: std::collections::BTreeSet<usize> = links.iter().flat_map(|link| [link.from, link.to]).collect();
        if tied.is_empty() && flow.horizontal() {
            return Vec::new();
        }
        (0..members).filter(|part| !tied.contains(part)).collect()
    }

    /// Puts parts in rows below what stands already, no wider than that where it can be.
    fn shelve(&self, block: &mut Block, parts: &[Part], sizes: &[(usize, usize)], lone: &[usize], room: usize) {
        let room = if block.width == 0 { room } else { room.min(block.width.max(LONE_WIDTH)) };
        let slack = self.tuning.slack;
        let (mut x, mut y, mut height) = (0, block.height, 0);
        if block.height > 0 && !lone.is_empty() {
            y += 1 + slack;
        }
        for &p in lone {
            let (w, h) = sizes[p];
            if x > 0 && x + w > room {
                (x, y, height) = (0, y + height + 1 + slack, 0);
            }
            self.put(block, &parts[p], Rect { x, y, w, h });
            x += w + 3 + slack;
            height = height.max(h);
        }
    }

    /// What must stand after what. Labels of edges become parts of their own, between the ends.
    fn links(
        &self,
        home: Option<usize>,
        slot: usize,
        index: &std::collections::BTreeMap<End, usize>,
        parts: &mut Vec<Part>,
    ) -> Vec<Link> {
        let edges = &self.edges[slot];
        let labelled =
            |n: &&usize| !self.graph.edges[**n].label.is_empty() && self.graph.edges[**n].stroke != Stroke::Invisible;
        // With labels in between, every edge spans twice as much, so that boxes stay in line with each other.
        let scale = if edges.iter().any(|n| labelled(&n)) { 2 } else { 1 };
        let mut links = Vec::new();
        for n in edges {
            let edge = &self.graph.edges[*n];
            let from = self.graph.member(home, edge.from).and_then(|m| index.get(&m).copied());
            let to = self.graph.member(home, edge.to).and_then(|m| index.get(&m).copied());
            let length = edge.length.clamp(1, 6) * scale;
            if labelled(&n) {
                let label = parts.len();
                parts.push(Part::Label(*n));
                if let Some(from) = from {
                    links.push(Link { from, to: label, length: 1 });
                }
                if let Some(to) = to.filter(|to| Some(*to) != from) {
                    links.push(Link { from: label, to, length: length - 1 });
                }
            } else if let (Some(from), Some(to)) = (from, to)
                && from != to
            {
                links.push(Link { from, to, length });
            }
        }
        links
    }

    /// Space across the flow between two parts of one rank.
    fn gap(&self, a: &Part, b: &Part, flow: Direction) -> usize {
        let lane = matches!(a, Part::Lane) || matches!(b, Part::Lane);
        let label = matches!(a, Part::Label(_)) || matches!(b, Part::Label(_));
        let slack = self.tuning.slack;
        match (flow.horizontal(), lane) {
            (_, true) => 1,
            (true, false) => 1 + slack,
            (false, false) if label => 2 + slack,
            (false, false) => 3 + slack + slack / 2,
        }
    }

    /// Positions along the flow: between two ranks as many tracks are left as lines turn there.
    fn main(
        &self,
        rows: &[Vec<usize>],
        along: &[usize],
        across: &[usize],
        cross_at: &[usize],
        links: &[Link],
        (flow, least, slim): (Direction, usize, &[bool]),
    ) -> Vec<usize> {
        let mut row_of = vec![0; along.len()];
        for (r, row) in rows.iter().enumerate() {
            for &p in row {
                row_of[p] = r;
            }
        }
        let mut turning: Vec<Vec<(usize, usize)>> = vec![Vec::new(); rows.len() + 1];
        for link in links {
            let (a, b) = (link.from, link.to);
            let (first, last) = (row_of[a].min(row_of[b]), row_of[a].max(row_of[b]));
            // Boxes that lie over one another are joined by a straight line.
            if cross_at[a] + across[a] > cross_at[b] + 2 && cross_at[b] + across[b] > cross_at[a] + 2 {
                continue;
            }
            let (u, v) = (cross_at[a] + across[a] / 2, cross_at[b] + across[b] / 2);
            turning[last].push((u.min(v), u.max(v)));
            if last > first + 1 {
                turning[first + 1].push((u.min(v), u.max(v)));
            }
        }
        let slack = self.tuning.slack;
        let mut at = vec![0; along.len()];
        let mut here = 0;
        for (r, row) in rows.iter().enumerate() {
            if r > 0 {
                let tracks = density(&turning[r]).min(TRACKS_MAX) + slack;
                // No tip stands between a box and the label of its line.
                let tipless = if matches!(flow, Direction::Up | Direction::Left) { slim[r - 1] } else { slim[r] };
                let least = if tipless { 1 } else { least };
                here += if flow.horizontal() { least + 1 + tracks + slack } else { least + tracks };
            }
            let size = row.iter().map(|&p| along[p]).max().unwrap_or(0);
            for &p in row {
                at[p] = here + (size - along[p]) / 2;
            }
            here += size;
        }
        at
    }

    fn put(&self, block: &mut Block, part: &Part, rect: Rect) {
        block.width = block.width.max(rect.x + rect.w);
        block.height = block.height.max(rect.y + rect.h);
        match part {
            Part::Lane => {}
            Part::Node(n) => block.nodes.push((*n, rect)),
            Part::Label(e) => block.labels.push((*e, rect)),
            Part::Group(g, inner) => {
                block.groups.push((*g, rect));
                let dx = rect.x + (rect.w - inner.width) / 2;
                let dy = rect.y + (rect.h - inner.height) / 2;
                let moved = |parts: &[(usize, Rect)]| -> Vec<(usize, Rect)> {
                    parts.iter().map(|(n, r)| (*n, Rect { x: r.x + dx, y: r.y + dy, ..*r })).collect()
                };
                block.nodes.extend(moved(&inner.nodes));
                block.groups.extend(moved(&inner.groups));
                block.labels.extend(moved(&inner.labels));
            }
        }
    }
}

/// The parts in ranks, in an order with few crossings; lanes for long links are added to the parts. Also: what each
/// part is tied to.
fn ordered(parts: &mut Vec<Part>, links: &[Link], rank: &[usize]) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let last = rank.iter().max().map_or(0, |r| r + 1);
    let mut rows = vec![Vec::new(); last];
    for (p, &r) in rank.iter().enumerate() {
        rows[r].push(p);
    }
    let mut before = vec![Vec::new(); parts.len()];
    let mut after = vec![Vec::new(); parts.len()];
    let mut ties = vec![Vec::new(); parts.len()];
    for link in links {
        let (a, b) = if rank[link.from] <= rank[link.to] { (link.from, link.to) } else { (link.to, link.from) };
        let span = rank[b] - rank[a];
        if span == 0 || parts.len() + span > rank.len() + LANES_MAX {
            ties[a].push(b);
            ties[b].push(a);
            continue;
        }
        let mut previous = a;
        for row in rows.iter_mut().take(rank[b]).skip(rank[a] + 1) {
            let lane = parts.len();
            parts.push(Part::Lane);
            row.push(lane);
            for list in [&mut before, &mut after, &mut ties] {
                list.push(Vec::new());
            }
            tie(previous, lane, &mut before, &mut after, &mut ties);
            previous = lane;
        }
        tie(previous, b, &mut before, &mut after, &mut ties);
    }
    let mut ranked = Ranked { rows, before, after };
    order(&mut ranked);
    ranked.rows.retain(|row| !row.is_empty());
    (ranked.rows, ties)
}

fn tie(a: usize, b: usize, before: &mut [Vec<usize>], after: &mut [Vec<usize>], ties: &mut [Vec<usize>]) {
    after[a].push(b);
    before[b].push(a);
    ties[a].push(b);
    ties[b].push(a);
}

/// Ranks that are too wide for the room, in several rows of about the same width. Lines to the lower rows pass between
/// the boxes of the upper ones, so a rank with many lines gets more rows, with wider gaps. Also: how much wider the gap
/// beside each part is.
fn broken(
    rows: Vec<Vec<usize>>,
    widths: &[usize],
    gap: &dyn Fn(usize, usize) -> usize,
    (ties, room): (&[Vec<usize>], usize),
) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut out = Vec::new();
    let mut wider = vec![0; widths.len()];
    for row in rows {
        let gaps: usize = row.windows(2).map(|pair| gap(pair[0], pair[1])).sum();
        let total = row.iter().map(|&p| widths[p]).sum::<usize>() + gaps;
        if total <= room {
            out.push(row);
            continue;
        }
        let lines: usize = row.iter().map(|&p| ties[p].len()).sum();
        // A line takes its column; the sides of the page take a part of them.
        let enough = |n: usize| total / n + lines * (n - 1) / n <= room;
        let count = (total.div_ceil(room.max(1))..=row.len()).find(|&n| enough(n)).unwrap_or(row.len().div_ceil(2));
        let share = total.div_ceil(count);
        let mut line: Vec<usize> = Vec::new();
        let mut used = 0;
        for p in row {
            let more = line.last().map_or(0, |&l| gap(l, p)) + widths[p];
            if !line.is_empty() && (used + more > room || used + more / 2 > share) {
                out.push(std::mem::take(&mut line));
                used = widths[p];
            } else {
                used += more;
            }
            line.push(p);
            wider[p] = GAP_EXTRA_MAX.min(room.saturating_sub(share) / (count + 2));
        }
        out.push(line);
    }
    // What became wider must still fit.
    for row in &out {
        let gaps: usize = row.windows(2).map(|pair| gap(pair[0], pair[1])).sum();
        let free = room.saturating_sub(row.iter().map(|&p| widths[p]).sum::<usize>() + gaps);
        for &p in row {
            wider[p] = wider[p].min(free / row.len().max(1));
        }
    }
    (out, wider)
}

/// How many of the stretches lie over one another at most.
fn density(stretches: &[(usize, usize)]) -> usize {
    let mut steps: Vec<(usize, bool)> = stretches.iter().flat_map(|&(a, b)| [(a, false), (b + 1, true)]).collect();
    steps.sort_by_key(|&(at, ends)| (at, !ends));
    let (mut now, mut most) = (0usize, 0);
    for (_, ends) in steps {
        if ends {
            now -= 1;
        } else {
            now += 1;
            most = most.max(now);
        }
    }
    most
}

fn longest(lines: &[String]) -> usize {
    lines.iter().map(|line| text::width(line)).max().unwrap_or(0)
}
