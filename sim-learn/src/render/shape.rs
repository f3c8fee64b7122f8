//! The outlines of nodes: which characters make each shape, in Unicode and in ASCII.

/// The shapes that a node can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    Rect,
    Round,
    Stadium,
    Subroutine,
    Cylinder,
    Circle,
    DoubleCircle,
    Flag,
    Diamond,
    Hexagon,
    LeanRight,
    LeanLeft,
    Trapezoid,
    TrapezoidFlipped,
    /// A note beside a state: a sheet with a folded corner.
    Note,
    /// Where states fork or join.
    Bar,
}

#[cfg(test)]
impl Shape {
    pub(crate) const ALL: [Shape; 16] = [
        Shape::Rect,
        Shape::Round,
        Shape::Stadium,
        Shape::Subroutine,
        Shape::Cylinder,
        Shape::Circle,
        Shape::DoubleCircle,
        Shape::Flag,
        Shape::Diamond,
        Shape::Hexagon,
        Shape::LeanRight,
        Shape::LeanLeft,
        Shape::Trapezoid,
        Shape::TrapezoidFlipped,
        Shape::Note,
        Shape::Bar,
    ];
}

/// The characters around a node's text. The sides may be several characters wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    /// Corners: top left, top right, bottom left, bottom right.
    pub corners: [char; 4],
    /// The upper and the lower line.
    pub lines: [char; 2],
    /// Left of each line of text.
    pub left: &'static str,
    /// Right of each line of text.
    pub right: &'static str,
}

const fn outline(corners: [char; 4], lines: [char; 2], left: &'static str, right: &'static str) -> Outline {
    Outline { corners, lines, left, right }
}

/// The outline of a shape.
pub(crate) const fn of(shape: Shape, ascii: bool) -> Outline {
    if ascii { ascii_of(shape) } else { unicode_of(shape) }
}

const fn unicode_of(shape: Shape) -> Outline {
    const SQUARE: [char; 4] = ['┌', '┐', '└', '┘'];
    const ROUND: [char; 4] = ['╭', '╮', '╰', '╯'];
    const LIGHT: [char; 2] = ['─', '─'];
    match shape {
        Shape::Rect => outline(SQUARE, LIGHT, "│", "│"),
        Shape::Round => outline(ROUND, LIGHT, "│", "│"),
        Shape::Stadium => outline(ROUND, LIGHT, "(", ")"),
        Shape::Subroutine => outline(['╓', '╖', '╙', '╜'], LIGHT, "║", "║"),
        Shape::Cylinder => outline(['╒', '╕', '╘', '╛'], ['═', '═'], "│", "│"),
        Shape::Circle => outline(ROUND, LIGHT, "((", "))"),
        Shape::DoubleCircle => outline(ROUND, LIGHT, "(((", ")))"),
        Shape::Flag => outline(SQUARE, LIGHT, ">", "│"),
        Shape::Diamond => outline(['╱', '╲', '╲', '╱'], LIGHT, "<", ">"),
        Shape::Hexagon => outline(['╱', '╲', '╲', '╱'], LIGHT, "│", "│"),
        Shape::LeanRight => outline(['╱', '╱', '╱', '╱'], LIGHT, "╱", "╱"),
        Shape::LeanLeft => outline(['╲', '╲', '╲', '╲'], LIGHT, "╲", "╲"),
        Shape::Trapezoid => outline(['╱', '╲', '╱', '╲'], LIGHT, "╱", "╲"),
        Shape::TrapezoidFlipped => outline(['╲', '╱', '╲', '╱'], LIGHT, "╲", "╱"),
        Shape::Note => outline(['┌', '╲', '└', '┘'], LIGHT, "│", "│"),
        Shape::Bar => outline(['┏', '┓', '┗', '┛'], ['━', '━'], "┃", "┃"),
    }
}

const fn ascii_of(shape: Shape) -> Outline {
    const SQUARE: [char; 4] = ['+', '+', '+', '+'];
    const ROUND: [char; 4] = [',', '.', '`', '\''];
    const LIGHT: [char; 2] = ['-', '-'];
    match shape {
        Shape::Rect => outline(SQUARE, LIGHT, "|", "|"),
        Shape::Round => outline(ROUND, LIGHT, "|", "|"),
        Shape::Stadium => outline(ROUND, LIGHT, "(", ")"),
        Shape::Subroutine => outline(SQUARE, LIGHT, "||", "||"),
        Shape::Cylinder => outline(ROUND, ['=', '='], "|", "|"),
        Shape::Circle => outline(ROUND, LIGHT, "((", "))"),
        Shape::DoubleCircle => outline(ROUND, LIGHT, "(((", ")))"),
        Shape::Flag => outline(SQUARE, LIGHT, ">", "|"),
        Shape::Diamond => outline(['/', '\\', '\\', '/'], LIGHT, "<", ">"),
        Shape::Hexagon => outline(['/', '\\', '\\', '/'], LIGHT, "|", "|"),
        Shape::LeanRight => outline(['/', '/', '/', '/'], LIGHT, "/", "/"),
        Shape::LeanLeft => outline(['\\', '\\', '\\', '\\'], LIGHT, "\\", "\\"),
        Shape::Trapezoid => outline(['/', '\\', '/', '\\'], LIGHT, "/", "\\"),
        Shape::TrapezoidFlipped => outline(['\\', '/', '\\', '/'], LIGHT, "\\", "/"),
        Shape::Note => outline(['+', '\\', '+', '+'], LIGHT, "|", "|"),
        Shape::Bar => outline(['*', '*', '*', '*'], ['=', '='], "*", "*"),
    }
}
