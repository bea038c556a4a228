//! What stands where on a paper, before anybody draws it. Millimetres from the upper left corner.

use qrcodegen::{QrCode, QrCodeEcc};

use super::font::PaperFont;

/// Millimetres a point.
pub(super) const POINT: f32 = 25.4 / 72.0;
const MARGIN: f32 = 12.0;
/// Between two lines of letters, in parts of their size.
const LEADING: f32 = 1.5;
const TEXT: f32 = 9.5;
const TITLE: f32 = 17.0;
/// On either side of what stands in a cell.
const PADDING: f32 = 1.2;
const SQUARE: f32 = 24.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Upright.
    A4,
    /// Lying down, as forms are.
    A5,
}

impl Format {
    pub(super) const fn size(self) -> (f32, f32) {
        match self {
            Self::A4 => (210.0, 297.0),
            Self::A5 => (210.0, 148.0),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

#[derive(Clone)]
pub(super) enum Mark {
    /// `at` is where the first letter stands.
    Text {
        at: (f32, f32),
        size: f32,
        text: String,
    },
    Rule {
        from: (f32, f32),
        to: (f32, f32),
    },
    Square {
        at: (f32, f32),
        side: f32,
        code: QrCode,
    },
}

#[derive(Clone)]
pub(super) struct Sheet {
    pub(super) title: String,
    pub(super) format: Format,
    pub(super) pages: Vec<Vec<Mark>>,
}

/// A column of a table; `width` in millimetres.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) width: f32,
    pub(super) align: Align,
}

pub(super) const fn column(title: &'static str, width: f32, align: Align) -> Column {
    Column {
        title,
        width,
        align,
    }
}

/// Fills pages from above.
pub(super) struct Writer<'a> {
    font: &'a PaperFont,
    sheet: Sheet,
    /// Where the next line begins.
    y: f32,
}

impl<'a> Writer<'a> {
    pub(super) fn new(font: &'a PaperFont, format: Format, title: String) -> Self {
        let sheet = Sheet {
            title,
            format,
            pages: vec![Vec::new()],
        };
        let y = MARGIN;
        Self { font, sheet, y }
    }

    const fn right(&self) -> f32 {
        self.sheet.format.size().0 - MARGIN
    }

    /// Room for the line that numbers the pages is kept.
    const fn bottom(&self) -> f32 {
        self.sheet.format.size().1 - MARGIN - TEXT * POINT * LEADING
    }

    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.sheet.pages.last_mut() {
            page.push(mark);
        }
    }

    fn turn(&mut self) {
        self.sheet.pages.push(Vec::new());
        self.y = MARGIN;
    }

    /// Text between two edges, on the line that begins at `y`.
    fn text(&mut self, (left, right): (f32, f32), y: f32, size: f32, align: Align, text: &str) {
        let width = self.font.width(text) * size * POINT;
        let x = match align {
            Align::Left => left,
            Align::Centre => f32::midpoint(left, right) - width / 2.0,
            Align::Right => right - width,
        };
        let at = (x, y + size * POINT * 1.1);
        self.put(Mark::Text {
            at,
            size,
            text: text.to_owned(),
        });
    }

    fn rule(&mut self, from: (f32, f32), to: (f32, f32)) {
        self.put(Mark::Rule { from, to });
    }

    /// The paper's name, in the middle.
    pub(super) fn heading(&mut self, text: &str) {
        let edges = (MARGIN, self.right());
        self.text(edges, self.y, TITLE, Align::Centre, text);
        self.y += TITLE * POINT * LEADING;
    }

    /// One line with something at its left and something at its right, as far as the square goes.
    pub(super) fn sides(&mut self, left: &str, right: &str) {
        let edges = (MARGIN, self.right());
        self.text(edges, self.y, TEXT, Align::Left, left);
        self.text(edges, self.y, TEXT, Align::Right, right);
        self.y += TEXT * POINT * LEADING;
    }

    /// As many lines as the text takes.
    pub(super) fn paragraph(&mut self, text: &str) {
        for line in self.broken(text, self.right() - MARGIN) {
            if self.y + TEXT * POINT * LEADING > self.bottom() {
                self.turn();
            }
            self.text((MARGIN, self.right()), self.y, TEXT, Align::Left, &line);
            self.y += TEXT * POINT * LEADING;
        }
    }

