//! Residents and energy clerks, and the accounts they bind.

use chaobiao_decision::Actor;
use chaobiao_domain::account::AccountClass;
use chaobiao_domain::customer::{
    ApproveBinding, CustomerKind, Register, RejectBinding, RequestBinding,
};
use chaobiao_domain::units::{BindingId, CustomerId, Phone};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::DemoError;
use super::almanac::{ahead, at, back, day, minutes};
use super::generate::Campus;
use super::setup::by;
use super::staff::MANAGER;

/// The phone of the energy clerk who looks after the first departments.
pub(super) const CLERK_PHONE: &str = "19911112222";
/// How many departments that are.
const CLERK_UNITS: usize = 4;
/// Somebody who waits since yesterday, and somebody who waits too long.
const NEW_PHONE: &str = "19911113333";
const LATE_PHONE: &str = "19911114444";

impl Campus<'_> {
    /// The people who read their own water register in the first week.
    pub(super) fn welcome_customers(&mut self) -> Result<(), DemoError> {
        let plan = self.plan;
        let first = day(self.almanac.months[0], 2);
        let readers = (0..plan.places.len()).filter(|place| plan.places[*place].self_read);
        for (serial, place) in readers.enumerate() {
            let Some(phone) = plan.places[place].phone.clone() else {
                continue;
            };
            let date = ahead(first, u32::try_from(serial % 3).unwrap_or(0));
            let came = at(date, 19, 0) + minutes(serial / 3 % 180);
            let customer = self.register(came, phone, CustomerKind::Resident)?;
            let binding = self.request(came + TimeDelta::minutes(2), &customer, place)?;
            self.approve(date, binding, serial);
            self.customers[place] = Some(customer);
        }
        let clerk = Phone::try_new(CLERK_PHONE)?;
        let came = at(first, 10, 0);
        let clerk = self.register(came, clerk, CustomerKind::UnitClerk)?;
        let units = plan.of_class(AccountClass::Unit).take(CLERK_UNITS);
        for (serial, place) in units.enumerate() {
            let asked = came + minutes(serial + 1);
            let binding = self.request(asked, &clerk, place)?;
            self.approve(first, binding, 400 + serial);
        }
        self.turn_one_down()
    }

    /// A resident asks for the flat next door, and cannot show that it is theirs.
    fn turn_one_down(&mut self) -> Result<(), DemoError> {
        let bound = self.customers.iter().position(Option::is_some);
        let Some((place, customer)) =
            bound.and_then(|place| Some((place, self.customers[place].clone()?)))
        else {
            return Ok(());
        };
        let asked = at(day(self.almanac.months[6], 9), 20, 0);
        let binding = self.request(asked, &customer, place + 1)?;
        let reject = RejectBinding {
            binding_id: binding,
            reason: "未能提供与该户号相符的证明材料".to_owned(),
        };
        let decided = self.almanac.working_day(day(self.almanac.months[6], 10));
        self.runner
            .give(at(decided, 9, 40), by(MANAGER), "reject-binding", reject);
        Ok(())
    }

    /// What waits in the queue on the last day.
    pub(super) fn ask_for_bindings(&mut self) -> Result<(), DemoError> {
        let today = self.almanac.today;
        let late = self.cast.late_binding;
        let waits = [
            (LATE_PHONE, late, back(today, 6)),
            (NEW_PHONE, late + 1, back(today, 1)),
        ];
        for (phone, place, date) in waits {
            let came = at(date, 15, 10);
            let customer = self.register(came, Phone::try_new(phone)?, CustomerKind::Resident)?;
            self.request(came + TimeDelta::minutes(4), &customer, place)?;
        }
        Ok(())
    }

    fn register(
        &mut self,
        came: DateTime<Utc>,
        phone: Phone,
        kind: CustomerKind,
    ) -> Result<CustomerId, DemoError> {
        let key = format!("customer/{}", phone.as_str());
        let context = self
            .runner
            .give(came, Actor::Anonymous, &key, Register { phone, kind });
        Ok(CustomerId::try_new(
            context.derive_id("customer").to_string(),
        )?)
    }

    fn request(
        &mut self,
        asked: DateTime<Utc>,
        customer_id: &CustomerId,
        place: usize,
    ) -> Result<BindingId, DemoError> {
        let place = &self.plan.places[place];
        let request = RequestBinding {
            customer_id: customer_id.clone(),
            account_no: place.account_no.clone(),
            holder_name: place.holder.clone(),
        };
        let key = format!("binding/{customer_id}/{}", place.account_no);
        let actor = Actor::Customer(customer_id.to_string());
        let context = self.runner.give(asked, actor, &key, request);
        Ok(BindingId::try_new(
            context.derive_id("binding").to_string(),
        )?)
    }

    /// On the next morning the counters are open.
    fn approve(&mut self, asked: NaiveDate, binding_id: BindingId, serial: usize) {
        let decided = at(self.almanac.working_day(ahead(asked, 1)), 8, 30) + minutes(serial % 200);
        let key = format!("approve-binding/{binding_id}");
        self.runner
            .give(decided, by(MANAGER), &key, ApproveBinding { binding_id });
    }
}
