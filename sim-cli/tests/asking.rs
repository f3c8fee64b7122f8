//! Asking and playing by hand: `why`, `shell`, `render` as processes.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn scenario(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios").join(name).display().to_string()
}

/// Runs the program with these lines as its standard input.
fn sim_cli(arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_sim-cli"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sim-cli starts");
    let _ = program.stdin.take().expect("piped").write_all(input.as_bytes());
    let Output { status, stdout, stderr } = program.wait_with_output().expect("sim-cli ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn why_leads_from_a_service_that_is_not_steady_to_the_mistake() {
    let (code, told, _) = sim_cli(&["why", &scenario("lab/role-without-ecr.toml"), "web"], "");
    assert_eq!(code, Some(0));
    let last = told.trim_end().lines().last().expect("a chain");
    assert!(last.contains("role ecsTaskExecutionRole got the inline policy logs-only"), "{told}");
    let (_, told, _) = sim_cli(&["why", &scenario("lab/task-security-group-closed.toml"), "demo-tg"], "");
    assert!(told.contains("no inbound rule allows TCP 80 from demo-alb-sg"), "{told}");
}

#[test]
fn why_at_an_earlier_moment_knows_nothing_of_later_ones() {
    let lab = scenario("lab/fargate-alb.toml");
    let (code, told, _) = sim_cli(&["why", &lab, "web#1", "--at", "7m15s", "--history"], "");
    assert_eq!(code, Some(0));
    assert!(told.contains("as of 00:07:15") && told.contains("PENDING") && !told.contains("RUNNING"), "{told}");
    let (code, _, said) = sim_cli(&["why", &lab, "web#1", "--at", "1m"], "");
    assert_eq!(code, Some(2));
    assert!(said.contains("there is nothing called \"web#1\" at 00:01:00"), "{said}");
    let (_, _, said) = sim_cli(&["why", &lab, "demo-lb"], "");
    assert!(said.contains("is \"demo-tg\" meant?") || said.contains("is \"demo-alb\" meant?"), "{said}");
}

#[test]
fn explain_says_what_a_rule_says_and_what_is_assumed() {
    let (code, told, said) = sim_cli(&["explain", "CP-083"], "");
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert!(told.starts_with("CP-083: modelled, measured by third party\n"), "{told}");
    assert!(told.contains("[assume] eni_cleanup = 15s (the default)"), "{told}");
    let mut slow = std::env::temp_dir();
    slow.push(format!("sim-cli-explain-{}.toml", std::process::id()));
    let text = "[scenario]\ntitle = \"x\"\nduration = \"1m\"\n[assume]\neni_cleanup = \"40s\"\n";
    std::fs::write(&slow, text).expect("a temporary file");
    let (code, told, _) = sim_cli(&["explain", "CP-083", &slow.display().to_string()], "");
    let _ = std::fs::remove_file(&slow);
    assert!(code == Some(0) && told.contains("[assume] eni_cleanup = 40s (set by the scenario)"), "{told}");
    let (code, told, said) = sim_cli(&["explain", "CP-999"], "");
    assert_eq!((code, told.as_str()), (Some(2), ""));
    assert!(said.starts_with("error: there is no rule CP-999; near it are CP-"), "{said}");
    let (_, told, _) = sim_cli(&["shell", &scenario("lab/fargate-alb.toml")], "explain TR-070\n");
    assert!(told.contains("An idle target drains for the whole delay, too."), "{told}");
}

/// A newcomer's session: look, wait, ask, change, think again.
#[test]
fn the_shell_plays_a_scenario_by_hand() {
    let lines = "aws ecs list-clusters --query clusterArns\nadvance 6m50s\nuntil steady\nwhy web\n\
                 aws ecs update-service --cluster demo --service web --desired-count 3 --query service.desiredCount\n\
                 undo\naws ecs describe-services --cluster demo --services web --query services[0].desiredCount\nexit\nnever";
    let (code, told, said) = sim_cli(&["shell", &scenario("lab/fargate-alb.toml")], lines);
    assert_eq!((code, said.as_str()), (Some(0), ""), "{told}");
    for part in [
        "00:00:00 $ aws ecs list-clusters --query clusterArns\n[]\n",
        "00:05:40 $ aws elbv2 create-listener", // the scenario's own line
        "00:06:50 $ until steady\n",
        "✓ 00:07:40      service web has reached a steady state\n",
        "service web, as of 00:07:40",
        "undone: aws ecs update-service --cluster demo",
    ] {
        assert!(told.contains(part), "{part:?} is missing in\n{told}");
    }
    assert!(told.contains("--desired-count 3 --query service.desiredCount\n3\n"), "{told}");
    assert!(told.contains("--query services[0].desiredCount\n2\n"), "undone:\n{told}");
    assert!(!told.contains("never"), "exit leaves");
}

#[test]
fn a_line_that_is_refused_changes_nothing_and_is_told() {
    let lines = "advance 3 parsecs\nadvnce 3m\naws ecs lst-clusters\nundo\nuntil steady\n";
    let (code, told, said) = sim_cli(&["shell", &scenario("lab/fargate-alb.toml")], lines);
    assert_eq!(code, Some(2));
    for part in ["write a duration", "is `advance` meant?", "list-clusters"] {
        assert!(said.contains(part), "{part:?} is missing in\n{said}");
    }
    assert!(told.contains("there is nothing to undo"), "{told}");
    assert!(told.contains("00:07:40"), "time still passes:\n{told}");
}

#[test]
fn diagrams_are_drawn_or_refused_with_their_place() {
    let text = "# Roles\n\n```mermaid\nflowchart LR\n  A[Task] --> B[Role]\n```\n";
    let (code, drawn, _) = sim_cli(&["render", "-", "--width", "60"], text);
    assert_eq!(code, Some(0));
    assert!(drawn.contains("│ Task ├") && drawn.ends_with('\n'), "{drawn}");
    let (_, drawn, _) = sim_cli(&["render", "-", "--width", "60", "--ascii"], text);
    assert!(drawn.is_ascii() && drawn.contains("| Task |"), "{drawn}");
    let (code, drawn, said) = sim_cli(&["render", "-"], "```mermaid\nflowchart LR\n  A[Task --> B\n```\n");
    assert_eq!((code, drawn.as_str()), (Some(2), ""));
    assert!(said.starts_with("error: -:3:"), "{said}");
}
