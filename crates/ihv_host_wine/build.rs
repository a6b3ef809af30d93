//! Chooses the Wine side of the shared source.

fn main() {
    println!("cargo::rustc-cfg=wine");
    println!("cargo::rustc-check-cfg=cfg(wine)");
    println!("cargo::rerun-if-changed=build.rs");
}
