use std::path::{Path, PathBuf};

use figment::Figment;
use figment::error::Kind;
use figment::providers::{Format as _, Serialized, Toml};
use figment::value::Value;

use super::{Config, ConfigError};

/// Names the configuration file when no `--config` is given.
pub const CONFIG_VARIABLE: &str = "CHAOBIAO_CONFIG";
const PREFIX: &str = "CHAOBIAO_";
/// The variable every PostgreSQL program of the world understands.
const DATABASE_URL_VARIABLE: &str = "DATABASE_URL";
/// Variables with our prefix that are not configuration keys.
const OTHER_VARIABLES: [&str; 2] = [CONFIG_VARIABLE, "CHAOBIAO_PG_BIN"];
const TEST_PREFIX: &str = "CHAOBIAO_TEST_";

impl Config {
    /// Reads the file (if any) and the environment of this process.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            // Names and values of ours are text; what is not text is not ours.
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::load_from(file, variables)
    }

    /// The same from a given environment, so that tests need not change their own.
    pub fn load_from(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let variables: Vec<(String, String)> = variables.into_iter().collect();
        let named = |wanted: &str| {
            variables
                .iter()
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.clone())
        };
        let file = file
            .map(Path::to_path_buf)
            .or_else(|| named(CONFIG_VARIABLE).map(PathBuf::from));
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(path) = file {
            if !path.is_file() {
                return Err(ConfigError::FileMissing { path });
            }
            figment = figment.merge(Toml::file_exact(&path));
        }
        check(&figment)?;
        if let Some(url) = named(DATABASE_URL_VARIABLE).filter(|url| !url.is_empty()) {
            figment = figment.merge(("database.url", url));
        }
        for (name, value) in variables.iter().filter(|(name, _)| is_key(name)) {
            figment = overlay(figment, name, value)?;
        }
        figment.extract().map_err(|error| invalid(&error))
    }
}

fn is_key(name: &str) -> bool {
    name.starts_with(PREFIX) && !name.starts_with(TEST_PREFIX) && !OTHER_VARIABLES.contains(&name)
}

/// `CHAOBIAO_SERVER__LISTEN` sets `server.listen`. Checked one by one, so that the message can
/// name the variable.
fn overlay(figment: Figment, name: &str, value: &str) -> Result<Figment, ConfigError> {
    let key = name[PREFIX.len()..].to_lowercase().replace("__", ".");
    let parsed = match value.parse() {
        Ok(parsed) => parsed,
        // The parser of figment accepts any text.
        Err(never) => match never {},
    };
    let text_only = [
        "database.url",
        "data_dir",
        "secrets.master_key_file",
        "telemetry.log_filter",
        "transparency.origin",
        "transparency.checkpoint_folder",
        "transparency.checkpoint_store",
    ];
    // Numbers of ours at a gateway or a provider look like numbers, and are names.
    let named_outside = ["gateways.", "sms.", "wechat."]
        .iter()
        .any(|section| key.starts_with(section))
        && ![".sandbox", ".older_signature", ".templates"]
            .iter()
            .any(|end| key.ends_with(end));
    let parsed: Value = if named_outside || text_only.contains(&key.as_str()) {
        Value::from(value)
    } else {
        parsed
    };
    let figment = figment.merge((key.as_str(), parsed));
    match figment.extract::<Config>() {
        Ok(_) => Ok(figment),
        Err(error) => Err(match error.kind {
            Kind::UnknownField(..) => ConfigError::UnknownVariable {
                name: name.to_owned(),
                detail: error.kind.to_string(),
            },
            _ => ConfigError::Invalid {
                detail: format!("{name}: {}", error.kind),
            },
        }),
    }
}

fn check(figment: &Figment) -> Result<(), ConfigError> {
    figment
        .extract::<Config>()
        .map(|_| ())
        .map_err(|error| invalid(&error))
}

fn invalid(error: &figment::Error) -> ConfigError {
    ConfigError::Invalid {
        detail: error.to_string(),
    }
}
