use std::process::ExitCode;

fn main() -> ExitCode {
    chaobiao::cli::main()
}
