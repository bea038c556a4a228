//! X1: bills, receipts and readings are proven to outsiders who have a file and a public key.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic anywhere, in its helpers too"
)]

use std::path::{Path, PathBuf};

use crate::support::centre::Centre;
use crate::support::client::Client;
use crate::support::home::{Home, home};
use crate::support::{chaobiao, run};
use chaobiao_proof::{ProofFile, TrustedKey};
use chaobiao_testing::ScratchDirectory;
use serde_json::Value;

/// Somebody with files of theirs, this program, and nothing else of ours.
struct Outsider(ScratchDirectory);

impl Outsider {
    fn new() -> Self {
        Self(ScratchDirectory::create())
    }

    fn keep(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn keep_file(&self, name: &str, from: &Path) -> PathBuf {
        self.keep(name, &std::fs::read_to_string(from).unwrap())
    }

    /// What the command line says without a database or a data directory; an error when it fails.
    fn audit(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = chaobiao(&self.0.path().join("no such directory"));
        command.arg("audit").args(arguments);
        let output = run(command);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(text(&output.stderr))
        }
    }

    fn verify(&self, file: &Path, key: &Path) -> Result<String, String> {
        self.audit(&["verify", path(file), "--key", path(key)])
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A proof as the API gives it, once a signed head covers the event.
fn proof(client: &mut Client, query: &str, at: &str) -> Value {
    Centre::until(|| {
        let answer = client.query(query, &Value::Null);
        let proof = answer.pointer(at)?.clone();
        proof["file"].is_string().then_some(proof)
    })
}

const PROOF: &str = "auditProof { eventId leafIndex treeSize checkpoint path file }";

struct Played {
    reading_id: String,
    bill_no: String,
    receipt_no: String,
}

fn play(home: &mut Home, cashier: &mut Client) -> Played {
    let reading = home.read("110", "2026-02-01T02:00:00Z", 10);
    let account = home.bill("2026-02");
    Played {
        reading_id: reading["readingId"].as_str().unwrap().to_owned(),
        bill_no: account["bills"]["nodes"][0]["billNo"]
            .as_str()
            .unwrap()
            .to_owned(),
        receipt_no: Home::pay(cashier, "3100"),
    }
}

#[tokio::test]
async fn x1_every_bill_receipt_and_reading_is_proven_with_the_public_key_alone() {
    let mut centre = Centre::equipped().await;
    let mut home = home(&mut centre);
    let mut cashier = centre.staff("cashier", &["CASHIER"]);
    let played = play(&mut home, &mut cashier);
    let outsider = Outsider::new();
    let key = outsider.keep_file("log.pub", &centre.data_dir().join("log.pub"));

    // The resident asks for proofs of what is theirs.
    let reading = format!(
        "{{ reading(readingId: \"{}\") {{ {PROOF} }} }}",
        played.reading_id
    );
    let receipt = format!(
        "{{ receipt(receiptNo: \"{}\") {{ {PROOF} }} }}",
        played.receipt_no
    );
    let bill = format!("{{ bill(billNo: \"{}\") {{ {PROOF} }} }}", played.bill_no);
    for (name, query, at, says) in [
        (
            "reading",
            &reading,
            "/reading/auditProof",
            "meter.reading_accepted",
        ),
        ("bill", &bill, "/bill/auditProof", "account.charged"),
        (
            "receipt",
            &receipt,
            "/receipt/auditProof",
            "payment.receipt_issued",
        ),
    ] {
        let proof = proof(&mut home.resident, query, at);
        let file = outsider.keep(name, proof["file"].as_str().unwrap());
        let said = outsider.verify(&file, &key).unwrap();
        assert!(said.contains(says), "{said}");
        assert_eq!(
            mutations_refused(&file, &key),
            Vec::<usize>::new(),
            "{name}"
        );
    }
    // Others get none: not the stranger, and not the cashier, who is no auditor.
    let mut stranger = centre.customer("13800138009", "RESIDENT");
    let seen = stranger.query(&bill, &Value::Null);
    assert_eq!(seen["bill"], Value::Null);
    let seen = cashier.query(&receipt, &Value::Null);
    assert_eq!(seen["receipt"]["auditProof"], Value::Null);

    // The auditor sees any event by its id; the resident none.
    let mut auditor = centre.staff("auditor", &["AUDITOR"]);
    let of_bill = proof(&mut auditor, &bill, "/bill/auditProof");
    let by_id = format!(
        "{{ auditProof(eventId: {}) {{ leafIndex }} }}",
        of_bill["eventId"]
    );
    let seen = auditor.query(&by_id, &Value::Null);
    assert_eq!(seen["auditProof"]["leafIndex"], of_bill["leafIndex"]);
    assert_eq!(home.resident.error_code(&by_id, &Value::Null), "FORBIDDEN");

    // The command line makes the same proofs.
    for (option, number) in [
        ("--bill", &played.bill_no),
        ("--receipt", &played.receipt_no),
        ("--reading", &played.reading_id),
    ] {
        let file = outsider.0.path().join("made");
        centre.command(&["audit", "prove", option, number, "--out", path(&file)]);
        outsider.verify(&file, &key).unwrap();
    }
    let unknown = centre.command_fails(&["audit", "prove", "--bill", "99999-202602"]);
    assert!(unknown.contains("未找到"), "{unknown}");
}

/// Places where a flipped bit is accepted; there must be none.
fn mutations_refused(file: &Path, key: &Path) -> Vec<usize> {
    let bytes = std::fs::read(file).unwrap();
    let key = std::fs::read_to_string(key).unwrap();
    let trusted = [TrustedKey::parse(&key).unwrap()];
    let accepted = |bytes: &[u8]| {
        ProofFile::from_bytes(bytes).is_ok_and(|proof| proof.verify(&trusted).is_ok())
    };
    assert!(accepted(&bytes));
    (0..bytes.len())
        .filter(|position| {
            let mut altered = bytes.clone();
            altered[*position] ^= 1 << (position % 8);
            accepted(&altered)
        })
        .collect()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
async fn x1_the_key_changes_while_the_server_runs_and_witnesses_check_every_head() {
    let mut centre = Centre::equipped().await;
    let mut home = home(&mut centre);
    let outsider = Outsider::new();
    let key = outsider.keep_file("log.pub", &centre.data_dir().join("log.pub"));
    let old_key = std::fs::read_to_string(centre.data_dir().join("log.key")).unwrap();

    // A first head goes to the witness, who takes it as it is.
    let first = checkpoint(&centre);
    let first_size = size(&first);
    let witness = outsider.0.path().join("witness");
    let cosign = |note: &str, proof: Option<&Path>| {
        let note = outsider.keep("head", note);
        let mut arguments = vec![
            "cosign",
            path(&note),
            "--key",
            path(&key),
            "--witness-dir",
            path(&witness),
            "--name",
            "witness.example/1",
        ];
        arguments.extend(proof.iter().flat_map(|proof| ["--proof", path(proof)]));
        outsider.audit(&arguments)
    };
    let cosigned = cosign(&first, None).unwrap();
    assert!(cosigned.contains("— witness.example/1 "), "{cosigned}");

    let changed = centre.command(&["audit", "rotate-key"]);
    assert!(changed.contains("已更换"), "{changed}");
    assert_ne!(
        std::fs::read_to_string(centre.data_dir().join("log.key")).unwrap(),
        old_key
    );
    let public = std::fs::read_to_string(centre.data_dir().join("log.pub")).unwrap();
    assert_eq!(public.lines().count(), 2);
    assert!(
        public.lines().next().unwrap().contains(" until "),
        "{public}"
    );

    // The running server signs on with the new key, and the old public key still verifies.
    let reading = home.read("110", "2026-02-01T02:00:00Z", 10);
    let query = format!(
        "{{ reading(readingId: {}) {{ {PROOF} }} }}",
        reading["readingId"]
    );
    let proven = proof(&mut home.resident, &query, "/reading/auditProof");
    let file = outsider.keep("reading", proven["file"].as_str().unwrap());
    outsider.verify(&file, &key).unwrap();
    let present = outsider.keep_file("present.pub", &centre.data_dir().join("log.pub"));
    outsider.verify(&file, &present).unwrap();
    centre.command(&["audit", "verify"]);

    // The next head needs a proof that it continues the one before.
    let second = Centre::until(|| {
        let newest = checkpoint(&centre);
        (size(&newest) > first_size).then_some(newest)
    });
    let refused = cosign(&second, None).unwrap_err();
    assert!(refused.contains("--proof"), "{refused}");
    let continued = outsider.0.path().join("continued");
    let (from, to) = (first_size.to_string(), size(&second).to_string());
    centre.command(&[
        "audit",
        "consistency",
        &from,
        &to,
        "--out",
        path(&continued),
    ]);
    let said = outsider.verify(&continued, &key).unwrap();
    assert!(said.contains(&to), "{said}");
    let cosigned = cosign(&second, Some(&continued)).unwrap();
    // Nor does an old proof serve a head before the one signed last.
    assert!(cosign(&first, Some(&continued)).is_err());

    // A proof by the cosigned head satisfies those who ask for the witness, any other does not.
    let head = outsider.keep("cosigned", &cosigned);
    let id = proven["eventId"].as_str().unwrap();
    let by_witness = outsider.0.path().join("by witness");
    let arguments = [
        "audit",
        "prove",
        id,
        "--checkpoint",
        path(&head),
        "--out",
        path(&by_witness),
    ];
    centre.command(&arguments);
    let public = witness.join("witness.pub");
    let demand = |file: &Path| {
        let (file, key, public) = (path(file), path(&key), path(&public));
        outsider.audit(&["verify", file, "--key", key, "--witness", public])
    };
    assert!(demand(&by_witness).unwrap().contains("witness.example/1"));
    assert!(demand(&file).is_err());
}

fn checkpoint(centre: &Centre) -> String {
    Centre::until(|| {
        let answer = centre.server.get("/log/checkpoint");
        (answer.status == 200).then_some(answer.body)
    })
}

fn size(note: &str) -> u64 {
    note.lines().nth(1).unwrap().parse().unwrap()
}
