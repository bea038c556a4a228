//! How many planted faults the validation rules find, and how many right readings they doubt.

use chaobiao_domain::units::BillingMonth;
use clap::Args;
use serde_json::json;

use crate::demo::{SimulationOptions, simulate};

use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// 种子：相同种子得到相同结果
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 表计数量
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(100..=100_000))]
    meters: u64,
    /// 月数
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=120))]
    months: u64,
    /// 第一个月，如 2024-10
    #[arg(long, default_value = "2024-10")]
    from: BillingMonth,
    /// 一个 JSON 对象
    #[arg(long)]
    json: bool,
}

impl Arguments {
    #[expect(clippy::unused_async, reason = "all commands are called alike")]
    pub(super) async fn run(self, _context: &Context) -> Result<(), CommandError> {
        let score = simulate(SimulationOptions {
            seed: self.seed,
            meters: usize::try_from(self.meters).unwrap_or(usize::MAX),
            months: usize::try_from(self.months).unwrap_or(usize::MAX),
            from: self.from,
        })?;
        if self.json {
            let mut told = serde_json::to_value(&score)?;
            told["precision_per_mille"] = json!(score.precision_per_mille());
            told["recall_per_mille"] = json!(score.recall_per_mille());
            told["false_holds_per_mille"] = json!(score.false_holds_per_mille());
            output::line(&told.to_string())?;
        } else {
            output::line(&score.to_string())?;
        }
        Ok(())
    }
}
