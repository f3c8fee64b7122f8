//! What ECS refuses and no story tells of, in its words: a line for each validation. And that there is no other.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::door::Door;

/// A cluster `demo` with an instance that has joined it; `web` for Fargate and `main` for instances, a target group of each
/// type behind a listener.
fn account() -> Door {
    let mut door = crate::container_instances::door();
    let ports = json!([{ "containerPort": 80 }]);
    let container = json!([{ "name": "main", "image": "httpd", "memory": 64, "portMappings": ports }]);
    door.ecs("RegisterTaskDefinition", json!({ "family": "main", "containerDefinitions": container }));
    door.ecs(
        "RegisterTaskDefinition",
        json!({
            "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512", "containerDefinitions": container,
            "requiresCompatibilities": ["FARGATE", "EC2"]
        }),
    );
    let mut elb = |operation: &str, input: Value| {
        door.call("elbv2", operation, input).unwrap_or_else(|error| panic!("{operation}: {error} at {}", error.place))
    };
    elb("CreateLoadBalancer", json!({ "Name": "alb", "Subnets": ["us-east-1a", "us-east-1b"] }));
    for (name, kind, port) in [("by-ip", "ip", 80), ("other-ip", "ip", 81), ("by-instance", "instance", 82)] {
        elb("CreateTargetGroup", json!({ "Name": name, "Protocol": "HTTP", "Port": 80, "TargetType": kind }));
        let actions = json!([{ "Type": "forward", "TargetGroupArn": name }]);
        let listener = json!({ "LoadBalancerArn": "alb", "Protocol": "HTTP", "Port": port, "DefaultActions": actions });
        elb("CreateListener", listener);
    }
    door
}

/// Calls that are refused, one after the other: `Code at place: message`, and the way out if one is named.
struct Refusals {
    door: Door,
    lines: Vec<String>,
}

impl Refusals {
    fn new(door: Door) -> Refusals {
        Refusals { door, lines: Vec::new() }
    }

    fn see(&mut self, operation: &str, input: Value) {
        let error = self.door.refused(operation, input);
        let help = if error.help.is_empty() { String::new() } else { format!(" [{}]", error.help) };
        self.lines.push(format!("{} at {}: {}{help}", error.code, error.place, error.message));
    }

    /// An input of CreateService, with other fields.
    fn service(&mut self, fields: Value) {
        let input = json!({ "cluster": "demo", "serviceName": "new", "taskDefinition": "main", "desiredCount": 1 });
        self.see("CreateService", with(input, fields));
    }

    /// An input of RegisterTaskDefinition for instances, with other fields of its one container and of itself.
    fn definition(&mut self, of_container: Value, fields: Value) {
        let container = with(json!({ "name": "main", "image": "httpd", "memory": 64 }), of_container);
        let input = json!({ "family": "new", "containerDefinitions": [container] });
        self.see("RegisterTaskDefinition", with(input, fields));
    }

    fn text(&self) -> String {
        self.lines.join("\n")
    }
}

fn with(mut input: Value, fields: Value) -> Value {
    for (name, value) in fields.as_object().expect("fields") {
        input[name] = value.clone();
    }
    input
}

