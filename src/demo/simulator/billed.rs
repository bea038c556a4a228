//! The same months with the money: every account is billed, most of them pay, some move out and
//! others in, a price goes up on the way; and in the end the books are held against what people did.

use std::ops::Range;

use chaobiao_domain::account::{AccountClass, AssignMeter, OpenAccount};
use chaobiao_domain::bank_line::{BankLineGiven, BookBankLine, EnterBankLines};
use chaobiao_domain::billing::{ClearHolder, IssueBill, MoveIn, SettleMoveOut};
use chaobiao_domain::calendar::shipped_years;
use chaobiao_domain::ledger::LedgerAccount;
use chaobiao_domain::payment::{PaymentMethod, RecordPayment};
use chaobiao_domain::tariff::PublishTariffVersion;
use chaobiao_domain::units::{
    AccountNo, BankReference, BillingMonth, Commodity, Fen, TariffId, business_date,
};
use chaobiao_domain::work_calendar::LoadYear;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::super::almanac::{BILLING_DAY, ahead, at, back, day};
use super::super::draw::Draws;
use super::super::names::{CAMPUSES, person};
use super::super::plan::{Place, Plan, campus_id};
use super::super::setup::by;
use super::super::staff::{ADMIN, CASHIERS, FINANCE};
use super::super::{DemoError, tariffs};
use super::books::Books;
use super::desk::Desk;
use super::money::{Money, add};
use super::world::{CHUNK, Life, QUIET_MONTHS, begins, blank, open};
use super::{Score, SimulationOptions};

/// One home in so many is left in each month.
const LEFT_ONE_IN: usize = 150;
/// One account in so many transfers money without a name in each month.
const NAMELESS_ONE_IN: usize = 200;
/// In a hundred: who pays all they owe, and who half of it.
const PROMPT_PERCENT: i64 = 86;
const HALF_PERCENT: i64 = 5;
/// In a hundred, after the last bill: who pays it twice.
const TWICE_PERCENT: i64 = 3;

/// Lives through the months with the money, and says how the rules did and what it came to.
pub fn simulate_billed(options: SimulationOptions) -> Result<(Score, Money), DemoError> {
    let plan = Plan::new(options.seed, options.meters)?;
    let mut score = blank(&plan, options);
    let mut money = Money {
        price_changes: u64::from(price_change(options).is_some()),
        ..Money::default()
    };
    for places in quarters(&plan) {
        let mut quarter = Quarter::open(&plan, options, places, &mut money)?;
        quarter.live(&mut score)?;
        quarter.close(&mut score)?;
    }
    Ok((score, money))
}

/// Accounts with about as many meters as share a workspace.
fn quarters(plan: &Plan) -> Vec<Range<usize>> {
    let mut quarters = Vec::new();
    let (mut begin, mut meters) = (0, 0);
    for (number, place) in plan.places.iter().enumerate() {
        meters += place.meters.len();
        if meters >= CHUNK {
            quarters.push(begin..number + 1);
            (begin, meters) = (number + 1, 0);
        }
    }
    if begin < plan.places.len() {
        quarters.push(begin..plan.places.len());
    }
    quarters
}

/// In the middle of the months water for homes goes up; none where there is no middle.
fn price_change(options: SimulationOptions) -> Option<(usize, NaiveDate)> {
    let middle = options.months / 2;
    let mut month = options.from;
    for _ in 0..middle {
        month = month.next();
    }
    (middle > 0).then(|| (middle, month.first_day()))
}

/// An account, and what its holder knows of it by the papers in the hand.
struct Holding<'a> {
    place: &'a Place,
    lives: Vec<Life<'a>>,
    draws: Draws,
    /// Billed and not paid, in fen; below zero, paid in advance.
    owed: i64,
    /// Nobody lives there, and what was is not settled to the end.
    left: bool,
}

/// What the books must show, since somebody did it.
enum Planted {
    Nameless(BankReference, i64),
    Twice(AccountNo, i64),
}

/// A part of the campus that shares a workspace.
struct Quarter<'a, 'm> {
    options: SimulationOptions,
    desk: Desk,
    holdings: Vec<Holding<'a>>,
    planted: Vec<Planted>,
    money: &'m mut Money,
}

