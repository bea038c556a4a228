//! Who plays which of the planted anomalies.

use chaobiao_domain::account::AccountClass;
use chaobiao_domain::meter::Channel;
use chaobiao_domain::units::Commodity;

use super::plan::Plan;

/// Places and meters of the plan, each in one story only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cast {
    // Meters.
    pub(super) leaking_pipe: usize,
    pub(super) transposed_digits: usize,
    pub(super) rejected_and_read_again: usize,
    pub(super) rolled_over: usize,
    pub(super) stuck_meter: usize,
    pub(super) empty_room: usize,
    pub(super) corrected_reading: usize,
    pub(super) replaced_for_fault: usize,
    pub(super) changed_ratio: usize,
    pub(super) never_home: usize,
    pub(super) flooded_pit: usize,
    pub(super) broken_meter: usize,
    // Places.
    pub(super) long_in_arrears: usize,
    pub(super) paid_in_part: usize,
    pub(super) paid_too_much: usize,
    pub(super) paid_wrongly: usize,
    pub(super) joint_cheque: Vec<usize>,
    pub(super) paid_elsewhere: usize,
    pub(super) third_tier: usize,
    pub(super) late_binding: usize,
}

/// How many accounts the joint cheque pays for, where there are so many.
const JOINT: usize = 10;

impl Cast {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut dorms = plan.of_class(AccountClass::StudentDorm).skip(2).step_by(2);
        let mut homes = plan
            .of_class(AccountClass::Resident)
            .filter(|place| !plan.places[*place].self_read);
        let units: Vec<usize> = plan.of_class(AccountClass::Unit).collect();
        let mut dorm = |commodity| {
            let place = dorms.next().unwrap_or(0);
            plan.meter_of(place, commodity).unwrap_or(0)
        };
        let transposed_digits = dorm(Commodity::Electricity);
        let rejected_and_read_again = dorm(Commodity::Electricity);
        let stuck_meter = dorm(Commodity::Water);
        let empty_room = dorm(Commodity::Electricity);
        let corrected_reading = dorm(Commodity::Electricity);
        let replaced_for_fault = dorm(Commodity::Water);
        let flooded_pit = dorm(Commodity::Water);
        let broken_meter = dorm(Commodity::Electricity);
        let mut place = || dorms.next().unwrap_or(0);
        let (paid_in_part, paid_too_much, paid_wrongly) = (place(), place(), place());
        let paid_elsewhere = place();
        let mut home = || homes.next().unwrap_or(0);
        let (leaking, away, arrears, thirsty) = (home(), home(), home(), home());
        let late_binding = home();
        // The joint cheque takes units too; the stories about their meters keep theirs.
        let unit_meter = |units: &[usize], commodity, channel| {
            units.iter().copied().find_map(|place| {
                let meter = plan.meter_of(place, commodity)?;
                (plan.meters[meter].channel == channel).then_some(meter)
            })
        };
        let rolled_over = unit_meter(&units, Commodity::Water, Channel::Field).unwrap_or(0);
        let changed_ratio =
            unit_meter(&units[1..], Commodity::Electricity, Channel::Remote).unwrap_or(0);
        // Some of every campus.
        let apart = (units.len() / JOINT).max(1);
        let units: Vec<usize> = units.into_iter().step_by(apart).take(JOINT).collect();
        Self {
            leaking_pipe: plan.meter_of(leaking, Commodity::Water).unwrap_or(0),
            transposed_digits,
            rejected_and_read_again,
            rolled_over,
            stuck_meter,
            empty_room,
            corrected_reading,
            replaced_for_fault,
            changed_ratio,
            never_home: plan.meter_of(away, Commodity::Electricity).unwrap_or(0),
            flooded_pit,
            broken_meter,
            long_in_arrears: arrears,
            paid_in_part,
            paid_too_much,
            paid_wrongly,
            joint_cheque: units,
            paid_elsewhere,
            third_tier: thirsty,
            late_binding,
        }
    }

    /// Gives the players what their stories need.
    pub(super) fn dress(&self, plan: &mut Plan) {
        let rolling = &mut plan.meters[self.rolled_over];
        rolling.opening =
            (10_i64.pow(u32::from(rolling.digits)) - 1) * 1_000 - rolling.daily / 1_000 * 80_000;
        plan.meters[self.leaking_pipe].daily = 420;
        plan.places[self.third_tier].persons = 3;
        if let Some(water) = plan.meter_of(self.third_tier, Commodity::Water) {
            plan.meters[water].daily = 520;
        }
    }

    /// Meters whose readings the stories write, not chance.
    pub(super) fn has_meter(&self, meter: usize) -> bool {
        [
            self.leaking_pipe,
            self.transposed_digits,
            self.rejected_and_read_again,
            self.rolled_over,
            self.stuck_meter,
            self.empty_room,
            self.corrected_reading,
            self.replaced_for_fault,
            self.changed_ratio,
            self.never_home,
            self.flooded_pit,
            self.broken_meter,
        ]
        .contains(&meter)
    }

    /// Accounts whose payments the stories write.
    pub(super) fn has_payer(&self, place: usize) -> bool {
        self.joint_cheque.contains(&place)
            || [
                self.long_in_arrears,
                self.paid_in_part,
                self.paid_too_much,
                self.paid_wrongly,
                self.paid_elsewhere,
                self.third_tier,
            ]
            .contains(&place)
    }
}
