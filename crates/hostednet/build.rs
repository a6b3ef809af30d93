//! Link arguments of the program.

fn main() {
    let is = |variable, value| std::env::var(variable).is_ok_and(|v| v == value);
    // Half a megabyte of relocations would be read at every start, and stay in memory. The C library must be
    // 2.36 or later then, as in Debian 12.
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
