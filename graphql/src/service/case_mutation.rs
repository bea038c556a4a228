use std::str::FromStr;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chaobiao_decision::Rejection;
use chaobiao_domain::service::ContactGiven;
use chaobiao_domain::service::case::{
    AssignCase, CaseChanged, CaseError, CasePhoto, CloseCase, NameStaffConcerned, OpenCase,
    RateCase, ReopenCase, ReplyToCase, ResolveCase,
};
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{CampusId, CaseId, StaffLogin, ValueError};

use super::case_types::{RequestTopic, ServiceCase, ServiceCaseKind, changed};
use super::rules::{self, PublishServiceRulesInput, ServiceRuleSet};
use crate::support::{
    UserError, Viewer, customer_or, field, may, named_photo, payloads, run, signed_in,
};

#[derive(InputObject)]
pub(super) struct OpenServiceCaseInput {
    idempotency_key: String,
    kind: ServiceCaseKind,
    /// Of a service request, and of nothing else.
    topic: Option<RequestTopic>,
    campus_id: String,
    place: String,
    text: String,
    /// The hashes `/photos` answered with.
    #[graphql(default)]
    photos: Vec<String>,
    /// Of a customer's own accounts only.
    account_no: Option<String>,
    meter_no: Option<String>,
    /// Whom a complaint is about, by login where it is known.
    staff_concerned: Option<String>,
    /// A customer's own phone, when left out.
    contact_phone: Option<String>,
    contact_name: Option<String>,
}

#[derive(InputObject)]
pub(super) struct AssignServiceCaseInput {
    idempotency_key: String,
    case_id: String,
    login: String,
    /// For the colleague; the reporter does not see it.
    text: Option<String>,
}

#[derive(InputObject)]
pub(super) struct NameStaffConcernedInput {
    idempotency_key: String,
    case_id: String,
    staff_concerned: String,
}

#[derive(InputObject)]
pub(super) struct ReplyToServiceCaseInput {
    idempotency_key: String,
    case_id: String,
    text: String,
}

#[derive(InputObject)]
pub(super) struct ResolveServiceCaseInput {
    idempotency_key: String,
    case_id: String,
    /// What was done; the reporter sees it.
    text: String,
}

#[derive(InputObject)]
pub(super) struct CloseServiceCaseInput {
    idempotency_key: String,
    case_id: String,
    text: Option<String>,
}

#[derive(InputObject)]
pub(super) struct RateServiceCaseInput {
    idempotency_key: String,
    case_id: String,
    /// 1 to 5.
    stars: i32,
    text: Option<String>,
}

#[derive(InputObject)]
pub(super) struct ReopenServiceCaseInput {
    idempotency_key: String,
    case_id: String,
    /// Why it is not done after all.
    text: String,
}

payloads!(
    service_case: ServiceCase, |ctx, case_id: CaseId| changed(ctx, case_id.as_str());
    OpenServiceCasePayload,
    AssignServiceCasePayload,
    NameStaffConcernedPayload,
    ReplyToServiceCasePayload,
    ResolveServiceCasePayload,
    CloseServiceCasePayload,
    RateServiceCasePayload,
    ReopenServiceCasePayload
);

#[derive(SimpleObject)]
pub(super) struct PublishServiceRulesPayload {
    rules: Option<ServiceRuleSet>,
    user_errors: Vec<UserError>,
    /// Done, but what is shown may still be older.
    pending: bool,
}

fn case_id(text: &str) -> Result<CaseId, Rejection> {
    field("caseId", CaseId::try_new(text))
}

fn id(changed: CaseChanged) -> CaseId {
    changed.case_id
}

/// Staff report what they find on their rounds and give tips; the rest they file for others, which
/// takes the right to handle cases.
fn allowed(viewer: &Viewer, kind: ServiceCaseKind) -> Result<(), Rejection> {
    let own = matches!(kind, ServiceCaseKind::Patrol | ServiceCaseKind::EnergyTip);
    if viewer.customer().is_some() || own || viewer.may(Permission::HandleCases) {
        Ok(())
    } else {
        Err(CaseError::KindNotAllowed.into())
    }
}

