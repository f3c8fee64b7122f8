//! RegisterTaskDefinition and what reads its work, with JSON as AWS documents it.

use serde_json::{Value, json};

use crate::door::{Door, expect_refusal};

/// The sample of the developer guide's Fargate page.
fn sample() -> Value {
    json!({
        "family": "sample-fargate",
        "networkMode": "awsvpc",
        "containerDefinitions": [
            {
                "name": "fargate-app",
                "image": "public.ecr.aws/docker/library/httpd:latest",
                "portMappings": [{ "containerPort": 80, "hostPort": 80, "protocol": "tcp" }],
                "essential": true,
                "entryPoint": ["sh", "-c"],
                "command": ["/bin/sh -c \"httpd-foreground\""],
                "environment": [{ "name": "STAGE", "value": "test" }]
            }
        ],
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512"
    })
}

/// The sample with these fields instead of its own.
fn sample_with(fields: Value) -> Value {
    let mut input = sample();
    for (name, value) in fields.as_object().expect("fields") {
        input[name] = value.clone();
    }
    input
}

/// The sample whose container has these fields instead of its own.
fn sample_with_container(fields: Value) -> Value {
    let mut input = sample();
    for (name, value) in fields.as_object().expect("fields") {
        input["containerDefinitions"][0][name] = value.clone();
    }
    input
}

fn without(mut input: Value, field: &str) -> Value {
    input.as_object_mut().expect("a structure").remove(field);
    input
}

#[track_caller]
fn refused(input: Value, message: &str, place: &str) {
    let error = Door::new().refused("RegisterTaskDefinition", input);
    expect_refusal(&error, "ClientException", message, place);
}

/// [CP-007] [CP-033] [CP-036] [CP-048]
#[test]
fn the_sample_of_the_guide_registers_and_is_described_with_its_defaults() {
    let mut door = Door::new();
    let output = door.ecs("RegisterTaskDefinition", sample());
    let definition = &output["taskDefinition"];
    assert_eq!(definition["taskDefinitionArn"], "arn:aws:ecs:us-east-1:123456789012:task-definition/sample-fargate:1");
    assert_eq!((&definition["revision"], &definition["status"]), (&json!(1), &json!("ACTIVE")));
    assert_eq!(definition["compatibilities"], json!(["EC2", "MANAGED_INSTANCES", "FARGATE"]));
    assert_eq!(definition["registeredAt"], "2026-01-05T09:00:00.000000+00:00");
    let container = &definition["containerDefinitions"][0];
    assert_eq!(container["command"], json!(["/bin/sh -c \"httpd-foreground\""]));
    assert_eq!(container["cpu"], 0);
    assert_eq!(container["volumesFrom"], json!([]));
    assert_eq!(container["portMappings"], json!([{ "containerPort": 80, "hostPort": 80, "protocol": "tcp" }]));

    let bare = json!({ "name": "web", "image": "httpd", "portMappings": [{ "containerPort": 80 }] });
    let output = door.ecs("RegisterTaskDefinition", sample_with(json!({ "containerDefinitions": [bare] })));
    let container = &output["taskDefinition"]["containerDefinitions"][0];
    assert_eq!(container["essential"], true);
    assert_eq!(container["portMappings"][0]["protocol"], "tcp");
    assert_eq!(container["portMappings"][0]["hostPort"], 80);
    assert_eq!(output["taskDefinition"]["revision"], 2);
}

/// [CP-037] [CA-002]
#[test]
fn sizes_may_be_written_in_vcpu_and_gb_and_are_described_as_numbers() {
    for (cpu, memory) in [("1 vCPU", "2 GB"), ("1vcpu", "2gb"), ("1024", "2048")] {
        let output = Door::new().ecs("RegisterTaskDefinition", sample_with(json!({ "cpu": cpu, "memory": memory })));
        let definition = &output["taskDefinition"];
        assert_eq!((&definition["cpu"], &definition["memory"]), (&json!("1024"), &json!("2048")), "{cpu} {memory}");
    }
    let output =
        Door::new().ecs("RegisterTaskDefinition", sample_with(json!({ "cpu": ".25 vCPU", "memory": ".5 GB" })));
    assert_eq!(output["taskDefinition"]["cpu"], "256");
}

