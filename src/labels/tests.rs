use chaobiao_domain::meter_label::LabelSize;
use chaobiao_domain::units::Commodity;
use chaobiao_projections::meter_labels::PrintedLabel;
use qrcodegen::{QrCode, QrCodeEcc};

use super::http::{Format, wanted};
use super::{Layout, lay_out, pdf, zpl};

fn label(meter_no: &str) -> PrintedLabel {
    PrintedLabel {
        meter_no: meter_no.parse().unwrap(),
        commodity: Commodity::Water,
        campus: "N".parse().unwrap(),
        serial: 1,
    }
}

/// The label as paper: white, and black where the layout says so.
struct Paper {
    luma: Vec<u8>,
    width: usize,
}

impl Paper {
    fn of(layout: &Layout) -> Self {
        let (width, height) = (usize::from(layout.width), usize::from(layout.height));
        let mut luma = vec![255_u8; width * height];
        for rect in &layout.black {
            for y in rect.y..rect.y + rect.height {
                let start = usize::from(y) * width + usize::from(rect.x);
                luma[start..start + usize::from(rect.width)].fill(0);
            }
        }
        Self { luma, width }
    }

    /// What a scanner's ray across the label reads, by the tables of ISO/IEC 15417.
    fn bars(&self, y: u16) -> String {
        let row = &self.luma[usize::from(y) * self.width..][..self.width];
        let mut runs: Vec<(bool, usize)> = row
            .chunk_by(|one, next| one == next)
            .map(|run| (run[0] == 0, run.len()))
            .collect();
        let quiet = runs.remove(0);
        let edge = runs.pop().unwrap();
        let module = runs.iter().map(|(_, length)| *length).min().unwrap();
        assert!(!quiet.0 && !edge.0, "blank on either side");
        assert!(quiet.1.min(edge.1) >= 10 * module, "ten modules at least");
        let widths: Vec<usize> = runs.iter().map(|(_, length)| length / module).collect();
        assert!(runs.iter().all(|(_, length)| length % module == 0));
        decode(&widths)
    }

    /// Whether every module of the square is as black as the standard's encoder wants it, and the
    /// four around it are white.
    fn shows_square(&self, layout: &Layout) -> bool {
        let code = QrCode::encode_text(&layout.number, QrCodeEcc::Medium).unwrap();
        let (square, quiet) = (layout.square, 4);
        (-quiet..code.size() + quiet).all(|y| {
            (-quiet..code.size() + quiet).all(|x| {
                let place = |from: u16, module: i32| {
                    let step = i32::from(square.step);
                    usize::try_from(i32::from(from) + module * step + step / 2).unwrap()
                };
                let dot = self.luma[place(square.y, y) * self.width + place(square.x, x)];
                (dot == 0) == code.get_module(x, y)
            })
        })
    }
}

/// Widths of three bars and three spaces, by the value they stand for.
const PATTERNS: &str = "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 \
     221312 231212 112232 122132 122231 113222 123122 123221 223211 221132 \
     221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 \
     212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 \
     231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 \
     231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 \
     314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 \
     112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 \
     111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 \
     214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 \
     114131 311141 411131 211412 211214 211232";
const STOP: [usize; 7] = [2, 3, 3, 1, 1, 1, 2];

/// The text of a symbol whose sum is right.
fn decode(widths: &[usize]) -> String {
    let (signs, stop) = widths.split_at(widths.len() - STOP.len());
    assert_eq!(stop, STOP);
    let patterns: Vec<&str> = PATTERNS.split_whitespace().collect();
    let values: Vec<usize> = signs
        .chunks(6)
        .map(|sign| {
            let sign: String = sign.iter().map(ToString::to_string).collect();
            patterns.iter().position(|known| **known == *sign).unwrap()
        })
        .collect();
    let (sum, values) = values.split_last().unwrap();
    let weighed: usize = values
        .iter()
        .enumerate()
        .map(|(place, value)| place.max(1) * value)
        .sum();
    assert_eq!(weighed % 103, *sum, "the sum");
    let mut pairs = values[0] == 105;
    assert!(pairs || values[0] == 104, "set B or C");
    let mut text = String::new();
    for value in &values[1..] {
        match (pairs, *value) {
            (false, 99) => pairs = true,
            (true, 100) => pairs = false,
            (true, value) => text.push_str(&two_digits(value)),
            (false, value) => text.push(char::from(u8::try_from(value + 32).unwrap())),
        }
    }
    text
}

