//! `--output table`: boxes for people.
//!
//! A structure or a list of structures is a section with a title; nested ones follow, one `|` deeper. A section of
//! one row, and all of them when the table is wider than the terminal, shows its keys in the first column.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{cell, is_scalar, scalar};

/// The AWS CLI's width when it prints to no terminal [characters].
pub(super) const WIDTH: usize = 80;

/// The largest table [bytes]. Every row is as wide as the widest cell, so that one long text makes all rows long.
const SIZE_MAX: usize = 64 << 20;

pub(super) fn format(title: &str, value: &Value, terminal: usize) -> Result<String, String> {
    let mut table = Table { sections: Vec::new() };
    if !table.build(Some(title), value, 0)? {
        return Ok(String::new());
    }
    table.render(terminal)
}

struct Table {
    sections: Vec<Section>,
}

#[derive(Default)]
struct Section {
    title: String,
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
    indent: usize,
}

/// Whether Python takes the value for nothing.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

impl Table {
    fn build(&mut self, title: Option<&str>, value: &Value, indent: usize) -> Result<bool, String> {
        if is_nothing(value) {
            return Ok(false);
        }
        if let Some(title) = title {
            self.section(title, indent);
        }
        match value {
            Value::Object(members) => self.structure(members, indent)?,
            Value::Array(items) if items[0].is_object() => {
                let all: Option<Vec<&Map<String, Value>>> = items.iter().map(Value::as_object).collect();
                let all = all.ok_or("A list of structures and other values cannot be a table; try --output json.")?;
                self.list(&all, title.unwrap_or_default(), indent)?;
            }
            Value::Array(items) => {
                for item in items {
                    match item {
                        Value::Array(cells) if cells.iter().all(is_scalar) => {
                            self.row(cells.iter().map(scalar).collect())?;
                        }
                        // Behind scalars the AWS CLI shows of a structure its keys only.
                        Value::Object(members) => self.row(members.keys().cloned().collect())?,
                        item if is_scalar(item) => self.row(vec![scalar(item)])?,
                        item => drop(self.build(None, item, 0)?),
                    }
                }
            }
            _ => {}
        }
        Ok(true)
    }

    fn structure(&mut self, members: &Map<String, Value>, indent: usize) -> Result<(), String> {
        let (headers, more) = keys(&[members]);
        match headers.iter().collect::<Vec<_>>().as_slice() {
            [] => {}
            [only] => self.row(vec![(**only).to_owned(), scalar(&members[**only])])?,
            _ => {
                self.headers(&headers)?;
                self.row(headers.iter().map(|name| scalar(&members[*name])).collect())?;
            }
        }
        for name in more {
            self.build(Some(name), &members[name], indent + 1)?;
        }
        Ok(())
    }

    fn list(&mut self, items: &[&Map<String, Value>], title: &str, indent: usize) -> Result<(), String> {
        let (headers, more) = keys(items);
        self.headers(&headers)?;
        for (index, item) in items.iter().enumerate() {
            if index > 0 && !more.is_empty() {
                self.section(title, indent);
                self.headers(&headers)?;
            }
            self.row(headers.iter().map(|name| item.get(*name).map(cell).unwrap_or_default()).collect())?;
            for name in more.iter().filter(|name| item.contains_key(**name)) {
                self.build(Some(name), &item[*name], indent + 1)?;
            }
        }
        Ok(())
    }

    fn section(&mut self, title: &str, indent: usize) {
        self.sections.push(Section { title: title.to_owned(), indent, ..Section::default() });
    }

    fn last(&mut self) -> Result<&mut Section, String> {
        self.sections.last_mut().ok_or_else(|| "A table needs a title.".to_owned())
    }

    fn headers(&mut self, headers: &BTreeSet<&str>) -> Result<(), String> {
        self.last()?.headers = headers.iter().map(|name| (*name).to_owned()).collect();
        Ok(())
    }

    fn row(&mut self, cells: Vec<String>) -> Result<(), String> {
        let section = self.last()?;
        let columns =
            section.rows.first().unwrap_or(if section.headers.is_empty() { &cells } else { &section.headers });
        if columns.len() != cells.len() {
            return Err(format!("Row should have {} elements, instead it has {}", columns.len(), cells.len()));
        }
        section.rows.push(cells);
        Ok(())
    }

