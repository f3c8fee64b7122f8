//! Roles and policies: who may do what.
//!
//! Owns the roles of one account and answers [`Iam::allows`] and [`Iam::may_assume`]. It knows identity policies and
//! trust policies; there are no users, groups, resource policies, boundaries or organisations here. A change is in
//! force at once, and a new role works at once [IA-132][IA-133].

mod arn;
mod condition;
mod managed;
mod policy;

use std::collections::BTreeMap;

pub use managed::{find as managed_policy, names as managed_policy_names};
pub use policy::{Kind, Malformed, Policy};
use serde_json::Value;

use condition::Request;
use policy::Verdict;

use super::{Account, Ctx, Fact};
use crate::engine::{Arena, FactId, Id, Time};

/// Names a [`Role`].
pub type RoleId = Id<Role>;

/// The service that assumes task roles and execution roles [IA-025].
pub const ECS_TASKS: &str = "ecs-tasks.amazonaws.com";
/// Who assumes the role of an instance profile.
pub const EC2: &str = "ec2.amazonaws.com";

/// An IAM role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name: 1–64 letters, digits and `+=,.@-_`.
    pub name: String,
    /// `arn:aws:iam::{account}:role{path}{name}`.
    pub arn: String,
    /// `RoleId`: `AROA` and 17 letters and digits.
    pub id: String,
    /// `Path`; `/` unless set.
    pub path: String,
    /// `Description`.
    pub description: Option<String>,
    /// `MaxSessionDuration` [s]; 3600 unless set, 3600..=43200.
    pub max_session_duration: u32,
    /// `CreateDate`.
    pub created: Time,
    /// Who may assume it, as it was given.
    pub trust_document: Value,
    /// Who may assume it.
    trust: Policy,
    /// Its own policies, by name.
    inline: BTreeMap<String, Policy>,
    /// Managed policies attached to it, by ARN.
    attached: BTreeMap<String, Policy>,
    /// The fact of its last change: what a denial is traced back to.
    pub because: FactId,
}

/// What CreateRole says about a role.
#[derive(Clone, Debug)]
pub struct NewRole {
    /// `RoleName`.
    pub name: String,
    /// `Path`.
    pub path: String,
    /// `Description`.
    pub description: Option<String>,
    /// `MaxSessionDuration` [s].
    pub max_session_duration: u32,
    /// `AssumeRolePolicyDocument` as it was given.
    pub trust_document: Value,
    /// The same, understood.
    pub trust: Policy,
}

/// Why something may not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// AWS's sentence.
    pub message: String,
    /// The fact of the role's last change.
    pub because: FactId,
    /// What was asked for: `ecr:BatchGetImage`.
    pub action: String,
    /// On what: an ARN or `*`.
    pub resource: String,
}

/// The state of IAM.
#[derive(Clone, Debug, Default)]
pub struct Iam {
    /// All roles.
    pub roles: Arena<Role>,
    account: String,
    region: String,
}

impl Iam {
    /// The IAM of a fresh account: no role.
    pub fn new(account: &Account) -> Iam {
        Iam { roles: Arena::default(), account: account.id.clone(), region: account.region.clone() }
    }

    /// The role with this name or ARN.
    pub fn role_named(&self, name_or_arn: &str) -> Option<RoleId> {
        self.roles.iter().find(|(_, role)| role.name == name_or_arn || role.arn == name_or_arn).map(|(id, _)| id)
    }

    /// Whether a service may assume the role [IA-025]. The service asks on behalf of this account, so the guards
    /// `aws:SourceAccount` and `aws:SourceArn` see it.
    pub fn may_assume(&self, role: RoleId, service_principal: &str) -> Result<(), Denial> {
        let source = format!("arn:aws:ecs:{}:{}:*", self.region, self.account);
        self.may_assume_for(role, service_principal, &source)
    }

    /// The same for what the service does it for: `aws:SourceArn`.
    pub fn may_assume_for(&self, role: RoleId, service_principal: &str, source: &str) -> Result<(), Denial> {
        let role = &self.roles[role];
        let request = Request::default().with("aws:sourceaccount", &*self.account).with("aws:sourcearn", source);
        let because = match role.trust.decide_trust(service_principal, &request) {
            Verdict::Allowed => return Ok(()),
            Verdict::Silent => "because no role trust policy allows the sts:AssumeRole action",
            Verdict::Denied => "with an explicit deny in a role trust policy",
        };
        let arn = &role.arn;
        let message = format!(
            "User: {service_principal} is not authorized to perform: sts:AssumeRole on resource: {arn} {because}"
        );
        Err(Denial { message, because: role.because, action: "sts:AssumeRole".into(), resource: arn.clone() })
    }

    /// Whether the role, in a session of this name, may perform the action on the resource [IA-001][IA-010]. The
    /// session is the task's id: the message names it [IA-024].
    pub fn allows(
        &self,
        role: RoleId,
        session: &str,
        action: &str,
        resource_arn: &str,
        account: &Account,
    ) -> Result<(), Denial> {
        self.allows_with(role, session, action, resource_arn, &[], account)
    }

