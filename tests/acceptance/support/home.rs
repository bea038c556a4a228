//! A household whose water is read, billed and paid.

use serde_json::{Value, json};

use super::centre::{ALL_DESKS, Centre};
use super::client::Client;

/// A household at home: account, meter, and a resident it is bound to.
pub(crate) struct Home {
    pub(crate) meter_no: String,
    pub(crate) resident: Client,
    pub(crate) manager: Client,
}

pub(crate) fn home(centre: &mut Centre) -> Home {
    let mut manager = centre.staff("manager1", &ALL_DESKS);
    let meter_no = Centre::household(&mut manager, "10001", "王芳");
    let mut resident = centre.customer("13800138000", "RESIDENT");
    let request = json!({ "accountNo": "10001", "holderName": "王芳" });
    resident.must("requestBinding", request, "");
    let queue = "{ bindingQueue(first: 1) { nodes { bindingId } } }";
    let binding_id = Centre::until(|| {
        let waiting = manager.query(queue, &Value::Null);
        waiting["bindingQueue"]["nodes"][0]["bindingId"]
            .as_str()
            .map(str::to_owned)
    });
    manager.must("approveBinding", json!({ "bindingId": binding_id }), "");
    Home {
        meter_no,
        resident,
        manager,
    }
}

const READING: &str = "reading { readingId status index usage findings { rule message } }";

impl Home {
    pub(crate) fn read(&mut self, index: &str, read_at: &str, shade: u8) -> Value {
        let photo = self.resident.photograph(shade);
        let reading = json!({
            "meterNo": self.meter_no, "index": index, "channel": "SELF_READ", "photo": photo,
            "readAt": read_at,
        });
        self.resident.must("submitReading", reading, READING)["reading"].take()
    }

    pub(crate) fn bill(&mut self, month: &str) -> Value {
        let run = json!({ "month": month, "accountNos": ["10001"] });
        self.manager.must("runBilling", run, "run { billed }");
        let account = "{ account(accountNo: \"10001\") { openAmount credit \
                       notices { noticeNo billNo amount openAmount } \
                       bills(first: 5) { nodes { billNo total lines { amount readingIds } } } } }";
        self.manager.query(account, &Value::Null)["account"].take()
    }

    /// Pays an amount in fen at the counter, and gets the receipt.
    pub(crate) fn pay(cashier: &mut Client, amount: &str) -> String {
        let payment = json!({
            "campusId": "S", "method": "CASH", "amount": amount, "accountNos": ["10001"],
        });
        let paid = cashier.must("recordPayment", payment, "payment { paymentId }");
        let receipt = json!({ "paymentId": paid["payment"]["paymentId"], "campusId": "S" });
        let given = cashier.must("issueReceipt", receipt, "receipt { receiptNo }");
        given["receipt"]["receiptNo"].as_str().unwrap().to_owned()
    }
}
