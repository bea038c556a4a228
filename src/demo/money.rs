//! Bills on the 28th, and what people pay of them in the weeks after.

use chaobiao_domain::account::AccountClass;
use chaobiao_domain::bank_line::{BankLineGiven, BookBankLine, EnterBankLines};
use chaobiao_domain::billing::{BillIssued, IssueBill};
use chaobiao_domain::payment::{ChequeDetails, PaymentMethod, RecordPayment, ReversePayment};
use chaobiao_domain::receipt::IssueReceipt;
use chaobiao_domain::units::{AccountNo, BankReference, Fen, PaymentId, business_date};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::Value;

use super::DemoError;
use super::almanac::{BILLING_DAY, ahead, at, day, seconds};
use super::draw::Draws;
use super::generate::{Campus, Month};
use super::names::CAMPUSES;
use super::plan::campus_id;
use super::runner::Tag;
use super::setup::by;
use super::staff::{CASHIERS, FINANCE, MANAGER};

/// In a hundred: who pays all they owe within the month.
const PROMPT_PERCENT: i64 = 90;
/// The last month somebody paid who then stopped.
const ARREARS_FROM: usize = 9;

/// What an account owes, as its holder knows it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ledger {
    open: i64,
    credit: i64,
}

/// Money on its way to a counter.
struct Coming {
    accounts: Vec<AccountNo>,
    amount: i64,
    /// Whose counter.
    campus: usize,
    method: PaymentMethod,
    receipt: bool,
}

/// How a story lets somebody pay.
enum Story {
    Nothing,
    All,
    Half,
    TooMuch,
    Wrongly,
    Elsewhere,
}