/// [CP-039] [CP-040] [CP-046] [CA-001]
#[test]
fn fargate_has_only_the_sizes_of_its_table() {
    let none = "No Fargate configuration exists for given values.";
    for (cpu, memory, place) in [
        ("256", "4096", "memory"),
        ("512", "512", "memory"),
        ("1024", "2560", "memory"),
        ("8192", "17408", "memory"),
        ("300", "512", "cpu"),
        ("32768", "61440", "cpu"),
    ] {
        refused(sample_with(json!({ "cpu": cpu, "memory": memory })), none, place);
    }
    let error = Door::new().refused("RegisterTaskDefinition", sample_with(json!({ "memory": "4096" })));
    assert_eq!(error.help, "With cpu 256, memory may be 512, 1024 … 2048 MiB.");
    for (cpu, memory) in [("256", "2048"), ("4096", "30720"), ("8192", "61440"), ("16384", "122880")] {
        Door::new().ecs("RegisterTaskDefinition", sample_with(json!({ "cpu": cpu, "memory": memory })));
    }
}

/// [CP-046] [CP-047]
#[test]
fn a_size_that_is_missing_or_no_size_is_refused_in_aws_words() {
    refused(without(sample(), "cpu"), "Fargate requires that 'cpu' be defined at the task level.", "cpu");
    refused(without(sample(), "memory"), "Fargate requires that 'memory' be defined at the task level.", "memory");
    let invalid = |what: &str| {
        format!(
            "Invalid '{what}' setting for task. For more information, see the Troubleshooting section of the Amazon \
             ECS Developer Guide."
        )
    };
    refused(sample_with(json!({ "cpu": "one" })), &invalid("cpu"), "cpu");
    refused(sample_with(json!({ "cpu": "64" })), &invalid("cpu"), "cpu");
    refused(sample_with(json!({ "memory": "512 MB" })), &invalid("memory"), "memory");
}

/// [CP-041]
#[test]
fn containers_fit_into_the_task() {
    let message = "The 'memory' setting for container 'fargate-app' is greater than for the task.";
    refused(sample_with_container(json!({ "memory": 1024 })), message, "containerDefinitions[0].memory");
    let message = "The 'cpu' setting for container 'fargate-app' is greater than for the task.";
    refused(sample_with_container(json!({ "cpu": 257 })), message, "containerDefinitions[0].cpu");
    let two = |field: &str, each: u32| {
        let container = |name: &str| json!({ "name": name, "image": "httpd", field: each });
        sample_with(json!({ "containerDefinitions": [container("a"), container("b")] }))
    };
    for (field, whole, each) in [("cpu", "cpu", 200), ("memory", "memory", 300), ("memoryReservation", "memory", 300)] {
        let message = format!(
            "The sum of all container '{field}' values cannot be greater than the value of the task '{whole}'."
        );
        refused(two(field, each), &message, "containerDefinitions");
    }
    Door::new().ecs("RegisterTaskDefinition", two("cpu", 128));
}

/// [CP-042] [CP-047]
#[test]
fn container_memory_is_at_least_its_reservation_and_said_when_the_task_says_nothing() {
    let message = "Invalid setting for container 'fargate-app'. 'memory' must be greater than or equal to \
                   'memoryReservation'.";
    let input = sample_with_container(json!({ "memory": 128, "memoryReservation": 256 }));
    refused(input, message, "containerDefinitions[0].memory");
    let message = "Invalid 'memory' setting for container 'fargate-app'.";
    refused(sample_with_container(json!({ "memory": 5 })), message, "containerDefinitions[0].memory");
    let for_ec2 = without(without(sample(), "requiresCompatibilities"), "memory");
    let message = "Invalid setting for container 'fargate-app'. At least one of 'memory' or 'memoryReservation' must \
                   be specified.";
    refused(for_ec2, message, "containerDefinitions[0].memory");
}

