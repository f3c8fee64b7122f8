//! Reads a picture as a person does: closed outlines are boxes, outlines with a title are frames, lines are followed
//! from one box to the other through corners, crossings and labels. Of the rest of the crate it knows only the
//! outlines of the shapes.

use super::chart::{Chart, Name, Tie, called, squash};
use crate::render::mermaid_text::graph::{Stroke, Tip};
use crate::render::shape::{self, Outline, Shape};
use crate::render::text::char_width;
use std::collections::BTreeSet;

/// Up, right, down, left.
const STEPS: [(isize, isize); 4] = [(0, -1), (1, 0), (0, 1), (-1, 0)];
const UP: usize = 0;
const RIGHT: usize = 1;
const DOWN: usize = 2;
const LEFT: usize = 3;

fn back(side: usize) -> usize {
    (side + 2) % 4
}

type Cell = (usize, usize);

struct Box {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
    /// A shape and a label, or a title of a frame.
    shape: Option<Shape>,
    text: String,
}

impl Box {
    fn holds(&self, (x, y): Cell) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    fn border(&self, (x, y): Cell) -> bool {
        self.holds((x, y)) && (x == self.left || x == self.right || y == self.top || y == self.bottom)
    }

    fn within(&self, other: &Box) -> bool {
        other.left < self.left && other.top < self.top && other.right > self.right && other.bottom > self.bottom
    }
}

/// Reads a picture; what makes no sense is an error.
pub(super) fn read(picture: &str, ascii: bool) -> Result<Chart, String> {
    let mut page = Page::new(picture, ascii);
    page.find_boxes();
    page.chart()
}

struct Page {
    rows: Vec<Vec<char>>,
    ascii: bool,
    boxes: Vec<Box>,
    /// Which box a cell belongs to: inside or border of a node, border of a frame.
    owner: std::collections::BTreeMap<Cell, usize>,
}

impl Page {
    fn new(picture: &str, ascii: bool) -> Self {
        let rows = picture
            .lines()
            .map(|line| {
                let mut row = Vec::new();
                for c in line.chars() {
                    row.push(c);
                    if char_width(c) == 2 {
                        row.push('\0');
                    }
                }
                row
            })
            .collect();
        Self { rows, ascii, boxes: Vec::new(), owner: Default::default() }
    }

    fn at(&self, (x, y): Cell) -> char {
        self.rows.get(y).and_then(|row| row.get(x)).copied().unwrap_or(' ')
    }

    fn next(&self, (x, y): Cell, side: usize) -> Option<Cell> {
        let (dx, dy) = STEPS[side];
        Some((x.checked_add_signed(dx)?, y.checked_add_signed(dy)?))
    }

    fn text(&self, y: usize, from: usize, to: usize) -> String {
        (from..to).map(|x| self.at((x, y))).filter(|c| *c != '\0').collect()
    }

    fn find_boxes(&mut self) {
        // Wide sides first: `||` is not `|` and a text that begins with a bar.
        let mut shapes = Shape::ALL;
        shapes.sort_by_key(|s| std::cmp::Reverse(shape::of(*s, self.ascii).left.chars().count()));
        for y in 0..self.rows.len() {
            for x in 0..self.rows[y].len() {
                if self.boxes.iter().any(|b| b.shape.is_some() && b.holds((x, y))) {
                    continue;
                }
                let found = shapes.iter().find_map(|&s| self.node(x, y, s)).or_else(|| self.frame(x, y));
                self.boxes.extend(found);
            }
        }
        for (n, b) in self.boxes.iter().enumerate() {
            for y in b.top..=b.bottom {
                for x in b.left..=b.right {
                    if b.shape.is_some() || b.border((x, y)) {
                        self.owner.insert((x, y), n);
                    }
                }
            }
        }
    }

    fn level(&self, c: char, line: char) -> bool {
        let joints: &str = match line {
            '─' => "┴┬┸┰",
            '═' => "╧╤",
            '━' => "┷┯┻┳",
            _ => "",
        };
        c == line || joints.contains(c)
    }

    fn side(&self, at: Cell, sign: &str, last: bool) -> bool {
        let count = sign.chars().count();
        sign.chars().enumerate().all(|(n, wanted)| {
            let c = self.at((at.0 + n, at.1));
            let outer = if last { n + 1 == count } else { n == 0 };
            let joints: &str = match wanted {
                '│' if outer => "┤├┥┝",
                '║' if outer => "╢╟",
                _ => "",
            };
            c == wanted || joints.contains(c)
        })
    }

