//! The page's TypeScript types are those of the view models. `UPDATE=1 cargo test -p tests page_types` writes them anew.

use sim_core::observe::Link;
use sim_core::observe::report::Typed;
use sim_core::observe::view::*;
use sim_core::session::Inspection;
use tests::root;
use ts_rs::{Config, TS};

/// A type as TypeScript, with what its doc comment says.
fn declare<T: TS>(config: &Config) -> String {
    let docs = T::docs().unwrap_or_default();
    format!("{}\nexport {}\n", docs.trim_end(), T::decl(config))
}

/// All types that cross from Rust to the page.
fn types() -> String {
    let config = Config::default();
    let mut text = String::from(
        "// The types of what the simulation shows. Written by `UPDATE=1 cargo test -p tests page_types`.\n",
    );
    macro_rules! all {
        ($($name:ty),* $(,)?) => { $( text += "\n"; text += &declare::<$name>(&config); )* };
    }
    all!(
        Tone,
        MapView,
        CallerTile,
        BalancerTile,
        ZoneBox,
        TaskTile,
        Motion,
        RequestDot,
        ProbeDot,
        Pull,
        ControlPlane,
        ServiceTile,
        RepositoryTile,
        RoleTile,
        FeedLine,
        Link,
        ActionView,
        EntityView,
        Inspection,
        SeriesView,
        GoalView,
        sim_web::Node,
        sim_web::Contents,
        sim_web::ExerciseLink,
        sim_web::TopicView,
        sim_web::LessonView,
        sim_web::World,
        sim_web::QuestionView,
        sim_web::GradeView,
        sim_web::JudgementView,
        sim_web::ExerciseView,
        Typed,
        sim_web::Instant,
        sim_web::Look,
        sim_web::Answer,
    );
    text
}

#[test]
fn the_types_of_the_page_are_those_of_the_view_models() {
    let path = root().join("sim-web/www/src/generated/views.ts");
    let written = types();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("the folder can be made");
        std::fs::write(&path, &written).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == written, "the view models have changed: UPDATE=1 cargo test -p tests page_types writes them anew");
    assert!(!written.contains("bigint"), "JavaScript's numbers hold what a view shows; longer ones go as digits");
}
