//! `[[world.app]]` and `[[world.database]]`: how containers behave, and what they need.

use std::sync::Arc;

use super::Compiler;
use crate::scenario::app_table::{AppTable, DatabaseTable, NeedTable, RequestTable};
use crate::scenario::data;
use crate::scenario::traffic_table::{class_line, policy};
use crate::units::{Bytes, Distributed, Unit};
use crate::world::Distribution;
use crate::world::app::{AppSpec, End, Leak, Need, WarmUp, Whom, Work, Workers};
use crate::world::traffic::{NewClass, NewDatabase, Policy};

impl Compiler<'_> {
    pub(super) fn app_spec(&mut self, index: usize, table: &AppTable) -> AppSpec {
        let path = format!("world.app[{index}]");
        let mut spec = AppSpec::of(&table.container);
        spec.request = self.work(&format!("{path}.request"), &table.request);
        for (place, class) in table.class.iter().enumerate() {
            let work = self.work(&format!("{path}.class[{place}]"), &class.request);
            spec.classes.push((class.name.clone(), work));
        }
        let at = |key: &str| format!("{path}.{key}");
        spec.boot = self.distribution(&at("boot"), &table.boot).unwrap_or(spec.boot);
        spec.boot_cpu = self.distribution(&at("boot_cpu"), &table.boot_cpu).unwrap_or(spec.boot_cpu);
        spec.warm_up = table.warm_up.as_ref().map(|it| WarmUp { takes: it.takes.0, factor: it.factor.max(1.0) });
        spec.listens_on = table.listens_on;
        spec.workers = table.workers.as_ref().map(|it| Workers {
            count: it.count,
            queue: it.queue.unwrap_or(u32::MAX),
            full_status: it.full_status.unwrap_or(503),
        });
        spec.keep_alive = table.keep_alive.map(|span| span.0);
        spec.memory = table.memory.map_or(spec.memory, |bytes| bytes.0);
        let bytes = |written: Option<Bytes>| written.map_or(0, |bytes| bytes.0);
        spec.leak = table
            .leak
            .as_ref()
            .map_or(spec.leak, |it| Leak { per_request: bytes(it.per_request), per_hour: bytes(it.per_hour) });
        spec.health.status = table.health_status.unwrap_or(spec.health.status);
        spec.health.cpu = table.health_cpu.map_or(spec.health.cpu, |span| span.0);
        spec.health.fails_after = self.distribution(&at("health_fails_after"), &table.health_fails_after);
        spec.health.database.clone_from(&table.health_database);
        spec.shutdown.takes = self.distribution(&at("shutdown"), &table.shutdown).unwrap_or(spec.shutdown.takes);
        spec.shutdown.ignores_sigterm = table.ignores_sigterm;
        spec.shutdown.finishes_requests = table.finishes_requests;
        spec.shutdown.code = table.shutdown_code.map_or(spec.shutdown.code, i16::from);
        let exits = self.distribution(&at("exits_after"), &table.exits_after);
        let crashes = self.distribution(&at("crash_after"), &table.crash_after);
        let code = i16::from(table.exit_code.unwrap_or(0));
        spec.ends = exits.map(|after| End { after, code }).or(crashes.map(|after| End { after, code: 1 }));
        spec
    }

    /// What a request takes, as it is written at `path`.
    fn work(&mut self, path: &str, table: &RequestTable) -> Work {
        let usual = Work::DEFAULT;
        let at = |key: &str| format!("{path}.{key}");
        let needs = table.needs.iter().enumerate();
        let needs = needs.filter_map(|(place, need)| self.need(&at(&format!("needs[{place}]")), need)).collect();
        Work {
            cpu: self.with_mean(&at("cpu"), &table.cpu).unwrap_or(usual.cpu),
            wait: self.with_mean(&at("wait"), &table.wait).unwrap_or(usual.wait),
            needs,
            status: table.status.unwrap_or(usual.status),
            error_ratio: table.errors.map_or(usual.error_ratio, |ratio| ratio.of_one()),
            error_status: table.error_status.unwrap_or(usual.error_status),
            crash_ratio: table.crashes.map_or(usual.crash_ratio, |ratio| ratio.of_one()),
            bytes: self.with_mean(&at("payload"), &table.payload).unwrap_or(usual.bytes),
            memory: self.with_mean(&at("memory"), &table.memory).unwrap_or(usual.memory),
        }
    }

    /// Whom a need means; none when it says neither or both, which is said elsewhere.
    fn need(&mut self, path: &str, table: &NeedTable) -> Option<Need> {
        let query = self.with_mean(&format!("{path}.query"), &table.query);
        let whom = match (&table.database, &table.service) {
            (Some(database), None) => Whom::Database(database.clone(), query),
            (None, Some(service)) => {
                let name = table.class.clone().unwrap_or_default();
                let line = class_line(None, None, table.path.as_deref());
                let usual = Policy::of_application();
                let timeout = table.timeout.map(|span| span.0).or(usual.timeout);
                let keep_alive = table.keep_alive.map_or(usual.keep_alive, |span| span.0);
                let policy = policy(table.retry.as_ref(), Policy { timeout, keep_alive, ..usual }).into();
                Whom::Service { to: service.clone(), class: NewClass { name, share: 1, line }, policy }
            }
            _ => return None,
        };
        Some(Need { whom, optional: table.optional })
    }

    pub(super) fn database(&mut self, index: usize, table: &DatabaseTable) -> NewDatabase {
        let path = format!("world.database[{index}].query");
        NewDatabase {
            name: table.name.clone(),
            connections: table.connections,
            query: self.with_mean(&path, &Some(table.query.clone())).unwrap_or(Distribution::ZERO),
            connection_timeout: table.connection_timeout.map(|span| span.0),
        }
    }

    /// What is written at `path`, measured values read from their file; none when nothing is, or nothing can be read.
    pub(super) fn distribution<U: Unit>(
        &mut self,
        path: &str,
        written: &Option<Distributed<U>>,
    ) -> Option<Distribution<U::Value>> {
        let measured = match written.as_ref()? {
            Distributed::Known(distribution) => return Some(distribution.clone()),
            Distributed::Measured(measured) => measured,
        };
        let place = self.place(path);
        let key = format!("{} {measured:?}", U::SCHEMA[1]);
        if !self.measured.contains_key(&key) {
            let named = data::Named { path: &measured.file, skip_broken: measured.skip_broken, place };
            let mut reader = data::Reader { files: self.files, sources: self.sources, problems: &mut self.problems };
            let values = data::empirical::<U>(&mut reader, &named, measured).map(Arc::new);
            self.measured.insert(key.clone(), values);
        }
        self.measured.get(&key)?.clone().map(Distribution::empirical)
    }

    /// The same where an infinite mean makes no sense: work that never gets done on average.
    pub(super) fn with_mean<U: Unit>(
        &mut self,
        path: &str,
        written: &Option<Distributed<U>>,
    ) -> Option<Distribution<U::Value>> {
        let distribution = self.distribution(path, written)?;
        if distribution.mean().is_none() {
            let place = self.place(path);
            let message = "the mean of this distribution is infinite: no task could ever keep up with it";
            self.error("distribution", message, place, "").help =
                "let a Pareto distribution have a shape above 1, or a `max`".to_owned();
        }
        Some(distribution)
    }
}
