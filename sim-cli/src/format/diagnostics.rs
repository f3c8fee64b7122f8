//! Problems of a scenario on a terminal, through miette: colours where they are wanted, words alone where they are not.

use std::fmt;
use std::sync::Arc;

use miette::{
    LabeledSpan, MietteError, MietteHandlerOpts, MietteSpanContents, ReportHandler, SourceSpan, SpanContents,
};
use sim_core::scenario::{Diagnostic, Diagnostics, Label, Severity, SourceId, Sources, visible};

/// A text with a longer line is shown by sim-core, which crops [bytes]: miette prints whole lines.
const LINE_BYTES_MAX: usize = 2_000;

/// Prints the problems to standard error. miette asks the terminal for its width and colours, and obeys `NO_COLOR`
/// and `NO_GRAPHICS`.
pub fn print(problems: &Diagnostics) {
    eprint!("{}", render(problems, &MietteHandlerOpts::new().build()));
}

/// The problems as this handler shows them.
pub fn render(problems: &Diagnostics, handler: &dyn ReportHandler) -> String {
    if problems.sources.iter().any(|(_, source)| source.line_bytes_max() > LINE_BYTES_MAX) {
        return problems.to_string();
    }
    let texts: Vec<(SourceId, Text)> =
        problems.sources.iter().map(|(id, _)| (id, text(&problems.sources, id))).collect();
    let mut out = String::new();
    for problem in problems.iter() {
        out += &format!("{}\n", Handled { problem: &Shown::of(problem, &texts), handler }).replace("\n\n\n", "\n\n");
    }
    if problems.more() > 0 {
        out += &format!("… and {} more\n", problems.more());
    }
    out
}

type Text = Arc<Part>;

/// A text, or the part of a larger one that begins at some line of it.
#[derive(Debug)]
struct Part {
    name: String,
    text: String,
    first_line: usize,
}

impl miette::SourceCode for Part {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let found = self.text.read_span(span, before, after)?;
        let (line, count) = (found.line() + self.first_line - 1, found.line_count());
        let name = self.name.clone();
        Ok(Box::new(MietteSpanContents::new_named(name, found.data(), *found.span(), line, found.column(), count)))
    }
}

fn text(sources: &Sources, id: SourceId) -> Text {
    let source = sources.get(id);
    Arc::new(Part { name: visible(&source.name), text: source.visible_text(), first_line: source.first_line })
}

/// A blank that a label at the end of the text stands under.
const END: char = '\u{a0}';

fn with_end(text: &Text) -> Text {
    Arc::new(Part { name: text.name.clone(), text: format!("{}{END}", text.text), first_line: text.first_line })
}

/// A problem with its handler, so that it can be written with `{}`.
struct Handled<'a> {
    problem: &'a Shown,
    handler: &'a dyn ReportHandler,
}

impl fmt::Display for Handled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handler.debug(self.problem, f)
    }
}

/// A problem in miette's terms: one text and its labels; labels in other texts are related problems.
#[derive(Debug)]
struct Shown {
    message: String,
    severity: Severity,
    code: Option<&'static str>,
    help: String,
    text: Option<Text>,
    labels: Vec<LabeledSpan>,
    related: Vec<Shown>,
}

impl Shown {
    fn of(problem: &Diagnostic, texts: &[(SourceId, Text)]) -> Shown {
        let find = |id: SourceId| {
            let text = texts.iter().find(|(known, _)| *known == id).map(|(_, text)| text.clone())?;
            let at_end = |label: &Label| label.source == id && label.span.start >= text.text.len();
            Some(if problem.labels.iter().any(at_end) { with_end(&text) } else { text })
        };
        let home = problem.labels.first().map(|label| label.source);
        let (here, elsewhere): (Vec<&Label>, Vec<&Label>) =
            problem.labels.iter().partition(|label| Some(label.source) == home);
        let related = elsewhere.into_iter().map(|label| Shown {
            message: visible(&label.text),
            severity: problem.severity,
            code: None,
            help: String::new(),
            text: find(label.source),
            labels: vec![span(label, true, &find(label.source))],
            related: Vec::new(),
        });
        let text = home.and_then(find);
        Shown {
            message: visible(&problem.message),
            severity: problem.severity,
            code: Some(problem.code),
            help: visible(&problem.help),
            labels: here.iter().enumerate().map(|(index, label)| span(label, index == 0, &text)).collect(),
            related: related.collect(),
            text,
        }
    }
}

