//! Who reaches whom: the default VPC, security groups and routes through the door, and what they let through.

use std::net::Ipv4Addr;

use serde_json::{Value, json};
use sim_core::world::Fact;
use sim_core::world::network::{Blocked, EniId, Peer, Service};

use crate::door::{Door, expect_refusal};

const CLIENT: Peer = Peer::Internet(Ipv4Addr::new(203, 0, 113, 9));

impl Door {
    /// Calls an operation of EC2 that succeeds.
    fn ec2(&mut self, operation: &str, input: Value) -> Value {
        self.call("ec2", operation, input).unwrap_or_else(|error| panic!("{operation}: {error} at {}", error.place))
    }

    /// Makes a security group.
    fn group(&mut self, name: &str) {
        self.ec2("create-security-group", json!({ "GroupName": name, "Description": "a group" }));
    }

    /// Lets TCP connections to port 80 into a group.
    fn open(&mut self, group: &str, source: Value) {
        let mut input = json!({ "GroupName": group, "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80 });
        input.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
        self.ec2("authorize-security-group-ingress", input);
    }

    /// Attaches an interface in a zone.
    fn attach(&mut self, zone: &str, groups: &[&str], public_ip: bool, description: &str) -> EniId {
        let subnet = self.world.network.subnet_named(zone).expect("a subnet");
        let named = |name: &&str| self.world.network.security_group_named(name).expect("a group");
        let groups: Vec<_> = groups.iter().map(named).collect();
        self.world.network.attach(subnet, &groups, public_ip, description).expect("a free address")
    }

    fn group_id(&self, name: &str) -> String {
        let group = self.world.network.security_group_named(name).expect("a group");
        self.world.network.groups[group].id.clone()
    }

    /// The latest fact.
    fn latest(&self) -> (sim_core::engine::FactId, Fact) {
        self.ctx.journal().iter().last().map(|(id, entry)| (id, entry.fact.clone())).expect("a fact")
    }
}

fn by(blocked: Result<(), Blocked>) -> String {
    blocked.expect_err("something is in the way").by.to_string()
}

/// [CA-016]
#[test]
fn a_fresh_account_has_a_default_vpc_with_a_subnet_in_each_of_three_zones() {
    let mut door = Door::new();
    let vpc = door.ec2("describe-vpcs", json!({ "Filters": [{ "Name": "is-default", "Values": ["true"] }] }));
    let vpc = &vpc["Vpcs"][0];
    assert_eq!((&vpc["CidrBlock"], &vpc["IsDefault"]), (&json!("172.31.0.0/16"), &json!(true)));
    let subnets = door.ec2("describe-subnets", json!({}));
    let shown: Vec<String> = subnets["Subnets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| {
            assert_eq!(s["VpcId"], vpc["VpcId"]);
            let text = |name: &str| s[name].as_str().map_or_else(|| s[name].to_string(), str::to_owned);
            ["AvailabilityZone", "AvailabilityZoneId", "CidrBlock", "AvailableIpAddressCount"].map(text).join(" ")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "us-east-1a use1-az1 172.31.0.0/20 4091",
            "us-east-1b use1-az2 172.31.16.0/20 4091",
            "us-east-1c use1-az3 172.31.32.0/20 4091",
        ]
    );
    let one = json!({ "SubnetIds": ["us-east-1b"] });
    assert_eq!(door.ec2("describe-subnets", one)["Subnets"][0]["CidrBlock"], "172.31.16.0/20");
    let groups = door.ec2("describe-security-groups", json!({}));
    assert_eq!(groups["SecurityGroups"].as_array().map(Vec::len), Some(1));
    assert_eq!(groups["SecurityGroups"][0]["GroupName"], "default");
}

#[test]
fn the_ids_of_the_default_vpc_belong_to_the_seed() {
    let (one, two) = (Door::new(), Door::new());
    assert_eq!(one.world.network.vpc, two.world.network.vpc);
    let mut account = one.world.account.clone();
    account.seed = 43;
    let other = sim_core::world::network::Network::new(&account);
    assert_ne!(one.world.network.vpc, other.vpc);
    assert!(one.world.network.vpc.starts_with("vpc-0") && one.world.network.vpc.len() == 21);
}

/// [IA-103] [IA-104] [IA-106]
#[test]
fn a_new_group_lets_everything_out_and_nothing_in() {
    let mut door = Door::new();
    door.group("app");
    door.group("caller");
    let app = door.attach("us-east-1a", &["app"], false, "app");
    let caller = door.attach("us-east-1b", &["caller"], false, "caller");
    let blocked = door.world.network.reach(Peer::Eni(caller), app, 80);
    let id = door.group_id("app");
    assert_eq!(by(blocked), format!("security group app ({id}): no inbound rule allows TCP 80 from caller"));
    door.open("app", json!({ "SourceSecurityGroupName": "caller" }));
    assert_eq!(door.world.network.reach(Peer::Eni(caller), app, 80), Ok(()));
    assert!(door.world.network.reach(Peer::Eni(caller), app, 81).is_err(), "no other port");
    assert!(door.world.network.reach(Peer::Eni(app), caller, 80).is_err(), "no other direction");
}

/// [IA-103] [IA-104] Each case: who may come in, and whether a caller with groups `caller` and `extra` at a private
/// address in us-east-1b does.
#[test]
fn a_rule_names_a_range_or_a_group_and_one_rule_is_enough() {
    let cases = [
        (json!({ "CidrIp": "0.0.0.0/0" }), true),
        (json!({ "CidrIp": "172.31.16.0/20" }), true),
        (json!({ "CidrIp": "172.31.0.0/20" }), false),
        (json!({ "SourceSecurityGroupName": "caller" }), true),
        (json!({ "SourceSecurityGroupName": "extra" }), true),
        (json!({ "SourceSecurityGroupName": "default" }), false),
        (json!({ "SourceSecurityGroupName": "app" }), false),
    ];
    for (source, wanted) in cases {
        let mut door = Door::new();
        for name in ["app", "caller", "extra", "closed"] {
            door.group(name);
        }
        let app = door.attach("us-east-1a", &["closed", "app"], false, "app");
        let caller = door.attach("us-east-1b", &["caller", "extra"], false, "caller");
        door.open("app", source.clone());
        assert_eq!(door.world.network.reach(Peer::Eni(caller), app, 80).is_ok(), wanted, "{source}");
    }
}

#[test]
fn members_of_the_default_group_reach_each_other() {
    let mut door = Door::new();
    let one = door.attach("us-east-1a", &["default"], false, "one");
    let two = door.attach("us-east-1b", &["default"], false, "two");
    assert_eq!(door.world.network.reach(Peer::Eni(one), two, 5432), Ok(()));
    assert!(door.world.network.reach(CLIENT, two, 5432).is_err());
}

/// [IA-104] [IA-108]
#[test]
fn what_may_not_go_out_does_not_arrive() {
    let mut door = Door::new();
    door.group("alb");
    door.group("task");
    door.open("task", json!({ "SourceSecurityGroupName": "alb" }));
    let alb = door.attach("us-east-1a", &["alb"], true, "alb");
    let task = door.attach("us-east-1a", &["task"], false, "task");
    assert_eq!(door.world.network.reach(Peer::Eni(alb), task, 80), Ok(()));
    let everything = json!({ "GroupId": "alb", "Protocol": "all", "Cidr": "0.0.0.0/0" });
    door.ec2("revoke-security-group-egress", everything);
    let blocked = door.world.network.reach(Peer::Eni(alb), task, 80).unwrap_err();
    let id = door.group_id("alb");
    assert_eq!(&*blocked.by, format!("security group alb ({id}): no outbound rule allows TCP 80 to task"));
    assert_eq!(blocked.because, Some(door.latest().0));
    let only = json!({ "GroupId": "alb", "Protocol": "tcp", "Port": "80-89", "SourceGroup": "task" });
    door.ec2("authorize-security-group-egress", only);
    assert_eq!(door.world.network.reach(Peer::Eni(alb), task, 80), Ok(()));
}

/// [IA-093] [IA-101] [IA-109]
#[test]
fn the_internet_reaches_an_interface_by_route_and_public_address_and_rule() {
    let mut door = Door::new();
    door.group("web");
    let hidden = door.attach("us-east-1a", &["web"], false, "hidden");
    let shown = door.attach("us-east-1a", &["web"], true, "shown");
    let id = door.group_id("web");
    let no_rule = format!("security group web ({id}): no inbound rule allows TCP 80 from 203.0.113.9");
    assert_eq!(by(door.world.network.reach(CLIENT, shown, 80)), no_rule);
    door.open("web", json!({ "CidrIp": "203.0.113.0/24" }));
    assert_eq!(door.world.network.reach(CLIENT, shown, 80), Ok(()));
    let elsewhere = Peer::Internet(Ipv4Addr::new(198, 51, 100, 7));
    assert!(door.world.network.reach(elsewhere, shown, 80).is_err());
    assert!(by(door.world.network.reach(CLIENT, hidden, 80)).ends_with("but it has no public IP address"));

    let all = json!({ "RouteTableId": "main", "DestinationCidrBlock": "0.0.0.0/0" });
    assert_eq!(door.ec2("delete-route", all), json!({}));
    let (latest, fact) = door.latest();
    assert!(matches!(&fact, Fact::RouteDeleted { destination, .. } if &**destination == "0.0.0.0/0"), "{fact:?}");
    let blocked = door.world.network.reach(CLIENT, shown, 80).unwrap_err();
    assert!(blocked.by.ends_with("(us-east-1a) has no route to an internet gateway"), "{}", blocked.by);
    assert_eq!(blocked.because, Some(latest));
    let way = json!({ "RouteTableId": "main", "DestinationCidrBlock": "203.0.113.0/25", "GatewayId": "igw" });
    assert_eq!(door.ec2("create-route", way), json!({ "Return": true }));
    assert_eq!(door.world.network.reach(CLIENT, shown, 80), Ok(()));
}

/// [CA-014] [IA-092] [IA-093] [IA-094] Each case: public address, route to the internet, what may go out, and what is
/// in the way to the registry.
#[test]
fn a_task_gets_to_aws_with_public_address_and_route_and_rule() {
    let tcp = |port: &str, cidr: &str| json!({ "GroupId": "task", "Protocol": "tcp", "Port": port, "Cidr": cidr });
    let cases = [
        (true, true, None, None),
        (false, true, None, Some("has a route to an internet gateway, but the task has no public IP address")),
        (true, false, None, Some("has no route to an internet gateway")),
        (false, false, None, Some("has no route to an internet gateway")),
        (true, true, Some(tcp("443", "0.0.0.0/0")), None),
        (true, true, Some(tcp("all", "0.0.0.0/0")), None),
        (true, true, Some(tcp("80", "0.0.0.0/0")), Some("no outbound rule allows TCP 443 to Amazon ECR")),
        (true, true, Some(tcp("443", "172.31.0.0/16")), Some("no outbound rule allows TCP 443 to Amazon ECR")),
    ];
    for (public_ip, route, egress, wanted) in cases {
        let mut door = Door::new();
        door.group("task");
        let task = door.attach("us-east-1a", &["task"], public_ip, "task");
        if !route {
            door.ec2("delete-route", json!({ "RouteTableId": "main", "DestinationCidrBlock": "0.0.0.0/0" }));
        }
        if let Some(egress) = &egress {
            door.ec2(
                "revoke-security-group-egress",
                json!({ "GroupId": "task", "Protocol": "-1", "Cidr": "0.0.0.0/0" }),
            );
            door.ec2("authorize-security-group-egress", egress.clone());
        }
        let found = door.world.network.egress(task, Service::EcrApi);
        match (found, wanted) {
            (Ok(()), None) => {}
            (Err(blocked), Some(end)) if blocked.by.ends_with(end) => {}
            (found, wanted) => panic!("{public_ip} {route} {egress:?}: {found:?} instead of {wanted:?}"),
        }
        for service in [Service::EcrDkr, Service::S3, Service::Logs, Service::PublicRegistry] {
            assert_eq!(door.world.network.egress(task, service).is_ok(), wanted.is_none(), "{service:?}");
        }
    }
}

/// [IA-140]
#[test]
fn a_revoked_rule_blocks_at_once_and_is_named_as_the_cause() {
    let mut door = Door::new();
    door.group("alb");
    door.group("task");
    door.open("task", json!({ "SourceSecurityGroupName": "alb" }));
    let alb = door.attach("us-east-1a", &["alb"], true, "alb");
    let task = door.attach("us-east-1a", &["task"], false, "task");
    assert_eq!(door.world.network.reach(Peer::Eni(alb), task, 80), Ok(()));
    let before = door.world.network.generation();
    let rule = json!({ "GroupName": "task", "Protocol": "tcp", "Port": 80, "SourceGroup": "alb" });
    let output = door.ec2("revoke-security-group-ingress", rule);
    assert_eq!(output["Return"], true);
    assert_eq!(output["RevokedSecurityGroupRules"][0]["ReferencedGroupInfo"]["GroupId"], door.group_id("alb"));
    assert!(door.world.network.generation() > before, "kept answers are no longer good");
    let group = door.world.network.security_group_named("task").unwrap();
    let (latest, fact) = door.latest();
    assert_eq!(fact, Fact::IngressRevoked { group, rule: "TCP 80 from alb".into() });
    assert_eq!(door.world.network.reach(Peer::Eni(alb), task, 80).unwrap_err().because, Some(latest));
}

#[test]
fn every_change_raises_the_generation() {
    let mut door = Door::new();
    let mut last = door.world.network.generation();
    let mut rises = |door: &Door, what: &str| {
        assert!(door.world.network.generation() > last, "{what}");
        last = door.world.network.generation();
    };
    let eni = door.attach("us-east-1a", &["default"], true, "one");
    rises(&door, "attach");
    door.open("default", json!({ "CidrIp": "0.0.0.0/0" }));
    rises(&door, "authorize");
    door.ec2("delete-route", json!({ "RouteTableId": "main", "DestinationCidrBlock": "0.0.0.0/0" }));
    rises(&door, "delete-route");
    door.ec2(
        "create-route",
        json!({ "RouteTableId": "main", "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw" }),
    );
    rises(&door, "create-route");
    door.world.network.detach(eni);
    rises(&door, "detach");
}

/// [CA-016] [CP-116] [IA-072]
#[test]
fn a_full_subnet_has_no_address_left_until_one_is_given_back() {
    let mut door = Door::new();
    let subnet = door.world.network.subnet_named("us-east-1a").unwrap();
    let mut addresses = std::collections::BTreeSet::new();
    let enis: Vec<EniId> = (0..4091)
        .map(|index| {
            let eni = door.attach("us-east-1a", &["default"], false, &format!("task {index}"));
            assert!(addresses.insert(door.world.network.eni(eni).private_ip), "no address twice");
            eni
        })
        .collect();
    assert_eq!(door.world.network.free_addresses(subnet), 0);
    let (first, last) = (Ipv4Addr::new(172, 31, 0, 4), Ipv4Addr::new(172, 31, 15, 254));
    assert_eq!((addresses.first(), addresses.last()), (Some(&first), Some(&last)), "five are AWS's own");
    let refused = door.world.network.attach(subnet, &[], true, "one more").unwrap_err();
    let id = &door.world.network.subnet(subnet).id;
    assert!(refused.to_string().starts_with(&format!(
        "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet \
         '{id}'"
    )));
    let gone = door.world.network.eni(enis[7]).private_ip;
    door.world.network.detach(enis[7]);
    door.world.network.detach(enis[7]);
    assert_eq!(door.world.network.free_addresses(subnet), 1, "a second release changes nothing");
    let next = door.attach("us-east-1a", &["default"], false, "one more");
    assert_eq!(door.world.network.eni(next).private_ip, gone);
    let released = by(door.world.network.reach(Peer::Eni(next), enis[7], 80));
    assert_eq!(released, format!("network interface {} is released", door.world.network.eni(enis[7]).id));
}

/// What an interface is called does not depend on what else there is.
#[test]
fn addresses_belong_to_their_owner_and_not_to_the_order_of_attachment() {
    let (mut one, mut two) = (Door::new(), Door::new());
    two.attach("us-east-1a", &["default"], true, "earlier");
    let (a, b) =
        (one.attach("us-east-1a", &["default"], true, "web"), two.attach("us-east-1a", &["default"], true, "web"));
    let (a, b) = (one.world.network.eni(a), two.world.network.eni(b));
    assert_eq!((&a.id, a.private_ip, a.public_ip, &a.mac), (&b.id, b.private_ip, b.public_ip, &b.mac));
    let again = one.attach("us-east-1a", &["default"], true, "web");
    let (again, first) = (one.world.network.eni(again), one.world.network.enis.iter().next().unwrap().1);
    assert!(again.id != first.id && again.private_ip != first.private_ip && again.public_ip != first.public_ip);
}

#[test]
fn a_group_is_described_as_it_was_made() {
    let mut door = Door::new();
    let created =
        door.ec2("create-security-group", json!({ "GroupName": "web", "Description": "front", "VpcId": "default" }));
    let id = created["GroupId"].as_str().unwrap().to_owned();
    assert!(id.starts_with("sg-0") && id.len() == 20, "{id}");
    assert_eq!(created["SecurityGroupArn"], format!("arn:aws:ec2:us-east-1:123456789012:security-group/{id}"));
    let permissions = json!([{
        "IpProtocol": "tcp",
        "FromPort": 80,
        "ToPort": 80,
        "IpRanges": [{ "CidrIp": "0.0.0.0/0", "Description": "everybody" }, { "CidrIp": "10.1.2.3/8" }],
        "UserIdGroupPairs": [{ "GroupId": "default" }],
        "Ipv6Ranges": [],
    }]);
    let output = door.ec2("authorize-security-group-ingress", json!({ "GroupId": id, "IpPermissions": permissions }));
    let rules = output["SecurityGroupRules"].as_array().unwrap();
    assert_eq!(rules.len(), 3, "each range and each group is a rule");
    assert_eq!(
        (&rules[0]["IpProtocol"], &rules[0]["FromPort"], &rules[0]["CidrIpv4"], &rules[0]["IsEgress"]),
        (&json!("tcp"), &json!(80), &json!("0.0.0.0/0"), &json!(false))
    );
    let shown = door.ec2("describe-security-groups", json!({ "GroupNames": ["web"] }));
    let group = &shown["SecurityGroups"][0];
    assert_eq!(
        group["IpPermissions"],
        json!([{
            "IpProtocol": "tcp",
            "FromPort": 80,
            "ToPort": 80,
            "IpRanges": [{ "CidrIp": "0.0.0.0/0", "Description": "everybody" }, { "CidrIp": "10.0.0.0/8" }],
            "UserIdGroupPairs": [{ "GroupId": door.group_id("default"), "UserId": "123456789012" }],
            "Ipv6Ranges": [],
            "PrefixListIds": [],
        }])
    );
    assert_eq!(group["IpPermissionsEgress"][0]["IpProtocol"], "-1");
    // What was described can be given back, and a rule can be taken by its id.
    let back = json!({ "GroupId": id, "IpPermissions": group["IpPermissions"] });
    let rule = rules[0]["SecurityGroupRuleId"].as_str().unwrap();
    door.ec2("revoke-security-group-ingress", json!({ "GroupId": id, "SecurityGroupRuleIds": [rule] }));
    assert!(door.call("ec2", "revoke-security-group-ingress", back).is_err(), "one of them is gone");
}

#[test]
fn the_public_address_of_an_interface_can_be_looked_up() {
    let mut door = Door::new();
    door.group("web");
    let shown = door.attach("us-east-1b", &["web", "default"], true, "demo/web#1");
    let hidden = door.attach("us-east-1b", &["default"], false, "demo/web#2");
    let (shown, hidden) = (door.world.network.eni(shown).clone(), door.world.network.eni(hidden).clone());
    let one = door.ec2("describe-network-interfaces", json!({ "NetworkInterfaceIds": [shown.id] }));
    let one = &one["NetworkInterfaces"][0];
    assert_eq!(one["Association"]["PublicIp"], shown.public_ip.unwrap().to_string());
    assert_eq!((&one["Description"], &one["AvailabilityZone"]), (&json!("demo/web#1"), &json!("us-east-1b")));
    assert_eq!(one["Groups"][0], json!({ "GroupId": door.group_id("web"), "GroupName": "web" }));
    let filters = json!([{ "Name": "group-name", "Values": ["def*"] }]);
    let both = door.ec2("describe-network-interfaces", json!({ "Filters": filters }));
    let ids: Vec<&Value> =
        both["NetworkInterfaces"].as_array().unwrap().iter().map(|eni| &eni["NetworkInterfaceId"]).collect();
    assert_eq!(ids, [&json!(shown.id), &json!(hidden.id)]);
    assert_eq!(both["NetworkInterfaces"][1].get("Association"), None);
    door.world.network.detach(sim_core::world::network::EniId::from_index(1));
    let gone = json!({ "NetworkInterfaceIds": [hidden.id] });
    let error = door.call("ec2", "describe-network-interfaces", gone).unwrap_err();
    let message = format!("The networkInterface ID '{}' does not exist", hidden.id);
    expect_refusal(&error, "InvalidNetworkInterfaceID.NotFound", &message, "NetworkInterfaceIds[0]");
}

#[test]
fn a_route_table_is_described_with_its_ways() {
    let mut door = Door::new();
    door.ec2(
        "create-route",
        json!({ "RouteTableId": "main", "DestinationCidrBlock": "198.51.100.0/24", "GatewayId": "igw" }),
    );
    let filters = json!([{ "Name": "association.main", "Values": ["true"] }]);
    let shown = door.ec2("describe-route-tables", json!({ "Filters": filters }));
    let table = &shown["RouteTables"][0];
    let gateway = &door.world.network.internet_gateway;
    assert_eq!(
        table["Routes"],
        json!([
            { "DestinationCidrBlock": "172.31.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active" },
            { "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway, "Origin": "CreateRouteTable", "State": "active" },
            { "DestinationCidrBlock": "198.51.100.0/24", "GatewayId": gateway, "Origin": "CreateRoute", "State": "active" },
        ])
    );
    assert_eq!(table["Associations"][0]["Main"], true);
    let none = json!([{ "Name": "route.gateway-id", "Values": ["nat-*"] }]);
    assert_eq!(door.ec2("describe-route-tables", json!({ "Filters": none })), json!({ "RouteTables": [] }));
}

#[test]
fn ec2_refuses_in_aws_words() {
    let mut door = Door::new();
    door.group("web");
    door.open("web", json!({ "CidrIp": "0.0.0.0/0" }));
    let vpc = door.world.network.vpc.clone();
    let table = door.ec2("describe-route-tables", json!({}))["RouteTables"][0]["RouteTableId"].clone();
    let table = table.as_str().unwrap();
    let rule = |group: &str, source: Value| {
        let mut input = json!({ "GroupName": group, "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80 });
        input.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
        input
    };
    let ingress = "authorize-security-group-ingress";
    let refusals = [
        (
            "create-security-group",
            json!({ "GroupName": "web", "Description": "twice" }),
            "InvalidGroup.Duplicate",
            format!("The security group 'web' already exists for VPC '{vpc}'"),
            "GroupName",
        ),
        (
            "create-security-group",
            json!({ "GroupName": "sg-x", "Description": "a name like an id" }),
            "InvalidParameterValue",
            "invalid value for parameter groupName: sg-x. Names may not be in the format sg-*".into(),
            "GroupName",
        ),
        (
            "create-security-group",
            json!({ "GroupName": "other", "Description": "elsewhere", "VpcId": "vpc-1" }),
            "InvalidVpcID.NotFound",
            "The vpc ID 'vpc-1' does not exist".into(),
            "VpcId",
        ),
        (
            "create-security-group",
            json!({ "GroupName": "other" }),
            "ValidationException",
            "missing field `Description`".into(),
            "",
        ),
        (
            ingress,
            rule("nobody", json!({ "CidrIp": "0.0.0.0/0" })),
            "InvalidGroup.NotFound",
            format!("The security group 'nobody' does not exist in default VPC '{vpc}'"),
            "GroupName",
        ),
        (
            ingress,
            json!({ "GroupId": "sg-0", "Protocol": "tcp", "Port": 80, "Cidr": "0.0.0.0/0" }),
            "InvalidGroup.NotFound",
            "The security group 'sg-0' does not exist".into(),
            "GroupId",
        ),
        (
            ingress,
            rule("web", json!({ "CidrIp": "0.0.0.0/0" })),
            "InvalidPermission.Duplicate",
            "the specified rule \"peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW\" already exists".into(),
            "",
        ),
        (
            ingress,
            rule("web", json!({ "CidrIp": "0.0.0.0" })),
            "InvalidParameterValue",
            "CIDR block 0.0.0.0 is malformed".into(),
            "IpRanges[0].CidrIp",
        ),
        (
            ingress,
            json!({ "GroupName": "web", "IpPermissions": [
                { "IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": [{ "GroupName": "who" }] }
            ]}),
            "InvalidGroup.NotFound",
            format!("The security group 'who' does not exist in default VPC '{vpc}'"),
            "IpPermissions[0].UserIdGroupPairs[0].GroupName",
        ),
        (
            ingress,
            rule("web", json!({ "CidrIp": "10.0.0.0/8", "ToPort": 79 })),
            "InvalidParameterValue",
            "Invalid value '80-79' for portRange. From is above to.".into(),
            "",
        ),
        (
            ingress,
            json!({ "GroupName": "web" }),
            "MissingParameter",
            "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.".into(),
            "",
        ),
        (
            "revoke-security-group-ingress",
            rule("web", json!({ "CidrIp": "10.0.0.0/8" })),
            "InvalidPermission.NotFound",
            "The specified rule does not exist in this security group.".into(),
            "",
        ),
        (
            "create-route",
            json!({ "RouteTableId": "main", "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw" }),
            "RouteAlreadyExists",
            "The route identified by 0.0.0.0/0 already exists.".into(),
            "DestinationCidrBlock",
        ),
        (
            "create-route",
            json!({ "RouteTableId": "main", "DestinationCidrBlock": "10.0.0.0/8", "GatewayId": "igw-1" }),
            "InvalidGatewayID.NotFound",
            "The gateway ID 'igw-1' does not exist".into(),
            "GatewayId",
        ),
        (
            "delete-route",
            json!({ "RouteTableId": "rtb-1", "DestinationCidrBlock": "0.0.0.0/0" }),
            "InvalidRouteTableID.NotFound",
            "The routeTable ID 'rtb-1' does not exist".into(),
            "RouteTableId",
        ),
        (
            "delete-route",
            json!({ "RouteTableId": "main", "DestinationCidrBlock": "10.0.0.0/8" }),
            "InvalidRoute.NotFound",
            format!("no route with destination-cidr-block 10.0.0.0/8 in route table {table}"),
            "DestinationCidrBlock",
        ),
        (
            "delete-route",
            json!({ "RouteTableId": "main", "DestinationCidrBlock": "172.31.0.0/16" }),
            "InvalidParameterValue",
            "cannot remove local route 172.31.0.0/16 in route table".into(),
            "DestinationCidrBlock",
        ),
        (
            "describe-subnets",
            json!({ "SubnetIds": ["us-east-1a", "subnet-1"] }),
            "InvalidSubnetID.NotFound",
            "The subnet ID 'subnet-1' does not exist".into(),
            "SubnetIds[1]",
        ),
        (
            "describe-subnets",
            json!({ "Filters": [{ "Name": "color", "Values": ["red"] }] }),
            "InvalidParameterValue",
            "The filter 'color' is invalid".into(),
            "Filters[0].Name",
        ),
    ];
    let facts = door.ctx.journal().len();
    for (operation, input, code, message, place) in refusals {
        let error = door.call("ec2", operation, input).expect_err(operation);
        expect_refusal(&error, code, &message, place);
    }
    assert_eq!(door.ctx.journal().len(), facts, "what is refused changes nothing");
    assert!(door.call("ec2", ingress, json!({ "GroupName": "web", "Protcol": "tcp" })).is_err(), "no unknown members");
}
