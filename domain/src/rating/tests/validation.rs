use super::*;

fn refusal(terms: TariffTerms) -> &'static str {
    TariffSchedule::try_new(Commodity::Water, terms)
        .unwrap_err()
        .code()
}

#[test]
fn broken_tiers_are_refused() {
    for (tiers, code) in [
        (vec![], "TARIFF_NO_TIERS"),
        (
            vec![("180", "1"), ("260", "2")],
            "TARIFF_LAST_TIER_NOT_OPEN",
        ),
        (vec![("", "1"), ("", "2")], "TARIFF_LAST_TIER_NOT_OPEN"),
        (
            vec![("180", "1"), ("180", "2"), ("", "3")],
            "TARIFF_TIERS_NOT_ASCENDING",
        ),
        (vec![("0", "1"), ("", "3")], "TARIFF_TIERS_NOT_ASCENDING"),
    ] {
        assert_eq!(
            refusal(terms(vec![version("2026-01-01", &tiers, &[])])),
            code,
            "{tiers:?}"
        );
    }
}

#[test]
fn broken_versions_are_refused() {
    let open = |from: &str| version(from, &[("", "1")], &[]);
    let until = |from: &str, to: &str| TariffVersion {
        to: Some(to.parse().unwrap()),
        ..open(from)
    };
    for (versions, code) in [
        (vec![], "TARIFF_NO_VERSIONS"),
        (
            vec![open("2026-07-01"), open("2026-01-01")],
            "TARIFF_VERSIONS_OVERLAP",
        ),
        (
            vec![open("2026-01-01"), open("2026-01-01")],
            "TARIFF_VERSIONS_OVERLAP",
        ),
        (
            vec![until("2026-01-01", "2026-07-02"), open("2026-07-01")],
            "TARIFF_VERSIONS_OVERLAP",
        ),
        (
            vec![until("2026-01-01", "2026-01-01")],
            "TARIFF_EMPTY_VERSION",
        ),
    ] {
        assert_eq!(refusal(terms(versions)), code);
    }
    let tariff = water(terms(vec![until("2026-01-01", "2026-07-01")]));
    assert_eq!(
        tariff
            .with_version(open("2026-07-01"))
            .unwrap()
            .versions()
            .len(),
        2
    );
    assert!(tariff.with_version(open("2026-06-30")).is_err());
}

#[test]
fn broken_surcharges_and_quotas_are_refused() {
    for names in [vec![""], vec![" "], vec!["sewage", "sewage"], vec!["water"]] {
        let surcharges: Vec<_> = names.iter().map(|name| (*name, "1")).collect();
        let version = version("2026-01-01", &[("", "1")], &surcharges);
        assert_eq!(
            refusal(terms(vec![version])),
            "TARIFF_SURCHARGE_NAME",
            "{names:?}"
        );
    }
    let good = terms(vec![version("2026-01-01", &[("", "1")], &[])]);
    let shrinking = TariffTerms {
        quota_per_extra_person: "-1".parse().unwrap(),
        ..good
    };
    assert_eq!(refusal(shrinking), "TARIFF_QUOTA_NEGATIVE");
}

#[test]
fn a_stored_tariff_is_checked_again() {
    let broken = r#"{"commodity": "water", "versions": []}"#;
    let error = serde_json::from_str::<TariffSchedule>(broken).unwrap_err();
    assert!(error.to_string().contains("至少要有一个版本"), "{error}");
}
