//! What tells one picture from another: the hash of its bytes, and one of its looks.

use image::RgbImage;
use image_hasher::{HashAlg, HasherConfig, ImageHash};
use sha2::{Digest as _, Sha256};

use crate::picture;

/// Bits of the hash of looks: 16 times 16.
const SIDE: u32 = 16;
/// The hasher's own shrinking is slow on large pictures.
const HASHED_SIDE: u32 = 256;

/// The hash by which the bytes are evidence.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A perceptual hash: pictures that look alike differ in few bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(Vec<u8>);

/// How far two fingerprints are apart, in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near(pub u32);

impl Fingerprint {
    pub fn distance(&self, other: &Self) -> Near {
        let differing = self
            .0
            .iter()
            .zip(&other.0)
            .map(|(a, b)| (a ^ b).count_ones());
        // A fingerprint of another size (an older method) is like nothing.
        let missing = self.0.len().abs_diff(other.0.len()) * 8;
        Near(differing.sum::<u32>() + u32::try_from(missing).unwrap_or(u32::MAX / 2))
    }

    pub fn to_hex(&self) -> String {
        hex::encode(&self.0)
    }

    pub fn from_hex(text: &str) -> Option<Self> {
        hex::decode(text).ok().map(Self)
    }
}

pub fn fingerprint(pixels: &RgbImage) -> Fingerprint {
    let small = picture::at_most(pixels, HASHED_SIDE);
    let hasher = HasherConfig::new()
        .hash_size(SIDE, SIDE)
        .hash_alg(HashAlg::DoubleGradient)
        .preproc_dct()
        .to_hasher();
    let hash: ImageHash = hasher.hash_image(small.as_ref());
    Fingerprint(hash.as_bytes().to_vec())
}
