//! R39 to R46: the register of equipment and its rules, asked through the schema.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use crate::support::{Browser, Centre};
use chaobiao_domain::staff::Role;
use serde_json::{Value, json};

struct Register {
    centre: Centre,
    technician: Browser,
}

impl Register {
    async fn open() -> Self {
        let centre = Centre::open_at("2026-10-02T01:00:00Z".parse().unwrap()).await;
        centre.campus("N").await;
        let technician = centre.staff("zhou", &[Role::Technician]).await;
        Self { centre, technician }
    }

    async fn model(&self, model_id: &str, kind: &str, facts: Value) -> Value {
        let mut input = json!({
            "modelId": model_id, "kind": kind, "maker": "某仪表厂", "name": model_id,
        });
        for (name, value) in facts.as_object().unwrap() {
            input[name] = value.clone();
        }
        let fields = "modelId shortfalls { code message }";
        let payload = self
            .centre
            .mutate(&self.technician, "registerEquipmentModel", input, fields);
        payload.await.unwrap()
    }

    /// Field and sentence of the refusal.
    async fn lacks(&self, kind: &str, facts: Value) -> (String, String) {
        let payload = self.model("X", kind, facts).await;
        let error = &payload["userErrors"][0];
        assert_eq!(error["code"], "EQUIPMENT_REQUIREMENT_UNMET", "{payload}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&error["field"][1]), text(&error["message"]))
    }

    async fn takes(&self, model_id: &str, kind: &str, facts: Value) {
        let payload = self.model(model_id, kind, facts).await;
        assert_eq!(payload["userErrors"], json!([]), "{model_id}");
        assert_eq!(payload["shortfalls"], json!([]), "{model_id}");
    }

    async fn must(&self, name: &str, input: Value) {
        self.centre.must(&self.technician, name, input, "").await;
    }

    async fn ask(&self, query: &str, variables: Value) -> Value {
        let answer = self.centre.ask(&self.technician, query, variables);
        answer.await.data()
    }
}

fn lack(field: &str, message: &str) -> (String, String) {
    (field.to_owned(), format!("不符合要求：{message}"))
}

#[tokio::test]
async fn r39_r40_electricity_meters_have_their_papers_and_smart_ones_a_way_to_talk() {
    let register = Register::open().await;
    let papers = lack("cmcNo", "须有 CMC 证书，或型式批准（CPA）和检定证书");
    for facts in [json!({}), json!({ "cpaNo": "2020F101-31" })] {
        assert_eq!(register.lacks("ELECTRONIC_METER", facts).await, papers);
    }
    let old = json!({ "cmcNo": "沪制 00000123 号" });
    register
        .takes("DDS-1", "ELECTRONIC_METER", old.clone())
        .await;
    let new = json!({ "cpaNo": "2020F101-31", "verificationNo": "检字 2026-0001" });
    register.takes("DDS-2", "ELECTRONIC_METER", new).await;

    assert_eq!(register.lacks("SMART_METER", json!({})).await, papers);
    assert_eq!(
        register.lacks("SMART_METER", old).await,
        lack("stateGridNo", "智能电表须有国家电网入网许可")
    );
    let mut smart = json!({
        "cmcNo": "沪制 1", "stateGridNo": "SG-77", "interfaces": ["PULSE"],
    });
    assert_eq!(
        register.lacks("SMART_METER", smart.clone()).await,
        lack("interfaces", "智能电表须有红外或 RS485 通信")
    );
    for interface in ["INFRARED", "RS485"] {
        smart["interfaces"] = json!([interface]);
        register
            .takes(interface, "SMART_METER", smart.clone())
            .await;
    }
    let listed = "{ equipmentModels(kind: SMART_METER) {
        nodes { modelId kind interfaces stateGridNo withdrawn } } }";
    let listed = register.ask(listed, json!({})).await;
    assert_eq!(
        listed["equipmentModels"]["nodes"][1],
        json!({ "modelId": "RS485", "kind": "SMART_METER", "interfaces": ["RS485"],
                "stateGridNo": "SG-77", "withdrawn": false })
    );
}

