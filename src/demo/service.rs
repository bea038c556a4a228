//! What people ask of the centre, and what it tells them: articles, an outage, cases, visits.

use std::collections::BTreeSet;

use chaobiao_decision::Actor;
use chaobiao_domain::bulletin::article::{
    ArticleCategory, ArticleText, DraftArticle, PublishArticle,
};
use chaobiao_domain::bulletin::outage::{OutageArea, PublishOutage};
use chaobiao_domain::calendar::OfficeSpan;
use chaobiao_domain::campus::SetOfficeContact;
use chaobiao_domain::service::ContactGiven;
use chaobiao_domain::service::appointment::{
    AppointmentKind, ConfirmAppointment, FinishAppointment, RequestAppointment,
};
use chaobiao_domain::service::case::{
    AssignCase, CaseKind, OpenCase, RateCase, ReplyToCase, RequestTopic, ResolveCase,
};
use chaobiao_domain::service::roster::SetRosterDay;
use chaobiao_domain::units::{
    AppointmentId, ArticleId, CaseId, Commodity, CustomerId, SlotId, StaffLogin,
};
use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::DemoError;
use super::almanac::{ahead, at, back};
use super::generate::Campus;
use super::names::CAMPUSES;
use super::plan::campus_id;
use super::setup::by;
use super::staff::{CASHIERS, MANAGER, Person, READERS, SECOND_MANAGER, TECHNICIAN};

const ARTICLES: [(ArticleCategory, &str, &str); 5] = [
    (
        ArticleCategory::Convenience,
        "上门收费安排",
        "每月 **12 日至 14 日** 上午，收费员到各教工小区物业服务站上门收费，当场开具收据。",
    ),
    (
        ArticleCategory::Faq,
        "水电费怎样缴纳",
        "- 各校区收费窗口：现金、支票、转账\n- 缴费后凭缴款通知单领取收据",
    ),
    (
        ArticleCategory::Faq,
        "收费标准",
        "水费、电费按学校公布的价格方案计收，阶梯以自然年计。学生宿舍免费额度以外的部分自理。",
    ),
    (
        ArticleCategory::Tips,
        "节水小常识",
        "1. 洗漱时随手关水\n2. 发现水龙头滴漏，请通过“故障报修”告诉我们",
    ),
    (
        ArticleCategory::Tips,
        "安全用电须知",
        "不在宿舍使用大功率电器；离开房间请关闭电源。",
    ),
];

/// A case, so many days ago, and what came of it: assigned, answered, done, rated.
struct Story {
    kind: CaseKind,
    days_ago: u32,
    text: &'static str,
    handler: Person,
    reply: Option<&'static str>,
    outcome: Option<&'static str>,
    stars: Option<u8>,
}

const STORIES: [Story; 7] = [
    Story {
        kind: CaseKind::Fault,
        days_ago: 25,
        text: "楼道总阀渗水，地面已有积水",
        handler: TECHNICIAN,
        reply: Some("外线班已出发"),
        outcome: Some("已更换阀门密封圈，复查无渗漏"),
        stars: Some(5),
    },
    Story {
        kind: CaseKind::ServiceRequest,
        days_ago: 18,
        text: "本月用水比上月多一倍，请核对水表",
        handler: MANAGER,
        reply: Some("已安排校表，结果三天内告知"),
        outcome: Some("校表误差在允许范围内，建议检查马桶水箱"),
        stars: Some(4),
    },
    Story {
        kind: CaseKind::Complaint,
        days_ago: 12,
        text: "窗口提前十分钟停止收费",
        handler: SECOND_MANAGER,
        reply: Some("情况属实，向您致歉，已在窗口会上说明"),
        outcome: None,
        stars: None,
    },
    Story {
        kind: CaseKind::EnergyTip,
        days_ago: 8,
        text: "二层走廊的灯白天一直亮着",
        handler: TECHNICIAN,
        reply: None,
        outcome: Some("已加装光控开关"),
        stars: None,
    },
    Story {
        kind: CaseKind::Suggestion,
        days_ago: 5,
        text: "希望能在手机上看到每天的用电量",
        handler: MANAGER,
        reply: Some("感谢建议，已列入计划"),
        outcome: None,
        stars: None,
    },
    Story {
        kind: CaseKind::Patrol,
        days_ago: 4,
        text: "3 号楼水表井井盖破损，已设围挡",
        handler: TECHNICIAN,
        reply: None,
        outcome: None,
        stars: None,
    },
    Story {
        kind: CaseKind::Fault,
        days_ago: 1,
        text: "电表箱有异响",
        handler: TECHNICIAN,
        reply: None,
        outcome: None,
        stars: None,
    },
];

