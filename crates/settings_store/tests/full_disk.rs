//! A disk that really takes nothing more, also for root: a limit on the size of files.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use settings_store::Store;
use wlan_model::Settings;

const FOLDER: &str = "SETTINGS_STORE_TEST_FOLDER";

/// Runs itself again below a shell that forbids files to grow.
#[test]
fn on_a_full_disk_the_save_fails_and_the_old_settings_stay() {
    if let Some(folder) = env::var_os(FOLDER) {
        return save_on_full_disk(Path::new(&folder));
    }
    let dir = tempfile::tempdir().unwrap();
    let old = Settings {
        enabled: false,
        ..Settings::default()
    };
    Store::open(dir.path()).unwrap().0.save(&old).unwrap();
    let before = fs::read(dir.path().join("settings.toml")).unwrap();

    let limited = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 0; exec \"$0\" --exact \"$1\" --nocapture",
        ])
        .arg(env::current_exe().unwrap())
        .arg("on_a_full_disk_the_save_fails_and_the_old_settings_stay")
        .env(FOLDER, dir.path())
        .output()
        .unwrap();

    assert!(limited.status.success(), "{limited:?}");
    assert!(
        String::from_utf8_lossy(&limited.stdout).contains("File too large"),
        "{limited:?}"
    );
    assert_eq!(fs::read(dir.path().join("settings.toml")).unwrap(), before);
    assert_eq!(Store::open(dir.path()).unwrap().1.settings, old);
}

fn save_on_full_disk(folder: &Path) {
    let (mut store, loaded) = Store::open(folder).expect("a usable folder");
    assert!(!loaded.settings.enabled);
    let cause = store.save(&Settings::default()).expect_err("no room");
    println!("{cause}");
    assert!(cause.remedy.contains("room"));
}
