//! Sequence diagrams read back from their characters: who sends what to whom, in which order, within which blocks.

use super::chart::squash;
use super::{cases, options};
use crate::render::mermaid;
use proptest::prelude::*;

/// What happens in a row, as text: so that two lists can be compared and shown.
type Story = Vec<String>;

fn message(from: &str, to: &str, sign: &str, text: &str) -> String {
    format!("{from} {sign} {to}: {}", squash(text))
}

/// A sign of ASCII as the one of Unicode that means the same: the picture is read in those.
fn sign(c: char, ascii: bool) -> char {
    match c {
        '>' if ascii => '►',
        '<' if ascii => '◄',
        ')' if ascii => '>',
        '(' if ascii => '<',
        'x' if ascii => '×',
        '-' if ascii => '─',
        '~' if ascii => '┄',
        '.' if ascii => '╮',
        '\'' if ascii => '╯',
        '|' if ascii => '│',
        '#' if ascii => '┃',
        other => other,
    }
}

/// Reads a picture.
fn read(picture: &str, ascii: bool) -> Result<Story, String> {
    let rows: Vec<Vec<char>> = picture.lines().map(|line| line.chars().collect()).collect();
    let raw = |x: usize, y: usize| rows.get(y).and_then(|row| row.get(x)).copied().unwrap_or(' ');
    let at = |x: usize, y: usize| sign(raw(x, y), ascii);
    // The names stand in boxes above, and in the same boxes below; between them the first row has lifelines alone.
    let edge = |row: &Vec<char>| row.iter().any(|c| "┴┬└+`".contains(*c));
    let head = (1..rows.len()).find(|&y| edge(&rows[y])).ok_or("no names")?;
    let lives: Vec<usize> = (0..rows[head + 1].len()).filter(|&x| "│┃".contains(at(x, head + 1))).collect();
    let foot = rows.len().checked_sub(head + 1).filter(|&y| y > head && edge(&rows[y])).ok_or("no names below")?;
    let name = |life: usize| -> String {
        let side = |x: &usize| (0..head).any(|y| at(*x, y) == '│');
        let left = (0..life).rev().find(side).unwrap_or(0);
        let right = (life..rows[head].len()).find(side).unwrap_or(life);
        (0..head)
            .flat_map(|y| (left + 1..right).map(move |x| (x, y)))
            .map(|(x, y)| raw(x, y))
            .filter(|c| c.is_alphanumeric())
            .collect()
    };
    let words = |y: usize, from: usize, to: usize| -> String {
        (from..to).map(|x| raw(x, y)).filter(|c| c.is_alphanumeric()).collect()
    };
    let line = |c: char| matches!(c, '─' | '┄');
    let dots = |c: char| if c == '┄' { "dotted" } else { "solid" };
    let mut story = Story::new();
    let mut depth = 0;
    let mut y = head;
    while y + 1 < foot {
        y += 1;
        let row = &rows[y];
        // Frames have the same corners everywhere in ASCII: a title tells their upper edges from the lower one.
        let corner = |level: usize, signs: &str| signs.contains(raw(2 * level, y));
        if corner(depth, "┌+") && raw(2 * depth + 2, y) == ' ' {
            story.push(format!("open {}", words(y, 0, row.len())));
            depth += 1;
            continue;
        }
        if depth > 0 && corner(depth - 1, "├+") && raw(2 * depth, y) == ' ' {
            story.push(format!("next {}", words(y, 0, row.len())));
            continue;
        }
        if depth > 0 && corner(depth - 1, "└+") {
            story.push("close".to_owned());
            depth -= 1;
            continue;
        }
        for (n, &x) in lives.iter().enumerate() {
            if at(x + 3, y) == '╮' && line(at(x + 2, y)) {
                let next = lives.get(n + 1).copied().unwrap_or(1000);
                let end = (y..foot).find(|&y| at(x + 3, y) == '╯').ok_or("a message that does not come back")?;
                let text: String = (y..end).map(|y| words(y, x + 4, next)).collect();
                let signs = format!("{} {} {}", dots(at(x + 2, y)), at(x + 1, y), at(x + 1, end));
                story.push(message(&name(x), &name(x), &signs, &text));
                break;
            }
            if at(x + 3, y) == '╯' {
                break; // the way back of a message to oneself, read above
            }
            if !line(at(x + 2, y)) || !(line(at(x + 1, y)) || "◄<×".contains(at(x + 1, y))) {
                continue;
            }
            // In ASCII the line goes on behind a lifeline that it passes over.
            let ends = |x: usize| !ascii || !(line(at(x + 1, y)) || "►>×".contains(at(x + 1, y)));
            let end = (x + 1..row.len())
                .find(|&x| matches!(at(x, y), '│' | '┃') && lives.contains(&x) && ends(x))
                .ok_or_else(|| format!("a message of row {y} ends nowhere"))?;
            let (first, last) = (at(x + 1, y), at(end - 1, y));
            let mut top = y;
            while !words(top - 1, x + 1, end).is_empty() {
                top -= 1;
            }
            let text: String = (top..y).map(|y| words(y, x + 1, end)).collect();
            story.push(message(&name(x), &name(end), &format!("{} {first} {last}", dots(at(x + 2, y))), &text));
            break;
        }
    }
    Ok(story)
}

#[derive(Clone, Debug)]
enum Said {
    Message(usize, usize, usize, usize),
    Block(usize, Vec<Said>, Vec<Said>),
    Activation(usize, Vec<Said>),
}

