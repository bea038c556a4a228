//! What is kept of bills the charging system made.

use cqrs_es::DomainEvent as _;

use super::*;
use crate::units::{BillingMonth, Commodity, Fen};

fn share(water: i64) -> BillShare {
    BillShare {
        bill_no: "A1-202608".parse().unwrap(),
        month: BillingMonth::try_new(2026, 8).unwrap(),
        amount: Fen::new(water + 50),
        parts: vec![CommodityAmount {
            commodity: Commodity::Water,
            amount: Fen::new(water),
        }],
        late_fee: Some(Fen::new(50)),
    }
}

#[test]
fn events_about_money_paid_there_keep_their_form() {
    for event in [
        AccountEvent::ChargingSystemPaid { bill: share(3_000) },
        AccountEvent::ChargingSystemPaymentReversed { bill: share(3_000) },
    ] {
        insta::assert_json_snapshot!(event.event_type(), event);
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<AccountEvent>(&json).unwrap(), event);
    }
}
