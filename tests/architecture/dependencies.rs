//! Who may depend on whom.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// The crates of the house, and those of ours each may use: in the program, and in tests besides.
const HOUSE: [(&str, &[&str], &[&str]); 17] = [
    ("chaobiao-decision", &[], &[]),
    ("chaobiao-devices", &[], &[]),
    ("chaobiao-domain", &["chaobiao-decision"], &[]),
    (
        "chaobiao-eventstore",
        &["chaobiao-decision", "chaobiao-proof"],
        &["chaobiao-embedded-postgres", "chaobiao-testing"],
    ),
    (
        "chaobiao-projections",
        &[
            "chaobiao-decision",
            "chaobiao-domain",
            "chaobiao-eventstore",
        ],
        &["chaobiao-testing"],
    ),
    (
        "chaobiao-graphql",
        &[
            "chaobiao-decision",
            "chaobiao-domain",
            "chaobiao-eventstore",
            "chaobiao-projections",
        ],
        &["chaobiao-testing"],
    ),
    (
        "chaobiao",
        &[
            "chaobiao-decision",
            "chaobiao-devices",
            "chaobiao-domain",
            "chaobiao-embedded-postgres",
            "chaobiao-eventstore",
            "chaobiao-gateway",
            "chaobiao-graphql",
            "chaobiao-integrations",
            "chaobiao-photos",
            "chaobiao-projections",
            "chaobiao-proof",
            "chaobiao-web",
        ],
        &["chaobiao-gateway-stub", "chaobiao-testing"],
    ),
    ("chaobiao-gateway", &["chaobiao-devices"], &[]),
    ("chaobiao-gateway-stub", &["chaobiao-integrations"], &[]),
    ("chaobiao-integrations", &["chaobiao-domain"], &[]),
    ("chaobiao-photos", &[], &[]),
    ("chaobiao-web", &[], &[]),
    ("chaobiao-embedded-postgres", &[], &[]),
    ("chaobiao-model", &[], &[]),
    ("chaobiao-proof", &[], &[]),
    ("chaobiao-testing", &["chaobiao-embedded-postgres"], &[]),
    (
        "chaobiao-bench",
        &[
            "chaobiao-decision",
            "chaobiao-devices",
            "chaobiao-domain",
            "chaobiao-embedded-postgres",
            "chaobiao-eventstore",
        ],
        &[],
    ),
];

/// The pure crates, and everything from outside they may use: what decides must not be able to
/// reach a clock, a socket or a table. The collector gateway reaches sockets and nothing else.
const PURE: [(&str, &[&str]); 4] = [
    (
        "chaobiao-decision",
        &[
            "chrono",
            "cqrs-es",
            "futures",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "tokio",
            "uuid",
        ],
    ),
    (
        "chaobiao-devices",
        &["chrono", "hex", "serde", "serde_json", "thiserror"],
    ),
    (
        "chaobiao-gateway",
        &[
            "base64",
            "chrono",
            "hex",
            "serde",
            "serde_json",
            "thiserror",
            "tokio",
            "tracing",
        ],
    ),
    (
        "chaobiao-domain",
        &[
            "chrono",
            "cqrs-es",
            "rust_decimal",
            "serde",
            "serde_json",
            "thiserror",
            "uuid",
        ],
    ),
];

/// Crates that belong to one place, and the places.
const KEPT: [(&str, &[&str]); 6] = [
    (
        "sqlx",
        &[
            "chaobiao",
            "chaobiao-bench",
            "chaobiao-embedded-postgres",
            "chaobiao-eventstore",
            "chaobiao-projections",
            "chaobiao-testing",
        ],
    ),
    ("postgres-es", &["chaobiao-eventstore"]),
    (
        "cqrs-es",
        &[
            "chaobiao",
            "chaobiao-bench",
            "chaobiao-decision",
            "chaobiao-domain",
            "chaobiao-eventstore",
            "chaobiao-projections",
        ],
    ),
    ("async-graphql", &["chaobiao", "chaobiao-graphql"]),
    ("axum", &["chaobiao", "chaobiao-web"]),
    ("rust-embed", &["chaobiao-web"]),
];

struct Package {
    name: String,
    dependencies: Vec<(String, DependencyKind)>,
}

