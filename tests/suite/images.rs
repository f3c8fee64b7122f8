//! Repositories, images and log groups through the door; what a reference means, what a pull takes, and what a task
//! shows when it fails.

use std::time::Duration;

use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::world::ecr::{EcrEvent, Image, Missing, PullPlan, Version, error, pull_plan};
use sim_core::world::{Assumptions, Event, Fact, logs};

use crate::door::{Door, expect_refusal};

const MB: u64 = 1_000_000;
const REGISTRY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

impl Door {
    /// Calls an operation of the registry that succeeds.
    fn ecr(&mut self, operation: &str, input: Value) -> Value {
        self.call("ecr", operation, input).unwrap_or_else(|error| panic!("{operation}: {error} at {}", error.place))
    }

    /// Describes an image, and pushes it now when it is in a private registry. Its place.
    fn push(&mut self, repository: &str, tag: &str, layers: &[u64]) -> u32 {
        let image = Image::new(&self.world.account, repository, tag, layers);
        let index = self.world.ecr.declare(image);
        self.push_again(index);
        index
    }

    fn push_again(&mut self, index: u32) {
        self.ctx.send(Duration::ZERO, Event::Ecr(EcrEvent::Push(index)));
        self.wait(Duration::from_secs(1));
    }

    /// The layers of the image that a reference names.
    fn layers(&self, reference: &str) -> Result<Vec<u64>, Missing> {
        let image = self.world.ecr.resolve(reference, &self.world.account)?;
        Ok(image.layers.iter().map(|layer| layer.bytes).collect())
    }

    fn image(&self, repository: &str, layers: &[u64]) -> Image {
        Image::new(&self.world.account, repository, "latest", layers)
    }
}

fn repository(name: &str) -> Value {
    json!({ "repositoryName": name })
}

/// A moment of a plan [ms].
fn ms(moment: Duration) -> u128 {
    assert_eq!(moment.subsec_nanos() % 1_000_000, 0, "whole milliseconds");
    moment.as_millis()
}

/// Of each layer: download started, download finished, extracted [ms].
fn moments(plan: &PullPlan) -> Vec<[u128; 3]> {
    plan.layers.iter().map(|l| [l.download_started, l.download_finished, l.extracted].map(ms)).collect()
}

/// [IM-001] [IM-002] Each case: a reference, whether it is private, its repository, and its tag or digest.
#[test]
fn a_reference_means_the_own_registry_or_another_one() {
    let mut door = Door::new();
    door.ecr("create-repository", repository("demo-app"));
    door.ecr("create-repository", repository("team/api"));
    let cases = [
        ("demo-app", true, "demo-app", "latest"),
        ("demo-app:v1", true, "demo-app", "v1"),
        ("team/api:v1", true, "team/api", "v1"),
        ("demo-app@sha256:00", true, "demo-app", "sha256:00"),
        (&format!("{REGISTRY}/demo-app:v1"), true, "demo-app", "v1"),
        (&format!("{REGISTRY}/not-there"), true, "not-there", "latest"),
        (&format!("{REGISTRY}/team/api@sha256:00"), true, "team/api", "sha256:00"),
        ("nginx", false, "docker.io/library/nginx", "latest"),
        ("nginx:1.27", false, "docker.io/library/nginx", "1.27"),
        ("docker.io/nginx", false, "docker.io/library/nginx", "latest"),
        ("grafana/k6", false, "docker.io/grafana/k6", "latest"),
        ("public.ecr.aws/nginx/nginx:1", false, "public.ecr.aws/nginx/nginx", "1"),
        ("localhost:5000/app:v2", false, "localhost:5000/app", "v2"),
        (
            "999999999999.dkr.ecr.us-east-1.amazonaws.com/x",
            false,
            "999999999999.dkr.ecr.us-east-1.amazonaws.com/x",
            "latest",
        ),
    ];
    for (text, private, repository, version) in cases {
        let reference = door.world.ecr.reference(text, &door.world.account);
        let (Version::Tag(found) | Version::Digest(found)) = &reference.version;
        assert_eq!((reference.private, &*reference.repository, &**found), (private, repository, version), "{text}");
    }
    let full = |text| door.world.ecr.reference(text, &door.world.account).full(&door.world.account);
    assert_eq!(full("demo-app"), format!("{REGISTRY}/demo-app:latest"));
    assert_eq!(full("nginx"), "docker.io/library/nginx:latest");
}