    fn node(&self, x: usize, y: usize, shape: Shape) -> Option<Box> {
        let Outline { corners, lines, left, right } = shape::of(shape, self.ascii);
        if self.at((x, y)) != corners[0] {
            return None;
        }
        let mut end = x + 1;
        while self.level(self.at((end, y)), lines[0]) {
            end += 1;
        }
        if end < x + 3 || self.at((end, y)) != corners[1] {
            return None;
        }
        let start_of_right = (end + 1).checked_sub(right.chars().count())?;
        let closes = |bottom: usize| {
            self.at((x, bottom)) == corners[2]
                && self.at((end, bottom)) == corners[3]
                && (x + 1..end).all(|x| self.level(self.at((x, bottom)), lines[1]))
        };
        let mut bottom = y + 1;
        while !closes(bottom) {
            if !self.side((x, bottom), left, false) || !self.side((start_of_right, bottom), right, true) {
                return None;
            }
            bottom += 1;
        }
        let inner = (x + left.chars().count(), start_of_right);
        let text: Vec<String> = (y + 1..bottom).map(|y| self.text(y, inner.0, inner.1)).collect();
        Some(Box { left: x, top: y, right: end, bottom, shape: Some(shape), text: squash(&text.concat()) })
    }

    fn frame(&self, x: usize, y: usize) -> Option<Box> {
        let Outline { corners, .. } = shape::of(Shape::Rect, self.ascii);
        let (level, upright) =
            if self.ascii { ("-|:#", "|") } else { ("─┴┬┸┰┼╂", "│├┤┥┝┼┿") };
        if self.at((x, y)) != corners[0] || !level.contains(self.at((x + 1, y))) || self.at((x + 2, y)) != ' ' {
            return None;
        }
        let mut bottom = y + 1;
        while upright.contains(self.at((x, bottom))) {
            bottom += 1;
        }
        if self.at((x, bottom)) != corners[2] {
            return None;
        }
        let closes = |right: usize| {
            self.at((right, y)) == corners[1]
                && self.at((right, bottom)) == corners[3]
                && (y + 1..bottom).all(|y| upright.contains(self.at((right, y))))
                && (x + 1..right).all(|x| level.contains(self.at((x, bottom))))
        };
        let right = (x + 4..self.rows[y].len()).find(|&right| closes(right))?;
        let end = (x + 3..right).rev().find(|&x| self.at((x, y)) == ' ')?;
        Some(Box { left: x, top: y, right, bottom, shape: None, text: squash(&self.text(y, x + 3, end)) })
    }

    /// Titles of the frames around a box, from the outside in, and its text.
    fn name(&self, which: usize) -> Name {
        let own = &self.boxes[which];
        let mut around: Vec<&Box> = self.boxes.iter().filter(|b| b.shape.is_none() && own.within(b)).collect();
        around.sort_by_key(|b| b.left);
        around.iter().map(|b| b.text.clone()).chain([own.text.clone()]).collect()
    }

    /// To which sides a character of a line leads.
    fn arms(&self, c: char) -> Option<(Vec<usize>, Stroke)> {
        let (arms, stroke): (&[usize], Stroke) = if self.ascii {
            match c {
                '|' => (&[UP, DOWN], Stroke::Solid),
                '-' => (&[LEFT, RIGHT], Stroke::Solid),
                ':' => (&[UP, DOWN], Stroke::Dotted),
                '~' => (&[LEFT, RIGHT], Stroke::Dotted),
                '#' => (&[UP, DOWN], Stroke::Thick),
                '=' => (&[LEFT, RIGHT], Stroke::Thick),
                ',' => (&[RIGHT, DOWN], Stroke::Invisible),
                '.' => (&[DOWN, LEFT], Stroke::Invisible),
                '`' => (&[UP, RIGHT], Stroke::Invisible),
                '\'' => (&[UP, LEFT], Stroke::Invisible),
                _ => return None,
            }
        } else {
            match c {
                '│' => (&[UP, DOWN], Stroke::Solid),
                '─' => (&[LEFT, RIGHT], Stroke::Solid),
                '┆' => (&[UP, DOWN], Stroke::Dotted),
                '┄' => (&[LEFT, RIGHT], Stroke::Dotted),
                '┃' => (&[UP, DOWN], Stroke::Thick),
                '━' => (&[LEFT, RIGHT], Stroke::Thick),
                '╭' => (&[RIGHT, DOWN], Stroke::Invisible),
                '╮' => (&[DOWN, LEFT], Stroke::Invisible),
                '╰' => (&[UP, RIGHT], Stroke::Invisible),
                '╯' => (&[UP, LEFT], Stroke::Invisible),
                '┏' => (&[RIGHT, DOWN], Stroke::Thick),
                '┓' => (&[DOWN, LEFT], Stroke::Thick),
                '┗' => (&[UP, RIGHT], Stroke::Thick),
                '┛' => (&[UP, LEFT], Stroke::Thick),
                _ => return None,
            }
        };
        Some((arms.to_vec(), stroke))
    }

