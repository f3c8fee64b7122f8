//! Documents as text.

use super::{options, testdata};
use crate::render::text::width;
use crate::render::{Options, markdown};

#[test]
fn a_lesson_stays_as_it_was_read() {
    for (name, width, ascii) in [("lesson-80", 80, false), ("lesson-100-ascii", 100, true), ("lesson-46", 46, false)] {
        insta::assert_snapshot!(name, markdown(&testdata("lesson.md"), &options(width, ascii)).expect("text"));
    }
}

#[test]
fn emphasis_is_colour_where_colours_are_allowed() {
    let options = Options { width: 60, ascii: false, colour: true };
    let text = markdown("A *b* **c** `d` ~~e~~ [f](g)", &options).expect("text").replace('\u{1b}', "ESC");
    insta::assert_snapshot!(text, @r"
    A ESC[3mbESC[0m ESC[1mcESC[0m ESC[36mdESC[0m ESC[9meESC[0m ESC[4mfESC[0mESC[2m [1]ESC[0m

    ESC[1mLinksESC[0m
    ESC[2m  [1] ESC[0mg
    ");
}

#[test]
fn every_line_fits_the_width() {
    let source = testdata("lesson.md");
    for columns in 36..=140 {
        let text = markdown(&source, &options(columns, false)).expect("text");
        let widest = text.lines().map(width).max();
        assert!(widest <= Some(columns), "{widest:?} columns in {columns}:\n{text}");
    }
}

#[test]
fn a_problem_in_a_diagram_is_placed_in_the_document() {
    let place = |source: &str| {
        let problem = markdown(source, &options(80, false)).expect_err("a problem");
        (problem.line, problem.column, problem.message)
    };
    let (line, column, message) = place("# Title\n\n```mermaid\nflowchart LR\n  A --> \n```\n");
    assert_eq!((line, column), (5, 8), "{message}");
    let (line, column, message) = place("> - x\n>\n>   ```mermaid\n>   flowchart LR\n>   A[b\n>   ```\n");
    assert_eq!((line, column), (5, 6), "{message}");
    let (line, _, message) = place("a\n\n```mermaid\npie\n```\n");
    assert_eq!(line, 4, "{message}");
}

#[test]
fn html_is_text() {
    let text = markdown("<script>alert(1)</script>\n\nA <b>c</b> &lt;d&gt;", &options(60, false)).expect("text");
    assert_eq!(text, "<script>alert(1)</script>\n\nA <b>c</b> <d>\n");
}

#[test]
fn wide_characters_take_two_columns_in_tables() {
    let text = markdown("|名前|b|\n|-|-|\n|x|日本語|\n|é|y|", &options(60, false)).expect("text");
    assert_eq!(text, "名前 │ b\n─────┼───────\nx    │ 日本語\né    │ y\n");
}

#[test]
fn a_table_of_too_many_columns_becomes_a_list_of_its_cells() {
    let head: String = (0..12).map(|n| format!("|column {n}")).collect();
    let rule = "|-".repeat(12);
    let row: String = (0..12).map(|n| format!("|cell {n}")).collect();
    let text = markdown(&format!("{head}|\n{rule}|\n{row}|"), &options(40, false)).expect("text");
    assert!(text.starts_with("**column 0**: cell 0\n") || text.starts_with("column 0: cell 0\n"), "{text}");
    assert_eq!(text.lines().count(), 12);
}
