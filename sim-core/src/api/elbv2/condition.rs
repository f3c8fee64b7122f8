//! Conditions of listener rules, as CreateRule and ModifyRule take them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::invalid;
use crate::api::ApiError;
use crate::world::elb::{Case, Condition, Pattern, QueryPattern};
use crate::world::network::Cidr;

/// Values of one condition [count] [TR-015].
const CONDITION_VALUES_MAX: usize = 3;
/// Values of all conditions of a rule [count] [TR-015].
const RULE_VALUES_MAX: usize = 5;
/// Wildcards of a rule [count]: AWS's pages say 5 and 6 [TR-015].
const WILDCARDS_MAX: usize = 6;
/// Characters of a value [count] [TR-017][TR-018].
const VALUE_MAX: usize = 128;

/// A condition. All conditions of a rule must hold; one value of each is enough [TR-014].
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RuleConditionInput {
    /// `host-header`, `path-pattern`, `http-header`, `http-request-method`, `query-string` or `source-ip`.
    pub field: String,
    /// Of `host-header` or `path-pattern`, in short.
    #[serde(default)]
    pub values: Vec<String>,
    /// The same as regular expressions.
    #[serde(default)]
    pub regex_values: Vec<String>,
    /// The header `Host`, whatever its case [TR-017].
    pub host_header_config: Option<PatternConfig>,
    /// The path, without the query [TR-018].
    pub path_pattern_config: Option<PatternConfig>,
    /// Any other header [TR-019].
    pub http_header_config: Option<HttpHeaderConfig>,
    /// Parts of the query [TR-019].
    pub query_string_config: Option<QueryStringConfig>,
    /// Methods, exactly [TR-019].
    pub http_request_method_config: Option<ValuesConfig>,
    /// Ranges of addresses that connections come from [TR-020].
    pub source_ip_config: Option<ValuesConfig>,
}

/// Values with wildcards, or regular expressions.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PatternConfig {
    /// `*` is any run of characters, `?` exactly one [TR-016].
    #[serde(default)]
    pub values: Vec<String>,
    /// Instead of them, without look-around and back-references [TR-021].
    #[serde(default)]
    pub regex_values: Vec<String>,
}

/// A header.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct HttpHeaderConfig {
    /// Up to 40 characters, no wildcards [TR-016].
    pub http_header_name: String,
    /// With wildcards.
    #[serde(default)]
    pub values: Vec<String>,
    /// Instead of them.
    #[serde(default)]
    pub regex_values: Vec<String>,
}

/// Parts of a query.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct QueryStringConfig {
    /// Pairs, or values alone.
    #[serde(default)]
    pub values: Vec<QueryStringKeyValuePair>,
}

/// A part of a query.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct QueryStringKeyValuePair {
    /// Any unless set.
    pub key: Option<String>,
    /// With wildcards.
    pub value: String,
}

/// Plain values.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ValuesConfig {
    /// One is enough.
    #[serde(default)]
    pub values: Vec<String>,
}

/// The conditions of a rule, checked.
pub(super) fn checked(conditions: &[RuleConditionInput]) -> Result<Vec<Condition>, ApiError> {
    if conditions.is_empty() {
        return Err(invalid("A condition must be specified").at("Conditions"));
    }
    let mut all: Vec<Condition> = Vec::new();
    for (index, given) in conditions.iter().enumerate() {
        let place = format!("Conditions[{index}]");
        let condition = one(given, &place)?;
        let once = matches!(
            condition,
            Condition::HostHeader(_) | Condition::PathPattern(_) | Condition::Method(_) | Condition::SourceIp(_)
        );
        if once && all.iter().any(|other| other.field() == condition.field()) {
            let message = format!("Only one condition of type '{}' can be specified", condition.field());
            return Err(invalid(message).at(place));
        }
        if condition.values() == 0 {
            return Err(invalid(format!("A '{}' condition needs a value", condition.field())).at(place));
        }
        if condition.values() > CONDITION_VALUES_MAX {
            let message = format!("A condition can have at most '{CONDITION_VALUES_MAX}' values");
            return Err(invalid(message).at(place));
        }
        all.push(condition);
    }
    if all.iter().map(Condition::values).sum::<usize>() > RULE_VALUES_MAX {
        return Err(invalid(format!("A rule can have at most '{RULE_VALUES_MAX}' condition values")).at("Conditions"));
    }
    if all.iter().map(Condition::wildcards).sum::<usize>() > WILDCARDS_MAX {
        return Err(invalid(format!("A rule can have at most '{WILDCARDS_MAX}' wildcards")).at("Conditions"));
    }
    Ok(all)
}

