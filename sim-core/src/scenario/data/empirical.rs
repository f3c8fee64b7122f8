//! Measured values: one with its unit on each line, or a column of a CSV.

use super::csv::{cells, is_header};
use super::{Broken, Named, Reader};
use crate::engine::{Empirical, Measure};
use crate::spelling::nearest;
use crate::units::{Column, Measured, Unit};

/// The most values of one file [count].
const VALUES_MAX: usize = 10_000_000;

/// Reads what was measured; none when it cannot be used, which has been reported.
pub(in crate::scenario) fn empirical<U: Unit>(
    reader: &mut Reader,
    named: &Named,
    measured: &Measured,
) -> Option<Empirical> {
    let mut values: Vec<u64> = Vec::new();
    let mut header = Header { column: measured.column.as_ref(), index: None, seen: false };
    let usable = reader.lines(named, |line| {
        let cells = cells(line)?;
        let Some(index) = header.index_of(&cells)? else { return Ok(()) };
        let Some((span, text)) = cells.get(index) else {
            let message = format!("there is no column {} in this line", index + 1);
            return Err(Broken::new(0..line.len().max(1), message, ""));
        };
        let value = value::<U>(text, measured.unit.as_deref()).map_err(|why| Broken { span: span.clone(), ..why })?;
        if values.len() <= VALUES_MAX {
            values.push(value.count());
        }
        Ok(())
    });
    if !usable {
        return None;
    }
    if values.len() > VALUES_MAX {
        reader.whole(named, format!("{:?} has more than {VALUES_MAX} values", named.path), "draw a sample from it");
        return None;
    }
    let made = Empirical::new(values, measured.interpolate);
    if made.is_none() {
        let help = "write one value with its unit on each line, such as 12.5ms";
        reader.whole(named, format!("{:?} has no values", named.path), help);
    }
    made
}

/// Where in a line the value is.
struct Header<'a> {
    column: Option<&'a Column>,
    index: Option<usize>,
    seen: bool,
}

impl Header<'_> {
    /// The place of the value; none when this line is a header.
    fn index_of(&mut self, cells: &[super::csv::Cell]) -> Result<Option<usize>, Broken> {
        let is_first = !std::mem::replace(&mut self.seen, true);
        if let Some(index) = self.index {
            return Ok(Some(index));
        }
        let last = cells.last().map_or(1, |(span, _)| span.end.max(1));
        match self.column {
            None if cells.len() > 1 => {
                let message = format!("this line has {} columns", cells.len());
                Err(Broken::new(0..last, message, "say which with `column`: its name in the first line, or its number"))
            }
            None => Ok(Some(0)),
            Some(Column::Number(number)) => {
                let index = (*number as usize).saturating_sub(1);
                self.index = Some(index);
                let names = is_first && cells.get(index).is_some_and(|(_, text)| is_header(text));
                Ok((!names).then_some(index))
            }
            Some(Column::Name(name)) if is_first => {
                self.index = cells.iter().position(|(_, text)| text == name);
                match self.index {
                    Some(_) => Ok(None),
                    None => {
                        let names: Vec<&str> = cells.iter().map(|(_, text)| text.as_ref()).collect();
                        let help = match nearest(name, names.iter().copied()) {
                            Some(near) => format!("did you mean {near:?}?"),
                            None => format!("the columns are {}", names.join(", ")),
                        };
                        Err(Broken::new(0..last, format!("there is no column {name:?} in the first line"), help))
                    }
                }
            }
            // Reported at the first line.
            Some(Column::Name(_)) => Ok(None),
        }
    }
}

/// A value with its unit, or a plain number of the unit that the scenario says.
fn value<U: Unit>(text: &str, unit: Option<&str>) -> Result<U::Value, Broken> {
    if let (Ok(number), Some(unit)) = (text.parse::<f64>(), unit) {
        let one = U::of_unit(unit).map_or(0, |one| one.value().count());
        let count = number * one as f64;
        return match (0.0..u64::MAX as f64).contains(&count) {
            true => Ok(U::Value::of_count((count + 0.5) as u64)),
            false if number < 0.0 => Err(Broken::new(0..0, format!("{number} is negative"), "")),
            false => Err(Broken::new(0..0, format!("{text:?} is out of range"), "")),
        };
    }
    let plain = text.parse::<f64>().is_ok_and(f64::is_finite);
    U::of_text(text).map(Unit::value).map_err(|refusal| match plain {
        true => Broken::new(0..0, refusal.message, "say the unit of plain numbers, as with `unit = \"ms\"`"),
        false => Broken::refused(0..0, refusal),
    })
}
