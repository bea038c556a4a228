//! A round on paper, for the day the phone stays at home: `GET /export/rounds/<round>.html`.

use std::fmt::Write as _;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{RoundId, business_date};
use chaobiao_graphql::support::Services;
use chaobiao_projections::meter_card::{self, MeterCard};
use chaobiao_projections::unread_meters::{RoundRow, query};
use sqlx::PgPool;

use super::ExportError;
use super::download::Export;
use crate::http::{Caller, internal_error};

static EXPORT: Export = Export {
    what: "export.round",
    right: Permission::ViewMeters,
    absent: "未找到抄表批次",
};

pub(super) async fn printed_book(
    State(services): State<Services>,
    Extension(caller): Extension<Caller>,
    Path(file): Path<String>,
) -> Response {
    let admitted = match EXPORT.admit(&services, &caller).await {
        Ok(admitted) => admitted,
        Err(refusal) => return *refusal,
    };
    let round_id = file
        .strip_suffix(".html")
        .and_then(|id| RoundId::try_new(id).ok());
    let Some(round_id) = round_id else {
        return admitted.absent();
    };
    match page(admitted.pool(), &round_id).await {
        Ok(Some(page)) => Html(page).into_response(),
        Ok(None) => admitted.absent(),
        Err(error) => internal_error(&error, "a printed book"),
    }
}

async fn page(pool: &PgPool, round_id: &RoundId) -> Result<Option<String>, ExportError> {
    let Some(round) = query::round(pool, round_id).await? else {
        return Ok(None);
    };
    let walk = query::walk(pool, round_id).await?;
    let numbers: Vec<String> = walk.iter().map(|stop| stop.meter_no.to_string()).collect();
    let cards = meter_card::query::by_numbers(pool, &numbers).await?;
    let labels: Vec<String> = query::reasons(pool)
        .await?
        .into_iter()
        .filter(|(_, reason)| !reason.retired)
        .map(|(_, reason)| reason.label)
        .collect();
    let ordered = walk
        .iter()
        .filter_map(|stop| cards.iter().find(|card| card.meter_no == stop.meter_no));
    Ok(Some(printed(&round, ordered, &labels)))
}

/// Rows are high enough to write in; what is on the walk already stays in its order.
fn printed<'a>(
    round: &RoundRow,
    cards: impl Iterator<Item = &'a MeterCard>,
    reasons: &[String],
) -> String {
    let mut rows = String::new();
    for (place, card) in (1..).zip(cards) {
        let last = card.last.as_ref();
        let device = card.device.as_ref();
        let cells = [
            i32::to_string(&place),
            card.meter_no.to_string(),
            device
                .map(|device| device.hardware_no.to_string())
                .unwrap_or_default(),
            format!("{} {}", card.building, card.room),
            last.map(|last| last.index.value().to_string())
                .unwrap_or_default(),
            last.map(|last| business_date(last.read_at).to_string())
                .unwrap_or_default(),
            String::new(),
            String::new(),
        ];
        rows.push_str("<tr>");
        for cell in cells {
            // Writing into a text never fails.
            let _ = write!(rows, "<td>{}</td>", escaped(&cell));
        }
        rows.push_str("</tr>\n");
    }
    let reader = round
        .reader
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <title>抄表册 {book} {month}</title><style>\
         body{{font:14px sans-serif}}table{{border-collapse:collapse;width:100%}}\
         th,td{{border:1px solid #000;padding:6px;height:26px}}\
         thead{{display:table-header-group}}tr{{break-inside:avoid}}</style></head>\n\
         <body><h1>抄表册 {book}　{month}</h1>\n\
         <p>抄表员 {reader}　截止 {due_on}　抄表日期 ____________　签名 ____________</p>\n\
         <table><thead><tr><th>序号</th><th>表号</th><th>表具编号</th><th>位置</th>\
         <th>上次示数</th><th>上次日期</th><th>本次示数</th><th>未抄原因/备注</th></tr></thead>\n\
         <tbody>\n{rows}</tbody></table>\n<p>未抄原因：{reasons}</p></body></html>\n",
        book = escaped(round.book.as_str()),
        month = round.month,
        reader = escaped(&reader),
        due_on = round.due_on,
        reasons = escaped(&reasons.join("、")),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_shown_and_not_run() {
        assert_eq!(
            escaped("<b>3 号楼</b> & \"北\""),
            "&lt;b&gt;3 号楼&lt;/b&gt; &amp; &quot;北&quot;"
        );
    }
}
