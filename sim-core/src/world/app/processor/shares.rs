//! Who gets how much when containers of a task, or tasks of an instance, compete: `cpu` as a weight.
//!
//! The Linux scheduler gives a control group with work its weight's part of the CPU; what a group cannot use, because it
//! has fewer threads than that or a limit of its own, the others get in proportion to their weights. That is the weighted
//! max-min fair division, and a thread never runs on more than one CPU. Control groups lie in one another: an instance is
//! divided among its tasks, and what a task gets among its containers, in the same manner.

/// Somebody with work: (vCPU that it can use, its weight). A container can use as many as it has threads, a task no more
/// than its limit either.
pub(in crate::world::app) type Claim = (f64, f64);

/// How many vCPU each unit of weight gets. Somebody gets this times their weight, or all that they can use if that is
/// less; infinite when everybody gets the latter.
pub(in crate::world::app) fn level(capacity: f64, claims: impl Iterator<Item = Claim> + Clone) -> f64 {
    let mut level = 0.0;
    let mut content = 0;
    loop {
        // Those that want less than their part leave the rest to the others, whose part grows.
        let (mut left, mut weights, mut now) = (capacity, 0.0, 0);
        for (most, weight) in claims.clone() {
            if most <= level * weight {
                left -= most;
                now += 1;
            } else {
                weights += weight;
            }
        }
        if weights == 0.0 {
            return f64::INFINITY;
        }
        if now == content && level > 0.0 {
            return level;
        }
        content = now;
        level = left / weights;
    }
}

/// How many times as long as alone each of a container's threads takes.
pub(super) fn slowdown((threads, weight): Claim, level: f64) -> f64 {
    let gets = level * weight;
    if threads <= gets { 1.0 } else { threads / gets }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// vCPU that each container gets.
    fn divide(capacity: f64, claims: &[Claim]) -> Vec<f64> {
        let level = level(capacity, claims.iter().copied());
        claims.iter().map(|&claim| claim.0 / slowdown(claim, level)).collect()
    }

    /// [CP-044] In proportion to `cpu`; what one does not use the others may.
    #[test]
    fn busy_containers_get_their_weights_part_and_what_others_leave() {
        assert_eq!(divide(1.0, &[(5.0, 768.0), (5.0, 256.0)]), [0.75, 0.25]);
        assert_eq!(divide(1.0, &[(5.0, 256.0)]), [1.0]);
        // One thread cannot use more than one vCPU: the other container gets the other three.
        assert_eq!(divide(4.0, &[(1.0, 900.0), (9.0, 100.0)]), [1.0, 3.0]);
        // Nobody wants more than there is.
        assert_eq!(divide(4.0, &[(1.0, 2.0), (2.0, 1024.0)]), [1.0, 2.0]);
        // What the first leaves makes the second content, too.
        assert_eq!(divide(4.0, &[(1.0, 600.0), (1.0, 200.0), (8.0, 200.0)]), [1.0, 1.0, 2.0]);
    }
}
