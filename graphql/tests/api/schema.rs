//! The schema as committed: what the pages are typed from, and what a change to it is seen in.

const COMMITTED: &str = "../docs/schema.graphql";

#[test]
fn the_committed_schema_is_the_one_served() {
    let served = chaobiao_graphql::sdl();
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    if served == committed {
        return;
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(COMMITTED, served).expect("the schema can be written");
        return;
    }
    panic!(
        "docs/schema.graphql is stale; write it anew with \
         UPDATE_GOLDEN=1 cargo test -p chaobiao-graphql --test schema"
    );
}

/// What pages and other clients may rely on, whatever else changes.
#[test]
fn every_mutation_takes_an_input_and_answers_with_its_own_payload() {
    let printed = chaobiao_graphql::sdl();
    let start = printed
        .find("type Mutation {")
        .expect("there are mutations");
    let body = printed[start..].split("\n}").next().unwrap_or_default();
    let mut described = false;
    let fields = body.lines().skip(1).map(str::trim).filter(|line| {
        let quotes = *line == "\"\"\"";
        described ^= quotes;
        !described && !quotes
    });
    let mut seen = 0;
    for field in fields {
        let name: String = field
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let pascal = format!("{}{}", name[..1].to_ascii_uppercase(), &name[1..]);
        let door = matches!(
            name.as_str(),
            "logout" | "logoutEverywhere" | "beginWechatLogin"
        );
        let expected = if door {
            format!("{name}: {pascal}Payload!")
        } else {
            format!("{name}(input: {pascal}Input!): {pascal}Payload!")
        };
        assert_eq!(field, expected);
        assert!(
            printed.contains(&format!("type {pascal}Payload {{")),
            "{name}"
        );
        seen += 1;
    }
    assert!(seen > 30, "only {seen} mutations were found");
}
