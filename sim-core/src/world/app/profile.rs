//! What the request path needs to know of an application, ready to be drawn from.

use std::time::Duration;

use super::{AppSpec, ClassId, Whom, Work};
use crate::world::Distribution;
use crate::world::traffic::{CallerId, DatabaseId};

/// A spec as the request path needs it.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    /// The place of the first of its classes among those of all applications: that of requests whose class it does not know.
    first: u32,
    /// That of health checks, which is the last of its own.
    pub check: u32,
    /// By the number of the class: how far from the first it is.
    by_class: Vec<u16>,
    /// What the classes need, one after the other.
    pub needs: Vec<NeedOf>,
    /// How long it keeps an idle connection open [ns].
    pub keep_alive: Option<u64>,
    /// From listening until it is warm [ns], and how many times as much CPU the first request takes.
    pub warm_up: Option<(u64, f64)>,
    /// Status when the queue is full.
    pub full_status: u16,
    /// CPU time of a health check [ns].
    pub check_cpu: u64,
}

/// What requests of a class take.
#[derive(Clone, Debug)]
pub(crate) struct ClassProfile {
    pub cpu: Distribution,
    pub wait: Distribution,
    pub memory: Distribution<u64>,
    pub bytes: Distribution<u64>,
    pub error_ratio: f64,
    pub crash_ratio: f64,
    pub status: u16,
    pub error_status: u16,
    /// Where its needs begin in the profile's list, and how many there are.
    pub needs: (u16, u8),
}

/// Somebody else who is needed.
#[derive(Clone, Debug)]
pub(crate) struct NeedOf {
    pub party: Party,
    pub optional: bool,
}

/// Who that is.
#[derive(Clone, Debug)]
pub(crate) enum Party {
    /// A database, and how long a query takes if not as the database says.
    Database(DatabaseId, Option<Distribution>),
    /// A service behind a load balancer.
    Service(CallerId),
    /// Somebody who is not there: it fails at once.
    Nobody,
}

impl Profile {
    /// The profile of an application, whose classes come to those of the others.
    pub fn new(
        spec: &AppSpec,
        classes: &mut Vec<ClassProfile>,
        parties: &mut dyn FnMut(&Whom) -> Party,
        mut class: impl FnMut(&str) -> ClassId,
    ) -> Profile {
        let health = Work {
            cpu: Distribution::constant(spec.health.cpu),
            status: spec.health.status,
            error_status: 503,
            bytes: Distribution::amount(0),
            needs: Vec::from_iter(
                spec.health
                    .database
                    .as_ref()
                    .map(|name| super::Need { whom: Whom::Database(name.clone(), None), optional: false }),
            ),
            ..Work::DEFAULT
        };
        let named = spec.classes.iter().map(|(_, work)| work);
        let mut profile = Profile {
            first: classes.len() as u32,
            check: 0,
            by_class: Vec::new(),
            needs: Vec::new(),
            keep_alive: spec.keep_alive.map(whole_nanos),
            warm_up: spec.warm_up.map(|warm_up| (whole_nanos(warm_up.takes), warm_up.factor)),
            full_status: spec.workers.map_or(503, |workers| workers.full_status),
            check_cpu: whole_nanos(spec.health.cpu),
        };
        for work in std::iter::once(&spec.request).chain(named).chain([&health]) {
            let needs = (profile.needs.len() as u16, work.needs.len() as u8);
            profile
                .needs
                .extend(work.needs.iter().map(|need| NeedOf { party: parties(&need.whom), optional: need.optional }));
            profile.check = classes.len() as u32;
            classes.push(ClassProfile {
                cpu: work.cpu.clone(),
                wait: work.wait.clone(),
                memory: work.memory.clone(),
                bytes: work.bytes.clone(),
                error_ratio: work.error_ratio,
                crash_ratio: work.crash_ratio,
                status: work.status,
                error_status: work.error_status,
                needs,
            });
        }
        for (place, (name, _)) in spec.classes.iter().enumerate() {
            let id = usize::from(class(name).0);
            if profile.by_class.len() <= id {
                profile.by_class.resize(id + 1, 0);
            }
            profile.by_class[id] = place as u16 + 1;
        }
        profile
    }

    /// The place of a class of requests.
    pub fn place(&self, class: ClassId) -> u32 {
        self.first + u32::from(self.by_class.get(usize::from(class.0)).copied().unwrap_or(0))
    }
}

fn whole_nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
