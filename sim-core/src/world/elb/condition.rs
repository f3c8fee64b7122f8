//! Conditions of listener rules: which requests a rule is for.

use std::net::Ipv4Addr;

use crate::world::network::Cidr;
use crate::world::wildcard::{Token, fits, tokens};

/// What a rule can see of a request. A whole class of requests has one, so its route is found once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// `GET`.
    pub method: String,
    /// The header `Host`.
    pub host: String,
    /// `/cart/7`, without the query.
    pub path: String,
    /// `a=1&b=2`, without the question mark.
    pub query: String,
    /// Other headers: (name, value).
    pub headers: Vec<(String, String)>,
    /// The other end of the connection; a proxy's when there is one before the load balancer.
    pub source_ip: Ipv4Addr,
}

impl Default for RequestLine {
    /// `GET /` from an address that the RFCs keep for examples.
    fn default() -> Self {
        RequestLine {
            method: "GET".to_owned(),
            host: String::new(),
            path: "/".to_owned(),
            query: String::new(),
            headers: Vec::new(),
            source_ip: Ipv4Addr::new(203, 0, 113, 10),
        }
    }
}

impl RequestLine {
    /// The status with which a load balancer turns such a request away before it looks at any rule; none when it takes
    /// it: 405 for TRACE [TR-093], 463 for more than 30 addresses in `X-Forwarded-For` [TR-097], 413 and 414 for headers
    /// and request lines that are too long [TR-090][TR-095].
    pub fn rejected(&self) -> Option<u16> {
        const KIB: usize = 1024;
        let line = self.method.len() + 1 + self.path.len() + 1 + self.query.len() + " HTTP/1.1".len();
        let header = |(name, value): &(String, String)| name.len() + 2 + value.len();
        let headers = self.headers.iter().map(header);
        let forwarded = self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("x-forwarded-for"));
        match () {
            () if self.method == "TRACE" => Some(405),
            () if line > 16 * KIB => Some(414),
            () if headers.clone().any(|length| length > 16 * KIB) || headers.sum::<usize>() > 64 * KIB => Some(413),
            () if forwarded.map(|(_, value)| value.split(',').count()).sum::<usize>() > 30 => Some(463),
            () => None,
        }
    }

    /// The parts of the query: (key, value), the key being empty where there is no equals sign.
    fn query_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let parts = self.query.split('&').filter(|part| !part.is_empty());
        parts.map(|part| part.split_once('=').unwrap_or(("", part)))
    }
}

/// Which values fit: with wildcards, or by a regular expression [TR-016][TR-021].
#[derive(Clone, Debug)]
pub enum Pattern {
    /// `*` is any run of characters, `?` exactly one.
    Wild {
        /// As it was given.
        text: String,
        /// What it means.
        tokens: Vec<Token>,
    },
    /// A regular expression that is found somewhere in the value.
    Regex {
        /// As it was given.
        text: String,
        /// What it means.
        regex: regex_lite::Regex,
    },
}

impl Pattern {
    /// A pattern with wildcards.
    pub fn wild(text: &str, case: Case) -> Pattern {
        Pattern::Wild { text: text.to_owned(), tokens: tokens(&case.of(text)) }
    }

    /// A regular expression, or why it is none. Look-around, back-references, possessive quantifiers and recursion are
    /// not understood, as with AWS [TR-021].
    pub fn regex(text: &str, case: Case) -> Result<Pattern, String> {
        if is_possessive(text) {
            return Err("possessive quantifiers and recursion are not supported".to_owned());
        }
        let built = regex_lite::RegexBuilder::new(text)
            .case_insensitive(case == Case::Ignored)
            // A pattern from a stranger may not take more than this.
            .size_limit(1 << 18)
            .build();
        match built {
            Ok(regex) => Ok(Pattern::Regex { text: text.to_owned(), regex }),
            Err(error) => Err(error.to_string()),
        }
    }

    /// As it was given.
    pub fn text(&self) -> &str {
        match self {
            Pattern::Wild { text, .. } | Pattern::Regex { text, .. } => text,
        }
    }

    /// Whether it is a regular expression.
    pub fn is_regex(&self) -> bool {
        matches!(self, Pattern::Regex { .. })
    }

    /// How many wildcards it has [count].
    pub fn wildcards(&self) -> usize {
        match self {
            Pattern::Wild { tokens, .. } => tokens.iter().filter(|token| !matches!(token, Token::Char(_))).count(),
            Pattern::Regex { .. } => 0,
        }
    }

