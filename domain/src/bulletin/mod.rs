//! What the centre tells everybody: articles (便民信息、常见问题、生活常识) and outage notices
//! (停水停电通知).

pub mod article;
pub mod outage;
#[cfg(test)]
mod tests;