impl<'a, 'm> Quarter<'a, 'm> {
    fn open(
        plan: &'a Plan,
        options: SimulationOptions,
        places: Range<usize>,
        money: &'m mut Money,
    ) -> Result<Self, DemoError> {
        let mut desk = open(options)?;
        desk.books = Some(Books::default());
        let installed = begins(options);
        let before = at(back(installed, 8), 10, 0);
        for list in shipped_years()? {
            desk.must(before, &by(ADMIN), &LoadYear { list })?;
        }
        for define in tariffs::definitions(installed)? {
            desk.must(before, &by(FINANCE), &define)?;
        }
        let mut holdings = Vec::with_capacity(places.len());
        for number in places {
            let place = &plan.places[number];
            let account = OpenAccount {
                account_no: place.account_no.clone(),
                class: place.class,
                campus: campus_id(place.campus)?,
                holder: place.holder.clone(),
                phone: place.phone.clone(),
                address: format!("{}{}", place.building, place.room),
                household_persons: place.persons,
            };
            desk.must(before, &by(ADMIN), &account)?;
            let mut lives = Vec::with_capacity(place.meters.len());
            for meter in &place.meters {
                let life = Life::begin(plan, *meter, options, &mut desk)?;
                let assign = AssignMeter {
                    account_no: place.account_no.clone(),
                    meter_no: life.meter.meter_no.clone(),
                    tariff_id: TariffId::try_new(tariffs::id_of(
                        place.class,
                        life.meter.commodity,
                    ))?,
                    from: Some(installed),
                };
                desk.must(at(installed, 9, 0), &by(ADMIN), &assign)?;
                lives.push(life);
            }
            holdings.push(Holding {
                place,
                lives,
                draws: Draws::new(options.seed, &format!("holder/{number}")),
                owed: 0,
                left: false,
            });
        }
        money.accounts += holdings.len() as u64;
        Ok(Self {
            options,
            desk,
            holdings,
            planted: Vec::new(),
            money,
        })
    }

    fn live(&mut self, score: &mut Score) -> Result<(), DemoError> {
        let mut month = self.options.from;
        let change = price_change(self.options);
        for number in 0..self.options.months {
            if let Some((_, from)) = change.filter(|(middle, _)| *middle == number) {
                self.raise_price(from)?;
            }
            for holding in &mut self.holdings {
                for life in &mut holding.lives {
                    life.month((number, month), &mut self.desk, score)?;
                }
            }
            let last = number + 1 == self.options.months;
            for at in 0..self.holdings.len() {
                let moved = number > QUIET_MONTHS && !last && self.move_out(at, month, score)?;
                if !moved {
                    self.bill(at, month)?;
                }
                self.pay(at, month, last)?;
            }
            month = month.next();
        }
        Ok(())
    }

    fn raise_price(&mut self, from: NaiveDate) -> Result<(), DemoError> {
        let Some(version) = tariffs::new_version(from)? else {
            return Ok(());
        };
        let publish = PublishTariffVersion {
            tariff_id: TariffId::try_new(tariffs::WATER_HOMES)?,
            version,
        };
        self.desk
            .must(at(back(from, 1), 10, 0), &by(FINANCE), &publish)?;
        Ok(())
    }

    fn refused(&mut self, code: String) {
        *self.money.refused.entry(code).or_default() += 1;
    }

    fn bill(&mut self, which: usize, month: BillingMonth) -> Result<(), DemoError> {
        let issue = IssueBill {
            account_no: self.holdings[which].place.account_no.clone(),
            month,
            due_on: None,
        };
        let when = at(day(month, BILLING_DAY), 20, 0);
        match self.desk.run(when, &by(FINANCE), &issue)? {
            Ok(issued) => self.holdings[which].owed += issued.total.value(),
            Err(refusal) => self.refused(refusal.code),
        }
        Ok(())
    }

    /// Whether the holder of a home goes in this month, and the next one comes.
    fn move_out(
        &mut self,
        which: usize,
        month: BillingMonth,
        score: &mut Score,
    ) -> Result<bool, DemoError> {
        let holding = &mut self.holdings[which];
        let goes = holding.draws.below(LEFT_ONE_IN) == 0;
        let home = matches!(
            holding.place.class,
            AccountClass::Resident | AccountClass::StaffDorm
        );
        if !goes || !home || holding.left {
            return Ok(false);
        }
        let on = day(month, BILLING_DAY);
        for life in &mut holding.lives {
            life.read_finally(on, &mut self.desk, score)?;
        }
        let account_no = holding.place.account_no.clone();
        let settle = SettleMoveOut {
            account_no: account_no.clone(),
            on: Some(on),
            charges: Vec::new(),
            refund: None,
        };
        let settled = match self.desk.run(at(on, 19, 0), &by(FINANCE), &settle)? {
            Ok(settled) => settled,
            Err(refusal) => {
                self.refused(refusal.code);
                return Ok(false);
            }
        };
        self.money.moved_out += 1;
        self.holdings[which].owed = settled.open.value() - settled.credit.value();
        if settled.open.is_positive() {
            self.take_cash(which, settled.open.value(), at(on, 19, 10))?;
            let clear = ClearHolder {
                account_no: account_no.clone(),
            };
            self.desk.must(at(on, 19, 20), &by(FINANCE), &clear)?;
        }
        let holding = &mut self.holdings[which];
        let next = MoveIn {
            account_no,
            holder: person(&mut holding.draws),
            phone: None,
            household_persons: holding.place.persons,
            on: Some(on),
        };
        match self.desk.run(at(on, 19, 30), &by(ADMIN), &next)? {
            Ok(_) => self.money.moved_in += 1,
            Err(refusal) => {
                // Something is to be given back to who went: nobody else is let in before that.
                self.holdings[which].left = true;
                self.refused(refusal.code);
            }
        }
        Ok(true)
    }

