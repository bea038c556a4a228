//! A small history of money, made by the domain's own commands, for projector tests.

use chaobiao_decision::{CommandContext, Process, StagedEvent, Stop, StreamId, Workspace};
use chaobiao_domain::account::{
    Account, AccountClass, AccountCommand, Bill, BillLine, ChargedMeter, MeterAssigned,
    OpenAccount, ReleaseMeter, TierCounted,
};
use chaobiao_domain::calendar::{OfficeHours, OfficeSpan};
use chaobiao_domain::campus::OpenCampus;
use chaobiao_domain::payment::{PaymentBooked, PaymentMethod, RecordPayment, ReversePayment};
use chaobiao_domain::receipt::{IssueReceipt, ReprintReceipt};
use chaobiao_domain::units::{
    BillingMonth, Commodity, Fen, PaymentId, Period, Quantity, RateQuantities, ReceiptNo,
    business_date,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fixture::{Log, at};

/// Runs commands and writes what they decide into a log.
pub(crate) struct Story {
    pub(crate) log: Log,
    workspace: Workspace,
    commands: u128,
}

impl Story {
    pub(crate) fn new() -> Self {
        let mut story = Self {
            log: Log::default(),
            workspace: Workspace::default(),
            commands: 0,
        };
        story.campus();
        story
    }

    pub(crate) fn run<P: Process>(&mut self, login: &str, time: &str, process: &P) -> P::Outcome {
        self.commands += 1;
        let actor = format!("staff:{login}").parse().unwrap();
        let context = CommandContext::new(Uuid::from_u128(self.commands), actor, at(time));
        loop {
            match process.decide(&context, &mut self.workspace) {
                Ok(outcome) => {
                    for staged in self.workspace.accept().events {
                        self.log.stage(staged, time, &context.actor);
                    }
                    return outcome;
                }
                Err(Stop::Need(streams)) => {
                    self.workspace.rollback();
                    for stream in streams {
                        self.workspace.feed(stream, Vec::new());
                    }
                }
                Err(Stop::NeedClaim(key)) => {
                    self.workspace.rollback();
                    self.workspace.feed_claim(key, None);
                }
                Err(stop) => panic!("{stop:?}"),
            }
        }
    }

    /// The campus everything happens at.
    fn campus(&mut self) {
        let span = OfficeSpan {
            from: "08:00:00".parse().unwrap(),
            to: "12:00:00".parse().unwrap(),
        };
        let open = OpenCampus {
            campus_id: "S".parse().unwrap(),
            name: "南校区".to_owned(),
            office_hours: OfficeHours::try_new(vec![span]).unwrap(),
            contact: "5566".to_owned(),
        };
        self.run("ma", "2026-01-01 08:00", &open);
    }

    /// An account in campus S with the meters `W-<no>` and `E-<no>`.
    pub(crate) fn open(&mut self, account_no: &str) {
        let open = OpenAccount {
            account_no: account_no.parse().unwrap(),
            class: AccountClass::Resident,
            campus: "S".parse().unwrap(),
            holder: "王芳".to_owned(),
            phone: None,
            address: "北苑 3 栋 201".to_owned(),
            household_persons: 3,
        };
        self.run("ma", "2026-01-01 09:00", &open);
        for (letter, commodity) in [("W", Commodity::Water), ("E", Commodity::Electricity)] {
            let assign = Assign {
                account_no: account_no.to_owned(),
                assigned: MeterAssigned {
                    rates: RateQuantities::default(),
                    meter_no: format!("{letter}-{account_no}").parse().unwrap(),
                    commodity,
                    tariff_id: letter.parse().unwrap(),
                    from: "2026-01-01".parse().unwrap(),
                    cumulative: Quantity::ZERO,
                    reading: None,
                },
            };
            self.run("ma", "2026-01-01 09:00", &assign);
        }
    }

    /// With nothing used in between.
    pub(crate) fn release(&mut self, time: &str, account_no: &str, meter_no: &str) {
        let account_no = account_no.parse().unwrap();
        let meter_no = meter_no.parse().unwrap();
        self.run(
            "ma",
            time,
            &ReleaseMeter {
                account_no,
                meter_no,
                on: None,
            },
        );
    }

    pub(crate) fn charge(&mut self, time: &str, account_no: &str, month: &str, fen: (i64, i64)) {
        let account_no = account_no.to_owned();
        let month = month.parse().unwrap();
        self.run(
            "ma",
            time,
            &Charge {
                account_no,
                month,
                fen,
            },
        );
    }

    pub(crate) fn pay(&mut self, time: &str, amount: i64, accounts: &[&str]) -> PaymentBooked {
        let payment = RecordPayment {
            method: PaymentMethod::Cash,
            amount: Fen::new(amount),
            campus: "S".parse().unwrap(),
            accounts: accounts.iter().map(|no| no.parse().unwrap()).collect(),
            bills: Vec::new(),
            cheque: None,
            payer: None,
        };
        self.run("li", time, &payment)
    }

    pub(crate) fn reverse(&mut self, time: &str, payment_id: &PaymentId) {
        let reason = "收错户".to_owned();
        self.run(
            "zhao",
            time,
            &ReversePayment {
                payment_id: payment_id.clone(),
                reason,
            },
        );
    }

    pub(crate) fn receipt(&mut self, time: &str, payment_id: &PaymentId) -> ReceiptNo {
        let issue = IssueReceipt {
            payment_id: payment_id.clone(),
            campus: "S".parse().unwrap(),
            accounts: Vec::new(),
            parts: Vec::new(),
        };
        self.run("li", time, &issue).receipt_no
    }

    pub(crate) fn reprint(&mut self, time: &str, receipt_no: &ReceiptNo) {
        self.run(
            "li",
            time,
            &ReprintReceipt {
                receipt_no: receipt_no.clone(),
            },
        );
    }
}

impl Log {
    fn stage(&mut self, staged: StagedEvent, time: &str, actor: &chaobiao_decision::Actor) {
        let StreamId {
            aggregate_type,
            aggregate_id,
        } = staged.stream;
        let event = Raw {
            event_type: staged.event_type,
            event_version: staged.event_version,
            payload: staged.payload,
        };
        self.record((&aggregate_type, &aggregate_id), time, &event);
        if let Some(last) = self.events.last_mut() {
            last.payload = event.payload.into();
            last.metadata.actor = actor.clone();
        }
    }
}

/// An event whose type has been forgotten.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Raw {
    event_type: String,
    event_version: String,
    payload: serde_json::Value,
}

