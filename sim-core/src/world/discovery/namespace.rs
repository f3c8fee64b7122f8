//! Namespaces: where names are unique.

use super::{Asked, Discovery};
use crate::engine::{Id, Time};
use crate::world::{Account, Ctx, Fact};

/// Names a [`Namespace`].
pub type NamespaceId = Id<Namespace>;

/// `Type` of a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum NamespaceType {
    /// Its names are known to Cloud Map's API only, and to the proxies of Service Connect.
    Http,
    /// Its names are in the DNS of the VPC as well.
    DnsPrivate,
}

/// A namespace.
#[derive(Clone, Debug)]
pub struct Namespace {
    /// `ns-` and 16 letters and digits.
    pub id: String,
    /// `namespace/{id}`.
    pub arn: String,
    /// Its name; with a DNS the domain.
    pub name: String,
    /// Whether the DNS knows it.
    pub kind: NamespaceType,
    /// What it is for.
    pub description: String,
    /// `CreatorRequestId`.
    pub request: String,
    /// When it was made.
    pub created: Time,
    /// Whether it is gone.
    pub deleted: bool,
}

/// What a new namespace is made of.
#[derive(Clone, Debug)]
pub(crate) struct NewNamespace {
    pub name: String,
    pub kind: NamespaceType,
    pub description: String,
    pub request: String,
}

impl Discovery {
    /// The namespaces that are not deleted.
    pub fn live_namespaces(&self) -> impl Iterator<Item = (NamespaceId, &Namespace)> {
        self.namespaces.iter().filter(|(_, namespace)| !namespace.deleted)
    }

    /// The namespace with this name, id or ARN.
    pub fn namespace_named(&self, name: &str) -> Option<NamespaceId> {
        let is_it = |it: &Namespace| it.name == name || it.id == name || it.arn == name;
        self.live_namespaces().find(|(_, it)| is_it(it)).map(|(id, _)| id)
    }

    /// Makes a namespace whose name is free.
    pub(crate) fn create_namespace(&mut self, new: NewNamespace, account: &Account, ctx: &mut Ctx) -> NamespaceId {
        let before = self.namespaces.iter().filter(|(_, it)| it.name == new.name).count();
        let id = format!("ns-{}", account.hex("namespace", &format!("{}#{before}", new.name), 16));
        let namespace = self.namespaces.push(Namespace {
            arn: account.arn("servicediscovery", &format!("namespace/{id}")),
            id,
            name: new.name,
            kind: new.kind,
            description: new.description,
            request: new.request,
            created: ctx.now(),
            deleted: false,
        });
        ctx.record(Fact::NamespaceCreated { namespace });
        self.note("CREATE_NAMESPACE", namespace, account, ctx.now());
        namespace
    }

    /// Deletes a namespace without services.
    pub(crate) fn delete_namespace(&mut self, namespace: NamespaceId, account: &Account, ctx: &mut Ctx) {
        self.namespaces[namespace].deleted = true;
        ctx.record(Fact::NamespaceDeleted { namespace });
        self.note("DELETE_NAMESPACE", namespace, account, ctx.now());
    }

    fn note(&mut self, what: &'static str, namespace: NamespaceId, account: &Account, at: Time) {
        let id = account.hex("namespace-operation", &format!("{}", self.asked.len()), 40);
        self.asked.push(Asked { id: format!("{}-{}", &id[..32], &id[32..]), what, namespace, at });
    }
}
