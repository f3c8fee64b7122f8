//! A layout as characters: frames, boxes, labels, lines with their corners, crossings and tips.
//!
//! Every character of a line says by itself which of its four neighbours it is joined to, in Unicode and in ASCII. At
//! a crossing Unicode has `┼`; ASCII shows the upright line, and the level one goes on behind it.

use super::canvas::{Canvas, Paint, Rgb};
use super::layout::{Path, Rect, Scene, Side, centred, side_to, step};
use super::mermaid_text::graph::{Edge, Graph, Stroke, Style, Tip};
use super::shape;
use super::text;

/// Draws a scene.
pub(crate) fn draw(graph: &Graph, scene: &Scene, ascii: bool) -> Canvas {
    let mut canvas = Canvas::new(scene.width, scene.height);
    for (group, rect) in &scene.groups {
        let group = &graph.groups[*group];
        frame(&mut canvas, *rect, &group.title, group.style, ascii);
    }
    for (node, rect, lines) in &scene.nodes {
        let node = &graph.nodes[*node];
        let outline = shape::of(node.shape, ascii);
        boxed(&mut canvas, *rect, &outline, lines, node.style, node.bold);
    }
    for (_, rect, lines) in &scene.labels {
        for (n, line) in lines.iter().enumerate() {
            canvas.write(rect.x + centred(line, rect.w), rect.y + n, line, Paint::default());
        }
    }
    wires(&mut canvas, graph, scene, ascii);
    canvas
}

fn paint(colour: Option<Rgb>) -> Paint {
    Paint { colour, ..Paint::default() }
}

fn frame(canvas: &mut Canvas, rect: Rect, title: &str, style: Style, ascii: bool) {
    let outline = shape::of(shape::Shape::Rect, ascii);
    // Frames are dim, so that boxes and lines stand out where colours are allowed.
    let look = Paint { dim: style.line.is_none() && style.fill.is_none(), ..paint(style.line.or(style.fill)) };
    border(canvas, rect, &outline, look);
    for y in rect.y + 1..rect.y + rect.h - 1 {
        canvas.write(rect.x, y, outline.left, look);
        canvas.write(rect.x + rect.w - 1, y, outline.right, look);
    }
    let title = format!(" {title} ");
    canvas.write(rect.x + 2, rect.y, &title, Paint { bold: true, ..paint(style.text) });
}

fn border(canvas: &mut Canvas, rect: Rect, outline: &shape::Outline, look: Paint) {
    let (right, bottom) = (rect.x + rect.w - 1, rect.y + rect.h - 1);
    for x in rect.x + 1..right {
        canvas.put(x, rect.y, outline.lines[0], look);
        canvas.put(x, bottom, outline.lines[1], look);
    }
    let corners = [(rect.x, rect.y), (right, rect.y), (rect.x, bottom), (right, bottom)];
    for ((x, y), corner) in corners.into_iter().zip(outline.corners) {
        canvas.put(x, y, corner, look);
    }
}

fn boxed(canvas: &mut Canvas, rect: Rect, outline: &shape::Outline, lines: &[String], style: Style, bold: bool) {
    let look = paint(style.line.or(style.fill));
    border(canvas, rect, outline, look);
    let inner = rect.h.saturating_sub(2);
    for y in rect.y + 1..rect.y + 1 + inner {
        canvas.write(rect.x, y, outline.left, look);
        canvas.write(rect.x + rect.w - text::width(outline.right), y, outline.right, look);
    }
    let above = inner.saturating_sub(lines.len()) / 2;
    let left = text::width(outline.left);
    let room = rect.w.saturating_sub(left + text::width(outline.right));
    for (n, line) in lines.iter().enumerate() {
        let x = rect.x + left + centred(line, room);
        canvas.write(x, rect.y + 1 + above + n, line, Paint { bold, ..paint(style.text) });
    }
}

/// What runs through a cell.
#[derive(Clone, Copy, Default)]
struct Cell {
    across: Option<(Stroke, Option<Rgb>)>,
    along: Option<(Stroke, Option<Rgb>)>,
}