/// [CP-048] [CP-050]
#[test]
fn fargate_has_no_network_mode_but_awsvpc() {
    let message = "Fargate only supports network mode ‘awsvpc’.";
    refused(sample_with(json!({ "networkMode": "bridge" })), message, "networkMode");
    refused(without(sample(), "networkMode"), message, "networkMode");
    // A definition for EC2 that Fargate could not run says so; one that it could run as well.
    let compatibilities = |fields: Value| {
        let registered = Door::new().ecs("RegisterTaskDefinition", sample_with(fields));
        registered["taskDefinition"]["compatibilities"].clone()
    };
    let for_ec2 = json!({ "requiresCompatibilities": ["EC2"], "networkMode": "bridge" });
    assert_eq!(compatibilities(for_ec2), json!(["EC2"]));
    let for_both = json!({ "requiresCompatibilities": ["EC2"] });
    assert_eq!(compatibilities(for_both), json!(["EC2", "MANAGED_INSTANCES", "FARGATE"]));
    let error =
        Door::new().refused("RegisterTaskDefinition", sample_with(json!({ "requiresCompatibilities": ["EXTERNAL"] })));
    assert_eq!(error.place, "requiresCompatibilities[0]");
}

/// [CP-047] [CP-051]
#[test]
fn a_host_port_is_the_container_port() {
    let mismatch = json!([{ "containerPort": 81 }, { "containerPort": 80, "hostPort": 8080 }]);
    let message = "When networkMode=awsvpc, the host ports and container ports in port mappings must match.";
    let place = "containerDefinitions[0].portMappings[1].hostPort";
    refused(sample_with_container(json!({ "portMappings": mismatch })), message, place);
    let mut for_ec2 = sample_with_container(json!({ "portMappings": mismatch }));
    for_ec2["networkMode"] = json!("host");
    for_ec2["requiresCompatibilities"] = json!(["EC2"]);
    let message = "When networkMode=host, the host ports and container ports in port mappings must match.";
    refused(for_ec2, message, place);
}

/// [CP-054]
#[test]
fn a_container_port_is_mapped_once_whatever_the_protocol() {
    let twice = json!([{ "containerPort": 53, "protocol": "tcp" }, { "containerPort": 53, "protocol": "udp" }]);
    let message = "The container port 53 is mapped twice.";
    let place = "containerDefinitions[0].portMappings[1].containerPort";
    refused(sample_with_container(json!({ "portMappings": twice })), message, place);
}

/// [CP-047] [CP-070] [IA-073] [IA-138]
#[test]
fn logs_and_private_images_need_their_options_and_a_role() {
    let logs = |options: Value| json!({ "logConfiguration": { "logDriver": "awslogs", "options": options } });
    let all = json!({ "awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs" });
    let missing = sample_with_container(logs(json!({ "awslogs-group": "/ecs/web" })));
    let message = "Log driver awslogs requires options: awslogs-region, awslogs-stream-prefix";
    refused(missing, message, "containerDefinitions[0].logConfiguration.options");
    let message = "Fargate requires task definition to have execution role ARN to support log driver awslogs.";
    refused(sample_with_container(logs(all.clone())), message, "executionRoleArn");
    let place = "containerDefinitions[0].logConfiguration.logDriver";
    let files = sample_with_container(json!({ "logConfiguration": { "logDriver": "json-file" } }));
    let message = "json-file is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]";
    refused(files, message, place);
    let splunk = sample_with_container(json!({ "logConfiguration": { "logDriver": "splunk" } }));
    refused(splunk, "The log driver splunk is not modelled by this simulator.", place);

    let image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/demo-app:1";
    let message = "Fargate requires task definition to have execution role ARN to support ECR images.";
    refused(sample_with_container(json!({ "image": image })), message, "executionRoleArn");

    let mut door = Door::new();
    door.role("ecsTaskExecutionRole");
    let mut input = sample_with_container(logs(all));
    input["executionRoleArn"] = json!("ecsTaskExecutionRole");
    let output = door.ecs("RegisterTaskDefinition", input.clone());
    let definition = &output["taskDefinition"];
    assert_eq!(definition["executionRoleArn"], "arn:aws:iam::123456789012:role/ecsTaskExecutionRole");
    let attributes = definition["requiresAttributes"].as_array().expect("a list");
    assert!(attributes.contains(&json!({ "name": "com.amazonaws.ecs.capability.logging-driver.awslogs" })));

    input["taskRoleArn"] = json!("arn:aws:iam::123456789012:role/gone");
    let error = door.refused("RegisterTaskDefinition", input);
    expect_refusal(&error, "ClientException", "Role is not valid", "taskRoleArn");
}

