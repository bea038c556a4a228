//! A sheet as PDF, with the letters it needs inside.

use krilla::Document;
use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use qrcodegen::QrCode;
use thiserror::Error;

use super::font::PaperFont;
use super::sheet::{Mark, POINT, Sheet};

const RULE: f32 = 0.6;

#[derive(Debug, Error)]
#[error("the paper cannot be written: {0}")]
pub(super) struct DrawError(String);

pub(super) fn pdf(sheet: &Sheet, font: &PaperFont) -> Result<Vec<u8>, DrawError> {
    let failed = |what: &str| DrawError(what.to_owned());
    let mut document = Document::new();
    let metadata = Metadata::new()
        .title(sheet.title.clone())
        .language("zh-CN".to_owned());
    document.set_metadata(metadata);
    let (width, height) = sheet.format.size();
    for marks in &sheet.pages {
        let settings = PageSettings::from_wh(width / POINT, height / POINT);
        let mut page = document.start_page_with(settings.ok_or_else(|| failed("its size"))?);
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, mark, font);
        }
        surface.finish();
        page.finish();
    }
    document
        .finish()
        .map_err(|error| failed(&format!("{error:?}")))
}

fn black() -> Fill {
    Fill {
        paint: luma::Color::black().into(),
        ..Fill::default()
    }
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, font: &PaperFont) {
    match mark {
        Mark::Text { at, size, text } => {
            surface.set_stroke(None);
            surface.set_fill(Some(black()));
            let at = Point::from_xy(at.0 / POINT, at.1 / POINT);
            let glyphs = font.glyphs(text);
            surface.draw_glyphs(at, &glyphs, font.font.clone(), text, *size, false);
        }
        Mark::Rule { from, to } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0 / POINT, from.1 / POINT);
            path.line_to(to.0 / POINT, to.1 / POINT);
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: luma::Color::black().into(),
                width: RULE,
                ..Stroke::default()
            }));
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Mark::Square { at, side, code } => {
            surface.set_stroke(None);
            surface.set_fill(Some(black()));
            let mut path = PathBuilder::new();
            for module in modules(code, *at, *side) {
                path.push_rect(module);
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
    }
}

/// The black ones, with the quiet zone a scanner needs inside the side.
fn modules(code: &QrCode, at: (f32, f32), side: f32) -> Vec<Rect> {
    const QUIET: i32 = 4;
    let number = |number: i32| f32::from(i16::try_from(number).unwrap_or(i16::MAX));
    let step = side / number(code.size() + 2 * QUIET) / POINT;
    let corner = (at.0 / POINT, at.1 / POINT);
    let places = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    places
        .filter(|&(x, y)| code.get_module(x, y))
        .filter_map(|(x, y)| {
            let (x, y) = (number(x + QUIET), number(y + QUIET));
            Rect::from_xywh(corner.0 + x * step, corner.1 + y * step, step, step)
        })
        .collect()
}
