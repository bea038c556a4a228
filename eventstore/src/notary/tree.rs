//! The tree's stored hashes, read for heads, proofs and tiles.

use std::cell::RefCell;
use std::collections::HashMap;

use chaobiao_proof::{Hash, HashReader, Tile, TreeError, prove_tree, tree_hash};
use sqlx::{PgExecutor, PgPool};

use super::NotaryError;

/// Height of published tiles: 256 hashes, as C2SP has it.
const TILE_HEIGHT: u8 = 8;

/// Hashes by storage index.
#[derive(Debug, Default)]
pub(super) struct Hashes(pub(super) HashMap<u64, Hash>);

impl HashReader for Hashes {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, TreeError> {
        let found: Option<Vec<Hash>> = indexes
            .iter()
            .map(|index| self.0.get(index).copied())
            .collect();
        found.ok_or(TreeError::IndexesNotInTree)
    }
}

/// What an algorithm reads from: first nothing, to see what it wants, then what was loaded for it.
pub(super) enum Source {
    Wanted(RefCell<Vec<u64>>),
    Loaded(Hashes),
}

impl HashReader for Source {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, TreeError> {
        match self {
            Self::Wanted(wanted) => {
                wanted.borrow_mut().extend(indexes);
                Ok(vec![Hash([0; 32]); indexes.len()])
            }
            Self::Loaded(hashes) => hashes.read_hashes(indexes),
        }
    }
}

/// Runs an algorithm over stored hashes, all of which it asks for whatever it gets.
pub(super) async fn load_for<T>(
    executor: impl PgExecutor<'_>,
    algorithm: impl Fn(&Source) -> Result<T, TreeError>,
) -> Result<(Hashes, T), NotaryError> {
    let wanted = {
        let source = Source::Wanted(RefCell::default());
        algorithm(&source)?;
        match source {
            Source::Wanted(wanted) => wanted.into_inner(),
            Source::Loaded(_) => Vec::new(),
        }
    };
    let source = Source::Loaded(load(executor, &wanted).await?);
    let result = algorithm(&source)?;
    match source {
        Source::Loaded(hashes) => Ok((hashes, result)),
        Source::Wanted(_) => Ok((Hashes::default(), result)),
    }
}

async fn load(executor: impl PgExecutor<'_>, wanted: &[u64]) -> Result<Hashes, NotaryError> {
    let wanted: Vec<i64> = wanted
        .iter()
        .filter_map(|index| i64::try_from(*index).ok())
        .collect();
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT hash_index, hash FROM tree_hash WHERE hash_index = ANY($1)")
            .bind(wanted)
            .fetch_all(executor)
            .await?;
    let mut hashes = Hashes::default();
    for (index, hash) in rows {
        let index = u64::try_from(index)
            .map_err(|_| NotaryError::Corrupt(format!("hash index {index}")))?;
        let hash = hash
            .try_into()
            .map_err(|_| NotaryError::Corrupt(format!("the hash at {index}")))?;
        hashes.0.insert(index, Hash(hash));
    }
    Ok(hashes)
}

/// The root of the first `size` leaves, with the hashes it was computed from.
pub(super) async fn root(
    executor: impl PgExecutor<'_>,
    size: u64,
) -> Result<(Hashes, Hash), NotaryError> {
    load_for(executor, |source| tree_hash(size, source)).await
}

/// Proof that the tree of `new` leaves begins with the tree of `old` leaves.
pub(super) async fn consistency(
    executor: impl PgExecutor<'_>,
    new: u64,
    old: u64,
) -> Result<Vec<Hash>, NotaryError> {
    Ok(load_for(executor, |source| prove_tree(new, old, source))
        .await?
        .1)
}

/// The newest signed head: its size and the note.
pub(super) async fn newest_checkpoint(
    executor: impl PgExecutor<'_>,
) -> Result<Option<(u64, String)>, NotaryError> {
    let row: Option<(i64, String)> =
        sqlx::query_as("SELECT tree_size, note FROM checkpoint ORDER BY tree_size DESC LIMIT 1")
            .fetch_optional(executor)
            .await?;
    row.map(|(size, note)| Ok((unsigned(size)?, note)))
        .transpose()
}

/// The bytes of a published tile under its C2SP path, `<level>/<index>[.p/<width>]`.
pub async fn tile(pool: &PgPool, path: &str) -> Result<Vec<u8>, NotaryError> {
    let tile =
        Tile::from_path(&format!("tile/{TILE_HEIGHT}/{path}")).map_err(|_| NotaryError::NoTile)?;
    if tile.is_data() {
        return Err(NotaryError::NoTile);
    }
    let published = newest_checkpoint(pool).await?.map_or(0, |(size, _)| size);
    let last = (tile.level_index() << TILE_HEIGHT) + u64::from(tile.width());
    let covered = u32::from(tile.level()) * u32::from(TILE_HEIGHT);
    if last
        .checked_shl(covered)
        .is_none_or(|leaves| leaves > published)
    {
        return Err(NotaryError::NoTile);
    }
    let (_, data) = load_for(pool, |source| tile.read_data(source)).await?;
    Ok(data)
}

pub(super) fn unsigned(number: i64) -> Result<u64, NotaryError> {
    u64::try_from(number).map_err(|_| NotaryError::Corrupt(format!("a negative index, {number}")))
}
