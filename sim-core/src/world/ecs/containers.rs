//! The order among the containers of a task: who may start, who never will, and who may stop.
//!
//! Pure: it looks at a task definition and at what became of its containers. The life of the task acts on it.

use super::{Container, ContainerState, HealthStatus};

/// Some containers of a task, by their places in its task definition, which has at most ten [CP-021].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Containers(u16);

impl Containers {
    /// All, however many there are.
    pub const ALL: Containers = Containers(u16::MAX);

    /// One.
    pub fn one(place: u16) -> Containers {
        Containers(1 << place)
    }

    /// Those whose places hold for `test`, of so many.
    pub fn of(count: usize, test: impl Fn(usize) -> bool) -> Containers {
        let places = (0..count.min(u16::BITS as usize)).filter(|&place| test(place));
        Containers(places.fold(0, |all, place| all | 1 << place))
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the container at this place is among them.
    pub fn has(self, place: usize) -> bool {
        self.0.checked_shr(place as u32).is_some_and(|bits| bits & 1 == 1)
    }

    /// These items, each with its place, whose places are among them.
    pub fn among<T>(self, items: &[T]) -> impl Iterator<Item = (usize, &T)> {
        items.iter().enumerate().filter(move |(place, _)| self.has(*place))
    }
}

/// `condition` of a dependency [CP-056][CP-254].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Condition {
    /// It has started.
    Start,
    /// It has ended, with whatever exit code.
    Complete,
    /// It has ended with 0.
    Success,
    /// Its health check has passed.
    Healthy,
}

/// What a container waits for before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The place of the container that it depends on.
    pub on: u16,
    /// What that must have come to.
    pub condition: Condition,
}

/// How a dependency stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outlook {
    Met,
    Open,
    Never,
}

impl Dependency {
    /// How it stands when the other container is in this state [CP-056][CP-058].
    fn outlook(self, other: &ContainerState) -> Outlook {
        let met = |met: bool| if met { Outlook::Met } else { Outlook::Open };
        match (self.condition, other.exit_code) {
            (Condition::Start, _) => met(other.started.is_some()),
            (Condition::Complete, code) => met(code.is_some()),
            (Condition::Success, Some(0)) => Outlook::Met,
            (Condition::Success | Condition::Healthy, Some(_)) => Outlook::Never,
            (Condition::Success, None) => Outlook::Open,
            (Condition::Healthy, None) => met(other.health == HealthStatus::Healthy),
        }
    }
}

/// Those that wait for nobody.
pub(crate) fn first(containers: &[Container]) -> Containers {
    Containers::of(containers.len(), |place| containers[place].depends_on.is_empty())
}

/// Those that waited for others and may start now.
pub(super) fn ready(containers: &[Container], states: &[ContainerState]) -> Containers {
    let met = |dependency: &Dependency| dependency.outlook(&states[usize::from(dependency.on)]) == Outlook::Met;
    Containers::of(containers.len(), |place| {
        let depends_on = &containers[place].depends_on;
        !depends_on.is_empty() && !states[place].called && depends_on.iter().all(met)
    })
}

/// A container that can never start, and the dependency that it fails for [CP-058].
pub(super) fn doomed(containers: &[Container], states: &[ContainerState]) -> Option<(usize, Dependency)> {
    let never = |dependency: &&Dependency| dependency.outlook(&states[usize::from(dependency.on)]) == Outlook::Never;
    let waiting = containers.iter().enumerate().filter(|&(place, _)| !states[place].called);
    waiting.filter_map(|(place, it)| Some((place, *it.depends_on.iter().find(never)?))).next()
}

/// A container that still waits for more than the start of the one at this place, and its dependency [CP-060].
pub(super) fn waits_for(containers: &[Container], states: &[ContainerState], on: u16) -> Option<(usize, Dependency)> {
    let open = |dependency: &&Dependency| {
        dependency.on == on
            && dependency.condition != Condition::Start
            && dependency.outlook(&states[usize::from(on)]) == Outlook::Open
    };
    let waiting = containers.iter().enumerate().filter(|&(place, _)| !states[place].called);
    waiting.filter_map(|(place, it)| Some((place, *it.depends_on.iter().find(open)?))).next()
}

/// Those that run, have not been told to stop, and that nobody who runs depends on: they are the next to be told
/// [CP-057].
pub(super) fn may_stop(containers: &[Container], states: &[ContainerState]) -> Containers {
    let needed = |on: usize| {
        let depends = |it: &Container| it.depends_on.iter().any(|dependency| usize::from(dependency.on) == on);
        containers.iter().zip(states).any(|(it, state)| state.runs() && depends(it))
    };
    Containers::of(containers.len(), |place| {
        let state = &states[place];
        state.runs() && !state.told_to_stop && !needed(place)
    })
}
