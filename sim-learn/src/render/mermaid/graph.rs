//! What a flowchart or a state diagram says: nodes, edges, subgraphs. Knows nothing of columns and lines.

use crate::render::canvas::Rgb;
use crate::render::shape::Shape;

/// Where a chart flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Down,
    Up,
    Right,
    Left,
}

impl Direction {
    pub(crate) fn horizontal(self) -> bool {
        matches!(self, Direction::Right | Direction::Left)
    }

    /// Mermaid's two letters.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "TD" | "TB" => Some(Direction::Down),
            "BT" => Some(Direction::Up),
            "LR" => Some(Direction::Right),
            "RL" => Some(Direction::Left),
            _ => None,
        }
    }
}

/// Colours asked for by classes and styles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Style {
    pub line: Option<Rgb>,
    pub fill: Option<Rgb>,
    pub text: Option<Rgb>,
}

impl Style {
    /// This style, with what `over` says on top.
    pub(crate) fn with(self, over: Style) -> Style {
        Style { line: over.line.or(self.line), fill: over.fill.or(self.fill), text: over.text.or(self.text) }
    }
}

/// A box.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub label: String,
    pub bold: bool,
    pub shape: Shape,
    /// The subgraph that it lies in.
    pub group: Option<usize>,
    pub style: Style,
}

/// A frame around nodes and other frames.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub title: String,
    pub parent: Option<usize>,
    pub direction: Option<Direction>,
    pub style: Style,
}

/// What an edge is tied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Node(usize),
    Group(usize),
}

/// What is drawn at an end of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tip {
    Plain,
    Arrow,
    Circle,
    Cross,
}

/// How the line of an edge is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stroke {
    Solid,
    Dotted,
    Thick,
    /// Takes part in the layout only.
    Invisible,
}

/// A line between two ends.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub from: End,
    pub to: End,
    pub tail: Tip,
    pub head: Tip,
    pub stroke: Stroke,
    pub label: String,
    /// Ranks that it spans at least [1..].
    pub length: usize,
    pub colour: Option<Rgb>,
}

/// A whole chart.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub title: String,
    pub direction: Direction,
    pub nodes: Vec<Node>,
    pub groups: Vec<Group>,
    pub edges: Vec<Edge>,
}

/// What one chart may have at most, so that a stranger's text cannot hold the page.
pub(crate) const NODES_MAX: usize = 500;
pub(crate) const EDGES_MAX: usize = 2000;
pub(crate) const DEPTH_MAX: usize = 20;
/// Characters of one label.
pub(crate) const LABEL_MAX: usize = 1000;

impl Graph {
    pub(crate) fn new(direction: Direction) -> Self {
        Self { title: String::new(), direction, nodes: Vec::new(), groups: Vec::new(), edges: Vec::new() }
    }

    /// The subgraph that directly holds an end.
    pub(crate) fn parent(&self, end: End) -> Option<usize> {
        match end {
            End::Node(n) => self.nodes[n].group,
            End::Group(g) => self.groups[g].parent,
        }
    }

    /// The subgraphs around an end, the innermost first; a group is not around itself.
    pub(crate) fn ancestors(&self, end: End) -> Vec<usize> {
        let mut all = Vec::new();
        let mut at = self.parent(end);
        while let Some(group) = at {
            all.push(group);
            at = self.groups[group].parent;
        }
        all
    }

    /// The innermost subgraph in which an edge runs: a subgraph that is itself an end holds the edge if the other end
    /// lies within it. `None` is the page.
    pub(crate) fn home(&self, from: End, to: End) -> Option<usize> {
        let holders = |end: End, other: End| {
            let mut all = self.ancestors(end);
            if let End::Group(g) = end
                && end != other
                && self.ancestors(other).contains(&g)
            {
                all.insert(0, g);
            }
            all
        };
        let from_holders = holders(from, to);
        let to_holders = holders(to, from);
        from_holders.into_iter().find(|g| to_holders.contains(g))
    }

    /// The member of `home` that is, or holds, `end`; `None` if `end` is `home` itself.
    pub(crate) fn member(&self, home: Option<usize>, end: End) -> Option<End> {
        let mut at = end;
        loop {
            if let (End::Group(g), Some(h)) = (at, home)
                && g == h
            {
                return None;
            }
            match self.parent(at) {
                parent if parent == home => return Some(at),
                Some(parent) => at = End::Group(parent),
                None => return None,
            }
        }
    }
}
