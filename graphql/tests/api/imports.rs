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
