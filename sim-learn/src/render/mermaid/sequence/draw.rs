//! The rows of a sequence diagram: boxes, lifelines, messages, notes, frames around blocks.

use super::plan::{Plan, longest};
use super::{Beside, Head, Sequence, Step};
use crate::render::canvas::{Canvas, Paint};
use crate::render::layout::centred;
use crate::render::text;

/// The characters of the picture.
struct Signs {
    life: char,
    active: char,
    line: char,
    dotted: char,
    frame: [char; 4],
    level: char,
    upright: char,
    divider: char,
    /// Joins of a frame's upper edge, divider: left, right.
    tees: [char; 2],
    right: char,
    left: char,
    cross: char,
    open: [char; 2],
    turn: [char; 2],
    /// A lifeline under a name, and above one.
    under: char,
    above: char,
    /// A message over a lifeline, and over an active one.
    over: [char; 2],
}

const UNICODE: Signs = Signs {
    life: '│',
    active: '┃',
    line: '─',
    dotted: '┄',
    frame: ['┌', '┐', '└', '┘'],
    level: '─',
    upright: '│',
    divider: '╌',
    tees: ['├', '┤'],
    right: '►',
    left: '◄',
    cross: '×',
    open: ['>', '<'],
    turn: ['╮', '╯'],
    under: '┬',
    above: '┴',
    over: ['┼', '╂'],
};

const ASCII: Signs = Signs {
    life: '|',
    active: '#',
    line: '-',
    dotted: '~',
    frame: ['+', '+', '+', '+'],
    level: '-',
    upright: '|',
    divider: '.',
    tees: ['+', '+'],
    right: '>',
    left: '<',
    cross: 'x',
    open: [')', '('],
    turn: ['.', '\''],
    under: '-',
    above: '-',
    over: ['|', '#'],
};

/// One row; lifelines are put first.
type Row = Vec<(usize, String, Paint)>;

struct Pen<'a> {
    plan: &'a Plan,
    signs: &'a Signs,
    actors: Vec<bool>,
    rows: Vec<Row>,
    /// Activations of each lifeline.
    active: Vec<usize>,
    /// How deep the present row lies in blocks.
    depth: usize,
}

pub(super) fn draw(sequence: &Sequence, plan: &Plan, ascii: bool) -> Canvas {
    let mut pen = Pen {
        plan,
        signs: if ascii { &ASCII } else { &UNICODE },
        actors: sequence.parties.iter().map(|p| p.actor).collect(),
        rows: Vec::new(),
        active: vec![0; sequence.parties.len()],
        depth: 0,
    };
    pen.names(false);
    for step in &sequence.steps {
        pen.step(step);
    }
    pen.row(Vec::new());
    pen.names(true);
    let mut canvas = Canvas::new(plan.width, pen.rows.len());
    for (y, row) in pen.rows.iter().enumerate() {
        for (x, text, paint) in row {
            canvas.write(*x, y, text, *paint);
        }
    }
    canvas
}

