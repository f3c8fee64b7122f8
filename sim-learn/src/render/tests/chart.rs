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
}

/// A text without spaces.
pub(super) fn squash(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
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
        for edge in &graph.edges {
            if edge.stroke == Stroke::Invisible {
                continue;
            }
            let end = |end: End, tip| (matches!(end, End::Group(_)), name(end), tip);
            chart.add_edge([end(edge.from, edge.tail), end(edge.to, edge.head)], edge.stroke, squash(&edge.label));
        }
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
        out
    }
}