/// [IA-048] [IM-003]
#[test]
fn an_image_is_found_once_it_is_there() {
    let mut door = Door::new();
    let missing = |door: &Door, text: &str| door.layers(text).unwrap_err();
    assert!(matches!(missing(&door, "demo-app"), Missing::Repository(reference) if !reference.private));
    door.ecr("create-repository", repository("demo-app"));
    assert!(matches!(missing(&door, "demo-app"), Missing::Image(reference) if reference.private));
    assert!(matches!(missing(&door, &format!("{REGISTRY}/other")), Missing::Repository(_)));
    door.push("demo-app", "v1", &[31 * MB, 4 * MB]);
    assert_eq!(door.layers("demo-app:v1"), Ok(vec![31 * MB, 4 * MB]));
    assert!(matches!(missing(&door, "demo-app"), Missing::Image(_)), "there is no latest");
    // A public image is there from the beginning, and nobody is asked for a permission.
    let public = Image::new(&door.world.account, "docker.io/nginx", "latest", &[MB]);
    door.world.ecr.declare(public);
    assert_eq!(door.layers("nginx"), Ok(vec![MB]));
    assert!(!door.world.ecr.resolve("nginx", &door.world.account).unwrap().is_private());
    assert!(matches!(missing(&door, "nginx:2"), Missing::Image(_)));
}

/// [IM-007]
#[test]
fn a_tag_moves_with_the_next_push_and_the_old_image_keeps_its_digest() {
    let mut door = Door::new();
    door.ecr("create-repository", repository("demo-app"));
    let first = door.push("demo-app", "latest", &[10 * MB]);
    door.push("demo-app", "v1", &[11 * MB]);
    let old = door.world.ecr.images[first as usize].digest.clone();
    let second = door.push("demo-app", "latest", &[20 * MB]);
    assert_ne!(door.world.ecr.images[second as usize].digest, old, "other content, other digest");
    assert_eq!(door.layers("demo-app"), Ok(vec![20 * MB]));
    assert_eq!(door.layers(&format!("demo-app@{old}")), Ok(vec![10 * MB]));
    let shown =
        door.ecr("describe-images", json!({ "repositoryName": "demo-app", "filter": { "tagStatus": "UNTAGGED" } }));
    assert_eq!(shown["imageDetails"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&shown["imageDetails"][0]["imageDigest"], &shown["imageDetails"][0]["imageTags"]),
        (&json!(old), &Value::Null)
    );
    let third = door.push("demo-app", "latest", &[20 * MB]);
    let digest = |index: u32| &door.world.ecr.images[index as usize].digest;
    assert_ne!(digest(third), digest(second), "another build, even of the same size");
    door.push_again(first);
    assert_eq!(door.layers("demo-app"), Ok(vec![10 * MB]), "the first is pushed again: the tag moves back");
}

/// [IM-008] [IM-009] [IM-024]
#[test]
fn a_push_is_refused_without_a_repository_and_over_an_immutable_tag() {
    let mut door = Door::new();
    let refusal = |door: &Door| match &door.ctx.journal().iter().last().expect("a fact").1.fact {
        Fact::OperationRefused { operation, code, message } => [operation, code, message].map(|text| text.to_string()),
        other => panic!("{other:?}"),
    };
    let index = door.push("demo-app", "v1", &[MB]);
    assert_eq!(
        refusal(&door),
        [
            "InitiateLayerUpload",
            "RepositoryNotFoundException",
            "The repository with name 'demo-app' does not exist in the registry with id '123456789012'",
        ]
    );
    door.ecr("create-repository", json!({ "repositoryName": "demo-app", "imageTagMutability": "IMMUTABLE" }));
    door.push_again(index);
    assert_eq!(door.layers("demo-app:v1"), Ok(vec![MB]));
    door.push("demo-app", "v1", &[2 * MB]);
    assert_eq!(refusal(&door)[..2], ["PutImage", "ImageTagAlreadyExistsException"]);
    assert_eq!(door.layers("demo-app:v1"), Ok(vec![MB]), "the tag stays");
    door.push("demo-app", "v2", &[2 * MB]);
    assert_eq!(door.layers("demo-app:v2"), Ok(vec![2 * MB]), "another tag is fine");
}