    /// In the days after the bill.
    fn pay(&mut self, which: usize, month: BillingMonth, last: bool) -> Result<(), DemoError> {
        let holding = &mut self.holdings[which];
        let (luck, after) = (holding.draws.between(0, 99), holding.draws.between(2, 9));
        let (taste, twice) = (
            holding.draws.between(0, 99),
            holding.draws.percent(TWICE_PERCENT),
        );
        let nameless = holding.draws.below(NAMELESS_ONE_IN) == 0;
        let paid_on = ahead(
            day(month, BILLING_DAY),
            u32::try_from(after).unwrap_or_default(),
        );
        let owed = holding.owed;
        if nameless {
            self.transfer_without_a_name(which, month, 5_000 + taste * 100, at(paid_on, 9, 0))?;
        }
        let amount = match luck {
            _ if luck < PROMPT_PERCENT => owed,
            _ if luck < PROMPT_PERCENT + HALF_PERCENT => owed / 2,
            _ => 0,
        };
        if amount <= 0 || self.holdings[which].left {
            return Ok(());
        }
        let by_transfer = taste >= 60;
        if by_transfer {
            self.transfer(which, &format!("{month}"), amount, at(paid_on, 10, 0))?;
        } else {
            self.take_cash(which, amount, at(paid_on, 10, 0))?;
        }
        if last && twice && amount == owed {
            self.transfer(which, &format!("{month}-2"), amount, at(paid_on, 11, 0))?;
            let account_no = self.holdings[which].place.account_no.clone();
            self.planted.push(Planted::Twice(account_no, amount));
        }
        Ok(())
    }

    fn take_cash(
        &mut self,
        which: usize,
        amount: i64,
        when: DateTime<Utc>,
    ) -> Result<(), DemoError> {
        let holding = &mut self.holdings[which];
        // One in ten goes to the counter of another campus.
        let elsewhere = usize::from(holding.draws.percent(10));
        let campus = (holding.place.campus + elsewhere) % CAMPUSES.len();
        let record = RecordPayment {
            method: PaymentMethod::Cash,
            amount: Fen::new(amount),
            campus: campus_id(campus)?,
            cheque: None,
            accounts: vec![holding.place.account_no.clone()],
            bills: Vec::new(),
            payer: None,
        };
        holding.owed -= amount;
        let cashier = by(CASHIERS[campus % CASHIERS.len()]);
        self.desk.must(when, &cashier, &record)?;
        self.money.payments += 1;
        add(&mut self.money.paid_in_cash, amount);
        Ok(())
    }

    fn enter(
        &mut self,
        reference: &BankReference,
        amount: i64,
        memo: Option<String>,
        when: DateTime<Utc>,
    ) -> Result<(), DemoError> {
        let line = BankLineGiven {
            bank_reference: reference.clone(),
            amount: Fen::new(amount),
            booked_on: business_date(when),
            payer: None,
            memo,
            account_no: None,
        };
        let enter = EnterBankLines { lines: vec![line] };
        self.desk.must(when, &by(FINANCE), &enter)?;
        Ok(())
    }

    fn transfer(
        &mut self,
        which: usize,
        name: &str,
        amount: i64,
        when: DateTime<Utc>,
    ) -> Result<(), DemoError> {
        let account_no = self.holdings[which].place.account_no.clone();
        let bank_reference = BankReference::try_new(format!("B{account_no}-{name}"))?;
        let memo = Some(format!("水电费 {account_no}"));
        self.enter(&bank_reference, amount, memo, when)?;
        let book = BookBankLine {
            bank_reference,
            accounts: vec![account_no],
            bills: Vec::new(),
            payer: None,
        };
        let when = when + TimeDelta::minutes(20);
        self.desk.must(when, &by(FINANCE), &book)?;
        self.holdings[which].owed -= amount;
        self.money.payments += 1;
        add(&mut self.money.paid_by_transfer, amount);
        Ok(())
    }

