use async_graphql::{Context, InputObject, Object, Result};
use chaobiao_decision::Rejection;
use chaobiao_domain::account::{
    AddOccupant, AssignMeter, ChangeAccount, ChangeAccountClass, OpenAccount, ReleaseMeter,
    RemoveOccupant,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, CampusId, MeterNo, OccupantNo, Phone, TariffId};

use super::query::find;
use super::{Account, AccountClass};
use crate::support::{Date, field, may, payloads, run};

#[derive(InputObject)]
pub(super) struct OpenAccountInput {
    idempotency_key: String,
    account_no: String,
    class: AccountClass,
    campus: String,
    /// A person's name, or the name of a unit.
    holder: String,
    phone: Option<String>,
    address: String,
    /// Each person above a tariff's base lifts its limits.
    household_persons: u32,
}

/// What is left out stays as it is.
#[derive(InputObject)]
pub(super) struct ChangeAccountInput {
    idempotency_key: String,
    account_no: String,
    class: Option<AccountClass>,
    campus: Option<String>,
    holder: Option<String>,
    phone: Option<String>,
    #[graphql(default)]
    remove_phone: bool,
    address: Option<String>,
    household_persons: Option<u32>,
}

#[derive(InputObject)]
pub(super) struct ChangeAccountClassInput {
    idempotency_key: String,
    account_no: String,
    class: AccountClass,
    /// The first day it is of that class; left out, today. No day to come.
    from: Option<Date>,
}

#[derive(InputObject)]
pub(super) struct AssignMeterInput {
    idempotency_key: String,
    account_no: String,
    meter_no: String,
    tariff_id: String,
    /// The account pays from the last reading on or before this day; left out, today.
    from: Option<Date>,
}

#[derive(InputObject)]
pub(super) struct ReleaseMeterInput {
    idempotency_key: String,
    account_no: String,
    meter_no: String,
    /// The account pays up to the last reading on or before this day; left out, today.
    on: Option<Date>,
}

#[derive(InputObject)]
pub(super) struct AddOccupantInput {
    idempotency_key: String,
    account_no: String,
    /// 床位号: a bed or a place, not a name.
    occupant_no: String,
    /// The first day; left out, today.
    from: Option<Date>,
}

#[derive(InputObject)]
pub(super) struct RemoveOccupantInput {
    idempotency_key: String,
    account_no: String,
    occupant_no: String,
    /// The first day they are not there any more; left out, today. The day they came takes the entry
    /// back.
    on: Option<Date>,
}

payloads!(
    account: Account, |ctx, account_no: AccountNo| find(ctx, account_no.as_str());
    OpenAccountPayload,
    ChangeAccountPayload,
    ChangeAccountClassPayload,
    AssignMeterPayload,
    ReleaseMeterPayload,
    AddOccupantPayload,
    RemoveOccupantPayload
);

fn open(input: OpenAccountInput) -> Result<OpenAccount, Rejection> {
    Ok(OpenAccount {
        account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
        class: input.class.into(),
        campus: field("campus", CampusId::try_new(&input.campus))?,
        holder: input.holder,
        phone: field("phone", input.phone.map(Phone::try_new).transpose())?,
        address: input.address,
        household_persons: input.household_persons,
    })
}

fn change(input: ChangeAccountInput) -> Result<ChangeAccount, Rejection> {
    Ok(ChangeAccount {
        account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
        class: input.class.map(Into::into),
        campus: field("campus", input.campus.map(CampusId::try_new).transpose())?,
        holder: input.holder,
        phone: field("phone", input.phone.map(Phone::try_new).transpose())?,
        remove_phone: input.remove_phone,
        address: input.address,
        household_persons: input.household_persons,
    })
}

fn assign(input: &AssignMeterInput) -> Result<AssignMeter, Rejection> {
    Ok(AssignMeter {
        account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
        meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
        tariff_id: field("tariffId", TariffId::try_new(&input.tariff_id))?,
        from: input.from.map(|date| date.0),
    })
}

