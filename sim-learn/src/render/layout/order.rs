//! The order within ranks that makes few lines cross: barycentres up and down, then swaps of neighbours that help.

/// Vertices in ranks, with links between neighbouring ranks only.
pub(super) struct Ranked {
    /// The vertices of each rank, in their present order.
    pub rows: Vec<Vec<usize>>,
    /// For each vertex: those of the rank before that it is tied to.
    pub before: Vec<Vec<usize>>,
    /// For each vertex: those of the rank after.
    pub after: Vec<Vec<usize>>,
}

/// Sweeps over the ranks. More bring little: the best order is kept.
const SWEEPS: usize = 8;

/// Reorders the rows.
pub(super) fn order(ranked: &mut Ranked) {
    let count = ranked.before.len();
    let mut place = vec![0usize; count];
    number(&ranked.rows, &mut place);
    let mut best = (crossings(ranked, &place), ranked.rows.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let down = sweep % 2 == 0;
        let rows: Vec<usize> =
            if down { (0..ranked.rows.len()).collect() } else { (0..ranked.rows.len()).rev().collect() };
        for row in rows {
            let ties = if down { &ranked.before } else { &ranked.after };
            sort_by_barycentre(&mut ranked.rows[row], ties, &mut place);
        }
        swap_neighbours(ranked, &mut place);
        let now = crossings(ranked, &place);
        if now < best.0 {
            best = (now, ranked.rows.clone());
        }
    }
    ranked.rows = best.1;
}

fn number(rows: &[Vec<usize>], place: &mut [usize]) {
    for row in rows {
        for (at, &vertex) in row.iter().enumerate() {
            place[vertex] = at;
        }
    }
}

/// Sorts a row by the mean place of what each vertex is tied to; a vertex without ties keeps its place.
fn sort_by_barycentre(row: &mut [usize], ties: &[Vec<usize>], place: &mut [usize]) {
    // Means as fractions of 1000, so that no float takes part.
    let mut keyed: Vec<(usize, usize)> = row
        .iter()
        .enumerate()
        .map(|(at, &vertex)| {
            let near = &ties[vertex];
            let mean = if near.is_empty() {
                at * 1000
            } else {
                near.iter().map(|&v| place[v] * 1000).sum::<usize>() / near.len()
            };
            (mean, vertex)
        })
        .collect();
    keyed.sort_by_key(|&(mean, _)| mean); // stable
    for (at, (slot, (_, vertex))) in row.iter_mut().zip(keyed).enumerate() {
        *slot = vertex;
        place[vertex] = at;
    }
}

/// Swaps neighbours while that takes crossings away; each row is passed over once.
fn swap_neighbours(ranked: &mut Ranked, place: &mut [usize]) {
    for row in &mut ranked.rows {
        for at in 1..row.len() {
            let (left, right) = (row[at - 1], row[at]);
            let mut kept = 0;
            let mut swapped = 0;
            for ties in [&ranked.before, &ranked.after] {
                for &l in &ties[left] {
                    for &r in &ties[right] {
                        kept += usize::from(place[l] > place[r]);
                        swapped += usize::from(place[r] > place[l]);
                    }
                }
            }
            if swapped < kept {
                row.swap(at - 1, at);
                place[left] = at;
                place[right] = at - 1;
            }
        }
    }
}

/// How many pairs of links cross.
fn crossings(ranked: &Ranked, place: &[usize]) -> usize {
    let mut total = 0;
    for row in &ranked.rows {
        let mut links: Vec<(usize, usize)> =
            row.iter().flat_map(|&v| ranked.after[v].iter().map(move |&to| (place[v], place[to]))).collect();
        links.sort_unstable();
        // Insertion into a sorted list of ends: those further right were begun further left, so they cross.
        let mut ends: Vec<usize> = Vec::with_capacity(links.len());
        for (_, end) in links {
            let at = ends.partition_point(|&e| e <= end);
            total += ends.len() - at;
            ends.insert(at, end);
        }
    }
    total
}
