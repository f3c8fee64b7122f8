//! Values where AWS is silent. Each can be set in the scenario's `[assume]` table.

use std::time::Duration;

/// Timings and rates that AWS does not publish.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assumptions {
    /// From the creation of a Fargate task to its ENI [median s]; 12 s [CA-039].
    pub fargate_provisioning: Duration,
    /// From the ENI to the start of the image pull [median s]; 8 s [CA-039].
    pub fargate_pending: Duration,
    /// From the end of the pull to started containers [median s]; 5 s [CA-039].
    pub container_start: Duration,
    /// From the end of a container to its next start, when its restart policy says so [s]; 1 s [CP-065].
    pub container_restart: Duration,
    /// Spread of the first three: the sigma of a log-normal distribution; 0.25 [CA-039].
    pub start_sigma: f64,
    /// Between the scheduler's looks at a service [s]; 10 s [CP-126].
    pub reconcile_interval: Duration,
    /// Between two comparisons of the zones of a steady service whose tasks are spread unevenly [s]; 300 s [CP-141].
    pub rebalance_interval: Duration,
    /// From leaving the containers to a released ENI [s]; 15 s [CP-083].
    pub eni_cleanup: Duration,
    /// From the loss of a task's host, or the end of its instance, to ECS knowing it [s]; 60 s [CA-169].
    pub host_loss_detection: Duration,
    /// From the launch of an EC2 instance to its state `running` [median s]; 17 s [CA-060].
    pub instance_pending: Duration,
    /// From there to its operating system [median s]; 10 s, as Amazon Linux 2023 takes [CA-060].
    pub instance_boot: Duration,
    /// From there to its registered agent [median s]; 12 s [CA-060].
    pub agent_start: Duration,
    /// From a change of an Auto Scaling group to the call that launches or terminates an instance [s]; 5 s [CA-060].
    pub group_reaction: Duration,
    /// From one attempt of a group to launch an instance that no zone has room for to the next [s]; 60 s [CA-070].
    pub group_retry: Duration,
    /// From the loss of an instance's power to the failed status check that its group acts on [s]; 300 s [CA-073].
    pub status_check: Duration,
    /// Between two looks for a place for the tasks that wait for an instance [s]; 15 s [CA-158].
    pub provisioning_retry: Duration,
    /// How long a task waits for an instance at least [s]; 600 s [CA-157].
    pub provisioning_wait_min: Duration,
    /// And at most: drawn for each task [s]; 1,800 s [CA-157].
    pub provisioning_wait_max: Duration,
    /// From a task handed to the agent of its instance to the start of the image pull [median s]; 1 s.
    pub agent_payload: Duration,
    /// How long attaching an ENI to an instance takes [s]; 5 s [CA-056].
    pub eni_attachment: Duration,
    /// The wait after the first task of a deployment that did not get to RUNNING; it doubles with each further one in a row [s];
    /// 60 s [CP-135].
    pub start_back_off: Duration,
    /// Between two attempts of an instance's agent to register [s]; 60 s [CP-225].
    pub registration_retry: Duration,
    /// For how long a placement that no instance is fit for is tried again at each look [s]; 50 s [CP-136].
    pub placement_retries: Duration,
    /// After that, between two attempts [s]; 300 s [CP-136].
    pub placement_pause: Duration,
    /// How long the periods are in which a task may use its CPU [s], none when it has an even share of it at every moment;
    /// none [CA-180].
    pub cpu_period: Option<Duration>,
    /// CPUs that the threads of a task on Fargate may run on at a time while there are periods [count], as many as the task
    /// has vCPU at least; 2 [CA-180].
    pub host_cpus: u32,
    /// What a task with task-level CPU weighs on a container instance against the other tasks there [units], none for its
    /// `cpu`; none [CA-182].
    pub limited_task_weight: Option<u32>,
    /// From the making of a cluster, a task definition, a service or a task to the first call of ECS that sees it [s]; 0 s
    /// [CP-012].
    pub api_visibility: Duration,
    /// A call between AWS services, such as ECS registering a target [s]; 0.1 s.
    pub internal_call: Duration,
    /// How long a target stays `Elb.RegistrationInProgress` [s]; 5 s [TR-144].
    pub target_registration: Duration,
    /// The same behind a Network Load Balancer [s]; 90 s [TR-144].
    pub nlb_registration: Duration,
    /// Answers of a target without which it is not compared with its peers [count]; 10 [TR-080].
    pub anomaly_answers: u32,
    /// By how much the share of failures of an anomalous target exceeds that of its peers; 0.1 [TR-080].
    pub anomaly_excess: f64,
    /// What an anomalous target gets of a full share while anomalies are mitigated; 0.01 [TR-081].
    pub anomaly_weight_min: f64,
    /// What a target that has recovered gets more of it, every five seconds; 0.1 [TR-081].
    pub anomaly_weight_step: f64,
    /// From the loss of a zone until its load balancers' nodes leave DNS, and back [s]; 30 s.
    pub node_failover: Duration,
    /// How long the node of a zone that was disabled answers those who still know its address [s]; 180 s [TR-164].
    pub node_removal: Duration,
    /// TCP connections that an Application Load Balancer has at a time, those to targets included [count]; no limit
    /// unless set [TR-151].
    pub connections_max: Option<u32>,
    /// The stop signal comes when a target begins to drain, not when it has; false [TR-157].
    pub sigterm_overlaps_draining: bool,
    /// From the creation of a load balancer to its state `active` [s]; 120 s.
    pub balancer_provisioning: Duration,
    /// How long a client waits for a connection to a load balancer [s]; 10 s.
    pub client_connect_timeout: Duration,
    /// From the attempt to its failure when a permission or an image is missing [s]; 5 s [IM-083].
    pub pull_refusal: Duration,
    /// From the attempt to its failure when there is no path to the service [s]; 15 s [IA-135].
    pub connect_failure: Duration,
    /// Authorisation token and manifest at the beginning of each pull [s]; 1 s [IM-029].
    pub pull_overhead: Duration,
    /// One download stream from the registry [bytes/s]; 60 MB/s [IM-029].
    pub stream_bandwidth: u64,
    /// Downloads at the same time [count]; 3 [IM-027].
    pub parallel_downloads: u32,
    /// Extraction of gzip layers with one vCPU or more [compressed bytes/s]; 25 MB/s [IM-030].
    pub extraction_rate: u64,
    /// vCPU that tasks on Fargate have at a time [count]; no limit unless set, and 6 in a new account [CP-031].
    pub fargate_vcpus: Option<u32>,
    /// Tasks that Fargate launches at once [count]; 100 or 25, as the Region has it, unless set [CP-030].
    pub fargate_burst: Option<u32>,
    /// Tasks that Fargate launches a second [count]; 20 or 5, as the Region has it, unless set [CP-030].
    pub fargate_rate: Option<u32>,
    /// From the end of a minute until alarms see its datapoints [s]; 60 s [SC-108].
    pub metric_delay: Duration,
    /// How long a rolling deployment with alarms is watched when all its tasks are replaced [s], none when it is derived from
    /// the alarms; none [SC-115].
    pub alarm_bake_time: Option<Duration>,
    /// How long after its time a schedule without a flexible window calls at most [s]: drawn anew each time, and AWS promises
    /// the minute; 0 s [CP-164].
    pub schedule_precision: Duration,
    /// From the refusal of a call that EventBridge makes to the next one [s]; it doubles each time; 1 s [CP-164].
    pub target_retry: Duration,
    /// What that doubles to at most [s]; 480 s, with which 185 retries take the 24 hours that AWS says [CP-164].
    pub target_retry_max: Duration,
    /// From a change of the tasks behind an endpoint of Service Connect until the proxies of those who call it know
    /// [s]; 5 s [CP-244].
    pub endpoint_propagation: Duration,
    /// How long a proxy of Service Connect waits for a connection to a host [s]; 5 s, as Envoy does [CP-242].
    pub proxy_connect_timeout: Duration,
    /// How long a host is left alone to which connections failed, the first time; each further time in a row it is as much
    /// longer [s]; 30 s [CP-242].
    pub proxy_ejection: Duration,
    /// What that grows to at most [s]; 300 s [CP-242].
    pub proxy_ejection_max: Duration,
    /// CPU time that the proxy of the task that is called takes for each request [s]: nobody has published a number, so
    /// none is taken unless set [CP-240].
    pub proxy_cpu: Duration,
    /// Between client and load balancer, there and back [s]; 20 ms.
    pub client_round_trip: Duration,
    /// Between load balancer and target, there and back [s]; 1 ms.
    pub target_round_trip: Duration,
    /// Round trips of a TLS handshake [count]; one where the listener's policy allows TLS 1.3, and two elsewhere, unless set
    /// [TR-168].
    pub tls_round_trips: Option<u8>,
}

