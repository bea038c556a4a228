//! What is under `/export`.

use axum::Router;
use axum::routing::get;
use chaobiao_graphql::support::Services;

pub fn routes(services: Services) -> Router {
    Router::new()
        .route("/export/payments/{file}", get(super::payments::payments))
        .route("/export/readings/{file}", get(super::readings::readings))
        .route(
            "/export/reconciliations/{file}",
            get(super::reconciliation::reconciliation),
        )
        .route("/export/usage/{file}", get(super::usage::usage))
        .route("/export/payroll/{file}", get(super::payroll::payroll))
        .route("/export/money/{file}", get(super::money::money))
        .route(
            "/export/rounds/{file}",
            get(super::printed_book::printed_book),
        )
        .with_state(services)
}