    fn crossing(&self, c: char) -> bool {
        !self.ascii && "┼╂┿╋".contains(c)
    }

    /// The tip that `c` is for a line that runs to `side`.
    fn tip(&self, c: char, side: usize) -> Option<Tip> {
        let arrows = if self.ascii { ['^', '>', 'v', '<'] } else { ['▲', '►', '▼', '◄'] };
        let (circle, cross) = if self.ascii { ('o', 'x') } else { ('○', '×') };
        match c {
            c if c == arrows[side] => Some(Tip::Arrow),
            c if c == circle => Some(Tip::Circle),
            c if c == cross => Some(Tip::Cross),
            _ => None,
        }
    }

    /// Whether a line that runs to `side` goes on at a cell that is not the border of a node.
    fn goes_on(&self, cell: Cell, side: usize) -> bool {
        let c = self.at(cell);
        if let Some(&owner) = self.owner.get(&cell)
            && self.boxes[owner].shape.is_some()
        {
            return false;
        }
        if self.crossing(c) {
            return true;
        }
        if let Some((arms, _)) = self.arms(c) {
            if arms.contains(&back(side)) {
                return true;
            }
            // In ASCII a line that runs level passes behind upright ones.
            return self.ascii
                && side % 2 == 1
                && arms == [UP, DOWN]
                && self.next(cell, side).is_some_and(|next| self.goes_on(next, side));
        }
        self.tip(c, side).is_some() && self.next(cell, side).is_some_and(|next| self.owner.contains_key(&next))
    }

    /// Whether a line that runs to `side` ends at this border cell of a box, rather than crossing a frame.
    fn stops(&self, cell: Cell, side: usize) -> bool {
        let Some(&owner) = self.owner.get(&cell) else { return false };
        let b = &self.boxes[owner];
        if b.shape.is_some() {
            return true;
        }
        let c = self.at(cell);
        if !self.ascii {
            return !self.crossing(c);
        }
        if side == UP || side == DOWN {
            return !"|:#".contains(c);
        }
        !self.next(cell, side).is_some_and(|next| self.goes_on(next, side))
    }

    /// All places where a line starts at a box: the first cell, the way it runs, the box.
    fn starts(&self) -> Vec<(Cell, usize, usize)> {
        let mut starts = Vec::new();
        for (&border, &owner) in &self.owner {
            if !self.boxes[owner].border(border) {
                continue;
            }
            for side in 0..4 {
                let Some(cell) = self.next(border, side) else { continue };
                let b = &self.boxes[owner];
                // Nodes have lines on the outside only; along a border nothing starts.
                if self.owner.contains_key(&cell) || b.shape.is_some() && b.holds(cell) {
                    continue;
                }
                if b.shape.is_none() && !self.ascii && self.crossing(self.at(border)) {
                    continue;
                }
                if b.shape.is_none() && self.ascii {
                    // A frame crossed by an upright line shows that line; by a level one, lines on both sides.
                    let upright = "|:#".contains(self.at(border));
                    let flat = border.1 == b.top || border.1 == b.bottom;
                    if flat && upright {
                        continue;
                    }
                    let beyond = self.next(border, back(side));
                    if !flat && beyond.is_some_and(|beyond| self.goes_on(beyond, back(side))) {
                        continue;
                    }
                }
                let c = self.at(cell);
                let behind = self.next(cell, side);
                let line_behind = behind.is_some_and(|behind| self.goes_on(behind, side))
                    || behind.is_some_and(|behind| self.tip(self.at(behind), side).is_some());
                let tip = self.tip(c, back(side)).is_some() && line_behind;
                let line = self.arms(c).is_some_and(|(arms, _)| arms.contains(&back(side)));
                if tip || line {
                    starts.push((cell, side, owner));
                }
            }
        }
        starts
    }