impl Pen<'_> {
    /// A row with lifelines and the sides of open blocks below what is given.
    fn row(&mut self, over: Row) {
        let mut row = Row::new();
        for (n, &x) in self.plan.at.iter().enumerate() {
            let sign = if self.active[n] > 0 { self.signs.active } else { self.signs.life };
            row.push((x, sign.to_string(), Paint { dim: self.active[n] == 0, ..Paint::default() }));
        }
        for level in 0..self.depth {
            let (left, right) = self.sides(level);
            for x in [left, right] {
                row.push((x, self.signs.upright.to_string(), Paint::default()));
            }
        }
        row.extend(over);
        self.rows.push(row);
    }

    /// The sides of a block at a depth.
    fn sides(&self, level: usize) -> (usize, usize) {
        (2 * level, self.plan.width - 1 - 2 * level)
    }

    fn text(x: usize, text: impl Into<String>) -> (usize, String, Paint) {
        (x, text.into(), Paint::default())
    }

    /// The boxes with the names, above and again below; a person's box has round corners.
    fn names(&mut self, below: bool) {
        let height = self.plan.names.iter().map(Vec::len).max().unwrap_or(1);
        for y in 0..height + 2 {
            let mut row = Row::new();
            for (n, &x) in self.plan.at.iter().enumerate() {
                let lines = &self.plan.names[n];
                let half = longest(lines) / 2 + 2;
                let inner = 2 * half - 1;
                let round = ['╭', '╮', '╰', '╯'];
                let round_ascii = [',', '.', '`', '\''];
                let [tl, tr, bl, br] = match (self.actors[n], self.signs.line == '-') {
                    (true, false) => round,
                    (true, true) => round_ascii,
                    _ => self.signs.frame,
                };
                let edge = |corner: [char; 2], joint: Option<char>| {
                    let level = |count: usize| self.signs.level.to_string().repeat(count);
                    let middle = joint.unwrap_or(self.signs.level);
                    format!("{}{}{middle}{}{}", corner[0], level(half - 1), level(half - 1), corner[1])
                };
                let text = if y == 0 {
                    edge([tl, tr], below.then_some(self.signs.above))
                } else if y == height + 1 {
                    edge([bl, br], (!below).then_some(self.signs.under))
                } else {
                    let above = (height - lines.len()) / 2;
                    let line = (y - 1).checked_sub(above).and_then(|at| lines.get(at)).map_or("", String::as_str);
                    let pad = centred(line, inner);
                    let rest = inner - pad - text::width(line);
                    let side = self.signs.upright;
                    format!("{side}{}{line}{}{side}", " ".repeat(pad), " ".repeat(rest))
                };
                row.push((x - half, text, Paint::default()));
            }
            self.rows.push(row);
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Message { from, to, text, dotted, head, both } if from == to => {
                self.own_message(*from, text, *dotted, *head, *both);
            }
            Step::Message { from, to, text, dotted, head, both } => {
                self.message(*from, *to, text, *dotted, *head, *both);
            }
            Step::Note { beside, text } => self.note(*beside, text),
            Step::Activate(who) => self.active[*who] += 1,
            Step::Deactivate(who) => self.active[*who] -= 1,
            Step::Open(word, text) => {
                self.row(Vec::new());
                self.block(word, text, true);
                self.depth += 1;
            }
            Step::Next(word, text) => {
                self.row(Vec::new());
                self.depth -= 1;
                self.block(word, text, false);
                self.depth += 1;
            }
            Step::Close => {
                self.row(Vec::new());
                self.depth -= 1;
                let (left, right) = self.sides(self.depth);
                let level = self.signs.level.to_string().repeat(right - left - 1);
                self.row(vec![Self::text(left, format!("{}{level}{}", self.signs.frame[2], self.signs.frame[3]))]);
            }
        }
    }

    fn message(&mut self, from: usize, to: usize, text: &str, dotted: bool, head: Head, both: bool) {
        let (a, b) = (self.plan.at[from.min(to)], self.plan.at[from.max(to)]);
        let room = b - a - 1;
        self.row(Vec::new());
        if !text.is_empty() {
            for line in text::wrap(text, self.plan.aside.max(room.saturating_sub(4))) {
                let x = a + 1 + centred(&line, room);
                self.row(vec![Self::text(x, line)]);
            }
        }
        let sign = if dotted { self.signs.dotted } else { self.signs.line };
        let mut line: Vec<char> = vec![sign; room];
        let rightwards = from < to;
        let tip = |rightwards: bool| match head {
            Head::None => sign,
            Head::Filled if rightwards => self.signs.right,
            Head::Filled => self.signs.left,
            Head::Cross => self.signs.cross,
            Head::Open => self.signs.open[usize::from(!rightwards)],
        };
        if rightwards || both {
            line[room - 1] = tip(true);
        }
        if !rightwards || both {
            line[0] = tip(false);
        }
        // The line passes over lifelines that it has nothing to do with.
        for (n, &x) in self.plan.at.iter().enumerate() {
            if x > a && x < b {
                line[x - a - 1] = self.signs.over[usize::from(self.active[n] > 0)];
            }
        }
        self.row(vec![Self::text(a + 1, line.into_iter().collect::<String>())]);
    }

    fn own_message(&mut self, who: usize, text: &str, dotted: bool, head: Head, both: bool) {
        let x = self.plan.at[who];
        let sign = if dotted { self.signs.dotted } else { self.signs.line };
        let tip = match head {
            Head::None => sign,
            Head::Filled => self.signs.left,
            Head::Cross => self.signs.cross,
            Head::Open => self.signs.open[1],
        };
        let first = if both { tip } else { sign };
        self.row(Vec::new());
        let lines = text::wrap(text, self.plan.aside);
        self.row(vec![
            Self::text(x + 1, format!("{first}{sign}{}", self.signs.turn[0])),
            Self::text(x + 5, lines[0].clone()),
        ]);
        for line in &lines[1..] {
            self.row(vec![Self::text(x + 3, self.signs.life.to_string()), Self::text(x + 5, line.clone())]);
        }
        self.row(vec![Self::text(x + 1, format!("{tip}{sign}{}", self.signs.turn[1]))]);
    }

    fn note(&mut self, beside: Beside, text: &str) {
        let at = |n: usize| self.plan.at[n];
        let least = match beside {
            Beside::Over(a, b) => at(b) - at(a) + 5,
            _ => 5,
        };
        let lines = text::wrap(text, self.plan.aside.max(least.saturating_sub(4)));
        let wide = (longest(&lines) + 4).max(least);
        let x = match beside {
            Beside::Left(n) => at(n).saturating_sub(wide + 1),
            Beside::Right(n) => at(n) + 2,
            Beside::Over(a, b) => ((at(a) + at(b)) / 2).saturating_sub(wide / 2),
        };
        let level = self.signs.level.to_string().repeat(wide - 2);
        let [tl, _, bl, br] = self.signs.frame;
        let fold = if self.signs.line == '-' { '\\' } else { '╲' };
        self.row(Vec::new());
        self.row(vec![Self::text(x, format!("{tl}{level}{fold}"))]);
        for line in lines {
            let rest = " ".repeat(wide - 4 - text::width(&line));
            let side = self.signs.upright;
            self.row(vec![Self::text(x, format!("{side} {line}{rest} {side}"))]);
        }
        self.row(vec![Self::text(x, format!("{bl}{level}{br}"))]);
    }

    /// The upper edge of a block, or the divider between two of its parts, with its text.
    fn block(&mut self, word: &str, text: &str, first: bool) {
        let (left, right) = self.sides(self.depth);
        let inner = right - left - 1;
        let lines = text::wrap(text, inner.saturating_sub(text::width(word) + 6).max(2));
        let (ends, level) = if first {
            ([self.signs.frame[0], self.signs.frame[1]], self.signs.level)
        } else {
            (self.signs.tees, self.signs.divider)
        };
        let edge = format!("{}{}{}", ends[0], level.to_string().repeat(inner), ends[1]);
        let title = if text.is_empty() { format!(" {word} ") } else { format!(" {word}: {} ", lines[0]) };
        let bold = Paint { bold: true, ..Paint::default() };
        self.row(vec![Self::text(left, edge), (left + 2, title, bold)]);
        for line in &lines[1..] {
            let sides = [left, right].map(|x| Self::text(x, self.signs.upright.to_string()));
            let text = format!(" {line} ");
            self.row([sides.to_vec(), vec![(left + 3 + text::width(word), text, bold)]].concat());
        }
    }
}