/// The configurations that were given, by the field that they are for.
fn configured(given: &RuleConditionInput) -> Vec<(&'static str, &'static str)> {
    let all = [
        ("host-header", "HostHeaderConfig", given.host_header_config.is_some()),
        ("path-pattern", "PathPatternConfig", given.path_pattern_config.is_some()),
        ("http-header", "HttpHeaderConfig", given.http_header_config.is_some()),
        ("query-string", "QueryStringConfig", given.query_string_config.is_some()),
        ("http-request-method", "HttpRequestMethodConfig", given.http_request_method_config.is_some()),
        ("source-ip", "SourceIpConfig", given.source_ip_config.is_some()),
    ];
    all.into_iter().filter(|(_, _, is_given)| *is_given).map(|(field, config, _)| (field, config)).collect()
}

fn one(given: &RuleConditionInput, place: &str) -> Result<Condition, ApiError> {
    let field = given.field.as_str();
    if let Some((_, config)) = configured(given).into_iter().find(|(of, _)| *of != field) {
        let message = format!("A condition of field '{field}' cannot have {config}");
        return Err(invalid(message).at(format!("{place}.{config}")));
    }
    let short = PatternConfig { values: given.values.clone(), regex_values: given.regex_values.clone() };
    let in_short = !short.values.is_empty() || !short.regex_values.is_empty();
    let pattern_config = |config: &Option<PatternConfig>, name: &str| match config {
        Some(_) if in_short => Err(invalid(format!("Values and {name} cannot be given both")).at(place)),
        Some(config) => Ok((config.clone(), format!("{place}.{name}"))),
        None => Ok((short.clone(), place.to_owned())),
    };
    let needs = |config: &str| invalid(format!("A condition of field '{field}' needs {config}")).at(place);
    if in_short && !["host-header", "path-pattern"].contains(&field) {
        return Err(invalid(format!("A condition of field '{field}' cannot have Values")).at(format!("{place}.Values")));
    }
    match field {
        "host-header" => {
            let (config, at) = pattern_config(&given.host_header_config, "HostHeaderConfig")?;
            let patterns = patterns(&config, Case::Ignored, &at)?;
            match patterns.iter().find(|pattern| !pattern.is_regex() && !is_host(pattern.text())) {
                Some(wrong) => {
                    let message =
                        format!("The host name '{}' must contain a dot and only valid characters", wrong.text());
                    Err(invalid(message).at(at))
                }
                None => Ok(Condition::HostHeader(patterns)),
            }
        }
        "path-pattern" => {
            let (config, at) = pattern_config(&given.path_pattern_config, "PathPatternConfig")?;
            Ok(Condition::PathPattern(patterns(&config, Case::Heeded, &at)?))
        }
        "http-header" => {
            let config = given.http_header_config.as_ref().ok_or_else(|| needs("HttpHeaderConfig"))?;
            let at = format!("{place}.HttpHeaderConfig");
            let name = config.http_header_name.clone();
            let legal = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c) && c != '*';
            if name.is_empty() || name.len() > 40 || !name.chars().all(legal) || name.eq_ignore_ascii_case("host") {
                let message = format!("The header name '{name}' is not valid");
                let help = "at most 40 characters, no wildcards; for the host use a host-header condition";
                return Err(invalid(message).at(format!("{at}.HttpHeaderName")).help(help));
            }
            let both = PatternConfig { values: config.values.clone(), regex_values: config.regex_values.clone() };
            Ok(Condition::HttpHeader { name, values: patterns(&both, Case::Ignored, &at)? })
        }
        "http-request-method" => {
            let config = given.http_request_method_config.as_ref().ok_or_else(|| needs("HttpRequestMethodConfig"))?;
            let legal = |m: &String| {
                let fits = |c: char| c.is_ascii_uppercase() || c == '-' || c == '_';
                (1..=40).contains(&m.len()) && m.chars().all(fits)
            };
            match config.values.iter().find(|method| !legal(method)) {
                Some(wrong) => {
                    let message =
                        format!("The method '{wrong}' must have up to 40 of the characters A-Z, hyphen and underscore");
                    Err(invalid(message).at(format!("{place}.HttpRequestMethodConfig.Values")))
                }
                None => Ok(Condition::Method(config.values.clone())),
            }
        }
        "query-string" => {
            let config = given.query_string_config.as_ref().ok_or_else(|| needs("QueryStringConfig"))?;
            let at = format!("{place}.QueryStringConfig.Values");
            let one = |pair: &QueryStringKeyValuePair| {
                let key = pair.key.as_ref().filter(|key| !key.is_empty());
                Ok(QueryPattern {
                    key: key.map(|key| wild(key, Case::Ignored, &at)).transpose()?,
                    value: wild(&pair.value, Case::Ignored, &at)?,
                })
            };
            Ok(Condition::QueryString(config.values.iter().map(one).collect::<Result<_, ApiError>>()?))
        }
        "source-ip" => {
            let config = given.source_ip_config.as_ref().ok_or_else(|| needs("SourceIpConfig"))?;
            let range = |(index, text): (usize, &String)| {
                text.parse::<Cidr>().map_err(|_| {
                    let at = format!("{place}.SourceIpConfig.Values[{index}]");
                    invalid(format!("The source IP '{text}' must be an IPv4 range such as 203.0.113.0/24")).at(at)
                })
            };
            Ok(Condition::SourceIp(config.values.iter().enumerate().map(range).collect::<Result<_, _>>()?))
        }
        other => {
            const FIELDS: [&str; 6] =
                ["host-header", "path-pattern", "http-header", "http-request-method", "query-string", "source-ip"];
            let message = format!("Condition field '{other}' must be one of '[{}]'", FIELDS.join(", "));
            Err(invalid(message).at(format!("{place}.Field")))
        }
    }
}

