//! The words of a command line, as a POSIX shell reads them, each byte knowing where it stands in the line.
//!
//! `shlex` reads the same words (a test holds the two together), but it can neither say where a word stands nor
//! whether an operator such as `|` was quoted; a problem must point at its cause, so the words are split here.
//! Nothing is expanded or run: what only a shell can do is a problem with a way out.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use super::Problem;

/// One word, quotes and escapes removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// The word as a program would see it.
    pub text: String,
    /// Where it stands in the line, quotes included [bytes].
    pub span: Range<usize>,
    /// Whether a problem about its text has been reported already, so that its value should not be judged.
    pub broken: bool,
    /// For each byte of `text` its place in the line.
    places: Vec<usize>,
}

impl Word {
    /// Where this part of the text stands in the line.
    pub fn place(&self, part: Range<usize>) -> Range<usize> {
        match (self.places.get(part.start), part.end.checked_sub(1).and_then(|last| self.places.get(last))) {
            (Some(&start), Some(&last)) if start <= last => start..last + 1,
            _ => self.span.clone(),
        }
    }

    /// Whether the word is an option's name for the AWS CLI's parser: it starts with a hyphen, has no space in
    /// it, and is no negative number.
    pub fn is_option(&self) -> bool {
        let name = self.text.split('=').next().unwrap_or_default();
        self.text.len() > 1
            && self.text.starts_with('-')
            && !name.contains(char::is_whitespace)
            && self.text.parse::<f64>().is_err()
    }
}

/// The words of a line and what is wrong with it as a line.
pub(super) fn split(line: &str) -> (Vec<Word>, Vec<Problem>) {
    let mut splitter =
        Splitter { line, rest: line.char_indices().peekable(), words: Vec::new(), problems: Vec::new(), word: None };
    while splitter.step() {}
    splitter.finish();
    (splitter.words, splitter.problems)
}

struct Splitter<'a> {
    line: &'a str,
    rest: Peekable<CharIndices<'a>>,
    words: Vec<Word>,
    problems: Vec<Problem>,
    /// The word that is being read.
    word: Option<Word>,
}

const QUOTE_IT: &str = "if it belongs to a value, put the value in single quotes";

