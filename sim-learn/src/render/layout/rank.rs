//! Ranks: which members of one container stand one after the other. Cycles are broken first, then each member gets the
//! longest way from a source, then sources move up to what they lead to.

/// A wish: `to` stands at least `length` ranks after `from`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub from: usize,
    pub to: usize,
    pub length: usize,
}

/// The rank of each of `count` members. Links are turned where they would close a circle.
pub(super) fn ranks(count: usize, links: &[Link]) -> Vec<usize> {
    let links = without_cycles(count, links);
    let mut out_of: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut missing = vec![0; count];
    for (n, link) in links.iter().enumerate() {
        out_of[link.from].push(n);
        missing[link.to] += 1;
    }
    let has_input: Vec<bool> = missing.iter().map(|&n| n > 0).collect();
    let mut ready: std::collections::VecDeque<usize> = (0..count).filter(|&m| missing[m] == 0).collect();
    let mut rank = vec![0; count];
    while let Some(member) = ready.pop_front() {
        for &n in &out_of[member] {
            let link = links[n];
            rank[link.to] = rank[link.to].max(rank[member] + link.length);
            missing[link.to] -= 1;
            if missing[link.to] == 0 {
                ready.push_back(link.to);
            }
        }
    }
    for member in 0..count {
        if !has_input[member]
            && let Some(nearest) = out_of[member].iter().map(|&n| rank[links[n].to] - links[n].length).min()
        {
            rank[member] = nearest;
        }
    }
    rank
}

/// The links, those turned that lead back to a member from which the walk came. Links from a member to itself go.
fn without_cycles(count: usize, links: &[Link]) -> Vec<Link> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        Above,
        Done,
    }
    let mut out_of: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut inputs = vec![0; count];
    for (n, link) in links.iter().enumerate() {
        out_of[link.from].push(n);
        if link.from != link.to {
            inputs[link.to] += 1;
        }
    }
    let mut turned = vec![false; links.len()];
    let mut seen = vec![Seen::No; count];
    // Sources first: a walk that begins inside a circle would turn the wrong link.
    let mut starts: Vec<usize> = (0..count).collect();
    starts.sort_by_key(|&m| inputs[m] > 0);
    for start in starts {
        if seen[start] != Seen::No {
            continue;
        }
        seen[start] = Seen::Above;
        let mut walk = vec![(start, 0)];
        while let Some((member, next)) = walk.last_mut() {
            let Some(&n) = out_of[*member].get(*next) else {
                seen[*member] = Seen::Done;
                walk.pop();
                continue;
            };
            *next += 1;
            let to = links[n].to;
            match seen[to] {
                Seen::Above => turned[n] = true,
                Seen::Done => {}
                Seen::No => {
                    seen[to] = Seen::Above;
                    walk.push((to, 0));
                }
            }
        }
    }
    links
        .iter()
        .zip(turned)
        .filter(|(link, _)| link.from != link.to)
        .map(|(&link, turn)| if turn { Link { from: link.to, to: link.from, ..link } } else { link })
        .collect()
}
