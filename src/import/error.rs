use chaobiao_eventstore::{CommandError, StoreError};

/// Why a file cannot be read at all; a bad row is a verdict instead.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("文件超过 {megabytes} MiB / the file is larger than {megabytes} MiB")]
    TooLarge { megabytes: usize },

    #[error("文件为空 / the file is empty")]
    Empty,

    #[error("不支持旧版 .xls 文件，请另存为 .xlsx / old .xls files are not read; save as .xlsx")]
    OldExcel,

    #[error(
        "第 {row} 行第 {byte} 个字节既不是 UTF-8 也不是 GB18030 编码 / \
         row {row}, byte {byte} is neither UTF-8 nor GB18030"
    )]
    Encoding { row: usize, byte: usize },

    #[error(
        "第 {row} 行第 {column} 列的引号没有结束 / the quote in row {row}, column {column} is never closed"
    )]
    OpenQuote { row: usize, column: usize },

    #[error("第 {row} 行第 {column} 列：{detail} / row {row}, column {column}: {detail}")]
    Csv {
        row: usize,
        column: usize,
        detail: String,
    },

    #[error("无法读取 Excel 工作簿：{detail} / the workbook cannot be read: {detail}")]
    Workbook { detail: String },

    #[error("文件不完整：{detail} / the file was cut short")]
    CutShort { detail: String },

    #[error("文件的编码不是方案所说的 {wanted} / the file is not in {wanted}, as its profile says")]
    OtherEncoding { wanted: &'static str },

    #[error("无法读取 DBF 表：记录宽度 {detail} / the DBF table cannot be read")]
    Dbf { detail: String },

    #[error("无法读取 JSON：{detail} / the JSON cannot be read: {detail}")]
    Json { detail: String },

    #[error(
        "{rows} 行无法读取，已停止：第 {first} 行起 / {rows} rows cannot be read, from row {first}"
    )]
    Unreadable { rows: usize, first: usize },

    #[error("行数超过 {max} / more than {max} rows")]
    TooManyRows { max: usize },

    #[error("第 {row} 行的列数超过 {max} / row {row} has more than {max} columns")]
    TooManyColumns { row: usize, max: usize },

    #[error(
        "第 {row} 行不是完整的表头，缺少列：{missing} / \
         row {row} is no complete heading; columns missing: {missing}"
    )]
    MissingColumns { row: usize, missing: String },

    #[error(
        "第 {row} 行第 {first} 列与第 {second} 列都是“{name}” / \
         row {row}: columns {first} and {second} are both {name}"
    )]
    DoubledColumn {
        row: usize,
        first: usize,
        second: usize,
        name: &'static str,
    },
}

/// Why an import stopped. What was reported before stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    File(#[from] FileError),

    #[error("导入中断 / the import was interrupted")]
    Command(#[from] CommandError),

    #[error("导入中断 / the import was interrupted")]
    Store(#[from] StoreError),

    #[error("无法读取账单 / the bills cannot be read")]
    Database(#[from] sqlx::Error),

    #[error("无法读取导入结果 / the outcome of a row cannot be read")]
    Outcome(#[from] serde_json::Error),

    #[error("无法登记导入批次 / the batch cannot be noted")]
    Value(#[from] chaobiao_domain::units::ValueError),
}
