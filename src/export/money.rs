//! 欠费账龄, 催缴名单 and 收款统计 as files (R32): `GET /export/money/ageing.csv`, `debtors`,
//! `collections`, or `.xlsx`.

use std::collections::HashMap;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{AccountNo, CampusId, Fen, business_date};
use chaobiao_eventstore::{EventStore, StoreError};
use chaobiao_graphql::support::{Services, mask_name, mask_rest};
use chaobiao_projections::directory::accounts_by_number;
use chaobiao_projections::insight::{
    ArrearsBand, Collected, Debtor, DebtorFilter, arrears, collections,
};
use chaobiao_projections::paging::Page;
use chaobiao_projections::personal::reveal;
use chrono::NaiveDate;
use serde::Deserialize;
use sqlx::PgPool;

use super::ExportError;
use super::download::{Download, Export, wanted};
use super::table::{Cell, Table};
use crate::http::{Caller, refused};

static EXPORT: Export = Export {
    what: "export.money",
    right: Permission::ViewPayments,
    absent: "未找到报表",
};

/// What the file is to show; what its report does not know does not matter.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    campus: Option<String>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    days_past_due: Option<u32>,
    /// In fen.
    at_least: Option<i64>,
    include_paused: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Report {
    Ageing,
    Debtors,
    Collections,
}

