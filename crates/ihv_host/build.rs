//! Names what crate ihv_host_wine sets, which shares the source.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(wine)");
    println!("cargo::rerun-if-changed=build.rs");
}