#[tokio::test]
async fn r41_a_handheld_speaks_state_grids_infrared_exports_and_comes_with_an_sdk() {
    let register = Register::open().await;
    let mut facts = json!({});
    for (field, message, name, value) in [
        (
            "stateGridInfrared",
            "掌上抄表机须兼容国家电网红外",
            "stateGridInfrared",
            json!(true),
        ),
        (
            "dataExport",
            "掌上抄表机须能导出数据",
            "dataExport",
            json!(true),
        ),
        (
            "vendorSdk",
            "掌上抄表机须由厂家提供开发包",
            "vendorSdk",
            json!(true),
        ),
    ] {
        assert_eq!(
            register.lacks("HANDHELD", facts.clone()).await,
            lack(field, message)
        );
        facts["interfaces"] = json!(["INFRARED"]);
        facts[name] = value;
    }
    register.takes("TP900", "HANDHELD", facts).await;
}

#[tokio::test]
async fn r42_r44_r46_collectors_remote_water_meters_and_printers() {
    let register = Register::open().await;
    let two = json!({ "protocols": ["DLT645_1997", "DLT645_2007"] });
    assert_eq!(
        register.lacks("COLLECTOR", two).await,
        lack(
            "protocols",
            "采集器须支持 DL645-1997、DL645-2007 和 188 规约"
        )
    );
    let three = json!({ "protocols": ["DLT645_1997", "DLT645_2007", "CJT188"] });
    register.takes("C1", "COLLECTOR", three).await;

    let water =
        |interfaces: Value| json!({ "cmcNo": "沪制 2", "calibreMm": 20, "interfaces": interfaces });
    for cellular in ["CELLULAR", "NB_IOT"] {
        assert_eq!(
            register
                .lacks("REMOTE_WATER_METER", water(json!(["LORA", cellular])))
                .await,
            lack("interfaces", "远传水表不得采用移动网络（2G 至 5G、NB-IoT）")
        );
    }
    assert_eq!(
        register.lacks("REMOTE_WATER_METER", water(json!([]))).await,
        lack("interfaces", "远传水表须有有线或无线通信方式")
    );
    for interface in ["M_BUS", "LORA"] {
        let facts = water(json!([interface]));
        register.takes(interface, "REMOTE_WATER_METER", facts).await;
    }

    let printer = |ribbon: bool| {
        json!({ "printer": {
            "printsPet": true, "resinRibbon": ribbon, "dotsPerMm": 12, "labelWidthMmMax": 104,
        } })
    };
    assert_eq!(
        register.lacks("BARCODE_PRINTER", printer(false)).await,
        lack("printer", "条码打印机须能以树脂碳带打印 PET 标签")
    );
    register.takes("P1", "BARCODE_PRINTER", printer(true)).await;
}

#[tokio::test]
async fn r45_a_terminal_that_falls_short_is_told_and_keeps_nobody_out() {
    let register = Register::open().await;
    let good = json!({
        "screenTenthsInch": 50, "pixelsShortSide": 1080, "pixelsLongSide": 1920, "ramMb": 3072,
        "androidMajor": 7, "telecom4g": false, "unicom4g": true, "rearCameraMegapixels": 12,
        "fastFocus": true, "stabiliser": true, "timeWatermark": true, "rugged": true,
    });
    let facts = json!({ "terminal": good });
    register.takes("T1", "MOBILE_TERMINAL", facts).await;
    let mut poor = good;
    poor["androidMajor"] = json!(6);
    poor["unicom4g"] = json!(false);
    let payload = register
        .model("T2", "MOBILE_TERMINAL", json!({ "terminal": poor }))
        .await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(
        payload["shortfalls"],
        json!([
            { "code": "android", "message": "系统不低于 Android 7.0" },
            { "code": "network4g", "message": "须支持电信或联通 4G" },
        ])
    );
    let item = json!({
        "equipmentNo": "PHONE-1", "modelId": "T2", "campusId": "N", "keeper": "zhou",
    });
    register.must("registerEquipment", item).await;
    let listed = "{ equipment(kind: MOBILE_TERMINAL) { nodes { equipmentNo keeper retired } } }";
    let listed = register.ask(listed, json!({})).await;
    assert_eq!(
        listed["equipment"]["nodes"],
        json!([{ "equipmentNo": "PHONE-1", "keeper": "zhou", "retired": false }])
    );
    let retire = json!({ "equipmentNo": "PHONE-1", "reason": "屏幕破碎" });
    register.must("retireEquipment", retire).await;
    let withdraw = json!({ "modelId": "T2", "reason": "停产" });
    register.must("withdrawEquipmentModel", withdraw).await;
}

