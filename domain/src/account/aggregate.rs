use chaobiao_decision::Personal;
use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::binding::Bindings;
use super::class::Classes;
use super::command::AccountCommand;
use super::erasure::HolderErasure;
use super::error::AccountError;
use super::event::{AccountChange, AccountClass, AccountEvent, AccountOpening, PhoneChange};
use super::late::{LateBook, LateCase};
use super::ledger::Ledger;
use super::meters::{AssignedMeter, Meters};
use super::note::MeterStanding;
use super::occupants::Occupants;
use super::papers::Papers;
use super::scheme::Scheme;
use super::standing::{Standing, StandingBill};
use super::tenancy::Tenancy;
use crate::units::{
    AccountNo, BillNo, BillingMonth, BindingId, CampusId, CustomerId, MeterNo, Phone, Quantity,
    ReadingId, ReceiptNo, TariffId,
};

/// Bill and notice numbers are built from the account number and must fit as well.
pub(super) const ACCOUNT_NO_LENGTH_MAX: usize = 32;
pub(super) const HOLDER_LENGTH_MAX: usize = 60;
pub(super) const ADDRESS_LENGTH_MAX: usize = 120;
/// A typing guard, not a rule about families.
pub(super) const HOUSEHOLD_PERSONS_MAX: u32 = 99;

/// One account, from its events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Account {
    #[default]
    Absent,
    Open(Box<AccountRecord>),
}

/// What an account that exists knows about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountRecord {
    pub account_no: AccountNo,
    /// The class it is of now.
    pub class: AccountClass,
    classes: Classes,
    pub campus: CampusId,
    pub holder: Personal<String>,
    pub phone: Option<Personal<Phone>>,
    pub address: Personal<String>,
    pub household_persons: u32,
    meters: Meters,
    ledger: Ledger,
    bindings: Bindings,
    standing: Standing,
    #[serde(default)]
    erasure: HolderErasure,
    #[serde(default)]
    papers: Papers,
    #[serde(default)]
    scheme: Scheme,
    #[serde(default)]
    late: LateBook,
    #[serde(default)]
    tenancy: Tenancy,
    #[serde(default)]
    occupants: Occupants,
}

impl Account {
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }

    /// What follows for a prepaid account from what a command did to its money.
    fn follow_balance(&self) -> Vec<AccountEvent> {
        match self {
            Self::Open(account) => account.scheme.follow(account.ledger.balance()),
            Self::Absent => Vec::new(),
        }
    }

    /// The open account, or the refusal that `account_no` is not known.
    pub fn opened(&self, account_no: &AccountNo) -> Result<&AccountRecord, AccountError> {
        match self {
            Self::Open(account) => Ok(account),
            Self::Absent => Err(AccountError::Unknown(account_no.clone())),
        }
    }
}

impl AccountRecord {
    fn new(opening: AccountOpening) -> Self {
        Self {
            account_no: opening.account_no,
            class: opening.class,
            classes: Classes::new(opening.class),
            campus: opening.campus,
            holder: opening.holder,
            phone: opening.phone,
            address: opening.address,
            household_persons: opening.household_persons,
            meters: Meters::default(),
            ledger: Ledger::default(),
            bindings: Bindings::default(),
            standing: Standing::default(),
            erasure: HolderErasure::default(),
            papers: Papers::default(),
            scheme: Scheme::default(),
            late: LateBook::default(),
            tenancy: Tenancy::default(),
            occupants: Occupants::default(),
        }
    }

    /// Whether its holder has moved out, and was cleared.
    pub const fn tenancy(&self) -> &Tenancy {
        &self.tenancy
    }

    /// Who lives behind its meters.
    pub const fn occupants(&self) -> &Occupants {
        &self.occupants
    }

    /// Every binding that is in force or asked for.
    pub fn binding_ids(&self) -> impl Iterator<Item = &BindingId> {
        self.bindings.ids()
    }

    /// What a bill's late fee is worked out from.
    pub fn late_case(&self, bill_no: &BillNo) -> Option<&LateCase> {
        self.late.case(bill_no)
    }

