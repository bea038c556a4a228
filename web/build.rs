//! Builds the pages into `OUT_DIR/dist`, so that one `cargo build` is the whole product and
//! nothing built lands in the tree but `node_modules/` and `src/gql/`, both ignored by git.

use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

type Failure = Box<dyn Error>;

/// Not all of `web/`: `node_modules` and `src/gql` are written by the build itself.
const SOURCES: &[&str] = &[
    "build.rs",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "codegen.ts",
    "tsconfig.json",
    "m.html",
    "admin.html",
    "public",
    "scripts",
    "src/admin",
    "src/m",
    "src/shared",
    "../docs/schema.graphql",
];

const SKIPPED_PAGE: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
    <title>水电服务</title><p>本程序构建时设置了 WEB_ASSETS=skip，未包含页面。</p></html>\n";

fn main() -> Result<(), Failure> {
    println!("cargo::rerun-if-env-changed=WEB_ASSETS");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    let web = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let dist = PathBuf::from(std::env::var("OUT_DIR")?).join("dist");
    match std::env::var("WEB_ASSETS").as_deref() {
        Ok("skip") => write_skipped(&dist),
        Ok(other) => Err(format!("WEB_ASSETS={other:?}: the only value known is \"skip\"").into()),
        Err(_) => build(&web, &dist),
    }
}

fn write_skipped(dist: &Path) -> Result<(), Failure> {
    if dist.exists() {
        fs::remove_dir_all(dist)?;
    }
    fs::create_dir_all(dist)?;
    for page in ["m.html", "admin.html"] {
        fs::write(dist.join(page), SKIPPED_PAGE)?;
    }
    Ok(())
}

fn build(web: &Path, dist: &Path) -> Result<(), Failure> {
    let lockfile = web.join("package-lock.json");
    // Cargo runs for several target directories may share this folder; two npm runs must not.
    // The lock falls with the handle, also when this process is killed.
    let handle = File::open(&lockfile)?;
    handle.lock()?;
    install(web, &lockfile)?;
    npm(web, &["run", "build"], dist)
}

/// Runs `npm ci` when what is installed is not what the lockfile names.
fn install(web: &Path, lockfile: &Path) -> Result<(), Failure> {
    let modules = web.join("node_modules");
    let installed = modules.join(".installed-lock.json");
    let wanted = fs::read(lockfile)?;
    if fs::read(&installed).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    npm(web, &["ci", "--prefer-offline", "--no-progress"], &modules)?;
    fs::write(&installed, wanted)?;
    Ok(())
}

fn npm(web: &Path, arguments: &[&str], out: &Path) -> Result<(), Failure> {
    let what = format!("npm {}", arguments.join(" "));
    let run = Command::new("npm")
        .args(arguments)
        .current_dir(web)
        .env("WEB_OUT_DIR", out)
        .output()
        .map_err(|error| {
            format!(
                "{what}: {error}. The pages need Node 20.19 or later and npm; \
                 WEB_ASSETS=skip builds the server without them."
            )
        })?;
    if run.status.success() {
        return Ok(());
    }
    let said = [run.stdout, run.stderr].concat();
    Err(format!("{what} failed:\n{}", String::from_utf8_lossy(&said)).into())
}
