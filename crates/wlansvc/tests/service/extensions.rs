//! Extensions of vendors, with real host processes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use dot11::{Oui, VendorElement};
use wlan_client::{Client, ClientError};
use wlan_model::{Extension, ExtensionPorts, Win32Error};

use crate::harness::*;

const OUI: Oui = Oui([0x02, 0x11, 0x22]);

/// The program of this very source tree.
fn ihvhost() -> &'static Path {
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
fn probe(define: &str) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("probe-{count}-{define}.so"));
    let done = Command::new("cc")
        .args(["-std=c11", "-D_DEFAULT_SOURCE", "-O1", "-shared", "-fPIC"])
        .args(["-pthread", "-D", define, "-I"])
        .arg(root.join("include"))
        .arg("-o")
        .args([
            out.as_path(),
            &root.join("crates/ihv_host/tests/bad/probe.c"),
        ])
        .status()
        .expect("a C compiler is needed for these tests");
    assert!(done.success());
    out
}

fn extension(name: &str) -> Extension {
    Extension {
        name: name.to_owned(),
        oui: OUI,
        ports: None,
    }
}

fn start() -> Running {
    Running::start_with(tempfile::tempdir().unwrap(), |options| {
        options.ihvhost = Some(ihvhost().to_owned());
    })
}

fn code(result: Result<(), ClientError>) -> (Win32Error, String) {
    match result {
        Err(ClientError::Refused(refusal)) => (refusal.code, refusal.cause.text),
        other => panic!("{other:?}"),
    }
}

fn names(client: &mut Client) -> Vec<String> {
    let rows = client.ihv_list().unwrap();
    rows.into_iter().map(|row| row.extension.name).collect()
}

#[test]
fn an_extension_is_installed_listed_kept_and_removed() {
    let service = start();
    let mut client = service.client();
    let mut wanted = extension("probe-1");
    wanted.ports = Some(ExtensionPorts {
        element: VendorElement {
            oui: OUI,
            kind: Some(7),
        },
        fragments: wlan_model::VendorFragments {
            connectivity: None,
            security: Some(dot11::KeyBytes::copy_from("<a>\"ä\"</a>\n".as_bytes())),
        },
    });
    client.ihv_install(wanted, &probe("PLAIN")).unwrap();
    assert_eq!(names(&mut client), ["probe-1"]);
    drop(client);
    let service = Running::start_with(service.stop(), |options| {
        options.ihvhost = Some(ihvhost().to_owned());
    });
    let mut client = service.client();
    assert_eq!(names(&mut client), ["probe-1"]);
    client.ihv_remove("probe-1").unwrap();
    assert_eq!(names(&mut client), [""; 0]);
    assert_eq!(code(client.ihv_remove("probe-1")).0, Win32Error::NOT_FOUND);
    let left = std::fs::read_dir(service.options.state_dir.join("extensions")).unwrap();
    assert_eq!(left.count(), 0);
}

#[test]
fn what_cannot_be_used_is_refused_with_the_reason_and_changes_nothing() {
    let service = start();
    let mut client = service.client();
    client
        .ihv_install(extension("there"), &probe("PLAIN"))
        .unwrap();
    let rows = [
        ("NULL_IN_TABLE", "has no Dot11ExtIhvReceivePacket"),
        ("WRONG_VERSION", "speaks versions 1 to 2"),
        ("INIT_FAILS", "Dot11ExtIhvInitService of"),
        ("INIT_CRASHES", "signal 6 (SIGABRT)"),
    ];
    for (define, why) in rows {
        for name in ["there", "new"] {
            let (code, text) = code(client.ihv_install(extension(name), &probe(define)));
            assert_eq!(code, Win32Error::BAD_CONFIGURATION);
            assert!(text.contains(why), "{define}: {text}");
        }
    }
    assert_eq!(names(&mut client), ["there"]);
    let left = std::fs::read_dir(service.options.state_dir.join("extensions")).unwrap();
    // Its record, and the folder with its library.
    assert_eq!(left.count(), 2);
}
