//! Writes drawn windows of counters as a tar for the trainer:
//! `cargo run -p chaobiao-photos --example draw_windows -- FILE.tar COUNT [SEED]`.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Cursor;

use chaobiao_photos::dial;
use image::ImageFormat;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut archive =
        tar::Builder::new(File::create(arguments.next().ok_or("a file is missing")?)?);
    let count: u64 = arguments.next().ok_or("a count is missing")?.parse()?;
    let seed: u64 = arguments.next().map_or(Ok(1), |seed| seed.parse())?;
    let mut labels = "file,value,meter,split\n".to_owned();
    for number in 0..count {
        let (pixels, value) = dial::window(seed + number);
        let mut bytes = Cursor::new(Vec::new());
        pixels.write_to(&mut bytes, ImageFormat::Png)?;
        let file = format!("{number:06}.png");
        writeln!(labels, "{file},{value:.1},drawn,drawn")?;
        append(&mut archive, &file, bytes.get_ref())?;
    }
    append(&mut archive, "labels.csv", labels.as_bytes())?;
    archive.finish()?;
    Ok(())
}

fn append(archive: &mut tar::Builder<File>, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    archive.append_data(&mut header, name, bytes)
}