impl Campus<'_> {
    pub(super) fn tell_and_hear(&mut self) -> Result<(), DemoError> {
        self.write_articles()?;
        self.announce_outage()?;
        let somebody = self.customers.iter().position(Option::is_some);
        if let Some((place, customer)) =
            somebody.and_then(|place| Some((place, self.customers[place].clone()?)))
        {
            for (number, story) in STORIES.iter().enumerate() {
                self.live_through(number, story, place, &customer)?;
            }
            self.receive_visits(place, &customer)?;
        }
        Ok(())
    }

    fn write_articles(&mut self) -> Result<(), DemoError> {
        let written = self.almanac.begins();
        for (number, (category, title, body)) in ARTICLES.into_iter().enumerate() {
            let draft = DraftArticle {
                category,
                campus: None,
                text: ArticleText {
                    title: title.to_owned(),
                    body: body.to_owned(),
                },
            };
            let key = format!("article/{number}");
            let context = self
                .runner
                .give(at(written, 10, 30), by(MANAGER), &key, draft);
            let publish = PublishArticle {
                article_id: ArticleId::try_new(context.derive_id("article").to_string())?,
                version: None,
            };
            let key = format!("publish-article/{number}");
            self.runner
                .give(at(written, 11, 0), by(SECOND_MANAGER), &key, publish);
        }
        for (number, (id, name, contact, _)) in CAMPUSES.into_iter().enumerate() {
            let (place, line) = contact.split_once('，').unwrap_or((contact, contact));
            let office = SetOfficeContact {
                campus_id: campus_id(number)?,
                place: place.to_owned(),
                person_in_charge: format!("{name}水电中心 {}", CASHIERS[number].name),
                contact: line.to_owned(),
            };
            let key = format!("office/{id}");
            self.runner
                .give(at(written, 11, 10), by(MANAGER), &key, office);
        }
        Ok(())
    }

    /// Two days ahead of the last one.
    fn announce_outage(&mut self) -> Result<(), DemoError> {
        let today = self.almanac.today;
        let place = &self.plan.places[0];
        let publish = PublishOutage {
            commodities: BTreeSet::from([Commodity::Water]),
            area: OutageArea::Building {
                campus: campus_id(place.campus)?,
                building: place.building.clone(),
            },
            from: at(ahead(today, 2), 9, 0),
            to: at(ahead(today, 2), 12, 0),
            reason: "水箱清洗消毒".to_owned(),
        };
        self.runner
            .give(at(back(today, 1), 16, 0), by(MANAGER), "outage", publish);
        Ok(())
    }

    fn live_through(
        &mut self,
        number: usize,
        story: &Story,
        place: usize,
        customer: &CustomerId,
    ) -> Result<(), DemoError> {
        let date = back(self.almanac.today, story.days_ago);
        let filed = at(date, 9, 10);
        let home = &self.plan.places[place];
        let reporter = match story.kind {
            CaseKind::Patrol => by(READERS[0]),
            _ => Actor::Customer(customer.to_string()),
        };
        let concerned = (story.kind == CaseKind::Complaint).then_some(CASHIERS[0].login);
        let open = OpenCase {
            kind: story.kind,
            topic: (story.kind == CaseKind::ServiceRequest)
                .then_some(RequestTopic::MeteringQuestion),
            campus: campus_id(home.campus)?,
            place: format!("{}{}", home.building, home.room),
            description: story.text.to_owned(),
            photos: Vec::new(),
            account_no: None,
            meter_no: None,
            concerned: concerned.map(StaffLogin::try_new).transpose()?,
            contact: ContactGiven::default(),
        };
        let key = |what: &str| format!("case/{number}/{what}");
        let context = self
            .runner
            .give(filed, reporter.clone(), &key("filed"), open);
        let case_id = CaseId::try_new(context.derive_id("case").to_string())?;
        let assign = AssignCase {
            case_id: case_id.clone(),
            login: StaffLogin::try_new(story.handler.login)?,
            note: None,
        };
        let soon = filed + TimeDelta::minutes(20);
        self.runner
            .give(soon, by(SECOND_MANAGER), &key("assigned"), assign);
        if let Some(text) = story.reply {
            let reply = ReplyToCase {
                case_id: case_id.clone(),
                text: text.to_owned(),
            };
            let then = filed + TimeDelta::minutes(70);
            self.runner
                .give(then, by(story.handler), &key("replied"), reply);
        }
        if let Some(outcome) = story.outcome {
            let resolve = ResolveCase {
                case_id: case_id.clone(),
                outcome: outcome.to_owned(),
            };
            let then = filed + TimeDelta::hours(30);
            self.runner
                .give(then, by(story.handler), &key("resolved"), resolve);
        }
        if let Some(stars) = story.stars {
            let rate = RateCase {
                case_id,
                stars,
                comment: None,
            };
            let then = filed + TimeDelta::hours(36);
            self.runner.give(then, reporter, &key("rated"), rate);
        }
        Ok(())
    }

    /// One visit that was made, one that is confirmed, and one that waits for a slot.
    fn receive_visits(&mut self, place: usize, customer: &CustomerId) -> Result<(), DemoError> {
        let today = self.almanac.today;
        let past = self.almanac.working_day(back(today, 20));
        let coming = self.almanac.working_day(ahead(today, 1));
        let actor = Actor::Customer(customer.to_string());
        let made = self.roster(place, past)?;
        let id = self.book(place, &actor, "made", back(past, 2), Some(made))?;
        let finish = FinishAppointment {
            appointment_id: id,
            result: "水表示数与自助抄表一致".to_owned(),
        };
        self.runner
            .give(at(past, 9, 50), by(TECHNICIAN), "visit/finished", finish);
        let slot = self.roster(place, coming)?;
        let asked = back(today, 2);
        let appointment_id = self.book(place, &actor, "coming", asked, Some(slot))?;
        let confirm = ConfirmAppointment { appointment_id };
        self.runner.give(
            at(back(today, 1), 9, 0),
            by(MANAGER),
            "visit/confirmed",
            confirm,
        );
        self.book(place, &actor, "waiting", back(today, 1), None)?;
        Ok(())
    }

    /// A morning of visits; gives the first slot of it.
    fn roster(&mut self, place: usize, date: NaiveDate) -> Result<SlotId, DemoError> {
        let clock = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
        let slots = [9, 10, 14].map(|hour| OfficeSpan {
            from: clock(hour),
            to: clock(hour + 1),
        });
        let day = SetRosterDay {
            login: StaffLogin::try_new(TECHNICIAN.login)?,
            campus: campus_id(self.plan.places[place].campus)?,
            date,
            slots: slots.to_vec(),
        };
        let planned = at(back(date.min(self.almanac.today), 6), 10, 0);
        let context = self
            .runner
            .give(planned, by(MANAGER), &format!("roster/{date}"), day);
        let first = context.derive_id(&format!("slot/{}", slots[0].from));
        Ok(SlotId::try_new(first.to_string())?)
    }

    fn book(
        &mut self,
        place: usize,
        actor: &Actor,
        key: &str,
        date: NaiveDate,
        slot_id: Option<SlotId>,
    ) -> Result<AppointmentId, DemoError> {
        let home = &self.plan.places[place];
        let request = RequestAppointment {
            kind: AppointmentKind::MeterReading,
            campus: campus_id(home.campus)?,
            place: format!("{}{}", home.building, home.room),
            note: None,
            account_no: Some(home.account_no.clone()),
            wished_on: slot_id.is_none().then(|| ahead(date, 3)),
            slot_id,
            contact: ContactGiven::default(),
        };
        let key = format!("visit/{key}");
        let context = self
            .runner
            .give(at(date, 20, 30), actor.clone(), &key, request);
        Ok(AppointmentId::try_new(
            context.derive_id("appointment").to_string(),
        )?)
    }
}
