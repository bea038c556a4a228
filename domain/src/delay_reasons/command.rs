use super::DelayReasonDefined;
use crate::units::ReasonCode;

#[derive(Clone, Debug)]
pub enum DelayReasonsCommand {
    Define(DelayReasonDefined),
    Retire(ReasonCode),
}
