//! What a task shows when its images cannot be pulled: the whole `stoppedReason`, in AWS's words.

use crate::world::iam::Denial;
use crate::world::network::Service;
use crate::world::{Account, stopped_reason};

/// What precedes every failure to get the authorisation token [IM-067][CP-071][CP-112][CP-114].
const AUTH: &str = "ResourceInitializationError: unable to pull secrets or registry auth:";

/// The role may not get an authorisation token [IA-069].
pub fn denied_auth(denial: &Denial) -> String {
    stopped_reason(format!(
        "{AUTH} execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been \
         retried 1 time(s): AccessDeniedException: {}",
        denial.message
    ))
}

/// There is no path to the registry's API [IA-054][IM-068]. The tail tells a missing path from a missing permission
/// [IM-069].
pub fn no_route_auth(account: &Account) -> String {
    stopped_reason(format!(
        "{AUTH} The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and \
         Amazon ECR. Check your task network configuration. RequestError: send request failed caused by: Post \
         \"https://api.ecr.{}.amazonaws.com/\": dial tcp {}:443: i/o timeout",
        account.region,
        Service::EcrApi.address()
    ))
}

/// The role may not pull from the repository [IA-062][IM-071].
pub fn denied_image(image: &str, denial: &Denial) -> String {
    stopped_reason(format!(
        "CannotPullContainerError: The task can’t pull the image. Check that the role has the permissions to pull \
         images from the registry. Error response from daemon: pull access denied for {image}, repository does not \
         exist or may require 'docker login': denied: {}",
        denial.message
    ))
}

/// There is no such repository, here or on Docker Hub [IM-072].
pub fn repository_missing(image: &str) -> String {
    stopped_reason(format!(
        "CannotPullContainerError: The task can’t pull the image. Check whether the image exists. Error response from \
         daemon: pull access denied for {image}, repository does not exist or may require 'docker login': denied: \
         requested access to the resource is denied"
    ))
}

/// The repository has no image of this tag or digest [IA-064][IM-073][CP-113].
pub fn not_found(image: &str) -> String {
    stopped_reason(format!(
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref {image}: \
         {image}: not found"
    ))
}

/// There is no path to the repository or to its layers [IA-063][IM-070].
pub fn no_route_image(image: &str, repository_uri: &str) -> String {
    stopped_reason(format!(
        "CannotPullContainerError: The task cannot pull '{image}' from the Amazon ECR repository '{repository_uri}'. \
         There is a connection issue between the task and Amazon ECR. Check your task network configuration."
    ))
}

/// There is no path to a public registry [IM-069][IM-070]. `image` is the reference in full.
pub fn no_route_public(image: &str) -> String {
    let (host, path) = image.split_once('/').unwrap_or(("docker.io", image));
    let host = if host == "docker.io" { "registry-1.docker.io" } else { host };
    let (name, version) = path.split_once('@').or_else(|| path.rsplit_once(':')).unwrap_or((path, "latest"));
    stopped_reason(format!(
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref {image}: \
         failed to do request: Head \"https://{host}/v2/{name}/manifests/{version}\": dial tcp {}:443: i/o timeout",
        Service::PublicRegistry.address()
    ))
}
