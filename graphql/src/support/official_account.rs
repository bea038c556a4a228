use async_graphql::SimpleObject;
use async_trait::async_trait;
use chaobiao_decision::Rejection;

/// What a page hands to `wx.config`, under the names it has there.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct JsSdkConfig {
    pub app_id: String,
    /// Seconds.
    pub timestamp: i64,
    pub nonce_str: String,
    pub signature: String,
}

/// How the official account did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountRefusal {
    NotSetUp,
    /// The code has been used.
    CodeUsed,
    /// The sign-in has to begin anew.
    SignInOver,
    /// Somebody who only looks: who they seem to be is nobody.
    SnapshotPage,
    /// It does not answer, or takes nothing at present.
    Unavailable,
    ForeignPage,
}

impl From<AccountRefusal> for Rejection {
    fn from(refusal: AccountRefusal) -> Self {
        match refusal {
            AccountRefusal::NotSetUp => Rejection::new("WECHAT_NOT_SET_UP", "尚未接入微信公众号"),
            AccountRefusal::CodeUsed => {
                Rejection::new("WECHAT_CODE_USED", "该微信授权已使用过，请重新发起微信登录")
                    .on("code")
            }
            AccountRefusal::SignInOver => {
                Rejection::new("WECHAT_SIGN_IN_OVER", "微信登录已失效，请重新发起")
            }
            AccountRefusal::SnapshotPage => Rejection::new(
                "WECHAT_SNAPSHOT_PAGE",
                "当前是微信快照页，不能登录，请点击页面下方的“使用完整服务”后重试",
            ),
            AccountRefusal::Unavailable => Rejection::new(
                "WECHAT_UNAVAILABLE",
                "微信暂时无法访问，请稍后重试，或用手机验证码登录",
            ),
            AccountRefusal::ForeignPage => {
                Rejection::new("WECHAT_FOREIGN_PAGE", "不是本站的页面").on("url")
            }
        }
    }
}

/// The official account of `WeChat`. The house that speaks to it is another one.
#[async_trait]
pub trait OfficialAccount: Send + Sync {
    /// Our number there; none where it is not set up.
    fn app_id(&self) -> Option<String>;

    /// Where a browser is sent to say who somebody is; it comes back with `state`.
    fn sign_in_url(&self, state: &str) -> Option<String>;

    /// The `WeChat` id a code stands for. The code is used up.
    async fn openid(&self, code: &str) -> Result<String, AccountRefusal>;

    /// Signs for a page of ours.
    async fn page_config(&self, url: &str, nonce: &str) -> Result<JsSdkConfig, AccountRefusal>;
}
