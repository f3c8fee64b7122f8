//! ARNs with wildcards.

use crate::world::wildcard::{Token, fits};

/// The parts of an ARN pattern: six, divided by the first five colons.
fn arn_parts(pattern: &[Token]) -> Vec<&[Token]> {
    pattern.splitn(6, |token| *token == Token::Char(':')).collect()
}

/// Whether an ARN fits the pattern, part by part: a star never reaches beyond a colon of the first five, but spans
/// every `/` of the last part. A lone star fits everything [IA-012].
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
    use crate::world::wildcard::tokens;

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
