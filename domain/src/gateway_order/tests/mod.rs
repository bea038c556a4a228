mod golden;
mod orders;
mod refunds;

use chaobiao_decision::Actor;

use super::*;
use crate::account::fixture::{charge, open};
use crate::customer::{ApproveBinding, CustomerKind, LinkWechat, Register, RequestBinding};
use crate::desk::Desk;
use crate::units::{CustomerId, Fen, GatewayOrderNo};

const HOLDER: &str = "王芳";
pub(crate) const MERCHANT: &str = "1900000109";

/// A resident bound to A1, who owes 100.00 for July and 50.00 for August, and knows `WeChat`.
pub(crate) struct Town {
    pub(crate) desk: Desk,
    pub(crate) customer_id: CustomerId,
}

impl Town {
    pub(crate) fn new() -> Self {
        let mut desk = Desk::new("2026-09-01");
        open(&mut desk, "A1");
        open(&mut desk, "B2");
        charge(&mut desk, "A1", "2026-07", 6000, 4000);
        charge(&mut desk, "A1", "2026-08", 5000, 0);
        charge(&mut desk, "B2", "2026-07", 0, 7000);
        let register = Register {
            phone: "13800138000".parse().unwrap(),
            kind: CustomerKind::Resident,
        };
        let customer_id = desk.run(&register).unwrap().outcome.customer_id;
        let link = LinkWechat {
            customer_id: customer_id.clone(),
            openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".to_owned(),
        };
        desk.run(&link).unwrap();
        let mut town = Self { desk, customer_id };
        town.bind("A1");
        town
    }

    pub(crate) fn bind(&mut self, account_no: &str) {
        self.as_customer();
        let request = RequestBinding {
            customer_id: self.customer_id.clone(),
            account_no: account_no.parse().unwrap(),
            holder_name: HOLDER.to_owned(),
        };
        let binding_id = self.desk.run(&request).unwrap().outcome.binding_id;
        self.desk.by("li");
        let approve = ApproveBinding { binding_id };
        self.desk.run(&approve).unwrap();
    }

    pub(crate) fn as_customer(&mut self) -> &mut Desk {
        self.desk.actor = Actor::Customer(self.customer_id.to_string());
        &mut self.desk
    }

    pub(crate) fn place(&mut self, accounts: &[&str], bills: &[&str]) -> GatewayOrderNo {
        let place = to_pay(accounts, bills);
        let placed = self.as_customer().run(&place).unwrap().outcome;
        self.desk.by("li");
        placed.order_no
    }

    pub(crate) fn status(&mut self, order_no: &GatewayOrderNo) -> OrderStatus {
        let order: GatewayOrder = self.desk.state(order_no.as_str());
        order.placed(order_no).unwrap().status()
    }

    pub(crate) fn settle(&mut self, order_no: &GatewayOrderNo) -> Vec<String> {
        let settle = SettleGatewayOrder {
            order_no: order_no.clone(),
        };
        let accepted = self.desk.run(&settle).unwrap();
        accepted
            .event_types()
            .into_iter()
            .map(str::to_owned)
            .collect()
    }
}

pub(crate) fn to_pay(accounts: &[&str], bills: &[&str]) -> PlaceGatewayOrder {
    PlaceGatewayOrder {
        channel: GatewayChannel::WechatPay,
        merchant: Some(MERCHANT.to_owned()),
        accounts: accounts.iter().map(|no| no.parse().unwrap()).collect(),
        bills: bills.iter().map(|no| no.parse().unwrap()).collect(),
        top_up: None,
    }
}

pub(crate) fn paid(order_no: &GatewayOrderNo, amount: i64) -> NoteReport {
    NoteReport {
        order_no: order_no.clone(),
        source: ReportSource::Notice {
            notice_id: "EV-1".to_owned(),
        },
        channel: GatewayChannel::WechatPay,
        merchant: MERCHANT.to_owned(),
        transaction_id: "4200001".to_owned(),
        amount: Fen::new(amount),
        currency: "CNY".to_owned(),
        paid_at: None,
        evidence: None,
    }
}
