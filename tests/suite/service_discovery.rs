//! AWS Cloud Map: namespaces and the services in them.

use serde_json::json;

use crate::door::{Door, expect_refusal};

const CLOUD_MAP: &str = "servicediscovery";

#[test]
fn a_namespace_is_made_described_and_deleted() {
    let mut door = Door::new();
    let begun =
        door.call(CLOUD_MAP, "CreateHttpNamespace", json!({ "Name": "prod", "Description": "the shop" })).unwrap();
    let operation = door.call(CLOUD_MAP, "GetOperation", json!({ "OperationId": begun["OperationId"] })).unwrap();
    let operation = &operation["Operation"];
    assert_eq!((&operation["Type"], &operation["Status"]), (&json!("CREATE_NAMESPACE"), &json!("SUCCESS")));
    let id = operation["Targets"]["NAMESPACE"].as_str().expect("the namespace's id").to_owned();
    assert!(id.starts_with("ns-") && id.len() == 19, "{id}");

    let listed = door.call(CLOUD_MAP, "ListNamespaces", json!({})).unwrap();
    let listed = &listed["Namespaces"][0];
    assert_eq!((&listed["Id"], &listed["Name"], &listed["Type"]), (&json!(id), &json!("prod"), &json!("HTTP")));
    assert_eq!(listed["Properties"]["HttpProperties"]["HttpName"], "prod");
    assert_eq!(door.call(CLOUD_MAP, "GetNamespace", json!({ "Id": id })).unwrap()["Namespace"]["ServiceCount"], 0);

    let error = door.call(CLOUD_MAP, "CreateHttpNamespace", json!({ "Name": "prod" })).unwrap_err();
    let message = "The namespace you're trying to create already exists: prod";
    expect_refusal(&error, "NamespaceAlreadyExists", message, "Name");

    door.call(CLOUD_MAP, "CreateService", json!({ "Name": "stock", "NamespaceId": id })).unwrap();
    let error = door.call(CLOUD_MAP, "DeleteNamespace", json!({ "Id": id })).unwrap_err();
    assert_eq!((error.code, error.help.as_str()), ("ResourceInUse", "Its services are: stock."));
    door.call(CLOUD_MAP, "DeleteService", json!({ "Id": "stock.prod" })).unwrap();
    door.call(CLOUD_MAP, "DeleteNamespace", json!({ "Id": id })).unwrap();
    let error = door.call(CLOUD_MAP, "GetNamespace", json!({ "Id": id })).unwrap_err();
    expect_refusal(&error, "NamespaceNotFound", "The specified namespace was not found.", "Id");

    // One of the same name is another one.
    door.call(CLOUD_MAP, "CreateHttpNamespace", json!({ "Name": "prod" })).unwrap();
    let again = door.call(CLOUD_MAP, "ListNamespaces", json!({})).unwrap();
    assert_ne!(again["Namespaces"][0]["Id"], json!(id));
}

#[test]
fn the_same_request_again_is_answered_as_before() {
    let mut door = Door::new();
    let input = json!({ "Name": "prod.local", "Vpc": "default", "CreatorRequestId": "a" });
    let first = door.call(CLOUD_MAP, "CreatePrivateDnsNamespace", input.clone()).unwrap();
    assert_eq!(door.call(CLOUD_MAP, "CreatePrivateDnsNamespace", input).unwrap(), first);
    let service = json!({
        "Name": "stock", "NamespaceId": "prod.local", "CreatorRequestId": "b",
        "DnsConfig": { "DnsRecords": [{ "Type": "A", "TTL": 60 }] }, "HealthCheckCustomConfig": { "FailureThreshold": 1 }
    });
    let first = door.call(CLOUD_MAP, "CreateService", service.clone()).unwrap();
    assert_eq!(door.call(CLOUD_MAP, "CreateService", service.clone()).unwrap(), first);
    let described = &first["Service"];
    assert_eq!(
        described["DnsConfig"],
        json!({
            "RoutingPolicy": "MULTIVALUE", "DnsRecords": [{ "Type": "A", "TTL": 60 }]
        })
    );
    assert_eq!((&described["Type"], &described["InstanceCount"]), (&json!("DNS_HTTP"), &json!(0)));
    let mut other = service;
    other["CreatorRequestId"] = json!("c");
    let error = door.call(CLOUD_MAP, "CreateService", other).unwrap_err();
    expect_refusal(&error, "ServiceAlreadyExists", "Service stock already exists.", "Name");
}