impl Report {
    fn named(name: &str) -> Option<Self> {
        match name {
            "ageing" => Some(Self::Ageing),
            "debtors" => Some(Self::Debtors),
            "collections" => Some(Self::Collections),
            _ => None,
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum MoneyFileError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Export(#[from] ExportError),
}

pub(super) async fn money(
    State(services): State<Services>,
    Extension(caller): Extension<Caller>,
    Path(file): Path<String>,
    Query(asked): Query<Wanted>,
) -> Response {
    let admitted = match EXPORT.admit(&services, &caller).await {
        Ok(admitted) => admitted,
        Err(refusal) => return *refusal,
    };
    let Some((report, format)) = wanted(&file, Report::named) else {
        return admitted.absent();
    };
    let campus = asked.campus.as_deref().map(CampusId::try_new).transpose();
    let bad = |message| refused(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message);
    let Ok(campus) = campus else {
        return bad("校区编号格式不正确");
    };
    let store = admitted.store();
    let whole = admitted.sees_personal_data();
    let today = business_date(store.clock().now());
    let built = match report {
        Report::Ageing => ageing(store.pool(), campus.as_ref(), today).await,
        Report::Collections => {
            let days = asked.from.zip(asked.to).filter(|(from, to)| from <= to);
            let Some(days) = days else {
                return bad("from 和 to 应为日期，且 from 不晚于 to");
            };
            taken(store.pool(), campus.as_ref(), days).await
        }
        Report::Debtors => {
            let filter = DebtorFilter {
                campus,
                days_past_due: asked.days_past_due.unwrap_or(1),
                at_least: Fen::new(asked.at_least.unwrap_or_default()),
                paused: asked.include_paused.unwrap_or_default(),
            };
            debtors(store, &filter, today, whole).await
        }
    };
    let found = built.and_then(|table| {
        Ok(Some(Download {
            name: format!("{}-{today}.{}", table.name, format.extension()),
            media_type: format.media_type(),
            bytes: table.file(format)?,
            personal: (report == Report::Debtors && whole).then(|| "debtors".to_owned()),
        }))
    });
    admitted.answer(&file, found)
}

fn table(name: &str, headings: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    Table {
        name: name.to_owned(),
        headings: headings.iter().map(|&heading| heading.to_owned()).collect(),
        rows,
        created_at: None,
    }
}

fn yuan(amount: Fen) -> Cell {
    Cell::Number(amount.to_yuan())
}

fn count(number: i64) -> Cell {
    Cell::Number(number.into())
}

async fn ageing(
    pool: &PgPool,
    campus: Option<&CampusId>,
    today: NaiveDate,
) -> Result<Table, MoneyFileError> {
    let bands = arrears::ageing(pool, campus, today).await?;
    let cells = |band: ArrearsBand| {
        vec![
            Cell::Text(band.campus.to_string()),
            Cell::Text(overdue_for(&band)),
            count(band.accounts),
            count(band.notices),
            yuan(band.open),
        ]
    };
    let headings = ["校区", "逾期", "户数", "账单数", "欠费金额"];
    let rows = bands.into_iter().map(cells).collect();
    Ok(table("欠费账龄", &headings, rows))
}

fn overdue_for(band: &ArrearsBand) -> String {
    match (band.days_from(), band.days_to()) {
        (None, _) => "未到期".to_owned(),
        (Some(from), Some(to)) => format!("{from}–{to} 天"),
        (Some(from), None) => format!("{from} 天以上"),
    }
}

/// Every debtor, with the name and place a reminder is brought to.
async fn debtors(
    store: &EventStore,
    filter: &DebtorFilter,
    today: NaiveDate,
    whole: bool,
) -> Result<Table, MoneyFileError> {
    let mut rows = Vec::new();
    let mut page = Page::first(Page::<(NaiveDate, String)>::MAX);
    loop {
        let slice = arrears::debtors(store.pool(), filter, today, &page).await?;
        let last = slice.rows.last().map(|(key, _)| key.clone());
        let owing: Vec<Debtor> = slice.rows.into_iter().map(|(_, row)| row).collect();
        let mut holders = holders(store, &owing, whole).await?;
        rows.extend(owing.into_iter().map(|debtor| {
            let (holder, address) = holders.remove(&debtor.account_no).unwrap_or_default();
            let days = today.signed_duration_since(debtor.oldest_due_on).num_days();
            vec![
                Cell::Text(debtor.account_no.to_string()),
                Cell::Text(holder),
                Cell::Text(address),
                Cell::Text(debtor.campus.to_string()),
                count(debtor.notices),
                yuan(debtor.overdue),
                Cell::Text(debtor.oldest_due_on.to_string()),
                count(days),
            ]
        }));
        match last.filter(|_| slice.has_next) {
            Some(key) => page.after = Some(key),
            None => break,
        }
    }
    let headings = [
        "户号",
        "户主",
        "地址",
        "校区",
        "逾期账单数",
        "逾期金额",
        "最早到期日",
        "逾期天数",
    ];
    Ok(table("催缴名单", &headings, rows))
}

/// Name and address of each, masked as on the pages; nothing of whose data is erased.
async fn holders(
    store: &EventStore,
    owing: &[Debtor],
    whole: bool,
) -> Result<HashMap<AccountNo, (String, String)>, MoneyFileError> {
    let numbers: Vec<&str> = owing
        .iter()
        .map(|debtor| debtor.account_no.as_str())
        .collect();
    let accounts = accounts_by_number(store.pool(), &numbers).await?;
    let places: Vec<_> = accounts
        .iter()
        .flat_map(|account| [account.holder(), account.address()])
        .collect();
    let mut texts = reveal(store, &places).await?.into_iter();
    let mut next = || texts.next().flatten().unwrap_or_default();
    let mut holders = HashMap::new();
    for account in accounts {
        let (name, place) = (next(), next());
        let found = if whole {
            (name, place)
        } else {
            masked(&account.class, name, &place)
        };
        if let Ok(account_no) = AccountNo::try_new(&account.account_no) {
            holders.insert(account_no, found);
        }
    }
    Ok(holders)
}

/// As accounts are shown to who may not see personal data; what is erased stays empty.
fn masked(class: &str, name: String, place: &str) -> (String, String) {
    // Units are no persons.
    let is_open = class == "unit" || name.is_empty();
    let name = if is_open { name } else { mask_name(&name) };
    let place = if place.is_empty() {
        String::new()
    } else {
        mask_rest(place)
    };
    (name, place)
}

async fn taken(
    pool: &PgPool,
    campus: Option<&CampusId>,
    days: (NaiveDate, NaiveDate),
) -> Result<Table, MoneyFileError> {
    let rows = collections::collected(pool, days, campus).await?;
    let cells = |row: Collected| {
        let net = Fen::new(row.taken.value().saturating_sub(row.reversed.value()));
        vec![
            Cell::Text(row.campus.to_string()),
            Cell::Text(row.taken_by),
            Cell::Text(row.method.label().to_owned()),
            count(row.payments),
            yuan(row.taken),
            count(row.reversals),
            yuan(row.reversed),
            yuan(net),
        ]
    };
    let headings = [
        "校区",
        "收款人",
        "方式",
        "收款笔数",
        "收款金额",
        "撤销笔数",
        "撤销金额",
        "净额",
    ];
    let (from, to) = days;
    let name = format!("收款统计-{from}-{to}");
    Ok(table(
        &name,
        &headings,
        rows.into_iter().map(cells).collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_masked_as_on_the_pages() {
        let shown = |class, name: &str, place| masked(class, name.to_owned(), place);
        let said = |name: &str, place: &str| (name.to_owned(), place.to_owned());
        assert_eq!(
            shown("resident", "王芳", "北苑 3 栋"),
            said("王*", "北苑***")
        );
        assert_eq!(shown("unit", "后勤处", "行政楼"), said("后勤处", "行政***"));
        assert_eq!(shown("resident", "", ""), said("", ""));
    }

    #[test]
    fn a_file_is_a_report_and_a_kind() {
        assert!(wanted("ageing.csv", Report::named).is_some());
        let debtors = wanted("debtors.xlsx", Report::named);
        assert_eq!(debtors.map(|(report, _)| report), Some(Report::Debtors));
        assert!(wanted("everything.csv", Report::named).is_none());
    }
}