fn wires(canvas: &mut Canvas, graph: &Graph, scene: &Scene, ascii: bool) {
    let mut cells: Vec<Cell> = vec![Cell::default(); scene.width * scene.height];
    for (_, rect) in &scene.groups {
        for x in rect.x..rect.x + rect.w {
            for y in [rect.y, rect.y + rect.h - 1] {
                cells[y * scene.width + x].across = Some((Stroke::Solid, None));
            }
        }
        for y in rect.y..rect.y + rect.h {
            for x in [rect.x, rect.x + rect.w - 1] {
                cells[y * scene.width + x].along = Some((Stroke::Solid, None));
            }
        }
    }
    for path in &scene.paths {
        wire(canvas, &graph.edges[path.edge], path, &mut cells, scene.width, ascii);
    }
    let nodes: Vec<(Rect, shape::Shape)> =
        scene.nodes.iter().map(|(n, rect, _)| (*rect, graph.nodes[*n].shape)).collect();
    if !ascii {
        for path in &scene.paths {
            joints(canvas, &graph.edges[path.edge], path, &nodes, scene);
        }
    }
}

fn wire(canvas: &mut Canvas, edge: &Edge, path: &Path, cells: &mut [Cell], width: usize, ascii: bool) {
    let look = paint(edge.colour);
    let last = path.cells.len() - 1;
    for (n, &(x, y)) in path.cells.iter().enumerate() {
        let into = if n == 0 { path.tail_side } else { side_to((x, y), path.cells[n - 1]) };
        let out = if n == last { path.head_side } else { side_to((x, y), path.cells[n + 1]) };
        let tip = if n == 0 && path.from_end && edge.tail != Tip::Plain {
            Some((edge.tail, path.tail_side))
        } else if n == last && path.to_end && edge.head != Tip::Plain {
            Some((edge.head, path.head_side))
        } else {
            None
        };
        if let Some((tip, side)) = tip {
            canvas.put(x, y, tip_char(tip, side, ascii), look);
            continue;
        }
        let cell = &mut cells[y * width + x];
        if into != out.opposite() {
            canvas.put(x, y, corner(edge.stroke, into.bit() | out.bit(), ascii), look);
            continue;
        }
        if into.vertical() {
            cell.along = Some((edge.stroke, edge.colour));
        } else {
            cell.across = Some((edge.stroke, edge.colour));
        }
        match (cell.along, cell.across) {
            (Some((along, colour)), Some((across, _))) => {
                canvas.put(x, y, crossing(along, across, ascii), paint(colour));
            }
            _ => canvas.put(x, y, straight(edge.stroke, into.vertical(), ascii), look),
        }
    }
}

/// Joins plain line ends to the borders they start from: `┬` under a box rather than `─` above a lone `│`.
fn joints(canvas: &mut Canvas, edge: &Edge, path: &Path, nodes: &[(Rect, shape::Shape)], scene: &Scene) {
    let ends = [
        (path.from_end && edge.tail == Tip::Plain, path.cells[0], path.tail_side),
        (path.to_end && edge.head == Tip::Plain, path.cells[path.cells.len() - 1], path.head_side),
    ];
    for (plain, cell, side) in ends {
        if !plain {
            continue;
        }
        let (x, y) = step(cell, side);
        let at = side.opposite();
        let within = |r: &Rect| x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
        let border = match nodes.iter().find(|(rect, _)| within(rect)) {
            Some((_, shape)) => {
                let outline = shape::of(*shape, false);
                match at {
                    Side::Up => outline.lines[0],
                    Side::Down => outline.lines[1],
                    Side::Left => outline.left.chars().next().unwrap_or(' '),
                    Side::Right => outline.right.chars().last().unwrap_or(' '),
                }
            }
            None if scene.groups.iter().any(|(_, rect)| within(rect)) => {
                if at.vertical() {
                    '─'
                } else {
                    '│'
                }
            }
            None => continue,
        };
        if let Some(joint) = joint(border, at, edge.stroke == Stroke::Thick) {
            canvas.put(x, y, joint, paint(edge.colour));
        }
    }
}

