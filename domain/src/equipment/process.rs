use chaobiao_decision::{CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    CertificateNo, CycleClass, CycleSet, EquipmentItem, EquipmentItemCommand, EquipmentModel,
    EquipmentModelCommand, ItemRegistered, ItemVerified, ModelSpec, Requirement, VerificationCycle,
    VerificationCycleCommand, shortfalls,
};
use crate::campus::require_campus;
use crate::units::{CampusId, Commodity, EquipmentModelId, HardwareNo, StaffLogin, business_date};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelChanged {
    pub model_id: EquipmentModelId,
    /// What a terminal lacks.
    pub shortfalls: Vec<Requirement>,
}

/// Enters a model the centre may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterModel {
    pub model_id: EquipmentModelId,
    pub spec: ModelSpec,
}

impl Process for RegisterModel {
    const NAME: &'static str = "equipment.register_model";
    type Outcome = ModelChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ModelChanged, Stop> {
        let command = EquipmentModelCommand::Register {
            model_id: self.model_id.clone(),
            spec: Box::new(self.spec.clone()),
        };
        workspace.execute::<EquipmentModel>(self.model_id.as_str(), command)?;
        Ok(ModelChanged {
            model_id: self.model_id.clone(),
            shortfalls: shortfalls(&self.spec),
        })
    }
}

/// No more of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawModel {
    pub model_id: EquipmentModelId,
    pub reason: String,
}

impl Process for WithdrawModel {
    const NAME: &'static str = "equipment.withdraw_model";
    type Outcome = ModelChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ModelChanged, Stop> {
        let reason = self.reason.clone();
        let command = EquipmentModelCommand::Withdraw { reason };
        workspace.execute::<EquipmentModel>(self.model_id.as_str(), command)?;
        Ok(ModelChanged {
            model_id: self.model_id.clone(),
            shortfalls: Vec::new(),
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemChanged {
    pub equipment_no: HardwareNo,
}

/// Enters one piece of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterEquipment {
    pub equipment_no: HardwareNo,
    pub model_id: EquipmentModelId,
    pub campus: CampusId,
    pub keeper: Option<StaffLogin>,
    /// Today, when not given.
    pub acquired_on: Option<NaiveDate>,
}

impl Process for RegisterEquipment {
    const NAME: &'static str = "equipment.register_item";
    type Outcome = ItemChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ItemChanged, Stop> {
        let today = business_date(context.at);
        require_campus(&self.campus, "campusId", workspace)?;
        let model = workspace.get::<EquipmentModel>(self.model_id.as_str())?;
        let registered = ItemRegistered {
            equipment_no: self.equipment_no.clone(),
            model_id: self.model_id.clone(),
            kind: model.in_use()?,
            campus: self.campus.clone(),
            keeper: self.keeper.clone(),
            acquired_on: self.acquired_on.unwrap_or(today),
        };
        let command = EquipmentItemCommand::Register { registered, today };
        workspace.execute::<EquipmentItem>(self.equipment_no.as_str(), command)?;
        Ok(ItemChanged {
            equipment_no: self.equipment_no.clone(),
        })
    }
}

/// 检定: a meter was tested, and passed or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordVerification {
    pub equipment_no: HardwareNo,
    pub on: NaiveDate,
    pub certificate_no: CertificateNo,
    pub passed: bool,
}

impl Process for RecordVerification {
    const NAME: &'static str = "equipment.record_verification";
    type Outcome = ItemChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ItemChanged, Stop> {
        let verified = ItemVerified {
            on: self.on,
            certificate_no: self.certificate_no.clone(),
            passed: self.passed,
        };
        let today = business_date(context.at);
        let command = EquipmentItemCommand::Verify { verified, today };
        workspace.execute::<EquipmentItem>(self.equipment_no.as_str(), command)?;
        Ok(ItemChanged {
            equipment_no: self.equipment_no.clone(),
        })
    }
}

/// 报废
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetireEquipment {
    pub equipment_no: HardwareNo,
    pub reason: String,
}

impl Process for RetireEquipment {
    const NAME: &'static str = "equipment.retire_item";
    type Outcome = ItemChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<ItemChanged, Stop> {
        let reason = self.reason.clone();
        let command = EquipmentItemCommand::Retire { reason };
        workspace.execute::<EquipmentItem>(self.equipment_no.as_str(), command)?;
        Ok(ItemChanged {
            equipment_no: self.equipment_no.clone(),
        })
    }
}

/// R43: says how long meters may hang, by calibre, from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetVerificationCycle {
    pub commodity: Commodity,
    pub from: NaiveDate,
    pub classes: Vec<CycleClass>,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleChanged {
    pub commodity: Commodity,
}

impl Process for SetVerificationCycle {
    const NAME: &'static str = "equipment.set_verification_cycle";
    type Outcome = CycleChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CycleChanged, Stop> {
        let set = CycleSet {
            commodity: self.commodity,
            from: self.from,
            classes: self.classes.clone(),
            reason: self.reason.clone(),
        };
        let command = VerificationCycleCommand::Set(set);
        workspace.execute::<VerificationCycle>(self.commodity.as_str(), command)?;
        Ok(CycleChanged {
            commodity: self.commodity,
        })
    }
}
