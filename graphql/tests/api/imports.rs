//! How far a file has been taken in, as those who keep the meters see it.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::time::Duration;

use crate::support::{Answer, Centre};
use chaobiao_domain::import_batch::{
    AdvanceImport, ImportAdvanced, ImportKind, RefusedRow, RowCounts, StartImport, StartedImport,
};
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::FileHash;
use futures::StreamExt as _;
use serde_json::json;

async fn start(centre: &Centre) -> StartedImport {
    let start = StartImport {
        kind: ImportKind::RemoteReadings,
        file_name: "远传0803.csv".to_owned(),
        file_hash: FileHash::try_new("ab".repeat(32)).unwrap(),
        row_count: 4,
    };
    centre.run(start).await
}

async fn advance(centre: &Centre, started: &StartedImport, after_row: u32, through_row: u32) {
    let refused = RefusedRow {
        row: through_row,
        subject: None,
        code: "METER_NOT_FOUND".to_owned(),
    };
    let step = ImportAdvanced {
        run: started.run.run,
        through_row,
        counts: RowCounts {
            accepted: 1,
            refused: 1,
            ..RowCounts::default()
        },
        refused: vec![refused],
    };
    let advance = AdvanceImport {
        batch_id: started.batch_id.clone(),
        after_row,
        step,
        last: through_row == 5,
    };
    centre.run(advance).await;
}

#[tokio::test]
async fn an_import_is_followed_step_by_step_and_read_afterwards() {
    let centre = Centre::open().await;
    let technician = centre.staff("wu", &[Role::Technician]).await;
    let started = start(&centre).await;
    let query = format!(
        "subscription {{ importAdvanced(batchId: \"{}\") {{ accepted refused finished }} }}",
        started.batch_id
    );
    let request = centre.request(&technician, &query, json!({})).await;
    let mut answers = centre.schema.execute_stream(request);
    let mut next = async || {
        let response = tokio::time::timeout(Duration::from_secs(20), answers.next());
        Answer::new(response.await.unwrap().unwrap()).data()["importAdvanced"].clone()
    };
    let figures = |accepted, finished| json!({ "accepted": accepted, "refused": accepted, "finished": finished });
    assert_eq!(next().await, figures(0, false));
    advance(&centre, &started, 0, 3).await;
    assert_eq!(next().await, figures(1, false));
    advance(&centre, &started, 3, 5).await;
    assert_eq!(next().await, figures(2, true));

    let query = "{ importBatches { nodes { kind fileName fileHash run rowCount accepted held \
                 unchanged refused finished startedBy \
                 refusedRows(first: 1) { nodes { row subject code } pageInfo { hasNextPage } } } } }";
    let answer = centre.ask(&technician, query, json!({})).await.data();
    let nodes = &answer["importBatches"]["nodes"];
    assert_eq!(nodes.as_array().map(Vec::len), Some(1));
    assert_eq!(nodes[0]["kind"], "REMOTE_READINGS");
    assert_eq!(nodes[0]["fileName"], "远传0803.csv");
    assert_eq!(
        (&nodes[0]["run"], &nodes[0]["rowCount"]),
        (&json!(1), &json!(4))
    );
    let refused = json!({
        "nodes": [{ "row": 3, "subject": null, "code": "METER_NOT_FOUND" }],
        "pageInfo": { "hasNextPage": true },
    });
    assert_eq!(nodes[0]["refusedRows"], refused);
}

#[tokio::test]
async fn r96_a_profile_is_shown_as_it_was_before() {
    let centre = Centre::open().await;
    let technician = centre.staff("tech", &[Role::Technician]).await;
    let column = |field: &str, name: &str| json!({ "field": field, "place": { "name": name } });
    for (name, index) in [("红外掌机", "FLA"), ("新掌机", "BM")] {
        let columns = [
            column("METER_NO", "BH"),
            column("INDEX", index),
            column("READ_AT", "CBSJ"),
        ];
        let layout = json!({
            "name": name, "kind": "HANDHELD_READINGS", "format": "DBF", "encoding": "GB18030",
            "columns": columns,
        });
        let profile = json!({ "profileId": "pda", "layout": layout });
        let fields = "importProfile { version }";
        centre
            .must(&technician, "publishImportProfile", profile, fields)
            .await;
    }
    let retire = json!({ "profileId": "pda" });
    centre
        .must(&technician, "retireImportProfile", retire, "")
        .await;
    let query = "{ importProfileVersions(profileId: \"pda\") { version publishedBy
        profile { name columns { name } } } }";
    let versions = centre.ask(&technician, query, json!({})).await.data();
    let shown = |version: u32, name: &str, index: &str| {
        let columns = ["BH", index, "CBSJ"].map(|name| json!({ "name": name }));
        json!({
            "version": version, "publishedBy": "staff:tech",
            "profile": { "name": name, "columns": columns },
        })
    };
    assert_eq!(
        versions["importProfileVersions"],
        json!([shown(2, "新掌机", "BM"), shown(1, "红外掌机", "FLA")])
    );
    let reader = centre.staff("zhao", &[Role::Reader]).await;
    let refused = centre.ask(&reader, query, json!({})).await;
    assert_eq!(refused.code(), Some("FORBIDDEN"));
}
