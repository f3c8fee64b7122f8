//! The cluster query language: which container instances an expression means [CA-108].
//!
//! Pure: it is read once, and asks for one instance's properties by name [CA-112]. The tests are the guide's examples
//! [CA-114]. AWS gives no grammar; precedence and anchoring
//! are as [CA-113] has them.

use regex_lite::Regex;

/// An expression that was understood.
#[derive(Clone, Debug)]
pub struct Expression {
    /// As it was written.
    pub text: String,
    root: Node,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        self.text == other.text
    }
}

impl Eq for Expression {}

#[derive(Clone, Debug)]
enum Node {
    Not(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Test(Test),
}

/// `subject operator argument`.
#[derive(Clone, Debug)]
struct Test {
    subject: String,
    operator: Operator,
    arguments: Vec<String>,
    /// Of `=~` and `!~`, anchored at both ends.
    pattern: Option<Regex>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equals,
    NotEquals,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Exists,
    NotExists,
    In,
    NotIn,
    Matches,
    NotMatches,
}

/// Every spelling of every operator [CA-110].
const OPERATORS: &[(&str, Operator)] = &[
    ("==", Operator::Equals),
    ("equals", Operator::Equals),
    ("!=", Operator::NotEquals),
    ("not_equals", Operator::NotEquals),
    (">", Operator::Greater),
    ("greater_than", Operator::Greater),
    (">=", Operator::GreaterEqual),
    ("greater_than_equal", Operator::GreaterEqual),
    ("<", Operator::Less),
    ("less_than", Operator::Less),
    ("<=", Operator::LessEqual),
    ("less_than_equal", Operator::LessEqual),
    ("exists", Operator::Exists),
    ("!exists", Operator::NotExists),
    ("not_exists", Operator::NotExists),
    ("in", Operator::In),
    ("!in", Operator::NotIn),
    ("not_in", Operator::NotIn),
    ("=~", Operator::Matches),
    ("matches", Operator::Matches),
    ("!~", Operator::NotMatches),
    ("not_matches", Operator::NotMatches),
];

/// The subjects [CA-109]; `attribute:` takes a name.
const SUBJECTS: &[&str] =
    &["agentConnected", "agentVersion", "ec2InstanceId", "registeredAt", "runningTasksCount", "task:group"];

/// What is wrong with an expression, and where it begins to be [byte].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// In words.
    pub message: String,
    /// From the beginning of the expression [bytes].
    pub at: usize,
}

impl Expression {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Expression, Misread> {
        let tokens = tokens(text)?;
        let mut reader = Reader { tokens: &tokens, place: 0, end: text.len() };
        let root = reader.or(0)?;
        match reader.next() {
            None => Ok(Expression { text: text.to_owned(), root }),
            Some(token) => Err(Misread { message: format!("`{}` comes after its end", token.text), at: token.at }),
        }
    }

    /// Whether an instance is meant. `of` gives the values of a subject: none when the instance has no such thing, more than
    /// one for `task:group`.
    pub fn holds(&self, of: &dyn Fn(&str) -> Vec<String>) -> bool {
        self.root.holds(of)
    }
}

impl Node {
    fn holds(&self, of: &dyn Fn(&str) -> Vec<String>) -> bool {
        match self {
            Node::Not(inner) => !inner.holds(of),
            Node::And(left, right) => left.holds(of) && right.holds(of),
            Node::Or(left, right) => left.holds(of) || right.holds(of),
            Node::Test(test) => test.holds(&of(&test.subject)),
        }
    }
}

