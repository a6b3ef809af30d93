//! Link arguments of the shared object.

fn main() {
    // The name programs are bound to; the number changes when the binary interface does.
    println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libwlanapi.so.0");
    // Our threads run in this code: dlclose() must not take it away under them.
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    // Set by crate wlanapi_wine, which shares the source.
    println!("cargo::rustc-check-cfg=cfg(wine)");
    println!("cargo::rerun-if-changed=build.rs");
}
