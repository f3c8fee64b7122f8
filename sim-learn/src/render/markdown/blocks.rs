//! Blocks as lines of a given width.

use super::inline::{Line, Look, Piece, line_width, wrap};
use super::parse::{Block, Document, Item};
use super::table;
use crate::render::text::{clean, cut};
use crate::render::{Options, Problem, mermaid_text};

/// The least columns that a nested block gets, however deep it lies.
const WIDTH_MIN: usize = 12;

pub(super) struct Page<'a> {
    pub options: &'a Options,
}

/// A whole document, with the addresses of its links at the end.
pub(super) fn document(document: &Document, options: &Options) -> Result<Vec<Line>, Problem> {
    let page = Page { options };
    let width = options.width();
    let mut lines = page.blocks(&document.blocks, width)?;
    if !document.addresses.is_empty() {
        lines.push(Vec::new());
        lines.push(vec![Piece::new("Links", Look::STRONG)]);
        for (n, address) in document.addresses.iter().enumerate() {
            let number = format!("  [{}] ", n + 1);
            let indent = " ".repeat(number.len());
            for (k, part) in cut(address, width.saturating_sub(number.len()).max(2)).into_iter().enumerate() {
                let first = if k == 0 { number.clone() } else { indent.clone() };
                lines.push(vec![Piece::new(first, Look::DIM), Piece::plain(part)]);
            }
        }
    }
    Ok(lines)
}

