//! A fresh account and its door: AWS operations by name, input and output as JSON.

use std::time::Duration;

use serde_json::{Value, json};
use sim_core::api::{self, ApiError};
use sim_core::engine::{Budget, Kernel, Time};
use sim_core::world::{Account, Assumptions, Ctx, World};

/// A fresh account at the beginning of 2026.
pub struct Door {
    pub world: World,
    pub ctx: Ctx,
}

impl Door {
    pub fn new() -> Door {
        let account = Account {
            id: "123456789012".into(),
            region: "us-east-1".into(),
            start: "2026-01-05T09:00:00Z".parse().expect("a moment"),
            seed: 42,
        };
        Door { world: World::new(account, Assumptions::default()), ctx: Kernel::new(42, Budget::default()) }
    }

    /// Calls an operation of a service.
    pub fn call(&mut self, service: &str, operation: &str, input: Value) -> Result<Value, ApiError> {
        let entry = api::find(service, operation).unwrap_or_else(|| panic!("{service} {operation} exists"));
        (entry.call)(input, &mut self.world, &mut self.ctx)
    }

    /// Creates a role that tasks may assume.
    pub fn role(&mut self, name: &str) {
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "ecs-tasks.amazonaws.com" },
                "Action": "sts:AssumeRole"
            }]
        });
        let input = json!({ "RoleName": name, "AssumeRolePolicyDocument": trust });
        self.call("iam", "CreateRole", input).unwrap_or_else(|error| panic!("CreateRole: {error}"));
    }

    /// Calls an operation of ECS that succeeds.
    pub fn ecs(&mut self, operation: &str, input: Value) -> Value {
        self.call("ecs", operation, input).unwrap_or_else(|error| panic!("{operation}: {error} at {}", error.place))
    }

    /// Calls an operation of ECS that is refused.
    pub fn refused(&mut self, operation: &str, input: Value) -> ApiError {
        match self.call("ecs", operation, input) {
            Ok(output) => panic!("{operation} should have been refused: {output:#}"),
            Err(error) => error,
        }
    }

    /// Lets the world go on for this long.
    pub fn wait(&mut self, time: Duration) {
        let until: Time = self.ctx.now() + time;
        while let Some(next) = self.ctx.next(until) {
            self.world.handle(next, &mut self.ctx);
        }
        self.ctx.rest_until(until);
    }
}

/// Sees a refusal: code, message, and the place in the input.
#[track_caller]
pub fn expect_refusal(error: &ApiError, code: &str, message: &str, place: &str) {
    assert_eq!((error.code, error.message.as_str(), error.place.as_str()), (code, message, place));
}
