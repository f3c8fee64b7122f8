//! Sources from strangers: whatever they say, there is a picture or a problem with a place, in bounded time, and
//! nothing that a terminal would obey.

use super::{cases, options, testdata};
use crate::render::{Options, markdown, mermaid};
use proptest::prelude::*;

/// Nothing but line ends controls the terminal.
fn harmless(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || !c.is_control())
}

const FILES: [&str; 8] = [
    "lab.mmd",
    "deployment.mmd",
    "shapes.mmd",
    "text.mmd",
    "classes.mmd",
    "state-composite.mmd",
    "sequence.mmd",
    "sequence-all.mmd",
];

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn any_text_after_a_header_is_drawn_or_refused(
        header in prop::sample::select(vec!["flowchart LR\n", "graph TD;", "stateDiagram-v2\n", "sequenceDiagram\n", ""]),
        body in "[\\PC\n\t\r\x1b\x00-\x1f\u{80}-\u{9f}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{5d0}-\u{5ea}\u{300}-\u{36f}]{0,200}",
        width in 0usize..500,
        ascii in any::<bool>(),
    ) {
        if let Ok(drawn) = mermaid(&format!("{header}{body}"), &options(width, ascii)) {
            prop_assert!(harmless(&drawn));
            prop_assert!(!ascii || drawn.is_ascii());
        }
    }

    #[test]
    fn pieces_of_mermaid_in_any_order_are_drawn_or_refused(
        header in prop::sample::select(vec!["flowchart LR\n", "stateDiagram-v2\n", "sequenceDiagram\n"]),
        pieces in prop::collection::vec(prop::sample::select(vec![
            "A", "B", "-->", "--", "-.->", "==", "[", "]", "(", "))", "{", "}", "\"", "|", "&", "\n", " ", ";", "subgraph",
            "end", "x", "direction LR", "state", "[*]", ": ", "<br>", "<<choice>>", "->>", "+", "-", "note right of A",
            "Note over A,B: t", "loop x", "alt", "else", "activate A", "deactivate A", "@{", ":::", "#quot;", "~~~", "`",
            "日本", "\u{202e}", "e\u{301}", "class A b", "style A fill:#f00", "linkStyle 0 stroke:red",
        ]), 0..60),
        width in 1usize..=400,
        ascii in any::<bool>(),
    ) {
        if let Ok(drawn) = mermaid(&format!("{header}{}", pieces.concat()), &options(width, ascii)) {
            prop_assert!(harmless(&drawn));
            prop_assert!(!ascii || drawn.is_ascii());
        }
    }

    #[test]
    fn a_damaged_diagram_is_drawn_or_refused(
        file in prop::sample::select(FILES.to_vec()),
        cut in any::<prop::sample::Index>(),
        length in 0usize..30,
        with in "[\\-\\[\\](){}|<>&;:\"a-z\n.=~x\u{1b}\u{9b}\u{7}\u{202e}\u{5d0}\u{301}\u{4e2d}]{0,6}",
        width in 1usize..=400,
    ) {
        let mut chars: Vec<char> = testdata(file).chars().collect();
        let at = cut.index(chars.len());
        let end = (at + length).min(chars.len());
        chars.splice(at..end, with.chars());
        let source: String = chars.into_iter().collect();
        match mermaid(&source, &options(width, false)) {
            Ok(drawn) => prop_assert!(harmless(&drawn)),
            Err(problem) => {
            prop_assert!(harmless(&problem.to_string()), "{problem:?}");
            prop_assert!(problem.line >= 1 && problem.line <= source.lines().count() + 1, "{problem}");
            prop_assert!(!problem.message.is_empty());
            }
        }
    }

    #[test]
    fn any_markdown_is_rendered_or_refused(source in "[\\PC\n\t\x1b\u{80}-\u{9f}\u{202a}-\u{202e}\u{5d0}-\u{5ea}\u{300}-\u{36f}#*>`|\\- ]{0,400}", width in 0usize..=400, ascii in any::<bool>()) {
        if let Ok(text) = markdown(&source, &options(width, ascii)) {
            prop_assert!(harmless(&text));
            prop_assert!(!ascii || text.is_ascii());
        }
    }

    #[test]
    fn a_damaged_lesson_is_rendered_or_refused(
        cut in any::<prop::sample::Index>(),
        length in 0usize..60,
        with in "[#*>`|\\-\\[\\]()<>\n 0-9.a\u{1b}\u{9b}\u{202e}\u{5d0}\u{301}\u{4e2d}]{0,8}",
        width in 1usize..=400,
        ascii in any::<bool>(),
    ) {
        let mut chars: Vec<char> = testdata("lesson.md").chars().collect();
        let at = cut.index(chars.len());
        let end = (at + length).min(chars.len());
        chars.splice(at..end, with.chars());
        if let Ok(text) = markdown(&chars.into_iter().collect::<String>(), &options(width, ascii)) {
            prop_assert!(harmless(&text));
            prop_assert!(!ascii || text.is_ascii());
        }
    }
}

