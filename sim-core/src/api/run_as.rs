//! RunTask as a role: how EventBridge calls it, through the same door as a user, and with what the role may do.

use crate::engine::FactId;
use crate::world::ecs::TaskDefinitionId;
use crate::world::eventbridge::{Call, Refusal};
use crate::world::iam::{Denial, ECS_TASKS};
use crate::world::{Ctx, Fact, World};

use super::{ApiError, find, throttle};

/// Calls RunTask in a session of the call's role. The answer is why no task was started, if none was.
pub(crate) fn run_task(
    call: &Call,
    session: &str,
    world: &mut World,
    ctx: &mut Ctx,
) -> Result<Option<String>, Refusal> {
    permitted(call, session, world).map_err(|denial| denied(call, denial, ctx))?;
    let entry = find("ecs", "RunTask").expect("it is there");
    let answer = throttle::admit(entry, world, ctx.now()).and_then(|()| (entry.call)(call.input.clone(), world, ctx));
    let answer = answer.map_err(refused)?;
    let failures = answer["failures"].as_array().map_or(&[][..], Vec::as_slice);
    Ok(failures.first().map(|failure| failure["reason"].as_str().unwrap_or_default().to_owned()))
}

/// What IAM says: the role must be assumed, may call RunTask, and may pass the roles of the task on
/// [IA-025][IA-026][IA-028].
fn permitted(call: &Call, session: &str, world: &World) -> Result<(), Denial> {
    world.iam.may_assume_for(call.role, call.principal, &call.source_arn)?;
    let text = |field: &str| call.input[field].as_str();
    let definition = text("taskDefinition").and_then(|name| world.ecs.definition_named(name));
    // What is not there is refused by RunTask itself.
    let Some(definition) = definition else { return Ok(()) };
    let cluster = world.ecs.cluster_named(text("cluster")).map(|id| world.ecs.clusters[id].arn.clone());
    let keys = [("ecs:cluster", cluster.as_deref().unwrap_or_default())];
    let arn = &world.ecs.definitions[definition].arn;
    let account = &world.account;
    world.iam.allows_with(call.role, session, "ecs:RunTask", arn, &keys, account)?;
    for passed in passed(definition, world) {
        let keys = [("iam:passedtoservice", ECS_TASKS)];
        world.iam.allows_with(call.role, session, "iam:PassRole", passed, &keys, account)?;
    }
    Ok(())
}

/// The ARNs of the roles that a task of this definition gets.
fn passed(definition: TaskDefinitionId, world: &World) -> impl Iterator<Item = &str> {
    let definition = &world.ecs.definitions[definition];
    let roles = definition.task_role.into_iter().chain(definition.execution_role);
    roles.map(|role| world.iam.roles[role].arn.as_str())
}

fn denied(call: &Call, denial: Denial, ctx: &mut Ctx) -> Refusal {
    let fact = Fact::AccessDenied {
        role: call.role,
        action: denial.action.as_str().into(),
        resource: denial.resource.as_str().into(),
    };
    let because: FactId = ctx.within(Some(denial.because), |ctx| ctx.record(fact));
    Refusal { code: "AccessDeniedException", message: denial.message, hopeless: true, because: Some(because) }
}

fn refused(error: ApiError) -> Refusal {
    // Throttling passes; what is not there, or makes no sense, stays as it is.
    let hopeless = error.code != "ThrottlingException";
    Refusal { code: error.code, message: error.message, hopeless, because: None }
}
