//! The registry: repositories, images, layers, and what a pull takes.
//!
//! Owns the account's private repositories, and the images that the world half of a scenario describes: those of the
//! account are there once they are pushed, those of public registries are there from the beginning.

pub mod error;
mod image;
mod pull;

pub use image::{Image, Layer, Reference, Version, docker_hub, registry};
pub use pull::{ImagePull, LayerPull, PullPlan, pull_plan, pull_plan_beside};

use super::{Account, Ctx, Fact, Name, Peers};
use crate::engine::{Arena, FactId, Id, Time};

/// Names a [`Repository`].
pub type RepositoryId = Id<Repository>;

/// A repository of images.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Its name: `team/app`.
    pub name: String,
    /// `arn:aws:ecr:…:repository/{name}`.
    pub arn: String,
    /// `repositoryUri`: `{registry}/{name}`.
    pub uri: String,
    /// `createdAt`.
    pub created: Time,
    /// `imageScanningConfiguration.scanOnPush`; scans are not modelled.
    pub scan_on_push: bool,
    /// Whether a tag, once pushed, stays with its image: `imageTagMutability` IMMUTABLE [IM-008].
    pub immutable: bool,
    /// Pushed images, by their place among the declared ones: the latest push last.
    pub images: Vec<u32>,
    /// The fact of its last change.
    pub because: FactId,
}

/// Why a reference finds no image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// There is no such repository.
    Repository(Reference),
    /// The repository has no image of this tag or digest.
    Image(Reference),
}

/// What the registry reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EcrEvent {
    /// `docker push` of an image that the scenario describes, by its place in `[[world.image]]`.
    Push(u32),
}

/// The state of the registry.
#[derive(Clone, Debug, Default)]
pub struct Ecr {
    /// All repositories.
    pub repositories: Arena<Repository>,
    /// All images that the scenario describes, in its order.
    pub images: Vec<Image>,
}

impl Ecr {
    /// The repository with this name, ARN or URI.
    pub fn repository_named(&self, name: &str) -> Option<RepositoryId> {
        let found = |r: &Repository| r.name == name || r.arn == name || r.uri == name;
        self.repositories.iter().find(|(_, repository)| found(repository)).map(|(id, _)| id)
    }

    /// Creates a repository; the caller has seen that there is none of this name.
    pub fn create_repository(&mut self, name: &str, immutable: bool, account: &Account, ctx: &mut Ctx) -> RepositoryId {
        let because = ctx.record(Fact::RepositoryCreated { repository: self.repositories.next_id() });
        self.repositories.push(Repository {
            name: name.to_owned(),
            arn: account.arn("ecr", &format!("repository/{name}")),
            uri: format!("{}/{name}", registry(account)),
            created: ctx.now(),
            immutable,
            scan_on_push: false,
            images: Vec::new(),
            because,
        })
    }

    /// Makes an image known, and gives it its place for [`EcrEvent::Push`]. A public image is there from now on.
    pub fn declare(&mut self, mut image: Image) -> u32 {
        if !image.is_private() {
            image.repository = docker_hub(&image.repository);
            image.pushed.get_or_insert(Time::ZERO);
        }
        // A tag that is pushed twice with layers of the same sizes is another build, all the same.
        while self.images.iter().any(|other| other.digest == image.digest) {
            image.digest = image::redrawn(&image.digest);
        }
        self.images.push(image);
        self.images.len() as u32 - 1
    }

    /// What an image reference means: whose registry, which repository, which image.
    pub fn reference(&self, text: &str, account: &Account) -> Reference {
        Reference::parse(text, account, |name| self.repositories.iter().any(|(_, r)| r.name == name))
    }

    /// The image that a reference names at this moment.
    pub fn resolve(&self, reference: &str, account: &Account) -> Result<&Image, Missing> {
        let reference = self.reference(reference, account);
        let candidates: Vec<&Image> = if reference.private {
            let repository = self.repositories.iter().find(|(_, r)| r.name == reference.repository);
            let Some((_, repository)) = repository else { return Err(Missing::Repository(reference)) };
            repository.images.iter().map(|&index| &self.images[index as usize]).collect()
        } else {
            self.images.iter().filter(|image| image.repository == reference.repository).collect()
        };
        if candidates.is_empty() && !reference.private {
            return Err(Missing::Repository(reference));
        }
        // A tag is where it was pushed last [IM-007].
        let found = candidates.into_iter().rev().find(|image| match &reference.version {
            Version::Tag(tag) => image.tag == *tag,
            Version::Digest(digest) => image.digest == *digest,
        });
        found.ok_or(Missing::Image(reference))
    }

    /// The images of a repository with the tag that each still has: a tag that was pushed again has moved on
    /// [IM-007].
    pub fn images_of(&self, repository: RepositoryId) -> Vec<(&Image, Option<&str>)> {
        let pushed = &self.repositories[repository].images;
        let image = |&index: &u32| &self.images[index as usize];
        let tag = |place: usize, one: &Image| !pushed[place + 1..].iter().any(|later| image(later).tag == one.tag);
        let listed = pushed.iter().map(image).enumerate();
        listed.map(|(place, one)| (one, tag(place, one).then_some(one.tag.as_str()))).collect()
    }

    /// Reacts to one event.
    pub(crate) fn handle(&mut self, event: EcrEvent, peers: &Peers, ctx: &mut Ctx) {
        match event {
            EcrEvent::Push(index) => self.push(index, &peers.account, ctx),
        }
    }

    fn push(&mut self, index: u32, account: &Account, ctx: &mut Ctx) {
        let Some(image) = self.images.get(index as usize) else { return };
        if !image.is_private() {
            return;
        }
        let Some(repository) = self.repository_named(&image.repository) else {
            let message = repository_not_found(&image.repository, account);
            // The first call of a push [IM-024].
            return refuse("InitiateLayerUpload", "RepositoryNotFoundException", &message, ctx);
        };
        // [IM-009]
        let taken = self.images_of(repository).iter().any(|(_, tag)| *tag == Some(image.tag.as_str()));
        if taken && self.repositories[repository].immutable {
            let message = format!(
                "The image tag '{}' already exists in the '{}' repository and cannot be overwritten because the \
                 repository is immutable.",
                image.tag, image.repository
            );
            return refuse("PutImage", "ImageTagAlreadyExistsException", &message, ctx);
        }
        let fact = ctx.record(Fact::ImagePushed { repository, tag: image.tag.as_str().into() });
        self.images[index as usize].pushed = Some(ctx.now());
        let repository = &mut self.repositories[repository];
        repository.images.retain(|&earlier| earlier != index);
        repository.images.push(index);
        repository.because = fact;
    }
}

fn refuse(operation: &str, code: &str, message: &str, ctx: &mut Ctx) {
    let name = |text: &str| Name::from(text);
    ctx.record(Fact::OperationRefused { operation: name(operation), code: name(code), message: name(message) });
}

/// AWS's sentence about a repository that is not there.
pub fn repository_not_found(name: &str, account: &Account) -> String {
    format!("The repository with name '{name}' does not exist in the registry with id '{}'", account.id)
}
