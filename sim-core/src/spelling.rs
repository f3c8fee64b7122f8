//! The nearest valid spelling of a word: "did you mean".

/// The candidate that is spelled most like `word`, when one is near enough to have been meant; the first of equals.
///
/// ```
/// use sim_core::spelling::nearest;
/// assert_eq!(nearest("desired_count", ["desiredCount", "deploymentController"]), Some("desiredCount"));
/// assert_eq!(nearest("apple", ["desiredCount"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer words are nobody's typing mistake, and the distance costs the product of the lengths.
    const LENGTH_MAX: usize = 64;
    if word.len() > LENGTH_MAX {
        return None;
    }
    let plain_word = plain(word);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.into_iter().filter(|candidate| candidate.len() <= LENGTH_MAX) {
        let plain_candidate = plain(candidate);
        // One mistake in three letters, and at least one.
        let mistakes_max = (plain_word.chars().count().min(plain_candidate.chars().count()) / 3).max(1);
        let mistakes = strsim::damerau_levenshtein(&plain_word, &plain_candidate);
        // A short word must share a letter: "a" is no misspelling of "b".
        let shares = mistakes < plain_word.chars().count().max(plain_candidate.chars().count());
        if shares && mistakes <= mistakes_max && best.is_none_or(|(fewest, _)| mistakes < fewest) {
            best = Some((mistakes, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The word without what people mix up: case, `_`, `-`, `.` and spaces.
fn plain(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '_' | '-' | ' ' | '.')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_and_a_strange_one_is_not() {
        let types = ["EC2", "FARGATE", "EXTERNAL"];
        assert_eq!(nearest("fargate", types), Some("FARGATE"));
        assert_eq!(nearest("FRAGATE", types), Some("FARGATE"));
        assert_eq!(nearest("EC", types), Some("EC2"));
        assert_eq!(nearest("lambda", types), None);
        assert_eq!(nearest("a", ["b"]), None);
        assert_eq!(nearest("", ["b"]), None);
        assert_eq!(nearest("cat", ["bat", "cap"]), Some("bat"));
    }
}