    /// How it pays, and how it stands with that.
    pub const fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The class it was of on a day.
    pub fn class_on(&self, day: NaiveDate) -> AccountClass {
        self.classes.on(day)
    }

    /// The customers the account is bound to.
    pub fn bound_to(&self) -> impl Iterator<Item = &CustomerId> {
        self.bindings.approved()
    }

    pub(super) fn erasure(&self) -> HolderErasure {
        self.erasure
    }

    /// Whether there are vouchers that name the holder.
    pub(super) fn is_booked(&self) -> bool {
        self.ledger.has_entries()
    }

    /// The bills that are not void, by month.
    pub fn standing_bills(&self) -> impl Iterator<Item = &StandingBill> {
        self.standing.bills()
    }

    /// Whether a transfer is claimed that nobody has decided on: the account is not dunned meanwhile.
    pub fn is_dunning_paused(&self) -> bool {
        self.papers.is_dunning_paused()
    }

    /// The void receipt that is still out for one of these bills.
    pub fn recalled_receipt(&self, bills: &[BillNo]) -> Option<&ReceiptNo> {
        self.papers.recalled_for(bills)
    }

    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Every meter the account pays or once paid for, in the order of assignment.
    pub fn meters(&self) -> &[AssignedMeter] {
        &self.meters.assigned
    }

    /// Whether a bill, or taking a meter over or giving it up, may have counted from a reading of it.
    pub fn rests_on(&self, meter_no: &MeterNo, reading: &ReadingId, read_on: NaiveDate) -> bool {
        let meters = self.meters().iter();
        let mut meters = meters.filter(|meter| meter.meter_no == *meter_no);
        meters.any(|meter| {
            read_on < meter.billed_to
                || meter.billed_reading.as_ref() == Some(reading)
                || meter
                    .released
                    .as_ref()
                    .is_some_and(|released| read_on <= released.on)
        })
    }

    /// What has been billed under a tariff in the tier period that starts on this day.
    pub fn quantity_to_date(&self, tariff: &TariffId, tier_period_from: NaiveDate) -> Quantity {
        self.meters.quantity_to_date(tariff, tier_period_from)
    }

    /// Leaves out what is said to change but does not.
    fn real_change(&self, mut change: AccountChange) -> AccountChange {
        change.class = change.class.filter(|class| *class != self.class);
        change.campus = change.campus.filter(|campus| *campus != self.campus);
        change.holder = change.holder.filter(|holder| *holder != self.holder);
        change.phone = change.phone.filter(|phone| match phone {
            PhoneChange::Set(phone) => Some(phone) != self.phone.as_ref(),
            PhoneChange::Removed => self.phone.is_some(),
        });
        change.address = change.address.filter(|address| *address != self.address);
        change.household_persons = change
            .household_persons
            .filter(|persons| *persons != self.household_persons);
        change
    }

    /// Whether it still has meters to pay for, or somebody is bound to it.
    pub(super) fn is_in_use(&self) -> bool {
        let in_use = self.meters().iter().any(|meter| !meter.is_settled());
        in_use || !self.bindings.is_empty()
    }

    fn schedule_erasure(
        &self,
        name_until: NaiveDate,
        today: NaiveDate,
    ) -> Result<Vec<AccountEvent>, AccountError> {
        if self.erasure != HolderErasure::None {
            return Ok(Vec::new());
        }
        if self.is_in_use() {
            return Err(AccountError::HolderInUse);
        }
        if self.ledger.open_amount().is_positive()
            || self.ledger.credit().is_positive()
            || self.ledger.deposit().is_positive()
        {
            return Err(AccountError::HolderUnsettled);
        }
        let mut events = vec![AccountEvent::HolderErasureScheduled { name_until }];
        if name_until <= today {
            events.push(AccountEvent::HolderErased);
        }
        Ok(events)
    }