fn patterns(config: &PatternConfig, case: Case, place: &str) -> Result<Vec<Pattern>, ApiError> {
    if !config.values.is_empty() && !config.regex_values.is_empty() {
        return Err(invalid("Values and RegexValues cannot be given both").at(place));
    }
    let plain = config.values.iter().map(|text| wild(text, case, &format!("{place}.Values")));
    let regexes = config.regex_values.iter().map(|text| {
        let at = format!("{place}.RegexValues");
        length(text, &at)?;
        Pattern::regex(text, case)
            .map_err(|why| invalid(format!("The regular expression '{text}' is not valid: {why}")).at(at))
    });
    plain.chain(regexes).collect()
}

fn wild(text: &str, case: Case, place: &str) -> Result<Pattern, ApiError> {
    length(text, place)?;
    Ok(Pattern::wild(text, case))
}

fn length(text: &str, place: &str) -> Result<(), ApiError> {
    match text.chars().count() {
        1..=VALUE_MAX => Ok(()),
        count => {
            let message = format!("A condition value must have from 1 to {VALUE_MAX} characters, not {count}");
            Err(invalid(message).at(place))
        }
    }
}

/// Letters, digits, `-`, `.`, `*` and `?`, with a dot, after which there are letters only [TR-017].
fn is_host(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '*' | '?');
    text.contains('.') && text.chars().all(legal)
}