    pub(super) fn gap(&mut self) {
        self.y += TEXT * POINT * 0.6;
    }

    /// In the upper right corner: where the square leads is printed below it.
    pub(super) fn square(&mut self, address: &str) {
        // What is too long for the largest code is not printed: the paper holds without it.
        let Ok(code) = QrCode::encode_text(address, QrCodeEcc::Medium) else {
            return;
        };
        let at = (self.right() - SQUARE, MARGIN);
        self.put(Mark::Square {
            at,
            side: SQUARE,
            code,
        });
    }

    /// What must be seen first: void, or a copy.
    pub(super) fn stamp(&mut self, text: &str) {
        self.text(
            (MARGIN, self.right()),
            MARGIN,
            TITLE,
            Align::Left,
            &format!("【{text}】"),
        );
    }

    /// Rows under their titles, which stand on every page.
    pub(super) fn table(&mut self, columns: &[Column], rows: &[Vec<String>]) {
        let titles: Vec<String> = columns
            .iter()
            .map(|column| column.title.to_owned())
            .collect();
        let titles = self.cells(columns, &titles);
        self.row(columns, &titles, true);
        for row in rows {
            let cells = self.cells(columns, row);
            if self.y + height(&cells) > self.bottom() {
                self.turn();
                self.row(columns, &titles, true);
            }
            self.row(columns, &cells, false);
        }
    }

    fn cells(&self, columns: &[Column], row: &[String]) -> Vec<Vec<String>> {
        let fitted =
            |(column, text): (&Column, &String)| self.broken(text, column.width - 2.0 * PADDING);
        columns.iter().zip(row).map(fitted).collect()
    }

    fn row(&mut self, columns: &[Column], cells: &[Vec<String>], title: bool) {
        let (top, bottom) = (self.y, self.y + height(cells));
        let end = MARGIN + columns.iter().map(|column| column.width).sum::<f32>();
        if title {
            self.rule((MARGIN, top), (end, top));
        }
        self.rule((MARGIN, bottom), (end, bottom));
        let mut left = MARGIN;
        for (column, lines) in columns.iter().zip(cells) {
            self.rule((left, top), (left, bottom));
            let edges = (left + PADDING, left + column.width - PADDING);
            let align = if title { Align::Centre } else { column.align };
            let mut y = top + PADDING / 2.0;
            for line in lines {
                self.text(edges, y, TEXT, align, line);
                y += TEXT * POINT * LEADING;
            }
            left += column.width;
        }
        self.rule((left, top), (left, bottom));
        self.y = bottom;
    }

    /// A text in the lines it was written in, none wider than the room.
    fn broken(&self, text: &str, room: f32) -> Vec<String> {
        let lines = text.split('\n');
        lines
            .flat_map(|line| self.broken_line(line, room))
            .collect()
    }

    fn broken_line(&self, text: &str, room: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        let mut width = 0.0;
        for glyph in self.font.glyphs(text) {
            let letter = &text[glyph.text_range];
            let wide = glyph.x_advance * TEXT * POINT;
            if width + wide > room && width > 0.0 {
                lines.push(String::new());
                width = 0.0;
            }
            width += wide;
            if let Some(line) = lines.last_mut() {
                line.push_str(letter);
            }
        }
        lines
    }

    /// Numbers the pages.
    pub(super) fn finish(mut self) -> Sheet {
        let pages = self.sheet.pages.len();
        let edges = (MARGIN, self.right());
        let y = self.bottom();
        for page in 0..pages {
            let text = format!("第 {} 页，共 {pages} 页", page + 1);
            let width = self.font.width(&text) * TEXT * POINT;
            let at = (edges.1 - width, y + TEXT * POINT * 1.1);
            self.sheet.pages[page].push(Mark::Text {
                at,
                size: TEXT,
                text,
            });
        }
        self.sheet
    }
}

fn height(cells: &[Vec<String>]) -> f32 {
    let lines = cells.iter().map(Vec::len).max().unwrap_or(1);
    // A cell has few lines.
    let lines = f32::from(u8::try_from(lines).unwrap_or(u8::MAX));
    lines * TEXT * POINT * LEADING + PADDING
}
