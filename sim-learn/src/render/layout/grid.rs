//! The cells of a picture as lines see them: what is taken, what may be crossed, what is better avoided.

use super::{Rect, Scene, centred};
use crate::render::text;

/// A way out of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Up,
    Right,
    Down,
    Left,
}

impl Side {
    pub(crate) const ALL: [Side; 4] = [Side::Up, Side::Right, Side::Down, Side::Left];

    pub(crate) fn opposite(self) -> Self {
        match self {
            Side::Up => Side::Down,
            Side::Right => Side::Left,
            Side::Down => Side::Up,
            Side::Left => Side::Right,
        }
    }

    pub(crate) fn vertical(self) -> bool {
        matches!(self, Side::Up | Side::Down)
    }

    pub(crate) fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The way of one line: cells from the tail to the head.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub edge: usize,
    /// Cells as (column, row).
    pub cells: Vec<(usize, usize)>,
    /// Where the thing lies that the line starts at, seen from the first cell.
    pub tail_side: Side,
    /// Where the thing lies that it ends at, seen from the last cell.
    pub head_side: Side,
    /// Whether it starts at an end of the edge, not at the label.
    pub from_end: bool,
    /// Whether it ends at an end of the edge, not at the label.
    pub to_end: bool,
}

/// One cell of a way: where it is, where the way comes from and where it goes on.
type Bit = ((usize, usize), Side, Side);

impl Path {
    fn bits(&self) -> impl Iterator<Item = Bit> {
        let after = self.cells.iter().skip(1).map(Some).chain([None]);
        let mut into = self.tail_side;
        self.cells.iter().zip(after).map(move |(&cell, after)| {
            let out = after.map_or(self.head_side, |&after| side_to(cell, after));
            (cell, std::mem::replace(&mut into, out.opposite()), out)
        })
    }
}

/// Nobody may be here.
pub(super) const BLOCK: u8 = 1;
/// A line or frame runs through from left to right.
pub(super) const ACROSS: u8 = 2;
/// A line or frame runs through from top to bottom.
pub(super) const ALONG: u8 = 4;
/// A line turns or ends here.
pub(super) const SOLID: u8 = 8;

/// What a contested cell becomes dearer by, and at most.
const WORN: u8 = 24;
const WORN_MAX: u8 = 200;

/// What a cell becomes dearer by at most because lines are near.
const NEAR_LINES_MAX: u8 = 8;

/// A cell as lines see it; small, since they look at many.
#[derive(Clone, Copy, Default)]
pub(super) struct Cell {
    pub flags: u8,
    /// What a step on the cell costs beyond the plain price.
    pub soft: u8,
    /// The frame whose border the cell is, counted from 1; 0 is none.
    pub frame: u16,
}

/// The cells, row by row. A rim of cells where nobody may be lies around them, and a row takes a power of two, so that
/// what looks at many cells needs neither a question for the edge nor a division.
pub(super) struct Grid {
    pub width: usize,
    pub height: usize,
    /// A row takes two to this power of cells.
    shift: u32,
    pub cells: Vec<Cell>,
    /// The cells without any line.
    bare: Vec<Cell>,
}

impl Grid {
    pub(super) fn new(scene: &Scene, title_width: impl Fn(usize) -> usize) -> Self {
        let shift = (scene.width + 2).next_power_of_two().trailing_zeros();
        let rim = Cell { flags: BLOCK, ..Cell::default() };
        let cells = vec![rim; (scene.height + 2) << shift];
        let mut grid = Self { width: scene.width, height: scene.height, shift, cells, bare: Vec::new() };
        for y in 0..scene.height {
            let first = grid.at(0, y);
            grid.cells[first..first + scene.width].fill(Cell::default());
        }
        for &(group, rect) in &scene.groups {
            grid.put_frame(group, rect, title_width(group));
        }
        for (_, rect, _) in &scene.nodes {
            grid.block(*rect);
            grid.shun(*rect, 3);
        }
        for (_, rect, _) in &scene.labels {
            grid.block(*rect);
            grid.shun(*rect, 2);
        }
        grid.bare = grid.cells.clone();
        grid
    }

    /// Takes all lines away.
    pub(super) fn clear(&mut self) {
        self.cells.copy_from_slice(&self.bare);
    }

    /// The flags of a cell that no line made.
    pub(super) fn fixed(&self, at: usize) -> u8 {
        self.bare[at].flags
    }

