//! Every suite.

mod application;
mod applications_under_load;
mod billing;
mod callers;
mod content;
#[allow(dead_code, reason = "each suite uses its own part of the door")]
mod door;
mod ecs_api;
mod ecs_services;
mod ecs_tasks;
mod editor_schema;
mod expectations;
mod iam;
mod images;
mod laws;
mod layering;
mod listener_rules;
mod load_balancer;
mod network;
mod network_balancer;
mod network_flows;
mod not_modelled;
mod operations;
mod page_types;
mod queues;
mod rules;
mod scenarios;
mod scheduler;
mod start;
mod swarm;
mod target_choice;
mod task_definition;
mod traces;
mod traffic;
mod zone;