/// [IM-005]
#[test]
fn an_image_is_described_with_its_compressed_size() {
    let mut door = Door::new();
    let created = door.ecr("create-repository", repository("demo-app"));
    assert_eq!(
        created["repository"],
        json!({
            "repositoryArn": "arn:aws:ecr:us-east-1:123456789012:repository/demo-app",
            "registryId": "123456789012",
            "repositoryName": "demo-app",
            "repositoryUri": format!("{REGISTRY}/demo-app"),
            "createdAt": door.world.account.wall(Time::ZERO),
            "imageTagMutability": "MUTABLE",
            "imageScanningConfiguration": { "scanOnPush": false },
            "encryptionConfiguration": { "encryptionType": "AES256" },
        })
    );
    assert_eq!(door.ecr("describe-repositories", json!({}))["repositories"], json!([created["repository"]]));
    door.wait(Duration::from_secs(60));
    door.push("demo-app", "v1", &[31 * MB, 12 * MB, 4 * MB]);
    let wanted = json!({ "repositoryName": "demo-app", "imageIds": [{ "imageTag": "v1" }] });
    let image = &door.ecr("describe-images", wanted)["imageDetails"][0];
    assert_eq!((&image["imageTags"], &image["imageSizeInBytes"]), (&json!(["v1"]), &json!(47 * MB)));
    assert_eq!(image["imagePushedAt"], door.world.account.wall(Time::from_secs(60)));
    assert!(image["imageDigest"].as_str().is_some_and(|digest| digest.starts_with("sha256:") && digest.len() == 71));
}

#[test]
fn a_login_password_is_one_word_and_the_same_in_every_replay() {
    let (mut one, mut two) = (Door::new(), Door::new());
    let password = one.ecr("get-login-password", json!({}));
    assert!(password.as_str().is_some_and(|word| word.len() > 100 && !word.contains(' ')), "{password}");
    assert_eq!(password, two.ecr("get-login-password", json!({})));
}

#[test]
fn ecr_refuses_in_aws_words() {
    let mut door = Door::new();
    door.ecr("create-repository", repository("demo-app"));
    let cases = [
        (
            "create-repository",
            repository("demo-app"),
            "RepositoryAlreadyExistsException",
            "The repository with name 'demo-app' already exists in the registry with id '123456789012'",
            "repositoryName",
        ),
        (
            "create-repository",
            repository("Demo"),
            "InvalidParameterException",
            "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression \
             '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''",
            "repositoryName",
        ),
        (
            "describe-repositories",
            json!({ "repositoryNames": ["demo-app", "other"] }),
            "RepositoryNotFoundException",
            "The repository with name 'other' does not exist in the registry with id '123456789012'",
            "repositoryNames[1]",
        ),
        (
            "describe-images",
            json!({ "repositoryName": "demo-app", "imageIds": [{ "imageTag": "v9" }] }),
            "ImageNotFoundException",
            "The image with imageId {imageDigest:'null', imageTag:'v9'} does not exist within the repository with name \
             'demo-app' in the registry with id '123456789012'",
            "imageIds[0]",
        ),
        (
            "create-repository",
            json!({ "name": "demo-app" }),
            "ValidationException",
            "unknown field `name`, expected one of `repositoryName`, `registryId`, `imageTagMutability`, \
             `imageScanningConfiguration`, `encryptionConfiguration`, `imageTagMutabilityExclusionFilters`, `tags`",
            "name",
        ),
    ];
    for (operation, input, code, message, place) in cases {
        expect_refusal(&door.call("ecr", operation, input).expect_err(operation), code, message, place);
    }
}