/// A label that stays inside its text.
fn span(label: &Label, primary: bool, text: &Option<Text>) -> LabeledSpan {
    let end = text.as_ref().map_or(0, |text| text.text.trim_end_matches(END).len());
    let (from, to) = (label.span.start.min(end), label.span.end.min(end));
    let words = (!label.text.is_empty()).then(|| visible(&label.text));
    match primary {
        true => LabeledSpan::new_primary_with_span(words, from..to),
        false => LabeledSpan::new_with_span(words, from..to),
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.text.as_ref().map(|text| text as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        (!self.related.is_empty()).then(|| {
            Box::new(self.related.iter().map(|one| one as &dyn miette::Diagnostic)) as Box<dyn Iterator<Item = _>>
        })
    }
}

#[cfg(test)]
mod tests {
    use miette::{GraphicalReportHandler, GraphicalTheme, NarratableReportHandler};

    use super::*;

    fn problems() -> Diagnostics {
        let mut sources = Sources::default();
        let main = sources.add("story.toml", "title = 'x'\n[[service]]\nname = \"\u{1b}[31mweb\"\n");
        let other = sources.add("task.json", "{\n  \"cpu\": 256\n}");
        let unknown = Diagnostic::error("unknown-key", "unknown key `name`").at((main, 24..28), "");
        let wrong = Diagnostic::error("wrong-type", "expected a string, found an integer").at((other, 11..14), "");
        let both =
            Diagnostic::warning("odd", "these two do not fit").at((main, 0..5), "this").at((other, 4..9), "that");
        let nowhere = Diagnostic::error("file", "past the end").at((other, 900..999), "here");
        let list =
            vec![unknown.help("did you mean `serviceName`?"), wrong.help("write \"cpu\": \"256\""), both, nowhere];
        Diagnostics::new(sources, list)
    }

    #[test]
    fn the_graphical_form_shows_the_line_and_no_escape_of_a_stranger() {
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(80);
        let text = render(&problems(), &handler);
        assert!(!text.contains('\u{1b}'));
        insta::assert_snapshot!(text, @r#"
        odd

          ⚠ these two do not fit
           ╭─[story.toml:1:1]
         1 │ title = 'x'
           · ──┬──
           ·   ╰── this
         2 │ [[service]]
           ╰────

        Warning: 
          ⚠ that
           ╭─[task.json:2:3]
         1 │ {
         2 │   "cpu": 256
           ·   ──┬──
           ·     ╰── that
         3 │ }
           ╰────

        unknown-key

          × unknown key `name`
           ╭─[story.toml:3:1]
         2 │ [[service]]
         3 │ name = "?[31mweb"
           · ────
           ╰────
          help: did you mean `serviceName`?

        wrong-type

          × expected a string, found an integer
           ╭─[task.json:2:10]
         1 │ {
         2 │   "cpu": 256
           ·          ───
         3 │ }
           ╰────
          help: write "cpu": "256"

        file

          × past the end
           ╭─[task.json:3:2]
         2 │   "cpu": 256
         3 │ } 
           ·  ▲
           ·  ╰── here
           ╰────
        "#);
    }

    #[test]
    fn the_narrated_form_says_it_in_words() {
        insta::assert_snapshot!(render(&problems(), &NarratableReportHandler::new()), @r#"
        these two do not fit
            Diagnostic severity: warning
        Begin snippet for story.toml starting at line 1, column 1

        snippet line 1: title = 'x'
            label at line 1, columns 1 to 5: this
        snippet line 2: [[service]]
        diagnostic code: odd

        Warning: that
            Diagnostic severity: warning

        Begin snippet for task.json starting at line 1, column 1

        snippet line 1: {
        snippet line 2:   "cpu": 256
            label at line 2, columns 3 to 7: that
        snippet line 3: }

        unknown key `name`
            Diagnostic severity: error
        Begin snippet for story.toml starting at line 2, column 1

        snippet line 2: [[service]]
        snippet line 3: name = "?[31mweb"
            label at line 3, columns 1 to 4
        diagnostic help: did you mean `serviceName`?
        diagnostic code: unknown-key

        expected a string, found an integer
            Diagnostic severity: error
        Begin snippet for task.json starting at line 1, column 1

        snippet line 1: {
        snippet line 2:   "cpu": 256
            label at line 2, columns 10 to 12
        snippet line 3: }
        diagnostic help: write "cpu": "256"
        diagnostic code: wrong-type

        past the end
            Diagnostic severity: error
        Begin snippet for task.json starting at line 2, column 1

        snippet line 2:   "cpu": 256
        snippet line 3: } 
            label at line 3, column 2: here
        diagnostic code: file
        "#);
    }

    #[test]
    fn a_text_with_an_endless_line_is_cropped() {
        let mut sources = Sources::default();
        let main = sources.add("task.json", format!("[{}]", "1,".repeat(5_000)));
        let problem = Diagnostic::error("wrong-type", "expected a table, found a list").at((main, 0..10_002), "");
        let text = render(&Diagnostics::new(sources, vec![problem]), &NarratableReportHandler::new());
        assert!(text.len() < 500, "{text}");
    }

    #[test]
    fn a_line_of_a_large_file_keeps_its_number() {
        let mut sources = Sources::default();
        let line = sources.add_line("rates.csv", 4_711, "10m,fast");
        let problem = Diagnostic::error("data", "\"fast\" is not a rate").at((line, 4..8), "");
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(80);
        insta::assert_snapshot!(render(&Diagnostics::new(sources, vec![problem]), &handler), @r#"
        data

          × "fast" is not a rate
              ╭─[rates.csv:4711:5]
         4711 │ 10m,fast
              ·     ────
              ╰────
        "#);
    }

    #[test]
    fn an_empty_text_has_a_place_too() {
        let mut sources = Sources::default();
        let main = sources.add("empty.toml", "");
        let problem = Diagnostic::error("missing-key", "the key `title` is missing").at((main, 0..0), "");
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(80);
        insta::assert_snapshot!(render(&Diagnostics::new(sources, vec![problem]), &handler), @r"
        missing-key

          × the key `title` is missing
           ╭─[empty.toml:1:1]
         1 │  
           · ▲
           ╰────
        ");
    }
}