    /// Whether a line can start in a cell beside a border.
    pub(super) fn open(&self, cell: (usize, usize), border: Side) -> bool {
        self.opens(&self.cells, cell, border)
    }

    /// Whether it could if there were no other lines.
    pub(super) fn could_open(&self, cell: (usize, usize), border: Side) -> bool {
        self.opens(&self.bare, cell, border)
    }

    fn opens(&self, cells: &[Cell], (x, y): (usize, usize), border: Side) -> bool {
        let here = cells[self.at(x, y)];
        let (bx, by) = step((x, y), border);
        let border = cells[self.at(bx, by)];
        // The border of a frame may be crossed here already.
        let both = ACROSS | ALONG;
        let crossed = border.frame != 0 && (border.flags & SOLID != 0 || border.flags & both == both);
        here.flags == 0 && here.frame == 0 && !crossed
    }

    /// Whether a way has its cells to itself, but for lines that it crosses.
    pub(super) fn fits(&self, path: &Path) -> bool {
        path.bits().enumerate().all(|(n, bit)| self.fits_at(path, n, bit))
    }

    /// Whether the `n`th cell of a way, entered from one side and left on the other, is its own but for lines that it
    /// crosses.
    fn fits_at(&self, path: &Path, n: usize, (cell, into, out): Bit) -> bool {
        let last = path.cells.len() - 1;
        if n == 0 && !self.open(cell, into) || n == last && !self.open(cell, out) {
            return false;
        }
        let taken = BLOCK | SOLID | if out.vertical() { ALONG } else { ACROSS };
        let flags = self.cells[self.at(cell.0, cell.1)].flags;
        if into == out.opposite() { flags & taken == 0 } else { flags == 0 }
    }

    /// Makes the cells dearer for good where a way pushes others aside, so that they do not push each other for ever.
    pub(super) fn wear(&mut self, path: &Path) {
        for (n, bit) in path.bits().enumerate() {
            if self.fits_at(path, n, bit) {
                continue;
            }
            let at = self.at(bit.0.0, bit.0.1);
            self.bare[at].soft = self.bare[at].soft.saturating_add(WORN).min(WORN_MAX);
        }
    }

    pub(super) fn at(&self, x: usize, y: usize) -> usize {
        (y + 1) << self.shift | (x + 1)
    }

