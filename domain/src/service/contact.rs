//! Whom to answer, for everything people ask.

use chaobiao_decision::{Actor, Personal, Stop, Workspace};
use serde::{Deserialize, Serialize};

use crate::customer::{Customer, customer_subject};
use crate::units::{CustomerId, Phone};

/// Whom to call or write to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    pub phone: Personal<Phone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal<String>>,
}

/// A contact as it was typed; a customer's own phone, when none was.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ContactGiven {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl ContactGiven {
    /// Under the customer's own key, or that of the matter where staff wrote it down; nothing where
    /// nobody is to be called.
    pub(super) fn of(
        &self,
        actor: &Actor,
        matter: &str,
        workspace: &mut Workspace,
    ) -> Result<Option<Contact>, Stop> {
        let subject = match actor {
            Actor::Customer(id) => {
                let customer_id =
                    CustomerId::try_new(id).map_err(|error| Stop::Corrupt(error.to_string()))?;
                customer_subject(&customer_id)
            }
            _ => matter.to_owned(),
        };
        let phone = match (&self.phone, actor) {
            (Some(phone), _) => Personal::new(&subject, phone.clone()),
            (None, Actor::Customer(id)) => workspace.get::<Customer>(id)?.record()?.phone.clone(),
            (None, _) => return Ok(None),
        };
        let name = self.name.as_deref().map(str::trim);
        let name = name.filter(|name| !name.is_empty());
        Ok(Some(Contact {
            phone,
            name: name.map(|name| Personal::new(&subject, name.to_owned())),
        }))
    }
}
