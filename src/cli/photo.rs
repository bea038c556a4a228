use std::fs::File;
use std::io::{self, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use chaobiao_photos::digits::{DigitNetwork, TarError, read_tar};
use chaobiao_photos::gate::Limits;
use chaobiao_photos::read::{PhotoReader, ReadError, Report};
use chaobiao_photos::verdict::{DialShape, Expected, Outcome, TypedIndex};
use chaobiao_photos::Refusal;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{CommandError, Context, output};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: PhotoCommand,
}

#[derive(Debug, Subcommand)]
enum PhotoCommand {
    /// 读表盘照片：每张输出一个 JSON 对象
    Read(ReadArguments),
    /// 读压缩包中的单个数字图，每张输出一个 JSON 对象，用于评测数字网络
    Digits {
        /// 数字图的 tar 压缩包
        #[arg(value_name = "文件")]
        file: PathBuf,
    },
}

#[derive(Args, Debug)]
struct ReadArguments {
    /// 照片文件
    #[arg(required = true, value_name = "文件")]
    files: Vec<PathBuf>,
    /// 抄录的示数，与照片比对
    #[arg(long, value_name = "示数", value_parser = TypedIndex::try_new)]
    expect: Option<TypedIndex>,
    /// 表的编号（可多次），与照片中的条码比对
    #[arg(long, value_name = "编号", requires = "expect")]
    meter: Vec<String>,
    /// 字轮数：整数位+小数位，例如 5+3
    #[arg(long, value_name = "位数", value_parser = shape, requires = "expect")]
    dial: Option<DialShape>,
    /// 把截取的字轮图写入此目录
    #[arg(long, value_name = "目录")]
    crops: Option<PathBuf>,
}

fn shape(text: &str) -> Result<DialShape, String> {
    let (whole, decimals) = text.split_once('+').unwrap_or((text, "0"));
    match (whole.parse(), decimals.parse()) {
        (Ok(whole @ 1..=9), Ok(decimals @ 0..=6)) => Ok(DialShape { whole, decimals }),
        _ => Err("应为 整数位+小数位，例如 5+3".to_owned()),
    }
}

/// One line of the answer.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    answer: Answer,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Read(Box<Report>),
    Refused {
        error: &'static str,
        message: String,
        verdict: Option<Outcome>,
    },
}

impl Arguments {
    #[expect(clippy::unused_async, reason = "all commands are called alike")]
    pub(super) async fn run(self, _context: &Context) -> Result<(), CommandError> {
        match self.command {
            PhotoCommand::Read(arguments) => read(arguments),
            PhotoCommand::Digits { file } => digits(&file),
        }
    }
}

fn read(arguments: ReadArguments) -> Result<(), CommandError> {
    let limits = Limits::default();
    let reader = PhotoReader::load(limits)?;
    let expected = arguments.expect.map(|index| Expected {
        index,
        shape: arguments.dial,
        meter: arguments.meter,
    });
    for (number, path) in arguments.files.iter().enumerate() {
        let answer = match bytes_of(path, limits) {
            Ok(bytes) => answer(&reader, &bytes, expected.as_ref())?,
            Err(error) => Answer::Refused {
                error: "PHOTO_FILE_UNREADABLE",
                message: format!("无法读取：{error}"),
                verdict: None,
            },
        };
        if let (Some(folder), Answer::Read(report)) = (&arguments.crops, &answer)
            && let Some(crop) = &report.crop
        {
            std::fs::write(folder.join(format!("{number:04}.jpg")), crop)?;
        }
        let line = Line {
            file: &path.to_string_lossy(),
            answer,
        };
        output::line(&serde_json::to_string(&line)?)?;
    }
    Ok(())
}

fn answer(
    reader: &PhotoReader,
    bytes: &[u8],
    expected: Option<&Expected>,
) -> Result<Answer, CommandError> {
    match reader.read(bytes, expected) {
        Ok(report) => Ok(Answer::Read(Box::new(report))),
        Err(ReadError::Refused(refusal)) => Ok(refused(refusal, expected.is_some())),
        Err(error @ ReadError::Network(_)) => Err(error.into()),
    }
}

fn refused(refusal: Refusal, compared: bool) -> Answer {
    Answer::Refused {
        error: refusal.code(),
        message: refusal.to_string(),
        verdict: compared.then_some(Outcome::Retake),
    }
}

/// As much of a file as may be a photo, and one byte more to see that it is larger.
fn bytes_of(path: &Path, limits: Limits) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limits.bytes_max)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn digits(path: &Path) -> Result<(), CommandError> {
    let network = DigitNetwork::load()?;
    let file = File::open(path).map_err(|error| format!("无法读取 {}：{error}", path.display()))?;
    let mut output = io::BufWriter::new(io::stdout().lock());
    read_tar(BufReader::new(file), &network, |answer| {
        let line = serde_json::to_string(&answer).map_err(io::Error::other)?;
        writeln!(output, "{line}").map_err(TarError::from)
    })?;
    output.flush()?;
    Ok(())
}
