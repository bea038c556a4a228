//! What payment gateways say of a day, beside what is recorded here.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chaobiao_domain::gateway_statement;
use chaobiao_domain::staff::Permission;
use chaobiao_projections::gateway_statements::{self, StatementRow};
use chrono::{DateTime, Utc};

use crate::gateway_order::GatewayChannel;
use crate::support::{Connection, Date, Fen, Services, connection, internal, may, page, page_size};

/// What does not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "gateway_statement::DifferenceKind")]
pub enum StatementDifferenceKind {
    /// The gateway has it, we do not.
    MissingHere,
    /// We have it, the gateway does not.
    MissingThere,
    Amount,
    /// The same order under another number of the gateway's.
    Transaction,
    Merchant,
    /// A number that comes twice in the file.
    Repeated,
}

/// Whether money came or went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "gateway_statement::RowKind")]
pub enum StatementRowKind {
    Payment,
    Refund,
}

/// One difference, for a person to look at.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct StatementDifference {
    kind: StatementDifferenceKind,
    /// In words.
    label: &'static str,
    /// Of the file; none for what is missing there.
    line: Option<u32>,
    row: StatementRowKind,
    order_no: String,
    /// As the gateway has it.
    there: Option<Fen>,
    /// As we have it.
    here: Option<Fen>,
}

/// What one side adds up to.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct StatementSums {
    rows: u32,
    paid: Fen,
    refunded: Fen,
}

impl From<gateway_statement::StatementSums> for StatementSums {
    fn from(sums: gateway_statement::StatementSums) -> Self {
        Self {
            rows: sums.rows,
            paid: sums.paid.into(),
            refunded: sums.refunded.into(),
        }
    }
}

/// A day of a payment gateway as it was last compared (对账).
#[derive(Clone, Debug, SimpleObject)]
pub struct GatewayStatement {
    channel: GatewayChannel,
    merchant: String,
    day: Date,
    /// What the gateway's file adds up to.
    there: StatementSums,
    /// What of it agrees with ours.
    agreed: StatementSums,
    differences: Vec<StatementDifference>,
    compared_at: DateTime<Utc>,
    compared_by: String,
}

impl From<StatementRow> for GatewayStatement {
    fn from(row: StatementRow) -> Self {
        let difference = |it: gateway_statement::Difference| StatementDifference {
            kind: it.kind.into(),
            label: it.kind.label(),
            line: it.line,
            row: it.row.into(),
            order_no: it.order_no,
            there: it.there.map(Fen),
            here: it.here.map(Fen),
        };
        Self {
            channel: row.channel.into(),
            merchant: row.merchant,
            day: Date(row.day),
            there: row.there.into(),
            agreed: row.agreed.into(),
            differences: row.differences.into_iter().map(difference).collect(),
            compared_at: row.compared_at,
            compared_by: row.compared_by,
        }
    }
}

#[derive(Default)]
pub struct GatewayStatementQuery;

#[Object]
impl GatewayStatementQuery {
    /// Days of payment gateways that were compared, the newest first.
    #[graphql(
        guard = "may(Permission::ViewPayments)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    async fn gateway_statements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only days on which something differs.")] open_only: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<GatewayStatement>> {
        let page = page(ctx, "gateway_statements", first, after.as_deref())?;
        let open_only = open_only.unwrap_or_default();
        let pool = Services::of(ctx)?.store().pool();
        let slice = gateway_statements::query::list(pool, open_only, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "gateway_statements", slice, GatewayStatement::from)
    }
}
