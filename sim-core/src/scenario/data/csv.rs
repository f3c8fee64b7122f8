//! The cells of a line of comma-separated values (RFC 4180, one line each).

use std::borrow::Cow;
use std::ops::Range;

use super::Broken;

/// One cell: where it stands in the line, and what it says.
pub(super) type Cell<'a> = (Range<usize>, Cow<'a, str>);

/// The cells of a line. Blanks around a cell do not count; one that is quoted may hold commas, and quotes as `""`.
pub(super) fn cells(line: &str) -> Result<Vec<Cell<'_>>, Broken> {
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let blank = line[at..].len() - line[at..].trim_start().len();
        let start = at + blank;
        let (cell, end) = match line[start..].strip_prefix('"') {
            Some(quoted) => {
                let length = closing_quote(quoted).ok_or_else(|| {
                    Broken::new(start..start + 1, "this quote is not closed", "write a quote as \"\" inside of quotes")
                })?;
                let text = &quoted[..length];
                let text = if text.contains('"') { Cow::Owned(text.replace("\"\"", "\"")) } else { text.into() };
                ((start + 1..start + 1 + length, text), start + length + 2)
            }
            None => {
                let length = line[start..].find(',').unwrap_or(line.len() - start);
                let text = line[start..start + length].trim_end();
                ((start..start + text.len(), text.into()), start + length)
            }
        };
        cells.push(cell);
        let rest = &line[end..];
        let comma = rest.len() - rest.trim_start().len();
        match rest[comma..].chars().next() {
            None => return Ok(cells),
            Some(',') => at = end + comma + 1,
            Some(found) => {
                let here = end + comma;
                let message = format!("expected a comma, found {found:?}");
                return Err(Broken::new(here..here + found.len_utf8(), message, "quote the whole cell"));
            }
        }
    }
}

/// Where the quote ends that was opened before this text.
fn closing_quote(text: &str) -> Option<usize> {
    let mut quotes = text.match_indices('"').map(|(at, _)| at).peekable();
    while let Some(at) = quotes.next() {
        match quotes.peek() {
            Some(&next) if next == at + 1 => quotes.next(),
            _ => return Some(at),
        };
    }
    None
}

/// Whether a line names its columns instead of holding values: no digit in any cell that matters.
pub(super) fn is_header(cell: &str) -> bool {
    !cell.is_empty() && !cell.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_know_where_they_stand() {
        let read = |line: &'static str| cells(line).unwrap().into_iter().map(|(at, text)| (at, text.into_owned()));
        assert_eq!(
            read("1s, 2 ,").collect::<Vec<_>>(),
            [(0..2, "1s".to_owned()), (4..5, "2".to_owned()), (7..7, String::new())]
        );
        assert_eq!(read(r#" "a,""b""" ,c"#).map(|(_, text)| text).collect::<Vec<_>>(), ["a,\"b\"", "c"]);
        for broken in [r#""a"#, r#""a"b,c"#, r#""""#.trim_end_matches('"')] {
            assert!(cells(broken).is_err() || broken.is_empty(), "{broken}");
        }
    }
}