/// [IM-016] [IM-028] [IM-029] [IM-030] One layer of 75 MB: 1 s for the manifest, 75/60 s to send, 75/25 s to unpack.
#[test]
fn one_layer_is_sent_and_then_unpacked() {
    let door = Door::new();
    let image = door.image("app", &[75 * MB]);
    let plan = pull_plan(&[&image], 1024, &Assumptions::default());
    assert_eq!(moments(&plan), [[1000, 2250, 5250]]);
    assert_eq!((ms(plan.total), plan.bytes), (5250, 75 * MB));
    let empty = door.image("empty", &[]);
    assert_eq!(ms(pull_plan(&[&empty], 1024, &Assumptions::default()).total), 1000);
    assert_eq!(pull_plan(&[], 1024, &Assumptions::default()), PullPlan::default());
}

/// [IM-027] [IM-028] Four layers of 60 MB: three are sent at once in 1 s, the fourth after them; unpacking takes 2.4 s
/// each, one after another, and begins with the first that has come.
#[test]
fn three_layers_are_sent_at_once_and_unpacked_in_their_order() {
    let door = Door::new();
    let image = door.image("app", &[60 * MB, 60 * MB, 60 * MB, 60 * MB]);
    let plan = pull_plan(&[&image], 2048, &Assumptions::default());
    assert_eq!(moments(&plan), [[1000, 2000, 4400], [1000, 2000, 6800], [1000, 2000, 9200], [2000, 3000, 11_600]]);
    // A large first layer holds up the small ones, which wait for it unpacked.
    let image = door.image("app", &[300 * MB, 15 * MB]);
    let plan = pull_plan(&[&image], 2048, &Assumptions::default());
    assert_eq!(moments(&plan), [[1000, 6000, 18_000], [1000, 1250, 18_600]]);
}

/// [IM-030] Each case: CPU of the task [units], and the pull of 30 MB [ms].
#[test]
fn less_than_one_vcpu_unpacks_more_slowly() {
    let door = Door::new();
    let image = door.image("app", &[30 * MB]);
    for (cpu, wanted) in [(256, 1500 + 3000), (512, 1500 + 2000), (1024, 1500 + 1200), (4096, 1500 + 1200)] {
        assert_eq!(ms(pull_plan(&[&image], cpu, &Assumptions::default()).total), wanted, "{cpu} units");
    }
}

/// [IM-004] [IM-029] [IM-033]
#[test]
fn containers_of_one_task_share_the_layers_they_have_in_common() {
    let door = Door::new();
    let app = Image::new(&door.world.account, "app", "v1", &[60 * MB, 30 * MB]);
    let job = Image::new(&door.world.account, "app", "v2", &[60 * MB, 15 * MB]);
    let other = Image::new(&door.world.account, "other", "v1", &[60 * MB]);
    let plan = pull_plan(&[&app, &job, &app], 1024, &Assumptions::default());
    assert_eq!(plan.bytes, 105 * MB, "the base is sent once");
    // The second manifest takes its second while the first image is on its way.
    assert_eq!(moments(&plan), [[1000, 2000, 4400], [1000, 1500, 5600], [2000, 2250, 6200]]);
    let images: Vec<_> = plan.images.iter().map(|image| (ms(image.started), ms(image.finished), image.bytes)).collect();
    assert_eq!(images, [(0, 5600, 90 * MB), (1000, 6200, 15 * MB), (2000, 5600, 0)]);
    assert_eq!(
        pull_plan(&[&app, &other], 1024, &Assumptions::default()).bytes,
        150 * MB,
        "other repositories share nothing"
    );
    // A second task starts on a fresh host: it pulls all of it again.
    assert_eq!(pull_plan(&[&app, &job, &app], 1024, &Assumptions::default()), plan);
}

#[test]
fn no_assumption_and_no_size_breaks_a_plan() {
    let door = Door::new();
    let image = door.image("app", &[u64::MAX, u64::MAX]);
    let nothing =
        Assumptions { parallel_downloads: 0, stream_bandwidth: 0, extraction_rate: 0, ..Assumptions::default() };
    assert!(pull_plan(&[&image, &image], 0, &nothing).total > Duration::from_secs(1 << 33));
    assert_eq!(image.size(), u64::MAX);
}

