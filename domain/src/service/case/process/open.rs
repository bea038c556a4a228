use chaobiao_decision::{Actor, CommandContext, Process, Stop, Workspace};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::clock::{reckon, stored_instant};
use crate::account::{Account, meter_claim};
use crate::campus::require_campus;
use crate::customer::Customer;
use crate::service::ContactGiven;
use crate::service::case::{
    CaseCommand, CaseError, CaseKind, CaseOpened, RequestTopic, ServiceCase,
};
use crate::staff::Staff;
use crate::units::{AccountNo, CampusId, CaseId, MeterNo, PhotoHash, StaffLogin};

/// A photo named in a command, and whether the photo store has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CasePhoto {
    pub photo: PhotoHash,
    pub is_stored: bool,
}

/// Files a case. Who has bound no account may file one too (R48), of no account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenCase {
    pub kind: CaseKind,
    pub topic: Option<RequestTopic>,
    pub campus: CampusId,
    pub place: String,
    pub description: String,
    pub photos: Vec<CasePhoto>,
    pub account_no: Option<AccountNo>,
    pub meter_no: Option<MeterNo>,
    pub concerned: Option<StaffLogin>,
    pub contact: ContactGiven,
}

/// A case that was filed, and until when it will be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFiled {
    pub case_id: CaseId,
    pub due_at: DateTime<Utc>,
    pub due_provisional: bool,
}

impl Process for OpenCase {
    const NAME: &'static str = "service_case.open";
    type Outcome = CaseFiled;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<CaseFiled, Stop> {
        require_campus(&self.campus, "campusId", workspace)?;
        self.check_kind(&context.actor)?;
        self.check_account(&context.actor, workspace)?;
        self.check_meter(&context.actor, workspace)?;
        if let Some(login) = &self.concerned
            && !workspace.get::<Staff>(login.as_str())?.is_employed()
        {
            return Err(CaseError::StaffUnknown.into());
        }
        if self.photos.iter().any(|photo| !photo.is_stored) {
            return Err(CaseError::PhotoUnknown.into());
        }
        let case_id = CaseId::try_new(context.derive_id("case").to_string())
            .map_err(|error| Stop::Corrupt(error.to_string()))?;
        let filed_at = stored_instant(context.at);
        let deadline = reckon(self.kind, &self.campus, filed_at, workspace)?;
        let matter = format!("service_case/{case_id}");
        let contact = self.contact.of(&context.actor, &matter, workspace)?;
        let opened = CaseOpened {
            case_id: case_id.clone(),
            kind: self.kind,
            topic: self.topic,
            campus: self.campus.clone(),
            place: self.place.clone(),
            description: self.description.clone(),
            photos: self.photos.iter().map(|it| it.photo.clone()).collect(),
            account_no: self.account_no.clone(),
            meter_no: self.meter_no.clone(),
            concerned: self.concerned.clone(),
            reported_by: context.actor.clone(),
            contact,
            filed_at,
            deadline,
        };
        let command = CaseCommand::Open(Box::new(opened));
        workspace.execute::<ServiceCase>(case_id.as_str(), command)?;
        Ok(CaseFiled {
            case_id,
            due_at: deadline.due_at,
            due_provisional: deadline.provisional,
        })
    }
}

impl OpenCase {
    /// R77: patrols report; R67: anybody may give an energy tip. The rest is filed by customers, or
    /// by staff for somebody who calls.
    fn check_kind(&self, actor: &Actor) -> Result<(), CaseError> {
        match actor {
            Actor::Customer(_) if self.kind != CaseKind::Patrol => Ok(()),
            Actor::Staff(_) | Actor::System(_) => Ok(()),
            Actor::Customer(_) | Actor::Anonymous => Err(CaseError::KindNotAllowed),
        }
    }

    fn check_account(&self, actor: &Actor, workspace: &mut Workspace) -> Result<(), Stop> {
        let Some(account_no) = &self.account_no else {
            return Ok(());
        };
        if let Actor::Customer(customer_id) = actor {
            let customer = workspace.get::<Customer>(customer_id)?;
            if !customer.may_use(account_no) {
                return Err(CaseError::AccountNotYours.into());
            }
            return Ok(());
        }
        let account = workspace.get::<Account>(account_no.as_str())?;
        account.opened(account_no)?;
        Ok(())
    }

    fn check_meter(&self, actor: &Actor, workspace: &mut Workspace) -> Result<(), Stop> {
        let (Some(meter_no), Actor::Customer(customer_id)) = (&self.meter_no, actor) else {
            return Ok(());
        };
        let account_no = workspace
            .holder(&meter_claim(meter_no))?
            .and_then(|account_no| AccountNo::try_new(account_no).ok())
            .ok_or(CaseError::MeterNotYours)?;
        if workspace.get::<Customer>(customer_id)?.may_use(&account_no) {
            Ok(())
        } else {
            Err(CaseError::MeterNotYours.into())
        }
    }
}
