//! The default event bus: facts become events, and events find the rules that are about them [CP-217].
//!
//! A fact is told in AWS's words only while some rule wants to hear events; a run without such rules builds none. The
//! words are the API's, which the world does not know: the operation that makes a rule hands in the function that finds
//! them.

use serde_json::Value;

use super::EventBridge;
use crate::engine::FactId;
use crate::world::{Ctx, World};

/// What AWS sends to EventBridge because of a fact: events, as JSON.
pub type Tell = fn(&World, FactId, &Ctx) -> Vec<Value>;

impl EventBridge {
    /// Whether some rule is about events, from now on.
    pub(super) fn listen(&mut self, ctx: &Ctx) {
        let about_events =
            |(_, rule): (_, &super::Rule)| rule.plan.enabled && rule.plan.pattern.is_some() && !rule.targets.is_empty();
        let listens = self.rules.iter().any(about_events);
        if listens && !self.listens {
            self.heard = ctx.journal().len() as u32;
        }
        self.listens = listens;
    }
}

impl World {
    /// Tells the bus of what has happened since the last time, if anybody wants to hear it.
    #[inline]
    pub(crate) fn tell_the_bus(&mut self, ctx: &mut Ctx) {
        if self.eventbridge.listens {
            self.tell_facts(ctx);
        }
    }

    fn tell_facts(&mut self, ctx: &mut Ctx) {
        let Some(tell) = self.eventbridge.tell else { return };
        while (self.eventbridge.heard as usize) < ctx.journal().len() {
            self.eventbridge.heard += 1;
            let Some(fact) = FactId::from_number(self.eventbridge.heard) else { return };
            for event in tell(self, fact, ctx) {
                let later = self.assume.internal_call;
                let rules = self.eventbridge.rules.iter();
                let about = rules.filter(|(_, rule)| {
                    let pattern = rule.plan.pattern.as_ref().filter(|_| rule.plan.enabled);
                    pattern.is_some_and(|(_, pattern)| pattern.fits(&event))
                });
                let about: Vec<_> = about.map(|(id, _)| id).collect();
                for rule in about {
                    ctx.within(Some(fact), |ctx| self.eventbridge.call_targets(rule, &event, later, ctx));
                }
            }
        }
    }
}