impl Default for Assumptions {
    fn default() -> Self {
        Assumptions {
            fargate_provisioning: Duration::from_secs(12),
            fargate_pending: Duration::from_secs(8),
            container_start: Duration::from_secs(5),
            container_restart: Duration::from_secs(1),
            start_sigma: 0.25,
            reconcile_interval: Duration::from_secs(10),
            rebalance_interval: Duration::from_secs(300),
            eni_cleanup: Duration::from_secs(15),
            host_loss_detection: Duration::from_secs(60),
            instance_pending: Duration::from_secs(17),
            instance_boot: Duration::from_secs(10),
            agent_start: Duration::from_secs(12),
            group_reaction: Duration::from_secs(5),
            group_retry: Duration::from_secs(60),
            status_check: Duration::from_secs(300),
            provisioning_retry: Duration::from_secs(15),
            provisioning_wait_min: Duration::from_secs(600),
            provisioning_wait_max: Duration::from_secs(1800),
            agent_payload: Duration::from_secs(1),
            eni_attachment: Duration::from_secs(5),
            start_back_off: Duration::from_secs(60),
            registration_retry: Duration::from_secs(60),
            placement_retries: Duration::from_secs(50),
            placement_pause: Duration::from_secs(300),
            cpu_period: None,
            host_cpus: 2,
            limited_task_weight: None,
            api_visibility: Duration::ZERO,
            internal_call: Duration::from_millis(100),
            target_registration: Duration::from_secs(5),
            nlb_registration: Duration::from_secs(90),
            anomaly_answers: 10,
            anomaly_excess: 0.1,
            anomaly_weight_min: 0.01,
            anomaly_weight_step: 0.1,
            node_failover: Duration::from_secs(30),
            node_removal: Duration::from_secs(180),
            connections_max: None,
            sigterm_overlaps_draining: false,
            balancer_provisioning: Duration::from_secs(120),
            client_connect_timeout: Duration::from_secs(10),
            pull_refusal: Duration::from_secs(5),
            connect_failure: Duration::from_secs(15),
            pull_overhead: Duration::from_secs(1),
            stream_bandwidth: 60_000_000,
            parallel_downloads: 3,
            extraction_rate: 25_000_000,
            fargate_vcpus: None,
            fargate_burst: None,
            fargate_rate: None,
            metric_delay: Duration::from_secs(60),
            alarm_bake_time: None,
            schedule_precision: Duration::ZERO,
            target_retry: Duration::from_secs(1),
            target_retry_max: Duration::from_secs(480),
            endpoint_propagation: Duration::from_secs(5),
            proxy_connect_timeout: Duration::from_secs(5),
            proxy_ejection: Duration::from_secs(30),
            proxy_ejection_max: Duration::from_secs(300),
            proxy_cpu: Duration::ZERO,
            client_round_trip: Duration::from_millis(20),
            target_round_trip: Duration::from_millis(1),
            tls_round_trips: None,
        }
    }
}
