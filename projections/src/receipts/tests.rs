use chaobiao_domain::payment::ReceiptPart;
use chaobiao_domain::units::Fen;
use chaobiao_testing::TestDatabase;

use super::*;
use crate::story::Story;

#[tokio::test]
async fn the_register_keeps_items_copies_and_reversals() {
    let mut story = Story::new();
    story.open("A1");
    story.charge("2026-08-01 09:00", "A1", "2026-07", (6000, 4000));
    let first = story.pay("2026-08-10 10:00", 5000, &["A1"]).payment_id;
    let second = story.pay("2026-08-10 11:00", 5100, &["A1"]).payment_id;
    let receipt_no = story.receipt("2026-08-10 11:01", &second);
    story.receipt("2026-08-10 11:02", &first);
    story.reprint("2026-08-11 09:00", &receipt_no);
    story.reprint("2026-08-11 09:05", &receipt_no);
    story.reverse("2026-08-12 09:00", &first);

    let database = TestDatabase::create().await;
    story
        .log
        .project_both_ways(&ReceiptsProjector, &database.pool())
        .await;
    let pool = database.pool();
    let receipt = query::by_number(&pool, &receipt_no).await.unwrap().unwrap();
    assert_eq!(receipt.receipt_no.as_str(), "S-2026-000001");
    assert_eq!(
        (receipt.total, receipt.copies, receipt.reversed),
        (Fen::new(5100), 2, false)
    );
    assert_eq!(receipt.issued_by, "staff:li");
    let items = query::items(&pool, &[receipt_no.to_string()])
        .await
        .unwrap();
    let items: Vec<(ReceiptPart, i64)> = items
        .iter()
        .map(|item| (item.part, item.amount.value()))
        .collect();
    assert_eq!(
        items,
        [
            (ReceiptPart::Water, 3000),
            (ReceiptPart::Electricity, 2000),
            (ReceiptPart::Credit, 100)
        ]
    );
    let payments = [first.to_string(), second.to_string()];
    let receipts = query::of_payments(&pool, &payments).await.unwrap();
    let reversed: Vec<bool> = receipts.iter().map(|receipt| receipt.reversed).collect();
    assert_eq!(reversed, [true, false]);
}
