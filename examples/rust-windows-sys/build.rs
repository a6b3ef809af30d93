//! On Windows the declarations of windows-sys name their DLL. Elsewhere they are plain `extern`
//! functions, and somebody has to say where they are.

fn main() {
    println!("cargo::rerun-if-env-changed=WLANAPI_LIBDIR");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "windows") {
        return;
    }
    println!("cargo::rustc-link-lib=dylib=wlanapi");
    // Not needed where the package is installed.
    if let Ok(folder) = std::env::var("WLANAPI_LIBDIR") {
        println!("cargo::rustc-link-search=native={folder}");
    }
}
