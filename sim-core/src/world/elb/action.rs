//! What a rule does with a request.

use std::time::Duration;

use super::{RequestLine, TargetGroupId};

/// What a rule does. The authenticate actions are not modelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sends it to a target of one of the groups.
    Forward(Forward),
    /// Answers it without any target [TR-022].
    FixedResponse {
        /// 2XX, 4XX or 5XX.
        status: u16,
        /// `MessageBody` and `ContentType`, as they were given: nobody reads them here.
        body: Option<String>,
        /// See `body`.
        content_type: Option<String>,
    },
    /// Sends the client elsewhere [TR-023].
    Redirect(Redirect),
}

impl Action {
    /// The target groups it forwards to.
    pub fn shares(&self) -> &[Share] {
        match self {
            Action::Forward(forward) => &forward.shares,
            Action::FixedResponse { .. } | Action::Redirect(_) => &[],
        }
    }
}

/// A `forward` action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// Each group gets its share of the weights [TR-024]. There is no failover between them [TR-025].
    pub shares: Vec<Share>,
    /// For how long a client stays with its group; not at all when there is none.
    ///
    /// AWS: `TargetGroupStickinessConfig.DurationSeconds`, 1–604800; the cookie is `AWSALBTG` [TR-026].
    pub sticky_for: Option<Duration>,
}

/// A target group's part of a `forward` action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The group.
    pub group: TargetGroupId,
    /// 0–999 [TR-024]; 1 unless set.
    pub weight: u32,
}

/// A `redirect` action: parts of the new URL, in which `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}`
/// stand for those of the request [TR-023].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// 301 or 302.
    pub status: u16,
    /// `#{protocol}` unless set.
    pub protocol: String,
    /// `#{host}` unless set.
    pub host: String,
    /// `#{port}` unless set.
    pub port: String,
    /// `/#{path}` unless set.
    pub path: String,
    /// `#{query}` unless set.
    pub query: String,
}

/// The longest URL that a redirect can lead to [bytes]; AWS does not say which is too long [assumption].
const URL_MAX: usize = 8192;

impl Redirect {
    /// Where the client is sent; none when the URL is too long, which is answered 507 [TR-023].
    pub fn location(&self, line: &RequestLine, (protocol, port): (&str, u16)) -> Option<String> {
        let path = line.path.strip_prefix('/').unwrap_or(&line.path);
        let fill = |template: &str| {
            let filled = template.replace("#{protocol}", protocol).replace("#{host}", &line.host);
            filled.replace("#{port}", &port.to_string()).replace("#{path}", path).replace("#{query}", &line.query)
        };
        let (protocol, query) = (fill(&self.protocol).to_lowercase(), fill(&self.query));
        let mark = if query.is_empty() { "" } else { "?" };
        let url = format!("{protocol}://{}:{}{}{mark}{query}", fill(&self.host), fill(&self.port), fill(&self.path));
        (url.len() <= URL_MAX).then_some(url)
    }

    /// Whether it leads a client of HTTPS to HTTP, which AWS does not let it [TR-023].
    pub fn leads_to_http(&self) -> bool {
        self.protocol == "HTTP"
    }

    /// Whether anything but the query would be different: otherwise the client would come back for ever.
    pub fn leads_elsewhere(&self) -> bool {
        let kept = [&self.protocol, &self.host, &self.port, &self.path];
        kept != ["#{protocol}", "#{host}", "#{port}", "/#{path}"]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unchanged() -> Redirect {
        let [protocol, host, port, path, query] =
            ["#{protocol}", "#{host}", "#{port}", "/#{path}", "#{query}"].map(str::to_owned);
        Redirect { status: 301, protocol, host, port, path, query }
    }

    /// [TR-023] Parts of the request are reused, and one that is too long is not sent.
    #[test]
    fn a_redirect_reuses_parts_of_the_request() {
        let [host, path, query] = ["shop.example.com", "/cart/7", "a=1"].map(str::to_owned);
        let line = RequestLine { host, path, query, ..RequestLine::default() };
        assert!(!unchanged().leads_elsewhere());
        let same = unchanged().location(&line, ("HTTP", 80));
        assert_eq!(same.as_deref(), Some("http://shop.example.com:80/cart/7?a=1"));
        let secure =
            Redirect { protocol: "HTTPS".into(), port: "443".into(), path: "/new/#{path}".into(), ..unchanged() };
        assert!(secure.leads_elsewhere());
        assert_eq!(
            secure.location(&line, ("HTTP", 80)).as_deref(),
            Some("https://shop.example.com:443/new/cart/7?a=1")
        );
        let long = RequestLine { query: "x".repeat(9000), ..line };
        assert_eq!(secure.location(&long, ("HTTP", 80)), None);
    }
}
