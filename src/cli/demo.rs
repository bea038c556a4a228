//! The demo campus.

use std::sync::Arc;

use chaobiao_domain::units::business_date;
use chaobiao_eventstore::{BusOptions, SystemClock};
use chrono::NaiveDate;
use clap::Args;

use crate::app::Core;
use crate::config::Config;
use crate::database::Database;
use crate::demo::{DemoOptions, DemoParts, DemoReport, ensure};

use super::{CommandError, Context, output};

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct DemoArguments {
    /// 演示校区的种子：相同种子生成相同数据
    #[arg(long, default_value_t = DemoOptions::SEED)]
    seed: u64,
    /// 演示数据截止日（不含当天），缺省为今天
    #[arg(long, value_name = "日期")]
    today: Option<NaiveDate>,
    /// 演示校区的表计数量
    #[arg(long, default_value_t = DemoOptions::METERS)]
    meters: usize,
}

pub(super) type Arguments = DemoArguments;

impl DemoArguments {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let (config, database) = context.open().await?;
        let made = make(&config, &database, &self).await;
        database.close().await;
        output::line(made?.to_string().trim_end())?;
        Ok(())
    }
}

/// Makes the campus, carries an interrupted one on, or finds it made.
pub(super) async fn make(
    config: &Config,
    database: &Database,
    arguments: &DemoArguments,
) -> Result<DemoReport, CommandError> {
        let clock = Arc::new(SystemClock);
        // Its commands are dated over fourteen months, up to a day that may lie ahead.
        let options = BusOptions { simulation: true, ..BusOptions::default() };
        let core = Core::open(config, database.pool().clone(), clock, options).await?;
        let today = arguments.today.unwrap_or_else(|| business_date(core.store.clock().now()));
        let parts = DemoParts {
            bus: &core.bus,
            access: &core.access(config)?,
            photos: core.analyst.photos(),
            progress: None,
        };
        let options = DemoOptions { seed: arguments.seed, today, meters: arguments.meters };
        Ok(ensure(&parts, options).await?)
}