impl Splitter<'_> {
    /// Reads the next character outside quotes; false at the end of the command.
    fn step(&mut self) -> bool {
        let Some((at, c)) = self.rest.next() else { return false };
        match c {
            ' ' | '\t' | '\r' | '\n' => self.finish(),
            '#' if self.word.is_none() => while self.rest.next_if(|(_, c)| *c != '\n').is_some() {},
            '\'' => self.single(at),
            '"' => self.double(at),
            '\\' => self.escape(at),
            '`' => self.backticks(at),
            '$' => self.dollar(at),
            '|' | ';' | '&' | '<' | '>' | '(' | ')' => {
                self.operator(at, c);
                return false;
            }
            _ => self.push(at, c),
        }
        true
    }

    fn word(&mut self, at: usize) -> &mut Word {
        self.word.get_or_insert_with(|| Word { text: String::new(), span: at..at, broken: false, places: Vec::new() })
    }

    fn push(&mut self, at: usize, c: char) {
        let word = self.word(at);
        word.text.push(c);
        word.places.extend(at..at + c.len_utf8());
    }

    /// Ends the word that is being read, if there is one.
    fn finish(&mut self) {
        let end = self.rest.peek().map_or(self.line.len(), |(at, _)| *at);
        if let Some(mut word) = self.word.take() {
            let tail = self.line[word.span.start..end].trim_end_matches([' ', '\t', '\r', '\n']).len();
            let last = word.places.last().map_or(0, |last| last + 1);
            word.span.end = (word.span.start + tail).max(last);
            self.words.push(word);
        }
    }

    fn single(&mut self, start: usize) {
        self.word(start);
        loop {
            match self.rest.next() {
                Some((_, '\'')) => return,
                Some((at, c)) => self.push(at, c),
                None => return self.unclosed(start, "'"),
            }
        }
    }

    fn double(&mut self, start: usize) {
        self.word(start);
        loop {
            match self.rest.next() {
                Some((_, '"')) => return,
                Some((at, '\\')) => match self.rest.next() {
                    Some((_, '\n')) => {}
                    Some((at, c @ ('$' | '`' | '"' | '\\'))) => self.push(at, c),
                    Some((next, c)) => {
                        self.push(at, '\\');
                        self.push(next, c);
                    }
                    None => return self.unclosed(start, "\""),
                },
                Some((at, '`')) => self.backticks(at),
                Some((at, '$')) => self.dollar(at),
                Some((at, c)) => self.push(at, c),
                None => return self.unclosed(start, "\""),
            }
        }
    }

    /// A backslash outside quotes: the next character loses its meaning, a line break disappears.
    fn escape(&mut self, start: usize) {
        match self.rest.next() {
            Some((_, '\n')) => {}
            Some((_, '\r')) if self.rest.next_if(|(_, c)| *c == '\n').is_some() => {}
            Some((at, c)) => self.push(at, c),
            None => self.problem(start..start + 1, "nothing follows the backslash at the end", "remove it"),
        }
    }

    fn unclosed(&mut self, start: usize, quote: &str) {
        self.problem(start..self.line.len(), "this quotation is not closed", format!("add a `{quote}` at its end"));
        self.word(start).broken = true;
    }

    fn backticks(&mut self, start: usize) {
        while self.rest.next_if(|(_, c)| *c != '`').is_some() {}
        let end = self.rest.next().map_or(self.line.len(), |(at, _)| at + 1);
        let message = "a shell would run what stands between backticks; only the aws command itself is run here";
        self.problem(start..end, message, QUOTE_IT);
        self.word(start).broken = true;
    }

    /// `$(…)`, `${…}`, `$NAME`; anything else is a plain dollar sign.
    fn dollar(&mut self, start: usize) {
        let message = match self.rest.peek() {
            Some((_, '(')) => {
                let mut depth = 0_usize;
                for (_, c) in self.rest.by_ref() {
                    depth = match c {
                        '(' => depth + 1,
                        ')' => depth - 1,
                        _ => depth,
                    };
                    if depth == 0 {
                        break;
                    }
                }
                "a shell would run what stands in $(…); only the aws command itself is run here"
            }
            Some((_, '{')) => {
                while self.rest.next_if(|(_, c)| *c != '}').is_some() {}
                self.rest.next();
                "there are no shell variables here"
            }
            Some((_, c)) if c.is_ascii_alphabetic() || *c == '_' => {
                while self.rest.next_if(|(_, c)| c.is_ascii_alphanumeric() || *c == '_').is_some() {}
                "there are no shell variables here"
            }
            _ => return self.push(start, '$'),
        };
        let end = self.rest.peek().map_or(self.line.len(), |(at, _)| *at);
        self.problem(
            start..end,
            message,
            "write the value itself; if the dollar sign belongs to it, use single quotes",
        );
        self.word(start).broken = true;
    }

    /// An operator of the shell ends the command.
    fn operator(&mut self, start: usize, c: char) {
        let mut end = start + c.len_utf8();
        while let Some((at, again)) = self.rest.next_if(|(_, next)| *next == c) {
            end = at + again.len_utf8();
        }
        let (what, help) = match c {
            '|' => ("a pipe", "use --query to choose from the output"),
            '<' | '>' => ("a redirection", "leave it out"),
            '(' | ')' => ("a parenthesis", "leave it out"),
            _ => ("a second command", "give every command a line of its own"),
        };
        // `2>` is one operator.
        let number = self.word.take_if(|word| matches!(c, '<' | '>') && word.text.chars().all(|c| c.is_ascii_digit()));
        let start = number.map_or(start, |word| word.span.start);
        let shown = &self.line[start..end];
        let message = format!("only the aws command itself is run here; `{shown}` would need a shell for {what}");
        self.problem(start..end, message, format!("{help}; {QUOTE_IT}"));
        if let Some(word) = &mut self.word {
            word.broken = true;
            word.span.end = start;
            self.words.extend(self.word.take());
        }
    }

    fn problem(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem { span, message: message.into(), help: help.into() });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(line: &str) -> Vec<String> {
        let (words, problems) = split(line);
        assert_eq!(problems, [], "{line}");
        words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn quotes_and_escapes_are_those_of_a_shell() {
        assert_eq!(texts("aws  ecs\tx"), ["aws", "ecs", "x"]);
        assert_eq!(
            texts(r#"a 'b "c" \d' "e 'f' \"g\" \h" i\ j ''"#),
            ["a", r#"b "c" \d"#, r#"e 'f' "g" \h"#, "i j", ""]
        );
        assert_eq!(texts("aws ecs \\\n  --a b \\\r\n --c d # why"), ["aws", "ecs", "--a", "b", "--c", "d"]);
        assert_eq!(texts("price=5$ a#b"), ["price=5$", "a#b"]);
    }

    #[test]
    fn every_part_of_a_word_knows_its_place_in_the_line() {
        let line = r#"aws 'é "x' a\"b="c d" end"#;
        let (words, _) = split(line);
        let spans: Vec<&str> = words.iter().map(|word| &line[word.span.clone()]).collect();
        assert_eq!(spans, ["aws", r#"'é "x'"#, r#"a\"b="c d""#, "end"]);
        assert_eq!(&line[words[2].place(4..7)], "c d");
        assert_eq!(&line[words[1].place(0..2)], "é");
        assert_eq!(&line[words[2].place(7..7)], r#"a\"b="c d""#, "a place behind the end is the whole word");
    }

    #[test]
    fn what_only_a_shell_can_do_is_a_problem_that_points_at_it() {
        let cases = [
            ("aws ecs list-clusters | jq .", "|"),
            ("aws ecs a && aws ecs b", "&&"),
            ("aws ecs a; aws ecs b", ";"),
            ("aws ecs a > out.txt", ">"),
            ("aws ecs a 2>&1", "2>"),
            ("aws ecs a --x $(date (now)) b", "$(date (now))"),
            ("aws ecs a --x `date` b", "`date`"),
            ("aws ecs a --x \"$HOME/y\"", "$HOME"),
            ("aws ecs a --x ${HOME}y", "${HOME}"),
            ("aws ecs a --x 'open", "'open"),
            ("aws ecs a \\", "\\"),
            ("aws ecs a --query length(x)", "("),
        ];
        for (line, place) in cases {
            let (_, problems) = split(line);
            let [problem] = problems.as_slice() else { panic!("{line}: {problems:?}") };
            assert_eq!(&line[problem.span.clone()], place, "{line}: {}", problem.message);
            assert!(!problem.help.is_empty(), "{line}");
        }
        assert_eq!(texts("'a|b' \"c;d\" e\\&f '$x' '`y`'"), ["a|b", "c;d", "e&f", "$x", "`y`"]);
    }

    #[test]
    fn options_start_with_a_hyphen_unless_they_are_numbers_or_have_spaces() {
        let (words, _) = split("--x -1 -x - '-a b' --y='a b' x -1.5");
        let options: Vec<_> = words.iter().filter(|word| word.is_option()).map(|word| word.text.as_str()).collect();
        assert_eq!(options, ["--x", "-x", "--y=a b"]);
    }

    proptest! {
        #[test]
        fn the_words_are_those_of_shlex(line in r#"[a-c'"\\ =#é\t]{0,40}"#) {
            let (words, problems) = split(&line);
            match shlex::split(&line) {
                Some(expected) => {
                    prop_assert_eq!(problems, []);
                    prop_assert_eq!(words.into_iter().map(|word| word.text).collect::<Vec<_>>(), expected);
                }
                None => prop_assert!(!problems.is_empty()),
            }
        }

        #[test]
        fn any_line_can_be_split_and_every_span_can_be_shown(line in r#"[a-c'"\\ =#é$(){}`|;&<>\r\n]{0,40}"#) {
            let (words, problems) = split(&line);
            for word in &words {
                prop_assert!(line.get(word.span.clone()).is_some(), "{:?}", word);
                for (at, c) in word.text.char_indices() {
                    let place = word.place(at..at + c.len_utf8());
                    prop_assert_eq!(line.get(place).map(str::to_owned), Some(c.to_string()));
                }
            }
            for problem in problems {
                prop_assert!(line.get(problem.span).is_some_and(|text| !text.is_empty()));
            }
        }
    }
}