/// [CP-112] [CP-113] [CP-114] [IA-054] [IA-062] [IA-063] [IA-064] [IA-069] [IM-067] [IM-068] [IM-069] [IM-070] [IM-071] [IM-072] [IM-073]
#[test]
fn a_failed_pull_is_told_in_aws_words() {
    let mut door = Door::new();
    let trust = json!({ "Statement": { "Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole" } });
    door.call("iam", "create-role", json!({ "RoleName": "execution", "AssumeRolePolicyDocument": trust })).unwrap();
    let account = &door.world.account;
    let role = door.world.iam.role_named("execution").unwrap();
    let denial = |action: &str, resource: &str| {
        door.world.iam.allows(role, "0123", action, resource, account).expect_err("the role has no policy")
    };
    let user = "User: arn:aws:sts::123456789012:assumed-role/execution/0123 is not authorized to perform:";
    assert_eq!(
        error::denied_auth(&denial("ecr:GetAuthorizationToken", "*")),
        format!(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: \
             unable to retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: \
             {user} ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the \
             ecr:GetAuthorizationToken action"
        )
    );
    let arn = "arn:aws:ecr:us-east-1:123456789012:repository/app";
    assert_eq!(
        error::denied_image("app:v1", &denial("ecr:BatchGetImage", arn)),
        format!(
            "CannotPullContainerError: The task can’t pull the image. Check that the role has the permissions to pull \
             images from the registry. Error response from daemon: pull access denied for app:v1, repository does not \
             exist or may require 'docker login': denied: {user} ecr:BatchGetImage on resource: {arn} because no \
             identity-based policy allows the ecr:BatchGetImage action"
        )
    );
    assert_eq!(
        error::repository_missing("app:v1"),
        "CannotPullContainerError: The task can’t pull the image. Check whether the image exists. Error response from \
         daemon: pull access denied for app:v1, repository does not exist or may require 'docker login': denied: \
         requested access to the resource is denied"
    );
    assert_eq!(
        error::not_found("app:v1"),
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref app:v1: \
         app:v1: not found"
    );
    let no_route = error::no_route_auth(account);
    assert!(no_route.starts_with(
        "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth \
         from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network \
         configuration."
    ));
    assert!(no_route.contains("dial tcp ") && no_route.ends_with(":443: i/o timeout"), "{no_route}");
    assert_eq!(
        error::no_route_image("app:v1", "registry/app"),
        "CannotPullContainerError: The task cannot pull 'app:v1' from the Amazon ECR repository 'registry/app'. There is \
         a connection issue between the task and Amazon ECR. Check your task network configuration."
    );
    for (image, url) in [
        ("docker.io/library/nginx:latest", "https://registry-1.docker.io/v2/library/nginx/manifests/latest"),
        ("public.ecr.aws/x/y@sha256:00", "https://public.ecr.aws/v2/x/y/manifests/sha256:00"),
    ] {
        let text = error::no_route_public(image);
        let start = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref";
        assert!(
            text.starts_with(&format!("{start} {image}: failed to do request: Head \"{url}\": dial tcp ")),
            "{text}"
        );
        assert!(text.ends_with(":443: i/o timeout"), "{text}");
    }
}

/// [IM-082]
#[test]
fn a_stopped_reason_is_cut_at_1024_characters() {
    let long = error::not_found(&"é".repeat(600));
    assert_eq!(long.chars().count(), 1024);
    assert!(error::not_found(&"é".repeat(300)).ends_with("not found"));
}