#[test]
fn what_makes_no_sense_is_refused_with_a_way_out() {
    for (operation, input, code, place) in [
        ("CreatePrivateDnsNamespace", json!({ "Name": "a b", "Vpc": "default" }), "InvalidInput", "Name"),
        ("CreatePrivateDnsNamespace", json!({ "Name": "-a", "Vpc": "default" }), "InvalidInput", "Name"),
        ("CreatePrivateDnsNamespace", json!({ "Name": "a", "Vpc": "vpc-1" }), "InvalidInput", "Vpc"),
        ("CreateHttpNamespace", json!({ "Name": "" }), "InvalidInput", "Name"),
        ("CreateService", json!({ "Name": "a" }), "InvalidInput", "NamespaceId"),
        ("CreateService", json!({ "Name": "a", "NamespaceId": "no" }), "NamespaceNotFound", "NamespaceId"),
        ("CreateService", json!({ "Name": "a", "NamespaceId": "dns" }), "InvalidInput", "DnsConfig"),
        ("CreateService", json!({ "Name": "a b", "NamespaceId": "web" }), "InvalidInput", "Name"),
        (
            "CreateService",
            json!({ "Name": "a", "NamespaceId": "web", "DnsConfig": { "DnsRecords": [{ "Type": "A", "TTL": 1 }] } }),
            "InvalidInput",
            "DnsConfig",
        ),
        (
            "CreateService",
            json!({ "Name": "a", "NamespaceId": "dns", "DnsConfig": { "DnsRecords": [] } }),
            "InvalidInput",
            "DnsConfig.DnsRecords",
        ),
        (
            "CreateService",
            json!({ "Name": "a", "NamespaceId": "dns", "DnsConfig": { "DnsRecords": [{ "Type": "AAAA", "TTL": 1 }] } }),
            "InvalidInput",
            "DnsConfig.DnsRecords[0].Type",
        ),
        ("GetOperation", json!({ "OperationId": "x" }), "OperationNotFound", "OperationId"),
        ("ListInstances", json!({ "ServiceId": "x" }), "ServiceNotFound", "ServiceId"),
        ("DiscoverInstances", json!({ "NamespaceName": "web", "ServiceName": "x" }), "ServiceNotFound", "ServiceName"),
        ("ListServices", json!({ "Filters": [{ "Name": "X", "Values": [] }] }), "InvalidInput", "Filters[0].Name"),
        ("ListNamespaces", json!({ "MaxResults": 1000 }), "InvalidInput", "MaxResults"),
    ] {
        let mut door = Door::new();
        door.call(CLOUD_MAP, "CreateHttpNamespace", json!({ "Name": "web" })).unwrap();
        door.call(CLOUD_MAP, "CreatePrivateDnsNamespace", json!({ "Name": "dns", "Vpc": "default" })).unwrap();
        let error = door.call(CLOUD_MAP, operation, input.clone()).unwrap_err();
        assert_eq!((error.code, error.place.as_str()), (code, place), "{operation} {input}");
    }
}

/// CreateCluster makes the namespace that it names; a namespace that is there is taken.
#[test]
fn a_cluster_has_a_namespace_of_its_own() {
    let mut door = Door::new();
    let input = json!({ "clusterName": "demo", "serviceConnectDefaults": { "namespace": "prod" } });
    let cluster = door.ecs("CreateCluster", input)["cluster"].clone();
    let namespaces = door.call(CLOUD_MAP, "ListNamespaces", json!({})).unwrap();
    let arn = &namespaces["Namespaces"][0]["Arn"];
    assert_eq!(cluster["serviceConnectDefaults"], json!({ "namespace": arn }));

    let input = json!({ "clusterName": "other", "serviceConnectDefaults": { "namespace": arn } });
    door.ecs("CreateCluster", input);
    assert_eq!(door.world.discovery.live_namespaces().count(), 1, "both have the same");

    let none = json!({ "cluster": "other", "serviceConnectDefaults": { "namespace": "" } });
    let cluster = door.ecs("UpdateCluster", none)["cluster"].clone();
    assert_eq!(cluster.get("serviceConnectDefaults"), None);

    let wrong = json!({ "cluster": "demo", "serviceConnectDefaults": { "namespace": "arn:aws:servicediscovery:x" } });
    let error = door.refused("UpdateCluster", wrong);
    let place = "serviceConnectDefaults.namespace";
    expect_refusal(&error, "NamespaceNotFoundException", "The specified namespace wasn't found.", place);
}
