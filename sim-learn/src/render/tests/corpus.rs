//! Diagrams written by hand: each is drawn at several widths, in Unicode and in ASCII, and read back.

use super::chart::Chart;
use super::{options, reader, testdata};
use crate::render::{mermaid, mermaid_text};

/// Names of the graph diagrams in `testdata`.
fn files() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/testdata");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("testdata")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".mmd") && !name.starts_with("sequence"))
        .collect();
    names.sort();
    names
}

/// What a source says, in the characters that may be used.
pub(super) fn said(source: &str, ascii: bool) -> Chart {
    let mut graph = mermaid_text::parse_graph(source).unwrap_or_else(|problem| panic!("{source}\n{problem}"));
    mermaid_text::prepare(&mut graph, &options(80, ascii));
    Chart::of(&graph)
}

#[test]
fn every_diagram_of_the_corpus_reads_back_as_it_was_written() {
    let names = files();
    assert!(names.len() >= 25, "only {} diagrams", names.len());
    let mut wrong = String::new();
    for name in names {
        let source = testdata(&name);
        for (width, ascii) in [(80, false), (100, false), (100, true), (160, false), (60, true)] {
            let said = said(&source, ascii);
            let drawn = match mermaid(&source, &options(width, ascii)) {
                Ok(drawn) => drawn,
                Err(problem) if width < 80 => {
                    assert!(problem.message.contains("does not fit"), "{name}:{problem}");
                    continue;
                }
                Err(problem) => panic!("{name} at {width}: {problem}"),
            };
            let difference = match reader::read(&drawn, ascii) {
                Ok(read) => said.difference(&read),
                Err(error) => error,
            };
            if !difference.is_empty() {
                wrong.push_str(&format!("{name} at {width}, ascii {ascii}:\n{difference}\n{drawn}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_picture_with_one_arrow_moved_does_not_read_back() {
    let source = "flowchart LR\nA --> B\nC --> D";
    let said = said(source, false);
    let drawn = mermaid(source, &options(80, false)).expect("a picture");
    assert_eq!(said.difference(&reader::read(&drawn, false).expect("a reading")), "");
    let broken = drawn.replacen("►", "─", 1);
    assert!(reader::read(&broken, false).map_or(true, |read| !said.difference(&read).is_empty()));
}

/// The picture of another chart in which every name, and every pair of names with a line, is there as often.
#[test]
fn lines_that_namesakes_swapped_do_not_read_back() {
    let boxes = "flowchart TD\na1[Task]\na2[Task]\nb[One]\nc[Two]\nd[Three]\n";
    let said = said(&format!("{boxes}a1 --> b\na1 --> c\na2 --> d"), false);
    let wrong = format!("{boxes}a1 --> b\na1 --> d\na2 --> c");
    for (source, right) in [(wrong, false), (format!("{boxes}a2 --> b\na2 --> c\na1 --> d"), true)] {
        let drawn = mermaid(&source, &options(80, false)).expect("a picture");
        let difference = said.difference(&reader::read(&drawn, false).expect("a reading"));
        assert_eq!(difference.is_empty(), right, "{difference}\n{drawn}");
    }
}
