use chaobiao_decision::{Actor, CommandContext, Process, Stop, Workspace};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    BookOpened, BookState, ReaderAssigned, ReadingBook, ReadingBookCommand, ReadingBookError,
    RoundStarted, Schedule, ScheduleSet, SubstituteNamed,
};
use crate::campus::require_campus;
use crate::meter::Meter;
use crate::reading_round::{ReadingRound, ReadingRoundCommand, RoundAssigned, RoundOpened};
use crate::staff::{Permission, require_staff, role};
use crate::units::{
    BillingMonth, BookNo, CampusId, MeterNo, RoundId, StaffLogin, ValueError, business_date,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookChanged {
    pub book: BookNo,
    /// The round the command concerned as well.
    pub round_id: Option<RoundId>,
}

impl BookChanged {
    fn of(book: &BookNo) -> Self {
        Self {
            book: book.clone(),
            round_id: None,
        }
    }
}

fn require_meters(meters: &[MeterNo], workspace: &mut Workspace) -> Result<(), Stop> {
    workspace.need::<Meter>(meters.iter().map(ToString::to_string))?;
    for meter_no in meters {
        if !workspace.get::<Meter>(meter_no.as_str())?.is_registered() {
            return Err(ReadingBookError::MeterNotFound.into());
        }
    }
    Ok(())
}

/// Makes a book of meters; its rounds follow by themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenReadingBook {
    pub book: BookNo,
    pub name: String,
    pub campus: CampusId,
    /// In the order of the walk.
    pub meters: Vec<MeterNo>,
    pub schedule: Schedule,
    pub reader: Option<StaffLogin>,
}

impl Process for OpenReadingBook {
    const NAME: &'static str = "reading_book.open";
    type Outcome = BookChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BookChanged, Stop> {
        require_campus(&self.campus, "campusId", workspace)?;
        if let Some(reader) = &self.reader {
            require_staff(reader, "reader", workspace)?;
        }
        require_meters(&self.meters, workspace)?;
        let today = business_date(context.at);
        let next_on = self
            .schedule
            .next_on(today)
            .ok_or(ReadingBookError::NoNextStart)?;
        let opened = BookOpened {
            book: self.book.clone(),
            name: self.name.clone(),
            campus: self.campus.clone(),
            meters: self.meters.clone(),
            schedule: self.schedule,
            next_on,
            reader: self.reader.clone(),
            opened_on: today,
        };
        let command = ReadingBookCommand::Open(Box::new(opened));
        workspace.execute::<ReadingBook>(self.book.as_str(), command)?;
        Ok(BookChanged::of(&self.book))
    }
}

/// Says anew which meters a book holds; rounds under way stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetBookMeters {
    pub book: BookNo,
    pub meters: Vec<MeterNo>,
}

impl Process for SetBookMeters {
    const NAME: &'static str = "reading_book.set_meters";
    type Outcome = BookChanged;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BookChanged, Stop> {
        require_meters(&self.meters, workspace)?;
        let command = ReadingBookCommand::SetMeters(self.meters.clone());
        workspace.execute::<ReadingBook>(self.book.as_str(), command)?;
        Ok(BookChanged::of(&self.book))
    }
}

/// The reader's own order of the walk, for the round under way as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBook {
    pub book: BookNo,
    pub meters: Vec<MeterNo>,
}

impl Process for OrderBook {
    const NAME: &'static str = "reading_book.order";
    type Outcome = BookChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BookChanged, Stop> {
        let book = workspace.get::<ReadingBook>(self.book.as_str())?.open()?;
        let reader = book.reader_on(business_date(context.at)).cloned();
        let round_id = book.round.clone();
        require_own(&context.actor, reader.as_ref(), workspace)?;
        let command = ReadingBookCommand::Order {
            meters: self.meters.clone(),
            ordered_by: context.actor.clone(),
        };
        workspace.execute::<ReadingBook>(self.book.as_str(), command)?;
        let command = ReadingRoundCommand::Reorder(self.meters.clone());
        let round_id = in_open_round(round_id, command, workspace)?;
        Ok(BookChanged {
            book: self.book.clone(),
            round_id,
        })
    }
}

/// A walk is ordered by who walks it, or by who sends readers out.
fn require_own(
    actor: &Actor,
    reader: Option<&StaffLogin>,
    workspace: &mut Workspace,
) -> Result<(), Stop> {
    let Actor::Staff(login) = actor else {
        return Ok(());
    };
    if reader.is_some_and(|reader| reader.as_str() == login) {
        return Ok(());
    }
    if role::may(login, Permission::ManageRounds, workspace)? {
        Ok(())
    } else {
        Err(ReadingBookError::NotYourBook.into())
    }
}

/// Lets the book's last round take a command, while it is under way.
fn in_open_round(
    round_id: Option<RoundId>,
    command: ReadingRoundCommand,
    workspace: &mut Workspace,
) -> Result<Option<RoundId>, Stop> {
    let Some(round_id) = round_id else {
        return Ok(None);
    };
    if workspace
        .get::<ReadingRound>(round_id.as_str())?
        .walk()
        .is_err()
    {
        return Ok(None);
    }
    workspace.execute::<ReadingRound>(round_id.as_str(), command)?;
    Ok(Some(round_id))
}

/// Changes how often a book is read, and how long that may take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleBook {
    pub book: BookNo,
    pub schedule: Schedule,
}

