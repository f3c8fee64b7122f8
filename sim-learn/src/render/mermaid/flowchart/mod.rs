//! Flowcharts: statements to a graph. `node` reads boxes, `link` reads lines.

mod link;
mod node;

use super::chart::Chart;
use super::graph::{DEPTH_MAX, Direction, Graph};
use super::scan::{Cursor, Header, Source};
use super::{label, look};
use crate::render::Problem;

/// Reads a flowchart.
pub(super) fn parse(source: &Source, header: &Header) -> Result<Graph, Problem> {
    let mut cursor = Cursor { source, at: header.after };
    cursor.skip_spaces();
    let mut direction = Direction::Down;
    if !cursor.at_end() {
        let at = cursor;
        let word = cursor.take_while(|c| !c.is_whitespace() && c != ';');
        direction = match word.as_str() {
            ">" => Direction::Right,
            "<" => Direction::Left,
            "^" => Direction::Up,
            "v" => Direction::Down,
            word => Direction::parse(word).ok_or_else(|| {
                at.problem(format!("\"{word}\" is not a direction")).help("TD, TB, BT, LR and RL are")
            })?,
        };
        cursor.skip_spaces();
        if !cursor.at_end() {
            return Err(
                cursor.problem(format!("{} after the direction; a statement starts on a new line", cursor.seen()))
            );
        }
    }
    let mut chart = Chart::new(direction, source.title.clone());
    loop {
        cursor.skip_blank();
        if cursor.done() {
            break;
        }
        statement(&mut cursor, &mut chart)?;
        cursor.skip_spaces();
        if !cursor.at_end() {
            return Err(cursor
                .problem(format!("expected an arrow or the end of the statement, found {}", cursor.seen()))
                .help("a text with brackets or signs stands in quotes: A[\"text (more)\"]"));
        }
    }
    chart.finish(source)
}

fn statement(cursor: &mut Cursor<'_>, chart: &mut Chart) -> Result<(), Problem> {
    let start = *cursor;
    if cursor.eat_word("subgraph") {
        return subgraph(cursor, chart, start.at);
    }
    if cursor.eat_word("end") {
        return if chart.close() { Ok(()) } else { Err(start.problem("\"end\" without a subgraph to end")) };
    }
    if cursor.eat_word("direction") {
        cursor.skip_spaces();
        let at = *cursor;
        let word = cursor.rest();
        let direction = Direction::parse(&word)
            .ok_or_else(|| at.problem(format!("\"{word}\" is not a direction")).help("TD, TB, BT, LR and RL are"))?;
        chart.direct(direction);
        return Ok(());
    }
    if cursor.eat_word("classDef") {
        cursor.skip_spaces();
        let names = cursor.take_while(|c| !c.is_whitespace() && c != ';');
        let style = look::style(&cursor.rest());
        chart.define(&names, style);
        return Ok(());
    }
    if cursor.eat_word("class") {
        cursor.skip_spaces();
        let ids = cursor.take_while(|c| !c.is_whitespace() && c != ';');
        cursor.skip_spaces();
        let name = cursor.take_while(|c| !c.is_whitespace() && c != ';');
        if ids.is_empty() || name.is_empty() {
            return Err(start.problem("a class statement names boxes and a class: class A,B name"));
        }
        ids.split(',').for_each(|id| chart.classify(id, &name));
        return Ok(());
    }
    if cursor.eat_word("style") {
        cursor.skip_spaces();
        let ids = cursor.take_while(|c| !c.is_whitespace() && c != ';');
        let style = look::style(&cursor.rest());
        ids.split(',').for_each(|id| chart.style(id, style));
        return Ok(());
    }
    if cursor.eat_word("linkStyle") {
        return link_style(cursor, chart);
    }
    for passed in ["click", "accTitle", "accDescr"] {
        // Links and descriptions of the page: a terminal has none, and the picture is right without.
        if cursor.starts_with(passed) && cursor.peek_at(passed.len()).is_some_and(|c| c.is_whitespace() || c == ':') {
            return passed_over(cursor, start);
        }
    }
    chain(cursor, chart)
}

