//! The charging system's bills: which file is the newer one, and whether both sides agree.

use std::path::Path;

use chaobiao_decision::Actor;
use chaobiao_domain::bill_reconciliation::{BillSums, ReconciledDifference};
use chaobiao_domain::import_batch::ImportKind;
use chaobiao_domain::units::{CampusId, Fen, FileHash, ImportBatchId, ImportProfileId};
use chaobiao_projections::imports;
use sha2::{Digest as _, Sha256};

use crate::app::Core;
use crate::cli::error::DifferencesFound;
use crate::cli::{CommandError, output};
use crate::import::{CampusNames, FileKind, ImportRequest, TariffNames, reconcile as compare};

use super::{layout, name_of, read};

/// A file that newer ones have followed would set back what those have changed.
pub(super) async fn not_older(core: &Core, bytes: &[u8]) -> Result<(), CommandError> {
    let hash = FileHash::try_new(hex::encode(Sha256::digest(bytes)))?;
    let pool = core.store.pool();
    if imports::query::has_newer(pool, ImportKind::ChargingSystemBills, &hash).await? {
        return Err("该文件导入之后已导入过较新的账单文件；确需按旧文件处理，请加 --older".into());
    }
    Ok(())
}

/// A batch is named by what its rows are, and by its file.
pub(super) fn is_of_bills(batch: &ImportBatchId) -> bool {
    let kind = batch.as_str().split('-').next();
    kind == Some(ImportKind::ChargingSystemBills.as_str())
}

/// A line for every difference; differences make the status of refused rows.
pub(super) async fn reconcile(
    core: &Core,
    campus: Option<CampusId>,
    profile: Option<ImportProfileId>,
    path: &Path,
) -> Result<(), CommandError> {
    let bytes = read(path).await?;
    let profile = match profile {
        Some(profile) => Some(layout(core, profile).await?),
        None => None,
    };
    let request = ImportRequest {
        kind: FileKind::Bills,
        file_name: name_of(path),
        actor: Actor::System("import".to_owned()),
        at: core.store.clock().now(),
        dry_run: false,
        campuses: CampusNames::default(),
        tariffs: TariffNames::default(),
        profile,
        undone_at: None,
    };
    let reconciled = compare(&core.bus, &request, campus, &bytes).await?;
    for difference in &reconciled.differences {
        output::line(&told(difference))?;
    }
    let (theirs, ours) = (reconciled.there, reconciled.here);
    let line = |name: &str, sums: BillSums| {
        format!(
            "{name} {} 张，应收 {} 元，欠费 {} 元",
            sums.bills, sums.asked, sums.open
        )
    };
    output::line(&line("收费系统", theirs))?;
    output::line(&line("本系统", ours))?;
    let less = |ours: Fen, theirs: Fen| ours.checked_sub(theirs).unwrap_or_default();
    output::line(&format!(
        "对账 {}：一致 {} 张，差异 {} 项，应收差额 {} 元，欠费差额 {} 元",
        reconciled.reconciliation_id,
        reconciled.agreed,
        reconciled.differences.len(),
        less(ours.asked, theirs.asked),
        less(ours.open, theirs.open)
    ))?;
    match reconciled.differences.len() {
        0 => Ok(()),
        differences => Err(DifferencesFound(differences).into()),
    }
}

fn told(difference: &ReconciledDifference) -> String {
    let amount = |amount: Option<Fen>| amount.map_or("—".to_owned(), |it| it.to_string());
    format!(
        "户号 {} {}：{}，收费系统应收 {} 欠 {}，本系统应收 {} 欠 {}",
        difference.account_no,
        difference.month,
        difference.kind.label(),
        amount(difference.there),
        amount(difference.open_there),
        amount(difference.here),
        amount(difference.open_here)
    )
}
