//! Every suite.

mod application;
#[allow(dead_code, reason = "each suite uses its own part of the door")]
mod door;
mod ecs_api;
mod ecs_services;
mod ecs_tasks;
mod editor_schema;
mod iam;
mod images;
mod laws;
mod layering;
mod load_balancer;
mod network;
mod not_modelled;
mod operations;
mod page_types;
mod rules;
mod scenarios;
mod start;
mod task_definition;
mod traffic;
