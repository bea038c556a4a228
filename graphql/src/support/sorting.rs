//! Lists in the order a viewer chooses.

use async_graphql::{Context, Enum, Result};
use chaobiao_projections::sorting::{OrderBy, Sort, SortKey, SortedPage};

use super::{bad_input, page};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum SortDirection {
    /// The least, the earliest or the first letter comes first.
    #[default]
    Asc,
    Desc,
}

impl SortDirection {
    pub(crate) fn of<O>(self, by: O) -> Sort<O> {
        match self {
            Self::Asc => Sort::up(by),
            Self::Desc => Sort::down(by),
        }
    }
}

/// Reads the paging arguments of a list that can be sorted. A cursor is of one order: in another it
/// stands nowhere, and is refused rather than taken for some place.
pub fn sorted_page<O: OrderBy>(
    ctx: &Context<'_>,
    list: &str,
    sort: Option<impl Into<Sort<O>>>,
    first: Option<i32>,
    after: Option<&str>,
) -> Result<SortedPage<O>> {
    let page = page::<SortKey, Option<Sort<O>>>(ctx, list, first, after)?;
    let page = page.sorted(sort.map(Into::into));
    if page.keeps_order() {
        Ok(page)
    } else {
        Err(bad_input(
            "游标 after 是按另一种排序取的；换了排序请从第一页取起",
        ))
    }
}

/// Declares the argument by which a list is sorted, over what its read model may be sorted by.
macro_rules! sorts {
    ($(#[$doc:meta])* $sort:ident by $order:ident of $stored:ty {
        $($(#[$said:meta])* $by:ident),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
        pub enum $order { $($(#[$said])* $by),+ }

        #[derive(Clone, Copy, Debug, async_graphql::InputObject)]
        pub(crate) struct $sort {
            order_by: $order,
            #[graphql(default)]
            direction: $crate::support::SortDirection,
        }

        impl From<$sort> for chaobiao_projections::sorting::Sort<$stored> {
            fn from(sort: $sort) -> Self {
                type Stored = $stored;
                sort.direction.of(match sort.order_by {
                    $($order::$by => Stored::$by),+
                })
            }
        }
    };
}
pub(crate) use sorts;
