//! Lessons, quizzes and exercises. Content is data, found by folder; what can be computed is computed by running the
//! simulator. Pure: no files, no clock, no threads, so that a terminal and a browser judge alike.
//!
//! | module | what it holds |
//! |---|---|
//! | [`library`] | all content, from its files |
//! | [`lesson`] | Markdown with a head, and the commands in it |
//! | [`quiz`] | questions, their draws from a seed, answers, grades, and the proof of answers |
//! | [`exercise`] | a broken scenario, a goal, hints, and the judge |
//! | [`variant`] | a scenario that differs from another in a few lines |
//! | [`play`] | runs a scenario and looks at what was asked |
//! | [`progress`] | what a learner has done |
//! | [`render`] | Markdown and Mermaid as terminal text |
//! | [`rules`] | what a citation such as `[CP-169]` says |
//! | [`stats`] | how much there is |

pub mod exercise;
pub mod lesson;
pub mod library;
pub mod play;
pub mod progress;
pub mod quiz;
pub mod render;
pub mod rules;
pub mod stats;
pub mod variant;

pub use library::Library;
