//! How a target group checks its targets.

use std::fmt;
use std::time::Duration;

use super::Protocol;

/// `Matcher.HttpCode`: which answers pass, as `200`, `200,202` or `200-299` [TR-050].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher(Vec<(u16, u16)>);

impl Matcher {
    /// Reads the text; none when it does not say codes from 200 to 499, or to 599 for Network Load Balancers.
    pub fn parse(text: &str, protocol: Protocol) -> Option<Matcher> {
        let last = match protocol {
            Protocol::Http => 499,
            Protocol::Tcp => 599,
        };
        let code = |text: &str| text.trim().parse::<u16>().ok().filter(|code| (200..=last).contains(code));
        let mut ranges = Vec::new();
        for part in text.split(',') {
            let (low, high) = part.split_once('-').unwrap_or((part, part));
            let (low, high) = (code(low)?, code(high)?);
            if low > high {
                return None;
            }
            ranges.push((low, high));
        }
        Some(Matcher(ranges))
    }

    /// Whether an answer with this code passes.
    pub fn matches(&self, code: u16) -> bool {
        self.0.iter().any(|&(low, high)| (low..=high).contains(&code))
    }
}

impl Matcher {
    /// `200`, or `200-399` for Network Load Balancers [TR-050].
    pub fn of(protocol: Protocol) -> Matcher {
        match protocol {
            Protocol::Http => Matcher(vec![(200, 200)]),
            Protocol::Tcp => Matcher(vec![(200, 399)]),
        }
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (low, high)) in self.0.iter().enumerate() {
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
    /// Which answers pass; `200` unless set [TR-050].
    pub matcher: Matcher,
    /// Where; `/` unless set [TR-051].
    pub path: String,
    /// Which port; the traffic port unless set [TR-051].
    pub port: CheckPort,
}

impl HealthCheck {
    /// AWS's defaults for targets of this protocol, checked by that one.
    pub fn of(targets: Protocol, protocol: Protocol) -> HealthCheck {
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
            matcher: Matcher::of(targets),
            path: "/".to_owned(),
            port: CheckPort::Traffic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matcher_reads_codes_lists_and_ranges() {
        let matcher = Matcher::parse("200,202-204", Protocol::Http).unwrap();
        assert!(matcher.matches(200) && matcher.matches(203) && !matcher.matches(201) && !matcher.matches(404));
        assert_eq!(matcher.to_string(), "200,202-204");
        for wrong in ["", "500", "199", "abc", "204-202", "200,"] {
            assert_eq!(Matcher::parse(wrong, Protocol::Http), None, "{wrong}");
        }
        assert!(Matcher::parse("200-599", Protocol::Tcp).is_some(), "Network Load Balancers take all of them");
    }
}
