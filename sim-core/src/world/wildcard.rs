//! Wildcards, as AWS has them in policies, filters and rules: `*` is any run of characters, `?` exactly one.

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
}