    /// Column and row of a cell: `at`, the other way round.
    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        ((at & ((1 << self.shift) - 1)) - 1, (at >> self.shift) - 1)
    }

    /// By how much the number of a cell differs from its upper neighbour's.
    pub(super) fn row(&self) -> usize {
        1 << self.shift
    }

    fn block(&mut self, rect: Rect) {
        for y in rect.y..rect.y + rect.h {
            for x in rect.x..rect.x + rect.w {
                let at = self.at(x, y);
                self.cells[at].flags |= BLOCK;
            }
        }
    }

    /// Makes the cells around a box dearer, so that lines keep their distance where they can.
    fn shun(&mut self, rect: Rect, cost: u8) {
        for (x, y) in around(rect, self.width, self.height) {
            let at = self.at(x, y);
            self.cells[at].soft = self.cells[at].soft.saturating_add(cost);
        }
    }

    fn put_frame(&mut self, group: usize, rect: Rect, title: usize) {
        let (right, bottom) = (rect.x + rect.w - 1, rect.y + rect.h - 1);
        for x in rect.x..=right {
            for y in [rect.y, bottom] {
                let at = self.at(x, y);
                self.cells[at].flags |= ACROSS;
                self.cells[at].frame = group as u16 + 1;
            }
        }
        for y in rect.y..=bottom {
            for x in [rect.x, right] {
                let at = self.at(x, y);
                self.cells[at].flags |= ALONG;
                self.cells[at].frame = group as u16 + 1;
            }
        }
        // Corners carry both flags, so nothing crosses them; nor the title.
        for x in rect.x + 1..(rect.x + 4 + title).min(right) {
            let at = self.at(x, rect.y);
            self.cells[at].flags |= BLOCK;
        }
        self.shun(rect, 2);
        if rect.w > 2 && rect.h > 2 {
            let inside = Rect { x: rect.x + 1, y: rect.y + 1, w: rect.w - 2, h: rect.h - 2 };
            for x in inside.x..inside.x + inside.w {
                for y in [inside.y, inside.y + inside.h - 1] {
                    let at = self.at(x, y);
                    self.cells[at].soft = self.cells[at].soft.saturating_add(2);
                }
            }
            for y in inside.y..inside.y + inside.h {
                for x in [inside.x, inside.x + inside.w - 1] {
                    let at = self.at(x, y);
                    self.cells[at].soft = self.cells[at].soft.saturating_add(2);
                }
            }
        }
    }

    /// Enters a line that was found. A line with a stroke of its own (`show`) needs a cell where that can be seen:
    /// straight, no tip, crossed by nothing, now or later; false if it has none.
    pub(super) fn take(&mut self, path: &Path, tips: [bool; 2], show: bool) -> bool {
        let last = path.cells.len() - 1;
        let mut shown = !show;
        for (n, ((x, y), into, out)) in path.bits().enumerate() {
            let at = self.at(x, y);
            let straight = into == out.opposite();
            let seen = straight && self.cells[at].flags == 0 && !(n == 0 && tips[0]) && !(n == last && tips[1]);
            if n == 0 || n == last || !straight || seen && !shown {
                self.cells[at].flags |= SOLID;
            }
            shown |= seen;
            self.cells[at].flags |= if into.vertical() { ALONG } else { ACROSS };
            self.cells[at].flags |= if out.vertical() { ALONG } else { ACROSS };
            // The cell itself becomes no dearer.
            let soft = self.cells[at].soft;
            for middle in [at - self.row(), at, at + self.row()] {
                for near in &mut self.cells[middle - 1..middle + 2] {
                    near.soft += u8::from(near.soft < NEAR_LINES_MAX);
                }
            }
            self.cells[at].soft = soft;
        }
        for ((x, y), side) in [(path.cells[0], path.tail_side), (path.cells[last], path.head_side)] {
            // The cell of a frame at which a line ends is crossed by nobody.
            let (x, y) = step((x, y), side);
            let at = self.at(x, y);
            self.cells[at].flags |= SOLID;
        }
        shown
    }
}

/// The next cell on a side. Callers stay within the grid.
pub(crate) fn step((x, y): (usize, usize), side: Side) -> (usize, usize) {
    match side {
        Side::Up => (x, y.wrapping_sub(1)),
        Side::Right => (x + 1, y),
        Side::Down => (x, y + 1),
        Side::Left => (x.wrapping_sub(1), y),
    }
}

/// On which side of `from` its neighbour `to` lies.
pub(crate) fn side_to(from: (usize, usize), to: (usize, usize)) -> Side {
    if to.0 > from.0 {
        Side::Right
    } else if to.0 < from.0 {
        Side::Left
    } else if to.1 > from.1 {
        Side::Down
    } else {
        Side::Up
    }
}

/// The ring of cells around a box, within the bounds.
fn around(rect: Rect, width: usize, height: usize) -> impl Iterator<Item = (usize, usize)> {
    let columns = rect.x.saturating_sub(1)..(rect.x + rect.w + 1).min(width);
    let above = rect.y.checked_sub(1).into_iter();
    let below = Some(rect.y + rect.h).filter(|&y| y < height).into_iter();
    let left = rect.x.checked_sub(1).into_iter();
    let right = Some(rect.x + rect.w).filter(|&x| x < width).into_iter();
    let flat = above.chain(below).flat_map(move |y| columns.clone().map(move |x| (x, y)));
    let inner = rect.y..rect.y + rect.h;
    flat.chain(left.chain(right).flat_map(move |x| inner.clone().map(move |y| (x, y))))
}

/// Where a line of a label stands.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub start: usize,
    pub width: usize,
    /// Columns with a letter: a line that comes to a space between two words seems to end in the open.
    pub letters: Vec<usize>,
}

/// Where the lines of a label stand.
pub(super) fn label_spans(rect: Rect, lines: &[String]) -> Vec<Span> {
    let span = |line: &String| {
        let start = rect.x + centred(line, rect.w);
        let mut letters = Vec::new();
        let mut x = start;
        for c in line.chars() {
            if c.is_alphanumeric() && text::char_width(c) > 0 {
                letters.push(x);
            }
            x += text::char_width(c);
        }
        if letters.is_empty() {
            letters.push(start + text::width(line) / 2);
        }
        Span { start, width: text::width(line), letters }
    };
    lines.iter().map(span).collect()
}
