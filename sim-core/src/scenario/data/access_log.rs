//! Access logs of Application Load Balancers: one request a line, fields separated by blanks, some of them quoted.
//!
//! A line is written when the load balancer has answered; when the request *arrived* is its field
//! `request_creation_time`. So lines are not in the order of arrival. Source:
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html>.

use std::ops::Range;

use jiff::Timestamp;

use super::{Broken, Named, Reader, counted};
use crate::engine::Time;
use crate::world::traffic::{AccessLog, AccessLogBuilder, LoggedLine};

/// The most requests of one log [count]: some 300 MB while it is read, 240 MB then.
const REQUESTS_MAX: usize = 20_000_000;
/// The most different combinations of method, host and path [count].
const LINES_MAX: usize = 1_000_000;

/// The places of the fields that count.
const REQUEST: usize = 12;
const DOMAIN_NAME: usize = 18;
const REQUEST_CREATION_TIME: usize = 21;

/// Reads a log; none when it cannot be used, which has been reported. Its time zero is `zero`, or its first request.
pub(in crate::scenario) fn access_log(
    reader: &mut Reader,
    named: &Named,
    zero: Option<Timestamp>,
) -> Option<AccessLog> {
    let mut log = AccessLogBuilder::default();
    let usable = reader.lines(named, |line| {
        let (at, asked) = request(line)?;
        if log.len() <= REQUESTS_MAX && log.lines() <= LINES_MAX {
            log.push(at, asked);
        }
        Ok(())
    });
    if !usable {
        return None;
    }
    let problem = if log.len() > REQUESTS_MAX {
        Some((format!("{:?} has more than {REQUESTS_MAX} requests", named.path), "replay a part of it"))
    } else if log.lines() > LINES_MAX {
        let help = "replay a part of it, or write ids in paths as one word";
        Some((format!("{:?} asks for more than {LINES_MAX} different paths", named.path), help))
    } else if log.is_empty() {
        Some((format!("{:?} has no requests", named.path), "name an access log of an Application Load Balancer"))
    } else {
        None
    };
    if let Some((message, help)) = problem {
        reader.whole(named, message, help);
        return None;
    }
    let zero = match zero {
        Some(zero) => moment(zero),
        None => log.first(),
    };
    let log = log.build(zero.unwrap_or_default());
    if log.is_empty() {
        let message = format!("all requests of {:?} come before its `start`", named.path);
        reader.whole(named, message, "give an earlier `start`, or leave it away: then it is the first request");
        return None;
    }
    Some(log)
}

/// A moment of the wall clock in nanoseconds since 1970.
fn moment(timestamp: Timestamp) -> Option<Time> {
    u64::try_from(timestamp.as_nanosecond()).ok().map(Time::from_nanos)
}

/// When the request of a line arrived, and what it asked for.
fn request(line: &str) -> Result<(Time, LoggedLine), Broken> {
    let mut wanted = [const { 0..0 }; 3];
    let mut count = 0;
    for field in (Fields { line, at: 0 }) {
        let field = field?;
        if let Some(place) = [REQUEST, DOMAIN_NAME, REQUEST_CREATION_TIME].iter().position(|&place| place == count) {
            wanted[place] = field;
        }
        count += 1;
    }
    let [request, domain, created] = wanted;
    if count <= REQUEST_CREATION_TIME {
        let found = counted(count, "field");
        let message = format!("found {found}, where an access log of an Application Load Balancer has 29 or more");
        return Err(Broken::new(0..line.len().max(1), message, "is this the right file?"));
    }
    let at = line[created.clone()].parse::<Timestamp>().ok().and_then(moment).ok_or_else(|| {
        let message = format!("field 22 (request_creation_time) is no moment: {:?}", &line[created.clone()]);
        Broken::new(created, message, "AWS writes it as 2026-01-05T09:00:00.000000Z")
    })?;
    let mut words = line[request.clone()].splitn(2, ' ');
    let (Some(method), Some(rest)) = (words.next(), words.next()) else {
        let message = "field 13 (request) is not a method, a URL and a version";
        return Err(Broken::new(request, message, "AWS writes it as \"GET http://example.com:80/ HTTP/1.1\""));
    };
    // The version is the last word; what is between may hold anything, blanks too.
    let url = rest.rsplit_once(' ').map_or(rest, |(url, _)| url);
    let (host, path) = split_url(url);
    // From TLS: the name that the client wanted. It is `-` without TLS.
    let host = if matches!(&line[domain.clone()], "-" | "") { host } else { &line[domain] };
    Ok((at, LoggedLine { method: method.to_owned(), host: host.to_ascii_lowercase(), path: path.to_owned() }))
}

/// Host and path of `http://host:80/path?query`; both empty when it is no URL.
fn split_url(url: &str) -> (&str, &str) {
    let Some((_, rest)) = url.split_once("://") else { return ("", "") };
    let (host, path) = rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash));
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    (host, path.split(['?', '#']).next().unwrap_or_default())
}

/// The fields of a line: what stands between blanks, or in quotes.
struct Fields<'a> {
    line: &'a str,
    at: usize,
}

impl Iterator for Fields<'_> {
    type Item = Result<Range<usize>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.line[self.at..];
        let start = self.at + (rest.len() - rest.trim_start_matches(' ').len());
        let rest = &self.line[start..];
        if rest.is_empty() {
            return None;
        }
        let Some(quoted) = rest.strip_prefix('"') else {
            let end = start + rest.find(' ').unwrap_or(rest.len());
            self.at = end;
            return Some(Ok(start..end));
        };
        // A quote ends a field only before a blank or at the end of the line.
        let closes = |&(at, _): &(usize, &str)| quoted[at + 1..].is_empty() || quoted[at + 1..].starts_with(' ');
        match quoted.match_indices('"').find(closes) {
            Some((length, _)) => {
                self.at = start + length + 2;
                Some(Ok(start + 1..start + 1 + length))
            }
            None => {
                self.at = self.line.len();
                Some(Err(Broken::new(start..start + 1, "this quote is not closed", "is the line cut off?")))
            }
        }
    }
}
