use std::path::PathBuf;

use chaobiao_domain::units::{BillNo, CertificateNo, ReadingId, ReceiptNo};
use chaobiao_eventstore::notary::{
    find_event, latest_checkpoint, prove_consistency, prove_event, prove_event_by,
};
use chaobiao_projections::evidence::Evidence;
use clap::Args;
use sqlx::PgPool;
use uuid::Uuid;

use super::{CommandError, Context, deliver, read};

#[derive(Args, Debug)]
pub(super) struct Prove {
    #[command(flatten)]
    what: What,
    /// 以此检查点（例如已有见证联署的）为准，缺省为最新
    #[arg(long, value_name = "文件")]
    checkpoint: Option<PathBuf>,
    /// 写入文件，缺省输出到标准输出
    #[arg(long, value_name = "文件")]
    out: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct What {
    /// 事件编号
    event_id: Option<Uuid>,
    /// 账单编号
    #[arg(long, value_name = "编号")]
    bill: Option<BillNo>,
    /// 收据编号
    #[arg(long, value_name = "编号")]
    receipt: Option<ReceiptNo>,
    /// 读数编号
    #[arg(long, value_name = "编号")]
    reading: Option<ReadingId>,
    /// 结清证明编号
    #[arg(long, value_name = "编号")]
    certificate: Option<CertificateNo>,
}

impl What {
    async fn event_id(self, pool: &PgPool) -> Result<Uuid, CommandError> {
        if let Some(event_id) = self.event_id {
            return Ok(event_id);
        }
        let evidence = self
            .bill
            .map(Evidence::Bill)
            .or(self.receipt.map(Evidence::Receipt))
            .or(self.reading.map(Evidence::Reading))
            .or(self.certificate.map(Evidence::Certificate))
            .ok_or("未指明要证明什么")?;
        let at = evidence.event(pool).await?.ok_or("未找到该单据或读数")?;
        let found = find_event(pool, &at).await?;
        Ok(found.ok_or("该事件尚未进入日志，请稍后再试")?)
    }
}

impl Prove {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let by = self.checkpoint.as_deref().map(read).transpose()?;
        let (_, database) = context.open().await?;
        let text = prove(database.pool(), self.what, by).await;
        database.close().await;
        deliver(&text?, self.out)
    }
}

async fn prove(pool: &PgPool, what: What, by: Option<String>) -> Result<String, CommandError> {
    let event_id = what.event_id(pool).await?;
    let proof = match by {
        Some(note) => prove_event_by(pool, event_id, &note).await?,
        None => prove_event(pool, event_id).await?,
    };
    Ok(proof.to_text()?)
}

#[derive(Args, Debug)]
pub(super) struct Consistency {
    /// 较旧检查点的条数
    from: u64,
    /// 较新检查点的条数，缺省为最新
    to: Option<u64>,
    /// 写入文件，缺省输出到标准输出
    #[arg(long, value_name = "文件")]
    out: Option<PathBuf>,
}

impl Consistency {
    pub(super) async fn run(self, context: &Context) -> Result<(), CommandError> {
        let (_, database) = context.open().await?;
        let text = self.prove(database.pool()).await;
        database.close().await;
        deliver(&text?, self.out)
    }

    async fn prove(&self, pool: &PgPool) -> Result<String, CommandError> {
        let to = match self.to {
            Some(to) => to,
            None => latest_checkpoint(pool).await?.ok_or("尚无检查点")?.0,
        };
        Ok(prove_consistency(pool, self.from, to).await?.to_text()?)
    }
}
