//! User data, as far as it says what the ECS agent is to do: `ECS_…=…` anywhere in it, as they stand in
//! `/etc/ecs/ecs.config`.

use std::time::Duration;

use crate::api::ApiError;
use crate::world::capacity::{AgentConfig, CleanUp, PullBehavior};

/// The variables that mean something here.
const KNOWN: &[&str] = &[
    "ECS_CLUSTER",
    "ECS_DISABLE_IMAGE_CLEANUP",
    "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION",
    "ECS_IMAGE_CLEANUP_INTERVAL",
    "ECS_IMAGE_MINIMUM_CLEANUP_AGE",
    "ECS_IMAGE_PULL_BEHAVIOR",
    "ECS_INSTANCE_ATTRIBUTES",
    "ECS_NUM_IMAGES_DELETE_PER_CYCLE",
    "ECS_RESERVED_MEMORY",
];

/// User data as text: what is Base64 is decoded, what is not is the script itself.
pub(super) fn decoded(text: &str) -> String {
    base64(text).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_owned())
}

/// The bytes that a text in Base64 stands for; none when it is not in Base64.
fn base64(text: &str) -> Option<Vec<u8>> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let body = packed.strip_suffix(b"==").or(packed.strip_suffix(b"=")).unwrap_or(&packed);
    if packed.is_empty() || !packed.len().is_multiple_of(4) {
        return None;
    }
    let (mut bytes, mut held, mut bits) = (Vec::with_capacity(packed.len()), 0u32, 0);
    for letter in body {
        let value = LETTERS.iter().position(|known| known == letter)? as u32;
        (held, bits) = (held << 6 | value, bits + 6);
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

/// What user data tells the agent.
pub(super) fn agent_config(user_data: &str) -> Result<AgentConfig, ApiError> {
    let mut config = AgentConfig::default();
    for (name, value) in variables(user_data) {
        set(&mut config, name, &value)?;
    }
    Ok(config)
}

/// The variables in a script: `echo ECS_CLUSTER=demo >> /etc/ecs/ecs.config`, quoted or not, or lines of a here-document.
fn variables(text: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let mut rest = line;
        while let Some(start) = rest.find("ECS_") {
            let from = &rest[start..];
            let end = from.find(|c: char| !c.is_ascii_uppercase() && c != '_').unwrap_or(from.len());
            let (name, after) = from.split_at(end);
            rest = after;
            let Some(value) = after.strip_prefix('=') else { continue };
            // A value in quotes or braces goes to their end; others to the next space, quote or semicolon.
            let close = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value[1..].find(quote).map(|end| (1, end + 1)),
                Some('{') => value.rfind('}').map(|end| (0, end + 1)),
                _ => None,
            };
            let stops = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '\\');
            let (from, to) = close.unwrap_or((0, value.find(stops).unwrap_or(value.len())));
            found.push((name, value[from..to].to_owned()));
            rest = &value[to..];
        }
    }
    found
}

fn set(config: &mut AgentConfig, name: &str, value: &str) -> Result<(), ApiError> {
    let error = |what: &str| {
        let message = format!("{name}={value}: {what}");
        Err(ApiError::new("InvalidUserData.Malformed", message).at("UserData"))
    };
    let number = |lowest: u32| value.parse::<u32>().ok().filter(|&number| number >= lowest);
    let span = |lowest: u64| duration(value).filter(|span| *span >= Duration::from_secs(lowest));
    let clean_up: &mut CleanUp = &mut config.clean_up;
    match name {
        "ECS_CLUSTER" if value.is_empty() => return error("the name of a cluster is wanted"),
        "ECS_CLUSTER" => config.cluster = value.to_owned(),
        "ECS_RESERVED_MEMORY" => match number(0) {
            Some(mib) => config.reserved_memory = mib,
            None => return error("a number of MiB is wanted"),
        },
        "ECS_IMAGE_PULL_BEHAVIOR" => match value.parse::<PullBehavior>() {
            Ok(pull) => config.pull = pull,
            Err(_) => return error("default, always, once or prefer-cached is wanted"),
        },
        "ECS_DISABLE_IMAGE_CLEANUP" => match value {
            "true" | "1" => clean_up.enabled = false,
            "false" | "0" => clean_up.enabled = true,
            _ => return error("true or false is wanted"),
        },
        "ECS_IMAGE_CLEANUP_INTERVAL" => match span(600) {
            Some(interval) => clean_up.interval = interval,
            None => return error("10m at least is wanted"),
        },
        "ECS_IMAGE_MINIMUM_CLEANUP_AGE" => match span(0) {
            Some(age) => clean_up.age = age,
            None => return error("a time such as 1h is wanted"),
        },
        "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION" => match span(1) {
            Some(wait) => clean_up.task_wait = wait,
            None => return error("1s at least is wanted"),
        },
        "ECS_NUM_IMAGES_DELETE_PER_CYCLE" => match number(1) {
            Some(images) => clean_up.images = images,
            None => return error("1 at least is wanted"),
        },
        "ECS_INSTANCE_ATTRIBUTES" => {
            let Ok(read) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(value) else {
                return error("a JSON object is wanted, such as {\"stack\":\"prod\"}");
            };
            for (key, value) in read {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                config.attributes.push((key, text));
            }
        }
        _ => {
            let message = format!("{name} is not modelled by this simulator.");
            let error = ApiError::new("InvalidUserData.Malformed", message).at("UserData");
            return Err(error.help(format!("The variables here are {}.", KNOWN.join(", "))));
        }
    }
    Ok(())
}

