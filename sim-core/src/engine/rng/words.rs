//! The words that streams are made of: ChaCha8, by the crate that is quicker where this is compiled for. Both make the same words.
//!
//! `rand_chacha` makes four blocks at a time, in vectors; WebAssembly has no room for four. `chacha20` makes one after the other
//! there, with which a run takes 4 % less time in Node 20.

#[cfg(not(target_arch = "wasm32"))]
pub(super) use rand_chacha::ChaCha8Rng as Words;

#[cfg(target_arch = "wasm32")]
pub(super) use one_block::Words;

#[cfg(any(target_arch = "wasm32", test))]
mod one_block {
    use chacha20::ChaCha8Rng;
    use chacha20::rand_core::{Rng, SeedableRng};

    #[derive(Debug)]
    pub struct Words(ChaCha8Rng);

    impl Words {
        pub fn from_seed(seed: [u8; 32]) -> Words {
            Words(ChaCha8Rng::from_seed(seed))
        }

        #[inline(always)]
        pub fn next_u64(&mut self) -> u64 {
            self.0.next_u64()
        }
    }

    /// What makes keys should not be copied, so the crate does not. A fork of a simulation goes on with the same draws.
    impl Clone for Words {
        fn clone(&self) -> Words {
            let mut fork = ChaCha8Rng::from_seed(self.0.get_seed());
            fork.set_word_pos(self.0.get_word_pos());
            Words(fork)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    use super::*;

    proptest! {
        /// A run in a browser draws what it draws in a terminal, and a fork what it was forked from.
        #[test]
        fn both_crates_make_the_same_words(seed: [u8; 32], before in 0..200_usize, after in 0..200_usize) {
            let (mut four, mut one) = (Words::from_seed(seed), one_block::Words::from_seed(seed));
            for _ in 0..before {
                prop_assert_eq!(four.next_u64(), one.next_u64());
            }
            let (mut four, mut one, mut fork) = (four.clone(), one.clone(), one);
            for _ in 0..after {
                let word = four.next_u64();
                prop_assert_eq!((one.next_u64(), fork.next_u64()), (word, word));
            }
        }
    }
}
