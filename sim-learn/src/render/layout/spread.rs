//! Positions across the flow: each box as near as can be to the middle of what it is tied to, in the given order and
//! without touching.

/// Sweeps over the rows; each moves every row once. The positions settle in a few.
const SWEEPS: usize = 6;

/// The first column (or row) of each part.
pub(super) fn spread(
    rows: &[Vec<usize>],
    sizes: &[usize],
    gap: &dyn Fn(usize, usize) -> usize,
    ties: &[Vec<usize>],
    limit: usize,
) -> Vec<usize> {
    // Offsets of each part within its row when packed, and the total size of each row.
    let mut offset = vec![0i64; sizes.len()];
    let mut total = Vec::with_capacity(rows.len());
    let mut row_of = vec![usize::MAX; sizes.len()];
    for (r, row) in rows.iter().enumerate() {
        let mut here = 0;
        for (k, &p) in row.iter().enumerate() {
            if k > 0 {
                here += gap(row[k - 1], p);
            }
            offset[p] = here as i64;
            row_of[p] = r;
            here += sizes[p];
        }
        total.push(here as i64);
    }
    let widest = total.iter().copied().max().unwrap_or(0);
    let span = (limit as i64).max(widest);
    let mut at = vec![0i64; sizes.len()];
    for (r, row) in rows.iter().enumerate() {
        for &p in row {
            at[p] = offset[p] + (widest - total[r]) / 2;
        }
    }
    let middle = |at: &[i64], p: usize| 2 * at[p] + sizes[p] as i64;
    for sweep in 0..SWEEPS {
        let turn: Vec<usize> = if sweep % 2 == 0 { (0..rows.len()).collect() } else { (0..rows.len()).rev().collect() };
        for r in turn {
            let wishes: Vec<i64> = rows[r]
                .iter()
                .map(|&p| {
                    let near: Vec<i64> =
                        ties[p].iter().filter(|&&t| row_of[t] != r).map(|&t| middle(&at, t)).collect();
                    let wish = if near.is_empty() {
                        at[p]
                    } else {
                        (near.iter().sum::<i64>() / near.len() as i64 - sizes[p] as i64).div_euclid(2)
                    };
                    wish - offset[p]
                })
                .collect();
            for (&p, place) in rows[r].iter().zip(nearest_rising(&wishes)) {
                at[p] = place.clamp(0, span - total[r]) + offset[p];
            }
        }
    }
    let first = at.iter().enumerate().filter(|(p, _)| row_of[*p] != usize::MAX).map(|(_, a)| *a).min().unwrap_or(0);
    at.into_iter().map(|a| usize::try_from(a - first).unwrap_or(0)).collect()
}

/// The rising sequence nearest to the wishes (pool adjacent violators).
fn nearest_rising(wishes: &[i64]) -> Vec<i64> {
    let mut pools: Vec<(i64, i64)> = Vec::new(); // sum, count
    for &wish in wishes {
        pools.push((wish, 1));
        while pools.len() > 1 {
            let (sum, count) = pools[pools.len() - 1];
            let (sum_before, count_before) = pools[pools.len() - 2];
            if sum_before * count <= sum * count_before {
                break;
            }
            pools.pop();
            if let Some(last) = pools.last_mut() {
                *last = (sum + sum_before, count + count_before);
            }
        }
    }
    pools.iter().flat_map(|&(sum, count)| (0..count).map(move |_| sum.div_euclid(count))).collect()
}