    #[expect(clippy::too_many_lines, reason = "an arm for every event")]
    fn apply(&mut self, event: AccountEvent) {
        self.ledger.apply(&event);
        self.papers.apply(&event);
        self.scheme.apply(&event);
        self.late.apply(&event);
        self.tenancy.apply(&event);
        self.occupants.apply(&event);
        match event {
            // An account is opened once, as `handle` sees to; the rest is money, which the ledger
            // has, papers, and how the account pays.
            AccountEvent::Opened(_)
            | AccountEvent::NoticeIssued(_)
            | AccountEvent::PaymentAllocated { .. }
            | AccountEvent::CreditAdded { .. }
            | AccountEvent::CreditApplied { .. }
            | AccountEvent::PaymentReleased { .. }
            | AccountEvent::BillAdjusted(_)
            | AccountEvent::PaymentReversed { .. }
            | AccountEvent::LateFeeCharged(_)
            | AccountEvent::ChargingSystemPaid { .. }
            | AccountEvent::ChargingSystemPaymentReversed { .. }
            | AccountEvent::BillWaived(_)
            | AccountEvent::WaiverReversed { .. }
            | AccountEvent::DepositTaken { .. }
            | AccountEvent::DepositReleased { .. }
            | AccountEvent::Refunded(_)
            | AccountEvent::RefundReturned(_)
            | AccountEvent::DunningPaused { .. }
            | AccountEvent::DunningResumed { .. }
            | AccountEvent::ReceiptRecalled { .. }
            | AccountEvent::ReceiptReturned { .. }
            | AccountEvent::ChargeSchemeChanged(_)
            | AccountEvent::LowBalanceRaised { .. }
            | AccountEvent::LowBalanceCleared { .. }
            | AccountEvent::GraceEntered { .. }
            | AccountEvent::GraceLeft { .. }
            | AccountEvent::GraceExhausted { .. }
            | AccountEvent::CutOffPlanned { .. }
            | AccountEvent::CutOffCancelled { .. }
            | AccountEvent::CutOffOrdered
            | AccountEvent::SupplyDisconnected
            | AccountEvent::RestorationOrdered { .. }
            | AccountEvent::SupplyRestored
            | AccountEvent::HolderSettled(_)
            | AccountEvent::OccupantAdded { .. }
            | AccountEvent::OccupantRemoved { .. }
            | AccountEvent::HolderCleared(_) => {}
            AccountEvent::HolderChanged { .. } => self.meters.start_anew(),
            AccountEvent::Changed(change) => self.apply_change(change),
            AccountEvent::MeterAssigned(assignment) => self.meters.assign(assignment),
            AccountEvent::MeterReleased(release) => self.meters.release(release),
            AccountEvent::Charged(bill) => {
                for meter in &bill.meters {
                    self.meters.charge(meter);
                }
                if let Some(origin) = &bill.origin {
                    self.meters.count_imported(origin);
                }
                let holder = self.ledger.holder();
                if bill.shared_of.is_none() {
                    self.standing.issue(bill, (self.household_persons, holder));
                }
            }
            AccountEvent::Rebilled(rebilling) => {
                let settled = self.meters.settled();
                for bill in rebilling.bills {
                    self.standing.rebill(bill);
                }
                self.bill_again();
                self.meters.stay_settled(&settled);
            }
            AccountEvent::BillVoided(voided) => {
                self.standing.void(&voided.bill_no);
                self.bill_again();
            }
            AccountEvent::BindingRequested {
                binding_id,
                customer_id,
            } => self.bindings.request(binding_id, customer_id),
            AccountEvent::BindingApproved { binding_id } => self.bindings.approve(&binding_id),
            AccountEvent::HolderErasureScheduled { name_until } => {
                self.erasure = HolderErasure::Scheduled(name_until);
            }
            AccountEvent::HolderErased => self.erasure = HolderErasure::Done,
            AccountEvent::ClassChanged(change) => {
                self.class = change.class;
                self.classes.change(change);
            }
            AccountEvent::BindingRejected { binding_id }
            | AccountEvent::BindingRevoked { binding_id } => self.bindings.end(&binding_id),
        }
    }

    fn bill_again(&mut self) {
        let holder = self.ledger.holder();
        self.meters.bill_again(self.standing.bills(), holder);
    }

