//! What a flowchart or a state diagram has said so far, by name; at its end the names become a graph.

use super::graph::{DEPTH_MAX, Direction, EDGES_MAX, Edge, End, Graph, Group, NODES_MAX, Node, Stroke, Style, Tip};
use super::scan::Source;
use crate::render::Problem;
use crate::render::shape::Shape;
use std::collections::BTreeMap;

/// A line between boxes.
pub(super) struct Link {
    pub tail: Tip,
    pub head: Tip,
    pub stroke: Stroke,
    pub length: usize,
    pub label: String,
}

/// A name that may be a box or a subgraph: which, is known at the end.
struct Named {
    id: String,
    label: Option<(String, bool)>,
    shape: Shape,
    style: Style,
    classes: Vec<String>,
    /// Whether a statement made it: a class alone makes no box.
    made: bool,
}

/// A subgraph, open or ended.
struct Frame {
    id: String,
    title: String,
    direction: Option<Direction>,
    /// Names said within it.
    members: Vec<usize>,
    /// Where it starts.
    at: usize,
}

pub(super) struct Chart {
    direction: Direction,
    title: String,
    names: Vec<Named>,
    by_id: BTreeMap<String, usize>,
    frames: Vec<Frame>,
    /// Subgraphs that are open, the outermost first.
    open: Vec<usize>,
    /// Subgraphs in the order in which they ended: the inner ones claim their members first.
    ended: Vec<usize>,
    edges: Vec<(usize, usize, Edge)>,
    classes: BTreeMap<String, Style>,
    edge_style: Style,
}

impl Chart {
    pub(super) fn new(direction: Direction, title: String) -> Self {
        Self {
            direction,
            title,
            names: Vec::new(),
            by_id: BTreeMap::new(),
            frames: Vec::new(),
            open: Vec::new(),
            ended: Vec::new(),
            edges: Vec::new(),
            classes: BTreeMap::new(),
            edge_style: Style::default(),
        }
    }

    fn name(&mut self, id: &str) -> usize {
        if let Some(&name) = self.by_id.get(id) {
            return name;
        }
        let name = self.names.len();
        self.names.push(Named {
            id: id.to_owned(),
            label: None,
            shape: Shape::Rect,
            style: Style::default(),
            classes: Vec::new(),
            made: false,
        });
        self.by_id.insert(id.to_owned(), name);
        name
    }

    /// A box was named, here and within the open subgraph.
    pub(super) fn mention(&mut self, id: &str) -> Result<(), String> {
        let name = self.name(id);
        self.names[name].made = true;
        if self.names.len() > NODES_MAX {
            return Err(format!("more than {NODES_MAX} boxes"));
        }
        if let Some(&frame) = self.open.last() {
            self.frames[frame].members.push(name);
        }
        Ok(())
    }

    pub(super) fn describe(&mut self, id: &str, shape: Option<Shape>, label: Option<(String, bool)>) {
        let name = self.name(id);
        let named = &mut self.names[name];
        named.shape = shape.unwrap_or(named.shape);
        if label.is_some() {
            named.label = label;
        }
    }

    /// Rounds the corners of a box that has no shape of its own yet, as states have.
    pub(super) fn round(&mut self, id: &str) {
        let name = self.name(id);
        if self.names[name].shape == Shape::Rect {
            self.names[name].shape = Shape::Round;
        }
    }

    pub(super) fn classify(&mut self, id: &str, class: &str) {
        let name = self.name(id);
        self.names[name].classes.push(class.to_owned());
    }

    pub(super) fn style(&mut self, id: &str, style: Style) {
        let name = self.name(id);
        self.names[name].made = true;
        self.names[name].style = self.names[name].style.with(style);
    }

    pub(super) fn define(&mut self, names: &str, style: Style) {
        for name in names.split(',') {
            self.classes.insert(name.to_owned(), style);
        }
    }

    /// Colours one link, or all; false if there is no such link.
    pub(super) fn style_links(&mut self, which: Option<usize>, style: Style) -> bool {
        match which {
            None => self.edge_style = self.edge_style.with(style),
            Some(n) => match self.edges.get_mut(n) {
                Some((_, _, edge)) => edge.colour = style.line.or(edge.colour),
                None => return false,
            },
        }
        true
    }

    /// The text that a box has so far.
    pub(super) fn text(&self, id: &str) -> Option<&str> {
        let named = &self.names[*self.by_id.get(id)?];
        named.label.as_ref().map(|(text, _)| text.as_str())
    }

