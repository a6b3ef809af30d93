//! A service that is killed while it saves.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use dot11::Ssid;
use settings_store::Store;
use wlan_model::{ConnectionSettings, PrimaryKey, SecondaryKey, Settings};

const FOLDER: &str = "SETTINGS_STORE_TEST_FOLDER";
const NAME: &str = "killed_at_any_moment_the_settings_are_the_old_or_the_new_ones";

fn settings(n: u8) -> Settings {
    let ssid = Ssid::new(vec![b'a'; usize::from(n)]).expect("a short name");
    Settings {
        connection: Some(ConnectionSettings {
            ssid,
            max_peers: u32::from(n),
        }),
        enabled: true,
        air: wlan_model::AirSettings::default(),
        primary_key: Some(PrimaryKey::from_entropy(&[n; 63])),
        secondary_key: Some(SecondaryKey::binary(&[n; 32]).expect("32 bytes")),
    }
}

/// Runs itself again, again and again, and kills what it started.
#[test]
fn killed_at_any_moment_the_settings_are_the_old_or_the_new_ones() {
    if let Some(folder) = env::var_os(FOLDER) {
        save_until_killed(Path::new(&folder));
    }
    let dir = tempfile::tempdir().unwrap();
    for round in 0..12 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env(FOLDER, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("saving")));
        thread::sleep(Duration::from_micros(700 * round));
        child.kill().unwrap();
        child.wait().unwrap();

        let (_store, loaded) = Store::open(dir.path()).unwrap();

        assert_eq!(loaded.warning, None);
        let found = loaded.settings;
        assert!(found == settings(1) || found == settings(2), "{found:?}");
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            2,
            "nothing left behind"
        );
    }
}

fn save_until_killed(folder: &Path) -> ! {
    let (mut store, _) = Store::open(folder).expect("a usable folder");
    store.save(&settings(1)).expect("a writable folder");
    println!("saving");
    loop {
        store.save(&settings(2)).expect("a writable folder");
        store.save(&settings(1)).expect("a writable folder");
    }
}
