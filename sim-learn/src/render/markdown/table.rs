//! Tables: columns shrink and their cells wrap until the table fits; if even that is too wide, each row becomes a list
//! of its cells.

use super::blocks::Page;
use super::inline::{Line, Look, Piece, line_width, wrap};
use pulldown_cmark::Alignment;

/// The least columns of a cell; narrower cells cannot be read.
const CELL_MIN: usize = 4;

pub(super) fn table(page: &Page<'_>, alignment: &[Alignment], rows: &[Vec<Vec<Piece>>], width: usize) -> Vec<Line> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    if count == 0 {
        return Vec::new();
    }
    let rows: Vec<Vec<Vec<Piece>>> = rows
        .iter()
        .enumerate()
        .map(|(r, row)| {
            (0..count)
                .map(|c| {
                    let cell = row.get(c).cloned().unwrap_or_default();
                    let cell = page.marked(&cell);
                    if r == 0 { strong(cell) } else { cell }
                })
                .collect()
        })
        .collect();
    // Between two columns stands " │ ".
    let frame = 3 * (count - 1);
    let natural: Vec<usize> = (0..count)
        .map(|c| rows.iter().map(|row| wrap(&row[c], usize::MAX / 2).iter().map(line_width).max().unwrap_or(0)).max())
        .map(|wide| wide.unwrap_or(0).max(1))
        .collect();
    match shrink(&natural, width.saturating_sub(frame)) {
        Some(widths) => grid(page, alignment, &rows, &widths),
        None => records(&rows, width),
    }
}

fn strong(cell: Vec<Piece>) -> Vec<Piece> {
    cell.into_iter().map(|p| Piece { look: Look { strong: true, ..p.look }, ..p }).collect()
}

/// The widest columns give up room first, so that narrow ones stay whole.
fn shrink(natural: &[usize], room: usize) -> Option<Vec<usize>> {
    let least: usize = natural.iter().map(|&n| n.min(CELL_MIN)).sum();
    if least > room {
        return None;
    }
    // The largest limit with which all fit.
    let fits = |limit: usize| natural.iter().map(|&n| n.min(limit)).sum::<usize>() <= room;
    let (mut low, mut high) = (CELL_MIN, natural.iter().copied().max().unwrap_or(CELL_MIN).max(CELL_MIN));
    while low < high {
        let middle = (low + high).div_ceil(2);
        if fits(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    let mut widths: Vec<usize> = natural.iter().map(|&n| n.min(low)).collect();
    let mut rest = room - widths.iter().sum::<usize>();
    for (width, &wanted) in widths.iter_mut().zip(natural) {
        if *width < wanted && rest > 0 {
            *width += 1;
            rest -= 1;
        }
    }
    Some(widths)
}

fn grid(page: &Page<'_>, alignment: &[Alignment], rows: &[Vec<Vec<Piece>>], widths: &[usize]) -> Vec<Line> {
    let bar = Piece::new(page.sign(" │ ", " | "), Look::DIM);
    let rule = |cross: &'static str, level: &'static str| -> Line {
        let joint = format!("{level}{cross}{level}");
        let parts: Vec<String> = widths.iter().map(|&w| level.repeat(w)).collect();
        vec![Piece::new(parts.join(&joint), Look::DIM)]
    };
    let cells: Vec<Vec<Vec<Line>>> =
        rows.iter().map(|row| row.iter().zip(widths).map(|(cell, &w)| wrap(cell, w)).collect()).collect();
    let height = |row: &Vec<Vec<Line>>| row.iter().map(Vec::len).max().unwrap_or(1);
    // Rows of several lines need something between them.
    let tall = cells.iter().skip(1).any(|row| height(row) > 1);
    let mut lines = Vec::new();
    for (r, row) in cells.iter().enumerate() {
        if r == 1 {
            lines.push(rule(page.sign("┼", "+"), page.sign("─", "-")));
        } else if r > 1 && tall {
            lines.push(rule(page.sign("┼", "+"), page.sign("╌", "-")));
        }
        for y in 0..height(row) {
            let mut line = Line::new();
            for (c, &wide) in widths.iter().enumerate() {
                if c > 0 {
                    line.push(bar.clone());
                }
                let part = row[c].get(y).cloned().unwrap_or_default();
                let rest = wide.saturating_sub(line_width(&part));
                let before = match alignment.get(c) {
                    Some(Alignment::Right) => rest,
                    Some(Alignment::Center) => rest / 2,
                    _ => 0,
                };
                line.push(Piece::plain(" ".repeat(before)));
                line.extend(part);
                line.push(Piece::plain(" ".repeat(rest - before)));
            }
            lines.push(line);
        }
    }
    lines
}

/// Each row as lines `heading: cell`.
fn records(rows: &[Vec<Vec<Piece>>], width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let Some((head, body)) = rows.split_first() else { return lines };
    for (r, row) in body.iter().enumerate() {
        if r > 0 {
            lines.push(Vec::new());
        }
        for (name, cell) in head.iter().zip(row) {
            let text: Vec<Piece> = [name.clone(), vec![Piece::plain(": ")], cell.clone()].concat();
            lines.extend(wrap(&text, width));
        }
    }
    lines
}
