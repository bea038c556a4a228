use async_graphql::{Context, Object, Result};
use chaobiao_domain::meter_label::LabelSize;
use chaobiao_domain::staff::Permission;
use chaobiao_domain::units::{BookNo, CampusId, MeterNo};
use chaobiao_projections::meter_labels::{LabelFilter, query};

use super::types::{LabelScan, LabelState, LabelTemplate, MeterLabel};
use crate::support::{Connection, Services, bad_input, connection, internal, may, page, page_size};

#[derive(Default)]
pub struct MeterLabelQuery;

#[Object]
impl MeterLabelQuery {
    /// Meters with their labels, those without one too, by book and walk.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + page_size(first) * child_complexity"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a filter of the list")]
    async fn meter_labels(
        &self,
        ctx: &Context<'_>,
        campus: Option<String>,
        book: Option<String>,
        meter_no: Option<String>,
        state: Option<LabelState>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<MeterLabel>> {
        let page = page(ctx, "meter_labels", first, after.as_deref())?;
        let campus = campus.map(CampusId::try_new).transpose();
        let book = book.map(BookNo::try_new).transpose();
        let meter_no = meter_no.map(MeterNo::try_new).transpose();
        let filter = LabelFilter {
            campus: campus.map_err(|error| bad_input(error.to_string()))?,
            book: book.map_err(|error| bad_input(error.to_string()))?,
            meter_no: meter_no.map_err(|error| bad_input(error.to_string()))?,
            state: state.map(Into::into),
        };
        let slice = query::list(Services::of(ctx)?.store().pool(), &filter, &page).await;
        let slice = slice.map_err(|error| internal(ctx, error))?;
        connection(ctx, "meter_labels", slice, MeterLabel::from)
    }

    /// The scans of a meter's labels, the newest first; at most 100.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + 20 * child_complexity"
    )]
    async fn label_scans(&self, ctx: &Context<'_>, meter_no: String) -> Result<Vec<LabelScan>> {
        let meter_no = MeterNo::try_new(meter_no).map_err(|error| bad_input(error.to_string()))?;
        let scans = query::scans(Services::of(ctx)?.store().pool(), &meter_no).await;
        let scans = scans.map_err(|error| internal(ctx, error))?;
        Ok(scans.into_iter().map(Into::into).collect())
    }

    /// The labels printers are set up for, and first what is printed while none is named.
    #[graphql(
        guard = "may(Permission::ViewMeters)",
        complexity = "1 + 10 * child_complexity"
    )]
    async fn label_templates(&self, ctx: &Context<'_>) -> Result<Vec<LabelTemplate>> {
        let defined = query::templates(Services::of(ctx)?.store().pool()).await;
        let defined = defined.map_err(|error| internal(ctx, error))?;
        let named = defined
            .into_iter()
            .map(|(id, size)| LabelTemplate::new(Some(id.into()), size));
        let usual = LabelTemplate::new(None, LabelSize::USUAL);
        Ok(std::iter::once(usual).chain(named).collect())
    }
}
