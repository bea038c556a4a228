//! Relay connections over keyset pages.

use async_graphql::connection::{Connection as Relay, Edge, EmptyFields};
use async_graphql::{Context, OutputType, Result, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chaobiao_projections::paging::{Page, Slice};
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

use super::{bad_input, internal};

/// Pages forward only: `first` and `after`; without `first` it is 20, and never more than 100.
pub type Connection<T> = Relay<String, T, Total>;

/// Further fields of every connection.
#[derive(Clone, Copy, Debug, Default, SimpleObject)]
pub struct Total {
    /// All rows of the list; null where counting them would cost too much.
    total_count: Option<i32>,
}

const DEFAULT_PAGE: u32 = 20;
const TAG_BYTES: usize = 16;

/// Authenticates cursors, so that nobody can start a page at a key of their own making.
#[derive(Clone)]
pub struct CursorKey(Hmac<Sha256>);

impl CursorKey {
    pub fn new(secret: &[u8; 32]) -> Self {
        let mut seed = [0; 64];
        seed[..32].copy_from_slice(secret);
        let mut mac = Hmac::new(&seed.into());
        mac.update(b"chaobiao cursor 1\0");
        Self(mac)
    }

    fn tag(&self, list: &str, key: &[u8]) -> [u8; TAG_BYTES] {
        let mut mac = self.0.clone();
        mac.update(list.as_bytes());
        mac.update(b"\0");
        mac.update(key);
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&mac.finalize().into_bytes()[..TAG_BYTES]);
        tag
    }

    /// The cursor of a row of `list`; other lists will not take it.
    pub fn seal<K: Serialize>(&self, list: &str, key: &K) -> Result<String, serde_json::Error> {
        let key = serde_json::to_vec(key)?;
        let mut bytes = self.tag(list, &key).to_vec();
        bytes.extend(key);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What [`Self::seal`] made for that list.
    pub fn open<K: DeserializeOwned>(&self, list: &str, cursor: &str) -> Option<K> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, key) = bytes.split_at_checked(TAG_BYTES)?;
        let mut mac = self.0.clone();
        mac.update(list.as_bytes());
        mac.update(b"\0");
        mac.update(key);
        mac.verify_truncated_left(tag).ok()?;
        serde_json::from_slice(key).ok()
    }
}

/// How many rows `first` asks for; for complexity expressions:
/// `complexity = "1 + page_size(first) * child_complexity"`.
pub fn page_size(first: Option<i32>) -> usize {
    match first {
        None => DEFAULT_PAGE as usize,
        Some(first) => usize::try_from(first)
            .unwrap_or(0)
            .clamp(1, Page::<()>::MAX as usize),
    }
}

/// Reads the paging arguments of `list`. `list` names the list and its order; where it has
/// several, this is its own, and [`super::sorted_page`] reads the others.
pub fn page<K: DeserializeOwned, O: Default>(
    ctx: &Context<'_>,
    list: &str,
    first: Option<i32>,
    after: Option<&str>,
) -> Result<Page<K, O>> {
    let first = match first {
        None => DEFAULT_PAGE,
        Some(first) => u32::try_from(first)
            .ok()
            .filter(|first| (1..=Page::<()>::MAX).contains(first))
            .ok_or_else(|| bad_input("first 应在 1 到 100 之间"))?,
    };
    let after = match after {
        None => None,
        Some(cursor) => {
            let key = ctx.data::<CursorKey>()?;
            Some(
                key.open(list, cursor)
                    .ok_or_else(|| bad_input("游标 after 无效"))?,
            )
        }
    };
    Ok(Page::first(first).following(after))
}

/// Shows a page of `list`.
pub fn connection<T, K, N>(
    ctx: &Context<'_>,
    list: &str,
    slice: Slice<T, K>,
    mut node: impl FnMut(T) -> N,
) -> Result<Connection<N>>
where
    K: Serialize,
    N: OutputType,
{
    let sealer = ctx.data::<CursorKey>()?;
    let total = Total {
        total_count: slice.total.and_then(|total| i32::try_from(total).ok()),
    };
    let mut shown = Connection::with_additional_fields(slice.has_previous, slice.has_next, total);
    shown.edges.reserve(slice.rows.len());
    for (key, row) in slice.rows {
        let cursor = sealer
            .seal(list, &key)
            .map_err(|error| internal(ctx, error))?;
        let edge: Edge<String, N, EmptyFields> = Edge::new(cursor, node(row));
        shown.edges.push(edge);
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_for_its_own_list_and_key_only() {
        let key = CursorKey::new(&[7; 32]);
        let cursor = key.seal("notices", &("2026-07-01", 3)).unwrap();
        let opened: Option<(String, i64)> = key.open("notices", &cursor);
        assert_eq!(opened, Some(("2026-07-01".to_owned(), 3)));

        assert_eq!(key.open::<(String, i64)>("payments", &cursor), None);
        assert_eq!(
            CursorKey::new(&[8; 32]).open::<(String, i64)>("notices", &cursor),
            None
        );
        for bad in ["", "!", "AAAA", &cursor[..cursor.len() - 2]] {
            assert_eq!(key.open::<(String, i64)>("notices", bad), None, "{bad}");
        }
    }

    #[test]
    fn a_cursor_cannot_be_edited() {
        let key = CursorKey::new(&[7; 32]);
        let mut bytes = URL_SAFE_NO_PAD.decode(key.seal("n", &1).unwrap()).unwrap();
        if let Some(last) = bytes.last_mut() {
            *last = b'2';
        }
        assert_eq!(key.open::<i64>("n", &URL_SAFE_NO_PAD.encode(bytes)), None);
    }

    #[test]
    fn complexity_counts_what_a_page_may_hold() {
        assert_eq!(
            [None, Some(7), Some(-1), Some(9_999)].map(page_size),
            [20, 7, 1, 100]
        );
    }
}
