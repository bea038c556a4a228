//! The measurements, each one round at a time.

pub(crate) mod append;
pub(crate) mod bulk;
pub(crate) mod frames;
pub(crate) mod load;
pub(crate) mod replay;
pub(crate) mod start;
pub(crate) mod visible;
