use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::process::require_system;
use crate::meter::{Channel, Evidence, Meter, ReadingJudged, SubmitReading};
use crate::units::{CollectorNo, Index, MeterNo, RateIndexes, RawFrame};

/// What a collector heard becomes a reading that is billed by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmitRemoteReading {
    pub meter_no: MeterNo,
    pub collector_no: CollectorNo,
    pub index: Index,
    pub read_at: DateTime<Utc>,
    pub frame: Option<RawFrame>,
    /// 分时示数
    #[serde(default, skip_serializing_if = "RateIndexes::is_empty")]
    pub rates: RateIndexes,
    /// Nothing more is needed where a remote reading since then is there.
    pub since: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteReadingTaken {
    /// None: there was one already.
    pub judged: Option<ReadingJudged>,
}

/// Whether a meter has a remote reading from an instant on.
pub(super) fn is_read_since(meter: &Meter, since: DateTime<Utc>) -> bool {
    meter.registered().is_ok_and(|meter| {
        meter
            .submitted_since(since)
            .any(|(_, submission)| submission.channel == Channel::Remote)
    })
}

/// As many places as the device's register has: meters often say more than they show.
fn shown_by(meter: &Meter, index: Index) -> Result<Index, Stop> {
    let device = meter.registered()?.device();
    let places = device.map_or(u32::MAX, |device| u32::from(device.decimals));
    let cut = index.value().trunc_with_scale(places);
    Index::try_new(cut).map_err(|error| Stop::Corrupt(error.to_string()))
}

impl Process for SubmitRemoteReading {
    const NAME: &'static str = "collector.submit_reading";
    type Outcome = RemoteReadingTaken;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<RemoteReadingTaken, Stop> {
        require_system(context)?;
        let meter = workspace.get::<Meter>(self.meter_no.as_str())?;
        if self.since.is_some_and(|since| is_read_since(meter, since)) {
            return Ok(RemoteReadingTaken { judged: None });
        }
        let rates = self.rates.iter();
        let rates = rates.map(|(rate, index)| Ok((*rate, shown_by(meter, *index)?)));
        let submit = SubmitReading {
            meter_no: self.meter_no.clone(),
            index: shown_by(meter, self.index)?,
            read_at: Some(self.read_at),
            channel: Channel::Remote,
            photo: None,
            round: None,
            note: None,
            evidence: Evidence {
                device: Some(self.collector_no.to_string()),
                frame: self.frame.clone(),
                rates: rates.collect::<Result<_, Stop>>()?,
                ..Evidence::default()
            },
        };
        let judged = submit.decide(context, workspace)?;
        Ok(RemoteReadingTaken {
            judged: Some(judged),
        })
    }
}
