//! Positions across the flow: each box as near as can be to the middle of what it is tied to, in the given order and
//! without touching.

/// Sweeps over the rows; each moves every row once. The positions settle in a few.
const SWEEPS: usize = 6;

/// The first column (or row) of each part.
pub(super) fn spread(
    rows: &[Vec<usize>],
    sizes: &[usize],
    gap: &dyn Fn(usize, usize) -> usize,
    (ties, labels): (&[Vec<usize>], &[usize]),
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
                    let near: Vec<i64> = ties[p].iter().filter(|&&t| row_of[t] != r).map(|&t| middle(&at, t)).collect();
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
    straighten(rows, sizes, gap, (ties, labels), &row_of, &mut at);
    let first = at.iter().enumerate().filter(|(p, _)| row_of[*p] != usize::MAX).map(|(_, a)| *a).min().unwrap_or(0);
    at.into_iter().map(|a| usize::try_from(a - first).unwrap_or(0)).collect()
}

/// Moves labels to where the line through them is straight, if there is room beside their neighbours.
fn straighten(
    rows: &[Vec<usize>],
    sizes: &[usize],
    gap: &dyn Fn(usize, usize) -> usize,
    (ties, labels): (&[Vec<usize>], &[usize]),
    row_of: &[usize],
    at: &mut [i64],
) {
    for &label in labels {
        let row = &rows[row_of[label]];
        let Some(k) = row.iter().position(|&p| p == label) else { continue };
        let size = sizes[label] as i64;
        let half = size / 2;
        // Where lines can leave all that it is tied to; if there is no such place, the first of them.
        let span = |&tie: &usize| match sizes[tie] as i64 {
            size @ 0..3 => (at[tie], at[tie] + size - 1),
            size => (at[tie] + 1, at[tie] + size - 2),
        };
        let spans: Vec<(i64, i64)> = ties[label].iter().map(span).collect();
        let Some(&first) = spans.first() else { continue };
        let all = spans.iter().fold((i64::MIN, i64::MAX), |a, b| (a.0.max(b.0), a.1.min(b.1)));
        let (from, to) = if all.0 <= all.1 { all } else { first };
        let least = k.checked_sub(1).map_or(i64::MIN, |k| at[row[k]] + (sizes[row[k]] + gap(row[k], label)) as i64);
        let most = row.get(k + 1).map_or(i64::MAX, |&next| at[next] - gap(label, next) as i64 - size);
        let wish = (at[label] + half).clamp(from, to) - half;
        if (least..=most).contains(&wish) && wish >= 0 {
            at[label] = wish;
        }
    }
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
