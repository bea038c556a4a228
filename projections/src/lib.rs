//! What is shown: one folder per read model, named after the screen or report it serves.

pub mod paging;