/// A value that may be left out.
pub(super) fn optional<T: FromStr<Err = ValueError>>(
    name: &str,
    text: Option<&String>,
) -> Result<Option<T>, Rejection> {
    field(name, text.map(|text| text.parse()).transpose())
}

fn open(
    viewer: &Viewer,
    input: &OpenServiceCaseInput,
    photos: Result<Vec<CasePhoto>, Rejection>,
) -> Result<OpenCase, Rejection> {
    allowed(viewer, input.kind)?;
    if input.kind != ServiceCaseKind::Patrol
        && viewer.staff().is_some()
        && input.kind != ServiceCaseKind::EnergyTip
        && input.contact_phone.is_none()
    {
        return Err(CaseError::ContactMissing.into());
    }
    Ok(OpenCase {
        kind: input.kind.into(),
        topic: input.topic.map(Into::into),
        campus: field("campusId", CampusId::try_new(&input.campus_id))?,
        place: input.place.clone(),
        description: input.text.clone(),
        photos: photos?,
        account_no: optional("accountNo", input.account_no.as_ref())?,
        meter_no: optional("meterNo", input.meter_no.as_ref())?,
        concerned: optional("staffConcerned", input.staff_concerned.as_ref())?,
        contact: ContactGiven {
            phone: optional("contactPhone", input.contact_phone.as_ref())?,
            name: input.contact_name.clone(),
        },
    })
}

async fn photos(ctx: &Context<'_>, hashes: &[String]) -> Result<Result<Vec<CasePhoto>, Rejection>> {
    let mut photos = Vec::with_capacity(hashes.len());
    for hash in hashes {
        match named_photo(ctx, "photos", Some(hash)).await? {
            Ok(photo) => photos.extend(photo.map(|photo| CasePhoto {
                photo: photo.photo,
                is_stored: photo.stored.is_some(),
            })),
            Err(rejection) => return Ok(Err(rejection)),
        }
    }
    Ok(Ok(photos))
}

#[derive(Default)]
pub struct CaseMutation;

#[Object]
impl CaseMutation {
    /// Files a case. Customers file all kinds but patrol reports, bound to an account or not; staff
    /// report what they find, and file for people who call.
    #[graphql(guard = "signed_in()")]
    async fn open_service_case(
        &self,
        ctx: &Context<'_>,
        input: OpenServiceCaseInput,
    ) -> Result<OpenServiceCasePayload> {
        let photos = photos(ctx, &input.photos).await?;
        let process = open(ctx.data::<Viewer>()?, &input, photos);
        let ran = run(ctx, "openServiceCase", &input.idempotency_key, process).await?;
        OpenServiceCasePayload::of(ctx, ran.map(|filed| filed.case_id)).await
    }

    /// Says who handles a case; never whom it is about.
    #[graphql(guard = "may(Permission::DirectCases)")]
    async fn assign_service_case(
        &self,
        ctx: &Context<'_>,
        input: AssignServiceCaseInput,
    ) -> Result<AssignServiceCasePayload> {
        let process = case_id(&input.case_id).and_then(|case_id| {
            Ok(AssignCase {
                case_id,
                login: field("login", StaffLogin::try_new(&input.login))?,
                note: input.text,
            })
        });
        let ran = run(ctx, "assignServiceCase", &input.idempotency_key, process).await?;
        AssignServiceCasePayload::of(ctx, ran.map(id)).await
    }

    /// Says whom a complaint is about; they have no hand in it from now on.
    #[graphql(guard = "may(Permission::DirectCases)")]
    async fn name_staff_concerned(
        &self,
        ctx: &Context<'_>,
        input: NameStaffConcernedInput,
    ) -> Result<NameStaffConcernedPayload> {
        let process = case_id(&input.case_id).and_then(|case_id| {
            Ok(NameStaffConcerned {
                case_id,
                login: field(
                    "staffConcerned",
                    StaffLogin::try_new(&input.staff_concerned),
                )?,
            })
        });
        let ran = run(ctx, "nameStaffConcerned", &input.idempotency_key, process).await?;
        NameStaffConcernedPayload::of(ctx, ran.map(id)).await
    }

