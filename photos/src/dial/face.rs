//! The flat face of a meter, as its maker prints it.

use barcoders::sym::code128::Code128;
use qrcodegen::{QrCode, QrCodeEcc};

use super::canvas::{Area, Canvas, Point, around};
use super::counter::{Style, paint, print};
use super::random::Random;
use super::{Code, Kind};

pub(super) struct Face {
    pub(super) canvas: Canvas,
    pub(super) windows: Vec<Area>,
}

pub(super) const WIDTH: u32 = 1000;
pub(super) const HEIGHT: u32 = 1000;

pub(super) struct Print<'a> {
    pub(super) kind: Kind,
    pub(super) wheels: &'a [f32],
    pub(super) decimals: usize,
    pub(super) serial: &'a str,
    pub(super) code: Code,
}

pub(super) fn draw(content: &Print<'_>, random: &mut Random) -> Face {
    let paper = random.between(195.0, 235.0);
    let paper = [paper, paper, paper - random.between(0.0, 18.0)];
    let mut canvas = match content.kind {
        Kind::Water => water_body(paper, random),
        Kind::Electricity => electricity_body(paper, random),
    };
    let digit_height = random.between(52.0, 66.0);
    let style = Style::draw(random, digit_height);
    let (width, _) = style.size(content.wheels.len());
    let top = match content.kind {
        Kind::Water => random.between(300.0, 360.0),
        Kind::Electricity => random.between(240.0, 330.0),
    };
    let at = ((WIDTH as f32 - width) / 2.0, top);
    let windows = paint(
        &mut canvas,
        &style,
        at,
        content.wheels,
        content.decimals,
        random,
    );
    unit_mark(&mut canvas, (at.0 + width + 14.0, top + 40.0));
    Face {
        canvas: marks(canvas, content, random),
        windows,
    }
}

/// Litre hands, the serial number and a code, below the counter.
fn marks(mut canvas: Canvas, content: &Print<'_>, random: &mut Random) -> Canvas {
    if content.kind == Kind::Water {
        for index in 0..3u8 {
            let middle = (
                330.0 + 170.0 * f32::from(index),
                560.0 + random.between(-10.0, 10.0),
            );
            hand_dial(&mut canvas, middle, random.unit() * 360.0);
        }
    } else {
        canvas.rectangle(
            Area {
                x: 250.0,
                y: 500.0,
                width: 500.0,
                height: 34.0,
            },
            [150.0, 152.0, 150.0],
        );
    }
    let ink = [40.0, 40.0, 44.0];
    let height = random.between(26.0, 32.0);
    let width = content.serial.len() as f32 * height * 0.8;
    print(
        &mut canvas,
        content.serial,
        (500.0 - width / 2.0, 668.0),
        height,
        ink,
        random,
    );
    match content.code {
        Code::None => {}
        Code::Bars => bars(&mut canvas, content.serial),
        Code::Square => square(&mut canvas, content.serial),
    }
    canvas
}

fn water_body(paper: [f32; 3], random: &mut Random) -> Canvas {
    let mut canvas = Canvas::new(WIDTH, HEIGHT, wall(random));
    let rim = random.between(60.0, 150.0);
    let rim = if random.chance(0.5) {
        [rim * 0.5, rim * 0.7, rim * 1.3]
    } else {
        [rim, rim, rim]
    };
    canvas.disc((500.0, 500.0), 470.0, rim);
    canvas.disc((500.0, 500.0), 425.0, rim.map(|value| value * 0.6));
    canvas.disc((500.0, 500.0), 415.0, paper);
    canvas
}

fn electricity_body(paper: [f32; 3], random: &mut Random) -> Canvas {
    let mut canvas = Canvas::new(WIDTH, HEIGHT, wall(random));
    let case = random.between(90.0, 215.0);
    let body = Area {
        x: 60.0,
        y: 40.0,
        width: 880.0,
        height: 920.0,
    };
    canvas.rectangle(body, [case, case, case - 8.0]);
    canvas.rectangle(body.grown(-55.0), paper);
    canvas.line((110.0, 180.0), (890.0, 180.0), 2.0, [70.0; 3]);
    canvas
}

