//! The texts of labels: entity codes, line breaks, Markdown strings.

/// The text of a label as it is shown. `markdown` is for strings in backticks, whose marks of emphasis go. Also:
/// whether it is bold as a whole.
pub(super) fn label(raw: &str, markdown: bool) -> (String, bool) {
    let mut text = breaks(&entities(raw));
    let mut bold = false;
    if markdown {
        let trimmed = text.trim();
        bold = trimmed.len() > 4
            && trimmed.starts_with("**")
            && trimmed.ends_with("**")
            && !trimmed[2..trimmed.len() - 2].contains("**");
        text = plain(trimmed);
    }
    let lines: Vec<String> =
        text.split('\n').map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    (lines.join("\n").trim_matches('\n').to_owned(), bold)
}

/// `<br>` in its spellings, and `\n` as Mermaid reads it, as line breaks.
fn breaks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '\\']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let inner = rest.get(1..3).filter(|tag| rest.starts_with('<') && tag.eq_ignore_ascii_case("br"));
        let tail = rest.get(3..).unwrap_or("").trim_start();
        let tail = tail.strip_prefix('/').unwrap_or(tail).trim_start();
        if let (Some(_), Some(after)) = (inner, tail.strip_prefix('>')) {
            out.push('\n');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("\\n") {
            out.push('\n');
            rest = after;
        } else {
            let first = rest.chars().next().map_or(1, char::len_utf8);
            out.push_str(&rest[..first]);
            rest = &rest[first..];
        }
    }
    out.push_str(rest);
    out
}

/// `#quot;`, `#35;`, `&amp;`, `&#35;`: the characters they stand for. What is none stays as it is.
pub(super) fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['#', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let body = rest[1..].strip_prefix('#').filter(|_| rest.starts_with('&')).unwrap_or(&rest[1..]);
        let found = body
            .find(';')
            .filter(|&end| end > 0 && end <= 8)
            .and_then(|end| Some((entity(&body[..end])?, &body[end + 1..])));
        match found {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return name.parse().ok().and_then(char::from_u32);
    }
    if let Some(hex) = name.strip_prefix(['x', 'X']) {
        return u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
    }
    Some(match name {
        "quot" => '"',
        "apos" => '\'',
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "nbsp" => ' ',
        "semi" => ';',
        "colon" => ':',
        "num" => '#',
        "lpar" => '(',
        "rpar" => ')',
        "hearts" => '♥',
        "infin" => '∞',
        "rarr" => '→',
        "larr" => '←',
        "mdash" => '—',
        "ndash" => '–',
        "hellip" => '…',
        _ => return None,
    })
}

/// A Markdown string without its marks of emphasis.
fn plain(text: &str) -> String {
    let text = text.replace("**", "").replace("__", "");
    let chars: Vec<char> = text.chars().collect();
    let word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
    let mut out = String::new();
    for (at, &c) in chars.iter().enumerate() {
        let before = if at == 0 { None } else { chars.get(at - 1) };
        // A mark stands at the edge of a word; within one (`a_b`) or alone (`a * b`) it is itself.
        if matches!(c, '*' | '_') && word(before) != word(chars.get(at + 1)) {
            continue;
        }
        out.push(c);
    }
    out
}
