//! What a holder may take away of their own (X20): usage as Green Button XML or by month, charges
//! line by line. `GET /export/own/<account>/usage.xml`, `usage.csv`, `charges.csv`; also for
//! staff, as far as they may see the account.

mod asked;
mod charges;
mod green_button;
mod usage;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use chaobiao_domain::units::AccountNo;
use chaobiao_graphql::Schema;
use chaobiao_graphql::support::Services;

use super::Format;
use super::download::hand_out;
use crate::http::{AskError, Asker, Caller, internal_error};

struct Own {
    schema: Schema,
    services: Services,
}

/// The routes of one's own data.
pub fn own_routes(schema: Schema, services: Services) -> Router {
    Router::new()
        .route("/export/own/{account}/{file}", get(own))
        .with_state(Arc::new(Own { schema, services }))
}

async fn own(
    State(own): State<Arc<Own>>,
    Extension(caller): Extension<Caller>,
    Path((account, file)): Path<(String, String)>,
) -> Response {
    let asker = Asker {
        schema: &own.schema,
        services: &own.services,
        viewer: caller.viewer(&own.services).await,
        info: caller.info(),
    };
    match answer(&asker, &account, &file).await {
        Ok(response) => response,
        Err(error) => error.answer(&asker.viewer),
    }
}

async fn answer(asker: &Asker<'_>, account: &str, file: &str) -> Result<Response, AskError> {
    let account_no = AccountNo::try_new(account).map_err(|_| AskError::Absent)?;
    let csv = Format::Csv.media_type();
    let (what, media_type, bytes) = match file {
        "usage.xml" => {
            let readings = asked::readings(asker, &account_no).await?;
            let now = asker.services.store().clock().now();
            let feed = green_button::feed(&account_no, &readings, now);
            (
                "用量明细",
                "application/atom+xml; charset=utf-8",
                feed.map_err(ExportedWrong::from),
            )
        }
        "usage.csv" => {
            let months = asked::usage(asker, &account_no).await?;
            let table = usage::table(&account_no, &months).file(Format::Csv);
            ("月用量", csv, table.map_err(ExportedWrong::from))
        }
        "charges.csv" => {
            let bills = asked::bills(asker, &account_no).await?;
            let table = charges::table(&account_no, &bills).file(Format::Csv);
            ("费用明细", csv, table.map_err(ExportedWrong::from))
        }
        _ => return Err(AskError::Absent),
    };
    Ok(match bytes {
        Ok(bytes) => hand_out(
            file,
            &format!("{what}-{account_no}-{file}"),
            media_type,
            bytes,
        ),
        Err(error) => internal_error(&error, "an export"),
    })
}

#[derive(Debug, thiserror::Error)]
enum ExportedWrong {
    #[error(transparent)]
    Table(#[from] super::ExportError),
    #[error(transparent)]
    Xml(#[from] std::io::Error),
}