/// [CP-071] [CP-114] [IA-059] [IA-070] [IM-080]
#[test]
fn a_log_driver_that_cannot_start_says_why_in_aws_words() {
    let mut door = Door::new();
    let trust = json!({ "Statement": { "Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole" } });
    door.call("iam", "create-role", json!({ "RoleName": "execution", "AssumeRolePolicyDocument": trust })).unwrap();
    let role = door.world.iam.role_named("execution").unwrap();
    let start = "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: \
                 failed to create Cloudwatch log";
    assert_eq!(
        logs::error::group_missing(),
        format!("{start} stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1")
    );
    let (stream, group) = ("log-group:/ecs/app:log-stream:web/app/0123", "log-group:/ecs/app:log-stream:");
    let account = &door.world.account;
    assert_eq!(logs::stream_arn("/ecs/app", "web/app/0123", account), account.arn("logs", stream));
    assert_eq!(logs::group_arn("/ecs/app", account), account.arn("logs", group));
    for (action, what) in [("logs:CreateLogStream", "stream"), ("logs:CreateLogGroup", "group")] {
        let arn = account.arn("logs", stream);
        let denial = door.world.iam.allows(role, "0123", action, &arn, account).unwrap_err();
        let text = logs::error::denied(&denial);
        assert!(text.starts_with(&format!("{start} {what}: AccessDeniedException: User: arn:aws:sts::")), "{text}");
        assert!(text.ends_with(&format!("allows the {action} action : exit status 1")), "{text}");
    }
    assert!(logs::error::no_path().contains(
        "The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection \
         issue between the task and Amazon CloudWatch. Check your network configuration."
    ));
}

#[test]
fn log_groups_are_made_once_and_described_by_name() {
    let mut door = Door::new();
    door.wait(Duration::from_millis(1500));
    for name in ["/ecs/web", "/ecs/api", "other"] {
        assert_eq!(door.call("logs", "create-log-group", json!({ "logGroupName": name })), Ok(json!({})));
    }
    let shown = door.call("logs", "describe-log-groups", json!({ "logGroupNamePrefix": "/ecs/" })).unwrap();
    let names: Vec<&Value> =
        shown["logGroups"].as_array().unwrap().iter().map(|group| &group["logGroupName"]).collect();
    assert_eq!(names, ["/ecs/api", "/ecs/web"]);
    let arn = "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/api";
    assert_eq!(
        shown["logGroups"][0],
        json!({
            "logGroupName": "/ecs/api",
            "creationTime": door.world.account.start.as_millisecond() + 1500,
            "metricFilterCount": 0,
            "arn": format!("{arn}:*"),
            "storedBytes": 0,
            "logGroupClass": "STANDARD",
            "logGroupArn": arn,
        })
    );
    let twice = door.call("logs", "create-log-group", json!({ "logGroupName": "other" })).unwrap_err();
    expect_refusal(&twice, "ResourceAlreadyExistsException", "The specified log group already exists", "logGroupName");
    let space = door.call("logs", "create-log-group", json!({ "logGroupName": "a b" })).unwrap_err();
    let message = "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must \
                   satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+";
    expect_refusal(&space, "InvalidParameterException", message, "logGroupName");
}

/// A service of one task of the private image `shop:v1`, of which there are two builds, of 25 MB and of 10 MB.
fn shop(head: &str, consistency: &str) -> Simulation {
    let text = format!(
        "[scenario]\ntitle = \"moved\"\nseed = 1\nduration = \"20m\"\n{head}[[ecs.cluster]]\nclusterName = \"demo\"\n\
         [[iam.role]]\nRoleName = \"pulls\"\nAssumeRolePolicyDocument = {{ Version = \"2012-10-17\", Statement = [{{ Effect = \
         \"Allow\", Principal = {{ Service = \"ecs-tasks.amazonaws.com\" }}, Action = \"sts:AssumeRole\" }}] }}\n\
         [[iam.rolePolicyAttachment]]\nRoleName = \"pulls\"\n\
         PolicyArn = \"arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy\"\n\
         [[world.image]]\nrepository = \"shop\"\ntag = \"v1\"\nlayers = [\"25 MB\"]\n\
         [[world.image]]\nrepository = \"shop\"\ntag = \"v1\"\nlayers = [\"10 MB\"]\n\
         [[ecs.taskDefinition]]\nfamily = \"shop\"\nnetworkMode = \"awsvpc\"\ncpu = \"256\"\nmemory = \"512\"\n\
         executionRoleArn = \"pulls\"\ncontainerDefinitions = [{{ name = \"web\", image = \"123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:v1\"{consistency} }}]\n\
         [[ecs.service]]\ncluster = \"demo\"\nserviceName = \"web\"\ntaskDefinition = \"shop\"\ndesiredCount = 1\n\
         launchType = \"FARGATE\"\n\
         networkConfiguration = {{ awsvpcConfiguration = {{ subnets = [\"us-east-1a\"], assignPublicIp = \"ENABLED\" }} }}\n"
    );
    tests::start("shop.toml", &text, &Default::default(), None)
}

