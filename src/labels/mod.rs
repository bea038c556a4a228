//! 条码标签 as files: a page a label for any printer, and ZPL for label printers.

mod http;
mod layout;
mod pdf;
#[cfg(test)]
mod tests;
mod zpl;

pub use http::routes;
pub use layout::{LabelError, Layout, lay_out};
