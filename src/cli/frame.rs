use std::fs;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::path::PathBuf;

use chaobiao_devices::{Profile, Protocol, json};
use clap::{Args, Subcommand, ValueEnum};
use figment::Figment;
use figment::providers::{Format as _, Toml};

use super::{CommandError, Context, output};

/// A longer line is refused without being held: its answer would be many times as long.
const LINE_BYTES_MAX: u64 = 256 * 1024;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: FrameCommand,
}

#[derive(Debug, Subcommand)]
enum FrameCommand {
    /// 解析报文：标准输入每行一段十六进制字节流，每行输出一个 JSON 对象
    Decode(Dialect),
    /// 组帧：标准输入每行一个 JSON 请求，每行输出一帧十六进制
    Encode(Dialect),
    /// 列出数据标识表，每行一个 JSON 对象
    Items(Dialect),
}

#[derive(Args, Debug)]
struct Dialect {
    /// 规约
    #[arg(long, value_enum, value_name = "规约")]
    protocol: ProtocolName,
    /// 厂家差异描述文件（TOML）
    #[arg(long, value_name = "文件")]
    profile: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProtocolName {
    #[value(name = "dlt645-1997")]
    Dlt645Of1997,
    #[value(name = "dlt645-2007")]
    Dlt645Of2007,
    #[value(name = "cjt188")]
    Cjt188,
}

impl From<ProtocolName> for Protocol {
    fn from(name: ProtocolName) -> Self {
        match name {
            ProtocolName::Dlt645Of1997 => Self::Dlt645Of1997,
            ProtocolName::Dlt645Of2007 => Self::Dlt645Of2007,
            ProtocolName::Cjt188 => Self::Cjt188,
        }
    }
}

impl Dialect {
    fn profile(&self) -> Result<Profile, CommandError> {
        let protocol = self.protocol.into();
        let Some(file) = &self.profile else {
            return Ok(Profile::standard(protocol));
        };
        let text = fs::read_to_string(file)
            .map_err(|error| format!("无法读取 {}：{error}", file.display()))?;
        let profile: Profile = Figment::from(Toml::string(&text))
            .extract()
            .map_err(|error| format!("{}：{error}", file.display()))?;
        if profile.protocol != protocol {
            return Err(format!("{} 描述的是另一种规约", file.display()).into());
        }
        Ok(profile)
    }
}

impl Arguments {
    #[expect(clippy::unused_async, reason = "all commands are called alike")]
    pub(super) async fn run(self, _context: &Context) -> Result<(), CommandError> {
        match self.command {
            FrameCommand::Decode(dialect) => {
                let profile = dialect.profile()?;
                each_line(|line| match bytes(line) {
                    Ok(bytes) => json::decode(&bytes, &profile),
                    Err(refusal) => refusal,
                })
            }
            FrameCommand::Encode(dialect) => {
                let profile = dialect.profile()?;
                each_line(|line| match encode(line, &profile) {
                    Ok(frame) => serde_json::Value::String(frame),
                    Err(refusal) => refusal,
                })
            }
            FrameCommand::Items(dialect) => {
                let profile = dialect.profile()?;
                for item in json::items(&profile) {
                    output::line(&item.to_string())?;
                }
                Ok(())
            }
        }
    }
}

/// The bytes of a line's hexadecimal digits; spaces between them do not matter.
fn bytes(line: Result<&[u8], TooLong>) -> Result<Vec<u8>, serde_json::Value> {
    let line = line.map_err(|TooLong| refusal("too_long", "一行过长"))?;
    let digits: Vec<u8> = line
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    hex::decode(digits).map_err(|_| refusal("hex", "不是十六进制字节"))
}

fn encode(line: Result<&[u8], TooLong>, profile: &Profile) -> Result<String, serde_json::Value> {
    let line = line.map_err(|TooLong| refusal("too_long", "一行过长"))?;
    let text = str::from_utf8(line).map_err(|_| refusal("json", "不是 UTF-8 文本"))?;
    json::encode(text, profile)
        .map(hex::encode_upper)
        .map_err(|error| refusal(error.code(), &error.to_string()))
}

fn refusal(code: &str, message: &str) -> serde_json::Value {
    serde_json::json!({ "error": code, "message": message })
}

struct TooLong;

/// Answers every line of standard input with one of standard output: a text as it is, anything
/// else as JSON.
fn each_line(
    answer: impl Fn(Result<&[u8], TooLong>) -> serde_json::Value,
) -> Result<(), CommandError> {
    let mut input = BufReader::new(io::stdin().lock());
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut line = Vec::new();
    while let Some(whole) = next_line(&mut input, &mut line)? {
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let answer = answer(if whole { Ok(text) } else { Err(TooLong) });
        match answer.as_str() {
            Some(text) => writeln!(output, "{text}")?,
            None => writeln!(output, "{answer}")?,
        }
        // One who asks line by line through a pipe waits for each answer.
        if input.buffer().is_empty() {
            output.flush()?;
        }
    }
    output.flush()?;
    Ok(())
}

/// The next line, whole or (`false`) only its beginning, the rest thrown away.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let read = input.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', line)?;
    if read == 0 {
        return Ok(None);
    }
    let whole = line.ends_with(b"\n") || u64::try_from(read).unwrap_or(u64::MAX) < LINE_BYTES_MAX;
    if !whole {
        input.skip_until(b'\n')?;
    }
    Ok(Some(whole))
}
