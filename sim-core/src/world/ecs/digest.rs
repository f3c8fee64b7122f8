//! Which image a task of a deployment is made of: the digest behind a tag is found out once, with the first task, and holds for
//! all tasks of that revision [CP-181][IM-084].

use std::borrow::Cow;

use super::{Ecs, TaskId};
use crate::world::Peers;

/// So many tasks try to find the digests [count] [IM-086].
const ATTEMPTS: u32 = 3;

impl Ecs {
    /// The image of a container of a task, as the agent pulls it: by digest, once that is fixed, or else as the task definition
    /// says it. Standalone tasks have nothing fixed [IM-090].
    pub fn image_of(&self, task: TaskId, place: usize) -> Cow<'_, str> {
        let it = &self.tasks[task];
        let said = &self.definitions[it.definition].containers[place].image;
        let fixed = it.deployment.and_then(|id| self.deployments[id].digests.get(place)?.as_deref());
        match fixed {
            Some(digest) => Cow::Owned(format!("{}@{digest}", without_version(said))),
            None => Cow::Borrowed(said),
        }
    }

    /// The first task of a deployment that finds all of its images fixes them for the others, those that replace it
    /// included. A tag that is pushed again reaches the next deployment only [IM-087]. When some have tried in vain, the deployment
    /// goes on without: each of its tasks gets what the tag means then.
    pub(super) fn fix_digests(&mut self, task: TaskId, peers: &Peers) {
        let Some(id) = self.tasks[task].deployment.filter(|&id| self.deployments[id].digests.is_empty()) else {
            return;
        };
        let containers = &self.definitions[self.tasks[task].definition].containers;
        let found = containers.iter().map(|container| {
            let image = peers.ecr.resolve(&container.image, &peers.account).ok()?;
            Some(container.consistent.then(|| image.digest.clone()))
        });
        let found = found.collect::<Option<Vec<_>>>();
        let nothing = vec![None; containers.len()];
        let deployment = &mut self.deployments[id];
        match found {
            Some(digests) => deployment.digests = digests,
            None => {
                deployment.digest_attempts += 1;
                if deployment.digest_attempts == ATTEMPTS {
                    deployment.digests = nothing;
                }
            }
        }
    }
}

/// A reference without its tag or digest.
fn without_version(reference: &str) -> &str {
    let name = reference.split('@').next().unwrap_or(reference);
    let path = name.rfind('/').map_or(0, |slash| slash + 1);
    name[path..].find(':').map_or(name, |colon| &name[..path + colon])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_what_follows_the_last_colon_of_the_name() {
        for (reference, wanted) in [
            ("shop", "shop"),
            ("shop:v1", "shop"),
            ("localhost:5000/team/shop", "localhost:5000/team/shop"),
            ("localhost:5000/team/shop:v1", "localhost:5000/team/shop"),
            ("team/shop@sha256:00", "team/shop"),
        ] {
            assert_eq!(without_version(reference), wanted);
        }
    }
}
