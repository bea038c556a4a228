//! How many planted faults the validation rules find, how many right readings they doubt, and
//! whether two years of bills and payments reconcile.

use chaobiao_domain::units::BillingMonth;
use clap::Args;
use serde_json::json;

use crate::demo::{SimulationOptions, simulate, simulate_billed};

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
    /// 每月开账、收费，期末对账
    #[arg(long)]
    billed: bool,
    /// 一个 JSON 对象
    #[arg(long)]
    json: bool,
}

impl Arguments {
    #[expect(clippy::unused_async, reason = "all commands are called alike")]
    pub(super) async fn run(self, _context: &Context) -> Result<(), CommandError> {
        let options = SimulationOptions {
            seed: self.seed,
            meters: usize::try_from(self.meters).unwrap_or(usize::MAX),
            months: usize::try_from(self.months).unwrap_or(usize::MAX),
            from: self.from,
        };
        let (score, money) = if self.billed {
            let (score, money) = simulate_billed(options)?;
            (score, Some(money))
        } else {
            (simulate(options)?, None)
        };
        if self.json {
            let mut told = serde_json::to_value(&score)?;
            told["precision_per_mille"] = json!(score.precision_per_mille());
            told["recall_per_mille"] = json!(score.recall_per_mille());
            told["false_holds_per_mille"] = json!(score.false_holds_per_mille());
            if let Some(money) = &money {
                told["money"] = serde_json::to_value(money)?;
                told["reconciled"] = json!(money.is_reconciled());
            }
            return Ok(output::line(&told.to_string())?);
        }
        output::line(&score.to_string())?;
        if let Some(money) = money {
            output::line(&money.to_string())?;
        }
        Ok(())
    }
}
