//! Versions of HTTP: what clients speak, and what target groups want to be spoken to in.

/// `ProtocolVersion` of a target group, and what a client speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "UPPERCASE")]
pub enum HttpVersion {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2.
    Http2,
    /// gRPC, which is HTTP/2 with rules of its own.
    Grpc,
}

impl HttpVersion {
    /// Whether one connection carries many requests at a time.
    pub fn is_multiplexed(self) -> bool {
        self != HttpVersion::Http1
    }

    /// Whether a target group of this version takes a request of that one: to any but HTTP1 nobody can speak HTTP/1.1, to
    /// HTTP1 nobody can speak gRPC, and what GRPC takes of HTTP/2 is POST. All else is answered 464 [TR-032].
    pub fn takes(self, request: HttpVersion, method: &str) -> bool {
        match (self, request) {
            (HttpVersion::Http1, of) => of != HttpVersion::Grpc,
            (HttpVersion::Http2, of) => of != HttpVersion::Http1,
            (HttpVersion::Grpc, HttpVersion::Http2) => method == "POST",
            (HttpVersion::Grpc, of) => of == HttpVersion::Grpc,
        }
    }
}

/// Where the targets of a group with the version GRPC are checked unless said otherwise: no application has it, so that
/// gRPC answers 12, UNIMPLEMENTED [TR-059].
pub const GRPC_CHECK_PATH: &str = "/AWS.ALB/healthcheck";

/// The status of gRPC that stands for one of HTTP, as gRPC's own codes are published with their HTTP mapping; what is
/// well answers 0, and 12 where the method does not exist [TR-059].
pub fn grpc_status(status: u16, path: &str) -> u16 {
    match status {
        0..400 if path == GRPC_CHECK_PATH => 12,
        0..400 => 0,
        400 => 3,
        401 => 16,
        403 => 7,
        404 => 5,
        409 => 10,
        429 => 8,
        500 => 13,
        501 => 12,
        503 => 14,
        504 => 4,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [TR-032] The table of who takes whom, line by line as AWS prints it.
    #[test]
    fn a_group_takes_what_its_targets_can_read() {
        use HttpVersion::{Grpc, Http1, Http2};
        for (request, group, method, taken) in [
            (Http1, Http1, "GET", true),
            (Http2, Http1, "GET", true),
            (Grpc, Http1, "POST", false),
            (Http1, Http2, "GET", false),
            (Http2, Http2, "GET", true),
            (Grpc, Http2, "POST", true),
            (Http1, Grpc, "POST", false),
            (Http2, Grpc, "POST", true),
            (Http2, Grpc, "GET", false),
            (Grpc, Grpc, "POST", true),
        ] {
            assert_eq!(group.takes(request, method), taken, "{request} {method} to {group}");
        }
    }

    /// [TR-059] A healthy application does not know the path that is checked by default, and says so.
    #[test]
    fn a_check_speaks_grpc() {
        assert_eq!(grpc_status(200, GRPC_CHECK_PATH), 12);
        assert_eq!(grpc_status(200, "/grpc.health.v1.Health/Check"), 0);
        assert_eq!((grpc_status(503, GRPC_CHECK_PATH), grpc_status(418, "/")), (14, 2));
    }
}
