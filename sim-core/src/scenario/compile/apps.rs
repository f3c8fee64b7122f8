//! `[[world.app]]`: how containers behave.

use std::sync::Arc;

use super::Compiler;
use crate::scenario::data;
use crate::scenario::file::AppTable;
use crate::units::{Distributed, Unit};
use crate::world::Distribution;
use crate::world::app::{AppSpec, End};

impl Compiler<'_> {
    pub(super) fn app_spec(&mut self, index: usize, table: &AppTable) -> AppSpec {
        let mut spec = AppSpec::of(&table.container);
        let request = &table.request;
        let at = |key: &str| format!("world.app[{index}].{key}");
        spec.boot = self.distribution(&at("boot"), &table.boot).unwrap_or(spec.boot);
        spec.cpu = self.with_mean(&at("request.cpu"), &request.cpu).unwrap_or(spec.cpu);
        spec.wait = self.with_mean(&at("request.wait"), &request.wait).unwrap_or(spec.wait);
        spec.memory_per_request = request.memory.map_or(spec.memory_per_request, |bytes| bytes.0);
        spec.error_ratio = request.errors.map_or(spec.error_ratio, |ratio| ratio.of_one());
        spec.memory = table.memory.map_or(spec.memory, |bytes| bytes.0);
        spec.health.status = table.health_status.unwrap_or(spec.health.status);
        spec.health.cpu = table.health_cpu.map_or(spec.health.cpu, |span| span.0);
        spec.shutdown.takes = self.distribution(&at("shutdown"), &table.shutdown).unwrap_or(spec.shutdown.takes);
        spec.shutdown.ignores_sigterm = table.ignores_sigterm;
        spec.ends = self.distribution(&at("crash_after"), &table.crash_after).map(|after| End { after, code: 1 });
        spec
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
    fn with_mean<U: Unit>(&mut self, path: &str, written: &Option<Distributed<U>>) -> Option<Distribution<U::Value>> {
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
