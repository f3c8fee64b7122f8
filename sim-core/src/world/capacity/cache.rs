//! The images that a container instance keeps, and when they go.
//!
//! Clean-up runs at fixed times; what it would have done is worked out when somebody looks, so that an idle instance costs
//! nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::engine::Time;
use crate::world::ecr::Image;
use crate::world::ecs::TaskId;

/// `ECS_IMAGE_PULL_BEHAVIOR` [CP-234].
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum PullBehavior {
    /// Pull; when that fails, take what is there.
    Default,
    /// Pull; when that fails, so does the task.
    Always,
    /// Pull only what was not pulled here before.
    Once,
    /// Take what is there; pull only when there is none.
    PreferCached,
}

/// When images go [CP-238].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CleanUp {
    /// `ECS_DISABLE_IMAGE_CLEANUP` is not set.
    pub enabled: bool,
    /// `ECS_IMAGE_CLEANUP_INTERVAL`; 30 minutes unless set.
    pub interval: Duration,
    /// `ECS_IMAGE_MINIMUM_CLEANUP_AGE`: for how long an image stays after it was pulled; an hour unless set.
    pub age: Duration,
    /// `ECS_NUM_IMAGES_DELETE_PER_CYCLE` [count]; 5 unless set.
    pub images: u32,
    /// `ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION`: for how long containers of a stopped task hold their image; 3 hours
    /// unless set [CP-237].
    pub task_wait: Duration,
}

impl Default for CleanUp {
    fn default() -> Self {
        CleanUp {
            enabled: true,
            interval: Duration::from_secs(1800),
            age: Duration::from_secs(3600),
            images: 5,
            task_wait: Duration::from_secs(3 * 3600),
        }
    }
}

/// An image on an instance.
#[derive(Clone, Debug)]
struct Kept {
    /// As the task definition says it.
    reference: String,
    image: Image,
    pulled: Time,
    used: Time,
    /// Tasks whose containers hold it.
    holders: BTreeSet<TaskId>,
    /// Until when those of tasks that have stopped do.
    held_until: Time,
}

/// The images of one instance.
#[derive(Clone, Debug, Default)]
pub(super) struct ImageCache {
    kept: Vec<Kept>,
    /// When it was last cleaned up.
    cleaned: Option<Time>,
}

impl ImageCache {
    /// Everything that is there.
    pub(super) fn images(&self) -> impl Iterator<Item = &Image> {
        self.kept.iter().map(|kept| &kept.image)
    }

    /// The image that a reference means here.
    pub(super) fn find(&self, reference: &str) -> Option<&Image> {
        self.kept.iter().find(|kept| kept.reference == reference).map(|kept| &kept.image)
    }

    /// A container of this image is made for a task: it is there from now on, and held.
    pub(super) fn hold(&mut self, task: TaskId, reference: &str, image: &Image, pulled: bool, now: Time) {
        match self.kept.iter_mut().find(|kept| kept.reference == reference) {
            Some(kept) => {
                if pulled {
                    (kept.image, kept.pulled) = (image.clone(), now);
                }
                kept.used = now;
                kept.holders.insert(task);
            }
            None => self.kept.push(Kept {
                reference: reference.to_owned(),
                image: image.clone(),
                pulled: now,
                used: now,
                holders: BTreeSet::from([task]),
                held_until: now,
            }),
        }
    }

    /// A task has stopped: its containers hold their images for some time yet [CP-237].
    pub(super) fn release(&mut self, task: TaskId, clean_up: &CleanUp, now: Time) {
        for kept in &mut self.kept {
            if kept.holders.remove(&task) {
                kept.held_until = kept.held_until.max(now + clean_up.task_wait);
            }
        }
    }

    /// What clean-ups have removed since the last look: in each the least recently used images that are old enough and that
    /// no container holds [CP-238].
    pub(super) fn clean(&mut self, clean_up: &CleanUp, since: Time, now: Time) {
        let mut last = self.cleaned.unwrap_or(since);
        while clean_up.enabled
            && !clean_up.interval.is_zero()
            && last + clean_up.interval <= now
            && !self.kept.is_empty()
        {
            last += clean_up.interval;
            for _ in 0..clean_up.images {
                let goes = |kept: &&Kept| {
                    kept.holders.is_empty()
                        && last >= kept.held_until
                        && last.since(kept.pulled) > clean_up.age
                        && kept.used <= last
                };
                let Some(oldest) = self.kept.iter().filter(goes).min_by_key(|kept| (kept.used, kept.pulled)) else {
                    break;
                };
                let reference = oldest.reference.clone();
                self.kept.retain(|kept| kept.reference != reference);
            }
        }
        if self.kept.is_empty() && !clean_up.interval.is_zero() {
            // Nothing was left to remove: the rhythm goes on.
            let cycles = now.since(last).as_nanos() / clean_up.interval.as_nanos();
            last = last.after_nanos((cycles * clean_up.interval.as_nanos()) as u64);
        }
        self.cleaned = Some(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(name: &str) -> Image {
        Image::new(&crate::world::Account::default(), name, "1", &[10_000_000])
    }

    fn at(minutes: u64) -> Time {
        Time::ZERO + Duration::from_secs(60 * minutes)
    }

    fn names(cache: &ImageCache) -> Vec<&str> {
        cache.kept.iter().map(|kept| kept.reference.as_str()).collect()
    }

    /// [CP-237] [CP-238] A stopped task's containers hold their image for three hours; after that the next clean-up, every
    /// half an hour, takes it.
    #[test]
    fn an_image_goes_three_hours_after_its_last_container() {
        let (rules, mut cache) = (CleanUp::default(), ImageCache::default());
        cache.hold(TaskId::from_index(0), "web", &image("web"), true, at(5));
        cache.clean(&rules, at(0), at(600));
        assert_eq!(names(&cache), ["web"], "a running container holds it");
        cache.release(TaskId::from_index(0), &rules, at(610));
        cache.clean(&rules, at(0), at(789));
        assert_eq!(names(&cache), ["web"], "610 + 180 minutes are not over");
        cache.clean(&rules, at(0), at(809));
        assert_eq!(names(&cache), ["web"], "the next clean-up is at 810");
        cache.clean(&rules, at(0), at(810));
        assert!(names(&cache).is_empty());
    }

    /// [CP-238] Five at a time, the least recently used first, none that was pulled within the hour.
    #[test]
    fn a_clean_up_takes_five_images_the_least_recently_used_first() {
        let rules = CleanUp { task_wait: Duration::from_secs(1), ..CleanUp::default() };
        let mut cache = ImageCache::default();
        for number in 0..7 {
            let (task, name) = (TaskId::from_index(number as u32), number.to_string());
            cache.hold(task, &name, &image(&name), true, at(number));
            cache.release(task, &rules, at(number));
        }
        cache.hold(TaskId::from_index(9), "fresh", &image("fresh"), true, at(50));
        cache.release(TaskId::from_index(9), &rules, at(50));
        cache.clean(&rules, at(0), at(90));
        assert_eq!(names(&cache), ["5", "6", "fresh"]);
        cache.clean(&rules, at(0), at(119));
        assert_eq!(names(&cache), ["5", "6", "fresh"]);
        cache.clean(&rules, at(0), at(120));
        assert!(names(&cache).is_empty());
        let kept = CleanUp { enabled: false, ..rules };
        cache.hold(TaskId::from_index(0), "0", &image("0"), true, at(121));
        cache.release(TaskId::from_index(0), &kept, at(121));
        cache.clean(&kept, at(0), at(10_000));
        assert_eq!(names(&cache), ["0"]);
    }
}
