//! A page a label, sized as the label is.
//!
//! The text is digits and Latin letters in Courier, which every reader has: no font is carried.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Layout;

/// Points an inch, and millimetres an inch.
const POINTS: Decimal = Decimal::from_parts(72, 0, 0, false, 0);
const MILLIMETRES: Decimal = Decimal::from_parts(254, 0, 0, false, 1);

fn points(millimetres: Decimal) -> f32 {
    let points = millimetres * POINTS / MILLIMETRES;
    points.round_dp(5).to_f32().unwrap_or_default()
}

fn reference(number: usize) -> Ref {
    // A file has two objects a label and a handful more: far below what a reference can count.
    Ref::new(i32::try_from(number).unwrap_or(i32::MAX))
}

pub(super) fn write(labels: &[Layout]) -> Vec<u8> {
    const CATALOG: usize = 1;
    const PAGES: usize = 2;
    const FONT: usize = 3;
    const FIRST: usize = 4;
    let font = Name(b"F");
    let mut pdf = Pdf::new();
    pdf.catalog(reference(CATALOG)).pages(reference(PAGES));
    let page = |place: usize| reference(FIRST + 2 * place);
    pdf.pages(reference(PAGES))
        .kids((0..labels.len()).map(page))
        .count(i32::try_from(labels.len()).unwrap_or(i32::MAX));
    pdf.type1_font(reference(FONT))
        .base_font(Name(b"Courier-Bold"));
    for (place, label) in labels.iter().enumerate() {
        let content = reference(FIRST + 2 * place + 1);
        let (width, height) = (label.size.width_mm, label.size.height_mm);
        let [width, height] = [width, height].map(|mm| points(Decimal::from(mm)));
        let mut written = pdf.page(page(place));
        written.media_box(Rect::new(0.0, 0.0, width, height));
        written.parent(reference(PAGES));
        written.contents(content);
        written.resources().fonts().pair(font, reference(FONT));
        written.finish();
        pdf.stream(content, &draw(label, font));
    }
    pdf.finish()
}

/// In dots, from the lower left corner as PDF has it.
fn draw(label: &Layout, font: Name<'_>) -> Vec<u8> {
    let dot = points(Decimal::ONE / Decimal::from(label.size.dots_per_mm));
    let up = |y: u16| f32::from(label.height.saturating_sub(y));
    let mut content = Content::new();
    content.transform([dot, 0.0, 0.0, dot, 0.0, 0.0]);
    for rect in &label.black {
        content.rect(
            f32::from(rect.x),
            up(rect.y + rect.height),
            f32::from(rect.width),
            f32::from(rect.height),
        );
    }
    content.fill_nonzero();
    for line in &label.lines {
        content.begin_text();
        content.set_font(font, f32::from(line.size));
        content.next_line(f32::from(line.x), up(line.y));
        content.show(Str(line.text.as_bytes()));
        content.end_text();
    }
    content.finish().into_vec()
}
