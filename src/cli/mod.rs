//! The command line: one file per command (or group of commands), one line here for each.

mod as_known;
mod context;
mod error;
mod output;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use as_known::AsKnown;
pub use context::Context;
pub use error::CommandError;

/// 抄表：高校水电中心的抄表、计费与缴费服务
#[derive(Debug, Parser)]
#[command(name = "chaobiao", version, propagate_version = true)]
struct Arguments {
    #[command(flatten)]
    context: Context,
    #[command(subcommand)]
    command: Command,
}

/// Lists every command once: module, name and dispatch follow from the line.
macro_rules! commands {
    ($($(#[$about:meta])* $module:ident => $variant:ident,)+) => {
        $(mod $module;)+

        #[derive(Debug, Subcommand)]
        enum Command {
            $($(#[$about])* $variant($module::Arguments),)+
        }

        impl Command {
            async fn run(self, context: &Context) -> Result<(), CommandError> {
                match self {
                    $(Self::$variant(arguments) => arguments.run(context).await,)+
                }
            }
        }
    };
}

commands! {
    /// 启动服务：页面、接口与后台任务
    serve => Serve,
    /// 建立或升级数据库结构
    migrate => Migrate,
    /// 生成演示校区：四个校区，十四个月
    demo => Demo,
    /// 模拟：一座校区若干月的读数，其中按种子埋有差错；统计校验规则找出多少、误报多少
    simulate => Simulate,
    /// 导入表计、户号、读数文件
    import => Import,
    /// 工作人员账号
    staff => Staff,
    /// 公众号：底部菜单
    wechat => Wechat,
    /// 表计：审计重放
    meter => Meter,
    /// 户号：对账单
    account => Account,
    /// 账单：从事件重算
    bill => Bill,
    /// 导出给其他系统的文件
    export => Export,
    /// 费率：试算
    tariff => Tariff,
    /// 表计报文：解析、组帧与数据标识表
    frame => Frame,
    /// 内外网转发：前置机、采集计划与密钥
    relay => Relay,
    /// 照片：读表盘、与示数比对，评测数字网络
    photo => Photo,
    /// 读模型：进度、核对与重建
    projection => Projection,
    /// 搁置的事件：查看与重试
    parked => Parked,
    /// 审计：检查点、证明与整体校验
    audit => Audit,
    /// 主密钥：更换
    master_key => MasterKey,
    /// 删除一个人的个人信息（密钥销毁，不可恢复；账目与证明保留）
    erase => Erase,
    /// 检查配置、密钥与数据库
    doctor => Doctor,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return CommandError::from(error).report(),
    };
    match runtime.block_on(arguments.command.run(&arguments.context)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