impl chaobiao_domain::DomainEvent for Raw {
    fn event_type(&self) -> String {
        self.event_type.clone()
    }

    fn event_version(&self) -> String {
        self.event_version.clone()
    }
}

#[derive(Serialize, Deserialize)]
struct Assign {
    account_no: String,
    assigned: MeterAssigned,
}

impl Process for Assign {
    const NAME: &'static str = "test.assign";
    type Outcome = ();

    fn decide(&self, _context: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let command = AccountCommand::AssignMeter(self.assigned.clone());
        workspace.execute::<Account>(&self.account_no, command)
    }
}

/// A bill of given amounts for water and electricity, as if metered.
#[derive(Serialize, Deserialize)]
struct Charge {
    account_no: String,
    month: BillingMonth,
    fen: (i64, i64),
}

impl Charge {
    fn line(&self, letter: &str, commodity: Commodity, amount: i64) -> BillLine {
        BillLine {
            meter_no: format!("{letter}-{}", self.account_no).parse().unwrap(),
            commodity,
            component: commodity.to_string(),
            tariff_id: letter.parse().unwrap(),
            version_from: "2026-01-01".parse().unwrap(),
            tier: Some(1),
            quantity: "10.33".parse().unwrap(),
            price: "2.85".parse().unwrap(),
            amount: Fen::new(amount),
            borne: None,
            readings: vec!["r0".parse().unwrap(), "r1".parse().unwrap()],
        }
    }

    fn meter(&self, letter: &str, commodity: Commodity) -> ChargedMeter {
        ChargedMeter {
            rates: RateQuantities::default(),
            rates_cumulative: RateQuantities::default(),
            meter_no: format!("{letter}-{}", self.account_no).parse().unwrap(),
            assigned_from: "2026-01-01".parse().unwrap(),
            commodity,
            tariff_id: letter.parse().unwrap(),
            from_reading: None,
            to_reading: "r1".parse().unwrap(),
            period: Period::try_new(self.month.first_day(), self.month.next().first_day()).unwrap(),
            usage: "10.33".parse().unwrap(),
            cumulative: "10.33".parse().unwrap(),
            tiers: vec![TierCounted {
                tier_period_from: "2026-01-01".parse().unwrap(),
                quantity_to_date_after: "10.33".parse().unwrap(),
            }],
            occupants: None,
        }
    }
}

impl Process for Charge {
    const NAME: &'static str = "test.charge";
    type Outcome = ();

    fn decide(&self, context: &CommandContext, workspace: &mut Workspace) -> Result<(), Stop> {
        let (water, electricity) = self.fen;
        let bill_no = format!(
            "{}-{}",
            self.account_no,
            self.month.to_string().replace('-', "")
        );
        let bill = Bill {
            bill_no: bill_no.parse().unwrap(),
            month: self.month,
            issued_on: business_date(context.at),
            lines: vec![
                self.line("W", Commodity::Water, water),
                self.line("E", Commodity::Electricity, electricity),
            ],
            total: Fen::new(water + electricity),
            meters: vec![
                self.meter("W", Commodity::Water),
                self.meter("E", Commodity::Electricity),
            ],
            origin: None,
            shared_of: None,
        };
        let charge = AccountCommand::Charge {
            bill,
            notice_no: format!("N{bill_no}").parse().unwrap(),
            due_on: self.month.next().period().last_day(),
        };
        workspace.execute::<Account>(&self.account_no, charge)
    }
}
