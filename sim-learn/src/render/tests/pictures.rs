//! Pictures that people see, as snapshots: read each as a newcomer would before accepting it.

use super::{options, testdata};
use crate::render::mermaid;

fn picture(name: &str, width: usize, ascii: bool) -> String {
    mermaid(&testdata(&format!("{name}.mmd")), &options(width, ascii)).unwrap_or_else(|problem| problem.to_string())
}

#[test]
fn the_first_diagram_of_the_notes_fits_into_a_hundred_columns() {
    let drawn = picture("lab", 100, false);
    assert!(drawn.lines().all(|line| line.chars().count() <= 100));
    insta::assert_snapshot!("lab-100", drawn);
}

#[test]
fn pictures_stay_as_they_were_read() {
    for (name, width) in [
        ("lab", 80),
        ("deployment", 80),
        ("network", 100),
        ("shapes", 80),
        ("arrows", 100),
        ("edge-to-subgraph", 80),
        ("two-roles", 100),
        ("state-task", 80),
        ("state-composite", 100),
        ("sequence", 80),
        ("sequence-all", 100),
    ] {
        insta::assert_snapshot!(format!("{name}-{width}"), picture(name, width, false));
    }
}

#[test]
fn pictures_in_ascii_stay_as_they_were_read() {
    for (name, width) in [("lab", 100), ("shapes", 80), ("sequence", 80)] {
        let drawn = picture(name, width, true);
        assert!(drawn.is_ascii(), "{drawn}");
        insta::assert_snapshot!(format!("{name}-{width}-ascii"), drawn);
    }
}

#[test]
fn classes_and_styles_are_colours() {
    let options = crate::render::Options { width: 80, ascii: false, colour: true };
    let drawn = mermaid(&testdata("classes.mmd"), &options).expect("a picture");
    insta::assert_snapshot!("classes-80-colour", drawn.replace('\u{1b}', "ESC"));
}

#[test]
fn problems_name_place_cause_and_way_out() {
    let cases = [
        "pie\n\"a\": 1",
        "flowchart XY",
        "flowchart LR\nA[text (more)] --> B",
        "flowchart LR\n  A --> ",
        "flowchart LR\nA[open",
        "flowchart LR\nsubgraph S\nA",
        "flowchart LR\nend",
        "flowchart LR\nA -x-> B",
        "flowchart LR\nA e1@--> B",
        "flowchart LR\nA@{ shape: cloud }",
        "flowchart LR\nlinkStyle 3 stroke:red",
        "flowchart LR\nA --> B C",
        "stateDiagram-v2\nstate A {\nB\n--\nC\n}",
        "stateDiagram-v2\nA -> B",
        "sequenceDiagram\nA-))B: x",
        "sequenceDiagram\nloop forever\nA->>B: x",
        "sequenceDiagram\ncreate participant X",
        "sequenceDiagram\ndeactivate A",
        "",
    ];
    let mut out = String::new();
    for source in cases {
        let said = match mermaid(source, &options(80, false)) {
            Ok(drawn) => format!("DRAWN\n{drawn}"),
            Err(problem) => problem.to_string(),
        };
        out.push_str(&format!("{source:?}\n  {said}\n"));
    }
    insta::assert_snapshot!("problems", out);
}

#[test]
fn a_picture_that_cannot_fit_says_the_width_that_it_needs() {
    let source = "flowchart LR\nsubgraph A\nsubgraph B\nsubgraph C[A title of some length that is not wrapped]\nD\nend\nend\nend";
    let problem = mermaid(source, &options(30, false)).expect_err("too wide");
    let least: usize =
        problem.help.as_deref().and_then(|help| help.strip_prefix("it needs ")?.parse().ok()).expect("a width");
    assert!(mermaid(source, &options(least, false)).is_ok());
    assert!(mermaid(source, &options(least - 1, false)).is_err());
}
