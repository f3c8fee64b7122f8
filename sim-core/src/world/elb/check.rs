//! How a target group checks its targets.

use std::fmt;
use std::time::Duration;

use super::version::{GRPC_CHECK_PATH, grpc_status};
use super::{HttpVersion, Protocol};

/// Which codes a group's matcher speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codes {
    /// Statuses of HTTP from 200 to 499 [TR-050].
    Http,
    /// The same to 599, for Network Load Balancers [TR-050].
    HttpToTcp,
    /// Statuses of gRPC from 0 to 99 [TR-059].
    Grpc,
}

impl Codes {
    /// Those of a target group.
    pub fn of(targets: Protocol, version: HttpVersion) -> Codes {
        match (targets, version) {
            (Protocol::Tcp, _) => Codes::HttpToTcp,
            (Protocol::Http, HttpVersion::Grpc) => Codes::Grpc,
            (Protocol::Http, _) => Codes::Http,
        }
    }

    /// The first and the last that a matcher may name.
    pub fn range(self) -> (u16, u16) {
        match self {
            Codes::Http => (200, 499),
            Codes::HttpToTcp => (200, 599),
            Codes::Grpc => (0, 99),
        }
    }
}

/// `Matcher.HttpCode` or `Matcher.GrpcCode`: which answers pass, as `200`, `200,202` or `200-299` [TR-050][TR-059].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher {
    /// What its numbers are.
    pub codes: Codes,
    ranges: Vec<(u16, u16)>,
}

impl Matcher {
    /// Reads the text; none when it names what is no such code.
    pub fn parse(text: &str, codes: Codes) -> Option<Matcher> {
        let (first, last) = codes.range();
        let code = |text: &str| text.trim().parse::<u16>().ok().filter(|code| (first..=last).contains(code));
        let mut ranges = Vec::new();
        for part in text.split(',') {
            let (low, high) = part.split_once('-').unwrap_or((part, part));
            let (low, high) = (code(low)?, code(high)?);
            if low > high {
                return None;
            }
            ranges.push((low, high));
        }
        Some(Matcher { codes, ranges })
    }

    /// Whether an answer with this code passes.
    pub fn matches(&self, code: u16) -> bool {
        self.ranges.iter().any(|&(low, high)| (low..=high).contains(&code))
    }
}

impl Matcher {
    /// `200`, `200-399` for Network Load Balancers [TR-050], and `12` of gRPC [TR-059].
    pub fn of(codes: Codes) -> Matcher {
        let range = match codes {
            Codes::Http => (200, 200),
            Codes::HttpToTcp => (200, 399),
            Codes::Grpc => (12, 12),
        };
        Matcher { codes, ranges: vec![range] }
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (low, high)) in self.ranges.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            if low == high { write!(f, "{comma}{low}")? } else { write!(f, "{comma}{low}-{high}")? }
        }
        Ok(())
    }
}

/// `HealthCheckPort` [TR-051].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CheckPort {
    /// `traffic-port`: the port that gets the requests.
    #[default]
    Traffic,
    /// One port for all targets.
    Fixed(u16),
}

impl fmt::Display for CheckPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CheckPort::Traffic => f.write_str("traffic-port"),
            CheckPort::Fixed(port) => write!(f, "{port}"),
        }
    }
}

/// How a group checks its targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// By a request, or by no more than a connection; `HTTP`, or `TCP` for Network Load Balancers, unless set
    /// [TR-051].
    pub protocol: Protocol,
    /// Between the starts of two checks of a target [s].
    ///
    /// AWS: `HealthCheckIntervalSeconds`; 30 unless set, 5–300 [TR-046].
    pub interval: Duration,
    /// How long an answer may take [s].
    ///
    /// AWS: `HealthCheckTimeoutSeconds`; 5 unless set [TR-052], and for Network Load Balancers 6 by HTTP and 10 by TCP;
    /// 2–120, less than the interval [TR-047][TR-053].
    pub timeout: Duration,
    /// Checks in a row that an unhealthy target must pass [count].
    ///
    /// AWS: `HealthyThresholdCount`; 5 unless set, 2–10 [TR-048].
    pub healthy_threshold: u32,
    /// Checks in a row that a target must fail [count].
    ///
    /// AWS: `UnhealthyThresholdCount`; 2 unless set, 2–10 [TR-049].
    pub unhealthy_threshold: u32,
    /// Which answers pass; `200` unless set [TR-050], and `12` of gRPC [TR-059].
    pub matcher: Matcher,
    /// Where; `/` unless set [TR-051], and `/AWS.ALB/healthcheck` of gRPC [TR-059].
    pub path: String,
    /// Which port; the traffic port unless set [TR-051].
    pub port: CheckPort,
}

impl HealthCheck {
    /// AWS's defaults for targets of this protocol and version, checked by that protocol.
    pub fn of(targets: Protocol, version: HttpVersion, protocol: Protocol) -> HealthCheck {
        let timeout = match (targets, protocol) {
            (Protocol::Http, _) => 5,
            (Protocol::Tcp, Protocol::Http) => 6,
            (Protocol::Tcp, Protocol::Tcp) => 10,
        };
        HealthCheck {
            protocol,
            interval: Duration::from_secs(30),
            timeout: Duration::from_secs(timeout),
            healthy_threshold: 5,
            unhealthy_threshold: 2,
            matcher: Matcher::of(Codes::of(targets, version)),
            path: if version == HttpVersion::Grpc { GRPC_CHECK_PATH } else { "/" }.to_owned(),
            port: CheckPort::Traffic,
        }
    }

    /// Whether a target passes whose health endpoint answers with this status; if not, the code that the check has found: gRPC
    /// has codes of its own.
    pub fn judge(&self, status: u16) -> Result<(), u16> {
        let code = match self.matcher.codes {
            Codes::Grpc => grpc_status(status, &self.path),
            Codes::Http | Codes::HttpToTcp => status,
        };
        if self.matcher.matches(code) { Ok(()) } else { Err(code) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matcher_reads_codes_lists_and_ranges() {
        let matcher = Matcher::parse("200,202-204", Codes::Http).unwrap();
        assert!(matcher.matches(200) && matcher.matches(203) && !matcher.matches(201) && !matcher.matches(404));
        assert_eq!(matcher.to_string(), "200,202-204");
        for wrong in ["", "500", "199", "abc", "204-202", "200,"] {
            assert_eq!(Matcher::parse(wrong, Codes::Http), None, "{wrong}");
        }
        assert!(Matcher::parse("200-599", Codes::HttpToTcp).is_some(), "Network Load Balancers take all of them");
        assert!(Matcher::parse("0,12", Codes::Grpc).is_some() && Matcher::parse("100", Codes::Grpc).is_none());
    }
}
