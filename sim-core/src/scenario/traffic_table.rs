//! `[[world.traffic]]`: who calls, what they ask for, and what they do about time and failure.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::units::{Ratio, Span};
use crate::world::elb::{HttpVersion, RequestLine};
use crate::world::traffic::{NewClass, Policy};

/// What a caller does when an attempt fails: by AWS's SDKs' rules unless told otherwise, but for the number of attempts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryTable {
    /// How often it asks at most, the first time included; 3 unless set.
    #[schemars(range(min = 1))]
    pub attempts: Option<u8>,
    /// Before the first retry, doubled before each further one; "100ms" unless set.
    pub backoff: Option<Span>,
    /// The most that it is doubled to; "20s" unless set.
    pub backoff_max: Option<Span>,
    /// Whether each back-off is drawn between zero and its length; true unless set.
    pub jitter: Option<bool>,
    /// Retries for each call at most, on average, with ten in hand; no limit but `attempts` unless set.
    pub budget: Option<Ratio>,
    /// Which answers are asked for again; [502, 503, 504] unless set. Failed connections and timeouts always are.
    pub on: Option<Vec<u16>>,
}

/// A kind of request that a caller makes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallTable {
    /// Its name: an application's class of this name says what it takes there.
    pub name: Option<String>,
    /// Its share of the requests, relative to the others; 1 unless set.
    pub share: Option<u32>,
    /// "GET" unless set, and "POST" of gRPC.
    pub method: Option<String>,
    /// The header Host; empty unless set.
    pub host: Option<String>,
    /// "/" unless set.
    pub path: Option<String>,
    /// "a=1&b=2"; none unless set.
    pub query: Option<String>,
    /// Other headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The other end of the connection; an address that is kept for examples unless set.
    pub source_ip: Option<Ipv4Addr>,
}

/// What a client speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SpokenProtocol {
    /// HTTP/1.1: one request at a time on each connection.
    #[default]
    Http1,
    /// HTTP/2: up to 128 requests at a time on each connection; HTTP/1.1 where the listener cannot.
    Http2,
    /// gRPC, over HTTP/2: always POST.
    Grpc,
}

impl SpokenProtocol {
    /// The same in the world.
    pub(super) fn version(self) -> HttpVersion {
        match self {
            SpokenProtocol::Http1 => HttpVersion::Http1,
            SpokenProtocol::Http2 => HttpVersion::Http2,
            SpokenProtocol::Grpc => HttpVersion::Grpc,
        }
    }
}

impl CallTable {
    /// The kind of request, as a caller makes it that speaks this.
    pub(super) fn compile(&self, spoken: SpokenProtocol) -> NewClass {
        let usual = (spoken == SpokenProtocol::Grpc).then_some("POST");
        let mut line = class_line(self.method.as_deref().or(usual), self.host.as_deref(), self.path.as_deref());
        line.query = self.query.clone().unwrap_or_default();
        line.headers = self.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        line.source_ip = self.source_ip.unwrap_or(line.source_ip);
        NewClass { name: self.name.clone().unwrap_or_default(), share: self.share.unwrap_or(1), line }
    }
}

/// What a load balancer sees of a request; what is not said is as usual.
pub(super) fn class_line(method: Option<&str>, host: Option<&str>, path: Option<&str>) -> RequestLine {
    let usual = RequestLine::default();
    RequestLine {
        method: method.map_or(usual.method, str::to_owned),
        host: host.map_or(usual.host, str::to_owned),
        path: path.map_or(usual.path, str::to_owned),
        ..RequestLine::default()
    }
}

/// A policy with what is said about retries.
pub(super) fn policy(retry: Option<&RetryTable>, usual: Policy) -> Policy {
    let Some(retry) = retry else { return usual };
    Policy {
        attempts: retry.attempts.unwrap_or(3),
        backoff: retry.backoff.map_or(usual.backoff, |span| span.0),
        backoff_max: retry.backoff_max.map_or(usual.backoff_max, |span| span.0),
        jitter: retry.jitter.unwrap_or(usual.jitter),
        budget: retry.budget.map(|ratio| ratio.of_one()),
        retry_on: retry.on.clone().unwrap_or(usual.retry_on.clone()),
        ..usual
    }
}
