use std::collections::BTreeMap;
use std::fmt;

use chaobiao_domain::units::Fen;
use rust_decimal::Decimal;
use serde::Serialize;

/// What the months came to in money, and whether the books agree with what people did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Money {
    pub accounts: u64,
    pub bills: u64,
    /// Commands of the money that were refused, by their code.
    pub refused: BTreeMap<String, u64>,
    pub billed: Fen,
    pub payments: u64,
    /// By the receipts people have in the hand.
    pub paid_in_cash: Fen,
    pub paid_by_transfer: Fen,
    /// As the accounts say.
    pub open: Fen,
    pub credit: Fen,
    /// Money in the bank that nobody has placed.
    pub unidentified: Fen,
    pub moved_out: u64,
    pub moved_in: u64,
    pub price_changes: u64,
    /// In m³ and kWh: what was charged, and of what counted, what no bill has reached yet.
    pub water_billed: Decimal,
    pub water_unbilled: Decimal,
    pub electricity_billed: Decimal,
    pub electricity_unbilled: Decimal,
    /// Of the general ledger, both sides over all events.
    pub debit: Fen,
    pub credit_side: Fen,
    /// Paid twice, or transferred without a name: how many, and how many the books show to the fen.
    pub planted: u64,
    pub found: u64,
    /// Where the books say another thing than what people did.
    pub differences: Vec<String>,
}

pub(super) fn add(sum: &mut Fen, fen: i64) {
    *sum = Fen::new(sum.value().saturating_add(fen));
}

impl Money {
    /// Whether all that was billed is paid or open, both sides are equal, and all that was planted
    /// is found.
    pub fn is_reconciled(&self) -> bool {
        let paid = self.paid_in_cash.value() + self.paid_by_transfer.value();
        let settled = self.billed.value() + self.credit.value() == paid + self.open.value();
        settled
            && self.debit == self.credit_side
            && self.planted == self.found
            && self.differences.is_empty()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "户 {}，账单 {}，调价 {}，退房 {}，入住 {}",
            self.accounts, self.bills, self.price_changes, self.moved_out, self.moved_in
        )?;
        writeln!(
            f,
            "开账 {} 元；缴费 {} 笔，现金 {} 元，转账 {} 元；欠费 {} 元，余额 {} 元，不明款 {} 元",
            self.billed,
            self.payments,
            self.paid_in_cash,
            self.paid_by_transfer,
            self.open,
            self.credit,
            self.unidentified
        )?;
        writeln!(
            f,
            "计费水量 {} m³（未出账 {}），计费电量 {} kWh（未出账 {}）",
            self.water_billed,
            self.water_unbilled,
            self.electricity_billed,
            self.electricity_unbilled
        )?;
        for (code, times) in &self.refused {
            writeln!(f, "拒绝 {code}：{times}")?;
        }
        writeln!(
            f,
            "总账借方 {} 元，贷方 {} 元；埋下差异 {}，查出 {}",
            self.debit, self.credit_side, self.planted, self.found
        )?;
        for difference in &self.differences {
            writeln!(f, "{difference}")?;
        }
        write!(
            f,
            "{}",
            if self.is_reconciled() {
                "对账相符"
            } else {
                "对账不符"
            }
        )
    }
}
