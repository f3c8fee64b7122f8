//! Who has the fewest requests in progress, without looking at everybody.

/// Places in a word.
const WORD: usize = 64;
/// Numbers of requests that are told apart at a time: those that are larger by this than the fewest wait outside.
const SPAN: usize = 64;

/// Requests in progress at each place of a pool. For each number of requests there is the set of the places that have so
/// many: a bit for each place, above them a bit for each word that is not empty, and so on up to one word. A change is
/// two bits, and the next in turn of the fewest is found in as many looks as there are heights: two for a hundred
/// places, three for ten thousand.
#[derive(Clone, Debug, Default)]
pub(super) struct Loads {
    /// By place.
    loads: Vec<u32>,
    /// The sets, one after the other: the one at `set` is of the places with `base + set` requests.
    bits: Vec<u64>,
    /// Where each height begins in a set, from the places up.
    heights: Vec<usize>,
    /// Words in a set.
    words: usize,
    base: u32,
    /// All sets before this one are empty.
    lowest: usize,
}

impl Loads {
    /// Replaces all of them.
    pub fn replace(&mut self, loads: impl Iterator<Item = u32>) {
        self.loads.clear();
        self.loads.extend(loads);
        (self.words, self.heights) = (0, Vec::new());
        let mut below = self.loads.len();
        while below > 1 || self.heights.is_empty() {
            self.heights.push(self.words);
            below = below.div_ceil(WORD).max(1);
            self.words += below;
        }
        self.begin_at(self.least());
    }

    /// Tells the sets anew which numbers they are of.
    #[cold]
    fn begin_at(&mut self, base: u32) {
        (self.base, self.lowest) = (base, 0);
        self.bits.clear();
        self.bits.resize(self.words * SPAN, 0);
        for place in 0..self.loads.len() {
            self.mark(place, self.loads[place], true);
        }
    }

    fn least(&self) -> u32 {
        self.loads.iter().copied().min().unwrap_or(0)
    }

    /// A place has so many now; nothing happens when there is no such place.
    #[inline(always)]
    pub fn set(&mut self, place: usize, load: u32) {
        let Some(known) = self.loads.get_mut(place) else { return };
        let before = std::mem::replace(known, load);
        if load < self.base {
            // There is room for those that go on to become fewer.
            return self.begin_at(load.saturating_sub(SPAN as u32 / 2));
        }
        self.mark(place, before, false);
        self.mark(place, load, true);
        self.lowest = self.lowest.min((load - self.base) as usize);
    }

    /// Puts a place into the set of those with so many, or takes it out; nothing happens where no set is of that number.
    #[inline(always)]
    fn mark(&mut self, place: usize, load: u32, is_in: bool) {
        let set = (load - self.base) as usize;
        if set >= SPAN {
            return;
        }
        let start = set * self.words;
        let Some(word) = self.bits.get_mut(start + place / WORD) else { return };
        let (before, bit) = (*word, 1 << (place % WORD));
        *word = if is_in { before | bit } else { before & !bit };
        // The word above, if there is one, knows whether this one is empty, which has mostly not changed.
        let others = if is_in { before } else { *word };
        if others == 0 && self.words > 1 {
            self.mark_above(start, place / WORD, is_in);
        }
    }

    /// A word of the set that begins here has become empty, or is not empty any more.
    #[inline(never)]
    fn mark_above(&mut self, start: usize, mut place: usize, is_in: bool) {
        for &height in self.heights.iter().skip(1) {
            let Some(word) = self.bits.get_mut(start + height + place / WORD) else { return };
            let (before, bit) = (*word, 1 << (place % WORD));
            *word = if is_in { before | bit } else { before & !bit };
            if (before == 0) == (*word == 0) {
                return;
            }
            place /= WORD;
        }
    }

    /// Of the places that have the fewest, the first from this one on in turn; none when there are no places.
    #[inline(always)]
    pub fn fewest(&mut self, from: usize) -> Option<usize> {
        if self.loads.is_empty() {
            return None;
        }
        loop {
            let bits = self.bits.get(self.lowest * self.words..(self.lowest + 1) * self.words);
            match bits {
                Some([.., 0]) => self.lowest += 1,
                Some(bits) => return self.first(bits, from).or_else(|| self.first(bits, 0)),
                None => self.begin_at(self.least()),
            }
        }
    }

    /// The first place of a set from this one on.
    #[inline]
    fn first(&self, bits: &[u64], from: usize) -> Option<usize> {
        let word = from / WORD;
        let ahead = bits.get(word)? & (u64::MAX << (from % WORD));
        match ahead {
            // Nobody in this word: look among the words that come after it.
            0 => self.first_above(bits, word + 1),
            _ => Some(word * WORD + ahead.trailing_zeros() as usize),
        }
    }

    /// The first place of a set in this word or in one after it.
    #[inline(never)]
    fn first_above(&self, bits: &[u64], mut from: usize) -> Option<usize> {
        for (index, &height) in self.heights.iter().enumerate().skip(1) {
            let words = bits.get(height..self.heights.get(index + 1).copied().unwrap_or(bits.len()))?;
            let ahead = words.get(from / WORD)? & (u64::MAX << (from % WORD));
            if ahead != 0 {
                let mut found = from / WORD * WORD + ahead.trailing_zeros() as usize;
                for &below in self.heights[..index].iter().rev() {
                    found = found * WORD + bits[below + found].trailing_zeros() as usize;
                }
                return Some(found);
            }
            from = from / WORD + 1;
        }
        None
    }
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
                // Now and then all become many more, or as few as at the beginning.
                if state >> 54 & 63 == 0 {
                    let all = if state >> 53 & 1 == 0 { 0 } else { 300 };
                    for (place, load) in plain.iter_mut().enumerate() {
                        *load = all + place as u32 % 3 * 40;
                        loads.set(place, *load);
                    }
                }
            }
            loads.replace(plain.iter().map(|load| load + 1));
            assert_eq!(loads.fewest(0), plain.iter().position(|load| Some(load) == plain.iter().min()));
        }
    }
}
