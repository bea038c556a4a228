use std::io;
use std::path::PathBuf;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("找不到配置文件 {path} / the configuration file {path} does not exist")]
    FileMissing { path: PathBuf },

    #[error("配置有误：{detail} / the configuration is wrong: {detail}")]
    Invalid { detail: String },

    #[error(
        "环境变量 {name} 不对应任何配置项（配置项见 docs/configuration.md） / \
         the environment variable {name} names no configuration key: {detail}"
    )]
    UnknownVariable { name: String, detail: String },

    #[error(
        "密钥文件 {path} 可被其他用户读取，请执行 chmod 600 {path} / \
         the key file {path} can be read by others; run chmod 600 {path}"
    )]
    KeyExposed { path: PathBuf },

    #[error(
        "密钥文件 {path} 应为 64 个十六进制字符（32 字节） / \
         the key file {path} must hold 64 hexadecimal characters (32 bytes)"
    )]
    KeyMalformed { path: PathBuf },

    #[error(
        "{path} 还存有更早的主密钥，请先移走保管 / {path} still holds an earlier master key; move it away"
    )]
    FormerKeyKept { path: PathBuf },

    #[error("日志签名密钥 {path} 有误 / the log key {path} is malformed")]
    LogKeyMalformed {
        path: PathBuf,
        #[source]
        source: chaobiao_proof::CheckpointError,
    },

    #[error(
        "存储地址 {url} 不可用（支持 file:///… 与 s3://…） / the object store {url} cannot be used"
    )]
    ObjectStore {
        url: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    #[error("支付平台配置不完整：{key} / the payment gateway needs {key}")]
    GatewayIncomplete { key: &'static str },

    #[error("支付平台密钥或证书 {path} 有误 / the gateway key or certificate {path} is malformed")]
    GatewayKey {
        path: PathBuf,
        #[source]
        source: chaobiao_integrations::KeyError,
    },

    #[error("短信平台配置不完整：{key} / the provider of text messages needs {key}")]
    SmsIncomplete { key: &'static str },

    #[error(
        "{key} 中的“{entry}”应为“名称 模板编号 变量…” / \
         in {key}, {entry:?} is not a name, a template's number and its values"
    )]
    SmsTemplate { key: &'static str, entry: String },

    #[error("微信公众号配置不完整：{key} / the official account needs {key}")]
    WechatIncomplete { key: &'static str },

    #[error("微信公众号配置有误：{key} / {key} of the official account is malformed")]
    WechatMalformed { key: &'static str },

    #[error(
        "{key} 中的“{entry}”应为“名称 模板编号 字段=变量…” / \
         in {key}, {entry:?} is not a name, a template's number and its fields"
    )]
    WechatTemplate { key: &'static str, entry: String },

    #[error("{key} 应为{wanted} / {key} is malformed")]
    CollectorSetting {
        key: &'static str,
        wanted: &'static str,
    },

    #[error("内外网转发配置不完整：{key} / the relay needs {key}")]
    RelayIncomplete { key: &'static str },

    #[error("采集计划 {path} 有误：{detail} / the plan {path} is malformed: {detail}")]
    PlanMalformed { path: PathBuf, detail: String },

    #[error(transparent)]
    DataDirectory(#[from] chaobiao_embedded_postgres::EmbeddedError),

    #[error("无法读写 {path} / cannot use {path}")]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl ConfigError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
