//! The run hash: a running identity of everything that happened.

use std::fmt;
use std::hash::Hasher;

/// A running 64-bit hash over facts and request outcomes. Equal scenario and seed give an equal hash, native
/// and in WASM: every integer is widened to 64 bits first, so that `usize` does not matter.
///
/// It identifies a run; it is no defence against somebody who wants a collision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunHash(u64);

impl RunHash {
    /// The hash of a run with this seed in which nothing happened yet.
    pub const fn new(seed: u64) -> RunHash {
        RunHash(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    /// Folds one word in.
    #[inline]
    pub fn fold(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
        self.0 = (mixed ^ (mixed >> 32)).wrapping_mul(0xc4ce_b9fe_1a85_ec53).rotate_left(29);
    }
}

impl Hasher for RunHash {
    /// The value so far, finished so that every input bit reaches every output bit.
    fn finish(&self) -> u64 {
        let mut h = self.0;
        h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        h ^ (h >> 33)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.fold(u64::from_le_bytes(word));
        }
        self.fold(bytes.len() as u64);
    }
    fn write_u8(&mut self, i: u8) {
        self.fold(u64::from(i));
    }
    fn write_u16(&mut self, i: u16) {
        self.fold(u64::from(i));
    }
    fn write_u32(&mut self, i: u32) {
        self.fold(u64::from(i));
    }
    fn write_u64(&mut self, i: u64) {
        self.fold(i);
    }
    fn write_u128(&mut self, i: u128) {
        self.fold(i as u64);
        self.fold((i >> 64) as u64);
    }
    fn write_usize(&mut self, i: usize) {
        self.fold(i as u64);
    }
    fn write_i8(&mut self, i: i8) {
        self.fold(i as i64 as u64);
    }
    fn write_i16(&mut self, i: i16) {
        self.fold(i as i64 as u64);
    }
    fn write_i32(&mut self, i: i32) {
        self.fold(i as i64 as u64);
    }
    fn write_i64(&mut self, i: i64) {
        self.fold(i as u64);
    }
    fn write_isize(&mut self, i: isize) {
        self.fold(i as i64 as u64);
    }
}

impl fmt::Display for RunHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.finish())
    }
}