fn two_digits(value: usize) -> String {
    format!("{value:02}")
}

#[test]
fn r83_what_is_printed_is_read_as_the_number_by_bars_and_by_square() {
    let sizes = [
        LabelSize::USUAL,
        LabelSize {
            width_mm: 70,
            height_mm: 40,
            dots_per_mm: 8,
        },
    ];
    let numbers = [
        "100234",
        "1002345",
        "8800123456",
        "W-10001",
        "NB.E_03/12",
        "7",
    ];
    for size in sizes {
        for number in numbers {
            let layout = lay_out(&label(number), size).unwrap();
            let bars = layout.bars.unwrap();
            let paper = Paper::of(&layout);
            for y in [bars.y, bars.y + bars.height / 2, bars.y + bars.height - 1] {
                assert_eq!(paper.bars(y), number);
            }
            assert!(paper.shows_square(&layout), "{number}");
            assert_eq!(layout.lines[0].text, number, "in digits, too");
        }
    }
}

#[test]
fn everything_stays_on_the_label_and_bars_are_wide_enough_or_left_out() {
    let long = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
    for number in ["100234", "W-10001-2026-0001", long] {
        let layout = lay_out(&label(number), LabelSize::USUAL).unwrap();
        for rect in &layout.black {
            assert!(rect.x + rect.width <= layout.width, "{number}");
            assert!(rect.y + rect.height <= layout.height, "{number}");
        }
        for line in &layout.lines {
            let letters = u16::try_from(line.text.len()).unwrap();
            assert!(
                line.x + letters * line.size * 6 / 10 <= layout.width,
                "{number}"
            );
            assert!(line.y < layout.height, "{number}");
        }
    }
    let layout = lay_out(&label(long), LabelSize::USUAL).unwrap();
    assert_eq!(layout.bars, None, "forty signs are no bars on 50 mm");
    assert!(Paper::of(&layout).shows_square(&layout));
}

#[test]
fn a_batch_is_a_page_a_label_of_its_size_and_the_same_to_the_byte() {
    let labels: Vec<Layout> = ["100234", "100235", "100236"]
        .iter()
        .map(|number| lay_out(&label(number), LabelSize::USUAL).unwrap())
        .collect();
    let file = pdf::write(&labels);
    assert!(file.starts_with(b"%PDF-"));
    let text = String::from_utf8_lossy(&file).into_owned();
    assert_eq!(text.matches("/Type /Page\n").count(), 3);
    assert_eq!(text.matches("(10023").count(), 3, "the number in digits");
    // 50 mm and 30 mm in points.
    assert!(
        text.contains("/MediaBox [0 0 141.73228 85.03937]"),
        "{text:.400}"
    );
    assert_eq!(pdf::write(&labels), file);
}

#[test]
fn r46_zpl_names_size_bars_square_and_digits() {
    let layout = lay_out(&label("100234"), LabelSize::USUAL).unwrap();
    let bars = layout.bars.unwrap();
    let zpl = zpl::write(std::slice::from_ref(&layout));
    assert!(zpl.starts_with("^XA^PW600^LL360"));
    let code128 = format!("^BY{},2,{}^BCN,", bars.step, bars.height);
    for part in [
        code128.as_str(),
        "^FD100234^FS",
        "^BQN,2,",
        "^FDMA,100234^FS",
        "^FDWATER N #1^FS",
        "^XZ",
    ] {
        assert!(zpl.contains(part), "{part} in {zpl}");
    }
}

#[test]
fn a_file_is_a_batch_and_a_kind() {
    let batch = "0198c5b2-7d1e-7c3a-9a53-0e1f2a3b4c5d";
    let (id, format) = wanted(&format!("{batch}.pdf")).unwrap();
    assert_eq!((id.as_str(), format), (batch, Format::Pdf));
    assert_eq!(wanted("LB1.zpl").map(|found| found.1), Some(Format::Zpl));
    for bad in ["LB1", "LB1.csv", ".pdf", "标签.pdf"] {
        assert_eq!(wanted(bad), None, "{bad}");
    }
}
