//! What the schema asks of the account.

use async_trait::async_trait;
use chaobiao_graphql::support::{AccountRefusal, JsSdkConfig, OfficialAccount};
use chaobiao_integrations::wechat::{Refusal, WechatError};

use super::WechatDesk;

/// The page that people come back to.
const SIGN_IN_PAGE: &str = "/m/wechat";
/// The vendor's number for a code that was used before.
const CODE_USED: i64 = 40163;

/// What a failed call means for whoever waits for it.
fn refusal(error: &WechatError) -> AccountRefusal {
    match error {
        WechatError::Refused {
            code: CODE_USED, ..
        } => AccountRefusal::CodeUsed,
        WechatError::Refused {
            meaning: Refusal::SignIn,
            ..
        } => AccountRefusal::SignInOver,
        WechatError::ForeignPage => AccountRefusal::ForeignPage,
        error => {
            tracing::warn!(%error, "the official account does not do what it is asked");
            AccountRefusal::Unavailable
        }
    }
}

#[async_trait]
impl OfficialAccount for WechatDesk {
    fn app_id(&self) -> Option<String> {
        Some(self.account.as_ref()?.client.appid().to_owned())
    }

    fn sign_in_url(&self, state: &str) -> Option<String> {
        let account = self.account.as_ref()?;
        let back = format!("{}{SIGN_IN_PAGE}", account.public_url);
        Some(account.client.authorize_url(&back, state))
    }

    async fn openid(&self, code: &str) -> Result<String, AccountRefusal> {
        let account = self.account.as_ref().ok_or(AccountRefusal::NotSetUp)?;
        let identity = account.client.identity(code).await;
        let identity = identity.map_err(|error| refusal(&error))?;
        if identity.snapshot {
            return Err(AccountRefusal::SnapshotPage);
        }
        Ok(identity.openid)
    }

    async fn page_config(&self, url: &str, nonce: &str) -> Result<JsSdkConfig, AccountRefusal> {
        let account = self.account.as_ref().ok_or(AccountRefusal::NotSetUp)?;
        let now = self.bus.store().clock().now();
        let config = account.client.page_config(url, nonce, now).await;
        let config = config.map_err(|error| refusal(&error))?;
        Ok(JsSdkConfig {
            app_id: config.app_id,
            timestamp: config.timestamp,
            nonce_str: config.nonce_str,
            signature: config.signature,
        })
    }
}
