//! The applications of tasks, and how often each was touched.

use std::ops::Deref;

use super::TaskApp;
use crate::world::ecs::TaskId;

/// By the place of the task; none before its start.
#[derive(Clone, Debug, Default)]
pub(crate) struct TaskApps {
    apps: Vec<Option<TaskApp>>,
    /// How often each was handed out to be changed [count]: whoever has seen an idle one at the same number has seen it as it
    /// is, without looking at it.
    touched: Vec<u32>,
}

impl Deref for TaskApps {
    type Target = [Option<TaskApp>];

    fn deref(&self) -> &[Option<TaskApp>] {
        &self.apps
    }
}

impl TaskApps {
    /// The application at this place, to be changed.
    #[inline(always)]
    pub fn get_mut(&mut self, place: usize) -> Option<&mut Option<TaskApp>> {
        let app = self.apps.get_mut(place)?;
        self.touched[place] = self.touched[place].wrapping_add(1);
        Some(app)
    }

    /// The place of a task that starts.
    pub fn place_of(&mut self, task: TaskId) -> &mut Option<TaskApp> {
        let place = task.index();
        if self.apps.len() <= place {
            self.apps.resize_with(place + 1, || None);
            self.touched.resize(place + 1, 0);
        }
        self.touched[place] = self.touched[place].wrapping_add(1);
        &mut self.apps[place]
    }

    /// All of them, for changes that no idle one notices.
    pub fn all_mut(&mut self) -> &mut [Option<TaskApp>] {
        &mut self.apps
    }

    /// How often it was touched.
    #[inline]
    pub fn touched(&self, task: TaskId) -> u32 {
        self.touched.get(task.index()).copied().unwrap_or_default()
    }
}
