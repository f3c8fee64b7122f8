//! Reading a Mermaid text character by character, with line and column of every place.

use crate::render::Problem;

/// A diagram's text without comments, directives and front matter; places are those of the original.
pub(super) struct Source {
    pub chars: Vec<char>,
    pub title: String,
    /// First character of each line.
    line_starts: Vec<usize>,
}

/// The first statement: the kind of the diagram, and what follows on the line.
pub(super) struct Header {
    pub word: String,
    pub place: (usize, usize),
    /// The first character after the word.
    pub after: usize,
}

impl Source {
    pub(super) fn new(source: &str) -> Self {
        let source = source.replace("\r\n", "\n").replace('\r', "\n");
        let mut lines: Vec<String> = source.split('\n').map(str::to_owned).collect();
        let mut title = String::new();
        // Front matter between two lines of dashes: only the title is used.
        let first = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(0);
        if lines.get(first).is_some_and(|line| line.trim() == "---")
            && let Some(length) = lines[first + 1..].iter().position(|line| line.trim() == "---")
        {
            for line in &mut lines[first..=first + 1 + length] {
                if let Some(text) = line.strip_prefix("title:") {
                    title = text.trim().trim_matches(['"', '\'']).to_owned();
                }
                line.clear();
            }
        }
        // Comments and directives become empty: places stay as they are.
        let mut within_directive = false;
        for line in &mut lines {
            let start = line.trim_start();
            if within_directive || start.starts_with("%%{") {
                within_directive = !line.contains("}%%");
                line.clear();
            } else if start.starts_with("%%") {
                line.clear();
            }
        }
        let chars: Vec<char> = lines.join("\n").chars().collect();
        let mut line_starts = vec![0];
        line_starts.extend(chars.iter().enumerate().filter(|(_, c)| **c == '\n').map(|(at, _)| at + 1));
        Self { chars, title, line_starts }
    }

    /// Line and column, counted from 1.
    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|&start| start <= at);
        (line, at - self.line_starts[line - 1] + 1)
    }

    pub(super) fn header(&self) -> Result<Header, Problem> {
        let mut cursor = Cursor { source: self, at: 0 };
        cursor.skip_blank();
        let at = cursor.at;
        let word = cursor.take_while(|c| !c.is_whitespace() && c != ';');
        if word.is_empty() {
            return Err(Problem::new((1, 1), "the diagram is empty").help("begin with a line like: flowchart TD"));
        }
        Ok(Header { word, place: self.place(at), after: cursor.at })
    }
}

/// A place in the text, moving forward.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub source: &'a Source,
    pub at: usize,
}

impl Cursor<'_> {
    pub(super) fn peek(&self) -> Option<char> {
        self.source.chars.get(self.at).copied()
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<char> {
        self.source.chars.get(self.at + ahead).copied()
    }

    pub(super) fn done(&self) -> bool {
        self.at >= self.source.chars.len()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(n, c)| self.peek_at(n) == Some(c))
    }

    /// Moves over `text` if it is here.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let here = self.starts_with(text);
        if here {
            self.at += text.chars().count();
        }
        here
    }

    /// Moves over `word` if it is here as a whole word.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let ahead = word.chars().count();
        if self.starts_with(word) && self.peek_at(ahead).is_none_or(|c| c.is_whitespace() || c == ';') {
            self.at += ahead;
            return true;
        }
        false
    }

    pub(super) fn take_while(&mut self, keep: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&keep) {
            self.at += 1;
        }
        self.source.chars[start..self.at].iter().collect()
    }

    /// Spaces of one line.
    pub(super) fn skip_spaces(&mut self) {
        self.take_while(|c| c.is_whitespace() && c != '\n');
    }

    /// Spaces, line ends and semicolons between statements.
    pub(super) fn skip_blank(&mut self) {
        self.take_while(|c| c.is_whitespace() || c == ';');
    }

    /// Line ends within a statement.
    pub(super) fn skip_blank_lines(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// Whether a statement ends here.
    pub(super) fn at_end(&self) -> bool {
        matches!(self.peek(), None | Some('\n' | ';'))
    }

    /// The rest of the statement.
    pub(super) fn rest(&mut self) -> String {
        self.take_while(|c| c != '\n' && c != ';').trim().to_owned()
    }

    /// The rest of the line.
    pub(super) fn rest_of_line(&mut self) -> String {
        self.take_while(|c| c != '\n').trim().to_owned()
    }

    /// A problem at this place.
    pub(super) fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::new(self.source.place(self.at), message)
    }

    /// What stands here, for messages.
    pub(super) fn seen(&self) -> String {
        match self.peek() {
            None => "the end of the diagram".to_owned(),
            Some('\n') => "the end of the line".to_owned(),
            Some(c) => format!("\"{}\"", crate::render::text::clean(&c.to_string(), false)),
        }
    }
}
