//! Photos of real dials through the running server: read off while the index is typed, held where
//! they show another one, and looked at afterwards where nobody waited.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use chaobiao_photos::dial::{Code, Dial, Difficulty, Shot};
use serde_json::{Value, json};

use crate::support::centre::Centre;
use crate::support::client::Client;

/// A careful photo of a dial that shows five digits.
fn dial(seed: u64, units: u64) -> Vec<u8> {
    let dial = Dial {
        units,
        fraction: 0.2,
        whole_digits: 5,
        decimals: 0,
        code: Code::None,
        ..Dial::draw(seed)
    };
    let picture = dial.photo(&Shot::new(Difficulty::FixedFace, 3));
    picture.jpeg(88).unwrap()
}

const SUBMITTED: &str = "status photoVerdict findings { rule message }
    reading { readingId photoCheck { verdict shown model } }";

struct Desk {
    centre: Centre,
    reader: Client,
    manager: Client,
}

impl Desk {
    async fn open() -> Self {
        let mut centre = Centre::equipped().await;
        let mut manager = centre.staff("wang", &["MANAGER", "FINANCE", "ADMIN"]);
        for account_no in ["A1", "A2"] {
            Centre::household(&mut manager, account_no, "王芳");
        }
        let reader = centre.staff("zhou", &["READER"]);
        Self {
            centre,
            reader,
            manager,
        }
    }

    fn upload(&mut self, jpeg: &[u8]) -> String {
        let answer = self.reader.upload(jpeg);
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        body["hash"].as_str().unwrap().to_owned()
    }

    /// Submits with the photo already looked at, as it is when somebody has typed an index.
    fn submit(&mut self, meter_no: &str, index: &str, photo: &str) -> Value {
        let mut input = json!({
            "meterNo": meter_no, "index": index, "channel": "FIELD", "photo": photo,
        });
        // A busy machine may need longer than a reader waits: then the same is sent again.
        input["idempotencyKey"] = self.reader.new_key().into();
        self.reader.must("submitReading", input, SUBMITTED)
    }

    /// The check of a reading, once there is one.
    fn check(&mut self, id: &str) -> Value {
        let query = "query($id: String!) { reading(readingId: $id) {
            photoCheck { verdict shown model rule } } }";
        Centre::until(|| {
            let asked = self.manager.query(query, &json!({ "id": id }));
            Some(asked["reading"]["photoCheck"].clone()).filter(|check| !check.is_null())
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn x5_r21_a_photo_is_read_off_and_a_wrong_index_or_a_used_photo_is_held() {
    let mut desk = Desk::open().await;
    let photo = desk.upload(&dial(17, 128));
    let right = desk.submit("W-A1", "128", &photo);
    let id = right["reading"]["readingId"].as_str().unwrap().to_owned();
    let check = desk.check(&id);
    assert_eq!(
        (&check["verdict"], &check["shown"]),
        (&json!("MATCH"), &json!("00128")),
        "{check}"
    );
    assert_eq!(right["status"], "ACCEPTED");

    // The wheels alone, and a small picture, for whoever may see the photo.
    for part in ["crop", "thumbnail"] {
        let (answer, bytes) = desk.manager.download(&format!("/photos/{photo}/{part}"));
        assert_eq!(answer.status, 200, "{part}");
        let picture = image::load_from_memory(&bytes).unwrap();
        assert!(picture.width() < 1_200, "{part}: {}", picture.width());
    }
    let stranger = desk.centre.customer("13800000009", "RESIDENT");
    let mut stranger = stranger;
    for part in ["", "/crop", "/thumbnail"] {
        let answer = stranger.get(&format!("/photos/{photo}{part}"));
        assert_eq!(answer.status, 404, "{part}");
    }
    let nothing = desk.manager.get(&format!("/photos/{photo}/owner"));
    assert_eq!(nothing.status, 400);

    // Somebody else's photo, for another meter.
    let used = desk.submit("W-A2", "128", &photo);
    assert_eq!(used["status"], "HELD", "{used}");
    assert_eq!(used["findings"][0]["rule"], "V23");
    let said = used["findings"][0]["message"].as_str().unwrap();
    assert!(
        said.contains("W-A1") && said.contains("同一个文件"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn v23_an_index_with_two_digits_exchanged_is_held_by_its_photo() {
    let mut desk = Desk::open().await;
    let photo = desk.upload(&dial(23, 1_268));
    // Looked at beside the upload; whoever types takes longer than that.
    Centre::until(|| {
        let metrics = desk.manager.get("/metrics").body;
        metrics
            .contains("chaobiao_photo_look_seconds_count 1")
            .then_some(())
    });
    let typed = desk.submit("W-A1", "1286", &photo);
    let id = typed["reading"]["readingId"].as_str().unwrap().to_owned();
    assert_eq!(desk.check(&id)["verdict"], "MISMATCH");
    assert_eq!(typed["photoVerdict"], "MISMATCH", "{typed}");
    assert_eq!(typed["status"], "HELD");
    let said = typed["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["rule"] == "V23")
        .unwrap();
    assert!(
        said["message"].as_str().unwrap().contains("01268"),
        "{said}"
    );
    assert_eq!(
        desk.centre.events_of("meter.photo_analysed").await,
        1,
        "said once, with the reading"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn x5_a_reading_from_an_offline_batch_is_looked_at_afterwards_and_its_bill_waits() {
    let mut desk = Desk::open().await;
    let photo = desk.upload(&dial(31, 1_268));
    let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let item = json!({ "itemId": "phone-7-0001", "doneAt": now,
        "work": { "reading": { "meterNo": "W-A1", "index": "1286", "photo": photo } } });
    let sync = "mutation($input: SyncFieldWorkInput!) { syncFieldWork(input: $input) {
        results { status readingId } } }";
    let synced = desk
        .reader
        .query(sync, &json!({ "input": { "items": [item] } }));
    let id = synced["syncFieldWork"]["results"][0]["readingId"]
        .as_str()
        .unwrap()
        .to_owned();
    let check = desk.check(&id);
    assert_eq!(check["verdict"], "MISMATCH", "{check}");
    let month = chaobiao_domain::units::BillingMonth::of(chaobiao_domain::units::business_date(
        chrono::Utc::now(),
    ));
    let query = format!(
        "{{ previewBillingRun(month: \"{month}\", campus: \"N\") {{
            run {{ refusals {{ accountNo code }} }} }} }}"
    );
    let preview = desk.manager.query(&query, &json!({}));
    let refusals = preview["previewBillingRun"]["run"]["refusals"].clone();
    assert_eq!(
        refusals,
        json!([{ "accountNo": "A1", "code": "BILLING_PHOTO_DOUBTED" }])
    );
    let confirm = json!({ "meterNo": "W-A1", "readingId": id, "decision": "CONFIRMED" });
    desk.manager
        .must("reviewPhoto", confirm, "reading { status }");
    let preview = desk.manager.query(&query, &json!({}));
    assert_eq!(
        preview["previewBillingRun"]["run"]["refusals"],
        json!([]),
        "settled by another person"
    );
}