/// A border character with a line that leaves on one side; `None` where the border is no line.
fn joint(border: char, side: Side, thick: bool) -> Option<char> {
    Some(match (border, side, thick) {
        ('─', Side::Up, false) => '┴',
        ('─', Side::Up, true) => '┸',
        ('─', Side::Down, false) => '┬',
        ('─', Side::Down, true) => '┰',
        ('│', Side::Left, false) => '┤',
        ('│', Side::Left, true) => '┥',
        ('│', Side::Right, false) => '├',
        ('│', Side::Right, true) => '┝',
        ('═', Side::Up, _) => '╧',
        ('═', Side::Down, _) => '╤',
        ('║', Side::Left, _) => '╢',
        ('║', Side::Right, _) => '╟',
        ('━', Side::Up, false) => '┷',
        ('━', Side::Up, true) => '┻',
        ('━', Side::Down, false) => '┯',
        ('━', Side::Down, true) => '┳',
        _ => return None,
    })
}

/// A line that runs straight on.
pub(crate) fn straight(stroke: Stroke, vertical: bool, ascii: bool) -> char {
    match (stroke, vertical, ascii) {
        (Stroke::Solid | Stroke::Invisible, true, false) => '│',
        (Stroke::Solid | Stroke::Invisible, false, false) => '─',
        (Stroke::Dotted, true, false) => '┆',
        (Stroke::Dotted, false, false) => '┄',
        (Stroke::Thick, true, false) => '┃',
        (Stroke::Thick, false, false) => '━',
        (Stroke::Solid | Stroke::Invisible, true, true) => '|',
        (Stroke::Solid | Stroke::Invisible, false, true) => '-',
        (Stroke::Dotted, true, true) => ':',
        (Stroke::Dotted, false, true) => '~',
        (Stroke::Thick, true, true) => '#',
        (Stroke::Thick, false, true) => '=',
    }
}

/// A line that turns; `arms` are the bits of two sides.
fn corner(stroke: Stroke, arms: u8, ascii: bool) -> char {
    let down = arms & Side::Down.bit() != 0;
    let right = arms & Side::Right.bit() != 0;
    match (ascii, stroke == Stroke::Thick, down, right) {
        (true, _, true, true) => ',',
        (true, _, true, false) => '.',
        (true, _, false, true) => '`',
        (true, _, false, false) => '\'',
        (false, false, true, true) => '╭',
        (false, false, true, false) => '╮',
        (false, false, false, true) => '╰',
        (false, false, false, false) => '╯',
        (false, true, true, true) => '┏',
        (false, true, true, false) => '┓',
        (false, true, false, true) => '┗',
        (false, true, false, false) => '┛',
    }
}

/// One line over another.
fn crossing(along: Stroke, across: Stroke, ascii: bool) -> char {
    if ascii {
        return straight(along, true, true);
    }
    match (along == Stroke::Thick, across == Stroke::Thick) {
        (false, false) => '┼',
        (true, false) => '╂',
        (false, true) => '┿',
        (true, true) => '╋',
    }
}

/// The end of a line; `side` is where the box lies.
fn tip_char(tip: Tip, side: Side, ascii: bool) -> char {
    match (tip, side, ascii) {
        (Tip::Circle, _, false) => '○',
        (Tip::Circle, _, true) => 'o',
        (Tip::Cross, _, false) => '×',
        (Tip::Cross, _, true) => 'x',
        (_, Side::Up, false) => '▲',
        (_, Side::Right, false) => '►',
        (_, Side::Down, false) => '▼',
        (_, Side::Left, false) => '◄',
        (_, Side::Up, true) => '^',
        (_, Side::Right, true) => '>',
        (_, Side::Down, true) => 'v',
        (_, Side::Left, true) => '<',
    }
}
