//! Long answers come in pages.

use crate::api::ApiError;

/// One page of a list, and the token of the next [CP-015].
#[derive(Debug)]
pub(crate) struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// `nextToken`; none on the last page.
    pub next: Option<String>,
}

/// The page of `items` that `token` leads to, of `max_results` items; `default` of them when that is not said
/// [CP-015].
pub(crate) fn page<T>(
    items: Vec<T>,
    max_results: Option<u32>,
    default: usize,
    token: Option<&str>,
) -> Result<Page<T>, ApiError> {
    let size = match max_results {
        None => default,
        Some(size @ 1..=100) => size as usize,
        Some(_) => return Err(ApiError::invalid_parameter("maxResults must be from 1 to 100.").at("maxResults")),
    };
    let start = match token {
        None => 0,
        Some(token) => read(token).ok_or_else(|| ApiError::invalid_parameter("Invalid token.").at("nextToken"))?,
    };
    let next = (start.saturating_add(size) < items.len()).then(|| write(start + size));
    Ok(Page { items: items.into_iter().skip(start).take(size).collect(), next })
}

/// What tokens are mixed with, so that nobody takes them for numbers: AWS calls them opaque.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

fn write(start: usize) -> String {
    format!("{:016x}", start as u64 ^ MIX)
}

fn read(token: &str) -> Option<usize> {
    let start = u64::from_str_radix(token, 16).ok()? ^ MIX;
    u32::try_from(start).ok().map(|start| start as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let items: Vec<u32> = (0..25).collect();
        let first = page(items.clone(), None, 10, None).unwrap();
        assert_eq!(first.items, (0..10).collect::<Vec<_>>());
        let second = page(items.clone(), None, 10, first.next.as_deref()).unwrap();
        let third = page(items.clone(), Some(5), 10, second.next.as_deref()).unwrap();
        assert_eq!((third.items.len(), third.next), (5, None));
        assert!(page(items.clone(), Some(0), 10, None).is_err() && page(items.clone(), Some(101), 10, None).is_err());
        assert_eq!(page(items, None, 10, Some("soon")).unwrap_err().message, "Invalid token.");
    }
}