    fn word(&self, cell: Cell) -> bool {
        let c = self.at(cell);
        !self.owner.contains_key(&cell)
            && c != ' '
            && !self.crossing(c)
            && self.arms(c).is_none()
            && !"▲►▼◄○×".contains(c)
    }

    /// The cells of the label that `cell` belongs to.
    fn label(&self, cell: Cell) -> BTreeSet<Cell> {
        let mut all = BTreeSet::from([cell]);
        let mut todo = vec![cell];
        while let Some((x, y)) = todo.pop() {
            let mut near: Vec<Cell> = Vec::new();
            // Around a label are spaces: a sign that touches a letter is text, whatever lines are made of.
            for dx in [-1isize, 1] {
                let beside = x.checked_add_signed(dx).map(|x| (x, y));
                if let Some(cell) = beside.filter(|c| self.at(*c) != ' ' && !self.owner.contains_key(c))
                    && all.insert(cell)
                {
                    todo.push(cell);
                }
            }
            for dx in [-1isize, 1] {
                let Some(nx) = x.checked_add_signed(dx) else { continue };
                near.push((nx, y));
                if self.at((nx, y)) == ' ' {
                    let Some(far) = nx.checked_add_signed(dx) else { continue };
                    near.push((far, y));
                    // A comma at the end of a word is text, not a corner.
                    let sign = ",.".contains(self.at((far, y)));
                    let after = |n: isize| far.checked_add_signed(n * dx).map(|x| (x, y));
                    let word = after(1).is_some_and(|cell| self.at(cell).is_alphanumeric())
                        && after(2).is_none_or(|cell| !self.owner.contains_key(&cell)); // else it is a tip
                    if sign && word && all.insert((far, y)) {
                        todo.push((far, y));
                    }
                }
            }
            for dy in [-1isize, 1] {
                let Some(ny) = y.checked_add_signed(dy) else { continue };
                near.extend((x.saturating_sub(1)..=x + 1).map(|nx| (nx, ny)));
            }
            for cell in near {
                if self.word(cell) && all.insert(cell) {
                    todo.push(cell);
                }
            }
        }
        all
    }

    /// Follows a line from its first cell: the box at its end, both tips, stroke, label.
    fn follow(&self, start: (Cell, usize, usize), seen: &mut BTreeSet<Cell>) -> Result<Followed, String> {
        let (mut cell, mut side, _) = start;
        let mut tail = Tip::Plain;
        let mut strokes = BTreeSet::new();
        let mut label = String::new();
        if let Some(tip) = self.tip(self.at(cell), back(side))
            && self.arms(self.at(cell)).is_none()
        {
            tail = tip;
            seen.insert(cell);
            cell = self.next(cell, side).ok_or("off the page")?;
        }
        for _ in 0..100_000 {
            let c = self.at(cell);
            if self.owner.contains_key(&cell) && self.stops(cell, side) {
                let last = self.next(cell, back(side)).ok_or("off the page")?;
                return Ok(Followed { last, owner: self.owner[&cell], tail, head: Tip::Plain, strokes, label });
            }
            if self.owner.contains_key(&cell) {
                // Across a frame.
            } else if self.crossing(c) {
                seen.insert(cell);
            } else if let Some((arms, stroke)) = self.arms(c) {
                seen.insert(cell);
                if arms.contains(&back(side)) {
                    if stroke != Stroke::Invisible {
                        strokes.insert(stroke);
                    }
                    side = arms.iter().copied().find(|arm| *arm != back(side)).unwrap_or(side);
                } else if !(self.ascii && side % 2 == 1 && arms == [UP, DOWN]) {
                    return Err(format!("a line runs into {c:?} at {cell:?}"));
                }
            } else {
                let beyond = self.next(cell, side);
                if let (Some(tip), Some(beyond)) = (self.tip(c, side), beyond)
                    && self.owner.contains_key(&beyond)
                    && self.stops_at_tip(beyond)
                {
                    seen.insert(cell);
                    return Ok(Followed { last: cell, owner: self.owner[&beyond], tail, head: tip, strokes, label });
                }
                let text = beyond.filter(|_| c == ' ').unwrap_or(cell);
                if !self.word(text) || !label.is_empty() {
                    return Err(format!("a line ends in the open at {cell:?}"));
                }
                let from = self.next(cell, back(side)).ok_or("off the page")?;
                let cells = self.label(text);
                label = self.words(&cells);
                seen.extend(&cells);
                let (next, way) = self.out_of(&cells, from)?;
                (cell, side) = (next, way);
                continue;
            }
            cell = self.next(cell, side).ok_or("off the page")?;
        }
        Err(format!("a line from {:?} never ends", start.0))
    }