/// [CP-022]
#[test]
fn tags() {
    let mut it = Refusals::new(Door::new());
    let tags = |tags: Value| json!({ "clusterName": "new", "tags": tags });
    it.see("CreateCluster", tags(json!([{ "key": "", "value": "x" }])));
    it.see("CreateCluster", tags(json!([{ "key": "a", "value": "x" }, { "key": "k".repeat(129), "value": "x" }])));
    it.see("CreateCluster", tags(json!([{ "key": "a", "value": "v".repeat(257) }])));
    it.see("CreateCluster", tags(json!([{ "key": "AWS:mine", "value": "x" }])));
    it.see("CreateCluster", tags(json!([{ "key": "a", "value": "x" }, { "key": "a", "value": "y" }])));
    let many: Vec<Value> = (0..51).map(|n| json!({ "key": format!("k{n}"), "value": "" })).collect();
    it.see("CreateCluster", tags(json!(many)));
    it.see("TagResource", json!({ "resourceArn": "demo", "tags": [{ "key": "a", "value": "" }] }));
    let gone = "arn:aws:ecs:us-east-1:123456789012:cluster/gone";
    it.see("TagResource", json!({ "resourceArn": gone, "tags": [{ "key": "a", "value": "" }] }));
    assert_snapshot!(it.text(), @r#"
    InvalidParameterException at tags[0]: A tag has a key of 1 to 128 characters and a value of at most 256.
    InvalidParameterException at tags[1]: A tag has a key of 1 to 128 characters and a value of at most 256.
    InvalidParameterException at tags[0]: A tag has a key of 1 to 128 characters and a value of at most 256.
    InvalidParameterException at tags[0]: A tag key must not begin with aws:.
    InvalidParameterException at tags[1]: Duplicate tag keys found. Please note that Tag keys are case insensitive.
    InvalidParameterException at tags: The maximum number of tags for a resource is 50.
    InvalidParameterException at resourceArn: Invalid identifier: The identifier is not a valid ARN: demo [An ARN of ECS begins here with arn:aws:ecs:us-east-1:123456789012:: describe the resource to see it.]
    ResourceNotFoundException at resourceArn: The specified resource wasn't found.
    "#);
}

/// [CP-025] [CA-100] [CA-108] [CA-110]
#[test]
fn placement() {
    let mut it = Refusals::new(account());
    let member = |text: &str| json!({ "type": "memberOf", "expression": text });
    for constraints in [
        json!(vec![member("agentConnected == true"); 11]),
        json!([{ "type": "memberOf" }]),
        json!([member("zone is a")]),
        json!([member(&"x".repeat(2001))]),
        json!([{ "type": "distinctInstance", "expression": "agentConnected == true" }]),
    ] {
        it.service(json!({ "placementConstraints": constraints }));
    }
    for strategy in [
        json!(vec![json!({ "type": "random" }); 6]),
        json!([{ "type": "random", "field": "cpu" }]),
        json!([{ "type": "spread" }]),
        json!([{ "type": "spread", "field": "zone" }]),
        json!([{ "type": "binpack", "field": "disk" }]),
    ] {
        it.service(json!({ "placementStrategy": strategy }));
    }
    it.definition(json!({}), json!({ "placementConstraints": [{ "type": "distinctInstance" }] }));
    it.see("ListContainerInstances", json!({ "cluster": "demo", "filter": "zone is a" }));
    assert_snapshot!(it.text(), @r#"
    InvalidParameterException at placementConstraints: placement constraints can have at most 10 items.
    InvalidParameterException at placementConstraints[0].expression: memberOf needs an expression.
    InvalidParameterException at placementConstraints[0].expression: Invalid expression: a subject (attribute:<name>, agentConnected, agentVersion, ec2InstanceId, registeredAt, runningTasksCount, task:group) is wanted, not `zone` (character 1).
    InvalidParameterException at placementConstraints[0].expression: expression can have at most 2000 characters.
    InvalidParameterException at placementConstraints[0].expression: distinctInstance takes no expression.
    InvalidParameterException at placementStrategy: placement strategies can have at most 5 items.
    InvalidParameterException at placementStrategy[0].field: random takes no field.
    InvalidParameterException at placementStrategy[0].field: spread takes instanceId, host or attribute:<name>.
    InvalidParameterException at placementStrategy[0].field: spread takes instanceId, host or attribute:<name>.
    InvalidParameterException at placementStrategy[0].field: binpack takes cpu or memory.
    ClientException at placementConstraints[0].type: Task definitions take only placement constraints of the type memberOf.
    InvalidParameterException at filter: Invalid expression: a subject (attribute:<name>, agentConnected, agentVersion, ec2InstanceId, registeredAt, runningTasksCount, task:group) is wanted, not `zone` (character 1).
    "#);
}

/// [CP-041] [CP-042] [CP-051] [CP-054]
#[test]
fn task_definitions() {
    let mut it = Refusals::new(account());
    let port = |port: u32, host: Value| json!({ "portMappings": [{ "containerPort": port, "hostPort": host }] });
    it.definition(port(0, Value::Null), json!({}));
    it.definition(port(80, json!(8080)), json!({ "networkMode": "host" }));
    it.definition(port(80, Value::Null), json!({ "networkMode": "none" }));
    it.definition(json!({ "mountPoints": [{ "sourceVolume": "data", "containerPath": "/data" }] }), json!({}));
    it.definition(json!({ "resourceRequirements": [{ "type": "GPU", "value": "1" }] }), json!({}));
    it.definition(json!({}), json!({ "requiresCompatibilities": ["EXTERNAL"] }));
    it.definition(json!({}), json!({ "cpu": "64" }));
    it.definition(json!({}), json!({ "cpu": "200000" }));
    it.definition(json!({}), json!({ "memory": "much" }));
    let fargate = |more: Value| {
        with(
            json!({ "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512" }),
            more,
        )
    };
    it.definition(json!({}), fargate(json!({ "cpu": "300" })));
    it.definition(json!({}), fargate(json!({ "memory": "4096" })));
    it.definition(json!({}), fargate(json!({ "ipcMode": "task" })));
    it.definition(json!({}), fargate(json!({ "pidMode": "host" })));
    it.definition(
        json!({}),
        fargate(json!({ "placementConstraints": [{ "type": "memberOf", "expression": "agentConnected == true" }] })),
    );
    it.definition(json!({ "hostname": "box" }), fargate(json!({})));
    it.definition(json!({ "resourceRequirements": [{ "type": "GPU", "value": "1" }] }), fargate(json!({})));
    let long = json!({ "environment": [{ "name": "TEXT", "value": "x".repeat(65_536) }] });
    it.definition(long, json!({}));
    assert_snapshot!(it.text(), @r#"
    ClientException at containerDefinitions[0].portMappings[0].containerPort: Container port must be between 1 and 65535.
    ClientException at containerDefinitions[0].portMappings[0].hostPort: When networkMode=host, the host ports and container ports in port mappings must match.
    ClientException at containerDefinitions[0].portMappings: Port mappings are not supported when networkMode=none.
    ClientException at containerDefinitions[0].mountPoints[0].sourceVolume: Unknown volume 'data'.
    ClientException at containerDefinitions[0].resourceRequirements: GPUs are not modelled by this simulator. [Leave them out.]
    ClientException at requiresCompatibilities[0]: EXTERNAL and MANAGED_INSTANCES are not modelled by this simulator. [Use FARGATE or EC2.]
    ClientException at cpu: Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
    ClientException at cpu: Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
    ClientException at memory: Invalid 'memory' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
    ClientException at cpu: No Fargate configuration exists for given values. [cpu may be 256, 512, 1024, 2048, 4096, 8192, 16384.]
    ClientException at memory: No Fargate configuration exists for given values. [With cpu 256, memory may be 512, 1024 … 2048 MiB.]
    ClientException at ipcMode: Fargate compatible task definitions do not support ipcMode
    ClientException at pidMode: Fargate compatible task definitions do not support pidMode host
    ClientException at placementConstraints: Fargate compatible task definitions do not support constraints
    ClientException at containerDefinitions[0].hostname: hostname is not supported on container when networkMode=awsvpc.
    ClientException at containerDefinitions[0].resourceRequirements: Tasks using the Fargate launch type do not support GPU resource requirements.
    ClientException at : Actual length: '65822'. Max allowed length is '65536' bytes.
    "#);
}

/// [CA-116] [CP-014]
#[test]
fn instances_and_their_attributes() {
    let mut it = Refusals::new(account());
    let put = |attributes: Value| json!({ "cluster": "demo", "attributes": attributes });
    let attribute = |name: &str, value: &str| json!({ "name": name, "value": value, "targetId": "instance#1" });
    it.see("PutAttributes", put(json!([])));
    it.see("PutAttributes", put(json!(vec![attribute("a", "b"); 11])));
    it.see("PutAttributes", put(json!([attribute("bad name", "x")])));
    it.see("PutAttributes", put(json!([attribute("stack", " x")])));
    it.see("PutAttributes", put(json!([{ "name": "stack" }])));
    it.see("PutAttributes", put(json!([{ "name": "stack", "targetId": "instance#7" }])));
    it.see("ListAttributes", json!({ "cluster": "demo", "targetType": "container-instance", "attributeValue": "x" }));
    it.see("DescribeContainerInstances", json!({ "cluster": "demo", "containerInstances": [] }));
    it.see("DescribeContainerInstances", json!({ "cluster": "demo", "containerInstances": vec!["x"; 101] }));
    it.see("DeregisterContainerInstance", json!({ "cluster": "demo", "containerInstance": "x" }));
    assert_snapshot!(it.text(), @r#"
    InvalidParameterException at attributes: attributes must have 1 to 10 items.
    InvalidParameterException at attributes: attributes must have 1 to 10 items.
    InvalidParameterException at attributes[0].name: Attribute names have 1 to 128 letters, numbers, -, _, /, \ and periods.
    InvalidParameterException at attributes[0].value: Attribute values have 1 to 128 letters, numbers, spaces and -_.@/\:
    InvalidParameterException at attributes[0].targetId: targetId cannot be empty.
    TargetNotFoundException at attributes[0].targetId: The target instance#7 was not found. [The cluster has instance#1.]
    InvalidParameterException at attributeValue: attributeValue needs an attributeName.
    InvalidParameterException at containerInstances: Container instances cannot be empty.
    InvalidParameterException at containerInstances: containerInstanceIds can have at most 100 items.
    InvalidParameterException at containerInstance: Referenced container instance not found. [The cluster has instance#1.]
    "#);
}

/// [CP-014] [CA-117]
#[test]
fn lists_and_pages() {
    let mut it = Refusals::new(account());
    it.see("ListTasks", json!({ "cluster": "demo", "maxResults": 0 }));
    it.see("ListTasks", json!({ "cluster": "demo", "maxResults": 101 }));
    it.see("ListTasks", json!({ "cluster": "demo", "nextToken": "no token" }));
    it.see("DescribeCapacityProviders", json!({ "maxResults": 11 }));
    it.see("DescribeCapacityProviders", json!({ "capacityProviders": vec!["x"; 101] }));
    it.see("DescribeServiceDeployments", json!({ "serviceDeploymentArns": [] }));
    it.see("DescribeServiceDeployments", json!({ "serviceDeploymentArns": vec!["x"; 21] }));
    it.see("DescribeServiceRevisions", json!({ "serviceRevisionArns": [] }));
    assert_snapshot!(it.text(), @r#"
    InvalidParameterException at maxResults: maxResults must be from 1 to 100.
    InvalidParameterException at maxResults: maxResults must be from 1 to 100.
    InvalidParameterException at nextToken: Invalid token.
    InvalidParameterException at maxResults: maxResults must be from 1 to 10.
    InvalidParameterException at capacityProviders: capacityProviders can have at most 100 items.
    InvalidParameterException at serviceDeploymentArns: serviceDeploymentArns cannot be empty.
    InvalidParameterException at serviceDeploymentArns: serviceDeploymentArns can have at most 20 items.
    InvalidParameterException at serviceRevisionArns: serviceRevisionArns cannot be empty.
    "#);
}

/// [CP-008] [CP-162] [CP-208] [CA-011] [TR-055]
#[test]
fn services_their_networks_and_load_balancers() {
    let mut it = Refusals::new(account());
    it.service(json!({ "clientToken": "t".repeat(37) }));
    it.service(json!({ "launchType": "EXTERNAL" }));
    it.service(json!({ "deploymentController": { "type": "EXTERNAL" } }));
    it.service(json!({ "deploymentController": { "type": "CODE_DEPLOY" } }));
    it.service(json!({ "enableExecuteCommand": true }));
    let by_zone = json!({ "type": "spread", "field": "instanceId" });
    it.service(json!({ "availabilityZoneRebalancing": "ENABLED", "placementStrategy": [by_zone] }));
    let mars = json!({ "awsvpcConfiguration": { "subnets": ["mars"] } });
    it.service(json!({ "taskDefinition": "web", "networkConfiguration": mars }));
    let network =
        |public: &str| json!({ "awsvpcConfiguration": { "subnets": ["us-east-1a"], "assignPublicIp": public } });
    let on_instances =
        json!({ "taskDefinition": "web", "launchType": "EC2", "networkConfiguration": network("ENABLED") });
    it.service(on_instances);
    let fargate = |more: Value| {
        with(
            json!({ "taskDefinition": "web", "launchType": "FARGATE", "networkConfiguration": network("DISABLED") }),
            more,
        )
    };
    it.service(fargate(json!({ "platformVersion": "1.0.0" })));
    let behind = |group: &str| json!([{ "targetGroupArn": group, "containerName": "main", "containerPort": 80 }]);
    it.service(fargate(json!({ "loadBalancers": behind("by-instance") })));
    it.service(json!({ "loadBalancers": behind("by-ip") }));
    let host = json!([{ "name": "main", "image": "httpd", "memory": 64, "portMappings": [{ "containerPort": 80 }] }]);
    it.door.ecs(
        "RegisterTaskDefinition",
        json!({ "family": "host", "networkMode": "host", "containerDefinitions": host }),
    );
    it.service(json!({ "taskDefinition": "host", "loadBalancers": behind("by-ip") }));
    let shifting = |alternate: &str, hooks: Value| {
        let mut balancers = behind("by-ip");
        balancers[0]["advancedConfiguration"] = json!({
            "alternateTargetGroupArn": alternate, "productionListenerRule": "alb:80", "roleArn": "role"
        });
        fargate(json!({
            "loadBalancers": balancers,
            "deploymentConfiguration": { "strategy": "BLUE_GREEN", "lifecycleHooks": hooks }
        }))
    };
    it.service(shifting("by-ip", json!([])));
    it.service(shifting("by-instance", json!([])));
    it.service(shifting("none", json!([])));
    let hook = json!([{
        "hookTargetArn": "arn:aws:lambda:us-east-1:123456789012:function:check", "roleArn": "role",
        "lifecycleStages": ["POST_SCALE_UP"], "timeoutConfiguration": { "timeoutInMinutes": 5 }
    }]);
    it.service(shifting("other-ip", hook));
    assert_snapshot!(it.text(), @r#"
    InvalidParameterException at clientToken: idempotency token longer than 36.
    InvalidParameterException at launchType: The launch types EXTERNAL and MANAGED_INSTANCES are not modelled by this simulator. [Say FARGATE or EC2.]
    InvalidParameterException at deploymentController.type: Deployment controllers other than ECS are not modelled by this simulator.
    InvalidParameterException at deploymentController.type: Deployment controllers other than ECS are not modelled by this simulator.
    InvalidParameterException at enableExecuteCommand: The service couldn't be created because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.
    InvalidParameterException at availabilityZoneRebalancing: Availability Zone rebalancing needs a placement strategy that spreads over attribute:ecs.availability-zone first, or none, and no constraint on that attribute.
    InvalidParameterException at networkConfiguration.awsvpcConfiguration.subnets[0]: Error retrieving subnet information for [mars]: The subnet ID 'mars' does not exist (ErrorCode: InvalidSubnetID.NotFound) [There are subnets in us-east-1a, us-east-1b, us-east-1c.]
    InvalidParameterException at networkConfiguration.awsvpcConfiguration.assignPublicIp: Assign public IP is not supported for this launch type.
    InvalidParameterException at platformVersion: The platform version 1.0.0 does not exist, or is not modelled by this simulator. [Use LATEST or 1.4.0.]
    InvalidParameterException at loadBalancers[0].targetGroupArn: The provided target group arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/by-instance/da87fa9ed0021eda has target type instance, which is incompatible with the awsvpc network mode specified in the task definition. [Create the target group with the target type ip.]
    InvalidParameterException at loadBalancers[0].targetGroupArn: The provided target group arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/by-ip/f1593853d553667f has target type ip, which is incompatible with the bridge network mode specified in the task definition. [Create the target group with the target type instance.]
    InvalidParameterException at loadBalancers[0].targetGroupArn: The provided target group arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/by-ip/f1593853d553667f has target type ip, which is incompatible with the host network mode specified in the task definition. [Create the target group with the target type instance.]
    InvalidParameterException at loadBalancers[0].advancedConfiguration.alternateTargetGroupArn: The alternate target group must be another one than the target group.
    InvalidParameterException at loadBalancers[0].advancedConfiguration.alternateTargetGroupArn: The alternate target group must have the target type of the target group.
    InvalidParameterException at loadBalancers[0].advancedConfiguration.alternateTargetGroupArn: The specified target group does not exist.
    InvalidParameterException at deploymentConfiguration.lifecycleHooks[0].timeoutConfiguration: A timeout of a hook that asks a function is not modelled by this simulator.
    "#);
}

/// [CP-186] [CP-199] [CP-194] [CP-211]
#[test]
fn deployments() {
    let mut it = Refusals::new(account());
    for configuration in [
        json!({ "alarms": { "enable": true, "rollback": true, "alarmNames": [] } }),
        json!({ "strategy": "BLUE_GREEN", "alarms": { "enable": true, "rollback": false, "alarmNames": ["a"] } }),
        json!({ "earlySuccessCriteria": { "enable": true, "healthyPercent": 101 } }),
        json!({ "minimumHealthyPercent": 90, "earlySuccessCriteria": { "enable": true, "healthyPercent": 80 } }),
        json!({ "strategy": "CANARY", "earlySuccessCriteria": { "enable": true } }),
        json!({ "bakeTimeInMinutes": 5 }),
        json!({ "lifecycleHooks": [{ "lifecycleStages": ["POST_SCALE_UP"], "hookTargetArn": "arn:aws:lambda:us-east-1:123456789012:function:check", "roleArn": "role" }] }),
    ] {
        it.service(json!({ "deploymentConfiguration": configuration }));
    }
    it.door.ecs(
        "CreateService",
        json!({ "cluster": "demo", "serviceName": "web", "taskDefinition": "main", "desiredCount": 1 }),
    );
    let listed = it.door.ecs("ListServiceDeployments", json!({ "cluster": "demo", "service": "web" }));
    let arn = listed["serviceDeployments"][0]["serviceDeploymentArn"].clone();
    it.see("StopServiceDeployment", json!({ "serviceDeploymentArn": "gone" }));
    it.see("StopServiceDeployment", json!({ "serviceDeploymentArn": arn, "stopType": "ABORT" }));
    it.see("ContinueServiceDeployment", json!({ "serviceDeploymentArn": "gone", "hookId": "x" }));
    it.see("ContinueServiceDeployment", json!({ "serviceDeploymentArn": arn, "hookId": "x" }));
    it.see("UpdateService", json!({ "cluster": "demo", "service": "web", "enableExecuteCommand": true }));
    assert_snapshot!(it.text(), @r#"
    InvalidParameterException at deploymentConfiguration.alarms.alarmNames: alarmNames cannot be empty when alarms are enabled. [Name at least one.]
    InvalidParameterException at deploymentConfiguration.alarms.rollback: Deployment alarms without rollback are modelled for the strategy ROLLING only. [Set rollback to true.]
    InvalidParameterException at deploymentConfiguration.earlySuccessCriteria.healthyPercent: healthyPercent must be from 0 to 100.
    InvalidParameterException at deploymentConfiguration.earlySuccessCriteria.healthyPercent: healthyPercent must be greater than or equal to minimumHealthyPercent, which is 90.
    InvalidParameterException at deploymentConfiguration.earlySuccessCriteria: Early success criteria can be used only with the strategy ROLLING.
    InvalidParameterException at deploymentConfiguration.bakeTimeInMinutes: bakeTimeInMinutes needs a strategy with stages: BLUE_GREEN, LINEAR or CANARY. That of the strategy ROLLING is derived from its alarms.
    InvalidParameterException at deploymentConfiguration.lifecycleHooks: Lifecycle hooks need a strategy with stages: BLUE_GREEN, LINEAR or CANARY.
    ServiceDeploymentNotFoundException at serviceDeploymentArn: Service deployment not found.
    InvalidParameterException at stopType: The stop type ABORT is not modelled by this simulator. [Use ROLLBACK: AWS does not say what ABORT does.]
    ServiceDeploymentNotFoundException at serviceDeploymentArn: Service deployment not found.
    InvalidParameterException at hookId: The service deployment does not wait for an action on the hook x. [It waits at no hook.]
    InvalidParameterException at enableExecuteCommand: The service couldn't be updated because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.
    "#);
}

/// [CP-024] [CP-160]
#[test]
fn tasks() {
    let mut it = Refusals::new(account());
    let run =
        |count: u32| json!({ "cluster": "demo", "taskDefinition": "main", "count": count, "clientToken": "once" });
    it.door.ecs("RunTask", run(1));
    let error = it.door.refused("RunTask", run(2));
    let (_, task) = it.door.world.ecs.tasks.iter().next().expect("it runs");
    let expected = format!("The clientToken was used with other parameters before. resourceIds: {}", task.arn);
    assert_eq!((error.code, error.message), ("ConflictException", expected));
    it.see("RunTask", json!({ "cluster": "demo", "taskDefinition": "main", "enableExecuteCommand": true }));
    it.see("RunTask", json!({ "cluster": "demo", "taskDefinition": "main", "propagateTags": "SERVICE" }));
    let exec = |command: &str, interactive: bool| json!({ "cluster": "demo", "task": "x", "command": command, "interactive": interactive });
    it.see("ExecuteCommand", exec("ls", false));
    it.see("ExecuteCommand", exec("", true));
    it.see("ExecuteCommand", exec("ls", true));
    let uuid = it.door.world.ecs.tasks.iter().next().expect("it runs").1.uuid.clone();
    it.see("ExecuteCommand", with(exec("ls", true), json!({ "task": uuid, "container": "other" })));
    it.see("ExecuteCommand", with(exec("ls", true), json!({ "task": uuid })));
    assert_snapshot!(it.text(), @r#"
    InvalidParameterException at enableExecuteCommand: The execute command failed because a valid task role is not being used. Specify a valid task role in your task definition or as a task override and try again.
    InvalidParameterException at propagateTags: A standalone task has no service whose tags it could take over.
    InvalidParameterException at interactive: Interactive is the only mode supported currently.
    InvalidParameterException at command: command cannot be empty.
    InvalidParameterException at task: taskId length should be one of [32,36]
    InvalidParameterException at container: The container must be one of the task's, and be named when it has several. [The task has main.]
    InvalidParameterException at task: The execute command failed because execute command was not enabled when the task was run or the execute command agent isn't running. Wait and try again or run a new task with execute command enabled and try again.
    "#);
}

/// [CP-142] [CP-143]
#[test]
fn protection_that_cannot_be_given() {
    let mut door = account();
    let ran = door.ecs("RunTask", json!({ "cluster": "demo", "taskDefinition": "main" }));
    let alone = ran["tasks"][0]["taskArn"].clone();
    let input = json!({ "cluster": "demo", "tasks": [alone, "0".repeat(32)], "protectionEnabled": true });
    let answer = door.ecs("UpdateTaskProtection", input);
    let said = |failure: &Value| format!("{}: {}", failure["reason"], failure["detail"]);
    let failures: Vec<String> = answer["failures"].as_array().expect("failures").iter().map(said).collect();
    assert_snapshot!(failures.join("\n"), @r#"
    "TASK_NOT_VALID": "The task is not a running task of a service."
    "MISSING": null
    "#);
}

/// [CP-033]
#[test]
fn account_settings() {
    let mut it = Refusals::new(Door::new());
    let put = |name: &str, value: &str| json!({ "name": name, "value": value });
    it.see("PutAccountSetting", put("containerInsights", "loud"));
    it.see("PutAccountSetting", put("taskLongArnFormat", "disabled"));
    it.see("PutAccountSetting", put("guardDutyActivate", "on"));
    it.see(
        "PutAccountSetting",
        with(put("containerInsights", "disabled"), json!({ "principalArn": "arn:aws:iam::123456789012:user/me" })),
    );
    it.see("ListAccountSettings", json!({ "value": "enabled" }));
    assert_snapshot!(it.text(), @r#"
    InvalidParameterException at value: The value "loud" is not valid: it must be one of enhanced, enabled, disabled.
    InvalidParameterException at value: This simulator behaves as with "enabled" and does not model "disabled". [Use enabled, or leave it as it is.]
    InvalidParameterException at value: guardDutyActivate is managed by AWS and cannot be changed.
    InvalidParameterException at principalArn: Only the account's own settings are modelled by this simulator. [Leave it out.]
    InvalidParameterException at value: When a value is specified, a name must be specified as well.
    "#);
}

/// [CA-119] [CA-152]
#[test]
fn capacity_providers() {
    let mut it = Refusals::new(crate::capacity_providers::door());
    it.door.ecs(
        "CreateCapacityProvider",
        crate::capacity_providers::input(json!({ "managedScaling": { "status": "ENABLED" } })),
    );
    it.see("DeleteCapacityProvider", json!({ "capacityProvider": "FARGATE" }));
    it.see("DeleteCapacityProvider", json!({ "capacityProvider": "nobody" }));
    it.see("CreateCluster", json!({ "clusterName": "new", "capacityProviders": vec!["cp"; 21] }));
    let none = json!({ "AutoScalingGroupName": "other", "MinSize": 0, "MaxSize": 0 });
    it.door.call("autoscaling", "UpdateAutoScalingGroup", none).expect("it is changed");
    let of_other = json!({ "autoScalingGroupArn": "other", "managedScaling": { "status": "ENABLED" } });
    it.see("CreateCapacityProvider", json!({ "name": "new", "autoScalingGroupProvider": of_other }));
    let mut empty = Refusals::new(Door::new());
    empty.see("CreateCapacityProvider", json!({ "name": "new", "autoScalingGroupProvider": of_other }));
    it.lines.append(&mut empty.lines);
    let two = json!([
        { "capacityProvider": "FARGATE", "weight": 1, "base": 1 }, { "capacityProvider": "FARGATE", "weight": 1, "base": 1 }
    ]);
    it.see(
        "CreateCluster",
        json!({ "clusterName": "new", "capacityProviders": ["FARGATE"], "defaultCapacityProviderStrategy": two }),
    );
    it.door.ecs("CreateCluster", json!({ "clusterName": "prod", "capacityProviders": ["cp"] }));
    let container = json!([{ "name": "main", "image": "httpd", "cpu": 10, "memory": 10 }]);
    it.door.ecs("RegisterTaskDefinition", json!({ "family": "main", "containerDefinitions": container }));
    let strategy = json!([{ "capacityProvider": "cp", "weight": 1 }]);
    let service = json!({ "cluster": "prod", "serviceName": "web", "taskDefinition": "main", "desiredCount": 1, "capacityProviderStrategy": strategy });
    it.door.ecs("CreateService", service);
    it.door.wait(Duration::from_secs(60));
    it.see(
        "PutClusterCapacityProviders",
        json!({ "cluster": "prod", "capacityProviders": [], "defaultCapacityProviderStrategy": [] }),
    );
    assert_snapshot!(it.text(), @r#"
    ClientException at capacityProvider: The specified capacity provider is reserved and cannot be deleted.
    ClientException at capacityProvider: The specified capacity provider does not exist. Specify a valid name or ARN and try again.
    InvalidParameterException at capacityProviders: A cluster can have at most 20 capacity providers.
    ClientException at autoScalingGroupProvider.autoScalingGroupArn: The maximum size of the Auto Scaling group must be greater than 0 for managed scaling.
    ClientException at autoScalingGroupProvider.autoScalingGroupArn: The specified Auto Scaling group ARN is invalid. Specify a valid Auto Scaling group and try again. [There is none: CreateAutoScalingGroup, or [[autoscaling.autoScalingGroup]], makes one.]
    InvalidParameterException at defaultCapacityProviderStrategy: Only one capacity provider in a strategy can have a base.
    ResourceInUseException at capacityProviders: The specified capacity provider is in use and cannot be removed. [Tasks or services of the cluster were placed by a strategy with cp.]
    "#);
}

/// [CP-240] [CP-243]
#[test]
fn service_connect() {
    use crate::service_connect::{door, offering, service};
    let alias = |port: u16, name: &str| json!([{ "port": port, "dnsName": name }]);
    let mut door = door();
    let first = json!([{ "portName": "http", "discoveryName": "taken", "clientAliases": alias(80, "taken") }]);
    door.ecs("CreateService", service("first", offering(first)));
    let host = json!([{ "name": "main", "image": "httpd", "memory": 64, "portMappings": [{ "containerPort": 80, "name": "http" }] }]);
    door.ecs(
        "RegisterTaskDefinition",
        json!({ "family": "host", "networkMode": "host", "containerDefinitions": host }),
    );
    let mut it = Refusals::new(door);
    let mut offer = |services: Value| it.see("CreateService", service("second", offering(services)));
    offer(json!([{ "portName": "x", "clientAliases": [{ "port": 1 }] }]));
    offer(json!([{ "portName": "http" }]));
    offer(json!([{ "portName": "http", "clientAliases": [{ "port": 1 }, { "port": 2 }] }]));
    offer(json!([{ "portName": "http", "clientAliases": [{ "port": 0 }] }]));
    offer(json!([{ "portName": "http", "ingressPortOverride": 0, "clientAliases": [{ "port": 1 }] }]));
    offer(json!([{ "portName": "http", "discoveryName": "Big", "clientAliases": [{ "port": 1 }] }]));
    offer(json!([{ "portName": "http", "discoveryName": "taken", "clientAliases": [{ "port": 1 }] }]));
    offer(json!([{ "portName": "http", "clientAliases": alias(80, "taken") }]));
    offer(json!([{ "portName": "http", "clientAliases": alias(80, "not a name") }]));
    offer(
        json!([{ "portName": "http", "clientAliases": alias(1, "a") }, { "portName": "raw", "clientAliases": alias(1, "a") }]),
    );
    offer(
        json!([{ "portName": "http", "clientAliases": alias(1, "a") }, { "portName": "http", "clientAliases": alias(2, "b") }]),
    );
    offer(
        json!([{ "portName": "raw", "clientAliases": [{ "port": 1 }], "timeout": { "perRequestTimeoutSeconds": 1 } }]),
    );
    it.see("CreateService", service("second", json!({ "enabled": true })));
    it.see("CreateService", service("second", json!({ "enabled": true, "namespace": "no" })));
    let on_host = json!({ "cluster": "demo", "serviceName": "second", "taskDefinition": "host", "launchType": "EC2", "desiredCount": 1 });
    let offered = json!([{ "portName": "http", "clientAliases": [{ "port": 1 }] }]);
    it.see("CreateService", with(on_host, json!({ "serviceConnectConfiguration": offering(offered.clone()) })));
    let shifting = json!({ "deploymentConfiguration": { "strategy": "BLUE_GREEN" } });
    it.see("CreateService", with(service("second", offering(offered)), shifting));
    let bare = json!([{ "name": "main", "image": "httpd", "memory": 64 }]);
    it.door.ecs(
        "RegisterTaskDefinition",
        json!({ "family": "bare", "networkMode": "bridge", "containerDefinitions": bare }),
    );
    let of_bare = json!({ "cluster": "demo", "serviceName": "second", "taskDefinition": "bare", "launchType": "EC2", "desiredCount": 1 });
    let nameless = offering(json!([{ "portName": "http", "clientAliases": [{ "port": 1 }] }]));
    it.see("CreateService", with(of_bare, json!({ "serviceConnectConfiguration": nameless })));
    it.see("CreateCluster", json!({ "clusterName": "new", "serviceConnectDefaults": { "namespace": "not a name" } }));
    let gone = "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-gone";
    it.see("CreateCluster", json!({ "clusterName": "new", "serviceConnectDefaults": { "namespace": gone } }));
    assert_snapshot!(it.text(), @r#"
    InvalidParameterException at serviceConnectConfiguration.services[0].portName: The portName x does not exist in the task definition web:1. [Its named port mappings are: http, raw.]
    InvalidParameterException at serviceConnectConfiguration.services[0].clientAliases: clientAliases has exactly 1 item, and there are 0. [Write clientAliases = [{ port = 80 }].]
    InvalidParameterException at serviceConnectConfiguration.services[0].clientAliases: clientAliases has exactly 1 item, and there are 2. [Write clientAliases = [{ port = 80 }].]
    InvalidParameterException at serviceConnectConfiguration.services[0].clientAliases[0].port: The port must be from 1 to 65535.
    InvalidParameterException at serviceConnectConfiguration.services[0].ingressPortOverride: The port must be from 1 to 65535.
    InvalidParameterException at serviceConnectConfiguration.services[0].discoveryName: A discovery name has up to 64 lowercase letters, numbers, underscores, and hyphens.
    InvalidParameterException at serviceConnectConfiguration.services[0].discoveryName: The discovery name taken is in use in the namespace already.
    InvalidParameterException at serviceConnectConfiguration.services[0].clientAliases[0]: The client alias taken:80 is in use in the namespace already. [The service first has it.]
    InvalidParameterException at serviceConnectConfiguration.services[0].clientAliases[0].dnsName: not a name is no valid DNS name.
    InvalidParameterException at serviceConnectConfiguration.services[1].clientAliases[0]: The client alias a:1 is given twice.
    InvalidParameterException at serviceConnectConfiguration.services[1].discoveryName: The discovery name http is given twice.
    InvalidParameterException at serviceConnectConfiguration.services[0].timeout.perRequestTimeoutSeconds: perRequestTimeoutSeconds needs an appProtocol of the port mapping.
    InvalidParameterException at serviceConnectConfiguration.namespace: A namespace is required: the cluster has no default namespace. [Name one, or give the cluster serviceConnectDefaults.]
    NamespaceNotFoundException at serviceConnectConfiguration.namespace: The specified namespace wasn't found. [The namespaces are: prod.]
    InvalidParameterException at serviceConnectConfiguration.enabled: Service Connect is supported with the network modes awsvpc and bridge only.
    InvalidParameterException at serviceConnectConfiguration.services: Deployments that shift the traffic of Service Connect are not modelled by this simulator. [Use the strategy ROLLING.]
    InvalidParameterException at serviceConnectConfiguration.services[0].portName: The portName http does not exist in the task definition bare:1. [Give one of its port mappings a name.]
    InvalidParameterException at serviceConnectDefaults.namespace: The namespace name is invalid. [Use up to 1,024 printable characters.]
    NamespaceNotFoundException at serviceConnectDefaults.namespace: The specified namespace wasn't found.
    "#);
}

/// [CP-240] A namespace has three hundred services at most.
#[test]
fn a_namespace_that_is_full() {
    use crate::service_connect::{door, offering, service};
    let mut it = Refusals::new(door());
    for n in 0..=300 {
        let name = format!("s{n}");
        let alias = json!([{ "port": 80, "dnsName": name }]);
        let mut input =
            service(&name, offering(json!([{ "portName": "http", "discoveryName": name, "clientAliases": alias }])));
        input["desiredCount"] = json!(0);
        match n {
            300 => it.see("CreateService", input),
            _ => drop(it.door.ecs("CreateService", input)),
        }
    }
    assert_snapshot!(it.text(), @r#"
    InvalidParameterException at serviceConnectConfiguration.namespace: The namespace has 300 services already, which is the quota.
    "#);
}

/// [CP-245]
#[test]
fn service_registries() {
    use crate::dns_discovery::{door, service};
    let port = |name: &str, port: u16| json!([{ "registryArn": "srv", "containerName": name, "containerPort": port }]);
    let mut it = Refusals::new(door());
    let none = json!([{ "name": "main", "image": "httpd", "memory": 64 }]);
    it.door.ecs(
        "RegisterTaskDefinition",
        json!({ "family": "none", "networkMode": "none", "containerDefinitions": none }),
    );
    for (family, registries) in [
        ("web", json!([{ "registryArn": "no" }])),
        ("web", json!([{ "registryArn": "a" }, { "registryArn": "srv" }])),
        ("web", json!([{ "registryArn": "srv" }])),
        ("web", json!([{ "registryArn": "srv", "containerName": "main" }])),
        ("web", port("no", 80)),
        ("web", port("main", 81)),
        ("old", json!([{ "registryArn": "a" }])),
        ("old", json!([{ "registryArn": "srv", "port": 80 }])),
        ("none", json!([{ "registryArn": "srv", "port": 80 }])),
    ] {
        it.see("CreateService", service(family, registries));
    }
    assert_snapshot!(it.text(), @r#"
    InvalidParameterException at serviceRegistries[0].registryArn: The specified service registry does not exist. [Create it with aws servicediscovery create-service.]
    InvalidParameterException at serviceRegistries: service registries can have at most 1 items.
    InvalidParameterException at serviceRegistries[0].containerName: A service registry with SRV records needs containerName and containerPort, or a port.
    InvalidParameterException at serviceRegistries[0].containerName: Specify both containerName and containerPort, or neither.
    InvalidParameterException at serviceRegistries[0].containerName: The container no does not exist in the task definition.
    InvalidParameterException at serviceRegistries[0].containerPort: The container main did not have a container port 81 defined.
    InvalidParameterException at serviceRegistries[0].registryArn: A service registry with A records needs the network mode awsvpc. [Use a registry with SRV records only.]
    InvalidParameterException at serviceRegistries[0].port: port is for the network mode awsvpc, without containerName and containerPort.
    InvalidParameterException at serviceRegistries[0].registryArn: Service discovery needs a network mode other than none.
    "#);
}

/// The string literals of a Rust source in the order of their lines: where, what stands before, and the text.
fn literals(source: &str) -> Vec<(usize, &str, String)> {
    let mut found = Vec::new();
    let (mut line, mut at) = (1, 0);
    while let Some(next) = source[at..].find(['"', '/', '\'', '\n']).map(|next| at + next) {
        let rest = &source[next..];
        at = next + 1;
        if rest.starts_with('\n') {
            line += 1;
        } else if rest.starts_with("//") {
            at = next + rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("'\"'") {
            at = next + 3;
        } else if let Some(inside) = rest.strip_prefix('"') {
            let (mut text, mut chars) = (String::new(), inside.char_indices());
            let end = loop {
                match chars.next() {
                    None => return found,
                    Some((end, '"')) => break end,
                    Some((_, '\\')) => text.extend(chars.next().map(|(_, c)| c).filter(|&c| c != '\n')),
                    Some((_, c)) => text.push(c),
                }
            };
            found.push((line, &source[..next], one_line(&text)));
            line += rest[..end + 1].matches('\n').count();
            at = next + end + 2;
        }
    }
    found
}

/// Without line breaks and the spaces behind them.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The longest part of a format that is the same in each text made of it.
fn fixed_part(format: &str) -> &str {
    let parts = format.split('{').enumerate();
    let parts =
        parts.map(|(n, part)| if n == 0 { part } else { part.split_once('}').map_or(part, |(_, after)| after) });
    parts.max_by_key(|part| part.len()).unwrap_or_default().trim()
}

/// Each sentence with which ECS refuses something is seen by a test, word for word.
#[test]
fn every_refusal_is_seen_by_a_test() {
    let mut seen = String::new();
    for (folder, ending) in [("tests/suite", ".rs"), ("tests/suite", ".snap"), ("sim-cli/tests", ".rs")] {
        for (_, text) in tests::files_below(folder, ending) {
            seen += &one_line(&text.replace("\\\n", " ").replace("\\\"", "\""));
        }
    }
    for (_, text) in tests::files_below("sim-core/src", ".rs") {
        let tests = text.find("#[cfg(test)]").map_or("", |at| &text[at..]);
        seen += &one_line(&tests.replace("\\\n", " ").replace("\\\"", "\""));
    }
    let (mut sentences, mut unseen) = (0, Vec::new());
    for (path, text) in tests::files_below("sim-core/src/api/ecs", ".rs") {
        let code = &text[..text.find("#[cfg(test)]").unwrap_or(text.len())];
        for (line, before, sentence) in literals(code) {
            let before = before.trim_end();
            let way_out = [".help(", "help = ", "help(format!(", "help = format!(", ".expect("]
                .iter()
                .any(|it| before.ends_with(it.trim_end()));
            if way_out || !sentence.ends_with('.') || !sentence.contains(' ') {
                continue;
            }
            sentences += 1;
            if !seen.contains(fixed_part(&sentence)) {
                unseen.push(format!("{path}:{line}: {sentence}"));
            }
        }
    }
    assert!(sentences > 200, "only {sentences} sentences were found");
    assert!(unseen.is_empty(), "no test sees:\n{}", unseen.join("\n"));
}
