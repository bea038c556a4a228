//! Which campus something belongs to, for staff who are confined to their own (辖区, R86).

use std::collections::{BTreeMap, BTreeSet};

use chaobiao_domain::units::CampusId;
use sqlx::PgPool;

/// What a key names that belongs to a campus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Campus,
    Account,
    Appointment,
    Bill,
    Binding,
    Book,
    Campaign,
    Case,
    Claim,
    Collector,
    Correction,
    Equipment,
    Meter,
    Notice,
    Order,
    Outage,
    Payment,
    Reader,
    Reading,
    Receipt,
    Refund,
    Round,
    Session,
    Slot,
    Stock,
    Till,
    Waiver,
}

/// Of accounts, by a table that names them.
macro_rules! of_account {
    ($id:literal, $table:literal) => {
        concat!(
            "SELECT t.",
            $id,
            ", a.campus FROM ",
            $table,
            " t JOIN read_directory_account a USING (account_no) WHERE t.",
            $id,
            " = ANY($1)"
        )
    };
}

/// Of meters, by a table that names them.
macro_rules! of_meter {
    ($id:literal, $table:literal) => {
        concat!(
            "SELECT t.",
            $id,
            ", m.campus FROM ",
            $table,
            " t JOIN read_meter_card m USING (meter_no) WHERE t.",
            $id,
            " = ANY($1)"
        )
    };
}

macro_rules! of_itself {
    ($id:literal, $table:literal) => {
        concat!(
            "SELECT ",
            $id,
            ", coalesce(campus, '') FROM ",
            $table,
            " WHERE ",
            $id,
            " = ANY($1)"
        )
    };
}

impl Place {
    /// What an argument of that name names; `None` of what has no campus.
    pub fn named(argument: &str) -> Option<Self> {
        Some(match argument {
            "campus" | "campusId" | "fromCampusId" | "toCampusId" => Self::Campus,
            "accountNo" | "accountNos" => Self::Account,
            "appointmentId" => Self::Appointment,
            "billNo" | "billNos" => Self::Bill,
            "bindingId" => Self::Binding,
            "book" => Self::Book,
            "campaignId" => Self::Campaign,
            "caseId" => Self::Case,
            "claimId" => Self::Claim,
            "collectorNo" => Self::Collector,
            "correctionId" => Self::Correction,
            "equipmentNo" => Self::Equipment,
            "meterNo" | "meterNos" | "parentNo" => Self::Meter,
            "noticeNo" => Self::Notice,
            "orderId" => Self::Order,
            "outageId" => Self::Outage,
            "paymentId" => Self::Payment,
            "reader" => Self::Reader,
            "readingId" => Self::Reading,
            "receiptNo" => Self::Receipt,
            "refundId" => Self::Refund,
            "roundId" => Self::Round,
            "sessionId" => Self::Session,
            "slotId" => Self::Slot,
            "stockNo" => Self::Stock,
            "tillId" => Self::Till,
            "waiverId" => Self::Waiver,
            _ => return None,
        })
    }

