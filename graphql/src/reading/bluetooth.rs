//! 蓝牙抄表 (R20): a companion app hands over what a water meter answered; the index is read off
//! the frame, and the frame is kept.

use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::meter::{Channel, Evidence, MeterError, SubmitReading};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{MeterNo, RateIndexes, RawFrame, RoundId};
use chrono::{DateTime, Utc};

use super::mutation::UploadBluetoothReadingPayload;
use super::state::PositionInput;
use crate::support::{FrameReader, Services, field, may, run};

#[derive(InputObject)]
pub(super) struct UploadBluetoothReadingInput {
    idempotency_key: String,
    meter_no: String,
    /// The meter's answer in hexadecimal, as it came.
    frame: String,
    /// Now, when not given.
    read_at: Option<DateTime<Utc>>,
    /// The phone it came by.
    device: Option<String>,
    position: Option<PositionInput>,
    round_id: Option<String>,
    note: Option<String>,
}

impl UploadBluetoothReadingInput {
    fn process(&self, frames: &dyn FrameReader) -> std::result::Result<SubmitReading, Rejection> {
        let meter_no = field("meterNo", MeterNo::try_new(&self.meter_no))?;
        let frame = field("frame", RawFrame::try_new(&self.frame))?;
        let answer = frames
            .water_dial(&frame)
            .ok_or(MeterError::FrameUnreadable)?;
        let round = self.round_id.as_deref().map(RoundId::try_new).transpose();
        Ok(SubmitReading {
            meter_no,
            index: answer.index,
            read_at: self.read_at,
            channel: Channel::Bluetooth,
            photo: None,
            round: field("roundId", round)?,
            note: self.note.clone(),
            evidence: Evidence {
                state: None,
                position: self.position.map(PositionInput::point).transpose()?,
                device: self.device.clone(),
                watermark_at: None,
                frame: Some(frame),
                answered_by: Some(answer.address),
                rates: RateIndexes::new(),
            },
        })
    }
}

#[derive(Default)]
pub struct BluetoothMutation;

#[Object]
impl BluetoothMutation {
    /// Submits what a meter answered by Bluetooth. It passes the rules of every other reading.
    #[graphql(guard = "may(Permission::SubmitReadings)")]
    async fn upload_bluetooth_reading(
        &self,
        ctx: &Context<'_>,
        input: UploadBluetoothReadingInput,
    ) -> Result<UploadBluetoothReadingPayload> {
        let process = input.process(Services::of(ctx)?.frames.as_ref());
        let key = &input.idempotency_key;
        let ran = run(ctx, "uploadBluetoothReading", key, process).await?;
        UploadBluetoothReadingPayload::of(ctx, ran).await
    }
}