impl Process for ScheduleBook {
    const NAME: &'static str = "reading_book.schedule";
    type Outcome = BookChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BookChanged, Stop> {
        let next_on = self
            .schedule
            .next_on(business_date(context.at))
            .ok_or(ReadingBookError::NoNextStart)?;
        let set = ScheduleSet {
            schedule: self.schedule,
            next_on,
        };
        let command = ReadingBookCommand::SetSchedule(set);
        workspace.execute::<ReadingBook>(self.book.as_str(), command)?;
        Ok(BookChanged::of(&self.book))
    }
}

/// Gives a book to a reader from a day on; the round under way goes along when the day has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignReader {
    pub book: BookNo,
    pub reader: StaffLogin,
    /// Today, when not given.
    pub from: Option<NaiveDate>,
}

impl Process for AssignReader {
    const NAME: &'static str = "reading_book.assign_reader";
    type Outcome = BookChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BookChanged, Stop> {
        require_staff(&self.reader, "reader", workspace)?;
        let assigned = ReaderAssigned {
            reader: self.reader.clone(),
            from: self.from.unwrap_or_else(|| business_date(context.at)),
        };
        let command = ReadingBookCommand::AssignReader(assigned);
        workspace.execute::<ReadingBook>(self.book.as_str(), command)?;
        hand_over(&self.book, None, context, workspace)
    }
}

/// Somebody reads a book for some days in the place of its reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameSubstitute {
    pub book: BookNo,
    pub reader: StaffLogin,
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub reason: Option<String>,
}

impl Process for NameSubstitute {
    const NAME: &'static str = "reading_book.name_substitute";
    type Outcome = BookChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BookChanged, Stop> {
        require_staff(&self.reader, "reader", workspace)?;
        let named = SubstituteNamed {
            reader: self.reader.clone(),
            from: self.from,
            until: self.until,
            reason: self.reason.clone(),
        };
        let command = ReadingBookCommand::NameSubstitute(named);
        workspace.execute::<ReadingBook>(self.book.as_str(), command)?;
        hand_over(&self.book, self.reason.clone(), context, workspace)
    }
}

/// Gives the round under way to whoever reads the book today.
fn hand_over(
    book_no: &BookNo,
    reason: Option<String>,
    context: &CommandContext,
    workspace: &mut Workspace,
) -> Result<BookChanged, Stop> {
    let today = business_date(context.at);
    let book = workspace.get::<ReadingBook>(book_no.as_str())?.open()?;
    let round_id = book.round.clone();
    let Some(reader) = book.reader_on(today).cloned() else {
        return Ok(BookChanged::of(book_no));
    };
    let command = ReadingRoundCommand::Assign(RoundAssigned {
        reader,
        reason,
        assigned_on: today,
        assigned_by: context.actor.clone(),
    });
    Ok(BookChanged {
        book: book_no.clone(),
        round_id: in_open_round(round_id, command, workspace)?,
    })
}

/// Sends the reader of a book out, once the day has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartRound {
    pub book: BookNo,
    /// The start that was planned; left out, whatever comes next.
    pub starts_on: Option<NaiveDate>,
}

impl Process for StartRound {
    const NAME: &'static str = "reading_book.start_round";
    type Outcome = BookChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BookChanged, Stop> {
        let today = business_date(context.at);
        let book = workspace.get::<ReadingBook>(self.book.as_str())?.open()?;
        let starts_on = self.starts_on.unwrap_or(book.next_on);
        if starts_on != book.next_on || starts_on > today {
            return Err(ReadingBookError::NotDue.into());
        }
        let opened = round_of(book, starts_on, today)
            .map_err(|error| Stop::Corrupt(format!("{}: {error}", self.book)))?;
        let next_on = book
            .schedule
            .next_after(today)
            .ok_or(ReadingBookError::NoNextStart)?;
        let round_id = opened.round_id.clone();
        let started = RoundStarted {
            round_id: round_id.clone(),
            starts_on,
            next_on,
        };
        let command = ReadingBookCommand::StartRound(started);
        workspace.execute::<ReadingBook>(self.book.as_str(), command)?;
        // Somebody may have opened this month's round by hand.
        if workspace
            .get::<ReadingRound>(round_id.as_str())?
            .is_absent()
        {
            let command = ReadingRoundCommand::Open(opened);
            workspace.execute::<ReadingRound>(round_id.as_str(), command)?;
        }
        Ok(BookChanged {
            book: self.book.clone(),
            round_id: Some(round_id),
        })
    }
}

/// The round of a book that starts on a day. One round a book and month; where a book is walked
/// twice a month, the second walk has a name of its own.
fn round_of(
    book: &BookState,
    starts_on: NaiveDate,
    today: NaiveDate,
) -> Result<RoundOpened, ValueError> {
    let month = BillingMonth::of(starts_on);
    let name = format!("{}-{:04}{:02}", book.book, month.year(), month.month());
    let second = book.schedule.cycle == super::ReadingCycle::HalfMonth
        && starts_on >= book.schedule.second_half_of(month);
    let name = if second { format!("{name}-2") } else { name };
    Ok(RoundOpened {
        round_id: RoundId::try_new(name)?,
        book: book.book.clone(),
        month,
        campus: book.campus.clone(),
        meters: book.meters.clone(),
        opened_on: today,
        due_on: book.schedule.due_on(starts_on).max(today),
        reader: book.reader_on(today).cloned(),
    })
}

/// Takes a book out of use; its rounds stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseReadingBook {
    pub book: BookNo,
}

impl Process for CloseReadingBook {
    const NAME: &'static str = "reading_book.close";
    type Outcome = BookChanged;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<BookChanged, Stop> {
        let command = ReadingBookCommand::Close(business_date(context.at));
        workspace.execute::<ReadingBook>(self.book.as_str(), command)?;
        Ok(BookChanged::of(&self.book))
    }
}
