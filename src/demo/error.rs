use chaobiao_decision::Rejection;
use chaobiao_domain::calendar::CalendarError;
use chaobiao_domain::units::ValueError;
use chaobiao_eventstore::access::AccessError;
use chaobiao_eventstore::{CommandError, StoreError};
use chrono::NaiveDate;

/// Why there is no demo campus.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("表计数须在 {least} 到 {most} 之间 / the number of meters must be {least} to {most}")]
    MetersOutOfRange { least: usize, most: usize },

    #[error("日期 {0} 不在可以生成的范围内 / no demo can be made that ends on {0}")]
    TodayOutOfRange(NaiveDate),

    #[error(
        "数据目录中已有其他数据，演示数据只能写入空库 / \
         the database holds other data; the demo needs an empty one"
    )]
    NotEmpty,

    #[error(
        "演示数据是由另一版本程序开始生成的，请换一个空的数据目录 / \
         another version of the program began this demo; use an empty data directory"
    )]
    OtherVersion,

    #[error("演示命令 {process} 被拒绝：{refusal} / a demo command was refused")]
    Refused {
        process: &'static str,
        refusal: Rejection,
    },

    #[error("演示数据无效 / the demo's data is invalid")]
    Value(#[from] ValueError),

    #[error("工作日历无法读取 / the working calendar cannot be read")]
    Calendar(#[from] CalendarError),

    #[error("表盘照片无法生成 / a dial cannot be drawn")]
    Dial(#[from] image::ImageError),

    #[error("命令结果无法读取 / an outcome cannot be read")]
    Outcome(#[from] serde_json::Error),

    #[error("演示数据写入失败 / the demo could not be written")]
    Command(#[from] CommandError),

    #[error("演示数据写入失败 / the demo could not be written")]
    Store(#[from] StoreError),

    #[error("演示数据无法读取 / the demo cannot be read")]
    Database(#[from] sqlx::Error),

    #[error("演示口令设置失败 / a demo password could not be set")]
    Access(#[from] AccessError),

    #[error("模拟中断：{0} / the simulation stopped")]
    Simulation(String),

    #[error("照片无法保存 / a photo could not be kept")]
    Photo(#[from] crate::photos::PhotoError),
}
