//! How long a pull takes: a few downloads at once, extraction one layer after another.

use std::collections::BTreeSet;
use std::time::Duration;

use super::image::Image;
use crate::world::Assumptions;

/// What pulling the images of a task takes. All moments are counted from the beginning of the pull.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullPlan {
    /// The layers that are sent, in the order in which they are asked for.
    pub layers: Vec<LayerPull>,
    /// The images, in the order in which they were given.
    pub images: Vec<ImagePull>,
    /// From the beginning to the last extracted layer.
    pub total: Duration,
    /// What is sent [bytes].
    pub bytes: u64,
}

/// A layer on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerPull {
    /// Which.
    pub digest: String,
    /// Its compressed size [bytes].
    pub bytes: u64,
    /// When its download began.
    pub download_started: Duration,
    /// When its last byte arrived.
    pub download_finished: Duration,
    /// When it was unpacked.
    pub extracted: Duration,
}

/// An image on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePull {
    /// When its manifest was asked for.
    pub started: Duration,
    /// When its last layer was unpacked.
    pub finished: Duration,
    /// What was sent for it: nothing for layers that an earlier image brought [bytes].
    pub bytes: u64,
}

/// The plan of a pull [IM-016] onto a fresh host without a layer cache [IM-033].
///
/// ```text
/// manifests   ░░                     one after another, `pull_overhead` each [IM-029]
/// download      ████ ██████          `parallel_downloads` at once, `stream_bandwidth` each [IM-027]
///               ███████
/// extraction        ▒▒▒▒▒▒▒▒▒▒▒▒     one after another, in the order of layers [IM-028][IM-030]
/// ```
pub fn pull_plan(images: &[&Image], vcpu_units: u32, assume: &Assumptions) -> PullPlan {
    pull_plan_beside(&[], images, vcpu_units, assume)
}

/// The same onto a host that has pulled the images `there` for the same task: their layers are not sent again.
pub fn pull_plan_beside(there: &[&Image], images: &[&Image], vcpu_units: u32, assume: &Assumptions) -> PullPlan {
    let mut plan = PullPlan::default();
    let mut seen: BTreeSet<&String> = there.iter().flat_map(|image| &image.layers).map(|layer| &layer.digest).collect();
    // When each download stream is free again, and when the unpacking is.
    let mut streams = vec![Duration::ZERO; assume.parallel_downloads.clamp(1, 64) as usize];
    let mut unpacker = Duration::ZERO;
    let mut manifest = Duration::ZERO;
    for image in images {
        let started = manifest;
        manifest = manifest.saturating_add(assume.pull_overhead);
        let mut pull = ImagePull { started, finished: manifest, bytes: 0 };
        for layer in &image.layers {
            if !seen.insert(&layer.digest) {
                // An earlier image brings it: this one is complete when that is.
                let earlier = plan.layers.iter().find(|pull| pull.digest == layer.digest);
                pull.finished = pull.finished.max(earlier.map_or(Duration::ZERO, |pull| pull.extracted));
                continue;
            }
            let stream = streams.iter_mut().min().expect("there is at least one stream");
            let download_started = manifest.max(*stream);
            let download_finished = download_started.saturating_add(time(layer.bytes, assume.stream_bandwidth, 10));
            *stream = download_finished;
            let unpacking = time(layer.bytes, assume.extraction_rate, speed(vcpu_units));
            unpacker = unpacker.max(download_finished).saturating_add(unpacking);
            pull.finished = pull.finished.max(unpacker);
            pull.bytes = pull.bytes.saturating_add(layer.bytes);
            plan.layers.push(LayerPull {
                digest: layer.digest.clone(),
                bytes: layer.bytes,
                download_started,
                download_finished,
                extracted: unpacker,
            });
        }
        plan.total = plan.total.max(pull.finished);
        plan.bytes = plan.bytes.saturating_add(pull.bytes);
        plan.images.push(pull);
    }
    plan
}

/// How fast a task unpacks, in tenths of the speed of one vCPU [IM-030].
fn speed(vcpu_units: u32) -> u32 {
    match vcpu_units {
        1024.. => 10,
        512.. => 6,
        _ => 4,
    }
}

/// How long `bytes` take at so many tenths of a rate [bytes/s], to the nanosecond.
fn time(bytes: u64, rate: u64, tenths: u32) -> Duration {
    let nanos = u128::from(bytes) * 10_000_000_000 / (u128::from(rate.max(1)) * u128::from(tenths));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}