fn passed_over(cursor: &mut Cursor<'_>, start: Cursor<'_>) -> Result<(), Problem> {
    let line = cursor.rest_of_line();
    if line.contains('{') && !line.contains('}') {
        while !cursor.done() && cursor.peek() != Some('}') {
            cursor.at += 1;
        }
        if !cursor.eat("}") {
            return Err(start.problem("this description has no closing }"));
        }
    }
    Ok(())
}

fn link_style(cursor: &mut Cursor<'_>, chart: &mut Chart) -> Result<(), Problem> {
    cursor.skip_spaces();
    let at = *cursor;
    let which = cursor.take_while(|c| !c.is_whitespace() && c != ';');
    let style = look::style(&cursor.rest());
    if which == "default" {
        chart.style_links(None, style);
        return Ok(());
    }
    for number in which.split(',') {
        let number: usize = number.parse().map_err(|_| {
            at.problem(format!("\"{number}\" is not the number of a link")).help("links are counted from 0")
        })?;
        if !chart.style_links(Some(number), style) {
            return Err(at.problem(format!("there is no link {number} yet")).help("links are counted from 0"));
        }
    }
    Ok(())
}

/// `subgraph id[title]`, `subgraph id`, `subgraph "title"`, `subgraph words of a title`.
fn subgraph(cursor: &mut Cursor<'_>, chart: &mut Chart, start: usize) -> Result<(), Problem> {
    cursor.skip_spaces();
    let at = *cursor;
    if chart.depth() >= DEPTH_MAX {
        return Err(at.problem(format!("subgraphs are nested deeper than {DEPTH_MAX}")));
    }
    let mut id = String::new();
    let mut title = String::new();
    if cursor.peek() == Some('"') {
        title = node::quoted(cursor)?.0;
    } else if !cursor.at_end() {
        let first = *cursor;
        id = cursor.take_while(|c| !c.is_whitespace() && !matches!(c, ';' | '[' | '(' | '{' | '"'));
        cursor.skip_spaces();
        if cursor.peek() == Some('[') {
            cursor.at += 1;
            title = node::text_until(cursor, &["]"])?.0;
        } else if !cursor.at_end() {
            *cursor = first;
            title = label::label(&cursor.rest(), false).0;
            if let Some(c) = title.chars().find(|c| "[](){}\"".contains(*c)) {
                return Err(at
                    .problem(format!("'{c}' in the title of a subgraph"))
                    .help("write: subgraph id[\"title\"]"));
            }
            id = title.clone();
        }
    }
    if id.is_empty() {
        id = if title.is_empty() || title.contains(' ') { format!("\u{0}{start}") } else { title.clone() };
    }
    if title.is_empty() && !id.starts_with('\u{0}') && at.peek() != Some('"') {
        title = id.clone();
    }
    chart.open(id, title, start).map_err(|message| at.problem(message))
}

/// `A & B --> C --> D`: boxes, and lines between neighbours.
fn chain(cursor: &mut Cursor<'_>, chart: &mut Chart) -> Result<(), Problem> {
    let mut left = ends(cursor, chart)?;
    loop {
        cursor.skip_spaces();
        // A chain may go on in the next line if that starts with an arrow.
        let before = *cursor;
        cursor.skip_blank_lines();
        let Some(link) = link::link(cursor)? else {
            *cursor = before;
            return Ok(());
        };
        let after = *cursor;
        cursor.skip_blank_lines();
        if cursor.done() {
            return Err(after.problem("expected a box after this line, found the end of the diagram"));
        }
        let right = ends(cursor, chart)?;
        for from in &left {
            for to in &right {
                chart.tie(from, to, &link).map_err(|message| before.problem(message))?;
            }
        }
        left = right;
    }
}

/// `A & B`: the boxes on one side of a line.
fn ends(cursor: &mut Cursor<'_>, chart: &mut Chart) -> Result<Vec<String>, Problem> {
    let mut ids = vec![node::node(cursor, chart)?];
    loop {
        let before = *cursor;
        cursor.skip_spaces();
        if !cursor.eat("&") {
            *cursor = before;
            return Ok(ids);
        }
        cursor.skip_spaces();
        ids.push(node::node(cursor, chart)?);
    }
}