impl Test {
    /// Without a value every operator but the negative ones is false [CA-113].
    fn holds(&self, values: &[String]) -> bool {
        let any = |test: &dyn Fn(&str) -> bool| values.iter().any(|value| test(value));
        let equal = |value: &str| self.arguments.iter().any(|argument| argument == value);
        let matched = |value: &str| self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(value));
        let compared = |wanted: &[std::cmp::Ordering]| {
            any(&|value| self.arguments.iter().any(|argument| wanted.contains(&compare(value, argument))))
        };
        use std::cmp::Ordering::{Equal, Greater, Less};
        match self.operator {
            Operator::Equals | Operator::In => any(&equal),
            Operator::NotEquals | Operator::NotIn => !any(&equal),
            Operator::Greater => compared(&[Greater]),
            Operator::GreaterEqual => compared(&[Greater, Equal]),
            Operator::Less => compared(&[Less]),
            Operator::LessEqual => compared(&[Less, Equal]),
            Operator::Exists => !values.is_empty(),
            Operator::NotExists => values.is_empty(),
            Operator::Matches => any(&matched),
            Operator::NotMatches => !any(&matched),
        }
    }
}

/// Numbers, versions and dates alike: part by part, numbers as numbers [CA-113].
fn compare(left: &str, right: &str) -> std::cmp::Ordering {
    let parts = |text: &str| -> Vec<u64> {
        let digits = text.split(|letter: char| !letter.is_ascii_digit()).filter(|part| !part.is_empty());
        digits.map(|part| part.parse().unwrap_or(u64::MAX)).collect()
    };
    let (mut left, mut right) = (parts(left), parts(right));
    let longest = left.len().max(right.len());
    left.resize(longest, 0);
    right.resize(longest, 0);
    left.cmp(&right)
}

#[derive(Clone, Debug)]
struct Token {
    text: String,
    quoted: bool,
    at: usize,
}

fn tokens(text: &str) -> Result<Vec<Token>, Misread> {
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some(&(at, letter)) = rest.peek() {
        if letter.is_whitespace() {
            rest.next();
        } else if matches!(letter, '(' | ')' | '[' | ']' | ',') {
            rest.next();
            found.push(Token { text: letter.to_string(), quoted: false, at });
        } else if letter == '\'' {
            rest.next();
            let inside: String = rest.by_ref().map(|(_, letter)| letter).take_while(|&letter| letter != '\'').collect();
            if !text[at + 1..].contains('\'') {
                return Err(Misread { message: "a quote is not closed".into(), at });
            }
            found.push(Token { text: inside, quoted: true, at });
        } else if is_symbol(letter) {
            let mut symbol = String::new();
            while let Some((_, letter)) = rest.next_if(|&(_, letter)| is_symbol(letter)) {
                symbol.push(letter);
            }
            // `!in` and `!exists` are words of their own; `!(` and `!attribute:x == y` are not.
            if symbol == "!" {
                let mut ahead = rest.clone();
                let word: String = std::iter::from_fn(|| ahead.next_if(|&(_, l)| is_word(l)).map(|(_, l)| l)).collect();
                if matches!(word.as_str(), "in" | "exists") {
                    rest = ahead;
                    symbol += &word;
                }
            }
            found.push(Token { text: symbol, quoted: false, at });
        } else {
            let mut word = String::new();
            // A pattern such as `g2.*` or `t[23]\.(small|micro)` is taken up to the next space, as far as its own
            // brackets are closed.
            let pattern = found
                .last()
                .is_some_and(|token: &Token| matches!(token.text.as_str(), "=~" | "!~" | "matches" | "not_matches"));
            let mut depth = 0;
            while let Some(&(_, letter)) = rest.peek() {
                let ends = match (pattern, letter) {
                    (_, letter) if letter.is_whitespace() => true,
                    (true, '(' | '[') => {
                        depth += 1;
                        false
                    }
                    (true, ')' | ']') => {
                        depth -= 1;
                        depth < 0
                    }
                    (true, _) => false,
                    (false, letter) => !is_word(letter),
                };
                if ends {
                    break;
                }
                word.push(letter);
                rest.next();
            }
            if word.is_empty() {
                return Err(Misread { message: format!("`{letter}` means nothing here"), at });
            }
            found.push(Token { text: word, quoted: false, at });
        }
    }
    Ok(found)
}

fn is_symbol(letter: char) -> bool {
    matches!(letter, '=' | '!' | '>' | '<' | '~' | '&' | '|')
}

