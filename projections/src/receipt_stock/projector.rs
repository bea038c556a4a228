use async_trait::async_trait;
use chaobiao_domain::receipt_stock::{ReceiptStockEvent, StockIssued};
use chaobiao_eventstore::{ProjectionError, Projector, RecordedEvent};
use sqlx::PgConnection;

/// Keeps `read_receipt_stock`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReceiptStockProjector;

#[async_trait]
impl Projector for ReceiptStockProjector {
    fn name(&self) -> &'static str {
        "receipt_stock"
    }

    fn version(&self) -> i32 {
        1
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["receipt_stock"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &["read_receipt_stock", "read_receipt_stock_sheet"]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        for event in events {
            project(event, connection).await?;
        }
        Ok(())
    }
}

async fn project(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let id = &event.stream.aggregate_id;
    match event.decode()? {
        ReceiptStockEvent::Issued(issued) => issue(event, &issued, connection).await,
        ReceiptStockEvent::Used {
            number,
            printed_no,
            receipt_no,
        } => {
            let sheet = Sheet {
                number,
                printed_no: &printed_no,
                state: "used",
                receipt_no: Some(receipt_no.as_str()),
                reason: None,
            };
            sheet.store(id, connection).await
        }
        ReceiptStockEvent::Spoiled {
            number,
            printed_no,
            reason,
            ..
        } => {
            let sheet = Sheet {
                number,
                printed_no: &printed_no,
                state: "spoiled",
                receipt_no: None,
                reason: Some(&reason),
            };
            sheet.store(id, connection).await
        }
        ReceiptStockEvent::Returned { returned_to, .. } => {
            sqlx::query(
                "UPDATE read_receipt_stock SET returned_to = $2, returned_at = $3 \
                 WHERE stock_no = $1",
            )
            .bind(id)
            .bind(returned_to.to_string())
            .bind(event.recorded_at)
            .execute(connection)
            .await?;
            Ok(())
        }
    }
}

struct Sheet<'a> {
    number: u32,
    printed_no: &'a str,
    state: &'a str,
    receipt_no: Option<&'a str>,
    reason: Option<&'a str>,
}

impl Sheet<'_> {
    async fn store(
        self,
        stock_no: &str,
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        sqlx::query(
            "INSERT INTO read_receipt_stock_sheet VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (stock_no, number) DO UPDATE SET state = excluded.state, \
             receipt_no = excluded.receipt_no, reason = excluded.reason",
        )
        .bind(stock_no)
        .bind(i64::from(self.number))
        .bind(self.printed_no)
        .bind(self.state)
        .bind(self.receipt_no)
        .bind(self.reason)
        .execute(connection)
        .await?;
        Ok(())
    }
}

async fn issue(
    event: &RecordedEvent,
    issued: &StockIssued,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    sqlx::query(
        "INSERT INTO read_receipt_stock (stock_no, first_no, last_no, sheets, campus, cashier, \
         issued_by, issued_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(issued.stock_no.as_str())
    .bind(issued.printed(issued.first))
    .bind(issued.printed(issued.last))
    .bind(i64::from(issued.last - issued.first) + 1)
    .bind(issued.campus.as_str())
    .bind(issued.cashier.as_str())
    .bind(issued.issued_by.to_string())
    .bind(event.recorded_at)
    .execute(connection)
    .await?;
    Ok(())
}
