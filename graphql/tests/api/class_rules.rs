//! Validation rules of a class of accounts.

use serde_json::{Value, json};

use crate::support::town::Town;

#[tokio::test]
async fn rules_of_a_class_of_accounts_are_published_beside_everybodys() {
    let town = Town::open().await;
    let usual = json!({ "highFactor": "2", "highFloorPerDay": "0" });
    let students =
        json!({ "highFactor": "3", "highFloorPerDay": "0", "zeroQuietMonths": [2, 7, 8] });
    let own = json!({ "class": "STUDENT_DORM", "water": students });
    let input = |classes: Value| {
        json!({
            "effectiveFrom": "2027-01-01", "reason": "宿舍假期", "water": usual,
            "electricity": usual, "classes": classes,
        })
    };
    let twice = input(json!([own, own]));
    let (centre, manager) = (&town.centre, &town.manager);
    let refused = centre
        .refused(manager, "publishValidationRules", twice)
        .await;
    assert_eq!(refused.0, "VALIDATION_RULES_CLASS_TWICE");
    let fields = "validationRules { classes { class water { highFactor zeroQuietMonths }
        electricity { highFactor } } }";
    let published = centre
        .must(
            manager,
            "publishValidationRules",
            input(json!([own])),
            fields,
        )
        .await;
    let shown = json!([{
        "class": "STUDENT_DORM", "electricity": null,
        "water": { "highFactor": "3", "zeroQuietMonths": [2, 7, 8] },
    }]);
    assert_eq!(published["validationRules"]["classes"], shown);
}