    /// A tip ends at whatever box it touches.
    fn stops_at_tip(&self, border: Cell) -> bool {
        self.owner.get(&border).is_some_and(|&owner| self.boxes[owner].border(border))
    }

    fn words(&self, cells: &BTreeSet<Cell>) -> String {
        let mut rows: Vec<usize> = cells.iter().map(|c| c.1).collect();
        rows.sort_unstable();
        rows.dedup();
        let row = |y: usize| -> String {
            cells.iter().filter(|c| c.1 == y).map(|&c| self.at(c)).filter(|c| *c != '\0').collect()
        };
        rows.into_iter().map(row).collect()
    }

    /// The line on the other side of a label than the one that came `from`.
    fn out_of(&self, cells: &BTreeSet<Cell>, from: Cell) -> Result<(Cell, usize), String> {
        let mut ways = BTreeSet::new();
        for &cell in cells {
            for side in 0..4 {
                let Some(mut near) = self.next(cell, side) else { continue };
                if side % 2 == 1 {
                    if self.at(near) != ' ' {
                        continue;
                    }
                    near = match self.next(near, side) {
                        Some(near) => near,
                        None => continue,
                    };
                }
                let joined = self.arms(self.at(near)).is_some_and(|(arms, _)| arms.contains(&back(side)));
                if joined && !self.owner.contains_key(&near) && !cells.contains(&near) && near != from {
                    ways.insert((near, side));
                }
            }
        }
        match ways.iter().collect::<Vec<_>>().as_slice() {
            [way] => Ok(**way),
            other => Err(format!("the label {:?} has {} further lines: {other:?}", self.words(cells), other.len())),
        }
    }

    fn chart(&self) -> Result<Chart, String> {
        let mut chart = Chart::default();
        for (n, b) in self.boxes.iter().enumerate() {
            match b.shape {
                Some(shape) => chart.add_node(self.name(n), shape),
                None => chart.add_group(self.name(n)),
            }
        }
        let mut ties = Vec::new();
        let mut seen = BTreeSet::new();
        let mut done = BTreeSet::new();
        for start in self.starts() {
            let end = self.follow(start, &mut seen)?;
            if done.contains(&(end.last, start.0)) {
                continue;
            }
            done.insert((start.0, end.last));
            let of = |owner: usize, tip| (self.boxes[owner].shape.is_none(), self.name(owner), tip);
            let stroke = match end.strokes.iter().collect::<Vec<_>>().as_slice() {
                [stroke] => **stroke,
                [] => Stroke::Solid,
                many => return Err(format!("a line of several strokes: {many:?}")),
            };
            let ends = [(start.2, end.tail), (end.owner, end.head)];
            ties.push(Tie { ends, stroke, label: end.label.clone() });
            chart.add_edge([of(start.2, end.tail), of(end.owner, end.head)], stroke, end.label);
        }
        let names = (0..self.boxes.len()).map(|n| called(&self.name(n), self.boxes[n].shape)).collect();
        let pairs = (0..self.boxes.len()).flat_map(|inner| (0..self.boxes.len()).map(move |outer| (inner, outer)));
        let holds = |&(inner, outer): &(usize, usize)| {
            self.boxes[outer].shape.is_none() && self.boxes[inner].within(&self.boxes[outer])
        };
        chart.look(names, &ties, &pairs.filter(holds).collect::<Vec<_>>());
        for (y, row) in self.rows.iter().enumerate() {
            for (x, &c) in row.iter().enumerate() {
                let line = self.crossing(c) || self.arms(c).is_some() || !self.ascii && "▲►▼◄○×".contains(c);
                let inside = self.boxes.iter().any(|b| b.shape.is_some() && b.holds((x, y)));
                if line && !inside && !self.owner.contains_key(&(x, y)) && !seen.contains(&(x, y)) {
                    return Err(format!("{c:?} at {:?} belongs to no line", (x, y)));
                }
            }
        }
        Ok(chart)
    }
}

/// Where a line led.
struct Followed {
    last: Cell,
    owner: usize,
    tail: Tip,
    head: Tip,
    strokes: BTreeSet<Stroke>,
    label: String,
}