/// [CP-049]
#[test]
fn what_fargate_does_not_have_is_refused_by_name() {
    let container = "containerDefinitions[0]";
    for (field, value) in [
        ("disableNetworking", json!(true)),
        ("dnsSearchDomains", json!(["example.com"])),
        ("dnsServers", json!(["10.0.0.2"])),
        ("dockerSecurityOptions", json!(["no-new-privileges"])),
        ("extraHosts", json!([{ "hostname": "db", "ipAddress": "10.0.0.9" }])),
        ("links", json!(["db"])),
        ("privileged", json!(true)),
    ] {
        let message = format!("Fargate compatible task definitions do not support {field}");
        refused(sample_with_container(json!({ field: value })), &message, &format!("{container}.{field}"));
    }
    for (field, value) in [
        ("maxSwap", json!(10)),
        ("swappiness", json!(60)),
        ("sharedMemorySize", json!(64)),
        ("devices", json!([{ "hostPath": "/dev/fuse" }])),
        ("tmpfs", json!([{ "containerPath": "/tmp", "size": 64 }])),
    ] {
        let message = format!("Fargate compatible task definitions do not support {field}");
        let place = format!("{container}.linuxParameters.{field}");
        refused(sample_with_container(json!({ "linuxParameters": { field: value } })), &message, &place);
    }
    let added = |name: &str| json!({ "linuxParameters": { "capabilities": { "add": [name], "drop": ["MKNOD"] } } });
    let message = "Fargate tasks can only add the SYS_PTRACE capability, not NET_ADMIN.";
    refused(
        sample_with_container(added("NET_ADMIN")),
        message,
        &format!("{container}.linuxParameters.capabilities.add"),
    );
    Door::new().ecs("RegisterTaskDefinition", sample_with_container(added("SYS_PTRACE")));

    let gpu = sample_with_container(json!({ "resourceRequirements": [{ "type": "GPU", "value": "1" }] }));
    let message = "Tasks using the Fargate launch type do not support GPU resource requirements.";
    refused(gpu, message, &format!("{container}.resourceRequirements"));
    for (fields, what, place) in [
        (json!({ "ipcMode": "task" }), "ipcMode", "ipcMode"),
        (json!({ "placementConstraints": [{ "type": "memberOf" }] }), "constraints", "placementConstraints"),
        (
            json!({ "volumes": [{ "name": "v", "host": { "sourcePath": "/var" } }] }),
            "sourcePath",
            "volumes[0].host.sourcePath",
        ),
        (
            json!({ "volumes": [{ "name": "v", "dockerVolumeConfiguration": { "scope": "task" } }] }),
            "dockerVolumeConfiguration",
            "volumes[0].dockerVolumeConfiguration",
        ),
    ] {
        refused(sample_with(fields), &format!("Fargate compatible task definitions do not support {what}"), place);
    }
}

/// What AWS has and the simulator does not is never ignored.
#[test]
fn what_is_not_modelled_is_refused_where_it_stands() {
    let range = json!([{ "containerPort": 80, "containerPortRange": "8000-8010" }]);
    for (input, place) in [
        (
            sample_with_container(json!({ "portMappings": range })),
            "containerDefinitions[0].portMappings[0].containerPortRange",
        ),
        (
            sample_with_container(json!({ "secrets": [{ "name": "A", "valueFrom": "b" }] })),
            "containerDefinitions[0].secrets",
        ),
        (sample_with(json!({ "proxyConfiguration": { "containerName": "envoy" } })), "proxyConfiguration"),
        (sample_with(json!({ "enableFaultInjection": true })), "enableFaultInjection"),
    ] {
        let error = Door::new().refused("RegisterTaskDefinition", input);
        let message = "AWS has this field, but this simulator does not model it: leave it out";
        expect_refusal(&error, "ValidationException", message, place);
    }
    let off = json!({ "restartPolicy": { "enabled": false }, "secrets": [], "healthCheck": null });
    Door::new().ecs("RegisterTaskDefinition", sample_with_container(off));
    let error = Door::new().refused("RegisterTaskDefinition", sample_with(json!({ "famly": "typo" })));
    assert!(error.message.starts_with("unknown field `famly`"), "{error}");
}