    fn render(mut self, terminal: usize) -> Result<String, String> {
        if self.width() > terminal {
            self.sections.iter_mut().for_each(Section::turn);
        }
        let width = self.width();
        let rows: usize = self.sections.iter().map(|section| section.rows.len() + 5).sum();
        if rows.saturating_mul(width) > SIZE_MAX {
            return Err("The output is too large for a table; choose less with --query, or try --output json.".into());
        }
        let mut out = "-".repeat(width);
        out.push('\n');
        for section in &self.sections {
            for line in section.lines(width - 2 * section.indent) {
                let edge = "|".repeat(section.indent);
                out.push_str(&format!("{edge}{line}{edge}\n"));
            }
        }
        Ok(out)
    }

    fn width(&self) -> usize {
        self.sections.iter().map(Section::width).max().unwrap_or(0)
    }
}

impl Section {
    /// Puts the keys of a single row beside its values.
    fn turn(&mut self) {
        if self.rows.len() == 1 && !self.headers.is_empty() {
            let cells = self.rows.pop().unwrap_or_default();
            let headers = std::mem::take(&mut self.headers);
            self.rows = headers.into_iter().zip(cells).map(|(header, cell)| vec![header, cell]).collect();
        }
    }

    /// The longest cell of each column, with its padding.
    fn natural(&self) -> Vec<usize> {
        let mut widths = Vec::new();
        for row in [&self.headers].into_iter().chain(&self.rows) {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(length(cell) + 4);
            }
        }
        widths
    }

    fn width(&self) -> usize {
        let own = self.natural().iter().sum::<usize>().max(length(&self.title));
        own + 2 + 2 * self.indent
    }

    /// The widths of the columns, stretched to fill `width`.
    fn columns(&self, width: usize) -> Vec<usize> {
        let natural = self.natural();
        let total: usize = natural.iter().sum();
        if total == 0 {
            return natural;
        }
        let scale = width as f64 / total as f64;
        let mut scaled: Vec<usize> =
            natural.iter().map(|own| (scale * *own as f64).round_ties_even() as usize).collect();
        // Rounding may miss the whole by a few: take from the first, give to the last.
        let mut sum: usize = scaled.iter().sum();
        while sum != width {
            let count = scaled.len();
            for at in 0..count {
                if sum > width {
                    scaled[at] = scaled[at].saturating_sub(1);
                    sum -= 1;
                } else if sum < width {
                    scaled[count - 1 - at] += 1;
                    sum += 1;
                }
            }
        }
        scaled
    }

    fn lines(&self, width: usize) -> Vec<String> {
        let mut out = Vec::new();
        if !self.title.is_empty() {
            out.push(format!("|{}", centred(&self.title, width, 1)));
            if self.headers.is_empty() && self.rows.is_empty() {
                out.push(format!("+{}+", "-".repeat(width.saturating_sub(2))));
            }
        }
        let columns = self.columns(width);
        let rule = || {
            let dashes = columns.iter().enumerate();
            let dashes = dashes.map(|(at, width)| "-".repeat(width.saturating_sub(if at == 0 { 2 } else { 1 })) + "+");
            format!("+{}", dashes.collect::<String>())
        };
        if !self.headers.is_empty() {
            out.push(rule());
            let cells = self.headers.iter().zip(&columns).enumerate();
            let cells = cells.map(|(at, (cell, width))| centred(cell, *width, usize::from(at == 0)));
            out.push(format!("|{}", cells.collect::<String>()));
        }
        if !columns.is_empty() && !self.rows.is_empty() {
            out.push(rule());
            for row in &self.rows {
                let cells = row.iter().zip(&columns).enumerate();
                let cells = cells.map(|(at, (cell, width))| left(cell, *width, usize::from(at == 0)));
                out.push(format!("|{}", cells.collect::<String>()));
            }
            out.push(rule());
        }
        out
    }
}

