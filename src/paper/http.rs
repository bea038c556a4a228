//! `GET /paper/notices/<number>.pdf`, `/paper/receipts/<number>.pdf`,
//! `/paper/statements/<account>.pdf?from=2026-01-01&to=2026-06-30`, `/paper/clearances/<account>.pdf`,
//! `/paper/tills/<till>.pdf`.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use chaobiao_graphql::Schema;
use chaobiao_graphql::support::Services;
use chrono::NaiveDate;
use serde::Deserialize;

use super::font::{FontError, PaperFont};
use super::sheet::Sheet;
use super::statement::Days;
use super::{clearance, draw, notice, proof, receipt, statement, till};
use crate::http::{AskError, Asker};
use crate::http::{Caller, internal_error, refused, refused_on};

/// What the papers need.
pub struct PaperRoutes {
    pub schema: Schema,
    pub services: Services,
    pub font: Result<PaperFont, FontError>,
    /// The site as whoever scans a square reaches it.
    pub public_url: String,
}

pub(super) type Papers = Arc<PaperRoutes>;

pub fn routes(papers: PaperRoutes) -> Router {
    Router::new()
        .route("/paper/notices/{file}", get(of_notice))
        .route("/paper/receipts/{file}", get(of_receipt))
        .route("/paper/statements/{file}", get(of_statement))
        .route("/paper/clearances/{file}", get(of_clearance))
        .route("/paper/tills/{file}", get(of_till))
        .route("/proof/{kind}/{number}/{code}", get(proof::show))
        .with_state(Arc::new(papers))
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct Period {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

/// A request for one paper: what it is set in, who asks, and its number.
struct Asked<'a> {
    font: &'a PaperFont,
    asker: Asker<'a>,
    number: &'a str,
}

async fn asked<'a>(
    papers: &'a Papers,
    caller: &Caller,
    file: &'a str,
) -> Result<Asked<'a>, Response> {
    let font = papers.font.as_ref().map_err(|error| {
        tracing::error!(%error, "no paper can be printed");
        let message = "服务器缺少中文字体，暂时不能打印；请联系系统管理员";
        refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "PAPER_FONT_MISSING",
            message,
        )
    })?;
    let viewer = caller.viewer(&papers.services).await;
    let asker = Asker {
        schema: &papers.schema,
        services: &papers.services,
        viewer,
        info: caller.info(),
    };
    match file.strip_suffix(".pdf") {
        Some(number) if !number.is_empty() => Ok(Asked {
            font,
            asker,
            number,
        }),
        _ => Err(AskError::Absent.answer(&asker.viewer)),
    }
}

async fn of_notice(
    State(papers): State<Papers>,
    Extension(caller): Extension<Caller>,
    Path(file): Path<String>,
) -> Result<Response, Response> {
    let Asked {
        font,
        asker,
        number,
    } = asked(&papers, &caller, &file).await?;
    Ok(match notice::find(&asker, number).await {
        Ok(found) => {
            let proof = square(&papers, "bill", found.bill_no()).await;
            deliver(&found.sheet(font, proof.as_deref()), font)
        }
        Err(error) => error.answer(&asker.viewer),
    })
}

async fn of_receipt(
    State(papers): State<Papers>,
    Extension(caller): Extension<Caller>,
    Path(file): Path<String>,
) -> Result<Response, Response> {
    let Asked {
        font,
        asker,
        number,
    } = asked(&papers, &caller, &file).await?;
    Ok(match receipt::find(&asker, number).await {
        Ok(found) => {
            let proof = square(&papers, "receipt", number).await;
            deliver(&found.sheet(font, proof.as_deref()), font)
        }
        Err(error) => error.answer(&asker.viewer),
    })
}

async fn of_statement(
    State(papers): State<Papers>,
    Extension(caller): Extension<Caller>,
    Path(file): Path<String>,
    period: Result<Query<Period>, QueryRejection>,
) -> Result<Response, Response> {
    let Ok(Query(Period { from, to })) = period else {
        let message = "日期应写作 2026-01-31";
        return Err(refused_on(
            StatusCode::BAD_REQUEST,
            "BAD_USER_INPUT",
            message,
            &["from"],
        ));
    };
    let Asked {
        font,
        asker,
        number,
    } = asked(&papers, &caller, &file).await?;
    Ok(
        match statement::find(&asker, number, Days { from, to }).await {
            Ok(found) => deliver(&found.sheet(font), font),
            Err(error) => error.answer(&asker.viewer),
        },
    )
}

async fn of_clearance(
    State(papers): State<Papers>,
    Extension(caller): Extension<Caller>,
    Path(file): Path<String>,
) -> Result<Response, Response> {
    let Asked {
        font,
        asker,
        number,
    } = asked(&papers, &caller, &file).await?;
    Ok(match clearance::find(&asker, number).await {
        Ok(found) => {
            let proof = square(&papers, "clearance", found.certificate_no()).await;
            deliver(&found.sheet(font, proof.as_deref()), font)
        }
        Err(error) => error.answer(&asker.viewer),
    })
}

async fn of_till(
    State(papers): State<Papers>,
    Extension(caller): Extension<Caller>,
    Path(file): Path<String>,
) -> Result<Response, Response> {
    let Asked {
        font,
        asker,
        number,
    } = asked(&papers, &caller, &file).await?;
    Ok(match till::find(&asker, number).await {
        Ok(found) => deliver(&found.sheet(font), font),
        Err(error) => error.answer(&asker.viewer),
    })
}

/// Without its square a paper still holds, so that a fault here stops no counter.
async fn square(papers: &Papers, kind: &str, number: &str) -> Option<String> {
    let address = proof::address(papers, kind, number).await;
    address.unwrap_or_else(|error| {
        tracing::error!(%error, "a paper goes without its square");
        None
    })
}

fn deliver(sheet: &Sheet, font: &PaperFont) -> Response {
    match draw::pdf(sheet, font) {
        Ok(bytes) => {
            let headers = [
                (CONTENT_TYPE, "application/pdf"),
                (CONTENT_DISPOSITION, "inline"),
                (CACHE_CONTROL, "no-store"),
            ];
            (headers, bytes).into_response()
        }
        Err(error) => internal_error(&error, "a paper"),
    }
}
