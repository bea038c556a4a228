//! Writes drawn photos of meters with their labels:
//! `cargo run -p chaobiao-photos --example draw_dials -- FOLDER COUNT [SEED]`.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use chaobiao_photos::dial::{Dial, Difficulty, Shot};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("a folder is missing")?);
    let count: u64 = arguments.next().ok_or("a count is missing")?.parse()?;
    let seed: u64 = arguments.next().map_or(Ok(1), |seed| seed.parse())?;
    fs::create_dir_all(&folder)?;
    let mut labels = fs::File::create(folder.join("labels.csv"))?;
    writeln!(labels, "file,reading,index,serial,difficulty")?;
    for difficulty in Difficulty::ALL {
        for number in 0..count {
            let dial = Dial::draw(seed + number);
            let photo = dial.photo(&Shot::new(difficulty, seed + number));
            let file = format!("{}_{number:04}.jpg", difficulty.as_str());
            fs::write(folder.join(&file), photo.jpeg(90)?)?;
            let (reading, index) = (dial.text(), dial.index());
            writeln!(
                labels,
                "{file},{reading},{index},{},{}",
                dial.serial,
                difficulty.as_str()
            )?;
        }
    }
    Ok(())
}
