//! Who has the fewest requests in progress, without looking at everybody.

/// How many places are compared at once.
const FAMILY: usize = 16;

/// Requests in progress at each place of a pool; above them the least of each family of sixteen, and so on up to
/// one family. A change climbs as far as it changes a least one, so ten thousand places cost four looks.
#[derive(Clone, Debug, Default)]
pub(super) struct Loads {
    /// From the places up. What no place stands for has more requests than anybody can.
    levels: Vec<Vec<[u32; FAMILY]>>,
    places: usize,
    /// The fewest of all.
    fewest: u32,
}

impl Loads {
    /// Replaces all of them.
    pub fn replace(&mut self, loads: impl Iterator<Item = u32>) {
        let mut row: Vec<u32> = loads.collect();
        self.levels.clear();
        self.places = row.len();
        while !row.is_empty() {
            let family = |chunk: &[u32]| std::array::from_fn(|at| chunk.get(at).copied().unwrap_or(u32::MAX));
            let families: Vec<[u32; FAMILY]> = row.chunks(FAMILY).map(family).collect();
            row.clear();
            if families.len() > 1 {
                row.extend(families.iter().map(least));
            }
            self.levels.push(families);
        }
        self.fewest = self.levels.last().map_or(0, |top| least(&top[0]));
    }

    /// A place has so many now; nothing happens when there is no such place.
    #[inline]
    pub fn set(&mut self, mut place: usize, mut load: u32) {
        if place >= self.places {
            return;
        }
        for height in 0..self.levels.len() {
            let Some(family) = self.levels[height].get_mut(place / FAMILY) else { return };
            let before = std::mem::replace(&mut family[place % FAMILY], load);
            // The least of the family stands above it, so it is looked for only when it was this one and has grown.
            let known = match self.levels.get(height + 1) {
                Some(above) => above[place / FAMILY / FAMILY][place / FAMILY % FAMILY],
                None => self.fewest,
            };
            let now = if load <= known {
                load
            } else if before > known {
                known
            } else {
                least(&self.levels[height][place / FAMILY])
            };
            if now == known {
                return;
            }
            (place, load) = (place / FAMILY, now);
        }
        self.fewest = load;
    }

    /// Of the places that have the fewest, the first from this one on in turn; none when there are no places.
    #[inline]
    pub fn fewest(&self, from: usize) -> Option<usize> {
        self.first(from, self.fewest).or_else(|| self.first(0, self.fewest))
    }

    /// The first place from this one on that has so many, which are the fewest.
    #[inline]
    fn first(&self, mut from: usize, fewest: u32) -> Option<usize> {
        for (height, level) in self.levels.iter().enumerate() {
            let family = level.get(from / FAMILY)?;
            let ahead = equal(family, fewest) & (u32::MAX << (from % FAMILY));
            if ahead != 0 {
                let mut found = from / FAMILY * FAMILY + ahead.trailing_zeros() as usize;
                for below in self.levels[..height].iter().rev() {
                    found = found * FAMILY + equal(&below[found], fewest).trailing_zeros() as usize;
                }
                return Some(found);
            }
            // Nobody in this family: look among the families that come after it.
            from = from / FAMILY + 1;
        }
        None
    }
}

#[inline]
fn least(family: &[u32; FAMILY]) -> u32 {
    family.iter().fold(u32::MAX, |least, &load| least.min(load))
}

/// Which of a family have so many, a bit each.
#[inline]
fn equal(family: &[u32; FAMILY], load: u32) -> u32 {
    let mut bits = 0;
    for (at, &other) in family.iter().enumerate() {
        bits |= u32::from(other == load) << at;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [TR-153] The fewest requests, and of equal ones the next in turn: as whoever looks at everybody finds it.
    #[test]
    fn the_fewest_are_found_as_by_looking_at_everybody() {
        assert_eq!(Loads::default().fewest(0), None);
        let mut state = 11u64;
        for places in [1, 2, 15, 16, 17, 100, 256, 257, 5000] {
            let mut plain = vec![0u32; places];
            let mut loads = Loads::default();
            loads.replace(plain.iter().copied());
            loads.set(places, 0);
            loads.set(usize::MAX, 0);
            for _ in 0..2000 {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let (place, load) = ((state >> 33) as usize % places, (state >> 60) as u32 % 5);
                plain[place] = load;
                loads.set(place, load);
                let from = (state >> 13) as usize % places;
                let fewest = plain.iter().min();
                let wanted = (from..places).chain(0..from).find(|&place| Some(&plain[place]) == fewest);
                assert_eq!(loads.fewest(from), wanted);
            }
            loads.replace(plain.iter().map(|load| load + 1));
            assert_eq!(loads.fewest(0), plain.iter().position(|load| Some(load) == plain.iter().min()));
        }
    }
}
