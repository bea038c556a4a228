//! Makes the demo campus, once.

use std::fmt;

use chaobiao_decision::{
    Actor, CommandContext, ErasedProcess, Process, Rejection, Stop, Workspace,
};
use chaobiao_domain::staff::Role;
use chaobiao_domain::units::business_date;
use chaobiao_eventstore::CommandBus;
use chaobiao_eventstore::access::Access;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::almanac::Almanac;
use super::cast::Cast;
use super::generate::Campus;
use super::people::CLERK_PHONE;
use super::plan::Plan;
use super::runner::{Progress, Runner};
use super::{DemoError, staff};
use crate::photos::PhotoStore;

const METERS_LEAST: usize = 200;
const METERS_MOST: usize = 60_000;
/// Names the commands of all demos in a database; there is only one.
const SCOPE: &str = "demo";

/// What decides all that is generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoOptions {
    pub seed: u64,
    /// The months end before this day.
    pub today: NaiveDate,
    pub meters: usize,
}

impl DemoOptions {
    pub const SEED: u64 = 1;
    pub const METERS: usize = 2_000;
}

/// What a demo is made with.
pub struct DemoParts<'a> {
    /// One that lets commands be dated anywhere.
    pub bus: &'a CommandBus,
    pub access: &'a Access,
    pub photos: &'a PhotoStore,
    pub progress: Option<Progress>,
}

/// A login that was given a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoLogin {
    pub login: &'static str,
    pub password: String,
    pub name: &'static str,
    pub position: &'static str,
    pub role: Role,
}

/// How to look around in the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoReport {
    /// As the demo was begun, whatever was asked for now.
    pub options: DemoOptions,
    /// How many commands were given now; zero when the demo was there.
    pub commands: usize,
    /// Of the last event written now.
    pub position: Option<i64>,
    pub logins: Vec<DemoLogin>,
    /// Phones of customers with bound accounts, and who they are.
    pub phones: Vec<(String, String)>,
}

/// First command of a demo: keeps its options, so that it can be carried on by them.
#[derive(Serialize, Deserialize)]
struct BeginDemo {}

impl Process for BeginDemo {
    const NAME: &'static str = "demo.begin";
    /// The seed and size, and the end of the generated time.
    type Outcome = (Option<String>, DateTime<Utc>);

    fn decide(
        &self,
        context: &CommandContext,
        _workspace: &mut Workspace,
    ) -> Result<Self::Outcome, Stop> {
        // From the context and not from the command: the same command must find the first options.
        Ok((context.origin.clone(), context.at))
    }
}

/// Last command of a demo: where it is known, the demo is complete.
#[derive(Serialize, Deserialize)]
struct CompleteDemo {}

impl Process for CompleteDemo {
    const NAME: &'static str = "demo.complete";
    type Outcome = ();

    fn decide(&self, _context: &CommandContext, _workspace: &mut Workspace) -> Result<(), Stop> {
        Ok(())
    }
}

/// Makes the demo campus, carries it on, or finds it there.
pub async fn ensure(parts: &DemoParts<'_>, asked: DemoOptions) -> Result<DemoReport, DemoError> {
    let options = begin(parts.bus, asked).await?;
    let almanac = Almanac::new(options.today)?;
    let mut plan = Plan::new(options.seed, options.meters)?;
    let cast = Cast::of(&plan);
    cast.dress(&mut plan);
    let mut report = report(options, &plan);
    if is_complete(parts.bus, &almanac).await? {
        return Ok(report);
    }
    let scope = format!("{SCOPE}/{}", options.seed);
    let progress = parts.progress.clone();
    let runner = Runner::new(parts.bus, scope, origin(options), almanac.end(), progress);
    let mut campus = Campus::new(options.seed, &plan, &cast, &almanac, runner, parts.photos);
    campus.generate().await?;
    report.commands = campus.runner.executed;
    report.position = campus.runner.position;
    for login in &report.logins {
        set_password(parts.access, login).await?;
    }
    let complete = context(parts.bus, "complete", &almanac);
    parts.bus.execute(complete, CompleteDemo {}).await?;
    Ok(report)
}