/// [CP-002] The names of families and containers follow the same pattern as those of clusters.
#[test]
fn names_are_letters_digits_underscores_and_hyphens() {
    refused(sample_with(json!({ "family": "my family" })), "Family contains invalid characters.", "family");
    refused(sample_with(json!({ "family": "" })), "Family should not be null or empty.", "family");
    let place = "containerDefinitions[0].name";
    refused(sample_with_container(json!({ "name": "a b" })), "Container.name contains invalid characters.", place);
    refused(sample_with_container(json!({ "name": "" })), "Container.name should not be null or empty.", place);
    let message = "Container.image should not be null or empty.";
    refused(sample_with_container(json!({ "image": "" })), message, "containerDefinitions[0].image");
}

/// [CP-021] [CP-036]
#[test]
fn a_task_definition_has_one_to_ten_containers_with_different_names_one_of_them_essential() {
    let many = |count: usize| -> Value {
        let container = |index: usize| json!({ "name": format!("c{index}"), "image": "httpd" });
        sample_with(json!({ "containerDefinitions": (0..count).map(container).collect::<Vec<_>>() }))
    };
    refused(many(0), "Container list cannot be empty.", "containerDefinitions");
    refused(many(11), "Too many containers.", "containerDefinitions");
    Door::new().ecs("RegisterTaskDefinition", many(10));
    let mut twice = many(2);
    twice["containerDefinitions"][1]["name"] = json!("c0");
    let message = "Container names must be unique within a Task Definition.";
    refused(twice, message, "containerDefinitions[1].name");
    let message = "Task definition doesn't have any essential container.";
    refused(sample_with_container(json!({ "essential": false })), message, "containerDefinitions");
    let error = Door::new().refused(
        "RegisterTaskDefinition",
        sample_with_container(json!({ "environment": [{ "name": "LONG", "value": "x".repeat(65_536) }] })),
    );
    assert!(error.message.ends_with("Max allowed length is '65536' bytes."), "{error}");
}

/// [CP-061][TR-110][TR-111]
#[test]
fn a_container_has_two_minutes_at_most_to_stop() {
    let place = "containerDefinitions[0].stopTimeout";
    let message = "Granular stop timeout on container 'fargate-app' must be at least 2 seconds.";
    refused(sample_with_container(json!({ "stopTimeout": 1 })), message, place);
    let message = "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds.";
    refused(sample_with_container(json!({ "stopTimeout": 121 })), message, place);
    let mut door = Door::new();
    door.ecs("RegisterTaskDefinition", sample_with_container(json!({ "stopTimeout": 120 })));
    door.ecs("RegisterTaskDefinition", sample());
    let timeouts: Vec<u64> =
        door.world.ecs.definitions.iter().map(|(_, d)| d.containers[0].stop_timeout.as_secs()).collect();
    assert_eq!(timeouts, [120, 30], "30 s unless set");
}

/// [CP-072] [CP-074] [CA-008]
#[test]
fn platform_and_disk_are_kept() {
    let storage = |size: u32| sample_with(json!({ "ephemeralStorage": { "sizeInGiB": size } }));
    for size in [20, 201] {
        let message = "Ephemeral storage size must be between 21 and 200 GiB.";
        refused(storage(size), message, "ephemeralStorage.sizeInGiB");
    }
    let mut door = Door::new();
    door.ecs("RegisterTaskDefinition", sample());
    door.ecs("RegisterTaskDefinition", storage(21));
    let sizes: Vec<u32> = door.world.ecs.definitions.iter().map(|(_, d)| d.ephemeral_storage).collect();
    assert_eq!(sizes, [20, 21]);

    let intel = json!({ "cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX" });
    let output = door.ecs("RegisterTaskDefinition", sample_with(json!({ "runtimePlatform": intel })));
    assert_eq!(output["taskDefinition"]["runtimePlatform"], intel);
    let arm = sample_with(json!({ "runtimePlatform": { "cpuArchitecture": "ARM64" } }));
    let message = "The CPU architecture ARM64 is not modelled by this simulator.";
    refused(arm, message, "runtimePlatform.cpuArchitecture");
    let windows = sample_with(json!({ "runtimePlatform": { "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE" } }));
    let error = door.refused("RegisterTaskDefinition", windows);
    assert_eq!(error.place, "runtimePlatform.operatingSystemFamily");
}

