//! Opening and changing accounts (R85).

use chaobiao_decision::{CommandContext, Personal, Process, Stop, Workspace};
use serde::{Deserialize, Serialize};

use super::aggregate::Account;
use super::command::AccountCommand;
use super::event::{AccountChange, AccountClass, AccountOpening, PhoneChange};
use crate::campus::require_campus;
use crate::units::{AccountNo, CampusId, Phone};

/// Whose key encrypts phone and address of an account's holder, which accounting needs no longer
/// than the account is in use.
pub fn contact_subject(account_no: &AccountNo) -> String {
    format!("account/{account_no}/contact")
}

/// Whose key encrypts the name of an account's holder.
pub fn account_subject(account_no: &AccountNo) -> String {
    format!("account/{account_no}")
}

/// Makes a 户号 known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenAccount {
    pub account_no: AccountNo,
    pub class: AccountClass,
    pub campus: CampusId,
    pub holder: String,
    pub phone: Option<Phone>,
    pub address: String,
    pub household_persons: u32,
}

/// The account a command was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOpened {
    pub account_no: AccountNo,
}

impl Process for OpenAccount {
    const NAME: &'static str = "account.open";
    type Outcome = AccountOpened;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AccountOpened, Stop> {
        require_campus(&self.campus, "campus", workspace)?;
        let contact = contact_subject(&self.account_no);
        let holder = self.holder.trim().to_owned();
        let opening = AccountOpening {
            account_no: self.account_no.clone(),
            class: self.class,
            campus: self.campus.clone(),
            holder: Personal::new(account_subject(&self.account_no), holder),
            phone: self
                .phone
                .clone()
                .map(|phone| Personal::new(&contact, phone)),
            address: Personal::new(&contact, self.address.trim().to_owned()),
            household_persons: self.household_persons,
        };
        workspace.execute::<Account>(self.account_no.as_str(), AccountCommand::Open(opening))?;
        Ok(AccountOpened {
            account_no: self.account_no.clone(),
        })
    }
}

/// Corrects what is known about an account; what is `None` stays. A new holder on the same flat
/// (过户) is another matter, with a settlement of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangeAccount {
    pub account_no: AccountNo,
    pub class: Option<AccountClass>,
    pub campus: Option<CampusId>,
    pub holder: Option<String>,
    pub phone: Option<Phone>,
    pub remove_phone: bool,
    pub address: Option<String>,
    pub household_persons: Option<u32>,
}

impl Process for ChangeAccount {
    const NAME: &'static str = "account.change";
    type Outcome = AccountOpened;

    fn decide(
        &self,
        _context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AccountOpened, Stop> {
        workspace
            .get::<Account>(self.account_no.as_str())?
            .opened(&self.account_no)?;
        if let Some(campus) = &self.campus {
            require_campus(campus, "campus", workspace)?;
        }
        let contact = contact_subject(&self.account_no);
        let text = |subject: String, text: &Option<String>| {
            text.as_ref()
                .map(|text| Personal::new(subject, text.trim().to_owned()))
        };
        let phone = match &self.phone {
            Some(phone) => Some(PhoneChange::Set(Personal::new(&contact, phone.clone()))),
            None => self.remove_phone.then_some(PhoneChange::Removed),
        };
        let change = AccountChange {
            class: self.class,
            campus: self.campus.clone(),
            holder: text(account_subject(&self.account_no), &self.holder),
            phone,
            address: text(contact, &self.address),
            household_persons: self.household_persons,
        };
        workspace.execute::<Account>(self.account_no.as_str(), AccountCommand::Change(change))?;
        Ok(AccountOpened {
            account_no: self.account_no.clone(),
        })
    }
}