    fn fits(&self, value: &str, case: Case) -> bool {
        match self {
            Pattern::Wild { tokens, .. } => fits(tokens, &case.of(value)),
            Pattern::Regex { regex, .. } => regex.is_match(value),
        }
    }
}

/// Whether a regular expression has a possessive quantifier (`a++`) or recursion (`(?R)`), which `regex_lite` would
/// take for something else.
fn is_possessive(text: &str) -> bool {
    let (mut escaped, mut class, mut quantified) = (false, false, false);
    for c in text.chars() {
        if quantified && c == '+' {
            return true;
        }
        quantified = !escaped && !class && matches!(c, '*' | '+' | '?' | '}');
        match c {
            '[' if !escaped => class = true,
            ']' if !escaped => class = false,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    text.contains("(?R")
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.is_regex() == other.is_regex() && self.text() == other.text()
    }
}

impl Eq for Pattern {}

/// Whether `A` is `a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// It is.
    Ignored,
    /// It is not.
    Heeded,
}

impl Case {
    fn of(self, text: &str) -> String {
        if self == Case::Ignored { text.to_lowercase() } else { text.to_owned() }
    }
}

/// A condition. One of its values is enough [TR-014].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `host-header`, whatever its case [TR-017].
    HostHeader(Vec<Pattern>),
    /// `path-pattern`: the path without the query; its case counts [TR-018].
    PathPattern(Vec<Pattern>),
    /// `http-header`: name and values, whatever their case [TR-019].
    HttpHeader {
        /// Without wildcards [TR-016].
        name: String,
        /// Of the header.
        values: Vec<Pattern>,
    },
    /// `http-request-method`, exactly [TR-019].
    Method(Vec<String>),
    /// `query-string`: pairs, or values whatever their key, whatever their case [TR-019].
    QueryString(Vec<QueryPattern>),
    /// `source-ip`: the other end of the connection; what `X-Forwarded-For` says does not matter [TR-020].
    SourceIp(Vec<Cidr>),
}

/// Which parts of a query fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryPattern {
    /// Any key will do when there is none.
    pub key: Option<Pattern>,
    /// The value.
    pub value: Pattern,
}

