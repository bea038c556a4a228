use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_domain::equipment::{
    CertificateNo, CycleClass, ItemChanged, RecordVerification, RegisterEquipment, RetireEquipment,
    SetVerificationCycle, WithdrawModel,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{CampusId, EquipmentModelId, HardwareNo, StaffLogin};

use super::input::RegisterEquipmentModelInput;
use super::types::EquipmentShortfall;
use crate::support::{Commodity, Date, Ran, UserError, field, may, run};

#[derive(InputObject)]
struct WithdrawEquipmentModelInput {
    idempotency_key: String,
    model_id: String,
    reason: String,
}

#[derive(InputObject)]
struct RegisterEquipmentInput {
    idempotency_key: String,
    /// What is stamped on it; of a meter, the number it will be installed under.
    equipment_no: String,
    model_id: String,
    campus_id: String,
    /// The login of whoever gets it.
    keeper: Option<String>,
    /// Today, when not given.
    acquired_on: Option<Date>,
}

#[derive(InputObject)]
struct RecordVerificationInput {
    idempotency_key: String,
    equipment_no: String,
    on: Date,
    certificate_no: String,
    passed: bool,
}

#[derive(InputObject)]
struct RetireEquipmentInput {
    idempotency_key: String,
    equipment_no: String,
    reason: String,
}

#[derive(InputObject)]
struct CycleClassInput {
    /// Included; null in the last class, for all above and for meters without a calibre.
    calibre_mm_max: Option<u16>,
    verify_months: Option<u16>,
    rotate_months: Option<u16>,
}

#[derive(InputObject)]
struct SetVerificationCycleInput {
    idempotency_key: String,
    commodity: Commodity,
    from: Date,
    /// By calibre, the smallest first.
    classes: Vec<CycleClassInput>,
    reason: String,
}

#[derive(SimpleObject)]
struct RegisterEquipmentModelPayload {
    model_id: Option<String>,
    /// What a terminal lacks; it is entered all the same.
    shortfalls: Vec<EquipmentShortfall>,
    user_errors: Vec<UserError>,
    pending: bool,
}

macro_rules! item_payloads {
    ($($payload:ident),+) => {$(
        #[derive(SimpleObject)]
        struct $payload {
            equipment_no: Option<String>,
            user_errors: Vec<UserError>,
            pending: bool,
        }

        impl From<Ran<ItemChanged>> for $payload {
            fn from(ran: Ran<ItemChanged>) -> Self {
                Self {
                    equipment_no: ran.outcome.map(|changed| changed.equipment_no.into()),
                    user_errors: ran.user_errors,
                    pending: ran.pending,
                }
            }
        }
    )+};
}

item_payloads!(
    RegisterEquipmentPayload,
    RecordVerificationPayload,
    RetireEquipmentPayload
);

#[derive(SimpleObject)]
struct WithdrawEquipmentModelPayload {
    user_errors: Vec<UserError>,
    pending: bool,
}

#[derive(SimpleObject)]
struct SetVerificationCyclePayload {
    user_errors: Vec<UserError>,
    pending: bool,
}

#[derive(Default)]
pub struct EquipmentMutation;

#[Object]
impl EquipmentMutation {
    /// Enters a model; what its kind must have and it lacks is refused, of a terminal only told.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn register_equipment_model(
        &self,
        ctx: &Context<'_>,
        input: RegisterEquipmentModelInput,
    ) -> Result<RegisterEquipmentModelPayload> {
        let (name, key) = ("registerEquipmentModel", &input.idempotency_key);
        let ran = run(ctx, name, key, input.read()).await?;
        let (model_id, shortfalls) = ran
            .outcome
            .map(|changed| (changed.model_id, changed.shortfalls))
            .unzip();
        Ok(RegisterEquipmentModelPayload {
            model_id: model_id.map(Into::into),
            shortfalls: shortfalls
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// No more of a model is to be entered.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn withdraw_equipment_model(
        &self,
        ctx: &Context<'_>,
        input: WithdrawEquipmentModelInput,
    ) -> Result<WithdrawEquipmentModelPayload> {
        let process = || {
            Ok(WithdrawModel {
                model_id: field("modelId", EquipmentModelId::try_new(&input.model_id))?,
                reason: input.reason.clone(),
            })
        };
        let (name, key) = ("withdrawEquipmentModel", &input.idempotency_key);
        let ran = run(ctx, name, key, process()).await?;
        Ok(WithdrawEquipmentModelPayload {
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }

    /// Enters one piece of a model.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn register_equipment(
        &self,
        ctx: &Context<'_>,
        input: RegisterEquipmentInput,
    ) -> Result<RegisterEquipmentPayload> {
        let process = || {
            let keeper = input.keeper.as_deref().map(StaffLogin::try_new).transpose();
            Ok(RegisterEquipment {
                equipment_no: field("equipmentNo", HardwareNo::try_new(&input.equipment_no))?,
                model_id: field("modelId", EquipmentModelId::try_new(&input.model_id))?,
                campus: field("campusId", CampusId::try_new(&input.campus_id))?,
                keeper: field("keeper", keeper)?,
                acquired_on: input.acquired_on.map(|on| on.0),
            })
        };
        let ran = run(ctx, "registerEquipment", &input.idempotency_key, process()).await?;
        Ok(ran.into())
    }

    /// 检定: says that a meter was tested.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn record_verification(
        &self,
        ctx: &Context<'_>,
        input: RecordVerificationInput,
    ) -> Result<RecordVerificationPayload> {
        let process = || {
            let certificate = CertificateNo::try_new(&input.certificate_no);
            Ok(RecordVerification {
                equipment_no: field("equipmentNo", HardwareNo::try_new(&input.equipment_no))?,
                on: input.on.0,
                certificate_no: field("certificateNo", certificate)?,
                passed: input.passed,
            })
        };
        let ran = run(ctx, "recordVerification", &input.idempotency_key, process()).await?;
        Ok(ran.into())
    }

    /// 报废
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn retire_equipment(
        &self,
        ctx: &Context<'_>,
        input: RetireEquipmentInput,
    ) -> Result<RetireEquipmentPayload> {
        let process = || {
            Ok(RetireEquipment {
                equipment_no: field("equipmentNo", HardwareNo::try_new(&input.equipment_no))?,
                reason: input.reason.clone(),
            })
        };
        let ran = run(ctx, "retireEquipment", &input.idempotency_key, process()).await?;
        Ok(ran.into())
    }

    /// Says how long meters may hang, by calibre, from a day on.
    #[graphql(guard = "may(Permission::ManageMeters)")]
    async fn set_verification_cycle(
        &self,
        ctx: &Context<'_>,
        input: SetVerificationCycleInput,
    ) -> Result<SetVerificationCyclePayload> {
        let class = |class: &CycleClassInput| CycleClass {
            calibre_mm_max: class.calibre_mm_max,
            verify_months: class.verify_months,
            rotate_months: class.rotate_months,
        };
        let process = SetVerificationCycle {
            commodity: input.commodity.into(),
            from: input.from.0,
            classes: input.classes.iter().map(class).collect(),
            reason: input.reason.clone(),
        };
        let (name, key) = ("setVerificationCycle", &input.idempotency_key);
        let ran = run(ctx, name, key, Ok(process)).await?;
        Ok(SetVerificationCyclePayload {
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
