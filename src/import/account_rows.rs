use chaobiao_decision::{CommandContext, Process, Rejection, Stop, Workspace};
use chaobiao_domain::account::{Account, AccountClass, ChangeAccount, OpenAccount};
use chaobiao_domain::units::{AccountNo, CampusId, Phone, ValueError};
use serde::{Deserialize, Serialize};

use super::CampusNames;
use super::cell::refused;
use super::columns::{ACCOUNT_NO, CAMPUS, Column, Fields};
use super::request::check_campus;

pub(super) const COLUMNS: &[Column] = &[
    ACCOUNT_NO,
    Column {
        field: "class",
        label: "用户类别",
        required: true,
        aliases: &[
            "用户类别",
            "类别",
            "用户类型",
            "户类",
            "户型",
            "class",
            "type",
        ],
    },
    CAMPUS,
    Column {
        field: "holder",
        label: "户名",
        required: true,
        aliases: &[
            "户名",
            "户主",
            "用户名称",
            "姓名",
            "单位名称",
            "户主姓名",
            "holder",
            "name",
        ],
    },
    Column {
        field: "phone",
        label: "手机号",
        required: false,
        aliases: &[
            "手机号",
            "手机",
            "手机号码",
            "电话",
            "联系电话",
            "phone",
            "mobile",
        ],
    },
    Column {
        field: "address",
        label: "地址",
        required: true,
        aliases: &[
            "地址",
            "住址",
            "用能地址",
            "用水地址",
            "用电地址",
            "房号",
            "address",
        ],
    },
    Column {
        field: "householdPersons",
        label: "人口",
        required: false,
        aliases: &[
            "人口",
            "家庭人口",
            "人数",
            "用水人口",
            "户内人数",
            "persons",
            "householdPersons",
        ],
    },
];

/// One row of an account file: opens the account, or brings what is known of it up to date.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ImportAccount {
    pub(super) account_no: AccountNo,
    class: AccountClass,
    campus: CampusId,
    holder: String,
    /// None leaves a number that is known: files often come without.
    phone: Option<Phone>,
    address: String,
    household_persons: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AccountImported {
    pub(super) account_no: AccountNo,
    pub(super) changed: bool,
}

impl Process for ImportAccount {
    const NAME: &'static str = "import.account";
    type Outcome = AccountImported;

    fn decide(
        &self,
        context: &CommandContext,
        workspace: &mut Workspace,
    ) -> Result<AccountImported, Stop> {
        check_campus(&self.campus, workspace)?;
        let before = workspace.get::<Account>(self.account_no.as_str())?.clone();
        if before.is_open() {
            let change = ChangeAccount {
                account_no: self.account_no.clone(),
                class: Some(self.class),
                campus: Some(self.campus.clone()),
                holder: Some(self.holder.clone()),
                phone: self.phone.clone(),
                remove_phone: false,
                address: Some(self.address.clone()),
                household_persons: self.household_persons,
            };
            change.decide(context, workspace)?;
        } else {
            let opening = OpenAccount {
                account_no: self.account_no.clone(),
                class: self.class,
                campus: self.campus.clone(),
                holder: self.holder.clone(),
                phone: self.phone.clone(),
                address: self.address.clone(),
                household_persons: self.household_persons.unwrap_or(1),
            };
            opening.decide(context, workspace)?;
        }
        let after = workspace.get::<Account>(self.account_no.as_str())?;
        Ok(AccountImported {
            account_no: self.account_no.clone(),
            changed: *after != before,
        })
    }
}

pub(super) fn parse(
    fields: Fields<'_>,
    campuses: &CampusNames,
) -> Result<ImportAccount, Rejection> {
    Ok(ImportAccount {
        account_no: fields.required("accountNo")?,
        class: class(&fields.required_text("class")?)?,
        campus: campuses.find(&fields.required_text("campusId")?)?,
        holder: fields.required_text("holder")?,
        phone: fields.parsed("phone")?,
        address: fields.required_text("address")?,
        household_persons: fields.whole("householdPersons")?,
    })
}

fn class(text: &str) -> Result<AccountClass, Rejection> {
    let wanted = text.to_lowercase().replace([' ', '-'], "_");
    let named = AccountClass::ALL
        .into_iter()
        .find(|class| class.as_str() == wanted || class.label() == text);
    let class = match (named, text) {
        (Some(class), _) => class,
        (None, "学生" | "学生公寓" | "学生集体宿舍") => AccountClass::StudentDorm,
        (None, "教工宿舍" | "教职工宿舍" | "教工公寓" | "教师公寓" | "单身教工") => {
            AccountClass::StaffDorm
        }
        (None, "居民用户" | "家属" | "家属区" | "住户" | "教工住宅") => {
            AccountClass::Resident
        }
        (None, "单位用户" | "集体" | "部门" | "院系" | "商户") => AccountClass::Unit,
        _ => {
            let error = ValueError::BadFormat {
                what: "用户类别"
            };
            return Err(refused(&error).on("class"));
        }
    };
    Ok(class)
}
