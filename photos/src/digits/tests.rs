use super::crop::CROP_LENGTH;
use super::*;

/// Written by the trainer: 64 crops as bytes, then what its own engine made of them.
const CHECK: &[u8] = include_bytes!("../../models/digits_check.bin");
const CHECKED: usize = 64;

#[test]
fn the_engine_answers_as_the_trainer_does() {
    let (pixels, logits) = CHECK.split_at(CHECKED * CROP_LENGTH);
    let crops: Vec<Crop> = pixels
        .chunks_exact(CROP_LENGTH)
        .map(Crop::from_bytes)
        .collect();
    let expected: Vec<f32> = logits
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
        .collect();
    assert_eq!(expected.len(), CHECKED * CLASSES);
    let actual = DigitNetwork::load().unwrap().logits(&crops).unwrap();
    let largest = actual
        .iter()
        .zip(&expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(largest <= 1e-3, "differs by {largest}");
}

fn peak(at: usize, height: f32) -> Vec<f32> {
    let mut logits = vec![0.0; CLASSES];
    logits[at] = height;
    logits
}

#[test]
fn the_value_is_the_middle_of_the_peak_and_goes_round() {
    let reading = WheelReading::from_logits(&peak(37, 20.0));
    assert!((reading.value - 3.7).abs() < 0.01);
    assert!(reading.confidence > 0.99);
    let mut logits = peak(99, 20.0);
    logits[0] = 20.0;
    let reading = WheelReading::from_logits(&logits);
    assert!(ring_distance(reading.value, 9.95) < 0.01);
    assert!((0.0..10.0).contains(&reading.value));
    let mut logits = peak(99, 19.0);
    logits[0] = 21.0;
    assert!(WheelReading::from_logits(&logits).tenths() < 0.05);
}

#[test]
fn a_flat_answer_is_no_confidence() {
    let reading = WheelReading::from_logits(&[0.0; CLASSES]);
    assert!(reading.confidence < 0.06);
    assert!((reading.probability_near(3.0, 0.5) - 0.11).abs() < 0.001);
}

fn tar_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = ::tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn a_tar_is_answered_picture_by_picture() {
    let grey = crate::gate::jpeg(&image::RgbImage::from_pixel(24, 43, image::Rgb([90; 3])));
    let archive = tar_of(&[
        ("labels.csv", b"file,value\n".as_slice()),
        ("a.jpg", &grey),
        ("text.jpg", b"not a picture"),
        ("b.jpg", &grey),
    ]);
    let mut answers = Vec::new();
    read_tar(
        archive.as_slice(),
        &DigitNetwork::load().unwrap(),
        |answer| {
            answers.push(answer);
            Ok::<_, TarError>(())
        },
    )
    .unwrap();
    assert_eq!(answers.len(), 3);
    assert!(
        matches!(&answers[0], CropAnswer::Read { file, value, .. } if file == "a.jpg" && (0.0..10.0).contains(value))
    );
    assert_eq!(
        answers[1],
        CropAnswer::Refused {
            file: "text.jpg".to_owned(),
            error: "PHOTO_TYPE_NOT_ALLOWED"
        }
    );
    assert!(matches!(&answers[2], CropAnswer::Read { file, .. } if file == "b.jpg"));
}

#[test]
fn a_tar_that_ends_too_early_is_an_error() {
    let grey = crate::gate::jpeg(&image::RgbImage::from_pixel(24, 43, image::Rgb([90; 3])));
    let archive = tar_of(&[("a.jpg", &grey)]);
    let result = read_tar(&archive[..600], &DigitNetwork::load().unwrap(), |_| {
        Ok::<_, TarError>(())
    });
    assert!(matches!(result, Err(TarError::Archive(_))));
}
