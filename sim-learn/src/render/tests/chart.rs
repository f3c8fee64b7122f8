//! A chart as a picture shows it: names, shapes, frames around, lines with tips, strokes and labels. Order and
//! spaces do not count, since a picture wraps texts.

use crate::render::mermaid_text::graph::{End, Graph, Stroke, Tip};
use crate::render::shape::Shape;
use std::collections::BTreeMap;

/// The titles of the frames around something, from the outside in, and its own name.
pub(super) type Name = Vec<String>;

/// An end of a line: whether it is a frame, its name, its tip.
pub(super) type Tied = (bool, Name, Tip);

/// Both ends, in order; stroke; label.
pub(super) type Line = ([Tied; 2], Stroke, String);

/// What is counted: the same line twice is two lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chart {
    pub nodes: BTreeMap<(Name, Shape), usize>,
    pub groups: BTreeMap<Name, usize>,
    pub edges: BTreeMap<Line, usize>,
    /// What each box looks like from the lines at it: boxes of one name are told apart by what they are tied to.
    pub seen: BTreeMap<String, usize>,
}

/// A line by the numbers of what it is tied to; the numbers mean something within one chart only.
pub(super) struct Tie {
    pub ends: [(usize, Tip); 2],
    pub stroke: Stroke,
    pub label: String,
}

/// A text without spaces.
pub(super) fn squash(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// How far lines are followed to tell boxes of one name apart.
const ROUNDS: usize = 4;

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |all, byte| (all ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What a box (or, without a shape, a frame) is called.
pub(super) fn called(name: &Name, shape: Option<Shape>) -> String {
    format!("{name:?} {shape:?}")
}

impl Chart {
    pub(super) fn add_node(&mut self, name: Name, shape: Shape) {
        *self.nodes.entry((name, shape)).or_default() += 1;
    }

    pub(super) fn add_group(&mut self, name: Name) {
        *self.groups.entry(name).or_default() += 1;
    }

    pub(super) fn add_edge(&mut self, mut ends: [Tied; 2], stroke: Stroke, label: String) {
        ends.sort();
        *self.edges.entry((ends, stroke, label)).or_default() += 1;
    }

    /// Tells boxes of one name apart: by their lines, then by the lines of what those lead to, and so on. `names` are
    /// what the boxes are called, `within` pairs of a box and the frame directly or indirectly around it.
    pub(super) fn look(&mut self, names: Vec<String>, ties: &[Tie], within: &[(usize, usize)]) {
        let mut seen = names;
        for _ in 0..ROUNDS {
            let mut around: Vec<Vec<String>> = vec![Vec::new(); seen.len()];
            for Tie { ends, stroke, label } in ties {
                for (here, there) in [(ends[0], ends[1]), (ends[1], ends[0])] {
                    let (tip, other) = (here.1, &seen[there.0]);
                    around[here.0].push(format!("{tip:?} {stroke:?} {label} {:?} {other}", there.1));
                }
            }
            for &(inner, outer) in within {
                around[inner].push(format!("in {}", seen[outer]));
                around[outer].push(format!("holds {}", seen[inner]));
            }
            seen = std::iter::zip(&seen, around)
                .map(|(own, mut around)| {
                    around.sort();
                    // Names of names grow without end; a hash of them does not.
                    format!("{:016x}", around.iter().fold(hash(own), |all, one| hash(&format!("{all} {one}"))))
                })
                .collect();
        }
        self.seen.clear();
        for one in seen {
            *self.seen.entry(one).or_default() += 1;
        }
    }

    /// What the source says.
    pub(super) fn of(graph: &Graph) -> Self {
        let name = |end: End| -> Name {
            let own = match end {
                End::Node(n) if graph.nodes[n].shape == Shape::Bar => String::new(),
                End::Node(n) => squash(&graph.nodes[n].label),
                End::Group(g) => squash(&graph.groups[g].title),
            };
            let around = graph.ancestors(end).into_iter().rev().map(|g| squash(&graph.groups[g].title));
            around.chain([own]).collect()
        };
        let mut chart = Chart::default();
        for (n, node) in graph.nodes.iter().enumerate() {
            chart.add_node(name(End::Node(n)), node.shape);
        }
        for g in 0..graph.groups.len() {
            chart.add_group(name(End::Group(g)));
        }
        let number = |end: End| match end {
            End::Node(n) => n,
            End::Group(g) => graph.nodes.len() + g,
        };
        let mut ties = Vec::new();
        for edge in &graph.edges {
            if edge.stroke == Stroke::Invisible {
                continue;
            }
            let ends = [(number(edge.from), edge.tail), (number(edge.to), edge.head)];
            ties.push(Tie { ends, stroke: edge.stroke, label: squash(&edge.label) });
            let end = |end: End, tip| (matches!(end, End::Group(_)), name(end), tip);
            chart.add_edge([end(edge.from, edge.tail), end(edge.to, edge.head)], edge.stroke, squash(&edge.label));
        }
        let all = (0..graph.nodes.len()).map(End::Node).chain((0..graph.groups.len()).map(End::Group));
        let called = |end: End| match end {
            End::Node(n) => called(&name(end), Some(graph.nodes[n].shape)),
            End::Group(_) => called(&name(end), None),
        };
        let names = all.clone().map(called).collect();
        let holders = |end: End| graph.ancestors(end).into_iter().map(move |g| (number(end), number(End::Group(g))));
        chart.look(names, &ties, &all.flat_map(holders).collect::<Vec<_>>());
        chart
    }

    /// What one has and the other has not, for a failing test.
    pub(super) fn difference(&self, drawn: &Chart) -> String {
        fn lines<K: Ord + std::fmt::Debug>(said: &BTreeMap<K, usize>, drawn: &BTreeMap<K, usize>, out: &mut String) {
            for (key, count) in said {
                if drawn.get(key) != Some(count) {
                    out.push_str(&format!("said {count}, drawn {}: {key:?}\n", drawn.get(key).unwrap_or(&0)));
                }
            }
            for (key, count) in drawn {
                if !said.contains_key(key) {
                    out.push_str(&format!("drawn {count}, never said: {key:?}\n"));
                }
            }
        }
        let mut out = String::new();
        lines(&self.nodes, &drawn.nodes, &mut out);
        lines(&self.groups, &drawn.groups, &mut out);
        lines(&self.edges, &drawn.edges, &mut out);
        if out.is_empty() && self.seen != drawn.seen {
            out.push_str("boxes of one name have each other's lines\n");
        }
        out
    }
}
