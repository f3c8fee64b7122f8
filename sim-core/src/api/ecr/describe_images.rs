//! `ecr:DescribeImages`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{own_registry, repository};
use crate::api::{ApiError, Operation};
use crate::world::ecr::Image;
use crate::world::{Ctx, World};

/// `ecr:DescribeImages` — the images of a repository, in the order in which they were pushed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribeImages {
    /// The account; the only one there is, unless set.
    #[serde(default)]
    pub registry_id: Option<String>,
    /// The repository's name or ARN.
    pub repository_name: String,
    /// Only these, up to 100; all unless set.
    #[serde(default)]
    pub image_ids: Vec<ImageIdentifier>,
    /// Only some.
    #[serde(default)]
    pub filter: Option<ImageFilter>,
}

/// Names an image of a repository.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImageIdentifier {
    /// `sha256:…`.
    #[serde(default)]
    pub image_digest: Option<String>,
    /// A tag that it has.
    #[serde(default)]
    pub image_tag: Option<String>,
}

/// Which images are wanted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImageFilter {
    /// Those with a tag, those without, or all; ANY unless set.
    #[serde(default)]
    pub tag_status: TagStatus,
}

/// `tagStatus`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum TagStatus {
    /// Images with a tag.
    Tagged,
    /// Images whose tag has moved on.
    Untagged,
    /// All.
    #[default]
    Any,
}

/// What DescribeImages answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeImagesOutput {
    /// The images.
    pub image_details: Vec<ImageDetail>,
}

/// An image as ECR shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageDetail {
    /// The account.
    pub registry_id: String,
    /// Its repository.
    pub repository_name: String,
    /// Its digest.
    pub image_digest: String,
    /// Its tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub image_tags: Vec<String>,
    /// What its layers take as they are sent: compressed [bytes] [IM-005].
    pub image_size_in_bytes: u64,
    /// When it was pushed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_pushed_at: Option<String>,
    /// What the manifest is written in.
    pub image_manifest_media_type: &'static str,
    /// What the image is made for.
    pub artifact_media_type: &'static str,
}

impl ImageIdentifier {
    fn names(&self, image: &Image, tag: Option<&str>) -> bool {
        self.image_digest.as_ref().is_none_or(|digest| *digest == image.digest)
            && self.image_tag.as_deref().is_none_or(|wanted| Some(wanted) == tag)
    }
}

impl Operation for DescribeImages {
    const SERVICE: &'static str = "ecr";
    const NAME: &'static str = "DescribeImages";
    type Output = DescribeImagesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        own_registry(world, self.registry_id.as_deref())?;
        let id = repository(world, &self.repository_name)?;
        let repository = &world.ecr.repositories[id];
        let mut images = world.ecr.images_of(id);
        for (index, wanted) in self.image_ids.iter().enumerate() {
            let place = format!("imageIds[{index}]");
            if wanted.image_digest.is_none() && wanted.image_tag.is_none() {
                let message = "Invalid request parameters: both tag and digest cannot be null";
                return Err(ApiError::invalid_parameter(message).at(place));
            }
            if !images.iter().any(|(image, tag)| wanted.names(image, *tag)) {
                let text = |part: &Option<String>| part.clone().unwrap_or_else(|| "null".into());
                let message = format!(
                    "The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within the repository \
                     with name '{}' in the registry with id '{}'",
                    text(&wanted.image_digest),
                    text(&wanted.image_tag),
                    repository.name,
                    world.account.id
                );
                return Err(ApiError::new("ImageNotFoundException", message).at(place));
            }
        }
        let status = self.filter.map_or(TagStatus::Any, |filter| filter.tag_status);
        images.retain(|(image, tag)| {
            let fits = match status {
                TagStatus::Tagged => tag.is_some(),
                TagStatus::Untagged => tag.is_none(),
                TagStatus::Any => true,
            };
            fits && (self.image_ids.is_empty() || self.image_ids.iter().any(|wanted| wanted.names(image, *tag)))
        });
        let detail = |(image, tag): (&Image, Option<&str>)| ImageDetail {
            registry_id: world.account.id.clone(),
            repository_name: repository.name.clone(),
            image_digest: image.digest.clone(),
            image_tags: tag.map(str::to_owned).into_iter().collect(),
            image_size_in_bytes: image.size(),
            image_pushed_at: image.pushed.map(|at| world.account.wall(at)),
            image_manifest_media_type: "application/vnd.docker.distribution.manifest.v2+json",
            artifact_media_type: "application/vnd.docker.container.image.v1+json",
        };
        Ok(DescribeImagesOutput { image_details: images.into_iter().map(detail).collect() })
    }
}
