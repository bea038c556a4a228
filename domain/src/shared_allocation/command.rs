use chrono::NaiveDate;

use super::event::{AllocationAgreed, SharesCancelled, SharesPosted};

/// What may be asked of the agreements over one common meter.
#[derive(Clone, Debug)]
pub enum SharedAllocationCommand {
    Agree(AllocationAgreed),
    End { on: NaiveDate },
    Post(SharesPosted),
    Cancel(SharesCancelled),
}
