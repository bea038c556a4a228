//! Enums several capabilities speak in.

use async_graphql::Enum;
use chaobiao_domain::units;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "units::Commodity")]
pub enum Commodity {
    Water,
    Electricity,
}
