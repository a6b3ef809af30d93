//! The project's own commands: `cargo xtask` lists them.

mod arrows;
mod bench;
mod face;
mod kernel;
mod libtest;
mod licences;
mod package;
mod report;
mod run;
mod sound;
mod tiers;
mod web;
mod wine;

use std::process::ExitCode;

use crate::bench::Part;

const USAGE: &str = "\
usage: cargo xtask test [TIER..]      run all test tiers, or those named
       cargo xtask bench [host|machine]
                                      measure beside our peers, write docs/benchmarks.md; only what
                                      needs no emulated machine, or only what needs it
       cargo xtask dist               build everything a package installs, below target/release
       cargo xtask deb                build the Debian package
       cargo xtask arrows             hold the crates' dependencies against the table of allowed ones
       cargo xtask vm [VM-ARG..]      run scripts in the emulated machine (cargo xtask vm -h)
       cargo xtask vm --shell         a shell in it, with the built program

With CI=true in the environment a tier that is skipped although its packages could be fetched counts
as failed.  Tiers:";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["test", tiers @ ..] => tiers::test(tiers),
        ["bench"] => bench::bench(Part::All),
        ["bench", "host"] => bench::bench(Part::Host),
        ["bench", "machine"] => bench::bench(Part::Machine),
        ["dist"] => package::dist(),
        ["deb"] => package::deb(),
        ["arrows"] => match arrows::check() {
            Ok(text) => {
                println!("{text}");
                ExitCode::SUCCESS
            }
            Err(text) => {
                eprintln!("{text}");
                ExitCode::FAILURE
            }
        },
        ["vm", rest @ ..] => kernel::vm(rest),
        [] | ["help" | "-h" | "--help"] => {
            println!("{USAGE}");
            tiers::list();
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{USAGE}");
            tiers::list();
            ExitCode::from(2)
        }
    }
}