/// The options of the demo in this database: those it was begun with, else those asked for.
async fn begin(bus: &CommandBus, asked: DemoOptions) -> Result<DemoOptions, DemoError> {
    if !(METERS_LEAST..=METERS_MOST).contains(&asked.meters) {
        let (least, most) = (METERS_LEAST, METERS_MOST);
        return Err(DemoError::MetersOutOfRange { least, most });
    }
    let context = CommandContext {
        origin: Some(origin(asked)),
        ..context(bus, "begin", &Almanac::new(asked.today)?)
    };
    let commands: Vec<(CommandContext, Box<dyn ErasedProcess>)> =
        vec![(context.clone(), Box::new(BeginDemo {}))];
    let known = bus
        .preview_batch(commands)
        .await?
        .into_iter()
        .any(|answer| answer.is_ok_and(|executed| executed.repeated));
    if !known && !bus.store().is_empty().await? {
        return Err(DemoError::NotEmpty);
    }
    let begun = bus.execute(context, BeginDemo {}).await?;
    let (origin, end) = begun.outcome;
    let figure = |name: &str| {
        let mut text = origin.as_deref()?.split_whitespace();
        text.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
            .map(str::to_owned)
    };
    Ok(DemoOptions {
        seed: figure("seed")
            .and_then(|seed| seed.parse().ok())
            .ok_or(DemoError::OtherVersion)?,
        meters: figure("meters")
            .and_then(|meters| meters.parse().ok())
            .ok_or(DemoError::OtherVersion)?,
        today: business_date(end),
    })
}

/// Kept with every event as where it came from.
fn origin(options: DemoOptions) -> String {
    format!("demo seed={} meters={}", options.seed, options.meters)
}

fn context(bus: &CommandBus, key: &str, almanac: &Almanac) -> CommandContext {
    let actor = Actor::System(SCOPE.to_owned());
    CommandContext::new(bus.command_id(SCOPE, key), actor, almanac.end())
}

async fn is_complete(bus: &CommandBus, almanac: &Almanac) -> Result<bool, DemoError> {
    let context = context(bus, "complete", almanac);
    let commands: Vec<(CommandContext, Box<dyn ErasedProcess>)> =
        vec![(context, Box::new(CompleteDemo {}))];
    let answers = bus.preview_batch(commands).await?;
    Ok(answers
        .into_iter()
        .any(|answer| answer.is_ok_and(|executed| executed.repeated)))
}

async fn set_password(access: &Access, login: &DemoLogin) -> Result<(), DemoError> {
    let set = access
        .set_password(login.login, &login.password, false)
        .await?;
    set.map_err(|refusal| DemoError::Refused {
        process: "set_password",
        refusal: Rejection::new(refusal.code(), refusal.to_string()),
    })
}

fn report(options: DemoOptions, plan: &Plan) -> DemoReport {
    let logins = staff::all().filter(|person| person.signs_in);
    let reader = plan.places.iter().find(|place| place.self_read);
    let mut phones: Vec<(String, String)> = reader
        .and_then(|place| {
            let what = format!("居民，{}{}，可自助抄表", place.building, place.room);
            Some((place.phone.as_ref()?.as_str().to_owned(), what))
        })
        .into_iter()
        .collect();
    phones.push((
        CLERK_PHONE.to_owned(),
        "单位能源管理员，已绑定多个户号".to_owned(),
    ));
    DemoReport {
        options,
        commands: 0,
        position: None,
        logins: logins
            .map(|person| DemoLogin {
                login: person.login,
                password: staff::password(options.seed, person.login),
                name: person.name,
                position: person.position,
                role: person.role,
            })
            .collect(),
        phones,
    }
}

impl fmt::Display for DemoReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DemoOptions {
            seed,
            today,
            meters,
        } = self.options;
        writeln!(
            f,
            "演示校区已就绪：{meters} 块表，14 个月，截至 {today}，种子 {seed}"
        )?;
        writeln!(f, "工作人员（管理端 /admin/）：")?;
        for login in &self.logins {
            let DemoLogin {
                login,
                password,
                name,
                position,
                ..
            } = login;
            writeln!(f, "  {login:<12} {password}  {name}，{position}")?;
        }
        writeln!(f, "用户（手机端 /m/，验证码见数据目录下的 outbox.jsonl）：")?;
        for (phone, what) in &self.phones {
            writeln!(f, "  {phone}  {what}")?;
        }
        Ok(())
    }
}
