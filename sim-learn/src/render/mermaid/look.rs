//! Colours: what of CSS a class or style may say, and the little of it that a terminal shows.

use super::graph::Style;
use crate::render::canvas::Rgb;

/// `fill:#f9f,stroke:#333,color:white`: what is not a colour is passed over, as a terminal has no line widths.
pub(super) fn style(css: &str) -> Style {
    let mut style = Style::default();
    for part in css.split([',', ';']) {
        if let Some((name, value)) = part.split_once(':') {
            match name.trim() {
                "stroke" => style.line = colour(value.trim()).or(style.line),
                "fill" => style.fill = colour(value.trim()).or(style.fill),
                "color" => style.text = colour(value.trim()).or(style.text),
                _ => {}
            }
        }
    }
    style
}

/// `#rgb`, `#rrggbb`, or one of the basic names.
pub(super) fn colour(value: &str) -> Option<Rgb> {
    if let Some(hex) = value.strip_prefix('#') {
        let digits: Option<Vec<u8>> = hex.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
        return match digits?.as_slice() {
            [r, g, b] => Some(Rgb(r * 17, g * 17, b * 17)),
            [r1, r2, g1, g2, b1, b2] => Some(Rgb(r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2)),
            _ => None,
        };
    }
    NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(value)).map(|(_, rgb)| *rgb)
}

const NAMES: &[(&str, Rgb)] = &[
    ("black", Rgb(0, 0, 0)),
    ("blue", Rgb(0, 0, 255)),
    ("brown", Rgb(165, 42, 42)),
    ("cyan", Rgb(0, 255, 255)),
    ("gold", Rgb(255, 215, 0)),
    ("gray", Rgb(128, 128, 128)),
    ("green", Rgb(0, 128, 0)),
    ("grey", Rgb(128, 128, 128)),
    ("lightblue", Rgb(173, 216, 230)),
    ("lightgreen", Rgb(144, 238, 144)),
    ("lime", Rgb(0, 255, 0)),
    ("magenta", Rgb(255, 0, 255)),
    ("navy", Rgb(0, 0, 128)),
    ("orange", Rgb(255, 165, 0)),
    ("pink", Rgb(255, 192, 203)),
    ("purple", Rgb(128, 0, 128)),
    ("red", Rgb(255, 0, 0)),
    ("silver", Rgb(192, 192, 192)),
    ("teal", Rgb(0, 128, 128)),
    ("tomato", Rgb(255, 99, 71)),
    ("violet", Rgb(238, 130, 238)),
    ("white", Rgb(255, 255, 255)),
    ("yellow", Rgb(255, 255, 0)),
];
