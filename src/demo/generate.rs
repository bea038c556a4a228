//! Fourteen months of a campus, month after month.

use bytes::Bytes;
use chaobiao_domain::units::{BillingMonth, CustomerId};
use chaobiao_eventstore::Daemon;
use chrono::{DateTime, Utc};

use super::DemoError;
use super::almanac::{Almanac, BILLING_DAY, MONTHS, at, day};
use super::cast::Cast;
use super::exports::bookkeeper;
use super::money::Ledger;
use super::plan::Plan;
use super::register::Register;
use super::runner::Runner;
use crate::photos::PhotoStore;

/// A campus on its way through the months.
pub(super) struct Campus<'a> {
    pub(super) seed: u64,
    pub(super) plan: &'a Plan,
    pub(super) cast: &'a Cast,
    pub(super) almanac: &'a Almanac,
    pub(super) runner: Runner<'a>,
    pub(super) bookkeeper: Daemon,
    pub(super) photos: &'a PhotoStore,
    /// Photos of this month, to be kept before what names them is written.
    pub(super) negatives: Vec<Bytes>,
    /// By meter of the plan.
    pub(super) registers: Vec<Register>,
    /// By place of the plan.
    pub(super) ledgers: Vec<Ledger>,
    /// By place of the plan: who reads its water themselves.
    pub(super) customers: Vec<Option<CustomerId>>,
}

/// One of the months, as it is lived through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Month {
    pub(super) number: usize,
    pub(super) month: BillingMonth,
}

impl Month {
    /// The last one that is over by far; stories that are still open begin here.
    pub(super) const LATEST: usize = MONTHS - 2;

    /// What names the commands of this month.
    pub(super) fn key(self, what: &str) -> String {
        format!("{what}/{}", self.month)
    }
}

impl<'a> Campus<'a> {
    pub(super) fn new(
        seed: u64,
        plan: &'a Plan,
        cast: &'a Cast,
        almanac: &'a Almanac,
        runner: Runner<'a>,
        photos: &'a PhotoStore,
    ) -> Self {
        let bookkeeper = bookkeeper(runner.bus());
        let registers = plan.meters.iter().map(|meter| {
            let class = plan.places[meter.place].class;
            Register::new(meter, class, almanac.install_day())
        });
        Self {
            seed,
            plan,
            cast,
            almanac,
            runner,
            bookkeeper,
            photos,
            negatives: Vec::new(),
            registers: registers.collect(),
            ledgers: vec![Ledger::default(); plan.places.len()],
            customers: vec![None; plan.places.len()],
        }
    }

    /// Lives through all of it.
    pub(super) async fn generate(&mut self) -> Result<(), DemoError> {
        self.set_up().await?;
        self.publish_price_change()?;
        self.welcome_customers()?;
        self.ask_for_bindings()?;
        self.tell_and_hear()?;
        for (number, month) in self.almanac.months.clone().into_iter().enumerate() {
            let month = Month { number, month };
            self.collect_payments(month)?;
            self.open_rounds(month)?;
            self.replace_devices(month)?;
            self.close_export(month).await?;
            self.read_meters(month)?;
            self.read_masters(month)?;
            self.go_out(month)?;
            self.keep_photos().await?;
            let answers = self.runner.run(at(day(month.month, 27), 0, 0)).await?;
            self.review(month, answers)?;
            self.close_rounds(month)?;
            self.runner
                .run(at(day(month.month, BILLING_DAY), 0, 0))
                .await?;
            self.issue_bills(month);
            let next = day(month.month, BILLING_DAY + 1);
            let answers = self.runner.run(at(next, 0, 0)).await?;
            self.note_bills(answers)?;
        }
        self.runner.run(self.almanac.end()).await?;
        self.bookkeeper.shutdown().await;
        Ok(())
    }

    /// The morning of a day of this month.
    pub(super) fn morning(month: Month, date: u32) -> DateTime<Utc> {
        at(day(month.month, date), 8, 0)
    }
}
