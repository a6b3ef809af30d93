//! The store on a real folder, and on a disk that fails.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dot11::Ssid;
use proptest::prelude::*;
use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::io::Errno;
use tempfile::TempDir;
use wlan_model::{ConnectionSettings, PrimaryKey, SecondaryKey};

use super::*;
use crate::disk::Disk;

fn folder() -> TempDir {
    TempDir::new().unwrap()
}

fn open(dir: &Path) -> (Store, Loaded) {
    Store::open_with(dir, None).unwrap()
}

fn settings(name: &str) -> Settings {
    Settings {
        connection: Some(ConnectionSettings {
            ssid: Ssid::new(name).unwrap(),
            max_peers: 7,
        }),
        enabled: true,
        air: wlan_model::AirSettings::default(),
        primary_key: Some(PrimaryKey::from_entropy(&[5; 63])),
        secondary_key: Some(SecondaryKey::passphrase(b"my old passphrase").unwrap()),
    }
}

/// The settings a service started now would find, without a warning.
fn stored(dir: &Path) -> Settings {
    let (_, loaded) = open(dir);
    assert_eq!(loaded.warning, None);
    loaded.settings
}

/// A folder with `settings("one")` in it.
fn used() -> TempDir {
    let dir = folder();
    open(dir.path()).0.save(&settings("one")).unwrap();
    dir
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names = Vec::from_iter(entries);
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_new_folder_has_the_default_settings_and_no_files() {
    let parent = folder();
    let dir = parent.path().join("a/b");
    let (_store, loaded) = open(&dir);
    assert_eq!(
        loaded,
        Loaded {
            settings: Settings::default(),
            warning: None
        }
    );
    assert_eq!(mode(&dir), 0o700);
    assert_eq!(names(&dir), [""; 0]);
}

#[test]
fn saved_settings_are_found_again_in_private_files() {
    let dir = folder();
    let (mut store, _) = open(dir.path());
    for settings in [
        Settings::default(),
        settings("one"),
        settings("two"),
        Settings::default(),
    ] {
        store.save(&settings).unwrap();
        drop(store);
        let (again, loaded) = open(dir.path());
        assert_eq!(
            loaded,
            Loaded {
                settings,
                warning: None
            }
        );
        store = again;
    }
    assert_eq!(names(dir.path()), [HOST_KEY, SETTINGS]);
    for name in [HOST_KEY, SETTINGS] {
        assert_eq!(mode(&dir.path().join(name)), 0o600, "{name}");
    }
}

#[test]
fn a_save_makes_another_file_instead_of_writing_over_the_old_one() {
    let dir = used();
    let path = dir.path().join(SETTINGS);
    let inode = fs::metadata(&path).unwrap().ino();
    let reader = fs::File::open(&path).unwrap();
    let old = fs::read(&path).unwrap();

    open(dir.path()).0.save(&settings("two")).unwrap();

    assert_ne!(fs::metadata(&path).unwrap().ino(), inode);
    assert_eq!(std::io::read_to_string(reader).unwrap().as_bytes(), old);
}

#[test]
fn no_key_is_on_the_disk_in_clear() {
    let dir = used();
    for name in names(dir.path()) {
        let bytes = fs::read(dir.path().join(name)).unwrap();
        for secret in [
            &b"my old passphrase"[..],
            settings("x").primary_key.unwrap().expose(),
        ] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }
}

#[test]
fn two_services_never_share_a_folder() {
    let dir = folder();
    let (first, _) = open(dir.path());
    let error = Store::open(dir.path()).unwrap_err();
    assert!(matches!(error, StoreError::Locked(_)), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("Another service uses the folder")
    );
    drop(first);
    open(dir.path());
}

#[test]
fn a_corrupted_file_is_kept_aside_and_the_defaults_are_used() {
    let dir = used();
    let path = dir.path().join(SETTINGS);
    for n in 1..=3 {
        let junk = format!("junk {n}");
        fs::write(&path, &junk).unwrap();

        let (mut store, loaded) = open(dir.path());

        assert_eq!(loaded.settings, Settings::default());
        let kept = format!("settings.toml.corrupt-{n}");
        let warning = loaded.warning.unwrap();
        assert!(
            warning.text.contains(&kept) && warning.remedy.contains(&kept),
            "{warning}"
        );
        store.save(&settings("new")).unwrap();
        assert_eq!(fs::read_to_string(dir.path().join(kept)).unwrap(), junk);
    }
}

#[test]
fn a_file_of_a_later_release_is_kept_aside() {
    let dir = used();
    let text = "version = 7\nnamed_keys = []\n";
    fs::write(dir.path().join(SETTINGS), text).unwrap();
    let (_store, loaded) = open(dir.path());
    assert!(
        loaded
            .warning
            .unwrap()
            .text
            .contains("a later release wrote it (format 7)")
    );
    assert_eq!(
        fs::read_to_string(dir.path().join("settings.toml.newer-1")).unwrap(),
        text
    );
    assert!(!dir.path().join(SETTINGS).exists());
}

#[test]
fn keys_of_another_host_are_kept_aside() {
    let (here, there) = (used(), used());
    fs::copy(there.path().join(SETTINGS), here.path().join(SETTINGS)).unwrap();
    let (_store, loaded) = open(here.path());
    assert_eq!(loaded.settings, Settings::default());
    assert!(loaded.warning.unwrap().text.contains("wrong host key"));
    assert!(here.path().join("settings.toml.corrupt-1").exists());
}

#[test]
fn a_lost_host_key_is_said_and_a_damaged_one_kept_aside() {
    let lost = used();
    fs::remove_file(lost.path().join(HOST_KEY)).unwrap();
    let (_store, loaded) = open(lost.path());
    assert!(
        loaded
            .warning
            .unwrap()
            .text
            .contains("the host key is missing")
    );

    let damaged = used();
    fs::write(damaged.path().join(HOST_KEY), "short").unwrap();
    let (mut store, loaded) = open(damaged.path());
    assert!(loaded.warning.unwrap().text.contains("host.key.corrupt-1"));
    store.save(&settings("one")).unwrap();
    drop(store);
    assert_eq!(stored(damaged.path()), settings("one"));
    assert_eq!(
        names(damaged.path()),
        [
            HOST_KEY,
            "host.key.corrupt-1",
            SETTINGS,
            "settings.toml.corrupt-1"
        ]
    );
}

#[test]
fn a_file_kept_aside_can_be_put_back() {
    let dir = used();
    let key = fs::read(dir.path().join(HOST_KEY)).unwrap();
    fs::remove_file(dir.path().join(HOST_KEY)).unwrap();
    drop(open(dir.path()));

    fs::write(dir.path().join(HOST_KEY), key).unwrap();
    chmod(&dir.path().join(HOST_KEY), 0o600);
    fs::rename(
        dir.path().join("settings.toml.corrupt-1"),
        dir.path().join(SETTINGS),
    )
    .unwrap();

    assert_eq!(stored(dir.path()), settings("one"));
}

#[test]
fn a_credential_takes_the_place_of_the_host_key() {
    let (dir, credentials) = (used(), folder());
    fs::write(credentials.path().join(CREDENTIAL), [3; 32]).unwrap();
    let with = || Store::open_with(dir.path(), Some(credentials.path())).unwrap();

    // What the old key sealed still opens, and is sealed anew by the next save.
    let (mut store, loaded) = with();
    assert_eq!(
        loaded,
        Loaded {
            settings: settings("one"),
            warning: None
        }
    );
    store.save(&settings("two")).unwrap();
    drop(store);
    fs::remove_file(dir.path().join(HOST_KEY)).unwrap();
    assert_eq!(with().1.settings, settings("two"));
    assert_eq!(names(dir.path()), [SETTINGS]);

    fs::write(credentials.path().join(CREDENTIAL), "too short").unwrap();
    let error = Store::open_with(dir.path(), Some(credentials.path())).unwrap_err();
    assert!(matches!(error, StoreError::Credential(_)), "{error}");
    assert!(dir.path().join(SETTINGS).exists());
}

#[test]
fn a_credentials_folder_without_ours_is_as_none() {
    let (dir, credentials) = (used(), folder());
    let (_store, loaded) = Store::open_with(dir.path(), Some(credentials.path())).unwrap();
    assert_eq!(loaded.settings, settings("one"));
}

#[test]
fn permissions_that_are_too_wide_are_narrowed_and_told() {
    for (name, wide) in [(SETTINGS, 0o644), (HOST_KEY, 0o660), ("", 0o755)] {
        let dir = used();
        let path = dir.path().join(name);
        chmod(&path, wide);

        let (_store, loaded) = open(dir.path());

        assert_eq!(mode(&path) & 0o077, 0);
        assert_eq!(loaded.settings, settings("one"));
        let warning = loaded.warning.unwrap();
        assert!(
            warning.text.contains(&format!("mode {wide:03o}")),
            "{warning}"
        );
    }
}

#[test]
fn a_folder_of_others_is_not_taken_from_them() {
    let dir = folder();
    fs::write(dir.path().join("letter.txt"), "dear all").unwrap();
    chmod(dir.path(), 0o1777);
    let (mut store, loaded) = open(dir.path());
    assert_eq!(mode(dir.path()), 0o1777);
    assert!(loaded.warning.unwrap().text.contains("used by others too"));
    store.save(&settings("one")).unwrap();
    assert_eq!(mode(&dir.path().join(SETTINGS)), 0o600);
}

#[test]
fn what_a_killed_service_left_half_written_is_ignored_and_removed() {
    let dir = used();
    let whole = fs::read(dir.path().join(SETTINGS)).unwrap();
    for half in [&b""[..], &whole[..whole.len() / 2], &whole] {
        fs::write(dir.path().join("settings.toml.new"), half).unwrap();
        fs::write(dir.path().join("host.key.new"), half).unwrap();
        assert_eq!(stored(dir.path()), settings("one"));
        assert_eq!(names(dir.path()), [HOST_KEY, SETTINGS]);
    }
}

#[test]
fn something_that_is_no_file_is_left_alone() {
    let make: [fn(&Path); 2] = [
        |path| fs::create_dir(path).unwrap(),
        |path| symlink("/dev/null", path).unwrap(),
    ];
    for make in make {
        let dir = folder();
        make(&dir.path().join(SETTINGS));
        let error = Store::open_with(dir.path(), None).unwrap_err();
        assert!(matches!(error, StoreError::Folder(_)), "{error}");
        assert!(fs::symlink_metadata(dir.path().join(SETTINGS)).is_ok());
    }
}

#[test]
fn a_path_that_is_no_folder_is_refused() {
    let dir = folder();
    let file = dir.path().join("file");
    fs::write(&file, "x").unwrap();
    for path in [file.clone(), file.join("below")] {
        let error = Store::open_with(&path, None).unwrap_err();
        assert!(
            error.to_string().starts_with("Cannot make the folder"),
            "{error}"
        );
    }
    let dangling = dir.path().join("dangling");
    symlink(dir.path().join("nowhere/at/all"), &dangling).unwrap();
    assert!(Store::open_with(&dangling, None).is_err());
}

#[test]
fn a_folder_that_disappears_makes_the_save_fail() {
    let parent = folder();
    let dir = parent.path().join("state");
    let (mut store, _) = open(&dir);
    store.save(&settings("one")).unwrap();
    let moved = parent.path().join("moved");
    fs::rename(&dir, &moved).unwrap();

    let replacements: [fn(&Path); 3] = [
        |_| {},
        |dir| symlink("/nowhere/at/all", dir).unwrap(),
        |dir| {
            fs::remove_file(dir).unwrap();
            fs::create_dir(dir).unwrap();
        },
    ];
    for replace in replacements {
        replace(&dir);
        let cause = store.save(&settings("two")).unwrap_err();
        assert!(cause.text.starts_with("Cannot write"), "{cause}");
        assert!(cause.remedy.contains("moved or deleted"), "{cause}");
    }
    assert_eq!(names(&dir), [""; 0]);
    drop(store);
    assert_eq!(stored(&moved), settings("one"));
}

#[test]
fn an_obstacle_in_the_way_of_the_new_file_makes_the_save_fail() {
    let dir = used();
    let (mut store, _) = open(dir.path());
    fs::create_dir(dir.path().join("settings.toml.new")).unwrap();
    let cause = store.save(&settings("two")).unwrap_err();
    assert!(cause.text.contains("settings.toml"), "{cause}");
    fs::remove_dir(dir.path().join("settings.toml.new")).unwrap();
    store.save(&settings("three")).unwrap();
    drop(store);
    assert_eq!(stored(dir.path()), settings("three"));
}

#[test]
fn the_store_can_live_in_a_thread_of_its_own() {
    let dir = folder();
    let (mut store, _) = open(dir.path());
    std::thread::spawn(move || store.save(&settings("one")))
        .join()
        .unwrap()
        .unwrap();
    assert_eq!(stored(dir.path()), settings("one"));
}

/// A disk whose operations fail from the n-th on, `count` of them.
#[derive(Debug)]
struct Failing {
    real: Linux,
    done: Arc<AtomicU32>,
    at: u32,
    count: u32,
    error: Errno,
}

impl Failing {
    fn step(&self) -> rustix::io::Result<()> {
        let n = self.done.fetch_add(1, Ordering::Relaxed);
        if (self.at..self.at + self.count).contains(&n) {
            Err(self.error)
        } else {
            Ok(())
        }
    }
}

impl Disk for Failing {
    fn create(&mut self, folder: BorrowedFd<'_>, name: &str) -> rustix::io::Result<OwnedFd> {
        self.step()?;
        self.real.create(folder, name)
    }

    fn write(&mut self, file: BorrowedFd<'_>, bytes: &[u8]) -> rustix::io::Result<usize> {
        self.step()?;
        // A disk that takes what it likes.
        self.real.write(file, &bytes[..bytes.len().min(100)])
    }

    fn sync(&mut self, file: BorrowedFd<'_>) -> rustix::io::Result<()> {
        self.step()?;
        self.real.sync(file)
    }

    fn rename(&mut self, folder: BorrowedFd<'_>, from: &str, to: &str) -> rustix::io::Result<()> {
        self.step()?;
        self.real.rename(folder, from, to)
    }

    fn sync_folder(&mut self, folder: BorrowedFd<'_>) -> rustix::io::Result<()> {
        // The new name is there already when the system says that it may not last.
        self.real.sync_folder(folder)?;
        self.step()
    }
}

/// A store of `dir` on a disk that fails at its `at`-th operation.
fn failing(dir: &Path, at: u32, error: Errno) -> (Store, Arc<AtomicU32>) {
    let done = Arc::new(AtomicU32::new(0));
    let disk = Failing {
        real: Linux,
        done: Arc::clone(&done),
        at,
        count: 1,
        error,
    };
    let folder = Folder::open(dir, Box::new(disk), &mut Vec::new()).unwrap();
    let mut warnings = Vec::new();
    let host_keys = Vec::from_iter(stored_host_key(&folder, &mut warnings).unwrap());
    let mut store = Store {
        folder,
        host_keys,
        text: None,
    };
    store.load(&mut warnings).unwrap();
    assert_eq!(warnings, []);
    (store, done)
}

#[test]
fn whichever_step_of_a_save_fails_the_old_settings_stay() {
    for old in [Settings::default(), settings("one")] {
        for (error, words, remedy) in [
            (Errno::NOSPC, "No space left on device", "room"),
            (Errno::ROFS, "Read-only file system", "writable"),
            (Errno::IO, "Input/output error", "dmesg"),
            (Errno::ACCESS, "Permission denied", "user"),
        ] {
            let mut failures = 0;
            for at in 0.. {
                let dir = folder();
                if old != Settings::default() {
                    open(dir.path()).0.save(&old).unwrap();
                }
                let (mut store, done) = failing(dir.path(), at, error);

                let result = store.save(&settings("two"));

                if done.load(Ordering::Relaxed) <= at {
                    assert_eq!(result, Ok(()));
                    break;
                }
                failures += 1;
                let cause = result.unwrap_err();
                assert!(
                    cause.text.contains(words) && cause.remedy.contains(remedy),
                    "{cause}"
                );
                assert!(!dir.path().join("settings.toml.new").exists());
                assert!(!dir.path().join("host.key.new").exists());
                drop(store);
                assert_eq!(stored(dir.path()), old, "step {at}, {error}");

                // And the next save works.
                open(dir.path()).0.save(&settings("three")).unwrap();
                assert_eq!(stored(dir.path()), settings("three"));
            }
            assert!(
                failures >= 5,
                "create, write, sync, rename, sync of the folder"
            );
        }
    }
}

#[test]
fn a_disk_that_stays_broken_does_not_disturb_the_next_attempt() {
    let dir = used();
    let done = Arc::new(AtomicU32::new(0));
    let disk = Failing {
        real: Linux,
        done,
        at: 0,
        count: 3,
        error: Errno::NOSPC,
    };
    let folder = Folder::open(dir.path(), Box::new(disk), &mut Vec::new()).unwrap();
    let host_keys = Vec::from_iter(stored_host_key(&folder, &mut Vec::new()).unwrap());
    let mut store = Store {
        folder,
        host_keys,
        text: None,
    };
    store.load(&mut Vec::new()).unwrap();
    for _ in 0..3 {
        assert!(store.save(&settings("two")).is_err());
    }
    store.save(&settings("three")).unwrap();
    drop(store);
    assert_eq!(stored(dir.path()), settings("three"));
}

/// What is on the disk must be `bytes` still, under one name or another.
fn is_kept(dir: &Path, bytes: &[u8]) -> bool {
    names(dir).iter().any(|name| {
        name.starts_with(SETTINGS) && fs::read(dir.join(name)).is_ok_and(|found| found == bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_file_panics_the_store_or_is_lost(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let dir = folder();
        fs::write(dir.path().join(SETTINGS), &bytes).unwrap();
        let (mut store, loaded) = open(dir.path());
        prop_assert!(loaded.warning.is_some());
        store.save(&settings("one")).unwrap();
        prop_assert!(is_kept(dir.path(), &bytes));
        prop_assert!(dir.path().join("settings.toml.corrupt-1").exists());
    }

    #[test]
    fn a_damaged_file_is_used_whole_or_kept_aside(
        at in any::<prop::sample::Index>(),
        with in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let dir = used();
        let path = dir.path().join(SETTINGS);
        let mut bytes = fs::read(&path).unwrap();
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = with;
        }
        fs::write(&path, &bytes).unwrap();

        let (_store, loaded) = open(dir.path());

        prop_assert!(is_kept(dir.path(), &bytes));
        prop_assert_eq!(path.exists(), loaded.warning.is_none());
        if let Some(key) = loaded.settings.secondary_key {
            prop_assert_eq!(Some(key), settings("one").secondary_key, "never another key");
        }
    }
}

#[test]
fn a_file_that_is_too_long_is_not_cut_short() {
    let dir = used();
    let path = dir.path().join(SETTINGS);
    let bytes = fs::read_to_string(&path).unwrap() + "#" + &"x".repeat(MAX_FILE);
    fs::write(&path, &bytes).unwrap();
    let (_store, loaded) = open(dir.path());
    assert!(loaded.warning.unwrap().text.contains("too long"));
    assert!(is_kept(dir.path(), bytes.as_bytes()));
}
