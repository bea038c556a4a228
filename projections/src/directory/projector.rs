use async_trait::async_trait;
use chaobiao_decision::Personal;
use chaobiao_domain::account::{
    AccountChange, AccountClass, AccountEvent, AccountOpening, ClassChanged, PhoneChange,
};
use chaobiao_domain::campus::CampusEvent;
use chaobiao_domain::customer::CustomerEvent;
use chaobiao_domain::staff::{StaffEvent, StaffProfile};
use chaobiao_domain::units::Phone;
use chaobiao_domain::work_calendar::WorkYearEvent;
use chaobiao_eventstore::{BlindIndex, EventStore, ProjectionError, Projector, RecordedEvent};
use serde_json::json;
use sqlx::PgConnection;

use super::search;

/// Keeps the `read_directory_…` tables.
#[derive(Clone, Debug)]
pub struct DirectoryProjector {
    index: BlindIndex,
}

impl DirectoryProjector {
    pub fn new(store: &EventStore) -> Self {
        Self {
            index: store.blind_index().clone(),
        }
    }
}

#[async_trait]
impl Projector for DirectoryProjector {
    fn name(&self) -> &'static str {
        "directory"
    }

    fn version(&self) -> i32 {
        3
    }

    fn aggregate_types(&self) -> &'static [&'static str] {
        &["account", "campus", "customer", "staff", "work_calendar"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[
            "read_directory_campus",
            "read_directory_office_hours",
            "read_directory_staff",
            "read_directory_customer",
            "read_directory_account",
            "read_directory_account_token",
            "read_directory_class_change",
            "read_directory_work_year",
        ]
    }

    async fn project(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), ProjectionError> {
        // Accounts come by the ten thousand; all else is rare.
        let mut openings = Openings::new(&self.index);
        for event in events {
            match event.stream.aggregate_type.as_str() {
                "account" => account(event, &mut openings, connection).await?,
                "campus" => campus(event, connection).await?,
                "customer" => customer(event, connection).await?,
                "staff" => staff(event, connection).await?,
                "work_calendar" => work_year(event, connection).await?,
                _ => {}
            }
        }
        openings.write(connection).await?;
        Ok(())
    }
}

/// Opened accounts waiting to be written together.
struct Openings<'a> {
    index: &'a BlindIndex,
    rows: OpenedRows,
    tokens: Tokens,
}

#[derive(Default)]
struct OpenedRows {
    account_no: Vec<String>,
    class: Vec<&'static str>,
    campus: Vec<String>,
    persons: Vec<i32>,
    at: Vec<i64>,
    phone_at: Vec<Option<i64>>,
}

impl<'a> Openings<'a> {
    fn new(index: &'a BlindIndex) -> Self {
        Self {
            index,
            rows: OpenedRows::default(),
            tokens: Tokens::default(),
        }
    }

    fn push(&mut self, opening: &AccountOpening, sequence: i64) {
        let rows = &mut self.rows;
        rows.account_no.push(opening.account_no.to_string());
        rows.class.push(opening.class.as_str());
        rows.campus.push(opening.campus.to_string());
        rows.persons.push(persons(opening.household_persons));
        rows.at.push(sequence);
        rows.phone_at.push(opening.phone.as_ref().map(|_| sequence));
        let account_no = opening.account_no.as_str();
        let holder = opening.holder.value();
        self.tokens.holder(self.index, account_no, holder);
        let phone = opening.phone.as_ref().and_then(Personal::value);
        self.tokens.phone(self.index, account_no, phone);
    }

    async fn write(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let waiting = std::mem::take(&mut self.rows);
        if waiting.account_no.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO read_directory_account (account_no, class, first_class, campus, \
             household_persons, holder_at, phone_at, address_at) \
             SELECT n, c, c, k, p, a, f, a FROM unnest($1::text[], $2::text[], $3::text[], \
             $4::integer[], $5::bigint[], $6::bigint[]) AS t (n, c, k, p, a, f)",
        )
        .bind(waiting.account_no)
        .bind(waiting.class)
        .bind(waiting.campus)
        .bind(waiting.persons)
        .bind(waiting.at)
        .bind(waiting.phone_at)
        .execute(&mut *connection)
        .await?;
        std::mem::take(&mut self.tokens).write(connection).await
    }
}

/// By what names and phones are found.
#[derive(Default)]
struct Tokens {
    account_no: Vec<String>,
    kind: Vec<&'static str>,
    token: Vec<i64>,
}

impl Tokens {
    fn push(&mut self, account_no: &str, kind: &'static str, tokens: Vec<i64>) {
        for token in tokens {
            self.account_no.push(account_no.to_owned());
            self.kind.push(kind);
            self.token.push(token);
        }
    }

    /// `None` is a name that has been erased.
    fn holder(&mut self, index: &BlindIndex, account_no: &str, name: Option<&String>) {
        let tokens = name.map(|name| search::holder_tokens(index, name));
        self.push(account_no, search::HOLDER, tokens.unwrap_or_default());
    }

