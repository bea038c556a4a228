//! Builds the models that read print into the program where the set-up has fetched them.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=models");
    println!("cargo::rustc-check-cfg=cfg(text_models)");
    let models = Path::new("models/text");
    let is_there = |name: &str| models.join(name).is_file();
    if is_there("detection.onnx") && is_there("recognition.onnx") {
        println!("cargo::rustc-cfg=text_models");
    }
}