    /// Where the meters of a bill would stand without it.
    pub(super) fn meters_without(&self, bill_no: &BillNo) -> Vec<MeterStanding> {
        let of_bill = |bill: &&StandingBill| bill.bill_no == *bill_no;
        let mut meters = self.meters.clone();
        let others = self.standing.bills().filter(|bill| !of_bill(bill));
        meters.bill_again(others, self.ledger.holder());
        let charged = self.standing.bills().filter(of_bill);
        let charged = charged.flat_map(|bill| &bill.meters);
        charged
            .filter_map(|charged| {
                let meter = meters.assigned.iter().find(|meter| {
                    meter.meter_no == charged.meter_no && meter.from == charged.assigned_from
                })?;
                Some(MeterStanding {
                    meter_no: charged.meter_no.clone(),
                    assigned_from: charged.assigned_from,
                    billed_cumulative: meter.billed_cumulative,
                    billed_to: meter.billed_to,
                })
            })
            .collect()
    }

    /// The account as if nothing had been billed of a month and later ones.
    #[must_use]
    pub fn before(&self, month: BillingMonth) -> Self {
        let mut before = self.clone();
        before.standing.before(month);
        before.bill_again();
        before
    }

    fn apply_change(&mut self, change: AccountChange) {
        if let Some(class) = change.class {
            self.classes.correct(class);
            self.class = class;
        }
        if let Some(campus) = change.campus {
            self.campus = campus;
        }
        if let Some(holder) = change.holder {
            self.holder = holder;
        }
        match change.phone {
            Some(PhoneChange::Set(phone)) => self.phone = Some(phone),
            Some(PhoneChange::Removed) => self.phone = None,
            None => {}
        }
        if let Some(address) = change.address {
            self.address = address;
        }
        self.household_persons = change.household_persons.unwrap_or(self.household_persons);
    }
}

fn check_text(
    text: Option<&Personal<String>>,
    length_max: usize,
    error: AccountError,
) -> Result<(), AccountError> {
    let valid = text.and_then(Personal::value).is_none_or(|text| {
        let length = text.trim().chars().count();
        (1..=length_max).contains(&length)
    });
    if valid { Ok(()) } else { Err(error) }
}

fn check_persons(persons: u32) -> Result<(), AccountError> {
    if persons <= HOUSEHOLD_PERSONS_MAX {
        Ok(())
    } else {
        Err(AccountError::HouseholdTooLarge)
    }
}

fn open(opening: AccountOpening) -> Result<Vec<AccountEvent>, AccountError> {
    if opening.account_no.as_str().len() > ACCOUNT_NO_LENGTH_MAX {
        return Err(AccountError::NumberTooLong);
    }
    check_text(
        Some(&opening.holder),
        HOLDER_LENGTH_MAX,
        AccountError::HolderInvalid,
    )?;
    check_text(
        Some(&opening.address),
        ADDRESS_LENGTH_MAX,
        AccountError::AddressInvalid,
    )?;
    check_persons(opening.household_persons)?;
    Ok(vec![AccountEvent::Opened(opening)])
}

fn change(
    account: &AccountRecord,
    change: AccountChange,
) -> Result<Vec<AccountEvent>, AccountError> {
    check_text(
        change.holder.as_ref(),
        HOLDER_LENGTH_MAX,
        AccountError::HolderInvalid,
    )?;
    check_text(
        change.address.as_ref(),
        ADDRESS_LENGTH_MAX,
        AccountError::AddressInvalid,
    )?;
    change.household_persons.map_or(Ok(()), check_persons)?;
    let change = account.real_change(change);
    let nothing = change == AccountChange::default();
    Ok(if nothing {
        Vec::new()
    } else {
        vec![AccountEvent::Changed(change)]
    })
}

