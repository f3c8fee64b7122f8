//! `--output text`: values between tabs, for `cut` and `awk`.
//!
//! The scalars of one structure stand in one line, in the alphabetical order of their keys; a list of structures
//! shows the same columns for each. Nested values follow in lines of their own, behind their key in capitals.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{cell, is_scalar, scalar};

pub(super) fn format(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, None, None);
    out
}

fn write(out: &mut String, value: &Value, key: Option<&str>, columns: Option<&BTreeSet<&str>>) {
    match value {
        Value::Object(members) => structure(out, members, key, columns),
        Value::Array(items) => list(out, items, key),
        value => line(out, None, [scalar(value)]),
    }
}

fn line(out: &mut String, key: Option<&str>, values: impl IntoIterator<Item = String>) {
    let all: Vec<String> = key.map(str::to_uppercase).into_iter().chain(values).collect();
    out.push_str(&all.join("\t"));
    out.push('\n');
}

fn structure(out: &mut String, members: &Map<String, Value>, key: Option<&str>, columns: Option<&BTreeSet<&str>>) {
    let own: BTreeSet<&str> =
        members.iter().filter(|(_, value)| is_scalar(value)).map(|(name, _)| name.as_str()).collect();
    let columns = columns.unwrap_or(&own);
    if !columns.is_empty() {
        // A column may hold a scalar in one structure of the list and nothing, or no scalar, in another.
        let column = |name: &&str| members.get(*name).map(cell).unwrap_or_default();
        line(out, key, columns.iter().map(column));
    }
    let rest: BTreeSet<&str> = members.keys().map(String::as_str).filter(|name| !columns.contains(name)).collect();
    for name in rest {
        write(out, &members[name], Some(name), None);
    }
}

fn list(out: &mut String, items: &[Value], key: Option<&str>) {
    if items.iter().any(Value::is_object) {
        let scalars = |item| Value::as_object(item).into_iter().flatten().filter(|(_, value)| is_scalar(value));
        let columns: BTreeSet<&str> = items.iter().flat_map(scalars).map(|(name, _)| name.as_str()).collect();
        items.iter().for_each(|item| write(out, item, key, Some(&columns)));
        return;
    }
    let (scalars, others): (Vec<&Value>, Vec<&Value>) = items.iter().partition(|item| is_scalar(item));
    if let Some(key) = key {
        scalars.iter().for_each(|item| line(out, Some(key), [scalar(item)]));
    } else if !scalars.is_empty() {
        line(out, None, scalars.iter().map(|item| scalar(item)));
    }
    others.iter().for_each(|item| write(out, item, key, None));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What `awscli` prints for the same answer.
    #[test]
    fn text_is_that_of_the_aws_cli() {
        let answer = json!({
            "services": [
                {"status": "ACTIVE", "name": "web", "on": true, "events": [{"id": "e1"}, {"id": "e2", "at": 5}]},
                {"name": "api", "role": null, "ports": [80, 443]},
            ],
            "failures": [],
        });
        let expected = "SERVICES\tweb\tTrue\t\tACTIVE\nEVENTS\t\te1\nEVENTS\t5\te2\n\
                        SERVICES\tapi\t\tNone\t\nPORTS\t80\nPORTS\t443\n";
        assert_eq!(format(&answer), expected);
        assert_eq!(format(&json!([["a", 1], ["b", null]])), "a\t1\nb\tNone\n");
        assert_eq!(format(&json!(["a", "b"])), "a\tb\n");
        assert_eq!(format(&json!(2.5)), "2.5\n");
        assert_eq!(format(&json!([])), "");
    }
}
