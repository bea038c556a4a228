use std::sync::Arc;

use rten::{Model, RunOptions, ThreadPool};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::crop::{CROP_LENGTH, HEIGHT, WIDTH};
use super::{CLASSES, Crop, WheelReading};

const MODEL: &[u8] = include_bytes!("../../models/digits.onnx");

/// Of the weights; kept with every verdict, because another network may say otherwise.
pub const MODEL_SHA256: &str = "fc2b720f28e3b60945ccf66fd8bc50268e44f396754ae5a4ec5b2c3f47025580";

/// Crops handed over at once: more cost memory and save no time.
const BATCH: usize = 64;

#[derive(Debug, Error)]
pub enum NetworkError {
    #[error("数字识别模型与其摘要不符")]
    Altered,
    #[error("数字识别模型无法载入")]
    Load(#[from] rten::LoadError),
    #[error("数字识别模型运行出错")]
    Run(#[from] rten::RunError),
    #[error("数字识别模型的输出不合要求")]
    Output,
}

/// The network that reads digit windows, loaded once and shared by all who read.
pub struct DigitNetwork {
    model: Model,
    options: RunOptions,
}

impl DigitNetwork {
    /// Loads the weights built into the program.
    pub fn load() -> Result<Self, NetworkError> {
        if hex::encode(Sha256::digest(MODEL)) != MODEL_SHA256 {
            return Err(NetworkError::Altered);
        }
        // One thread: photos are read side by side, and a crop is too small to be shared out.
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        Ok(Self {
            model: Model::load_static_slice(MODEL)?,
            options: RunOptions::default().with_thread_pool(Some(pool)),
        })
    }

    pub fn read(&self, crops: &[Crop]) -> Result<Vec<WheelReading>, NetworkError> {
        let mut readings = Vec::with_capacity(crops.len());
        for batch in crops.chunks(BATCH) {
            let logits = self.logits(batch)?;
            readings.extend(logits.chunks_exact(CLASSES).map(WheelReading::from_logits));
        }
        Ok(readings)
    }

    pub(crate) fn logits(&self, crops: &[Crop]) -> Result<Vec<f32>, NetworkError> {
        let mut input = Vec::with_capacity(crops.len() * CROP_LENGTH);
        for crop in crops {
            input.extend_from_slice(crop.planes());
        }
        let shape = [crops.len(), 3, HEIGHT, WIDTH];
        let input = NdTensorView::from_data(shape, input.as_slice());
        let output = self
            .model
            .run_one(input.into(), Some(self.options.clone()))?;
        let output: NdTensor<f32, 2> = output.try_into().map_err(|_| NetworkError::Output)?;
        if output.shape() != [crops.len(), CLASSES] {
            return Err(NetworkError::Output);
        }
        let logits = output.to_vec();
        let finite = logits.iter().all(|logit| logit.is_finite());
        if finite {
            Ok(logits)
        } else {
            Err(NetworkError::Output)
        }
    }
}
