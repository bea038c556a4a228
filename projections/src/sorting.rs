//! Lists that can be read in several orders, and are paged under each of them.
//!
//! A list says what it may go by ([`OrderBy`]); a page says which of these it wants, or none for the
//! list's own. The key of a row is what it holds in the order's columns, as text: PostgreSQL writes it
//! and reads it back, so that no type loses anything on the way through a cursor.

use std::fmt::Debug;

use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Postgres, QueryBuilder, Row};

use crate::paging::{Page, Slice};

/// What rows are sorted by: an SQL expression that is never NULL, and its type.
pub type Column = (&'static str, &'static str);

/// What a list may be sorted by.
pub trait OrderBy: Copy + Debug + PartialEq + Eq + Send + Sync + 'static {
    /// The columns it goes by, all in one direction. The last of them are unique together: rows of
    /// equal value would be lost or repeated between two pages.
    fn columns(self) -> &'static [Column];
}

/// An order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort<O> {
    pub by: O,
    pub down: bool,
}

impl<O> Sort<O> {
    pub const fn up(by: O) -> Self {
        Self { by, down: false }
    }

    pub const fn down(by: O) -> Self {
        Self { by, down: true }
    }
}

/// Where a row stands in one order; it means nothing in another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKey {
    order: String,
    values: Vec<String>,
}

/// A page of a list that can be sorted; without an order in the list's own.
pub type SortedPage<O> = Page<SortKey, Option<Sort<O>>>;

impl<O: OrderBy> SortedPage<O> {
    /// Whether the key to go on after is one of the order wanted.
    pub fn keeps_order(&self) -> bool {
        let after = self.after.as_ref();
        after.is_none_or(|key| key.order == self.order_name())
    }

    fn order_name(&self) -> String {
        match self.order {
            None => "own".to_owned(),
            Some(Sort { by, down }) => format!("{by:?} {}", if down { "down" } else { "up" }),
        }
    }

    /// How a statement sorts, where `own` is the list's own order.
    pub(crate) fn sorting(&self, own: Sort<O>) -> Sorting {
        let Sort { by, down } = self.order.unwrap_or(own);
        Sorting {
            columns: by.columns(),
            down,
            limit: self.limit(),
        }
    }

    /// What to bind where [`Sorting::rest`] goes on after a key.
    pub(crate) fn after_values(&self) -> Option<&[String]> {
        self.after.as_ref().map(|key| key.values.as_slice())
    }

    /// Reads the rows fetched with [`Sorting::key`] among their columns.
    pub(crate) fn read<T>(&self, rows: &[PgRow]) -> Result<Slice<T, SortKey>, sqlx::Error>
    where
        T: for<'r> FromRow<'r, PgRow>,
    {
        let order = self.order_name();
        let read = |row: &PgRow| {
            let key = SortKey {
                order: order.clone(),
                values: row.try_get("sort_key")?,
            };
            Ok((key, T::from_row(row)?))
        };
        let rows: Result<Vec<(SortKey, T)>, sqlx::Error> = rows.iter().map(read).collect();
        let slice = self.slice(rows?, |(key, _)| key.clone());
        Ok(slice.map(|(_, row)| row))
    }
}

/// The parts of a statement that sort and page it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sorting {
    columns: &'static [Column],
    down: bool,
    limit: i64,
}

impl Sorting {
    /// The column that says where a row stands.
    pub(crate) fn key(&self) -> String {
        let texts = self.list(|(sql, _)| format!("({sql})::text"));
        format!("ARRAY[{texts}] AS sort_key")
    }

    /// What follows the conditions of a list; the key to go on after is parameter `$at`, bound from
    /// [`SortedPage::after_values`].
    pub(crate) fn rest(&self, at: usize) -> String {
        let compare = if self.down { "<" } else { ">" };
        let columns = self.list(|(sql, _)| (*sql).to_owned());
        let places = self.columns.iter().enumerate();
        let after: Vec<String> = places
            .map(|(place, (_, kind))| format!("(${at}::text[])[{}]::{kind}", place + 1))
            .collect();
        let after = after.join(", ");
        format!(
            " AND (${at}::text[] IS NULL OR ({columns}) {compare} ({after})){}",
            self.ending()
        )
    }

    /// The same for a statement that is put together piece by piece.
    pub(crate) fn push_rest(
        self,
        query: &mut QueryBuilder<'_, Postgres>,
        after: Option<&[String]>,
    ) {
        if let Some(after) = after {
            let compare = if self.down { "<" } else { ">" };
            let columns = self.list(|(sql, _)| (*sql).to_owned());
            query.push(format!(" AND ({columns}) {compare} ("));
            let mut values = query.separated(", ");
            for (value, (_, kind)) in after.iter().zip(self.columns) {
                values
                    .push_bind(value.clone())
                    .push_unseparated(format!("::{kind}"));
            }
            query.push(")");
        }
        query.push(self.ending());
    }

    fn ending(&self) -> String {
        let direction = if self.down { "DESC" } else { "ASC" };
        let order = self.list(|(sql, _)| format!("{sql} {direction}"));
        format!(" ORDER BY {order} LIMIT {}", self.limit)
    }

    fn list(&self, show: impl Fn(&Column) -> String) -> String {
        let shown: Vec<String> = self.columns.iter().map(show).collect();
        shown.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum By {
        Amount,
        Number,
    }

    impl OrderBy for By {
        fn columns(self) -> &'static [Column] {
            match self {
                Self::Amount => &[("p.amount", "bigint"), ("p.number", "text")],
                Self::Number => &[("p.number", "text")],
            }
        }
    }

    #[test]
    fn a_statement_goes_by_value_and_key_in_one_direction() {
        let page: SortedPage<By> = Page::first(20).sorted(Some(Sort::down(By::Amount)));
        let sorting = page.sorting(Sort::up(By::Number));
        assert_eq!(
            sorting.key(),
            "ARRAY[(p.amount)::text, (p.number)::text] AS sort_key"
        );
        assert_eq!(
            sorting.rest(3),
            " AND ($3::text[] IS NULL OR (p.amount, p.number) < \
             (($3::text[])[1]::bigint, ($3::text[])[2]::text)) \
             ORDER BY p.amount DESC, p.number DESC LIMIT 21"
        );
        let own: SortedPage<By> = Page::first(1);
        let rest = own.sorting(Sort::up(By::Number)).rest(1);
        assert!(rest.ends_with("ORDER BY p.number ASC LIMIT 2"), "{rest}");
    }

    #[test]
    fn a_key_is_of_one_order_and_direction() {
        let of = |order| SortedPage::<By>::first(1).sorted(order);
        let up = of(Some(Sort::up(By::Amount)));
        let key = SortKey {
            order: up.order_name(),
            values: vec!["5".to_owned(), "A1".to_owned()],
        };
        assert!(up.following(Some(key.clone())).keeps_order());
        for other in [
            None,
            Some(Sort::down(By::Amount)),
            Some(Sort::up(By::Number)),
        ] {
            assert!(!of(other).following(Some(key.clone())).keeps_order());
        }
    }
}
