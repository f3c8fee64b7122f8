//! From what is typed to an answer, and what to type.

use sim_learn::quiz::{Answer, View};

/// The letter of an option.
pub fn letter(number: usize) -> char {
    char::from(b'a' + (number % 26) as u8)
}

/// How to answer.
pub fn how(view: &View) -> String {
    let last = letter(view.options.len().saturating_sub(1));
    let one_each: String = (0..view.options.len()).rev().map(|number| format!("{} ", letter(number))).collect();
    match view.kind {
        "single" => format!("One letter, a to {last}"),
        "multiple" => format!("All letters that are right, a to {last}, such as a {last}"),
        "number" if view.unit.is_empty() => "Your prediction".to_owned(),
        "number" => format!("Your prediction [{}]", view.unit),
        "order" => format!("All letters in order, such as {}", one_each.trim_end()),
        "match" => format!("The letters for 1 to {}, such as {}", view.left.len(), one_each.trim_end()),
        _ => "Your answer".to_owned(),
    }
}

/// An answer as it is typed.
pub fn parse(text: &str, view: &View) -> Result<Answer, String> {
    let count = view.options.len();
    let letters = || -> Result<Vec<usize>, String> {
        // "2a 1c" and "c, a" say the same as "c a".
        let words = text.split([' ', ',', ';']).filter(|word| !word.is_empty());
        let mut numbered: Vec<(usize, &str)> = words.map(numbered).collect();
        numbered.sort_by_key(|(number, _)| *number);
        let together: String = numbered.into_iter().map(|(_, letters)| letters).collect();
        let number = |letter: char| {
            let number = (letter.to_ascii_lowercase() as usize).wrapping_sub('a' as usize);
            if number < count {
                Ok(number)
            } else {
                Err(format!("{letter:?} is none of the letters; {}", how(view).to_lowercase()))
            }
        };
        together.chars().map(number).collect()
    };
    match view.kind {
        "number" => {
            let digits = text.trim();
            let digits = digits.strip_suffix(view.unit.as_str()).unwrap_or(digits).trim();
            let number: Option<f64> = digits.parse().ok();
            let help = "write digits with a point, such as 4 or 1024.5 (or skip, or quit)";
            number
                .filter(|number| number.is_finite())
                .map(Answer::Number)
                .ok_or_else(|| format!("{text:?} is no number; {help}"))
        }
        kind => {
            let all = letters()?;
            match (kind, &all[..]) {
                (_, []) => Err(format!("nothing was answered; {} (or skip, or quit)", how(view).to_lowercase())),
                ("single", [one]) => Ok(Answer::Single(*one)),
                ("single", _) => Err("only one of them is right; write one letter".to_owned()),
                ("multiple", _) => Ok(Answer::Multiple(all)),
                ("order", _) => Ok(Answer::Order(all)),
                _ => Ok(Answer::Match(all)),
            }
        }
    }
}

/// "2a" or "2)a" is the letter a for the second; without a number, words keep their order.
fn numbered(word: &str) -> (usize, &str) {
    let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = word[..word.len() - letters.len()].parse().unwrap_or(0);
    (number, letters.trim_matches([')', '.', ':', '-', '=']))
}

/// The points of a rubric: "1 3" or "none".
pub fn points(text: &str, count: usize) -> Result<Answer, String> {
    let mut points = Vec::new();
    let words = text.split([' ', ',', ';']).filter(|word| !word.is_empty() && *word != "none" && *word != "0");
    for word in words {
        match word.parse::<usize>() {
            Ok(number) if (1..=count).contains(&number) => points.push(number - 1),
            _ => return Err(format!("{word:?} is no point; write numbers from 1 to {count}, or none")),
        }
    }
    points.sort_unstable();
    points.dedup();
    Ok(Answer::Open(points))
}
