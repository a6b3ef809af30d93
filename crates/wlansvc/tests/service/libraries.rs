//! Libraries for tests, and the program they run in.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use dot11::{KeyBytes, Oui, VendorElement};
use wlan_model::{Extension, ExtensionPorts, VendorFragments, VendorProfile};

/// That of the example extensions.
pub(crate) const OUI: Oui = Oui([0x02, 0xca, 0xfe]);

/// What both sides know.
const FRAGMENT: &str = "<sharedSecret>kept between us two</sharedSecret>";

/// The program of this very source tree.
pub(crate) fn ihvhost() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build
            .args(["build", "--quiet", "--package=ihv_host"])
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        assert!(build.status().unwrap().success());
        // Ours is in deps/, beside it.
        let own = std::env::current_exe().unwrap();
        let program = own.parent().unwrap().with_file_name("hostednet-ihvhost");
        assert!(program.is_file(), "{}", program.display());
        program
    })
}

/// An extension that does what a test wants of it.
pub(crate) fn probe(define: &str) -> PathBuf {
    compile("crates/ihv_host/tests/bad/probe.c", define)
}

/// The example itself.
pub(crate) fn example() -> PathBuf {
    compile("examples/ihv/c/handshake.c", "GOOD")
}

/// The example, with one misdeed.
pub(crate) fn misdeed(define: &str) -> PathBuf {
    compile("crates/wlansvc/tests/service/misdeeds.c", define)
}

fn compile(source: &str, define: &str) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "extension-{}-{count}-{define}.so",
        std::process::id()
    ));
    let done = Command::new("cc")
        .args(["-std=c11", "-D_DEFAULT_SOURCE", "-O1", "-shared", "-fPIC"])
        .args(["-pthread", "-D", define, "-I"])
        .arg(root.join("include"))
        .arg("-o")
        .args([out.as_path(), &root.join(source)])
        .status()
        .expect("a C compiler is needed for these tests");
    assert!(done.success());
    out
}

/// One that serves stations of the hosted network.
pub(crate) fn serving(name: &str) -> Extension {
    Extension {
        ports: Some(ExtensionPorts {
            element: VendorElement {
                oui: OUI,
                kind: Some(1),
            },
            fragments: VendorFragments {
                connectivity: None,
                security: Some(KeyBytes::copy_from(FRAGMENT.as_bytes())),
            },
        }),
        ..extension(name)
    }
}

/// For a station of [`serving`] ones.
pub(crate) fn profile(ssid: dot11::Ssid) -> VendorProfile {
    VendorProfile {
        name: "vendor".to_owned(),
        ssid,
        oui: OUI,
        elements: vec![0xdd, 4, 2, 0xca, 0xfe, 1],
        fragments: VendorFragments {
            connectivity: None,
            security: Some(KeyBytes::copy_from(FRAGMENT.as_bytes())),
        },
    }
}

/// One that serves nobody.
pub(crate) fn extension(name: &str) -> Extension {
    Extension {
        name: name.to_owned(),
        oui: OUI,
        ports: None,
    }
}