impl Condition {
    /// `Field`, as AWS spells it.
    pub fn field(&self) -> &'static str {
        match self {
            Condition::HostHeader(_) => "host-header",
            Condition::PathPattern(_) => "path-pattern",
            Condition::HttpHeader { .. } => "http-header",
            Condition::Method(_) => "http-request-method",
            Condition::QueryString(_) => "query-string",
            Condition::SourceIp(_) => "source-ip",
        }
    }

    /// How many values it has [count].
    pub fn values(&self) -> usize {
        match self {
            Condition::HostHeader(all) | Condition::PathPattern(all) => all.len(),
            Condition::HttpHeader { values, .. } => values.len(),
            Condition::Method(all) => all.len(),
            Condition::QueryString(all) => all.len(),
            Condition::SourceIp(all) => all.len(),
        }
    }

    /// How many wildcards its values have [count].
    pub fn wildcards(&self) -> usize {
        let sum = |all: &[Pattern]| all.iter().map(Pattern::wildcards).sum();
        match self {
            Condition::HostHeader(all) | Condition::PathPattern(all) => sum(all),
            Condition::HttpHeader { values, .. } => sum(values),
            Condition::QueryString(all) => {
                let one = |q: &QueryPattern| q.key.as_ref().map_or(0, Pattern::wildcards) + q.value.wildcards();
                all.iter().map(one).sum()
            }
            Condition::Method(_) | Condition::SourceIp(_) => 0,
        }
    }

    /// Whether a request meets it.
    pub fn holds(&self, line: &RequestLine) -> bool {
        let any = |all: &[Pattern], value: &str, case| all.iter().any(|pattern| pattern.fits(value, case));
        match self {
            Condition::HostHeader(all) => any(all, &line.host, Case::Ignored),
            Condition::PathPattern(all) => any(all, &line.path, Case::Heeded),
            Condition::HttpHeader { name, values } => {
                let named = line.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name));
                named.into_iter().any(|(_, value)| any(values, value, Case::Ignored))
            }
            Condition::Method(all) => all.contains(&line.method),
            Condition::QueryString(all) => line.query_pairs().any(|(key, value)| {
                all.iter().any(|wanted| {
                    wanted.key.as_ref().is_none_or(|pattern| pattern.fits(key, Case::Ignored))
                        && wanted.value.fits(value, Case::Ignored)
                })
            }),
            Condition::SourceIp(all) => all.iter().any(|range| range.contains(line.source_ip)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(change: impl FnOnce(&mut RequestLine)) -> RequestLine {
        let mut line = RequestLine::default();
        change(&mut line);
        line
    }

    /// [TR-017] The case does not count, and `*.example.com` is not `example.com`. [TR-014] One value is enough.
    #[test]
    fn a_host_fits_whatever_its_case() {
        let host = |text: &str| line(|line| line.host = text.to_owned());
        let patterns = ["*.example.com", "shop.test"].map(|text| Pattern::wild(text, Case::Ignored));
        let condition = Condition::HostHeader(patterns.to_vec());
        for (text, wanted) in
            [("test.example.com", true), ("TEST.Example.com", true), ("example.com", false), ("Shop.Test", true)]
        {
            assert_eq!(condition.holds(&host(text)), wanted, "{text}");
        }
    }

    /// [TR-018] The case of a path counts, and the query is no part of it. [TR-016] `?` is exactly one character.
    #[test]
    fn a_path_fits_with_its_case_and_without_the_query() {
        let condition = Condition::PathPattern(vec![Pattern::wild("/img/*/pic?", Case::Heeded)]);
        for (path, query, wanted) in [
            ("/img/a/pics", "", true),
            ("/img/a/pic", "", false),
            ("/IMG/a/pics", "", false),
            ("/img/a", "/img/a/pics", false),
            ("/img/a/b/pics", "x=1", true),
        ] {
            let it = line(|line| (line.path, line.query) = (path.to_owned(), query.to_owned()));
            assert_eq!(condition.holds(&it), wanted, "{path}?{query}");
        }
    }

    /// [TR-019] Headers fit whatever their case, methods exactly, queries by pair or by value alone.
    #[test]
    fn headers_methods_and_queries_fit() {
        let values = vec![Pattern::wild("*Chrome*", Case::Ignored)];
        let header = Condition::HttpHeader { name: "User-Agent".into(), values };
        let agent = |name: &str, value: &str| line(|line| line.headers = vec![(name.to_owned(), value.to_owned())]);
        assert!(header.holds(&agent("user-agent", "a CHROME b")) && !header.holds(&agent("agent", "chrome")));
        let method = Condition::Method(vec!["GET".into()]);
        assert!(method.holds(&line(|_| ())) && !method.holds(&line(|line| line.method = "get".into())));
        let wild = |text| Pattern::wild(text, Case::Ignored);
        let pair = Condition::QueryString(vec![QueryPattern { key: Some(wild("version")), value: wild("v1") }]);
        let alone = Condition::QueryString(vec![QueryPattern { key: None, value: wild("*example*") }]);
        for (query, by_pair, by_value) in [
            ("VERSION=V1", true, false),
            ("a=b&version=v1", true, false),
            ("version=v2", false, false),
            ("a=an-Example", false, true),
            ("example", false, true),
            ("", false, false),
        ] {
            let it = line(|line| line.query = query.to_owned());
            assert_eq!((pair.holds(&it), alone.holds(&it)), (by_pair, by_value), "{query}");
        }
    }

    /// [TR-020] Only the other end of the connection counts.
    #[test]
    fn a_forwarded_address_is_no_source() {
        let condition = Condition::SourceIp(vec![Cidr::new(Ipv4Addr::new(198, 51, 100, 0), 24)]);
        let near = line(|line| line.source_ip = Ipv4Addr::new(198, 51, 100, 7));
        let behind = line(|line| line.headers = vec![("X-Forwarded-For".into(), "198.51.100.7".into())]);
        assert!(condition.holds(&near) && !condition.holds(&behind));
    }

    /// [TR-021] Regular expressions, without what AWS has not either.
    #[test]
    fn regular_expressions_fit_and_refuse_what_aws_refuses() {
        let path = Pattern::regex("^/v[0-9]+/(cart|order)s?$", Case::Heeded).unwrap();
        assert!(path.fits("/v12/carts", Case::Heeded) && !path.fits("/V1/cart", Case::Heeded));
        assert!(Pattern::regex("^api\\.", Case::Ignored).unwrap().fits("API.example.com", Case::Ignored));
        for wrong in ["(?=a)b", "(a)\\1", "a++b", "a(?R)", "["] {
            assert!(Pattern::regex(wrong, Case::Heeded).is_err(), "{wrong}");
        }
        for right in ["a\\++", "[*+]+", "a+b+", "(?i)x"] {
            assert!(Pattern::regex(right, Case::Heeded).is_ok(), "{right}");
        }
    }
}
