//! The events of pulldown-cmark as a tree of blocks.

use super::inline::{Look, Piece};
use crate::render::text::clean;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// A part of a document.
#[derive(Clone, Debug)]
pub(super) enum Block {
    Heading {
        level: usize,
        text: Vec<Piece>,
    },
    Paragraph(Vec<Piece>),
    Quote(Vec<Block>),
    /// The number of the first item, or bullets; items with the state of their box.
    List {
        first: Option<u64>,
        items: Vec<Item>,
    },
    /// The language; the text; line and column of each line of the text.
    Code {
        language: String,
        text: String,
        places: Vec<(usize, usize)>,
    },
    Table {
        alignment: Vec<Alignment>,
        rows: Vec<Vec<Vec<Piece>>>,
    },
    Rule,
}

/// An item of a list.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub done: Option<bool>,
    pub blocks: Vec<Block>,
}

/// Blocks, and the addresses of the links, in the order of their numbers.
pub(super) struct Document {
    pub blocks: Vec<Block>,
    pub addresses: Vec<String>,
}

/// Blocks within blocks beyond this depth are taken out of their containers: no page shows them.
const DEPTH_MAX: usize = 24;

/// A container that is still open.
enum Open {
    Page(Vec<Block>),
    Quote(Vec<Block>),
    List { first: Option<u64>, items: Vec<Item> },
    Item(Item),
    Table { alignment: Vec<Alignment>, rows: Vec<Vec<Vec<Piece>>> },
}

/// A block of code that is still open.
struct Code {
    language: String,
    text: String,
    /// Line and column of each line.
    places: Vec<(usize, usize)>,
}

struct Reader {
    ascii: bool,
    line_starts: Vec<usize>,
    open: Vec<Open>,
    /// Containers that were not opened because they lie too deep.
    sunken: usize,
    text: Vec<Piece>,
    look: Vec<Look>,
    /// Where the text of each open link began, and its address.
    links: Vec<(usize, String)>,
    addresses: Vec<String>,
    code: Option<Code>,
}

/// Reads a document.
pub(super) fn parse(source: &str, ascii: bool) -> Document {
    let mut line_starts = vec![0];
    line_starts.extend(source.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1));
    let mut reader = Reader {
        ascii,
        line_starts,
        open: vec![Open::Page(Vec::new())],
        sunken: 0,
        text: Vec::new(),
        look: vec![Look::default()],
        links: Vec::new(),
        addresses: Vec::new(),
        code: None,
    };
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        reader.event(source, event, range);
    }
    reader.flush();
    while reader.open.len() > 1 {
        reader.close();
    }
    let blocks = match reader.open.pop() {
        Some(Open::Page(blocks)) => blocks,
        _ => Vec::new(),
    };
    Document { blocks, addresses: reader.addresses }
}