impl Page<'_> {
    /// Blocks with an empty line between them.
    fn blocks(&self, blocks: &[Block], width: usize) -> Result<Vec<Line>, Problem> {
        let mut lines = Vec::new();
        for (n, block) in blocks.iter().enumerate() {
            if n > 0 {
                lines.push(Vec::new());
            }
            lines.extend(self.block(block, width)?);
        }
        Ok(lines)
    }

    /// One of two spellings of a sign.
    pub(super) fn sign(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.options.ascii { ascii } else { unicode }
    }

    fn block(&self, block: &Block, width: usize) -> Result<Vec<Line>, Problem> {
        Ok(match block {
            Block::Heading { level, text } => self.heading(*level, text, width),
            Block::Paragraph(text) => wrap(&self.marked(text), width),
            Block::Quote(blocks) => {
                let bar = Piece::new(self.sign("▌ ", "> "), Look::DIM);
                let inner = self.blocks(blocks, width.saturating_sub(2).max(WIDTH_MIN))?;
                inner.into_iter().map(|line| [vec![bar.clone()], line].concat()).collect()
            }
            Block::List { first, items } => self.list(*first, items, width)?,
            Block::Code { language, text, places } if language == "mermaid" => self.picture(text, places, width)?,
            Block::Code { text, .. } => self.code(text, width),
            Block::Table { alignment, rows } => table::table(self, alignment, rows, width),
            Block::Rule => vec![vec![Piece::new(self.sign("─", "-").repeat(width), Look::DIM)]],
        })
    }

    /// Without colours, emphasis shows by the signs that Markdown has for it.
    pub(super) fn marked(&self, text: &[Piece]) -> Vec<Piece> {
        if self.options.colour {
            return text.to_vec();
        }
        let mut out: Vec<Piece> = Vec::new();
        let signs = |look: Look| [(look.strong, "**"), (look.emphasis, "*"), (look.struck, "~~"), (look.code, "`")];
        let mut open: Vec<&str> = Vec::new();
        for piece in text {
            let wanted: Vec<&str> = signs(piece.look).iter().filter(|(on, _)| *on).map(|(_, sign)| *sign).collect();
            let same = open.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
            let closing: String = open[same..].iter().rev().copied().collect();
            let opening: String = wanted[same..].concat();
            open = wanted;
            out.push(Piece::plain(format!("{closing}{opening}")));
            out.push(piece.clone());
        }
        out.push(Piece::plain(open.iter().rev().copied().collect::<String>()));
        out
    }

    /// The two upper levels are underlined; the others keep their signs.
    fn heading(&self, level: usize, text: &[Piece], width: usize) -> Vec<Line> {
        // A heading is strong as a whole: signs for that would say nothing.
        let plain: Vec<Piece> =
            text.iter().map(|p| Piece { look: Look { strong: false, ..p.look }, ..p.clone() }).collect();
        let strong = |line: Line| -> Line {
            line.into_iter().map(|p| Piece { look: Look { strong: true, ..p.look }, ..p }).collect()
        };
        let prefix = if level > 2 { format!("{} ", "#".repeat(level)) } else { String::new() };
        let room = width.saturating_sub(prefix.len()).max(2);
        let mut lines: Vec<Line> = wrap(&self.marked(&plain), room)
            .into_iter()
            .map(|line| strong([vec![Piece::plain(prefix.clone())], line].concat()))
            .collect();
        let rule = match level {
            1 => self.sign("═", "="),
            2 => self.sign("─", "-"),
            _ => return lines,
        };
        let wide = lines.iter().map(line_width).max().unwrap_or(0);
        lines.push(vec![Piece::new(rule.repeat(wide), Look::DIM)]);
        lines
    }

    fn list(&self, first: Option<u64>, items: &[Item], width: usize) -> Result<Vec<Line>, Problem> {
        let mut lines = Vec::new();
        let last = first.map(|n| n.saturating_add(items.len() as u64));
        let loose =
            items.iter().any(|item| item.blocks.iter().filter(|b| !matches!(b, Block::List { .. })).count() > 1);
        for (n, item) in items.iter().enumerate() {
            let mark = match (first, last) {
                (Some(first), Some(last)) => {
                    let number = format!("{}.", first.saturating_add(n as u64));
                    format!("{number:>wide$} ", wide = last.to_string().len() + 1)
                }
                _ => self.sign("• ", "* ").to_owned(),
            };
            let mark = match item.done {
                Some(true) => self.sign("[✓] ", "[x] ").to_owned(),
                Some(false) => "[ ] ".to_owned(),
                None => mark,
            };
            let wide = mark.chars().count();
            let room = width.saturating_sub(wide).max(WIDTH_MIN);
            let mut inner = Vec::new();
            for (k, block) in item.blocks.iter().enumerate() {
                if k > 0 && !matches!(block, Block::List { .. }) {
                    inner.push(Vec::new());
                }
                inner.extend(self.block(block, room)?);
            }
            if inner.is_empty() {
                inner.push(Vec::new());
            }
            if n > 0 && loose {
                lines.push(Vec::new());
            }
            for (k, line) in inner.into_iter().enumerate() {
                let start = if k == 0 { mark.clone() } else { " ".repeat(wide) };
                lines.push([vec![Piece::plain(start)], line].concat());
            }
        }
        Ok(lines)
    }

    /// Code keeps its lines; what is too long goes on in the next one.
    fn code(&self, text: &str, width: usize) -> Vec<Line> {
        let bar = self.sign("  │ ", "  | ");
        let room = width.saturating_sub(4).max(2);
        let text = clean(text, self.options.ascii);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let look = Look { code: true, ..Look::default() };
        text.split('\n')
            .flat_map(|line| cut(line, room))
            .map(|line| vec![Piece::new(bar, Look::DIM), Piece::new(line, look)])
            .collect()
    }

    /// A Mermaid block; problems are placed in the document.
    fn picture(&self, text: &str, places: &[(usize, usize)], width: usize) -> Result<Vec<Line>, Problem> {
        let options = Options { width, ..self.options.clone() };
        let drawn = mermaid_text::render(text, &options).map_err(|problem| {
            let place = places.get(problem.line - 1).or(places.last()).copied();
            let (line, column) = place.unwrap_or((problem.line, 1));
            Problem { line, column: column + problem.column - 1, ..problem }
        })?;
        Ok(drawn
            .lines()
            .map(|line| vec![Piece { text: line.to_owned(), look: Look::default(), drawn: true }])
            .collect())
    }
}