/// How much [MB] each task has pulled, by their names.
fn pulled(run: &Simulation) -> Vec<(String, u64)> {
    let pulled = run.ctx().journal().iter().filter_map(|(_, entry)| match &entry.fact {
        Fact::PullFinished { task, bytes, .. } => Some((run.world().ecs.tasks[*task].name.to_string(), *bytes / MB)),
        _ => None,
    });
    let mut pulled: Vec<(String, u64)> = pulled.collect();
    pulled.sort();
    pulled
}

fn type_line(run: &mut Simulation, line: &str) {
    run.type_line(line, &std::collections::BTreeMap::new()).expect("it is a line");
}

/// [CP-181] [IM-084] [IM-085] [IM-087] [IM-090] Another image is pushed under the tag of a running service: a task that replaces
/// one still has the image of before, a new deployment has the new one, and so has a standalone task at once. With
/// `versionConsistency` `disabled` the replacement has it, too.
#[test]
fn a_deployment_keeps_the_image_that_its_first_task_found() {
    let bytes = |consistency: &str| -> Vec<u64> {
        let mut run = shop("[[ecr.repository]]\nrepositoryName = \"shop\"\n", consistency);
        run.run_until(Time::from_secs(180));
        // The tag means the image that was pushed last, which is the small one. Somebody pushes the other.
        run.push("docker push shop:v1", 0);
        type_line(&mut run, "aws ecs stop-task --cluster demo --task web#1");
        run.run_until(Time::from_secs(360));
        type_line(&mut run, "aws ecs update-service --cluster demo --service web --force-new-deployment");
        let alone = "aws ecs run-task --cluster demo --task-definition shop --launch-type FARGATE --network-configuration \
                     awsvpcConfiguration={subnets=[us-east-1a],assignPublicIp=ENABLED}";
        type_line(&mut run, alone);
        run.run();
        let pulled = pulled(&run);
        let names: Vec<&str> = pulled.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["demo/family:shop#1", "demo/web#1", "demo/web#2", "demo/web#3"]);
        pulled.iter().map(|(_, bytes)| *bytes).collect()
    };
    assert_eq!(bytes(""), [25, 10, 10, 25]);
    assert_eq!(bytes(", versionConsistency = \"disabled\""), [25, 10, 25, 25]);
}

/// [IM-086] The image of a new service is not there yet. Pushed after the first failure it is fixed for all its tasks; pushed after more
/// than three it is not, and a task that replaces another gets what was pushed meanwhile.
#[test]
fn after_three_failures_a_deployment_follows_the_tag() {
    let bytes = |first_push: u64| -> Vec<u64> {
        let mut run = shop("[assume]\nstart_back_off = \"5s\"\n", "");
        run.run_until(Time::from_secs(1));
        type_line(&mut run, "aws ecr create-repository --repository-name shop");
        run.run_until(Time::from_secs(first_push));
        run.push("docker push shop:v1", 0);
        run.run_until(Time::from_secs(600));
        run.push("docker push shop:v1", 1);
        let running = run.world().ecs.tasks.iter().next_back().expect("there is one").1.name.to_string();
        type_line(
            &mut run,
            &format!("aws ecs stop-task --cluster demo --task {}", running.trim_start_matches("demo/")),
        );
        run.run();
        pulled(&run).into_iter().map(|(_, bytes)| bytes).collect()
    };
    assert_eq!(bytes(40), [25, 25]);
    assert_eq!(bytes(230), [25, 10]);
}