    /// Answers the reporter.
    #[graphql(guard = "may(Permission::HandleCases)")]
    async fn reply_to_service_case(
        &self,
        ctx: &Context<'_>,
        input: ReplyToServiceCaseInput,
    ) -> Result<ReplyToServiceCasePayload> {
        let process = case_id(&input.case_id).map(|case_id| ReplyToCase {
            case_id,
            text: input.text,
        });
        let ran = run(ctx, "replyToServiceCase", &input.idempotency_key, process).await?;
        ReplyToServiceCasePayload::of(ctx, ran.map(id)).await
    }

    /// It is done; the reporter hears the outcome.
    #[graphql(guard = "may(Permission::HandleCases)")]
    async fn resolve_service_case(
        &self,
        ctx: &Context<'_>,
        input: ResolveServiceCaseInput,
    ) -> Result<ResolveServiceCasePayload> {
        let process = case_id(&input.case_id).map(|case_id| ResolveCase {
            case_id,
            outcome: input.text,
        });
        let ran = run(ctx, "resolveServiceCase", &input.idempotency_key, process).await?;
        ResolveServiceCasePayload::of(ctx, ran.map(id)).await
    }

    /// Ends a case: staff any, customers their own.
    #[graphql(guard = "customer_or(Permission::HandleCases)")]
    async fn close_service_case(
        &self,
        ctx: &Context<'_>,
        input: CloseServiceCaseInput,
    ) -> Result<CloseServiceCasePayload> {
        let process = case_id(&input.case_id).map(|case_id| CloseCase {
            case_id,
            reason: input.text,
        });
        let ran = run(ctx, "closeServiceCase", &input.idempotency_key, process).await?;
        CloseServiceCasePayload::of(ctx, ran.map(id)).await
    }

    /// The reporter says how it went, once.
    #[graphql(guard = "signed_in()")]
    async fn rate_service_case(
        &self,
        ctx: &Context<'_>,
        input: RateServiceCaseInput,
    ) -> Result<RateServiceCasePayload> {
        let process = case_id(&input.case_id).and_then(|case_id| {
            Ok(RateCase {
                case_id,
                stars: u8::try_from(input.stars).map_err(|_| CaseError::StarsOutOfRange)?,
                comment: input.text,
            })
        });
        let ran = run(ctx, "rateServiceCase", &input.idempotency_key, process).await?;
        RateServiceCasePayload::of(ctx, ran.map(id)).await
    }

    /// It was not done after all: customers their own, staff any.
    #[graphql(guard = "customer_or(Permission::HandleCases)")]
    async fn reopen_service_case(
        &self,
        ctx: &Context<'_>,
        input: ReopenServiceCaseInput,
    ) -> Result<ReopenServiceCasePayload> {
        let process = case_id(&input.case_id).map(|case_id| ReopenCase {
            case_id,
            reason: input.text,
        });
        let ran = run(ctx, "reopenServiceCase", &input.idempotency_key, process).await?;
        ReopenServiceCasePayload::of(ctx, ran.map(id)).await
    }

    /// Says how soon cases are answered from a day on.
    #[graphql(guard = "may(Permission::DirectCases)")]
    async fn publish_service_rules(
        &self,
        ctx: &Context<'_>,
        input: PublishServiceRulesInput,
    ) -> Result<PublishServiceRulesPayload> {
        let process = rules::publish(&input);
        let ran = run(ctx, "publishServiceRules", &input.idempotency_key, process).await?;
        let rules = match &ran.outcome {
            Some(published) => rules::all(ctx).await?.into_iter().find(|rules| {
                u32::try_from(rules.version).is_ok_and(|version| version == published.version)
            }),
            None => None,
        };
        Ok(PublishServiceRulesPayload {
            rules,
            user_errors: ran.user_errors,
            pending: ran.pending,
        })
    }
}