impl Campus<'_> {
    pub(super) fn issue_bills(&mut self, month: Month) {
        let start = at(day(month.month, BILLING_DAY), 9, 0);
        for (number, place) in self.plan.places.iter().enumerate() {
            let issue = IssueBill {
                account_no: place.account_no.clone(),
                month: month.month,
                due_on: None,
            };
            let key = month.key(&format!("bill/{}", place.account_no));
            // Nobody could be read: the next bill covers two months.
            let nothing = Some("BILLING_NOTHING_TO_BILL");
            let (actor, tag) = (by(FINANCE), Tag::Bill(number));
            self.runner
                .give_tagged(start, actor, &key, issue, tag, nothing);
        }
    }

    pub(super) fn note_bills(&mut self, answers: Vec<(Tag, Value)>) -> Result<(), DemoError> {
        for (tag, outcome) in answers {
            let Tag::Bill(place) = tag else { continue };
            let issued: BillIssued = serde_json::from_value(outcome)?;
            let ledger = &mut self.ledgers[place];
            let covered = ledger.credit.min(issued.total.value());
            ledger.credit -= covered;
            ledger.open += issued.total.value() - covered;
        }
        Ok(())
    }

    /// Who pays in this month what was billed before it.
    pub(super) fn collect_payments(&mut self, month: Month) -> Result<(), DemoError> {
        let mut draws = Draws::new(self.seed, &month.key("payments"));
        let billed = day(month.month.previous(), BILLING_DAY);
        for number in 0..self.plan.places.len() {
            // Drawn for everybody, so that one story does not change another's luck.
            let (prompt, after) = (draws.percent(PROMPT_PERCENT), draws.between(2, 20));
            let (minute, taste) = (draws.between(0, 330), draws.between(0, 99));
            let open = self.ledgers[number].open;
            if open == 0 {
                continue;
            }
            let date = ahead(billed, u32::try_from(after).unwrap_or(2));
            let paid_at = self.counter_time(date, minute);
            match self.story(month, number, prompt) {
                Story::Nothing => {}
                Story::All => self.pay(month, number, open, taste, paid_at)?,
                Story::Half => self.pay(month, number, open / 2, taste, paid_at)?,
                Story::TooMuch => self.pay(month, number, open + 50_000, taste, paid_at)?,
                Story::Elsewhere => {
                    let campus = (self.plan.places[number].campus + 1) % CAMPUSES.len();
                    self.pay_at(month, number, open, taste, campus, paid_at)?;
                }
                Story::Wrongly => self.pay_and_reverse(month, number, open, taste, paid_at)?,
            }
        }
        if month.number == Month::LATEST {
            self.pay_jointly(month)?;
        }
        Ok(())
    }

    fn story(&self, month: Month, place: usize, prompt: bool) -> Story {
        let cast = self.cast;
        if !cast.has_payer(place) {
            return if prompt { Story::All } else { Story::Nothing };
        }
        let latest = month.number == Month::LATEST;
        let over = month.number > Month::LATEST;
        match place {
            _ if place == cast.long_in_arrears && month.number >= ARREARS_FROM => Story::Nothing,
            _ if place == cast.paid_in_part && latest => Story::Half,
            _ if place == cast.paid_too_much && latest => Story::TooMuch,
            _ if place == cast.paid_wrongly && latest => Story::Wrongly,
            _ if place == cast.paid_elsewhere && latest => Story::Elsewhere,
            _ if cast.joint_cheque.contains(&place) && latest => Story::Nothing,
            _ if over && !cast.joint_cheque.contains(&place) => Story::Nothing,
            _ => Story::All,
        }
    }

    /// A moment at which a counter is open, on or after a date.
    fn counter_time(&self, date: NaiveDate, minute: i64) -> DateTime<Utc> {
        let date = self.almanac.working_day(date);
        // 08:30 to 11:30, then 14:00 on.
        let start = if minute < 180 {
            at(date, 8, 30)
        } else {
            at(date, 11, 0)
        };
        start + TimeDelta::minutes(minute)
    }

    fn pay(
        &mut self,
        month: Month,
        place: usize,
        amount: i64,
        taste: i64,
        paid_at: DateTime<Utc>,
    ) -> Result<(), DemoError> {
        let campus = self.plan.places[place].campus;
        self.pay_at(month, place, amount, taste, campus, paid_at)
            .map(drop)
    }

    fn pay_at(
        &mut self,
        month: Month,
        number: usize,
        amount: i64,
        taste: i64,
        campus: usize,
        paid_at: DateTime<Utc>,
    ) -> Result<PaymentId, DemoError> {
        let place = &self.plan.places[number];
        let coming = Coming {
            accounts: vec![place.account_no.clone()],
            amount,
            campus,
            method: method(place.class, taste),
            receipt: place.class == AccountClass::Unit || taste % 10 < 2 || campus != place.campus,
        };
        let ledger = &mut self.ledgers[number];
        let settled = amount.min(ledger.open);
        ledger.open -= settled;
        ledger.credit += amount - settled;
        self.take(month, coming, paid_at)
    }

    fn take(
        &mut self,
        month: Month,
        coming: Coming,
        paid_at: DateTime<Utc>,
    ) -> Result<PaymentId, DemoError> {
        let cashier = by(CASHIERS[coming.campus % CASHIERS.len()]);
        let name = month.key(coming.accounts[0].as_str());
        let key = format!("payment/{name}");
        let context = if coming.method == PaymentMethod::Transfer {
            let book = self.enter_line(&name, &coming, paid_at)?;
            self.runner
                .give(paid_at + seconds(20), by(FINANCE), &key, book)
        } else {
            let record = RecordPayment {
                method: coming.method,
                amount: Fen::new(coming.amount),
                campus: campus_id(coming.campus)?,
                cheque: (coming.method == PaymentMethod::Cheque).then(|| cheque(&name)),
                accounts: coming.accounts,
                bills: Vec::new(),
                payer: None,
            };
            self.runner.give(paid_at, cashier.clone(), &key, record)
        };
        let payment_id = PaymentId::try_new(context.derive_id("payment").to_string())?;
        if coming.receipt {
            let issue = IssueReceipt {
                payment_id: payment_id.clone(),
                campus: campus_id(coming.campus)?,
                accounts: Vec::new(),
                parts: Vec::new(),
            };
            let key = format!("receipt/{name}");
            self.runner
                .give(paid_at + seconds(40), cashier, &key, issue);
        }
        Ok(payment_id)
    }

    /// A transfer shows up in the bank's statement, with the account in its memo.
    fn enter_line(
        &mut self,
        name: &str,
        coming: &Coming,
        at: DateTime<Utc>,
    ) -> Result<BookBankLine, DemoError> {
        let bank_reference = BankReference::try_new(format!("B{}", name.replace('/', "-")))?;
        let line = BankLineGiven {
            bank_reference: bank_reference.clone(),
            amount: Fen::new(coming.amount),
            booked_on: business_date(at),
            payer: None,
            memo: Some(format!("水电费 {}", coming.accounts[0])),
            account_no: Some(coming.accounts[0].clone()),
        };
        let enter = EnterBankLines { lines: vec![line] };
        let key = format!("bank-line/{name}");
        self.runner.give(at, by(FINANCE), &key, enter);
        Ok(BookBankLine {
            bank_reference,
            accounts: coming.accounts.clone(),
            bills: Vec::new(),
            payer: None,
        })
    }

    /// Money booked to the wrong account comes off it again, by somebody else.
    fn pay_and_reverse(
        &mut self,
        month: Month,
        place: usize,
        amount: i64,
        taste: i64,
        paid_at: DateTime<Utc>,
    ) -> Result<(), DemoError> {
        let campus = self.plan.places[place].campus;
        let payment_id = self.pay_at(month, place, amount, taste, campus, paid_at)?;
        self.ledgers[place].open += amount;
        let reverse = ReversePayment {
            payment_id,
            reason: "收费员选错户号，款项退回后重新缴纳".to_owned(),
        };
        let reversed_at = paid_at + TimeDelta::minutes(50);
        self.runner
            .give(reversed_at, by(MANAGER), &month.key("reverse"), reverse);
        Ok(())
    }

    /// One cheque for the accounts of many departments, on several campuses.
    fn pay_jointly(&mut self, month: Month) -> Result<(), DemoError> {
        let mut accounts = Vec::new();
        let mut amount = 0;
        for place in &self.cast.joint_cheque {
            let ledger = &mut self.ledgers[*place];
            if ledger.open > 0 {
                accounts.push(self.plan.places[*place].account_no.clone());
                amount += std::mem::take(&mut ledger.open);
            }
        }
        if accounts.is_empty() {
            return Ok(());
        }
        let coming = Coming {
            accounts,
            amount,
            campus: 0,
            method: PaymentMethod::Cheque,
            receipt: true,
        };
        let paid_at = self.counter_time(day(month.month, 8), 60);
        self.take(month, coming, paid_at)?;
        Ok(())
    }
}

fn method(class: AccountClass, taste: i64) -> PaymentMethod {
    match (class, taste) {
        (AccountClass::Unit, ..30) => PaymentMethod::Cheque,
        (AccountClass::Unit, _) | (_, 75..) => PaymentMethod::Transfer,
        _ => PaymentMethod::Cash,
    }
}

fn cheque(name: &str) -> ChequeDetails {
    ChequeDetails {
        number: format!("3140{}", name.replace('/', "")),
        bank: "云麓银行大学城支行".to_owned(),
        drawer: Some("云麓大学财务处".to_owned()),
    }
}