fn is_word(letter: char) -> bool {
    !letter.is_whitespace() && !is_symbol(letter) && !matches!(letter, '(' | ')' | '[' | ']' | ',' | '\'')
}

/// How deep brackets may be: deeper is a mistake, or an attack.
const DEEPEST: usize = 64;

struct Reader<'a> {
    tokens: &'a [Token],
    place: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.place)
    }

    fn next(&mut self) -> Option<&'a Token> {
        let token = self.peek();
        self.place += 1;
        token
    }

    fn take(&mut self, spellings: &[&str]) -> bool {
        let there = self.peek().is_some_and(|token| !token.quoted && spellings.contains(&token.text.as_str()));
        self.place += usize::from(there);
        there
    }

    fn or(&mut self, depth: usize) -> Result<Node, Misread> {
        let mut left = self.and(depth)?;
        while self.take(&["or", "||"]) {
            left = Node::Or(Box::new(left), Box::new(self.and(depth)?));
        }
        Ok(left)
    }

    fn and(&mut self, depth: usize) -> Result<Node, Misread> {
        let mut left = self.not(depth)?;
        while self.take(&["and", "&&"]) {
            left = Node::And(Box::new(left), Box::new(self.not(depth)?));
        }
        Ok(left)
    }

    fn not(&mut self, depth: usize) -> Result<Node, Misread> {
        if depth > DEEPEST {
            let at = self.peek().map_or(self.end, |token| token.at);
            return Err(Misread { message: "it is nested too deeply".into(), at });
        }
        if self.take(&["not", "!"]) {
            return Ok(Node::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.take(&["("]) {
            let inner = self.or(depth + 1)?;
            return match self.take(&[")"]) {
                true => Ok(inner),
                false => Err(self.wanted("`)`")),
            };
        }
        self.test()
    }

    fn wanted(&self, what: &str) -> Misread {
        match self.peek() {
            Some(token) => Misread { message: format!("{what} is wanted, not `{}`", token.text), at: token.at },
            None => Misread { message: format!("{what} is wanted at its end"), at: self.end },
        }
    }

    fn test(&mut self) -> Result<Node, Misread> {
        let subjects = || format!("a subject (attribute:<name>, {})", SUBJECTS.join(", "));
        let known = |text: &str| {
            SUBJECTS.contains(&text) || text.strip_prefix("attribute:").is_some_and(|name| !name.is_empty())
        };
        let Some(subject) = self.peek().filter(|token| !token.quoted && known(&token.text)) else {
            return Err(self.wanted(&subjects()));
        };
        self.place += 1;
        let named = |token: &&Token| OPERATORS.iter().find(|(spelling, _)| !token.quoted && *spelling == token.text);
        let Some(&(_, operator)) = self.peek().as_ref().and_then(named) else {
            return Err(self.wanted("an operator such as ==, !=, in, exists or =~"));
        };
        self.place += 1;
        let mut arguments = Vec::new();
        match operator {
            Operator::Exists | Operator::NotExists => {}
            Operator::In | Operator::NotIn => {
                if !self.take(&["["]) {
                    return Err(self.wanted("a list such as [a, b]"));
                }
                loop {
                    arguments.push(self.argument()?);
                    if self.take(&["]"]) {
                        break;
                    }
                    if !self.take(&[","]) {
                        return Err(self.wanted("`,` or `]`"));
                    }
                }
            }
            _ => arguments.push(self.argument()?),
        }
        let pattern = match operator {
            Operator::Matches | Operator::NotMatches => {
                let whole = format!("^(?:{})$", arguments[0]);
                let at = self.tokens[self.place - 1].at;
                Some(Regex::new(&whole).map_err(|error| Misread { message: format!("no pattern: {error}"), at })?)
            }
            _ => None,
        };
        Ok(Node::Test(Test { subject: subject.text.clone(), operator, arguments, pattern }))
    }

    fn argument(&mut self) -> Result<String, Misread> {
        let plain = |token: &&Token| token.quoted || !matches!(token.text.as_str(), "(" | ")" | "[" | "]" | ",");
        let Some(token) = self.peek().filter(plain) else { return Err(self.wanted("a value")) };
        self.place += 1;
        Ok(token.text.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> bool {
        let of = |subject: &str| -> Vec<String> {
            let values: &[&str] = match subject {
                "agentConnected" => &["true"],
                "agentVersion" => &["1.9.4"],
                "attribute:ecs.availability-zone" => &["us-east-1b"],
                "attribute:ecs.instance-type" => &["t2.small"],
                "attribute:stack" => &[""],
                "ec2InstanceId" => &["i-abcd1234"],
                "registeredAt" => &["2018-02-12T09:30:00.000000+00:00"],
                "runningTasksCount" => &["10"],
                "task:group" => &["service:production", "database"],
                _ => &[],
            };
            values.iter().map(|value| (*value).to_owned()).collect()
        };
        Expression::parse(text).unwrap_or_else(|misread| panic!("{text}: {misread:?}")).holds(&of)
    }

    /// [CA-114] The guide's own examples, against one instance.
    #[test]
    fn the_guides_examples_mean_what_the_guide_says() {
        let cases = [
            ("attribute:ecs.instance-type == t2.small", true),
            ("attribute:ecs.availability-zone in [us-east-1a, us-east-1b]", true),
            ("attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d", false),
            ("attribute:ecs.instance-type =~ t2.* and attribute:ecs.availability-zone != us-east-1d", true),
            ("task:group == service:production", true),
            ("not(task:group == database)", false),
            ("runningTasksCount == 1", false),
            ("agentVersion < 1.14.5", true),
            ("registeredAt < 2018-02-13", true),
            ("ec2InstanceId in ['i-abcd1234', 'i-wxyx7890']", true),
        ];
        for (text, wanted) in cases {
            assert_eq!(holds(text), wanted, "{text}");
        }
    }

    /// [CA-110] [CA-112] [CA-113] Both spellings of each operator, precedence, anchoring, and what an instance does not
    /// have.
    #[test]
    fn operators_bind_and_compare_as_assumed() {
        let cases = [
            ("agentVersion less_than 1.10", true),
            ("runningTasksCount >= 9", true),
            ("runningTasksCount greater_than 9 && agentConnected equals true", true),
            ("attribute:ecs.instance-type =~ t2", false),
            ("attribute:ecs.instance-type matches t2\\.(small|micro)", true),
            ("attribute:ecs.instance-type !~ g.*", true),
            ("attribute:stack exists", true),
            ("attribute:color exists", false),
            ("attribute:color !exists", true),
            ("attribute:color == red", false),
            ("attribute:color != red", true),
            ("attribute:color !in [red]", true),
            ("attribute:color > 1", false),
            ("agentConnected == true or agentConnected == true and attribute:color exists", true),
            ("(agentConnected == true or agentConnected == true) and attribute:color exists", false),
            ("!agentConnected == false", true),
            ("not agentConnected == true or attribute:stack exists", true),
        ];
        for (text, wanted) in cases {
            assert_eq!(holds(text), wanted, "{text}");
        }
    }

    /// [CA-108] A mistake is named, with its place; nothing panics.
    #[test]
    fn what_is_no_expression_is_refused_with_its_place() {
        let cases = [
            ("", 0, "a subject"),
            ("zone == us-east-1a", 0, "not `zone`"),
            ("attribute:a", 11, "an operator"),
            ("attribute:a ==", 14, "a value is wanted at its end"),
            ("attribute:a in b", 15, "a list"),
            ("attribute:a in [b", 17, "`,` or `]`"),
            ("(attribute:a == b", 17, "`)`"),
            ("attribute:a == b c", 17, "comes after its end"),
            ("attribute:a == 'b", 15, "quote"),
            ("attribute:a =~ *", 15, "no pattern"),
        ];
        for (text, at, words) in cases {
            let misread = Expression::parse(text).expect_err(text);
            assert!(misread.message.contains(words), "{text}: {misread:?}");
            assert_eq!(misread.at, at, "{text}: {misread:?}");
        }
        assert!(Expression::parse(&"(".repeat(100_000)).is_err());
    }
}
