//! What holds for every file: no bytes make a reader panic or go on for ever, and what was written is what is read.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use proptest::prelude::*;

use super::{Named, Reader, access_log, empirical, rates};
use crate::engine::{Distribution, Empirical, Stream, Time};
use crate::scenario::{Diagnostic, Diagnostics, Sources};
use crate::units::{Column, Measured, Span};
use crate::world::traffic::{Arrivals, LoggedLine, Rate};

/// Reads a file with one of the readers: what it made, and what was wrong, as it is shown.
fn read<T>(
    bytes: &[u8],
    skip_broken: bool,
    with: impl FnOnce(&mut Reader, &Named) -> Option<T>,
) -> (Option<T>, String) {
    let folder = BTreeMap::from([("data".to_owned(), bytes.to_vec())]);
    let mut sources = Sources::default();
    let story = sources.add("story.toml", "log = 'data'");
    let mut problems: Vec<Diagnostic> = Vec::new();
    let mut reader = Reader { files: &folder, sources: &mut sources, problems: &mut problems };
    let made = with(&mut reader, &Named { path: "data", skip_broken, place: (story, 6..12) });
    (made, Diagnostics::new(sources, problems).to_string())
}

/// Anything, and what looks like a data file until one looks closer.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let anything = prop::collection::vec(any::<u8>(), 0..3000);
    let near =
        "([0-9]{1,4}(ms|s|m|h|/s|/min|/h|\\.5|e9| MB|)?[,;\" \t]{0,2}|[a-z#\"é€\u{feff}\u{0}\u{202e}-]|\r?\n){0,300}";
    let lines = prop::collection::vec(log_line(), 0..6).prop_map(|lines| lines.join("\n").into_bytes());
    let log = (lines, prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4));
    let log = log.prop_map(|(mut bytes, changes)| {
        for (index, byte) in changes.into_iter().filter(|_| !bytes.is_empty()).collect::<Vec<_>>() {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    });
    prop_oneof![anything, near.prop_map(String::into_bytes), log]
}

/// A line as a load balancer writes it.
fn log_line() -> impl Strategy<Value = String> {
    request().prop_map(|(at, line)| written(at, &line))
}

/// A request: when [µs], and what it asked for.
fn request() -> impl Strategy<Value = (u64, LoggedLine)> {
    let parts =
        (0u64..100_000_000_000, "(GET|POST|PUT|DELETE)", "[a-z]{1,8}\\.example\\.com", "(/[a-z0-9._~%-]{0,8}){1,4}");
    parts.prop_map(|(at, method, host, path)| (at, LoggedLine { method, host, path }))
}

fn written(micros: u64, line: &LoggedLine) -> String {
    let at = jiff::Timestamp::from_microsecond(1_767_600_000_000_000 + micros as i64).expect("a moment");
    let LoggedLine { method, host, path } = line;
    format!(
        "http {at} app/shop/50dc6c495c0c9188 192.0.2.7:2817 10.0.0.1:80 0.001 0.250 0.000 200 200 34 366 \"{method} \
         http://{host}:80{path}?id=7 HTTP/1.1\" \"a \"b%22 agent\" - - arn \"Root=1\" \"-\" \"-\" 0 {at} \"forward\" \"-\" \
         \"-\" \"10.0.0.1:80\" \"200\" \"-\" \"-\" TID_1"
    )
}

/// The first moments at which requests come.
fn moments(mut arrivals: Arrivals, count: usize) -> Vec<Time> {
    let mut stream = Stream::of(1, "arrivals", "test");
    let mut now = Time::ZERO;
    let next = || {
        now = arrivals.next(now, &mut stream)?;
        Some(now)
    };
    std::iter::from_fn(next).take(count).collect()
}