/// [CP-247] [CP-033] [CP-034] [CP-035]
#[test]
fn revisions_count_on_whatever_became_of_the_earlier_ones() {
    let mut door = Door::new();
    for _ in 0..3 {
        door.ecs("RegisterTaskDefinition", sample());
    }
    let latest = |door: &mut Door, name: &str| {
        let output = door.ecs("DescribeTaskDefinition", json!({ "taskDefinition": name }));
        (output["taskDefinition"]["revision"].clone(), output["taskDefinition"]["status"].clone())
    };
    assert_eq!(latest(&mut door, "sample-fargate"), (json!(3), json!("ACTIVE")));
    let output = door.ecs("DeregisterTaskDefinition", json!({ "taskDefinition": "sample-fargate:3" }));
    assert_eq!(output["taskDefinition"]["status"], "INACTIVE");
    assert_eq!(output["taskDefinition"]["deregisteredAt"], "2026-01-05T09:00:00.000000+00:00");
    assert_eq!(latest(&mut door, "sample-fargate"), (json!(2), json!("ACTIVE")));
    assert_eq!(latest(&mut door, "sample-fargate:3"), (json!(3), json!("INACTIVE")));
    let arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/sample-fargate:1";
    assert_eq!(latest(&mut door, arn), (json!(1), json!("ACTIVE")));
    let output = door.ecs("RegisterTaskDefinition", sample());
    assert_eq!(output["taskDefinition"]["revision"], 4);

    let error = door.refused("DescribeTaskDefinition", json!({ "taskDefinition": "sample-fargate:9" }));
    expect_refusal(&error, "ClientException", "Unable to describe task definition.", "taskDefinition");
    let error = door.refused("DeregisterTaskDefinition", json!({ "taskDefinition": "sample-fargate" }));
    assert_eq!(error.code, "ClientException");
}

/// [CP-015] [CP-018]
#[test]
fn task_definitions_are_listed_by_family_and_revision() {
    let mut door = Door::new();
    for family in ["web", "api", "web"] {
        door.ecs("RegisterTaskDefinition", sample_with(json!({ "family": family })));
    }
    door.ecs("DeregisterTaskDefinition", json!({ "taskDefinition": "web:1" }));
    let mut list = |input: Value| -> Vec<String> {
        let output = door.ecs("ListTaskDefinitions", input);
        let arns = output["taskDefinitionArns"].as_array().expect("a list").clone();
        arns.iter().map(|arn| arn.as_str().and_then(|arn| arn.rsplit('/').next()).expect("an ARN").to_owned()).collect()
    };
    assert_eq!(list(json!({})), ["api:1", "web:2"]);
    assert_eq!(list(json!({ "sort": "DESC" })), ["web:2", "api:1"]);
    assert_eq!(list(json!({ "status": "INACTIVE" })), ["web:1"]);
    assert_eq!(list(json!({ "familyPrefix": "web", "maxResults": 1 })), ["web:2"]);
}

/// [CP-022]
#[test]
fn tags_are_described_when_they_are_asked_for() {
    let mut door = Door::new();
    let tags = json!([{ "key": "team", "value": "shop" }]);
    let output = door.ecs("RegisterTaskDefinition", sample_with(json!({ "tags": tags })));
    assert_eq!(output["tags"], tags);
    let describe = |door: &mut Door, include: Value| {
        let input = json!({ "taskDefinition": "sample-fargate", "include": include });
        door.ecs("DescribeTaskDefinition", input)["tags"].clone()
    };
    assert_eq!((describe(&mut door, json!(["TAGS"])), describe(&mut door, json!([]))), (tags, json!([])));
    let many: Vec<Value> = (0..51).map(|n| json!({ "key": format!("k{n}") })).collect();
    let error = door.refused("RegisterTaskDefinition", sample_with(json!({ "tags": many })));
    expect_refusal(&error, "InvalidParameterException", "The maximum number of tags for a resource is 50.", "tags");
}
