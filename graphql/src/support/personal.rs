//! Showing personal data: masked, or whole to whoever has the right and with a line in the log.

use std::collections::HashMap;

use async_graphql::dataloader::{DataLoader, Loader};
use async_graphql::{Context, Result};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::staff::Permission;
use chaobiao_eventstore::EventStore;
use chaobiao_projections::binding_queue;
use chaobiao_projections::directory::AccountRow;
use chaobiao_projections::personal::{PersonalAt, reveal};

use super::request::record;
use super::{Services, Viewer, internal, not_found};

/// Reads the personal texts of one request together.
pub(crate) struct PersonalLoader {
    store: EventStore,
}

impl PersonalLoader {
    pub(super) fn new(store: EventStore) -> Self {
        Self { store }
    }
}

impl Loader<PersonalAt> for PersonalLoader {
    type Value = String;
    // Shared by all that waited for the batch, hence a text: store errors cannot be cloned.
    type Error = String;

    async fn load(&self, wanted: &[PersonalAt]) -> Result<HashMap<PersonalAt, String>, String> {
        let texts = reveal(&self.store, wanted)
            .await
            .map_err(|error| error.to_string())?;
        let known = wanted.iter().cloned().zip(texts);
        Ok(known.filter_map(|(at, text)| Some((at, text?))).collect())
    }
}

/// The text itself, `None` once it is erased. For what the viewer may see of themselves; else see
/// below.
pub async fn personal(ctx: &Context<'_>, at: PersonalAt) -> Result<Option<String>> {
    let loader = ctx.data::<DataLoader<PersonalLoader>>()?;
    loader
        .load_one(at)
        .await
        .map_err(|error| internal(ctx, error))
}

/// A text for the viewer: whole with the right to personal data, which is recorded, else masked.
pub async fn shown(
    ctx: &Context<'_>,
    at: PersonalAt,
    what: &str,
    mask: fn(&str) -> String,
) -> Result<Option<String>> {
    let subject = format!("{}/{}", at.aggregate_type, at.aggregate_id);
    let text = personal(ctx, at).await?;
    if ctx.data::<Viewer>()?.may(Permission::ViewPersonalData) {
        if text.is_some() {
            record(ctx, AccessKind::PersonalDataSeen, what, Some(subject));
        }
        return Ok(text);
    }
    Ok(text.map(|text| mask(&text)))
}

/// 户主姓名. Units are no persons: their names are shown as they are.
pub async fn holder(ctx: &Context<'_>, account: &AccountRow) -> Result<Option<String>> {
    if account.class == "unit" {
        return personal(ctx, account.holder()).await;
    }
    shown(ctx, account.holder(), "account.holder", mask_name).await
}

pub async fn account_phone(ctx: &Context<'_>, account: &AccountRow) -> Result<Option<String>> {
    match account.phone() {
        Some(at) => shown(ctx, at, "account.phone", mask_phone).await,
        None => Ok(None),
    }
}

/// Whole for the customers the account is bound to as well: they live there.
pub async fn address(ctx: &Context<'_>, account: &AccountRow) -> Result<Option<String>> {
    if ctx.data::<Viewer>()?.customer().is_some() {
        return personal(ctx, account.address()).await;
    }
    shown(ctx, account.address(), "account.address", mask_rest).await
}

/// 王*, 欧阳**: the first sign stays.
pub fn mask_name(name: &str) -> String {
    let mut signs = name.chars();
    let first: String = signs.next().into_iter().collect();
    first + &"*".repeat(signs.count().max(1))
}

/// 138****8000
pub fn mask_phone(phone: &str) -> String {
    let signs: Vec<char> = phone.chars().collect();
    if signs.len() < 8 {
        return "*".repeat(signs.len());
    }
    let (head, tail) = (&signs[..3], &signs[signs.len() - 4..]);
    head.iter().chain(&['*'; 4]).chain(tail).collect()
}

/// The first two signs stay.
pub fn mask_rest(text: &str) -> String {
    text.chars().take(2).collect::<String>() + "***"
}

/// Whether the viewer may see an account: staff by right, customers when it is bound to them (R52).
pub async fn may_see_account(ctx: &Context<'_>, account_no: &str) -> Result<bool> {
    match ctx.data::<Viewer>()? {
        Viewer::Anonymous => Ok(false),
        Viewer::Staff(staff) => Ok(staff.may(Permission::ViewAccounts)),
        Viewer::Customer(customer) => {
            let pool = Services::of(ctx)?.store().pool();
            binding_queue::is_bound(pool, customer.customer_id.as_str(), account_no)
                .await
                .map_err(|error| internal(ctx, error))
        }
    }
}

/// Ends with "not found" unless the viewer may see the account, so that a foreign account looks
/// like none.
pub async fn require_account(ctx: &Context<'_>, account_no: &str) -> Result<()> {
    if may_see_account(ctx, account_no).await? {
        return Ok(());
    }
    let subject = Some(format!("account/{account_no}"));
    record(ctx, AccessKind::Denied, "account", subject);
    Err(not_found("户号"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_leave_little() {
        assert_eq!(
            ["王芳", "王", "欧阳小明"].map(mask_name),
            ["王*", "王*", "欧***"]
        );
        assert_eq!(mask_phone("13800138000"), "138****8000");
        assert_eq!(mask_phone("1234"), "****");
        assert_eq!(mask_rest("北苑 3 栋 201"), "北苑***");
    }
}