    /// Nobody can tell whose it is; it stays in the bank's statement.
    fn transfer_without_a_name(
        &mut self,
        which: usize,
        month: BillingMonth,
        amount: i64,
        when: DateTime<Utc>,
    ) -> Result<(), DemoError> {
        let account_no = &self.holdings[which].place.account_no;
        let reference = BankReference::try_new(format!("X{account_no}-{month}"))?;
        self.enter(&reference, amount, None, when)?;
        self.planted.push(Planted::Nameless(reference, amount));
        Ok(())
    }

    /// Holds what the books say against what people did.
    fn close(mut self, score: &mut Score) -> Result<(), DemoError> {
        let books = self.desk.books.take().unwrap_or_default();
        for holding in &self.holdings {
            let account_no = &holding.place.account_no;
            let (open, credit) = self.desk.balance(account_no)?;
            let (open, credit) = (open.value(), credit.value());
            add(&mut self.money.open, open);
            add(&mut self.money.credit, credit);
            let in_the_books = (
                books.of(LedgerAccount::Receivable, account_no.as_str()),
                // What is held for somebody stands on the credit side.
                -books.of(LedgerAccount::Credit, account_no.as_str()),
            );
            if in_the_books != (open, credit) || open - credit != holding.owed {
                self.money.differences.push(format!(
                    "户号 {account_no}：总账 {in_the_books:?}，账户 {:?}，应为 {}",
                    (open, credit),
                    holding.owed
                ));
            }
        }
        self.money.planted += self.planted.len() as u64;
        for planted in &self.planted {
            let shown = match planted {
                Planted::Nameless(reference, amount) => {
                    -books.of(LedgerAccount::Suspense, reference.as_str()) == *amount
                }
                Planted::Twice(account_no, amount) => {
                    -books.of(LedgerAccount::Credit, account_no.as_str()) == *amount
                }
            };
            self.money.found += u64::from(shown);
        }
        self.sum_up(&books);
        for holding in self.holdings {
            for life in holding.lives {
                let meter = life.meter.clone();
                let counted = life.end(&mut self.desk, score)?;
                let charged = books.charged(&meter.meter_no);
                if charged.usage != charged.up_to {
                    self.money.differences.push(format!(
                        "表 {}：账单合计 {}，表计累计 {}",
                        meter.meter_no, charged.usage, charged.up_to
                    ));
                }
                let (billed, unbilled) = match meter.commodity {
                    Commodity::Water => {
                        (&mut self.money.water_billed, &mut self.money.water_unbilled)
                    }
                    Commodity::Electricity => (
                        &mut self.money.electricity_billed,
                        &mut self.money.electricity_unbilled,
                    ),
                };
                *billed += charged.usage;
                *unbilled += counted - charged.usage;
            }
        }
        Ok(())
    }

    fn sum_up(&mut self, books: &Books) {
        let money = &mut *self.money;
        money.bills += books.bills;
        add(&mut money.billed, books.billed);
        add(&mut money.debit, books.debit);
        add(&mut money.credit_side, books.credit);
        add(&mut money.unidentified, -books.all(LedgerAccount::Suspense));
        let mut differ = |what: &str, books: i64, people: i64| {
            if books != people {
                let line = format!("{what}：总账 {books} 分，应为 {people} 分");
                money.differences.push(line);
            }
        };
        let nameless = self.planted.iter().map(|planted| match planted {
            Planted::Nameless(_, amount) => *amount,
            Planted::Twice(..) => 0,
        });
        differ(
            "不明款",
            -books.all(LedgerAccount::Suspense),
            nameless.sum(),
        );
        differ("在途", books.all(LedgerAccount::InTransit), 0);
        differ("收入", -books.all(LedgerAccount::Revenue), books.billed);
        differ(
            "不平的凭证",
            i64::try_from(books.unbalanced).unwrap_or(1),
            0,
        );
        let between = books.all(LedgerAccount::ClearingReceivable)
            + books.all(LedgerAccount::ClearingPayable);
        differ("校区间往来", between, 0);
        let held = books.all(LedgerAccount::Cash) + books.all(LedgerAccount::Bank);
        let taken = books.all(LedgerAccount::Revenue)
            + books.all(LedgerAccount::Receivable)
            + books.all(LedgerAccount::Credit)
            + books.all(LedgerAccount::Suspense);
        differ("现金与银行", held, -taken);
    }
}