fn wall(random: &mut Random) -> [f32; 3] {
    let light = random.between(90.0, 190.0);
    [
        light,
        light * random.between(0.85, 1.0),
        light * random.between(0.75, 1.0),
    ]
}

fn hand_dial(canvas: &mut Canvas, middle: Point, turn: f32) {
    let ink = [60.0, 60.0, 64.0];
    canvas.disc(middle, 62.0, ink);
    canvas.disc(middle, 58.0, [228.0, 228.0, 224.0]);
    for tick in 0..10u8 {
        let (sin, cos) = (f32::from(tick) * 36.0).to_radians().sin_cos();
        let end = |radius: f32| (middle.0 + radius * sin, middle.1 - radius * cos);
        canvas.line(end(48.0), end(57.0), 1.5, ink);
    }
    let (sin, cos) = turn.to_radians().sin_cos();
    let tip = (middle.0 + 46.0 * sin, middle.1 - 46.0 * cos);
    let red = [190.0, 30.0, 30.0];
    canvas.line(middle, tip, 3.0, red);
    canvas.disc(middle, 9.0, red);
}

/// A cubic metre or a kilowatt hour, as far as the reader cares: letters beside the counter.
fn unit_mark(canvas: &mut Canvas, at: Point) {
    let ink = [50.0; 3];
    for index in 0..3u8 {
        let x = at.0 + f32::from(index) * 12.0;
        canvas.line((x, at.1), (x, at.1 + 28.0), 2.0, ink);
    }
    canvas.line(at, (at.0 + 24.0, at.1), 2.0, ink);
}

fn bars(canvas: &mut Canvas, serial: &str) {
    // Codes of digits only, by pairs where there are pairs.
    let set = if serial.len().is_multiple_of(2) {
        '\u{0106}'
    } else {
        '\u{0181}'
    };
    let Ok(code) = Code128::new(format!("{set}{serial}")) else {
        return;
    };
    let modules = code.encode();
    let step = 4.0;
    let width = modules.len() as f32 * step;
    let area = Area {
        x: 500.0 - width / 2.0,
        y: 725.0,
        width,
        height: 80.0,
    };
    canvas.rectangle(area.grown(14.0), [245.0; 3]);
    for (index, module) in modules.iter().enumerate() {
        if *module == 1 {
            let bar = Area {
                x: area.x + step * index as f32,
                width: step,
                ..area
            };
            canvas.paint(
                bar,
                |_, _| [20.0; 3],
                |x, y| {
                    f32::from(u8::from(
                        x >= bar.x && x < bar.x + bar.width && y >= bar.y && y < bar.y + bar.height,
                    ))
                },
            );
        }
    }
}

fn square(canvas: &mut Canvas, serial: &str) {
    let Ok(code) = QrCode::encode_text(serial, QrCodeEcc::Medium) else {
        return;
    };
    let step = 6.0;
    let side = code.size() as f32 * step;
    let at = (500.0 - side / 2.0, 722.0);
    let sheet = Area {
        x: at.0,
        y: at.1,
        width: side,
        height: side,
    };
    canvas.rectangle(sheet.grown(4.0 * step), [245.0; 3]);
    for row in 0..code.size() {
        for column in 0..code.size() {
            if code.get_module(column, row) {
                let module = around(
                    (
                        at.0 + (column as f32 + 0.5) * step,
                        at.1 + (row as f32 + 0.5) * step,
                    ),
                    step / 2.0,
                );
                canvas.paint(
                    module,
                    |_, _| [20.0; 3],
                    |x, y| {
                        let (dx, dy) = (x - module.x, y - module.y);
                        f32::from(u8::from(dx >= 0.0 && dx < step && dy >= 0.0 && dy < step))
                    },
                );
            }
        }
    }
}
