//! Which account pays for which meter at which tariff: 户号, 表号, 价格方案 in a file, so that a centre can
//! begin with all of them (R82, R85).

use std::collections::HashMap;

use chaobiao_decision::{CommandContext, Process, Rejection, Stop, Workspace};
use chaobiao_domain::account::{Account, AssignMeter};
use chaobiao_domain::units::{AccountNo, MeterNo, TariffId};
use chaobiao_projections::tariffs;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use super::cell::refused;
use super::columns::{ACCOUNT_NO, Column, Fields, METER_NO};

pub(super) const COLUMNS: &[Column] = &[
    ACCOUNT_NO,
    METER_NO,
    Column {
        field: "tariffId",
        label: "价格方案",
        required: true,
        aliases: &[
            "价格方案",
            "价格",
            "价格类别",
            "用水性质",
            "用电性质",
            "电价类别",
            "水价类别",
            "tariffId",
            "tariff",
        ],
    },
    Column {
        field: "from",
        label: "起始日期",
        required: false,
        aliases: &[
            "起始日期",
            "起用日期",
            "开户日期",
            "生效日期",
            "from",
            "since",
        ],
    },
];

/// Tariffs by name, since files say either name or id.
#[derive(Clone, Debug, Default)]
pub struct TariffNames {
    by_name: HashMap<String, TariffId>,
}

impl TariffNames {
    pub fn new(tariffs: impl IntoIterator<Item = (TariffId, String)>) -> Self {
        Self {
            by_name: tariffs.into_iter().map(|(id, name)| (name, id)).collect(),
        }
    }

    /// All there are now.
    pub async fn current(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let rows = tariffs::query::all(pool).await?;
        Ok(Self::new(
            rows.into_iter().map(|row| (row.tariff_id, row.name)),
        ))
    }

    /// What is no name is taken for an id; the decision looks whether there is such a tariff.
    fn find(&self, text: &str) -> Result<TariffId, Rejection> {
        match self.by_name.get(text) {
            Some(id) => Ok(id.clone()),
            None => TariffId::try_new(text).map_err(|error| refused(&error).on("tariffId")),
        }
    }
}

/// One row: the account pays for the meter from its last reading up to a day on, unless it does.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ImportAssignment {
    pub(super) account_no: AccountNo,
    pub(super) meter_no: MeterNo,
    tariff_id: TariffId,
    from: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AssignmentImported {
    pub(super) known: bool,
}

impl Process for ImportAssignment {
    const NAME: &'static str = "import.assignment";
    type Outcome = AssignmentImported;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AssignmentImported, Stop> {
        let account = workspace.get::<Account>(self.account_no.as_str())?;
        let mut meters = account.opened(&self.account_no)?.meters().iter();
        let known = meters.any(|meter| {
            meter.meter_no == self.meter_no
                && meter.tariff_id == self.tariff_id
                && meter.released.is_none()
        });
        if !known {
            let assign = AssignMeter {
                account_no: self.account_no.clone(),
                meter_no: self.meter_no.clone(),
                tariff_id: self.tariff_id.clone(),
                from: self.from,
            };
            assign.decide(context, workspace)?;
        }
        Ok(AssignmentImported { known })
    }
}

pub(super) fn parse(
    fields: Fields<'_>,
    tariffs: &TariffNames,
) -> Result<ImportAssignment, Rejection> {
    Ok(ImportAssignment {
        account_no: fields.required("accountNo")?,
        meter_no: fields.required("meterNo")?,
        tariff_id: tariffs.find(&fields.required_text("tariffId")?)?,
        from: fields.moment("from")?.and_then(|moment| moment.date),
    })
}
