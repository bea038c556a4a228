//! The server as an operator meets it, on the embedded database.

use std::fs;
use std::path::PathBuf;

use crate::support::{Server, chaobiao, postmaster, run, signal, stop_orphan};
use chaobiao_testing::{ScratchDirectory, TestDatabase};

/// A scratch directory whose cluster is ended with it.
struct Site {
    scratch: ScratchDirectory,
}

impl Site {
    fn new() -> Self {
        Self {
            scratch: ScratchDirectory::create(),
        }
    }

    fn data_dir(&self) -> PathBuf {
        self.scratch.path().join("data")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        stop_orphan(&self.data_dir());
    }
}

#[test]
fn a_server_tells_its_health_and_ends_gracefully() {
    let site = Site::new();
    let mut server = Server::start(chaobiao(&site.data_dir()), &[]);
    assert_eq!(
        (
            server.get("/healthz").status,
            server.get("/healthz").body.as_str()
        ),
        (200, "ok\n")
    );
    let ready = server.get("/readyz");
    assert_eq!(
        (ready.status, ready.body.as_str()),
        (200, r#"{"failing":[],"ready":true}"#)
    );
    let metrics = server.get("/metrics").body;
    let counted =
        r#"http_request_duration_seconds_count{method="GET",route="/healthz",status="200"} 2"#;
    assert!(metrics.contains(counted), "{metrics}");
    server.signal("-TERM");
    assert!(server.wait().success());
    assert_eq!(postmaster(&site.data_dir()), None);
}

#[test]
fn every_answer_carries_the_security_headers_and_a_request_id() {
    let site = Site::new();
    let server = Server::start(chaobiao(&site.data_dir()), &[]);
    for (path, status) in [("/healthz", 200), ("/nowhere", 404)] {
        let answer = server.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(answer.header("x-frame-options"), Some("deny"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'self';"), "{policy}");
        assert_eq!(answer.header("x-request-id").unwrap().len(), 36, "{path}");
    }
}

#[test]
fn a_second_server_on_one_data_directory_refuses_clearly() {
    let site = Site::new();
    let first = Server::start(chaobiao(&site.data_dir()), &[]);
    let mut second = chaobiao(&site.data_dir());
    second.args(["serve", "--listen", "127.0.0.1:0"]);
    let refused = run(second);
    assert_eq!(refused.status.code(), Some(3));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("正被另一个抄表服务使用"), "{message}");
    assert!(
        message.contains("in use by another chaobiao server"),
        "{message}"
    );
    assert_eq!(first.get("/readyz").status, 200);
}

#[test]
fn a_command_works_beside_a_running_server() {
    let site = Site::new();
    let server = Server::start(chaobiao(&site.data_dir()), &[]);
    let mut migrate = chaobiao(&site.data_dir());
    migrate.arg("migrate");
    let output = run(migrate);
    assert!(output.status.success());
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "数据库结构已是最新\n"
    );
    assert_eq!(server.get("/readyz").status, 200);
}

#[test]
fn a_killed_server_starts_again_on_the_cluster_it_left() {
    let site = Site::new();
    let mut first = Server::start(chaobiao(&site.data_dir()), &[]);
    first.signal("-KILL");
    first.wait();
    let orphan = postmaster(&site.data_dir()).unwrap();
    let mut second = Server::start(chaobiao(&site.data_dir()), &[]);
    assert_eq!(postmaster(&site.data_dir()), Some(orphan));
    assert_eq!(second.get("/readyz").status, 200);
    second.signal("-INT");
    assert!(second.wait().success());
}

#[test]
fn a_server_whose_database_died_says_it_is_not_ready() {
    let site = Site::new();
    let server = Server::start(chaobiao(&site.data_dir()), &[]);
    signal("-QUIT", postmaster(&site.data_dir()).unwrap());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let answer = server.get("/readyz");
        if answer.status == 503 {
            assert_eq!(answer.body, r#"{"failing":["database"],"ready":false}"#);
            break;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "still ready without a database"
        );
    }
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_missing_postgresql_is_told_with_the_package_to_install() {
    let site = Site::new();
    let mut command = chaobiao(&site.data_dir());
    command.env("CHAOBIAO_PG_BIN", "/nowhere/bin").arg("serve");
    let output = run(command);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("apt-get install postgresql"), "{message}");
}

#[tokio::test]
async fn a_foreign_database_is_migrated_by_command_only() {
    let database = TestDatabase::create_empty().await;
    let site = Site::new();
    let command = |name: &str| {
        let mut command = chaobiao(&site.data_dir());
        command.env("DATABASE_URL", database.url()).arg(name);
        command
    };
    let mut serve = command("serve");
    serve.args(["--listen", "127.0.0.1:0"]);
    let refused = run(serve);
    assert_eq!(refused.status.code(), Some(1));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("chaobiao migrate"), "{message}");
    assert!(run(command("migrate")).status.success());
    let mut server = chaobiao(&site.data_dir());
    server.env("DATABASE_URL", database.url());
    assert_eq!(Server::start(server, &[]).get("/readyz").status, 200);
    assert!(!site.data_dir().join("postgres").exists());
}

#[test]
fn doctor_checks_everything_and_shows_no_secret() {
    let site = Site::new();
    let mut doctor = chaobiao(&site.data_dir());
    doctor
        .env("DATABASE_URL", "postgres://me:hunter2@127.0.0.1:1/nowhere")
        .arg("doctor");
    let output = run(doctor);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(
        text.contains("主密钥：正常") && text.contains("数据库：失败"),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
    assert!(fs::metadata(site.data_dir().join("secret.key")).is_ok());
}

#[test]
fn doctor_is_content_with_a_healthy_server() {
    let site = Site::new();
    let _server = Server::start(chaobiao(&site.data_dir()), &[]);
    let mut doctor = chaobiao(&site.data_dir());
    doctor.arg("doctor");
    let output = run(doctor);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    assert!(
        text.contains("数据库：正常（内置，时钟一致，结构最新）"),
        "{text}"
    );
}