    /// The same with condition keys of the action, in small letters, such as `iam:passedtoservice`.
    pub fn allows_with(
        &self,
        role: RoleId,
        session: &str,
        action: &str,
        resource_arn: &str,
        keys: &[(&'static str, &str)],
        account: &Account,
    ) -> Result<(), Denial> {
        let role = &self.roles[role];
        let request = Request::default()
            .with("aws:principalarn", &*role.arn)
            .with("aws:principalaccount", &*account.id)
            .with("aws:principaltype", "AssumedRole")
            .with("aws:userid", format!("{}:{session}", role.id))
            .with("aws:requestedregion", &*account.region)
            .with("aws:securetransport", "true")
            .with("aws:viaawsservice", "false")
            .with("aws:principalisawsservice", "false");
        let request = keys.iter().fold(request, |request, (key, value)| request.with(key, *value));
        let policies = role.inline.values().chain(role.attached.values());
        let verdict = policies.map(|policy| policy.decide(action, resource_arn, &request)).max();
        let because = match verdict.unwrap_or(Verdict::Silent) {
            Verdict::Allowed => return Ok(()),
            // [IA-021] and [IA-022]
            Verdict::Silent => format!("because no identity-based policy allows the {action} action"),
            Verdict::Denied => "with an explicit deny in an identity-based policy".to_owned(),
        };
        // [IA-020] and [IA-024]
        let user = format!("arn:aws:sts::{}:assumed-role/{}/{session}", account.id, role.name);
        let message =
            format!("User: {user} is not authorized to perform: {action} on resource: {resource_arn} {because}");
        Err(Denial { message, because: role.because, action: action.into(), resource: resource_arn.into() })
    }

    /// Creates a role.
    pub fn create_role(&mut self, new: NewRole, account: &Account, ctx: &mut Ctx) -> RoleId {
        let because = ctx.record(Fact::RoleCreated { role: self.roles.next_id() });
        let letters = account.hex("role", &new.name, 17).to_ascii_uppercase();
        self.roles.push(Role {
            arn: account.global_arn("iam", &format!("role{}{}", new.path, new.name)),
            id: format!("AROA{letters}"),
            name: new.name,
            path: new.path,
            description: new.description,
            max_session_duration: new.max_session_duration,
            created: ctx.now(),
            trust_document: new.trust_document,
            trust: new.trust,
            inline: BTreeMap::new(),
            attached: BTreeMap::new(),
            because,
        })
    }

    /// Gives a role a policy of its own, or replaces the one of this name.
    pub fn put_role_policy(&mut self, role: RoleId, name: &str, policy: Policy, ctx: &mut Ctx) {
        self.roles[role].inline.insert(name.to_owned(), policy);
        self.roles[role].because = ctx.record(Fact::RolePolicyPut { role, policy: name.into() });
    }

    /// Takes a policy of its own from a role; false when it has none of this name.
    pub fn delete_role_policy(&mut self, role: RoleId, name: &str, ctx: &mut Ctx) -> bool {
        let found = self.roles[role].inline.remove(name).is_some();
        if found {
            self.roles[role].because = ctx.record(Fact::RolePolicyDeleted { role, policy: name.into() });
        }
        found
    }

    /// Attaches a managed policy. Attaching it again changes nothing.
    pub fn attach_role_policy(&mut self, role: RoleId, arn: &str, policy: Policy, ctx: &mut Ctx) {
        if self.roles[role].attached.insert(arn.to_owned(), policy).is_none() {
            self.roles[role].because = ctx.record(Fact::RolePolicyAttached { role, policy: arn.into() });
        }
    }

    /// Detaches a managed policy; false when it is not attached.
    pub fn detach_role_policy(&mut self, role: RoleId, arn: &str, ctx: &mut Ctx) -> bool {
        let found = self.roles[role].attached.remove(arn).is_some();
        if found {
            self.roles[role].because = ctx.record(Fact::RolePolicyDetached { role, policy: arn.into() });
        }
        found
    }

    /// How many managed policies are attached to a role [count].
    pub fn attached_count(&self, role: RoleId) -> usize {
        self.roles[role].attached.len()
    }
}

impl Role {
    /// The ARNs of the managed policies attached to it.
    pub fn attached_arns(&self) -> impl Iterator<Item = &str> {
        self.attached.keys().map(String::as_str)
    }

    /// The names of its policies: those attached to it, then its own.
    pub fn policy_names(&self) -> Vec<String> {
        let attached = self.attached_arns().map(|arn| arn.rsplit('/').next().unwrap_or(arn));
        attached.chain(self.inline.keys().map(String::as_str)).map(str::to_owned).collect()
    }
}

/// What ECS says when it may not assume a role [IA-029].
pub fn unable_to_assume(role_arn: &str) -> String {
    format!(
        "ECS was unable to assume the role '{role_arn}' that was provided for this task. Please verify that the role \
         being passed has the proper trust relationship and permissions and that your IAM user has permissions to \
         pass this role."
    )
}
