//! The font papers are printed in: one with Chinese letters, from the machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::FileRef;
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider as _};
use thiserror::Error;

/// Where systems keep one.
const USUAL: [&str; 5] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
];

#[derive(Debug, Error)]
pub enum FontError {
    #[error("no font with Chinese letters is installed")]
    None,
    #[error("{0} cannot be read")]
    Unreadable(PathBuf, #[source] std::io::Error),
    #[error("{0} is no font with Chinese letters")]
    Unusable(PathBuf),
}

type Bytes = Arc<Vec<u8>>;

/// A font read once and used for every paper.
#[derive(Clone)]
pub struct PaperFont {
    bytes: Bytes,
    index: u32,
    pub(super) font: Font,
}

impl PaperFont {
    /// The file named, or else the first usual one there is.
    pub fn find(named: Option<&Path>) -> Result<Self, FontError> {
        let usual = || USUAL.iter().map(Path::new).find(|path| path.exists());
        let path = named.or_else(usual).ok_or(FontError::None)?;
        let read = std::fs::read(path);
        let bytes = read.map_err(|error| FontError::Unreadable(path.to_path_buf(), error))?;
        Self::of(Arc::new(bytes)).ok_or_else(|| FontError::Unusable(path.to_path_buf()))
    }

    fn of(bytes: Bytes) -> Option<Self> {
        let index = simplified(&bytes)?;
        let font = Font::new(Arc::clone(&bytes).into(), index)?;
        let found = Self { bytes, index, font };
        found.face()?.charmap().map('电').map(|_| found)
    }

    fn face(&self) -> Option<FontRef<'_>> {
        FontRef::from_index(&self.bytes, self.index).ok()
    }

    /// A text's glyphs with their widths, in parts of the font's size.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        // The face was readable when the font was taken.
        let Some(face) = self.face() else {
            return Vec::new();
        };
        let (letters, em) = (face.charmap(), self.font.units_per_em());
        let metrics = face.glyph_metrics(Size::unscaled(), LocationRef::default());
        text.char_indices()
            .map(|(at, letter)| {
                let glyph = letters.map(letter).unwrap_or_default();
                let advance = metrics.advance_width(glyph).unwrap_or(em) / em;
                let range = at..at + letter.len_utf8();
                let glyph = GlyphId::new(glyph.to_u32());
                KrillaGlyph::new(glyph, advance, 0.0, 0.0, 0.0, range, None)
            })
            .collect()
    }

    /// How wide a text is at a size of one.
    pub(super) fn width(&self, text: &str) -> f32 {
        self.glyphs(text).iter().map(|glyph| glyph.x_advance).sum()
    }
}

impl std::fmt::Debug for PaperFont {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PaperFont").finish_non_exhaustive()
    }
}

/// Which face of a file has the letters as they are written on the mainland.
fn simplified(bytes: &[u8]) -> Option<u32> {
    let FileRef::Collection(faces) = FileRef::new(bytes).ok()? else {
        return Some(0);
    };
    let named = |face: FontRef<'_>| {
        face.localized_strings(StringId::FAMILY_NAME)
            .any(|name| name.chars().collect::<String>().ends_with(" SC"))
    };
    let place = (0..faces.len()).find(|&index| faces.get(index).is_ok_and(named));
    Some(place.unwrap_or(0))
}