    fn phone(&mut self, index: &BlindIndex, account_no: &str, phone: Option<&Phone>) {
        let tokens = phone.map(|phone| search::phone_tokens(index, phone.as_str()));
        self.push(account_no, search::PHONE, tokens.unwrap_or_default());
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.token.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO read_directory_account_token (account_no, kind, token) \
             SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])",
        )
        .bind(self.account_no)
        .bind(self.kind)
        .bind(self.token)
        .execute(connection)
        .await?;
        Ok(())
    }
}

fn persons(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

async fn account(
    event: &RecordedEvent,
    openings: &mut Openings<'_>,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    // Most events of an account are about money; those that matter here are told by their type.
    match event.event_type.as_str() {
        "account.opened"
        | "account.changed"
        | "account.class_changed"
        | "account.holder_erasure_scheduled"
        | "account.holder_erased" => {}
        _ => return Ok(()),
    }
    match event.decode()? {
        AccountEvent::Opened(opening) => openings.push(&opening, event.sequence),
        AccountEvent::Changed(change) => {
            openings.write(connection).await?;
            change_account(event, &change, connection).await?;
            find_by(event, &change, openings.index, connection).await?;
        }
        AccountEvent::ClassChanged(change) => {
            openings.write(connection).await?;
            change_class(event, &change, connection).await?;
        }
        AccountEvent::HolderErasureScheduled { .. } => {
            openings.write(connection).await?;
            find_no_more(event, &[search::PHONE], connection).await?;
        }
        AccountEvent::HolderErased => {
            openings.write(connection).await?;
            find_no_more(event, &[search::HOLDER, search::PHONE], connection).await?;
        }
        _ => {}
    }
    Ok(())
}

async fn change_account(
    event: &RecordedEvent,
    change: &AccountChange,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let at = event.sequence;
    sqlx::query(
        "UPDATE read_directory_account SET class = coalesce($2, class), \
         campus = coalesce($3, campus), household_persons = coalesce($4, household_persons), \
         holder_at = coalesce($5, holder_at), address_at = coalesce($6, address_at), \
         phone_at = CASE WHEN $8 THEN NULL ELSE coalesce($7, phone_at) END \
         WHERE account_no = $1",
    )
    .bind(&event.stream.aggregate_id)
    .bind(change.class.map(AccountClass::as_str))
    .bind(change.campus.as_ref().map(ToString::to_string))
    .bind(change.household_persons.map(persons))
    .bind(change.holder.as_ref().map(|_| at))
    .bind(change.address.as_ref().map(|_| at))
    .bind(matches!(change.phone, Some(PhoneChange::Set(_))).then_some(at))
    .bind(matches!(change.phone, Some(PhoneChange::Removed)))
    .execute(&mut *connection)
    .await?;
    if let Some(class) = change.class {
        correct_class(&event.stream.aggregate_id, class, connection).await?;
    }
    Ok(())
}

/// Classes are changed one after the other: the last is the present one.
async fn change_class(
    event: &RecordedEvent,
    change: &ClassChanged,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO read_directory_class_change (account_no, from_on, class) VALUES ($1, $2, $3)",
    )
    .bind(&event.stream.aggregate_id)
    .bind(change.from)
    .bind(change.class.as_str())
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE read_directory_account SET class = $2 WHERE account_no = $1")
        .bind(&event.stream.aggregate_id)
        .bind(change.class.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// The class entered last was never what was said.
async fn correct_class(
    account_no: &str,
    class: AccountClass,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let corrected = sqlx::query(
        "UPDATE read_directory_class_change SET class = $2 WHERE account_no = $1 AND from_on = \
             (SELECT max(from_on) FROM read_directory_class_change WHERE account_no = $1)",
    )
    .bind(account_no)
    .bind(class.as_str())
    .execute(&mut *connection)
    .await?;
    if corrected.rows_affected() == 0 {
        sqlx::query("UPDATE read_directory_account SET first_class = $2 WHERE account_no = $1")
            .bind(account_no)
            .bind(class.as_str())
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// What an account is found by after a change: the old name and phone no more.
async fn find_by(
    event: &RecordedEvent,
    change: &AccountChange,
    index: &BlindIndex,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let account_no = event.stream.aggregate_id.as_str();
    let mut tokens = Tokens::default();
    let mut replaced = Vec::new();
    if let Some(holder) = &change.holder {
        replaced.push(search::HOLDER);
        tokens.holder(index, account_no, holder.value());
    }
    if let Some(phone) = &change.phone {
        replaced.push(search::PHONE);
        let set = match phone {
            PhoneChange::Set(phone) => phone.value(),
            PhoneChange::Removed => None,
        };
        tokens.phone(index, account_no, set);
    }
    if replaced.is_empty() {
        return Ok(());
    }
    find_no_more(event, &replaced, connection).await?;
    tokens.write(connection).await
}

async fn find_no_more(
    event: &RecordedEvent,
    kinds: &[&str],
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM read_directory_account_token WHERE account_no = $1 AND kind = ANY($2)")
        .bind(&event.stream.aggregate_id)
        .bind(kinds)
        .execute(connection)
        .await
        .map(drop)
}

async fn campus(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let campus_id = &event.stream.aggregate_id;
    let (from_day, hours) = match event.decode()? {
        CampusEvent::Opened(opened) => {
            sqlx::query(
                "INSERT INTO read_directory_campus (campus_id, name, contact) VALUES ($1, $2, $3)",
            )
            .bind(campus_id)
            .bind(opened.name)
            .bind(opened.contact)
            .execute(&mut *connection)
            .await?;
            // Before any change these hold, however far back a question reaches.
            (chrono::NaiveDate::default(), opened.office_hours)
        }
        CampusEvent::OfficeHoursSet { from, office_hours } => (from, office_hours),
        CampusEvent::ContactSet(office) => {
            sqlx::query("UPDATE read_directory_campus SET contact = $2 WHERE campus_id = $1")
                .bind(campus_id)
                .bind(office.contact)
                .execute(connection)
                .await?;
            return Ok(());
        }
    };
    sqlx::query("DELETE FROM read_directory_office_hours WHERE campus_id = $1 AND from_day >= $2")
        .bind(campus_id)
        .bind(from_day)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO read_directory_office_hours (campus_id, from_day, spans) VALUES ($1, $2, $3)",
    )
    .bind(campus_id)
    .bind(from_day)
    .bind(json!(hours))
    .execute(connection)
    .await?;
    Ok(())
}

async fn customer(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    if let CustomerEvent::Registered(registered) = event.decode()? {
        sqlx::query(
            "INSERT INTO read_directory_customer (customer_id, kind, registered_at, phone_at) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(registered.customer_id.as_str())
        .bind(registered.kind.as_str())
        .bind(event.recorded_at)
        .bind(event.sequence)
        .execute(connection)
        .await?;
    }
    Ok(())
}

async fn staff(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let login = &event.stream.aggregate_id;
    let query = match event.decode()? {
        StaffEvent::Hired(hired) => {
            let roles: Vec<String> = hired.roles.iter().map(|role| role.code()).collect();
            sqlx::query(
                "INSERT INTO read_directory_staff (login, department, position, campus, roles, \
                 employed, name_at, mobile_at) VALUES ($1, $2, $3, $4, $5, true, $6, $7)",
            )
            .bind(login)
            .bind(hired.department)
            .bind(hired.position)
            .bind(hired.campus.map(String::from))
            .bind(roles)
            .bind(event.sequence)
            .bind(hired.contact.mobile.is_some().then_some(event.sequence))
        }
        StaffEvent::ProfileChanged(profile) => {
            return Ok(change_staff(event, profile, connection).await?);
        }
        StaffEvent::RoleGranted { role } => sqlx::query(
            "UPDATE read_directory_staff SET roles = array_append(roles, $2) WHERE login = $1",
        )
        .bind(login)
        .bind(role.code()),
        StaffEvent::RoleRevoked { role } => sqlx::query(
            "UPDATE read_directory_staff SET roles = array_remove(roles, $2) WHERE login = $1",
        )
        .bind(login)
        .bind(role.code()),
        StaffEvent::ReachChanged { confined } => {
            sqlx::query("UPDATE read_directory_staff SET confined = $2 WHERE login = $1")
                .bind(login)
                .bind(confined)
        }
        StaffEvent::Left => sqlx::query(
            "UPDATE read_directory_staff SET roles = '{}', employed = false WHERE login = $1",
        )
        .bind(login),
    };
    query.execute(connection).await?;
    Ok(())
}

async fn change_staff(
    event: &RecordedEvent,
    profile: StaffProfile,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE read_directory_staff SET department = coalesce($2, department), \
         position = coalesce($3, position), campus = coalesce($4, campus), \
         name_at = coalesce($5, name_at), mobile_at = coalesce($6, mobile_at) WHERE login = $1",
    )
    .bind(&event.stream.aggregate_id)
    .bind(profile.department)
    .bind(profile.position)
    .bind(profile.campus.map(String::from))
    .bind(profile.name.map(|_| event.sequence))
    .bind(profile.contact.mobile.map(|_| event.sequence))
    .execute(connection)
    .await?;
    Ok(())
}

async fn work_year(
    event: &RecordedEvent,
    connection: &mut PgConnection,
) -> Result<(), ProjectionError> {
    let WorkYearEvent::YearLoaded { list } = event.decode()?;
    sqlx::query(
        "INSERT INTO read_directory_work_year (year, list) VALUES ($1, $2) \
         ON CONFLICT (year) DO UPDATE SET list = excluded.list",
    )
    .bind(list.year())
    .bind(json!(list))
    .execute(connection)
    .await?;
    Ok(())
}
