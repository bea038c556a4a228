use std::io;
use std::path::PathBuf;

/// Why a private cluster could not be had; each message tells the operator what to do.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error(
        "数据目录 {data_dir} 正被另一个抄表服务使用（进程 {pid}），请先停止它，或用 --data-dir 另选目录；\
         要运行多个节点，请为各节点设置同一个 DATABASE_URL / \
         data directory {data_dir} is in use by another chaobiao server (process {pid}); \
         stop it first or choose another --data-dir; several nodes need one DATABASE_URL"
    )]
    AlreadyRunning { data_dir: PathBuf, pid: String },

    #[error(
        "找不到 PostgreSQL 程序（已查找 {searched}）。请安装 Debian 软件包 postgresql\
         （apt-get install postgresql），或设置 DATABASE_URL 使用已有数据库 / \
         no PostgreSQL binaries found (searched {searched}); install the Debian package \
         postgresql, set CHAOBIAO_PG_BIN to the directory of initdb and pg_ctl, \
         or set DATABASE_URL to use an existing database"
    )]
    BinariesNotFound { searched: String },

    #[error(
        "数据目录中的数据库是 PostgreSQL {wanted} 建立的，本机没有该版本。请安装 Debian 软件包 \
         postgresql-{wanted} / the cluster in the data directory was made by PostgreSQL {wanted}, \
         which is not installed; install the Debian package postgresql-{wanted}"
    )]
    VersionNotInstalled { wanted: u32 },

    #[error(
        "以 root 启动时数据库以系统用户 {name} 运行，但本机没有该用户。请安装 Debian 软件包 \
         postgresql，或以普通用户启动 / started by root, PostgreSQL runs as the account {name}, \
         which does not exist; install the Debian package postgresql or start as an ordinary user"
    )]
    AccountMissing { name: &'static str },

    #[error(
        "系统用户 {account} 无法进入目录 {directory}。请执行 chmod o+x {directory}，\
         或用 --data-dir 另选目录（例如 /var/lib/chaobiao） / the account {account} cannot pass \
         {directory}; run chmod o+x {directory} or choose another --data-dir \
         (for example /var/lib/chaobiao)"
    )]
    NotPassable { account: String, directory: PathBuf },

    #[error(
        "套接字目录 {directory} 不属于系统用户 {account}，可能是他人所建，请删除后重试 / \
         the socket directory {directory} does not belong to {account}; \
         it may have been planted by somebody else: remove it and try again"
    )]
    SocketDirectoryForeign { account: String, directory: PathBuf },

    #[error(
        "PostgreSQL 命令 {program} 失败：{detail} / the PostgreSQL command {program} failed: {detail}"
    )]
    CommandFailed { program: String, detail: String },

    #[error("等待 {what} 超过 {seconds} 秒 / waited more than {seconds} s for {what}")]
    TimedOut { what: String, seconds: u64 },

    #[error("无法读写 {path} / cannot use {path}")]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },

    #[error("无法连接内置数据库 / cannot talk to the embedded database")]
    Database(#[from] sqlx::Error),
}

impl EmbeddedError {
    /// Adapter for `map_err`: an IO error without its path helps nobody.
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
