//! Which event of the log a bill, a receipt, a certificate or a reading is proven by.

use chaobiao_decision::StreamId;
use chaobiao_domain::billing::certified;
use chaobiao_domain::units::{BillNo, CertificateNo, ReadingId, ReceiptNo};
use chaobiao_eventstore::notary::EventAt;
use serde_json::json;
use sqlx::PgPool;

use crate::{account_statement, reading_review, receipts};

/// What somebody wants proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    Bill(BillNo),
    Receipt(ReceiptNo),
    Reading(ReadingId),
    /// 结清证明
    Certificate(CertificateNo),
}

/// A reading is proven by what became of it last.
const READING: &[&str] = &[
    "meter.reading_withdrawn",
    "meter.reading_corrected",
    "meter.reading_accepted",
    "meter.reading_rejected",
    "meter.reading_held",
    "meter.reading_submitted",
];

impl Evidence {
    /// Where its event is; `None` where there is no such thing.
    pub async fn event(&self, pool: &PgPool) -> Result<Option<EventAt>, sqlx::Error> {
        Ok(match self {
            Self::Bill(bill_no) => {
                let numbers = [bill_no.to_string()];
                let bills = account_statement::query::bills_by_number(pool, &numbers).await?;
                bills.first().map(|bill| EventAt {
                    stream: StreamId::new("account", bill.account_no.as_str()),
                    event_types: &["account.charged"],
                    having: json!({ "bill_no": bill_no }),
                })
            }
            Self::Receipt(receipt_no) => {
                let receipt = receipts::query::by_number(pool, receipt_no).await?;
                receipt.map(|receipt| EventAt {
                    stream: StreamId::new("payment", receipt.payment_id.as_str()),
                    event_types: &["payment.receipt_issued"],
                    having: json!({ "receipt_no": receipt_no }),
                })
            }
            Self::Certificate(number) => certified(number).map(|(account_no, _)| EventAt {
                stream: StreamId::new("account", account_no.as_str()),
                event_types: &["account.holder_cleared"],
                having: json!({ "certificate_no": number }),
            }),
            Self::Reading(reading_id) => {
                let ids = [reading_id.to_string()];
                let readings = reading_review::query::by_ids(pool, &ids).await?;
                readings.first().map(|reading| EventAt {
                    stream: StreamId::new("meter", reading.meter_no.as_str()),
                    event_types: READING,
                    having: json!({ "reading_id": reading_id }),
                })
            }
        })
    }
}
