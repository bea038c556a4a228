//! The migrations are built into the binary; without this line a new file in the folder would
//! not be noticed.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