#[expect(clippy::too_many_lines, reason = "an arm for every command")]
fn decide(
    account: &AccountRecord,
    command: AccountCommand,
) -> Result<Vec<AccountEvent>, AccountError> {
    account.erasure.check_allows(&command)?;
    match command {
        AccountCommand::Open(opening) => Err(AccountError::AlreadyOpen(opening.account_no)),
        AccountCommand::Change(wanted) => change(account, wanted),
        AccountCommand::ChangeClass { change, today } => {
            account.classes.decide(account.class, change, today)
        }
        AccountCommand::AssignMeter(assignment) => {
            account.meters.check_assignment(&assignment)?;
            Ok(vec![AccountEvent::MeterAssigned(assignment)])
        }
        AccountCommand::ReleaseMeter(release) => {
            account.meters.check_release(&release)?;
            Ok(vec![AccountEvent::MeterReleased(release)])
        }
        AccountCommand::Charge {
            bill,
            notice_no,
            due_on,
        } => account.charge(bill, notice_no, due_on),
        AccountCommand::ChargeShare { bill, due_on } => account.charge_share(bill, due_on),
        AccountCommand::VoidShare {
            bill_no,
            voided_on,
            reason,
        } => account.void_share(&bill_no, voided_on, reason),
        AccountCommand::ChargeFinal { bill } => account.charge_final(bill),
        AccountCommand::MoveOut {
            on,
            bill_no,
            closings,
            due,
        } => account.move_out(on, bill_no, closings, due),
        AccountCommand::MoveIn { on } => account.move_in(on),
        AccountCommand::Clear { certificate_no, on } => account.clear(certificate_no, on),
        AccountCommand::Deduct { bill } => account.deduct(bill),
        AccountCommand::ChangeScheme { change, due_on } => account.change_scheme(change, due_on),
        AccountCommand::Supply(step) => account.scheme.step(step),
        AccountCommand::AdjustBill { note, due_on } => account.adjust(note, due_on),
        AccountCommand::Rebill { rebilling, due_on } => account.rebill(rebilling, due_on),
        AccountCommand::VoidBill {
            bill_no,
            voided_on,
            reason,
        } => account.void(&bill_no, voided_on, reason),
        AccountCommand::Imported(step) => account.imported(step),
        AccountCommand::Settle {
            payment_id,
            bills,
            credit,
            deposit,
        } => account.settle(&payment_id, &bills, credit, deposit),
        AccountCommand::ChargeLateFee(fee) => account.charge_late_fee(fee),
        AccountCommand::WriteOff {
            waiver_id,
            kind,
            bill_no,
            amount,
        } => account.write_off(waiver_id, kind, &bill_no, amount),
        AccountCommand::ReverseWriteOff { waiver_id } => account.reverse_write_off(waiver_id),
        AccountCommand::ReleaseDeposit => account.release_deposit(),
        AccountCommand::Refund {
            refund_id,
            purse,
            amount,
        } => account.refund(refund_id, purse, amount),
        AccountCommand::ReturnRefund { refund_id } => account.return_refund(&refund_id),
        AccountCommand::ScheduleErasure { name_until, today } => {
            account.schedule_erasure(name_until, today)
        }
        AccountCommand::Occupy(step) => Ok(vec![account.occupants.step(step)?]),
        AccountCommand::Paper(step) => Ok(account.papers.step(step)),
        AccountCommand::FinishErasure { today } => account.erasure.finish(today),
        AccountCommand::Bind { binding_id, step } => Ok(vec![step.event(binding_id)]),
        AccountCommand::ReversePayment { payment_id } => Ok(vec![account.ledger.undo(payment_id)?]),
    }
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = AccountCommand;
    type Event = AccountEvent;
    type Error = AccountError;
    type Services = ();

    async fn handle(
        &mut self,
        command: AccountCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), AccountError> {
        let events = match (&*self, command) {
            (Self::Absent, AccountCommand::Open(opening)) => open(opening)?,
            (Self::Absent, _) => return Err(AccountError::Absent),
            (Self::Open(account), command) => decide(account, command)?,
        };
        for event in events {
            sink.write(event, self).await;
        }
        for event in self.follow_balance() {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: AccountEvent) {
        match (self, event) {
            (absent @ Self::Absent, AccountEvent::Opened(opening)) => {
                *absent = Self::Open(Box::new(AccountRecord::new(opening)));
            }
            (Self::Open(account), event) => account.apply(event),
            // No stream starts otherwise: `handle` lets nothing but an opening through.
            (Self::Absent, _) => {}
        }
    }
}