impl Reader {
    fn event(&mut self, source: &str, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(Code { text: code, places, .. }) => {
                    let line = self.line_starts.partition_point(|&start| start <= range.start);
                    let start = self.line_starts[line - 1];
                    let column = source[start..range.start].chars().count() + 1;
                    for n in 0..text.matches('\n').count().max(1) {
                        places.push((line + n, if n == 0 { column } else { 1 }));
                    }
                    code.push_str(&text);
                }
                None => self.say(&text),
            },
            Event::Code(code) => self.say_as(&code, |look| look.code = true),
            Event::Html(html) | Event::InlineHtml(html) => self.say(&html),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => self.say(&text),
            Event::SoftBreak => self.say(" "),
            Event::HardBreak => self.say("\n"),
            Event::Rule => {
                self.flush();
                self.add(Block::Rule);
            }
            Event::TaskListMarker(done) => {
                if let Some(Open::Item(item)) = self.open.last_mut() {
                    item.done = Some(done);
                }
            }
        }
    }

    fn look(&self) -> Look {
        self.look.last().copied().unwrap_or_default()
    }

    fn say(&mut self, text: &str) {
        let piece = Piece::new(clean(text, self.ascii), self.look());
        self.text.push(piece);
    }

    fn say_as(&mut self, text: &str, change: impl Fn(&mut Look)) {
        let mut look = self.look();
        change(&mut look);
        let piece = Piece::new(clean(text, self.ascii).replace('\n', " "), look);
        self.text.push(piece);
    }

    fn push_look(&mut self, change: impl Fn(&mut Look)) {
        let mut look = self.look();
        change(&mut look);
        self.look.push(look);
    }

    /// Text of an item without paragraphs is a paragraph once something else begins.
    fn flush(&mut self) {
        let mut text = std::mem::take(&mut self.text);
        if let Some(last) = text.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
        if text.iter().any(|piece| !piece.text.trim().is_empty()) {
            self.add(Block::Paragraph(text));
        }
    }

    fn add(&mut self, block: Block) {
        match self.open.last_mut() {
            Some(Open::Page(blocks) | Open::Quote(blocks)) => blocks.push(block),
            Some(Open::Item(item)) => item.blocks.push(block),
            // Only items are in lists, and cells in tables.
            Some(Open::List { items, .. }) => items.push(Item { done: None, blocks: vec![block] }),
            Some(Open::Table { .. }) | None => {}
        }
    }

    fn enter(&mut self, open: Open) {
        self.flush();
        if self.open.len() >= DEPTH_MAX {
            self.sunken += 1;
        } else {
            self.open.push(open);
        }
    }

    fn leave(&mut self) {
        self.flush();
        if self.sunken > 0 {
            self.sunken -= 1;
        } else {
            self.close();
        }
    }

    fn close(&mut self) {
        if self.open.len() < 2 {
            return;
        }
        match self.open.pop() {
            Some(Open::Quote(blocks)) => self.add(Block::Quote(blocks)),
            Some(Open::List { first, items }) => self.add(Block::List { first, items }),
            Some(Open::Table { alignment, rows }) => self.add(Block::Table { alignment, rows }),
            Some(Open::Item(item)) => match self.open.last_mut() {
                Some(Open::List { items, .. }) => items.push(item),
                _ => item.blocks.into_iter().for_each(|block| self.add(block)),
            },
            Some(Open::Page(_)) | None => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.flush();
                self.push_look(|look| look.strong = true);
            }
            Tag::BlockQuote(_) => self.enter(Open::Quote(Vec::new())),
            Tag::List(first) => self.enter(Open::List { first, items: Vec::new() }),
            Tag::Item => self.enter(Open::Item(Item { done: None, blocks: Vec::new() })),
            Tag::CodeBlock(kind) => {
                self.flush();
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.split([' ', ',']).next().unwrap_or("").to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some(Code { language, text: String::new(), places: Vec::new() });
            }
            Tag::Table(alignment) => self.enter(Open::Table { alignment, rows: Vec::new() }),
            Tag::TableHead | Tag::TableRow => {
                if let Some(Open::Table { rows, .. }) = self.open.last_mut() {
                    rows.push(Vec::new());
                }
            }
            Tag::Emphasis => self.push_look(|look| look.emphasis = true),
            Tag::Strong => self.push_look(|look| look.strong = true),
            Tag::Strikethrough => self.push_look(|look| look.struck = true),
            Tag::Link { dest_url, .. } => {
                self.links.push((self.text.len(), clean(&dest_url, self.ascii).replace('\n', "")));
                self.push_look(|look| look.link = true);
            }
            Tag::Image { dest_url, .. } => {
                self.links.push((self.text.len(), clean(&dest_url, self.ascii).replace('\n', "")));
                self.say("image: ");
                self.push_look(|look| look.link = true);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                self.look.pop();
                let text = std::mem::take(&mut self.text);
                self.add(Block::Heading { level: level as usize, text });
            }
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.flush(),
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item | TagEnd::Table => self.leave(),
            TagEnd::CodeBlock => {
                if let Some(Code { language, text, places }) = self.code.take() {
                    self.add(Block::Code { language, text, places });
                }
            }
            TagEnd::TableCell => {
                let text = std::mem::take(&mut self.text);
                if let Some(Open::Table { rows, .. }) = self.open.last_mut()
                    && let Some(row) = rows.last_mut()
                {
                    row.push(text);
                }
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.look.pop();
            }
            TagEnd::Link | TagEnd::Image => {
                self.look.pop();
                if let Some((from, address)) = self.links.pop() {
                    let shown: String = self.text.iter().skip(from).map(|piece| piece.text.as_str()).collect();
                    // An address that is its own text needs no number, nor a place in the same document.
                    if shown != address && !address.starts_with('#') && !address.is_empty() {
                        let number = match self.addresses.iter().position(|known| *known == address) {
                            Some(at) => at + 1,
                            None => {
                                self.addresses.push(address);
                                self.addresses.len()
                            }
                        };
                        self.text.push(Piece::new(format!(" [{number}]"), Look::DIM));
                    }
                }
            }
            _ => {}
        }
    }
}
