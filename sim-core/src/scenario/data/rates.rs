//! Rates over time: lines of `time,rate`.

use super::csv::{cells, is_header};
use super::{Broken, Named, Reader, counted};
use crate::engine::Time;
use crate::units::{Rate, Span};

/// The most lines [count]: a second each for a month.
const LINES_MAX: usize = 3_000_000;

/// Reads points (moment, requests/s); none when the file cannot be used, which has been reported.
pub(in crate::scenario) fn rates(reader: &mut Reader, named: &Named) -> Option<Vec<(Time, f64)>> {
    let mut points: Vec<(Time, f64)> = Vec::new();
    let mut seen = false;
    let usable = reader.lines(named, |line| {
        let is_first = !std::mem::replace(&mut seen, true);
        let cells = cells(line)?;
        let [(time_at, time), (rate_at, rate)] = cells.as_slice() else {
            let message = format!("expected a time and a rate, found {}", counted(cells.len(), "column"));
            return Err(Broken::new(0..line.len().max(1), message, "write lines such as 10m,200 or 600,12000/min"));
        };
        if is_first && is_header(time) && is_header(rate) {
            return Ok(());
        }
        let moment = match time.parse::<f64>() {
            Ok(seconds) if (0.0..1e10).contains(&seconds) => Time::from_nanos((seconds * 1e9 + 0.5) as u64),
            Ok(seconds) => {
                let help = "write seconds since the scenario's start, 0 or more";
                return Err(Broken::new(time_at.clone(), format!("the time {seconds} is out of range"), help));
            }
            Err(_) => Time::ZERO + time.parse::<Span>().map_err(|why| Broken::refused(time_at.clone(), why))?.0,
        };
        let per_second = match rate.parse::<f64>() {
            Ok(number) => Rate::of(number),
            Err(_) => rate.parse::<Rate>(),
        };
        let per_second = per_second.map_err(|why| Broken::refused(rate_at.clone(), why))?.per_second();
        if points.last().is_some_and(|(last, _)| *last > moment) {
            let message = format!("{time} is before the time of the line above");
            return Err(Broken::new(time_at.clone(), message, "sort the lines by time"));
        }
        if points.len() <= LINES_MAX {
            points.push((moment, per_second));
        }
        Ok(())
    });
    if !usable {
        return None;
    }
    if points.len() > LINES_MAX {
        reader.whole(
            named,
            format!("{:?} has more than {LINES_MAX} lines", named.path),
            "give one line a second, or fewer",
        );
        return None;
    }
    if points.is_empty() {
        reader.whole(named, format!("{:?} has no rates", named.path), "write lines such as 10m,200");
        return None;
    }
    Some(points)
}
