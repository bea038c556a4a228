//! Keyset paging, the same for every list.
//!
//! A page continues after a key: the sort columns of the last row seen, with a unique id last. Rows
//! that arrive meanwhile neither repeat nor hide others, and page 1000 costs what page 1 costs.

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<K, O = ()> {
    pub first: u32,
    /// The key of the row before the first wanted one.
    pub after: Option<K>,
    /// The order of the list, where it has several (`sorting`).
    pub order: O,
}

impl<K> Page<K> {
    pub const MAX: u32 = 100;
}

impl<K, O: Default> Page<K, O> {
    pub fn first(first: u32) -> Self {
        Self {
            first: first.clamp(1, Page::<K>::MAX),
            after: None,
            order: O::default(),
        }
    }
}

impl<K, O> Page<K, O> {
    /// The page that goes on after a key.
    #[must_use]
    pub fn following(mut self, after: Option<K>) -> Self {
        self.after = after;
        self
    }

    #[must_use]
    pub fn sorted(mut self, order: O) -> Self {
        self.order = order;
        self
    }

    /// What to put into `LIMIT`: one more than wanted shows whether another page follows.
    pub fn limit(&self) -> i64 {
        i64::from(self.first) + 1
    }

    /// Makes a page of the rows fetched under [`Self::limit`].
    pub fn slice<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Slice<T, K> {
        let wanted = self.first as usize;
        let has_next = rows.len() > wanted;
        rows.truncate(wanted);
        let rows = rows.into_iter().map(|row| (key(&row), row)).collect();
        Slice {
            rows,
            has_next,
            has_previous: self.after.is_some(),
            total: None,
        }
    }
}

impl Page<usize> {
    /// A page of rows that are all at hand, the last of them first; keys count from the first.
    pub fn newest_first<T: Clone>(&self, rows: &[T]) -> Slice<T, usize> {
        let end = self.after.unwrap_or(rows.len()).min(rows.len());
        let older = rows[..end].iter().cloned().enumerate().rev();
        let taken: Vec<(usize, T)> = older.take(self.first as usize + 1).collect();
        self.slice(taken, |(place, _)| *place).map(|(_, row)| row)
    }
}

/// One page of a list: each row with the key to continue after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<T, K> {
    pub rows: Vec<(K, T)>,
    pub has_next: bool,
    pub has_previous: bool,
    /// All rows of the list, only where counting them is cheap.
    pub total: Option<i64>,
}

impl<T, K> Slice<T, K> {
    #[must_use]
    pub fn with_total(mut self, total: i64) -> Self {
        self.total = Some(total);
        self
    }

    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Slice<U, K> {
        let Self {
            rows,
            has_next,
            has_previous,
            total,
        } = self;
        let rows = rows
            .into_iter()
            .map(|(key, row)| (key, change(row)))
            .collect();
        Slice {
            rows,
            has_next,
            has_previous,
            total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_more_than_wanted_shows_the_next_page_and_is_not_given_away() {
        let page: Page<String> = Page::first(2);
        assert_eq!(page.limit(), 3);
        let slice = page.slice(vec!["a", "b", "c"], |row| (*row).to_owned());
        assert!(slice.has_next && !slice.has_previous);
        assert_eq!(
            slice.rows,
            vec![("a".to_owned(), "a"), ("b".to_owned(), "b")]
        );

        let page = page.following(Some("b".to_owned()));
        let slice = page.slice(vec!["c"], |row| (*row).to_owned());
        assert!(!slice.has_next && slice.has_previous);
    }

    #[test]
    fn rows_at_hand_are_paged_from_the_last_to_the_first() {
        let rows = ["a", "b", "c"];
        let first = Page::<usize>::first(2).newest_first(&rows);
        assert_eq!(first.rows, [(2, "c"), (1, "b")]);
        assert!(first.has_next);
        let after = Page::<usize>::first(2).following(Some(1));
        let last = after.newest_first(&rows);
        assert_eq!(last.rows, [(0, "a")]);
        assert!(!last.has_next && last.has_previous);
    }

    #[test]
    fn a_page_is_never_longer_than_the_maximum() {
        assert_eq!(Page::<i64>::first(0).first, 1);
        assert_eq!(Page::<i64>::first(5_000).first, 100);
    }
}
