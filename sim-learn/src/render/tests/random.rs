//! Diagrams made up at random are drawn and read back. A failure is shrunk, and says its seed.

use super::chart::Chart;
use super::corpus::said;
use super::{cases, options, reader};
use crate::render::mermaid;
use proptest::prelude::*;

/// A diagram in the making; numbers are taken modulo what there is.
#[derive(Clone, Debug)]
struct Made {
    direction: usize,
    /// The shape of each node, and the group that it lies in.
    nodes: Vec<(usize, usize)>,
    /// The parent of each group, among those before it; a direction of its own.
    groups: Vec<(usize, usize)>,
    edges: Vec<Line>,
    width: usize,
    ascii: bool,
}

#[derive(Clone, Debug)]
struct Line {
    from: usize,
    to: usize,
    arrow: usize,
    label: usize,
}

const DIRECTIONS: [&str; 4] = ["TD", "LR", "BT", "RL"];
const BRACKETS: [(&str, &str); 14] = [
    ("[", "]"),
    ("(", ")"),
    ("([", "])"),
    ("[[", "]]"),
    ("[(", ")]"),
    ("((", "))"),
    ("(((", ")))"),
    (">", "]"),
    ("{", "}"),
    ("{{", "}}"),
    ("[/", "/]"),
    ("[\\", "\\]"),
    ("[/", "\\]"),
    ("[\\", "/]"),
];
const ARROWS: [&str; 13] =
    ["-->", "---", "-.->", "-.-", "==>", "===", "--o", "--x", "<-->", "o--o", "x--x", "<-.->", "---->"];
const LABELS: [&str; 7] = ["", "", "", "yes", "no way", "pulls the image and starts", "exactly two"];

impl Made {
    fn source(&self) -> String {
        let mut out = format!("flowchart {}\n", DIRECTIONS[self.direction % 4]);
        let parent = |group: usize| self.groups[group].0 % (group + 1);
        // 0 is the page, group g is g + 1.
        let home = |node: usize| self.nodes[node].1 % (self.groups.len() + 1);
        fn inside(
            made: &Made,
            here: usize,
            out: &mut String,
            parent: &dyn Fn(usize) -> usize,
            home: &dyn Fn(usize) -> usize,
        ) {
            for node in 0..made.nodes.len() {
                if home(node) == here {
                    let (open, close) = BRACKETS[made.nodes[node].0 % BRACKETS.len()];
                    // Every third number is also another's, so that boxes of one name stand in one picture.
                    let number = if node % 3 == 2 { node - 1 } else { node };
                    let extra = ["", " service", " with a long name in it"][made.nodes[node].0 % 3];
                    out.push_str(&format!("n{node}{open}Node {number}{extra}{close}\n"));
                }
            }
            for group in 0..made.groups.len() {
                if parent(group) == here {
                    out.push_str(&format!("subgraph g{group} [Group {group}]\n"));
                    if made.groups[group].1 % 8 < 4 {
                        out.push_str(&format!("direction {}\n", DIRECTIONS[made.groups[group].1 % 4]));
                    }
                    inside(made, group + 1, out, parent, home);
                    out.push_str("end\n");
                }
            }
        }
        inside(self, 0, &mut out, &parent, &home);
        let ends = self.nodes.len() + self.groups.len();
        let name = |end: usize| match end % ends {
            n if n < self.nodes.len() => format!("n{n}"),
            n => format!("g{}", n - self.nodes.len()),
        };
        for line in &self.edges {
            let (from, to) = (name(line.from), name(line.to));
            if from == to && from.starts_with('g') {
                continue;
            }
            let label = match LABELS[line.label % LABELS.len()] {
                "" => String::new(),
                text => format!("|{text}|"),
            };
            out.push_str(&format!("{from} {}{label} {to}\n", ARROWS[line.arrow % ARROWS.len()]));
        }
        out
    }
}

fn made() -> impl Strategy<Value = Made> {
    let line = (any::<usize>(), any::<usize>(), 0usize..13, 0usize..7).prop_map(|(from, to, arrow, label)| Line {
        from,
        to,
        arrow,
        label,
    });
    (
        0usize..4,
        prop::collection::vec((any::<usize>(), any::<usize>()), 1..=14),
        prop::collection::vec((any::<usize>(), any::<usize>()), 0..=4),
        prop::collection::vec(line, 0..=20),
        prop::sample::select(vec![60usize, 80, 100, 160, 240]),
        any::<bool>(),
    )
        .prop_map(|(direction, nodes, groups, edges, width, ascii)| Made {
            direction,
            nodes,
            groups,
            edges,
            width,
            ascii,
        })
}

/// What the picture shows, if there is one; a diagram that does not fit has none.
fn reading(source: &str, width: usize, ascii: bool) -> Result<Option<Chart>, String> {
    match mermaid(source, &options(width, ascii)) {
        Ok(drawn) => {
            let widest = drawn.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            if widest > width {
                return Err(format!("{widest} columns in {width}\n{drawn}"));
            }
            reader::read(&drawn, ascii).map(Some).map_err(|error| format!("{error}\n{drawn}"))
        }
        Err(problem) if problem.message.contains("does not fit") || problem.message.contains("too many lines") => {
            Ok(None)
        }
        Err(problem) => Err(problem.to_string()),
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_random_diagram_reads_back_as_it_was_written(made in made()) {
        let source = made.source();
        match reading(&source, made.width, made.ascii) {
            Ok(None) => {}
            Ok(Some(read)) => {
                let difference = said(&source, made.ascii).difference(&read);
                if !difference.is_empty() {
                    let drawn = mermaid(&source, &options(made.width, made.ascii)).unwrap_or_default();
                    return Err(TestCaseError::fail(format!("{source}\n{difference}\n{drawn}")));
                }
            }
            Err(error) => return Err(TestCaseError::fail(format!("{source}\n{error}"))),
        }
    }
}

#[test]
fn nearly_every_random_diagram_fits_into_a_hundred_columns() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let drawn = (0..200)
        .filter(|_| {
            let made = made().new_tree(&mut runner).expect("a diagram").current();
            mermaid(&made.source(), &options(100, made.ascii)).is_ok()
        })
        .count();
    assert!(drawn >= 190, "only {drawn} of 200 were drawn: the others were read by nobody");
}

/// A tree of 200 boxes with 101 lines across.
#[test]
fn a_crowd_of_lines_reads_back_as_it_was_written() {
    let tree = (1..200).map(|n| format!("n{} --> n{n}\n", (n - 1) / 3));
    let across = (1..=101).map(|n| format!("n{n} --> n{}\n", n + 3));
    let source: String = std::iter::once("flowchart TD\n".to_owned()).chain(tree).chain(across).collect();
    for width in [120, 200] {
        let read = reading(&source, width, false).unwrap_or_else(|error| panic!("{error}")).expect("it fits");
        let difference = said(&source, false).difference(&read);
        assert!(difference.is_empty(), "in {width} columns:\n{difference}");
    }
}