/// The keys of scalars and the keys of everything else, over all structures of a list.
fn keys<'a>(items: &[&'a Map<String, Value>]) -> (BTreeSet<&'a str>, BTreeSet<&'a str>) {
    let mut scalars = BTreeSet::new();
    let mut others = BTreeSet::new();
    for (name, value) in items.iter().flat_map(|item| item.iter()) {
        if is_scalar(value) { &mut scalars } else { &mut others }.insert(name.as_str());
    }
    (scalars, others)
}

/// The width of a text [characters].
fn length(text: &str) -> usize {
    text.chars().count()
}

/// The text in the middle of a cell, with its right edge. `edge` is the width of the left edge, drawn by the caller.
fn centred(text: &str, width: usize, edge: usize) -> String {
    let before = (width / 2).saturating_sub(length(text) / 2 + 1);
    let after = width.saturating_sub(edge + before + length(text) + 1);
    format!("{}{text}{}|", " ".repeat(before), " ".repeat(after))
}

/// The text at the left of a cell, two spaces in where there is room.
fn left(text: &str, width: usize, edge: usize) -> String {
    let padding = if width > length(text) + 2 + edge { 2 } else { 0 };
    let after = width.saturating_sub(edge + padding + length(text) + 1);
    format!("{}{text}{}|", " ".repeat(padding), " ".repeat(after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(answer: &Value, expected: &[&str]) {
        let table = format("DescribeServices", answer, WIDTH).unwrap();
        assert_eq!(table.lines().collect::<Vec<_>>(), expected, "\n{table}");
    }

    /// What `awscli` prints for the same answer.
    #[test]
    fn a_table_is_that_of_the_aws_cli() {
        let answer = json!({"services": [
            {"name": "web", "count": 2, "tags": [{"key": "a", "value": "b"}]}, {"name": "api", "role": null},
        ]});
        check(
            &answer,
            &[
                "-----------------------------",
                "|     DescribeServices      |",
                "+---------------------------+",
                "||        services         ||",
                "|+-------+--------+--------+|",
                "|| count | name   | role   ||",
                "|+-------+--------+--------+|",
                "||  2    |  web   |        ||",
                "|+-------+--------+--------+|",
                "|||         tags          |||",
                "||+---------+-------------+||",
                "|||   key   |    value    |||",
                "||+---------+-------------+||",
                "|||  a      |  b          |||",
                "||+---------+-------------+||",
                "||        services         ||",
                "|+-------+--------+--------+|",
                "|| count | name   | role   ||",
                "|+-------+--------+--------+|",
                "||       |  api   |  None  ||",
                "|+-------+--------+--------+|",
            ],
        );
        check(
            &json!([["web", 2], ["api", 1]]),
            &[
                "------------------",
                "|DescribeServices|",
                "+--------+-------+",
                "|  web   |  2    |",
                "|  api   |  1    |",
                "+--------+-------+",
            ],
        );
    }

    #[test]
    fn a_table_that_is_too_wide_is_turned() {
        let arn = "arn:aws:ecs:us-east-1:123456789012:service/demo/web";
        check(
            &json!({"serviceArn": arn, "launchType": "FARGATE", "status": "ACTIVE"}),
            &[
                "-----------------------------------------------------------------------",
                "|                          DescribeServices                           |",
                "+------------+--------------------------------------------------------+",
                "|  launchType|  FARGATE                                               |",
                "|  serviceArn|  arn:aws:ecs:us-east-1:123456789012:service/demo/web   |",
                "|  status    |  ACTIVE                                                |",
                "+------------+--------------------------------------------------------+",
            ],
        );
    }

    #[test]
    fn what_is_no_table_is_an_error_and_nothing_is_no_table() {
        assert!(format("T", &json!([["a"], ["b", "c"]]), WIDTH).is_err());
        assert!(format("T", &json!([{"a": 1}, 2]), WIDTH).is_err());
        assert_eq!(format("T", &json!({}), WIDTH), Ok(String::new()));
        let long = Value::from("x".repeat(1 << 20));
        assert!(format("T", &Value::from(vec![long; 100]), WIDTH).is_err(), "too large");
    }
}
