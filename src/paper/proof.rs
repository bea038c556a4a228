//! Where a paper's square leads: `GET /proof/<kind>/<number>/<hash>`.
//!
//! The hash of the event in the log is the right to ask. Its salt cannot be guessed, so that only
//! who holds the paper, or has seen the event, knows it. The page says no name.

use std::fmt::Write as _;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{Html, IntoResponse, Response};
use chaobiao_domain::billing::certified;
use chaobiao_domain::units::{BillNo, CertificateNo, ReceiptNo, business_date};
use chaobiao_eventstore::notary::{
    LoggedLeaf, NotaryError, find_event, latest_checkpoint, logged_leaf,
};
use chaobiao_projections::evidence::Evidence;
use chaobiao_projections::{account_statement, receipts};
use sqlx::PgPool;
use thiserror::Error;

use super::http::Papers;
use crate::http::{internal_error, refused};

#[derive(Debug, Error)]
pub(super) enum ProofError {
    #[error("the database did not answer as it should")]
    Database(#[from] sqlx::Error),
    #[error("the log did not answer as it should")]
    Notary(#[from] NotaryError),
}

/// What a paper of this kind and number is proven by.
fn evidence(kind: &str, number: &str) -> Option<Evidence> {
    match kind {
        "bill" => BillNo::try_new(number).ok().map(Evidence::Bill),
        "receipt" => ReceiptNo::try_new(number).ok().map(Evidence::Receipt),
        "clearance" => CertificateNo::try_new(number)
            .ok()
            .map(Evidence::Certificate),
        _ => None,
    }
}

async fn leaf(pool: &PgPool, evidence: &Evidence) -> Result<Option<LoggedLeaf>, ProofError> {
    let Some(at) = evidence.event(pool).await? else {
        return Ok(None);
    };
    let Some(event_id) = find_event(pool, &at).await? else {
        return Ok(None);
    };
    Ok(Some(logged_leaf(pool, event_id).await?))
}

/// What a paper's square says; `None` while the fact has no place in the log, which takes
/// milliseconds.
pub(super) async fn address(
    papers: &Papers,
    kind: &str,
    number: &str,
) -> Result<Option<String>, ProofError> {
    let Some(evidence) = evidence(kind, number) else {
        return Ok(None);
    };
    let leaf = leaf(papers.services.store().pool(), &evidence).await?;
    let site = papers.public_url.trim_end_matches('/');
    Ok(leaf.map(|leaf| format!("{site}/proof/{kind}/{number}/{}", hex::encode(leaf.hash))))
}

/// The lines of the page: what the register says now.
async fn told(
    pool: &PgPool,
    evidence: &Evidence,
) -> Result<Vec<(&'static str, String)>, ProofError> {
    Ok(match evidence {
        Evidence::Bill(bill_no) => {
            let numbers = [bill_no.to_string()];
            let bills = account_statement::query::bills_by_number(pool, &numbers).await?;
            let lines = bills.first().map(|bill| {
                vec![
                    ("账单编号", bill.bill_no.to_string()),
                    ("账期", bill.month.to_string()),
                    ("出账日期", bill.issued_on.to_string()),
                    ("账单金额（元）", bill.total.to_string()),
                    ("尚欠（元）", bill.open.to_string()),
                ]
            });
            lines.unwrap_or_default()
        }
        Evidence::Receipt(receipt_no) => {
            let receipt = receipts::query::by_number(pool, receipt_no).await?;
            let lines = receipt.map(|receipt| {
                let state = if receipt.reversed { "作废" } else { "有效" };
                vec![
                    ("收据编号", receipt.receipt_no.to_string()),
                    ("开具日期", business_date(receipt.issued_at).to_string()),
                    ("金额（元）", receipt.total.to_string()),
                    ("状态", state.to_owned()),
                ]
            });
            lines.unwrap_or_default()
        }
        Evidence::Certificate(number) => {
            let Some((account_no, on)) = certified(number) else {
                return Ok(Vec::new());
            };
            let numbers = [account_no.to_string()];
            let accounts = account_statement::query::accounts(pool, &numbers).await?;
            let owes = accounts.first().is_some_and(|account| {
                let is_current = account.certificate_no.as_deref() == Some(number.as_str());
                is_current && account.open.is_positive()
            });
            let state = if owes {
                "其后又有欠费"
            } else {
                "已结清"
            };
            vec![
                ("结清证明编号", number.to_string()),
                ("户号", account_no.to_string()),
                ("出具日期", on.to_string()),
                ("状态", state.to_owned()),
            ]
        }
        // No paper is proven by a reading.
        Evidence::Reading(_) => Vec::new(),
    })
}

pub(super) async fn show(
    State(papers): State<Papers>,
    Path((kind, number, code)): Path<(String, String, String)>,
) -> Response {
    let Some(evidence) = evidence(&kind, &number) else {
        return absent();
    };
    match page(papers.services.store().pool(), &evidence, &code).await {
        Ok(Some(page)) => ([(CACHE_CONTROL, "no-store")], Html(page)).into_response(),
        Ok(None) => absent(),
        Err(error) => internal_error(&error, "a proof"),
    }
}

/// A wrong number and a wrong hash look the same.
fn absent() -> Response {
    let message = "查无此单据，请核对编号；纸质单据与系统不符时请向水电保障中心反映";
    refused(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}

async fn page(
    pool: &PgPool,
    evidence: &Evidence,
    code: &str,
) -> Result<Option<String>, ProofError> {
    let Some(leaf) = leaf(pool, evidence).await? else {
        return Ok(None);
    };
    if hex::encode(leaf.hash) != code.to_ascii_lowercase() {
        return Ok(None);
    }
    let head = latest_checkpoint(pool).await?;
    let covered = head.filter(|(size, _)| leaf.leaf_index < *size);
    let signed = match &covered {
        Some((size, _)) => format!("已由 {size} 条记录的签名检查点覆盖"),
        None => "已记入日志，等待下一个签名检查点".to_owned(),
    };
    let mut lines = told(pool, evidence).await?;
    lines.push(("日志序号", leaf.leaf_index.to_string()));
    lines.push(("签名", signed));
    // Numbers, dates and words of ours: nothing anybody typed.
    let mut rows = String::new();
    for (name, value) in &lines {
        // Writing into a text never fails.
        let _ = writeln!(rows, "<tr><th>{name}</th><td>{value}</td></tr>");
    }
    Ok(Some(format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>单据核验</title></head>\n\
         <body><h1>单据核验</h1>\n<p>此单据与水电保障中心的记录一致。</p>\n\
         <table>\n{rows}</table>\n<p><a href=\"/log/checkpoint\">签名检查点</a></p></body></html>\n"
    )))
}