fn release(input: &ReleaseMeterInput) -> Result<ReleaseMeter, Rejection> {
    Ok(ReleaseMeter {
        account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
        meter_no: field("meterNo", MeterNo::try_new(&input.meter_no))?,
        on: input.on.map(|date| date.0),
    })
}

#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    #[graphql(guard = "may(Permission::ManageAccounts)")]
    async fn open_account(
        &self,
        ctx: &Context<'_>,
        input: OpenAccountInput,
    ) -> Result<OpenAccountPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "openAccount", &key, open(input)).await?;
        OpenAccountPayload::of(ctx, ran.map(|opened| opened.account_no)).await
    }

    #[graphql(guard = "may(Permission::ManageAccounts)")]
    async fn change_account(
        &self,
        ctx: &Context<'_>,
        input: ChangeAccountInput,
    ) -> Result<ChangeAccountPayload> {
        let key = input.idempotency_key.clone();
        let ran = run(ctx, "changeAccount", &key, change(input)).await?;
        ChangeAccountPayload::of(ctx, ran.map(|changed| changed.account_no)).await
    }

    /// From a day on, the account is of another class; what a wrong entry is corrected by is
    /// `changeAccount`.
    #[graphql(guard = "may(Permission::ManageAccounts)")]
    async fn change_account_class(
        &self,
        ctx: &Context<'_>,
        input: ChangeAccountClassInput,
    ) -> Result<ChangeAccountClassPayload> {
        let process = || {
            Ok(ChangeAccountClass {
                account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
                class: input.class.into(),
                from: input.from.map(|from| from.0),
            })
        };
        let ran = run(ctx, "changeAccountClass", &input.idempotency_key, process()).await?;
        ChangeAccountClassPayload::of(ctx, ran.map(|changed| changed.account_no)).await
    }

    /// Somebody moves in behind an account's meters (住户). A free allowance goes by who is there, and
    /// bills are shared by it.
    #[graphql(guard = "may(Permission::ManageAccounts)")]
    async fn add_occupant(
        &self,
        ctx: &Context<'_>,
        input: AddOccupantInput,
    ) -> Result<AddOccupantPayload> {
        let process = || {
            Ok(AddOccupant {
                account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
                occupant: field("occupantNo", OccupantNo::try_new(&input.occupant_no))?,
                from: input.from.map(|from| from.0),
            })
        };
        let ran = run(ctx, "addOccupant", &input.idempotency_key, process()).await?;
        AddOccupantPayload::of(ctx, ran.map(|added| added.account_no)).await
    }

    /// Somebody moves out.
    #[graphql(guard = "may(Permission::ManageAccounts)")]
    async fn remove_occupant(
        &self,
        ctx: &Context<'_>,
        input: RemoveOccupantInput,
    ) -> Result<RemoveOccupantPayload> {
        let process = || {
            Ok(RemoveOccupant {
                account_no: field("accountNo", AccountNo::try_new(&input.account_no))?,
                occupant: field("occupantNo", OccupantNo::try_new(&input.occupant_no))?,
                on: input.on.map(|on| on.0),
            })
        };
        let ran = run(ctx, "removeOccupant", &input.idempotency_key, process()).await?;
        RemoveOccupantPayload::of(ctx, ran.map(|removed| removed.account_no)).await
    }

    /// Makes an account pay for a meter. A meter has one account at a time.
    #[graphql(guard = "may(Permission::ManageAccounts)")]
    async fn assign_meter(
        &self,
        ctx: &Context<'_>,
        input: AssignMeterInput,
    ) -> Result<AssignMeterPayload> {
        let ran = run(ctx, "assignMeter", &input.idempotency_key, assign(&input)).await?;
        AssignMeterPayload::of(ctx, ran.map(|assigned| assigned.account_no)).await
    }

    /// Ends that. What was used until then is still billed.
    #[graphql(guard = "may(Permission::ManageAccounts)")]
    async fn release_meter(
        &self,
        ctx: &Context<'_>,
        input: ReleaseMeterInput,
    ) -> Result<ReleaseMeterPayload> {
        let ran = run(ctx, "releaseMeter", &input.idempotency_key, release(&input)).await?;
        ReleaseMeterPayload::of(ctx, ran.map(|released| released.account_no)).await
    }
}