    /// What the access log calls it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Campus => "campus",
            Self::Account => "account",
            Self::Appointment => "appointment",
            Self::Bill => "bill",
            Self::Binding => "binding",
            Self::Book => "book",
            Self::Campaign => "campaign",
            Self::Case => "case",
            Self::Claim => "claim",
            Self::Collector => "collector",
            Self::Correction => "correction",
            Self::Equipment => "equipment",
            Self::Meter => "meter",
            Self::Notice => "notice",
            Self::Order => "order",
            Self::Outage => "outage",
            Self::Payment => "payment",
            Self::Reader => "reader",
            Self::Reading => "reading",
            Self::Receipt => "receipt",
            Self::Refund => "refund",
            Self::Round => "round",
            Self::Session => "session",
            Self::Slot => "slot",
            Self::Stock => "stock",
            Self::Till => "till",
            Self::Waiver => "waiver",
        }
    }

    /// The statements that tell the campuses of some of them; what belongs to the centre as a whole
    /// has an empty one.
    const fn statements(self) -> &'static [&'static str] {
        match self {
            Self::Campus => &[],
            Self::Account => &[of_itself!("account_no", "read_directory_account")],
            Self::Appointment => &[of_itself!("appointment_id", "read_visits")],
            Self::Bill => &[of_account!("bill_no", "read_account_statement_bill")],
            Self::Binding => &[of_account!("binding_id", "read_binding_queue")],
            Self::Book => &[of_itself!("book", "read_reading_books")],
            Self::Campaign => &[of_itself!("campaign_id", "read_self_read_campaigns")],
            Self::Case => &[of_itself!("case_id", "read_service_cases")],
            Self::Claim => &[of_itself!("claim_id", "read_transfer_claims")],
            Self::Collector => &[of_itself!("collector_no", "read_collectors")],
            Self::Correction => &[of_meter!("correction_id", "read_reading_review_correction")],
            Self::Equipment => &[of_itself!("equipment_no", "read_equipment_item")],
            Self::Meter => &[of_itself!("meter_no", "read_meter_card")],
            Self::Notice => &[of_account!("notice_no", "read_unpaid_notices")],
            Self::Order => &[of_meter!("order_id", "read_device_orders")],
            Self::Outage => &[of_itself!("outage_id", "read_outages")],
            // Taken there, or for an account of it.
            Self::Payment => &[
                of_itself!("payment_id", "read_payments"),
                of_account!("payment_id", "read_payments_row"),
            ],
            Self::Reader => &[of_itself!("login", "read_directory_staff")],
            Self::Reading => &[of_meter!("reading_id", "read_reading_review")],
            Self::Receipt => &[
                of_itself!("receipt_no", "read_receipts"),
                of_account!("receipt_no", "read_receipts_item"),
            ],
            Self::Refund => &[of_account!("refund_id", "read_refunds")],
            Self::Round => &[
                of_itself!("round_id", "read_unread_meters_round"),
                of_itself!("round_id", "read_collection_rounds"),
            ],
            Self::Session => &["SELECT s.session_id, coalesce(r.campus, p.campus, '') \
                 FROM read_session_log s LEFT JOIN read_unread_meters_round r ON r.round_id = s.round \
                 LEFT JOIN read_directory_staff p ON p.login = s.reader \
                 WHERE s.session_id = ANY($1)"],
            Self::Slot => &[of_itself!("slot_id", "read_visits_slot")],
            Self::Stock => &[of_itself!("stock_no", "read_receipt_stock")],
            Self::Till => &[of_itself!("till_id", "read_tills")],
            Self::Waiver => &[of_account!("waiver_id", "read_waivers")],
        }
    }
}

/// Which of these keys, if any, names something that has nothing to do with a campus. What nobody
/// knows belongs nowhere: whatever it is asked for refuses it by name.
pub async fn first_elsewhere(
    pool: &PgPool,
    campus: &CampusId,
    keys: &BTreeSet<(Place, String)>,
) -> Result<Option<(Place, String)>, sqlx::Error> {
    let mut by_place: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    for (place, id) in keys {
        by_place.entry(*place).or_default().push(id.clone());
    }
    for (place, ids) in by_place {
        if place == Place::Campus {
            if let Some(other) = ids.into_iter().find(|id| id != campus.as_str()) {
                return Ok(Some((place, other)));
            }
            continue;
        }
        let (mut here, mut there) = (BTreeSet::new(), BTreeSet::new());
        for statement in place.statements() {
            let rows: Vec<(String, String)> =
                sqlx::query_as(statement).bind(&ids).fetch_all(pool).await?;
            for (id, found) in rows {
                let side = if found == campus.as_str() {
                    &mut here
                } else {
                    &mut there
                };
                side.insert(id);
            }
        }
        if let Some(other) = there.difference(&here).next() {
            return Ok(Some((place, other.clone())));
        }
    }
    Ok(None)
}
