//! Mermaid: which kind of diagram a text is, and how each becomes a picture.

mod chart;
mod flowchart;
pub(crate) mod graph;
mod label;
mod look;
mod scan;
mod sequence;
mod shapes;
mod state;

use super::canvas::Paint;
use super::layout::{Failure, layout};
use super::{Options, Problem, draw, text};
use graph::{Graph, NODES_MAX};
use scan::Source;

/// Characters of a source.
const SOURCE_MAX: usize = 200_000;

/// Draws one diagram.
pub(crate) fn render(source: &str, options: &Options) -> Result<String, Problem> {
    if source.len() > SOURCE_MAX {
        return Err(Problem::new(
            (1, 1),
            format!("a diagram of {} bytes; at most {SOURCE_MAX} are read", source.len()),
        ));
    }
    let source = Source::new(source);
    let header = source.header()?;
    match header.word.as_str() {
        "flowchart" | "graph" => picture(flowchart::parse(&source, &header)?, &header, options),
        "stateDiagram-v2" | "stateDiagram" => picture(state::parse(&source, &header)?, &header, options),
        "sequenceDiagram" => sequence::render(&source, &header, options),
        other => Err(Problem::new(header.place, format!("\"{other}\" is not a diagram that is drawn here"))
            .help("flowchart, graph, stateDiagram-v2 and sequenceDiagram are")),
    }
}

/// The graph of a flowchart or state diagram: for tests, which compare it with what was drawn.
#[cfg(test)]
pub(crate) fn parse_graph(source: &str) -> Result<Graph, Problem> {
    let source = Source::new(source);
    let header = source.header()?;
    match header.word.as_str() {
        "flowchart" | "graph" => flowchart::parse(&source, &header),
        _ => state::parse(&source, &header),
    }
}

fn picture(mut graph: Graph, header: &scan::Header, options: &Options) -> Result<String, Problem> {
    prepare(&mut graph, options);
    if graph.nodes.is_empty() && graph.groups.is_empty() {
        return Ok(String::new());
    }
    let scene = layout(&graph, options.width(), options.ascii).map_err(|failure| match failure {
        Failure::TooNarrow(Some(least)) => {
            Problem::new(header.place, format!("the diagram does not fit into {} columns", options.width()))
                .help(format!("it needs {least}"))
        }
        Failure::TooNarrow(None) => {
            Problem::new(header.place, format!("the diagram does not fit into {} columns", options.width()))
                .help("it does not fit into 400 either: make it smaller, or its labels shorter")
        }
        Failure::TooTangled(room) => {
            let what = "the diagram has too many lines between too many boxes";
            Problem::new(header.place, format!("{what} for {} columns", options.width())).help(match room {
                Some(room) => format!("it can be drawn in {room} columns"),
                None => format!("draw parts of it; charts of up to {NODES_MAX} boxes with few long lines can be drawn"),
            })
        }
    })?;
    let drawn = draw::draw(&graph, &scene, options.ascii).text(options.colour);
    Ok(titled(&graph.title, &drawn, options))
}

/// Texts as the terminal may see them.
pub(crate) fn prepare(graph: &mut Graph, options: &Options) {
    let clean = |text: &mut String| *text = text::clean(text, options.ascii);
    clean(&mut graph.title);
    graph.nodes.iter_mut().for_each(|node| clean(&mut node.label));
    graph.edges.iter_mut().for_each(|edge| clean(&mut edge.label));
    for group in &mut graph.groups {
        clean(&mut group.title);
        group.title = group.title.split_whitespace().collect::<Vec<_>>().join(" ");
    }
}

/// A picture under its title.
fn titled(title: &str, picture: &str, options: &Options) -> String {
    if title.trim().is_empty() {
        return picture.to_owned();
    }
    let lines = text::wrap(title, options.width());
    let mut canvas = super::canvas::Canvas::new(options.width(), lines.len());
    for (n, line) in lines.iter().enumerate() {
        canvas.write(0, n, line, Paint { bold: true, ..Paint::default() });
    }
    format!("{}\n{picture}", canvas.text(options.colour))
}
