//! What `desim`'s processes yield here: an effect that is not logged, so that its memory does not grow.

use desim::{Effect, SimState};

/// An effect, unlogged.
#[derive(Clone, Debug)]
pub struct Quiet(pub Effect);

impl SimState for Quiet {
    fn get_effect(&self) -> Effect {
        self.0
    }
    fn set_effect(&mut self, effect: Effect) {
        self.0 = effect;
    }
    fn should_log(&self) -> bool {
        false
    }
}
