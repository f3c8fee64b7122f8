//! Errors in AWS's own words.

use std::fmt;

/// What an AWS operation answers when it refuses: AWS's error code and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// AWS's code, such as `ClusterNotFoundException`.
    pub code: &'static str,
    /// AWS's message where it is known, ours where it is not.
    pub message: String,
    /// Where in the input the cause lies, as a path such as `loadBalancers[0].targetGroupArn`; empty for the whole.
    pub place: String,
    /// A way out, in our words; empty when the message says it all.
    pub help: String,
}

impl ApiError {
    /// An error about the whole request.
    pub fn new(code: &'static str, message: impl Into<String>) -> ApiError {
        ApiError { code, message: message.into(), place: String::new(), help: String::new() }
    }

    /// The same error, about the input field at this path.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> ApiError {
        self.place = place.into();
        self
    }

    /// The same error, seen from outside of the structure `field` that it is about.
    #[must_use]
    pub fn within(mut self, field: &str) -> ApiError {
        self.place = if self.place.is_empty() { field.to_owned() } else { format!("{field}.{}", self.place) };
        self
    }

    /// The same error with a way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> ApiError {
        self.help = help.into();
        self
    }

    /// ECS's general refusal of a request that makes no sense as a whole.
    pub fn client(message: impl Into<String>) -> ApiError {
        ApiError::new("ClientException", message)
    }

    /// A parameter that is not valid.
    pub fn invalid_parameter(message: impl Into<String>) -> ApiError {
        ApiError::new("InvalidParameterException", message)
    }

    /// The error as the AWS CLI prints it.
    pub fn as_cli(&self, operation: &str) -> String {
        format!("An error occurred ({}) when calling the {operation} operation: {}", self.code, self.message)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ApiError {}