/// Spelling, the sign of the line, the tips at the end of a message to the right.
const ARROWS: [(&str, &str, char, char); 10] = [
    ("->>", "solid", ' ', '►'),
    ("-->>", "dotted", ' ', '►'),
    ("->", "solid", ' ', ' '),
    ("-->", "dotted", ' ', ' '),
    ("-x", "solid", ' ', '×'),
    ("--x", "dotted", ' ', '×'),
    ("-)", "solid", ' ', '>'),
    ("--)", "dotted", ' ', '>'),
    ("<<->>", "solid", '◄', '►'),
    ("<<-->>", "dotted", '◄', '►'),
];
const NAMES: [&str; 5] = ["Ann", "Load balancer", "Task", "The control plane of ECS", "Eve"];
const TEXTS: [&str; 4] = ["get", "pull the image", "a long text that has to be wrapped in narrow pictures", ""];

fn write(said: &[Said], count: usize, source: &mut String, story: &mut Story) {
    for step in said {
        match step {
            Said::Message(from, to, arrow, text) => {
                let (from, to) = (from % count, to % count);
                let (sign, dots, back, tip) = ARROWS[arrow % ARROWS.len()];
                let text = TEXTS[text % TEXTS.len()];
                source.push_str(&format!("p{from}{sign}p{to}: {text}\n"));
                let line = if dots == "dotted" { '┄' } else { '─' };
                let plain = |c: char| if c == ' ' { line } else { c };
                let turned = match tip {
                    '►' => '◄',
                    '>' => '<',
                    other => other,
                };
                let name = |n: usize| squash(NAMES[n]);
                story.push(match from.cmp(&to) {
                    std::cmp::Ordering::Less => {
                        message(&name(from), &name(to), &format!("{dots} {} {}", plain(back), plain(tip)), text)
                    }
                    std::cmp::Ordering::Greater => {
                        let right = if back == ' ' { line } else { '►' };
                        message(&name(to), &name(from), &format!("{dots} {} {right}", plain(turned)), text)
                    }
                    std::cmp::Ordering::Equal => {
                        let first = if back == ' ' { line } else { '◄' };
                        message(&name(from), &name(to), &format!("{dots} {first} {}", plain(turned)), text)
                    }
                });
            }
            Said::Block(kind, first, second) => {
                let (open, next) =
                    [("loop", None), ("alt", Some("else")), ("par", Some("and")), ("opt", None)][kind % 4];
                source.push_str(&format!("{open} some reason\n"));
                story.push(format!("open {open}somereason"));
                write(first, count, source, story);
                if let Some(next) = next {
                    source.push_str(&format!("{next} another\n"));
                    story.push(format!("next {next}another"));
                    write(second, count, source, story);
                }
                source.push_str("end\n");
                story.push("close".to_owned());
            }
            Said::Activation(who, inner) => {
                source.push_str(&format!("activate p{}\n", who % count));
                write(inner, count, source, story);
                source.push_str(&format!("deactivate p{}\n", who % count));
            }
        }
    }
}

fn said() -> impl Strategy<Value = Vec<Said>> {
    let message = (0usize..5, 0usize..5, 0usize..10, 0usize..4).prop_map(|(a, b, c, d)| Said::Message(a, b, c, d));
    let step = message.prop_recursive(3, 16, 4, |step| {
        let steps = prop::collection::vec(step, 0..4);
        prop_oneof![
            (0usize..4, steps.clone(), steps.clone()).prop_map(|(kind, a, b)| Said::Block(kind, a, b)),
            (0usize..5, steps).prop_map(|(who, a)| Said::Activation(who, a)),
        ]
    });
    prop::collection::vec(step, 0..8)
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_random_sequence_reads_back_as_it_was_written(
        said in said(),
        count in 1usize..=5,
        width in prop::sample::select(vec![60usize, 80, 100, 160, 240]),
        ascii in any::<bool>(),
    ) {
        let mut source = "sequenceDiagram\n".to_owned();
        for (n, name) in NAMES.iter().enumerate().take(count) {
            source.push_str(&format!("participant p{n} as {name}\n"));
        }
        let mut story = Story::new();
        write(&said, count, &mut source, &mut story);
        match mermaid(&source, &options(width, ascii)) {
            Ok(drawn) => {
                let widest = drawn.lines().map(|line| line.chars().count()).max().unwrap_or(0);
                prop_assert!(widest <= width, "{widest} columns in {width}\n{drawn}");
                prop_assert!(!ascii || drawn.is_ascii());
                prop_assert_eq!(read(&drawn, ascii), Ok(story), "{}\n{}", source, drawn);
            }
            Err(problem) => prop_assert!(problem.message.contains("does not fit"), "{problem}\n{source}"),
        }
    }
}

/// A reader that believes everything proves nothing.
#[test]
fn an_arrow_that_is_turned_does_not_read_back() {
    let source = "sequenceDiagram\nparticipant A\nparticipant B\nparticipant C\nA->>C: over B\nC-->>B: back";
    for (ascii, from, to) in [(false, "─►", "──"), (true, "->", "--"), (true, "<~", "~~"), (true, ">|", "|>")] {
        let drawn = mermaid(source, &options(80, ascii)).expect("a picture");
        let story = read(&drawn, ascii).expect("a reading");
        assert_eq!(story.len(), 2, "{drawn}");
        let broken = drawn.replacen(from, to, 1);
        assert_ne!(broken, drawn);
        assert_ne!(read(&broken, ascii).as_ref(), Ok(&story), "{broken}");
    }
}