fn workspace() -> Vec<Package> {
    let metadata = MetadataCommand::new()
        .manifest_path(crate::source::root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap();
    metadata
        .packages
        .into_iter()
        .map(|package| Package {
            name: package.name.to_string(),
            dependencies: package
                .dependencies
                .into_iter()
                .map(|dependency| (dependency.name, dependency.kind))
                .collect(),
        })
        .collect()
}

/// Arrows between our own crates that the house does not have.
fn wrong_arrows(packages: &[Package]) -> Vec<String> {
    let ours: BTreeSet<&str> = packages.iter().map(|p| p.name.as_str()).collect();
    let mut complaints = Vec::new();
    for package in packages {
        let Some((_, used, tested)) = HOUSE.iter().find(|(name, _, _)| *name == package.name)
        else {
            complaints.push(format!("{} has no place in the house", package.name));
            continue;
        };
        for (dependency, kind) in &package.dependencies {
            let allowed = used.contains(&dependency.as_str())
                || *kind == DependencyKind::Development && tested.contains(&dependency.as_str());
            if ours.contains(dependency.as_str()) && !allowed {
                complaints.push(format!("{} → {dependency} ({kind})", package.name));
            }
        }
    }
    complaints
}

/// What a pure crate uses beyond its list.
fn impure(packages: &[Package]) -> Vec<String> {
    let ours: BTreeSet<&str> = HOUSE.iter().map(|(name, _, _)| *name).collect();
    let mut complaints = Vec::new();
    for (name, allowed) in PURE {
        let Some(package) = packages.iter().find(|package| package.name == name) else {
            complaints.push(format!("{name} is gone"));
            continue;
        };
        for (dependency, kind) in &package.dependencies {
            let dependency = dependency.as_str();
            if *kind != DependencyKind::Development
                && !ours.contains(dependency)
                && !allowed.contains(&dependency)
            {
                complaints.push(format!("{name} → {dependency}"));
            }
        }
    }
    complaints
}

/// Crates used outside the place they belong to; in tests, too.
fn strayed(packages: &[Package]) -> Vec<String> {
    let keepers: BTreeMap<&str, &[&str]> = KEPT.into_iter().collect();
    let mut complaints = Vec::new();
    for package in packages {
        for (dependency, _) in &package.dependencies {
            let keepers = keepers.get(dependency.as_str());
            if keepers.is_some_and(|keepers| !keepers.contains(&package.name.as_str())) {
                complaints.push(format!("{} → {dependency}", package.name));
            }
        }
    }
    complaints
}

fn package(name: &str, dependencies: &[(&str, DependencyKind)]) -> Package {
    Package {
        name: name.to_owned(),
        dependencies: dependencies
            .iter()
            .map(|(name, kind)| ((*name).to_owned(), *kind))
            .collect(),
    }
}

const NONE: [String; 0] = [];

#[test]
fn our_crates_depend_on_each_other_in_one_direction() {
    assert_eq!(wrong_arrows(&workspace()), NONE);
}

#[test]
fn the_direction_check_can_fail() {
    use DependencyKind::{Development, Normal};
    let packages = [
        package("chaobiao-domain", &[("chaobiao-eventstore", Normal)]),
        package(
            "chaobiao-eventstore",
            &[("chaobiao-domain", Development), ("sqlx", Normal)],
        ),
        package("chaobiao-projections", &[("chaobiao-testing", Normal)]),
        package("chaobiao-testing", &[]),
        package("chaobiao-shed", &[]),
    ];
    assert_eq!(
        wrong_arrows(&packages),
        [
            "chaobiao-domain → chaobiao-eventstore (normal)",
            "chaobiao-eventstore → chaobiao-domain (dev)",
            "chaobiao-projections → chaobiao-testing (normal)",
            "chaobiao-shed has no place in the house",
        ]
    );
}

#[test]
fn what_decides_uses_nothing_that_could_reach_out() {
    assert_eq!(impure(&workspace()), NONE);
}

#[test]
fn the_purity_check_can_fail() {
    use DependencyKind::{Development, Normal};
    let packages = [
        package("chaobiao-decision", &[("chrono", Normal)]),
        package("chaobiao-devices", &[("hex", Normal)]),
        package("chaobiao-gateway", &[("tokio", Normal), ("sqlx", Normal)]),
        package(
            "chaobiao-domain",
            &[
                ("rand", Normal),
                ("proptest", Development),
                ("uuid", Normal),
            ],
        ),
    ];
    assert_eq!(
        impure(&packages),
        ["chaobiao-gateway → sqlx", "chaobiao-domain → rand"]
    );
}

#[test]
fn each_outside_crate_stays_in_its_place() {
    assert_eq!(strayed(&workspace()), NONE);
}

#[test]
fn the_place_check_can_fail() {
    let packages = [
        package("chaobiao-graphql", &[("sqlx", DependencyKind::Normal)]),
        package(
            "chaobiao-projections",
            &[("postgres-es", DependencyKind::Development)],
        ),
        package("chaobiao", &[("axum", DependencyKind::Normal)]),
    ];
    assert_eq!(
        strayed(&packages),
        [
            "chaobiao-graphql → sqlx",
            "chaobiao-projections → postgres-es"
        ]
    );
}