/// A time as Go writes it: `3h`, `10m`, `1h30m`, `45s`.
fn duration(text: &str) -> Option<Duration> {
    let (mut sum, mut rest) = (0u64, text);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..end].parse().ok()?;
        let factor = match rest[end..].chars().next()? {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        sum = sum.checked_add(number.checked_mul(factor)?)?;
        rest = &rest[end + 1..];
    }
    (!text.is_empty()).then_some(Duration::from_secs(sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [CP-232] [CP-234] [CP-238] The agent's settings, as scripts write them.
    #[test]
    fn what_scripts_write_into_the_agents_configuration_counts() {
        let script = "#!/bin/bash\n\
                      # ECS_CLUSTER=not-this\n\
                      echo ECS_CLUSTER=demo >> /etc/ecs/ecs.config\n\
                      echo \"ECS_IMAGE_PULL_BEHAVIOR=prefer-cached\" >> /etc/ecs/ecs.config\n\
                      cat <<'EOF' >> /etc/ecs/ecs.config\n\
                      ECS_RESERVED_MEMORY=256\n\
                      ECS_INSTANCE_ATTRIBUTES={\"stack\":\"prod\",\"tier\":\"web\"}\n\
                      ECS_IMAGE_CLEANUP_INTERVAL=1h30m\n\
                      EOF\n";
        let config = agent_config(script).unwrap();
        assert_eq!((config.cluster.as_str(), config.reserved_memory), ("demo", 256));
        assert_eq!(config.pull, PullBehavior::PreferCached);
        assert_eq!(config.clean_up.interval, Duration::from_secs(5400));
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(config.attributes, [pair("stack", "prod"), pair("tier", "web")]);
        assert_eq!(agent_config("").unwrap(), AgentConfig::default());
    }

    /// Launch templates have it in Base64; a script that is not stays as it is.
    #[test]
    fn base64_is_read_and_a_script_is_left_alone() {
        assert_eq!(decoded("IyEvYmluL2Jhc2gKRUNTX0NMVVNURVI9ZGVtbwo="), "#!/bin/bash\nECS_CLUSTER=demo\n");
        assert_eq!(decoded("RUNTX0NMVVNURVI9\nZGVtbw=="), "ECS_CLUSTER=demo");
        assert_eq!(decoded("ECS_CLUSTER=demo"), "ECS_CLUSTER=demo");
        assert_eq!(decoded(""), "");
    }

    #[test]
    fn what_is_not_known_or_out_of_range_is_refused() {
        for (line, words) in [
            ("ECS_BACKEND_HOST=x", "not modelled"),
            ("ECS_CLUSTER=", "the name of a cluster"),
            ("ECS_RESERVED_MEMORY=lots", "a number of MiB"),
            ("ECS_IMAGE_CLEANUP_INTERVAL=9m", "10m at least"),
            ("ECS_NUM_IMAGES_DELETE_PER_CYCLE=0", "1 at least"),
            ("ECS_IMAGE_PULL_BEHAVIOR=never", "prefer-cached"),
            ("ECS_INSTANCE_ATTRIBUTES={", "a JSON object"),
        ] {
            let error = agent_config(line).expect_err(line);
            assert!(error.message.contains(words), "{line}: {}", error.message);
        }
    }
}