fn measured(column: Option<Column>, unit: Option<&str>, skip_broken: bool) -> Measured {
    Measured { file: "data".into(), column, unit: unit.map(str::to_owned), interpolate: false, skip_broken }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic_or_hang(bytes in bytes(), skip in any::<bool>(), number in 1u32..4) {
        let end = Time::from_secs(3600);
        let (points, said) = read(&bytes, skip, rates);
        prop_assert!(points.is_some() || said.contains("error: "), "{}", said);
        if let Some(points) = points {
            prop_assert!(points.is_sorted_by_key(|(at, _)| *at), "{:?}", points);
            moments(Rate::steps(&points, end).into(), 100);
            if points.len() > 1 {
                moments(Arrivals::even(Rate::through(&points)), 100);
            }
        }
        let (log, said) = read(&bytes, skip, |reader, named| access_log(reader, named, None));
        prop_assert!(log.is_some() || said.contains("error: "), "{}", said);
        if let Some(log) = log {
            let count = log.len();
            prop_assert_eq!(moments(Arrivals::replay(Arc::new(log), Time::ZERO, Time::MAX), count + 1).len(), count);
        }
        let columns = [None, Some(Column::Number(number)), Some(Column::Name("a".into()))];
        for (column, unit) in columns.into_iter().zip([Some("ms"), None, Some("s")]) {
            let measured = measured(column, unit, skip);
            let (values, said) = read(&bytes, skip, |reader, named| empirical::<Span>(reader, named, &measured));
            prop_assert!(values.is_some() || said.contains("error: "), "{}", said);
            if let Some(values) = values {
                let mean = Distribution::<std::time::Duration>::empirical(Arc::new(values)).mean();
                prop_assert!(mean.is_some_and(|mean| mean.is_finite() && mean >= 0.0), "{:?}", mean);
            }
        }
    }

    /// A line is broken or it counts: what is left out is told, with its number, and never more than there is.
    #[test]
    fn broken_lines_are_left_out_and_counted(
        lines in prop::collection::vec(prop_oneof![(0u32..1000).prop_map(Ok), "[a-z?]{1,9}".prop_map(Err)], 1..60)
    ) {
        let text: String = lines.iter().map(|line| match line {
            Ok(number) => format!("{number}ms\n"),
            Err(word) => format!("{word}\n"),
        }).collect();
        let good = lines.iter().filter(|line| line.is_ok()).count();
        let first = lines.iter().position(Result::is_err).map(|at| at + 1);
        let (values, said) =
            read(text.as_bytes(), true, |reader, named| empirical::<Span>(reader, named, &measured(None, None, true)));
        prop_assert_eq!(values.map_or(0, |values| values.len()), good);
        match (lines.len() - good, first) {
            (0, _) => prop_assert_eq!(said, ""),
            (broken, first) => {
                let s = if broken == 1 { "" } else { "s" };
                let counted = format!("warning: {broken} line{s} of \"data\" left out, because broken");
                prop_assert!(said.contains(&counted), "{}", said);
                prop_assert!(said.contains(&format!("the first is line {}: ", first.unwrap_or(0))), "{}", said);
            }
        }
        // Without leave nothing is left out.
        let (values, said) =
            read(text.as_bytes(), false, |reader, named| empirical::<Span>(reader, named, &measured(None, None, false)));
        prop_assert_eq!(values.is_some(), good == lines.len());
        prop_assert_eq!(said.contains("let `skip_broken = true` leave out lines like this"), first.is_some());
        if let Some(first) = first {
            prop_assert!(said.contains(&format!("--> data:{first}:1")), "{}", said);
        }
    }

    #[test]
    fn rates_are_read_as_they_were_written(
        points in prop::collection::vec((0u64..100_000, 0u32..1_000_000, any::<bool>(), any::<bool>()), 1..40),
        header in any::<bool>(), end in prop_oneof![Just("\n"), Just("\r\n")],
    ) {
        let mut text = if header { format!("\u{feff}time,rate{end}# made{end}") } else { String::new() };
        let (mut millis, mut wanted) = (0, Vec::new());
        for (step, rate, plain, quoted) in points {
            millis += step;
            wanted.push((Time::from_nanos(millis * 1_000_000), f64::from(rate)));
            let time = if plain { format!("{}.{:03}", millis / 1000, millis % 1000) } else { format!("{millis}ms") };
            let rate = if plain { rate.to_string() } else { format!("{}/min", u64::from(rate) * 60) };
            let rate = if quoted { format!(" \"{rate}\" ") } else { rate };
            write!(text, "{time},{rate}{end}").expect("a string takes all");
        }
        let (points, said) = read(text.as_bytes(), false, rates);
        prop_assert_eq!(said, "");
        prop_assert_eq!(points, Some(wanted));
    }

    #[test]
    fn measurements_are_read_as_they_were_written(
        values in prop::collection::vec(0u64..1_000_000_000_000, 1..80), quoted in any::<bool>(), kind in 0usize..3
    ) {
        let line = |nanos: &u64| match (kind, quoted) {
            (0, _) => format!("{nanos}ns"),
            (_, false) => format!("/a,{}.{:06}", nanos / 1_000_000, nanos % 1_000_000),
            (_, true) => format!("\"/a,\"\"b\"\"\",\"{}.{:06}\"", nanos / 1_000_000, nanos % 1_000_000),
        };
        let (head, column, unit) = match kind {
            0 => ("", None, None),
            1 => ("path,took\n", Some(Column::Name("took".into())), Some("ms")),
            _ => ("", Some(Column::Number(2)), Some("ms")),
        };
        let text = format!("{head}{}", values.iter().map(line).collect::<Vec<_>>().join("\n"));
        let measured = measured(column, unit, false);
        let (read, said) = read(text.as_bytes(), false, |reader, named| empirical::<Span>(reader, named, &measured));
        prop_assert_eq!(said, "");
        prop_assert_eq!(read, Empirical::new(values, false));
    }

    #[test]
    fn a_log_is_read_as_it_was_written(requests in prop::collection::vec(request(), 1..40)) {
        let text: String = requests.iter().map(|(at, line)| written(*at, line) + "\n").collect();
        let (log, said) = read(text.as_bytes(), false, |reader, named| access_log(reader, named, None));
        prop_assert_eq!(said, "");
        let zero = requests.iter().map(|(at, _)| *at).min().unwrap_or(0);
        let wanted = requests.into_iter().map(|(at, line)| (Time::from_nanos((at - zero) * 1000), line));
        // In the order of arrival, whatever the order in the file.
        let mut wanted: Vec<_> = wanted.collect();
        wanted.sort_by_key(|(at, _)| *at);
        let mut arrivals = Arrivals::replay(Arc::new(log.expect("a log")), Time::ZERO, Time::MAX);
        let mut stream = Stream::of(1, "arrivals", "test");
        let (mut now, mut replayed) = (Time::ZERO, Vec::new());
        while let Some(next) = arrivals.next(now, &mut stream) {
            now = next;
            let asked = arrivals.log().zip(arrivals.line()).map(|(log, line)| log.lines()[line as usize].clone());
            replayed.push((now, asked.expect("a log says what is asked for")));
        }
        prop_assert_eq!(replayed, wanted);
    }
}