#[test]
fn what_is_too_large_is_refused_with_its_place() {
    let many: String = (0..501).map(|n| format!("n{n}\n")).collect();
    let problem = mermaid(&format!("flowchart TD\n{many}"), &options(80, false)).expect_err("too many boxes");
    assert_eq!((problem.line, problem.message.as_str()), (502, "more than 500 boxes"));

    let lines = "A --> B\n".repeat(2001);
    let problem = mermaid(&format!("flowchart TD\n{lines}"), &options(80, false)).expect_err("too many lines");
    assert_eq!(problem.message, "more than 2000 lines");

    let deep = format!("{}A\n{}", (0..21).map(|n| format!("subgraph s{n}\n")).collect::<String>(), "end\n".repeat(21));
    let problem = mermaid(&format!("flowchart TD\n{deep}"), &options(400, false)).expect_err("too deep");
    assert_eq!((problem.line, problem.message.as_str()), (22, "subgraphs are nested deeper than 20"));

    let deep = "> ".repeat(20_000);
    assert!(markdown(&deep, &options(80, false)).is_ok());
}

#[test]
fn the_largest_chart_is_refused_before_it_takes_for_ever() {
    // 500 boxes and 2000 lines, in an order that looks like none.
    let mut seed = 1u64;
    let mut draw = |n: u64| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) % n
    };
    let edges: String = (0..2000).map(|_| format!("n{} --> n{}\n", draw(500), draw(500))).collect();
    let drawn = mermaid(&format!("flowchart LR\n{edges}"), &options(100, false));
    assert!(drawn.is_err_and(|problem| problem.message.contains("too many") || problem.message.contains("fit")));
}

#[test]
fn nothing_of_a_source_reaches_the_terminal_as_a_command() {
    let evil = "\u{1b}[2J\u{9b}31m\u{7}\u{202e}";
    for source in [
        format!("flowchart LR\nA[\"{evil}\"] -->|{evil}| B\nsubgraph S[\"{evil}\"]\nC\nend"),
        format!("sequenceDiagram\nA->>B: {evil}\nNote over A: {evil}\nloop {evil}\nend"),
        format!("stateDiagram-v2\nA : {evil}\nA --> B : {evil}"),
        format!("---\ntitle: {evil}\n---\nflowchart LR\nA"),
    ] {
        match mermaid(&source, &options(80, false)) {
            Ok(drawn) => assert!(harmless(&drawn) && !drawn.contains('\u{202e}'), "{drawn:?}"),
            Err(problem) => assert!(harmless(&problem.to_string()), "{problem:?}"),
        }
    }
    let text = format!(
        "# {evil}\n\n`{evil}` [{evil}](http://{evil}) <b>{evil}</b>\n\n```\n{evil}\n```\n\n|{evil}|\n|-|\n|{evil}|\n"
    );
    let drawn = markdown(&text, &options(80, false)).expect("text");
    assert!(harmless(&drawn) && !drawn.contains('\u{202e}'), "{drawn:?}");
}

#[test]
fn colours_are_the_only_escape_sequences() {
    let options = Options { width: 80, ascii: false, colour: true };
    for drawn in [mermaid(&testdata("classes.mmd"), &options), markdown(&testdata("lesson.md"), &options)] {
        let drawn = drawn.expect("a picture");
        assert!(drawn.contains('\u{1b}'));
        for sequence in drawn.split('\u{1b}').skip(1) {
            let end = sequence.find('m').expect("the end of a sequence");
            assert!(
                sequence[..end].trim_start_matches('[').chars().all(|c| c.is_ascii_digit() || c == ';'),
                "{sequence:?}"
            );
        }
    }
}