    /// The subgraph that is open: a number of its own for each, 0 for the page.
    pub(super) fn here(&self) -> usize {
        self.open.last().map_or(0, |frame| frame + 1)
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn open(&mut self, id: String, title: String, at: usize) -> Result<(), String> {
        if self.frames.iter().any(|frame| frame.id == id) {
            return Err(format!("a second subgraph \"{id}\""));
        }
        if self.frames.len() >= NODES_MAX {
            return Err(format!("more than {NODES_MAX} subgraphs"));
        }
        if let Some(&outer) = self.open.last() {
            let name = self.name(&id);
            self.frames[outer].members.push(name);
        }
        self.open.push(self.frames.len());
        self.frames.push(Frame { id, title, direction: None, members: Vec::new(), at });
        Ok(())
    }

    pub(super) fn close(&mut self) -> bool {
        let frame = self.open.pop();
        self.ended.extend(frame);
        frame.is_some()
    }

    pub(super) fn direct(&mut self, direction: Direction) {
        match self.open.last() {
            Some(&frame) => self.frames[frame].direction = Some(direction),
            None => self.direction = direction,
        }
    }

    pub(super) fn tie(&mut self, from: &str, to: &str, link: &Link) -> Result<(), String> {
        if self.edges.len() >= EDGES_MAX {
            return Err(format!("more than {EDGES_MAX} lines"));
        }
        let (from, to) = (self.name(from), self.name(to));
        let end = End::Node(0); // until the names are known
        self.edges.push((
            from,
            to,
            Edge {
                from: end,
                to: end,
                tail: link.tail,
                head: link.head,
                stroke: link.stroke,
                label: link.label.clone(),
                length: link.length,
                colour: None,
            },
        ));
        Ok(())
    }

    /// The graph; a name that is a subgraph's is that subgraph wherever it is used.
    pub(super) fn finish(mut self, source: &Source) -> Result<Graph, Problem> {
        if let Some(&frame) = self.open.last() {
            let frame = &self.frames[frame];
            return Err(Problem::new(source.place(frame.at), "this subgraph has no \"end\""));
        }
        let mut graph = Graph::new(self.direction);
        graph.title = std::mem::take(&mut self.title);
        let frame_of: BTreeMap<&str, usize> = self.frames.iter().enumerate().map(|(n, f)| (f.id.as_str(), n)).collect();
        let mut ends = Vec::with_capacity(self.names.len());
        for named in &self.names {
            ends.push(match frame_of.get(named.id.as_str()) {
                Some(&group) => End::Group(group),
                None if !named.made => End::Node(usize::MAX), // nothing is tied to it
                None => {
                    let (label, bold) = named.label.clone().unwrap_or_else(|| (named.id.clone(), false));
                    let style = self.whole_style(named);
                    graph.nodes.push(Node { label, bold, shape: named.shape, group: None, style });
                    End::Node(graph.nodes.len() - 1)
                }
            });
        }
        for frame in &self.frames {
            let style = self.by_id.get(&frame.id).map_or(Style::default(), |&name| self.whole_style(&self.names[name]));
            let said = self.by_id.get(&frame.id).and_then(|&name| self.names[name].label.clone());
            let title = said.map_or_else(|| frame.title.clone(), |(label, _)| label);
            graph.groups.push(Group { title, parent: None, direction: frame.direction, style });
        }
        for &frame in &self.ended {
            for &name in &self.frames[frame].members {
                match ends[name] {
                    End::Node(node) if graph.nodes[node].group.is_none() => graph.nodes[node].group = Some(frame),
                    // A subgraph that is mentioned within itself, or within what it holds, stays where it is.
                    End::Group(inner)
                        if inner != frame
                            && graph.groups[inner].parent.is_none()
                            && !graph.ancestors(End::Group(frame)).contains(&inner) =>
                    {
                        graph.groups[inner].parent = Some(frame);
                    }
                    _ => {}
                }
            }
        }
        for (n, (from, to, edge)) in self.edges.iter().enumerate() {
            let colour = edge.colour.or(self.edge_style.line);
            let edge = Edge { from: ends[*from], to: ends[*to], colour, ..edge.clone() };
            if let (End::Group(group), true) = (edge.from, edge.from == edge.to) {
                let place = source.place(self.frames[group].at);
                return Err(Problem::new(place, format!("line {n} leads from a subgraph to itself"))
                    .help("lead it to a box in the subgraph"));
            }
            graph.edges.push(edge);
        }
        if graph.groups.iter().enumerate().any(|(g, _)| graph.ancestors(End::Group(g)).len() > DEPTH_MAX) {
            return Err(Problem::new((1, 1), format!("subgraphs are nested deeper than {}", DEPTH_MAX)));
        }
        Ok(graph)
    }

    fn whole_style(&self, named: &Named) -> Style {
        let default = self.classes.get("default").copied().unwrap_or_default();
        let classed = named.classes.iter().filter_map(|class| self.classes.get(class)).fold(default, |s, c| s.with(*c));
        classed.with(named.style)
    }
}
