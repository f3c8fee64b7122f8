//! The AWS CLI's shorthand: `key=value,list=[a,b],structure={x=1,y=2},quoted='a,b'`.
//!
//! A syntax only: what a word means is decided by the place where it stands, in [`super::check`]. The grammar is
//! that of `awscli/shorthand.py`, with its edges: `a=b,c,d=e` is `{a: [b, c], d: e}`, spaces at a value's end are
//! dropped, a backslash keeps a comma. Not here: `key@=file://…`.

use std::collections::BTreeSet;
use std::ops::Range;

use super::value::{Fault, Key, Kind, Node};

/// Brackets inside brackets [count]. No AWS type is near it; a line from a stranger must not exhaust the stack.
const DEPTH_MAX: usize = 64;

/// Reads one word of shorthand, which is always a structure.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let entries = parser.parameter()?;
    Ok(Node { range: 0..text.len(), kind: Kind::Map(entries) })
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    /// `key=values,key=values…` up to the end.
    fn parameter(&mut self) -> Result<Vec<(Key, Node)>, Fault> {
        let mut entries = vec![self.keyval()?];
        let mut names = BTreeSet::from([entries[0].0.name.clone()]);
        while self.peek().is_some() {
            self.expect(',', true)?;
            let (key, value) = self.keyval()?;
            if !names.insert(key.name.clone()) {
                let help = "put a space, not a comma, before the next structure of a list";
                return Err(Fault::new(key.range, format!("the key `{}` is given twice", key.name), help));
            }
            entries.push((key, value));
        }
        Ok(entries)
    }

    fn keyval(&mut self) -> Result<(Key, Node), Fault> {
        let key = self.key();
        self.expect('=', true)?;
        let value = match self.peek() {
            Some('[') => self.list()?,
            Some('{') => self.structure()?,
            _ => self.csv()?,
        };
        Ok((key, value))
    }

    fn key(&mut self) -> Key {
        let start = self.at;
        self.take_while(|c| c.is_ascii_alphanumeric() || "-_.#/:".contains(c));
        Key { range: start..self.at, name: self.text[start..self.at].to_owned() }
    }

    /// `a` or `a,b,c`. In `a,b=c` the `b` turns out to be the next key: back to the comma before it.
    fn csv(&mut self) -> Result<Node, Fault> {
        let first = self.first_value()?;
        self.skip_space();
        if self.peek() != Some(',') {
            return Ok(first);
        }
        let start = first.range.start;
        self.expect(',', true)?;
        let mut items = vec![first];
        loop {
            match self.next_in_csv() {
                Ok((item, more)) => {
                    items.push(item);
                    if !more {
                        break;
                    }
                }
                Err(fault) if self.peek().is_none() => return Err(fault),
                Err(_) => {
                    self.at = self.text[..self.here().end].rfind(',').unwrap_or(self.at);
                    break;
                }
            }
        }
        Ok(match (items.len(), items.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                items.extend(last);
                let end = items.last().map_or(start, |last| last.range.end);
                Node { range: start..end, kind: Kind::List(items) }
            }
        })
    }

    /// The next value of `a,b,c`, and whether a comma follows it.
    fn next_in_csv(&mut self) -> Result<(Node, bool), Fault> {
        let item = self.second_value()?;
        self.skip_space();
        if self.peek().is_none() {
            return Ok((item, false));
        }
        self.expect(',', true)?;
        Ok((item, true))
    }

    /// `[value,value…]`.
    fn list(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        self.deeper()?;
        self.expect('[', true)?;
        let mut items = Vec::new();
        while self.peek() != Some(']') {
            items.push(self.explicit()?);
            self.separator(']')?;
        }
        self.expect(']', false)?;
        self.depth -= 1;
        Ok(Node { range: start..self.at, kind: Kind::List(items) })
    }

    /// `{key=value,key=value…}`.
    fn structure(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        self.deeper()?;
        self.expect('{', true)?;
        let mut entries: Vec<(Key, Node)> = Vec::new();
        while self.peek() != Some('}') {
            let key = self.key();
            self.expect('=', true)?;
            let value = self.explicit()?;
            self.separator('}')?;
            entries.push((key, value));
        }
        self.expect('}', false)?;
        self.depth -= 1;
        Ok(Node { range: start..self.at, kind: Kind::Map(entries) })
    }

    /// A comma, or `close` without it.
    fn separator(&mut self, close: char) -> Result<(), Fault> {
        self.skip_space();
        if self.peek() != Some(close) {
            self.expect(',', true)?;
        }
        Ok(())
    }

    fn explicit(&mut self) -> Result<Node, Fault> {
        match self.peek() {
            Some('[') => self.list(),
            Some('{') => self.structure(),
            _ => self.first_value(),
        }
    }

    /// A quoted value, or bare text up to `,`, `]`, `}` or a quote; it may be empty and may contain `=`.
    fn first_value(&mut self) -> Result<Node, Fault> {
        match self.peek() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote),
            _ => Ok(self.bare(|c| !matches!(c, '"' | '\'' | ',' | ']' | '}'))),
        }
    }

    /// As the first, but it may not be empty nor contain `=`: that would make it a key.
    fn second_value(&mut self) -> Result<Node, Fault> {
        match self.peek() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote),
            _ => {
                let start = self.at;
                let value = self.bare(|c| !matches!(c, '"' | '\'' | ',' | '='));
                if self.at == start { Err(self.unexpected("a value")) } else { Ok(value) }
            }
        }
    }

    fn bare(&mut self, follows: impl Fn(char) -> bool) -> Node {
        let start = self.at;
        let starts = |c: char| !matches!(c, '"' | '\'' | ',' | '=' | '[' | '{') && !c.is_whitespace();
        let mut first = true;
        loop {
            if self.text[self.at..].starts_with("\\,") {
                self.at += 2;
            } else {
                match self.peek() {
                    Some(c) if if first { starts(c) } else { follows(c) } => self.at += c.len_utf8(),
                    _ => break,
                }
            }
            first = false;
        }
        let text = self.text[start..self.at].replace("\\,", ",");
        let text = text.trim_end();
        let end = start + self.text[start..self.at].trim_end().len();
        Node { range: start..end, kind: Kind::Word(text.to_owned()) }
    }

    /// Text in quotes. `\'` is a quote inside, unless no other quote could end the text.
    fn quoted(&mut self, quote: char) -> Result<Node, Fault> {
        let start = self.at;
        let mut end = None;
        let mut rest = self.text[start + 1..].char_indices().map(|(at, c)| (start + 1 + at, c)).peekable();
        while let Some((at, c)) = rest.next() {
            if c == '\\' && rest.peek().is_some_and(|(_, next)| *next == quote) {
                end = Some(at + 1);
                rest.next();
            } else if c == quote {
                end = Some(at);
                break;
            }
        }
        let Some(end) = end else {
            return Err(Fault::new(start..self.text.len(), "this quotation is not closed", ""));
        };
        self.at = end + 1;
        let text = self.text[start + 1..end].replace(&format!("\\{quote}"), &quote.to_string()).replace("\\\\", "\\");
        Ok(Node { range: start..self.at, kind: Kind::Word(text) })
    }

    fn deeper(&mut self) -> Result<(), Fault> {
        self.depth += 1;
        let deep = self.depth > DEPTH_MAX;
        if deep { Err(Fault::new(self.here(), "the brackets are nested too deep", "")) } else { Ok(()) }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn expect(&mut self, wanted: char, space: bool) -> Result<(), Fault> {
        if space {
            self.skip_space();
        }
        if self.peek() != Some(wanted) {
            return Err(self.unexpected(&format!("`{wanted}`")));
        }
        self.at += wanted.len_utf8();
        if space {
            self.skip_space();
        }
        Ok(())
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        match self.peek() {
            Some(c) => Fault::new(self.here(), format!("expected {wanted} here, not `{c}`"), ""),
            None => Fault::new(self.here(), format!("the value ends where {wanted} is expected"), ""),
        }
    }

    fn here(&self) -> Range<usize> {
        self.at..self.at + self.peek().map_or(0, char::len_utf8)
    }

    fn skip_space(&mut self) {
        self.take_while(|c| c.is_ascii_whitespace());
    }

    fn take_while(&mut self, follows: impl Fn(char) -> bool) {
        let rest = &self.text[self.at..];
        self.at += rest.find(|c| !follows(c)).unwrap_or(rest.len());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Value) {
        assert_eq!(parse(text).map(|node| node.plain()), Ok(expected), "{text}");
    }

    #[test]
    fn structures_lists_and_quotes_are_those_of_the_aws_cli() {
        check("a=b", json!({"a": "b"}));
        check("a=b,c=d", json!({"a": "b", "c": "d"}));
        check("a=b,c,d=e", json!({"a": ["b", "c"], "d": "e"}));
        check("a=b,c,d", json!({"a": ["b", "c", "d"]}));
        check("a=[b],c={d=e,f=[g,{h=i}]}", json!({"a": ["b"], "c": {"d": "e", "f": ["g", {"h": "i"}]}}));
        check("a=[],b={}", json!({"a": [], "b": {}}));
        check("a=", json!({"a": ""}));
        check("a='b,c',d=\"e=f\"", json!({"a": "b,c", "d": "e=f"}));
        check(r"a='it\'s',b=x\,y", json!({"a": "it's", "b": "x,y"}));
        check("a = b , c = d ", json!({"a": "b", "c": "d"}));
        check("a=b=c", json!({"a": "b=c"}));
        check("arn=arn:aws:x/y,n=80", json!({"arn": "arn:aws:x/y", "n": "80"}));
        check("Name=tag:Env,Values=a,b", json!({"Name": "tag:Env", "Values": ["a", "b"]}));
        check(r"a='x\'", json!({"a": r"x\"}));
        check(
            "awsvpcConfiguration={subnets=[a, b],assignPublicIp=ENABLED}",
            json!({"awsvpcConfiguration": {"subnets": ["a", "b"], "assignPublicIp": "ENABLED"}}),
        );
    }

    #[test]
    fn what_is_no_shorthand_points_at_the_place() {
        let cases = [
            ("a", "", "the value ends where `=` is expected"),
            ("a=b,c", "", ""),
            ("a=[b", "", "the value ends where `,` is expected"),
            ("a={b}", "}", "expected `=` here, not `}`"),
            ("a=b,a=c", "a", "the key `a` is given twice"),
            ("a=b,", "", "the value ends where a value is expected"),
            ("a='b", "'b", "this quotation is not closed"),
            ("a=[b]c", "c", "expected `,` here, not `c`"),
            ("a b=c", "b", "expected `=` here, not `b`"),
        ];
        for (text, place, message) in cases {
            match parse(text) {
                Err(fault) => assert_eq!((&text[fault.range], fault.message.as_str()), (place, message), "{text}"),
                Ok(_) => assert_eq!(message, "", "{text}"),
            }
        }
        assert!(parse(&format!("a={}", "[".repeat(100_000))).is_err(), "too deep, and no crash");
    }

    #[test]
    fn every_value_knows_its_place() {
        let text = "a=[x, 'y'],b={c= zé }";
        let Kind::Map(entries) = parse(text).unwrap().kind else { panic!("not a map") };
        let Kind::List(items) = &entries[0].1.kind else { panic!("not a list") };
        let Kind::Map(inner) = &entries[1].1.kind else { panic!("not a map") };
        let places: Vec<&str> = items.iter().chain([&inner[0].1]).map(|node| &text[node.range.clone()]).collect();
        assert_eq!(places, ["x", "'y'", "zé"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in r#"[ab=,\[\]{}'"\\ é]{0,30}"#) {
            if let Err(fault) = parse(&text) {
                prop_assert!(text.get(fault.range).is_some());
            }
        }
    }
}
