//! Wildcards of policies: `*` is any run of characters, `?` exactly one.

/// One place of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// This character.
    Char(char),
    /// Any run of characters, also none.
    Run,
    /// Exactly one character.
    One,
}

/// The pattern that a text with wildcards means.
pub fn tokens(text: &str) -> Vec<Token> {
    let token = |c| match c {
        '*' => Token::Run,
        '?' => Token::One,
        c => Token::Char(c),
    };
    text.chars().map(token).collect()
}

/// Whether the text fits the pattern. Linear in its memory and quadratic at worst in time: a star remembers only the
/// last place it was tried.
pub fn fits(pattern: &[Token], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut seen) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while seen < text.len() {
        match pattern.get(at) {
            Some(Token::Run) => {
                star = Some((at, seen));
                at += 1;
            }
            Some(Token::One) => (at, seen) = (at + 1, seen + 1),
            Some(Token::Char(c)) if *c == text[seen] => (at, seen) = (at + 1, seen + 1),
            _ => {
                let Some((place, from)) = star else { return false };
                star = Some((place, from + 1));
                (at, seen) = (place + 1, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|token| *token == Token::Run)
}

/// The parts of an ARN pattern: six, divided by the first five colons.
pub fn arn_parts(pattern: &[Token]) -> Vec<&[Token]> {
    pattern.splitn(6, |token| *token == Token::Char(':')).collect()
}

/// Whether an ARN fits the pattern, part by part: a star never reaches beyond a colon of the first five, but spans
/// every `/` of the last part. A lone star fits everything.
pub fn fits_arn(pattern: &[Token], arn: &str) -> bool {
    if pattern == [Token::Run] {
        return true;
    }
    let (parts, values) = (arn_parts(pattern), arn.splitn(6, ':').collect::<Vec<_>>());
    parts.len() == values.len() && parts.iter().zip(values).all(|(part, value)| fits(part, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_or_it_does_not() {
        let cases = [
            ("ecr:*", "ecr:GetAuthorizationToken", true),
            ("ecr:Get*", "ecr:BatchGetImage", false),
            ("*Image", "ecr:BatchGetImage", true),
            ("v?", "v1", true),
            ("v?", "v12", false),
            ("", "", true),
            ("*", "", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
        ];
        for (pattern, text, wanted) in cases {
            assert_eq!(fits(&tokens(pattern), text), wanted, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_star_in_an_arn_stays_in_its_part_but_spans_slashes() {
        let arn = "arn:aws:ecr:us-east-1:123456789012:repository/team/app";
        let cases = [
            ("*", true),
            ("arn:aws:ecr:*:123456789012:repository/*", true),
            ("arn:aws:ecr:us-east-?:*:repository/team*app", true),
            ("arn:aws:ecr:*:repository/team/app", false),
            ("arn:aws:ecr:us-east-1:123456789012:repository/Team/app", false),
        ];
        for (pattern, wanted) in cases {
            assert_eq!(fits_arn(&tokens(pattern), arn), wanted, "{pattern}");
        }
    }
}