#[tokio::test]
async fn r43_water_meters_have_papers_and_a_calibre_and_are_due_by_it() {
    let register = Register::open().await;
    let papers = json!({ "cpaNo": "2020F101-31", "verificationNo": "检字 1" });
    assert_eq!(
        register.lacks("WATER_METER", papers.clone()).await,
        lack("calibreMm", "水表须填写口径")
    );
    for (model_id, calibre) in [("DN20", 20), ("DN100", 100)] {
        let mut facts = papers.clone();
        facts["calibreMm"] = json!(calibre);
        register.takes(model_id, "WATER_METER", facts).await;
    }
    for (meter_no, model_id, installed) in [
        ("W1", "DN20", "2020-09-01"),
        ("W2", "DN20", "2022-09-01"),
        ("W3", "DN100", "2024-09-01"),
    ] {
        let hardware_no = format!("H{meter_no}");
        let item = json!({ "equipmentNo": hardware_no, "modelId": model_id, "campusId": "N" });
        register.must("registerEquipment", item).await;
        let meter = json!({
            "meterNo": meter_no, "commodity": "WATER", "campusId": "N",
            "building": "紫荆 3 号楼", "room": "305", "book": "B1", "selfRead": false,
        });
        register.must("registerMeter", meter).await;
        let device = json!({
            "meterNo": meter_no, "hardwareNo": hardware_no, "digits": 5, "openingIndex": "0",
            "installedOn": installed,
        });
        register.must("installDevice", device).await;
    }
    let due = async |by: &str| {
        let query = "query($by: Date!) { verificationsDue(by: $by, commodity: WATER) {
            nodes { meterNo calibreMm dueOn verifyDueOn rotateDueOn } } }";
        let found = register.ask(query, json!({ "by": by })).await;
        found["verificationsDue"]["nodes"].clone()
    };
    assert_eq!(due("2026-10-02").await, json!([]), "nothing was set yet");
    let cycle = json!({
        "commodity": "WATER", "from": "2026-01-01", "reason": "JJG 162",
        "classes": [
            { "calibreMmMax": 25, "rotateMonths": 72 }, { "verifyMonths": 24 },
        ],
    });
    register.must("setVerificationCycle", cycle).await;
    assert_eq!(
        due("2026-10-02").await,
        json!([
            { "meterNo": "W1", "calibreMm": 20, "dueOn": "2026-09-01", "verifyDueOn": null,
              "rotateDueOn": "2026-09-01" },
            { "meterNo": "W3", "calibreMm": 100, "dueOn": "2026-09-01",
              "verifyDueOn": "2026-09-01", "rotateDueOn": null },
        ])
    );
    let tested = json!({
        "equipmentNo": "HW3", "on": "2026-10-01", "certificateNo": "检字 2026-8", "passed": true,
    });
    register.must("recordVerification", tested).await;
    let left = due("2026-10-02").await;
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert_eq!(left[0]["meterNo"], "W1");
    let cycles = "{ verificationCycles { calibreMmMax verifyMonths rotateMonths setBy } }";
    let cycles = register.ask(cycles, json!({})).await;
    assert_eq!(cycles["verificationCycles"][0]["setBy"], "staff:zhou");
}
