//! Images, and the references that name them.

use std::fmt;

use crate::engine::{Stream, Time};
use crate::world::Account;

/// An image that the world half of a scenario describes: one manifest with its layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The name of its repository; with a host in front (`docker.io/library/nginx`, `public.ecr.aws/nginx/nginx`) the
    /// image is in somebody else's registry.
    pub repository: String,
    /// Its tag.
    pub tag: String,
    /// `sha256:` and 64 hexadecimal digits [IM-003].
    pub digest: String,
    /// Its layers, the base first.
    pub layers: Vec<Layer>,
    /// When it was last pushed; none when it was not.
    pub pushed: Option<Time>,
}

/// A layer of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// `sha256:` and 64 hexadecimal digits: equal layers are stored, and pulled, once [IM-004].
    pub digest: String,
    /// Its size as it is sent: compressed [bytes].
    pub bytes: u64,
}

impl Image {
    /// An image with layers of these compressed sizes [bytes], the base first. Two images of one repository share the
    /// layers up to the first whose sizes differ: that is how rebuilt images share their base.
    pub fn new(account: &Account, repository: &str, tag: &str, layers: &[u64]) -> Image {
        let mut below = repository.to_owned();
        let layer = |&bytes: &u64| {
            below.push_str(&format!("/{bytes}"));
            Layer { digest: format!("sha256:{}", account.hex("layer", &below, 64)), bytes }
        };
        Image {
            layers: layers.iter().map(layer).collect(),
            digest: format!("sha256:{}", account.hex("image", &format!("{below}:{tag}"), 64)),
            repository: repository.to_owned(),
            tag: tag.to_owned(),
            pushed: None,
        }
    }

    /// `imageSizeInBytes`: what its layers take as they are sent [bytes] [IM-005].
    pub fn size(&self) -> u64 {
        self.layers.iter().fold(0, |sum, layer| sum.saturating_add(layer.bytes))
    }

    /// Whether it is in the account's own registry, so that permissions are asked for it [IA-048].
    pub fn is_private(&self) -> bool {
        !has_host(&self.repository)
    }
}

/// Whether a name begins with the host of a registry: the first part has a dot or a colon.
fn has_host(name: &str) -> bool {
    name.split_once('/').is_some_and(|(first, _)| first.contains(['.', ':']) || first == "localhost")
}

/// The digest of another build of an image.
pub(super) fn redrawn(digest: &str) -> String {
    let mut stream = Stream::of(0, "image-rebuilt", digest);
    let words: String = (0..4).map(|_| format!("{:016x}", stream.word())).collect();
    format!("sha256:{words}")
}

/// What an image reference of a task definition means [IM-001][IM-002].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Whether it is in the account's own registry.
    pub private: bool,
    /// The repository's name; for a public image with its host.
    pub repository: String,
    /// Which image of the repository.
    pub version: Version,
}

/// Which image of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// The one that has this tag at the moment; `latest` unless given.
    Tag(String),
    /// The one with this digest.
    Digest(String),
}

impl Reference {
    /// Reads a reference: `name`, `name:tag`, `name@sha256:…`, each with or without a registry in front. `exists`
    /// tells whether the account's registry has a repository: a bare name means that one if there is one, and Docker
    /// Hub if there is none.
    pub fn parse(text: &str, account: &Account, exists: impl Fn(&str) -> bool) -> Reference {
        let (name, version) = match text.split_once('@') {
            Some((name, digest)) => (name, Version::Digest(digest.to_owned())),
            None => {
                let (path, last) = text.rsplit_once('/').map_or(("", text), |(path, last)| (path, last));
                let (last, tag) = last.split_once(':').unwrap_or((last, "latest"));
                let name = &text[..if path.is_empty() { last.len() } else { path.len() + 1 + last.len() }];
                (name, Version::Tag(tag.to_owned()))
            }
        };
        let own = name.strip_prefix(&registry(account)).and_then(|name| name.strip_prefix('/'));
        match own {
            Some(repository) => Reference { private: true, repository: repository.to_owned(), version },
            None if has_host(name) => Reference { private: false, repository: docker_hub(name), version },
            None if exists(name) => Reference { private: true, repository: name.to_owned(), version },
            None => Reference { private: false, repository: docker_hub(name), version },
        }
    }

    /// The reference in full, as messages have it.
    pub fn full(&self, account: &Account) -> String {
        if self.private { format!("{}/{self}", registry(account)) } else { self.to_string() }
    }

    /// The ARN of the repository, for permissions: `arn:aws:ecr:…:repository/{name}`.
    pub fn repository_arn(&self, account: &Account) -> String {
        account.arn("ecr", &format!("repository/{}", self.repository))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Version::Tag(tag) => write!(f, "{}:{tag}", self.repository),
            Version::Digest(digest) => write!(f, "{}@{digest}", self.repository),
        }
    }
}

/// The account's own registry: `{account}.dkr.ecr.{region}.amazonaws.com` [IM-001].
pub fn registry(account: &Account) -> String {
    format!("{}.dkr.ecr.{}.amazonaws.com", account.id, account.region)
}

/// Docker Hub's full spelling of a name: `nginx` is `docker.io/library/nginx`, `grafana/k6` is `docker.io/grafana/k6`
/// [IM-002]. Names with another host stay as they are.
pub fn docker_hub(name: &str) -> String {
    match name.strip_prefix("docker.io/") {
        Some(rest) if !rest.contains('/') => format!("docker.io/library/{rest}"),
        None if has_host(name) => name.to_owned(),
        None if name.contains('/') => format!("docker.io/{name}"),
        None => format!("docker.io/library/{name}"),
        Some(_) => name.to_owned(),
    }
}
