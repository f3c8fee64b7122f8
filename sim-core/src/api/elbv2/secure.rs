//! What a listener for HTTPS needs, as CreateListener and ModifyListener take it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::invalid;
use crate::api::ApiError;
use crate::world::elb::{DEFAULT_POLICY, POLICIES, Tls};

/// A certificate.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CertificateInput {
    /// The ARN of a certificate of ACM or IAM; whether it exists is not looked at.
    pub certificate_arn: Option<String>,
    /// Only for what is described: the one certificate is the default.
    pub is_default: Option<bool>,
}

/// What a request says about TLS.
#[derive(Clone, Copy, Debug)]
pub(super) struct SecureInput<'a> {
    pub certificates: &'a [CertificateInput],
    pub policy: Option<&'a str>,
}

impl SecureInput<'_> {
    /// TLS of a listener for HTTPS that had this before; none for HTTP, which has neither certificate nor policy [TR-166].
    pub fn checked(&self, is_secure: bool, before: Option<&Tls>) -> Result<Option<Tls>, ApiError> {
        if !is_secure {
            for (given, what, place) in [
                (!self.certificates.is_empty(), "Certificates", "Certificates"),
                (self.policy.is_some(), "SSL policies", "SslPolicy"),
            ] {
                if given {
                    return Err(invalid(format!("{what} cannot be specified for HTTP listeners")).at(place));
                }
            }
            return Ok(None);
        }
        let certificate = match (self.certificates, before) {
            ([], Some(before)) => before.certificate.clone(),
            ([], None) => return Err(invalid("A certificate must be specified for HTTPS listeners").at("Certificates")),
            ([one], _) => certificate(one)?,
            ([_, ..], _) => {
                let message = "You must specify exactly one certificate for the listener";
                return Err(ApiError::new("TooManyCertificates", message).at("Certificates[1]"));
            }
        };
        let policy = match self.policy {
            None => before.map_or(DEFAULT_POLICY, |before| before.policy),
            Some(name) => *POLICIES.iter().find(|known| **known == name).ok_or_else(|| {
                ApiError::new("SSLPolicyNotFound", format!("SSL policy '{name}' not found")).at("SslPolicy")
            })?,
        };
        Ok(Some(Tls { certificate, policy }))
    }
}

fn certificate(given: &CertificateInput) -> Result<String, ApiError> {
    if given.is_default.is_some() {
        let message = "IsDefault cannot be specified: the certificate of a listener is the default";
        return Err(invalid(message).at("Certificates[0].IsDefault"));
    }
    let place = "Certificates[0].CertificateArn";
    let Some(arn) = &given.certificate_arn else {
        return Err(invalid("A certificate ARN must be specified").at(place));
    };
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "acm", _, _, resource] if resource.starts_with("certificate/") => Ok(arn.clone()),
        ["arn", _, "iam", "", _, resource] if resource.starts_with("server-certificate/") => Ok(arn.clone()),
        _ => Err(invalid(format!("Certificate ARN '{arn}' is not valid")).at(place)),
    }
}
