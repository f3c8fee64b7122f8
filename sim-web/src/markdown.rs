//! Markdown as a tree of plain elements. HTML in it is text like any other, and links lead to HTTPS pages only, so
//! that no content can do more than be read.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde::Serialize;
use sim_learn::render;
use ts_rs::TS;

/// Columns that a drawn diagram may take in the page's panel, the narrowest first.
const WIDTHS: [usize; 3] = [52, 76, 110];
/// How deep elements may lie in each other.
const DEPTH_MAX: usize = 40;

/// One element, or a text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
pub struct Node {
    /// Its name: that of an HTML element, `text`, `diagram` (drawn text), or `aws` (commands to be typed).
    pub tag: String,
    /// Its text, where it has one of its own.
    pub text: String,
    /// Where a link leads.
    pub href: String,
    /// What lies in it.
    pub kids: Vec<Node>,
}

impl Node {
    fn of(tag: &str) -> Node {
        Node { tag: tag.to_owned(), ..Node::default() }
    }

    fn text(tag: &str, text: impl Into<String>) -> Node {
        Node { text: text.into(), ..Node::of(tag) }
    }
}

/// The elements of a Markdown text.
pub fn tree(source: &str) -> Vec<Node> {
    let mut open = vec![Node::of("div")];
    let mut in_head = false;
    for event in Parser::new_ext(source, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(tag) => {
                in_head |= matches!(tag, Tag::TableHead);
                open.push(element(&tag, in_head));
            }
            Event::End(end) => {
                in_head &= !matches!(end, TagEnd::TableHead);
                if open.len() > 1 {
                    let done = finish(open.pop().unwrap_or_default());
                    put(&mut open, done);
                }
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                put(&mut open, Node::text("text", &*text))
            }
            Event::Code(text) => put(&mut open, Node::text("code", &*text)),
            Event::SoftBreak => put(&mut open, Node::text("text", " ")),
            Event::HardBreak => put(&mut open, Node::of("br")),
            Event::Rule => put(&mut open, Node::of("hr")),
            _ => {}
        }
    }
    while open.len() > 1 {
        let done = finish(open.pop().unwrap_or_default());
        put(&mut open, done);
    }
    open.pop().unwrap_or_default().kids
}

/// Puts a node into the innermost element that is open; what lies too deep becomes flat.
fn put(open: &mut [Node], node: Node) {
    let place = open.len().min(DEPTH_MAX) - 1;
    let parent = &mut open[place];
    match (parent.kids.last_mut(), node.tag.as_str()) {
        (Some(last), "text") if last.tag == "text" => last.text += &node.text,
        _ => parent.kids.push(node),
    }
}

fn element(tag: &Tag, in_head: bool) -> Node {
    match tag {
        Tag::Heading { level, .. } => Node::of(match level {
            HeadingLevel::H1 | HeadingLevel::H2 => "h3",
            _ => "h4",
        }),
        Tag::Paragraph => Node::of("p"),
        Tag::BlockQuote(_) => Node::of("blockquote"),
        Tag::CodeBlock(kind) => {
            let language = match kind {
                CodeBlockKind::Fenced(words) => words.split(' ').next().unwrap_or_default().to_owned(),
                CodeBlockKind::Indented => String::new(),
            };
            // The language travels as the link's place until the block is finished.
            Node { href: language, ..Node::of("pre") }
        }
        Tag::List(None) => Node::of("ul"),
        Tag::List(Some(_)) => Node::of("ol"),
        Tag::Item => Node::of("li"),
        Tag::Table(_) => Node::of("table"),
        Tag::TableHead | Tag::TableRow => Node::of("tr"),
        Tag::TableCell => Node::of(if in_head { "th" } else { "td" }),
        Tag::Emphasis => Node::of("em"),
        Tag::Strong => Node::of("strong"),
        Tag::Strikethrough => Node::of("s"),
        Tag::Link { dest_url, .. } if dest_url.starts_with("https://") => {
            Node { href: dest_url.to_string(), ..Node::of("a") }
        }
        _ => Node::of("span"),
    }
}

/// A code block is drawn, or can be typed, or is shown as it is.
fn finish(node: Node) -> Node {
    if node.tag != "pre" {
        return node;
    }
    let text: String = node.kids.iter().map(|kid| kid.text.as_str()).collect();
    match node.href.as_str() {
        "mermaid" => diagram(&text),
        "aws" => Node::text("aws", text.trim_end()),
        _ => Node::text("pre", text.trim_end()),
    }
}

fn diagram(source: &str) -> Node {
    let draw = |width| render::mermaid(source, &render::Options { width, ascii: false, colour: false });
    let drawn = WIDTHS.iter().find_map(|&width| draw(width).ok());
    Node::text(if drawn.is_some() { "diagram" } else { "pre" }, drawn.unwrap_or_else(|| source.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(nodes: &[Node]) -> String {
        nodes.iter().map(|node| format!("<{} {} {}>{}", node.tag, node.href, node.text, flat(&node.kids))).collect()
    }

    #[test]
    fn html_is_text_and_links_lead_to_https_only() {
        let nodes =
            tree("a <script>alert(1)</script> [a](javascript:alert(1)) [b](https://x.org) ![c](https://y.org/p.png)");
        let text = flat(&nodes);
        assert!(text.contains("<script>alert(1)</script>"), "{text}");
        assert!(!text.contains("javascript:") && text.contains("<a https://x.org >"), "{text}");
        assert!(!text.contains("p.png"), "nothing is loaded from elsewhere: {text}");
    }

    #[test]
    fn blocks_are_drawn_typed_or_shown() {
        let nodes =
            tree("```mermaid\nflowchart LR\n  a --> b\n```\n```aws after=2m\naws ecs list-clusters\n```\n```\nx\n```");
        let tags: Vec<&str> = nodes.iter().map(|node| node.tag.as_str()).collect();
        assert_eq!(tags, ["diagram", "aws", "pre"]);
        assert_eq!(nodes[1].text, "aws ecs list-clusters");
    }

    #[test]
    fn a_text_of_a_thousand_levels_is_a_tree_of_some() {
        fn depth(nodes: &[Node]) -> usize {
            nodes.iter().map(|node| 1 + depth(&node.kids)).max().unwrap_or(0)
        }
        assert!(depth(&tree(&">".repeat(1000))) <= DEPTH_MAX + 1);
    }
}
