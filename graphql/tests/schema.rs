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
