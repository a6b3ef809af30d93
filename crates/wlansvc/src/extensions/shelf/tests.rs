use super::*;

fn extension(name: &str, secret: &str) -> Extension {
    Extension {
        name: name.to_owned(),
        oui: Oui([0, 0x1f, 0xff]),
        ports: Some(ExtensionPorts {
            element: VendorElement {
                oui: Oui([2, 0xca, 0xfe]),
                kind: None,
            },
            fragments: VendorFragments {
                connectivity: Some(KeyBytes::copy_from(b"")),
                security: Some(KeyBytes::copy_from(secret.as_bytes())),
            },
        }),
    }
}

fn library(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("vendor.so.1");
    fs::write(&path, bytes).unwrap();
    path
}

fn install(shelf: &Shelf, extension: &Extension, from: &Path) -> PathBuf {
    let staged = shelf.stage(&extension.name, from).unwrap();
    shelf.commit(extension, &staged).unwrap();
    staged
}

fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder.join("extensions")) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_stored_comes_back_whatever_its_fragments_hold() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(folder.path());
    let source = library(folder.path(), b"code");
    let mut wanted = vec![
        extension("a", "<x y='\"\"\"'>\\n\t''' # ]\r\n\u{1}ä</x>"),
        extension("B-2_", &"long ".repeat(6000)),
    ];
    wanted.push(Extension {
        ports: None,
        ..extension("c", "")
    });
    for extension in &wanted {
        install(&shelf, extension, &source);
    }
    let found = shelf.load();
    assert_eq!(found.warnings, []);
    let mut got: Vec<Extension> = found.stored.iter().map(|s| s.extension.clone()).collect();
    wanted.sort_by(|a, b| a.name.cmp(&b.name));
    got.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(got, wanted);
    for stored in found.stored {
        assert_eq!(fs::read(&stored.library).unwrap(), b"code");
    }
}

#[test]
fn a_replaced_extension_leaves_no_old_library() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(folder.path());
    let source = library(folder.path(), b"old");
    let old = install(&shelf, &extension("a", "1"), &source);
    fs::write(&source, b"new").unwrap();
    let new = install(&shelf, &extension("a", "2"), &source);
    assert!(!old.exists());
    let found = shelf.load();
    assert_eq!(found.stored[0].library, new);
    assert_eq!(fs::read(&new).unwrap(), b"new");
    shelf.remove("a").unwrap();
    assert_eq!(files(folder.path()), [""; 0]);
}

#[test]
fn a_record_that_cannot_be_written_leaves_the_old_one_and_its_library() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(folder.path());
    let source = library(folder.path(), b"old");
    let old = install(&shelf, &extension("a", "1"), &source);
    let before = files(folder.path());
    let staged = shelf.stage("a", &source).unwrap();
    // In the place of the file that is written first.
    let in_the_way = folder.path().join("extensions/a.toml.new");
    fs::create_dir(&in_the_way).unwrap();
    let refusal = shelf.commit(&extension("a", "2"), &staged).unwrap_err();
    assert_eq!(refusal.reason, Reason::PersistenceFailed);
    fs::remove_dir(&in_the_way).unwrap();
    assert_eq!(files(folder.path()), before);
    let found = shelf.load();
    assert_eq!(found.stored[0].extension, extension("a", "1"));
    assert_eq!(found.stored[0].library, old);
}

#[test]
fn a_full_disk_is_told_as_one_and_a_folder_that_cannot_be_made_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let error = io::Error::from_raw_os_error(libc::ENOSPC);
    let refusal = not_written(folder.path(), &error);
    assert_eq!(refusal.code, Win32Error::DISK_FULL);
    assert_eq!(refusal.reason, Reason::PersistenceFailed);
    fs::write(folder.path().join("extensions"), "").unwrap();
    let source = library(folder.path(), b"x");
    let shelf = Shelf::new(folder.path());
    let refusal = shelf.stage("a", &source).unwrap_err();
    assert_eq!(refusal.code, Win32Error::WRITE_FAULT);
    assert_eq!(fs::read(folder.path().join("extensions")).unwrap(), b"");
}

#[test]
fn a_service_that_was_killed_while_installing_leaves_nothing_for_long() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(folder.path());
    let source = library(folder.path(), b"x");
    let kept = install(&shelf, &extension("a", "1"), &source);
    let staged = shelf.stage("b", &source).unwrap();
    fs::write(folder.path().join("extensions/b.toml.new"), "version").unwrap();
    assert_eq!(shelf.load().stored.len(), 1);
    assert!(kept.exists() && !staged.exists());
    assert_eq!(files(folder.path()).len(), 2);
}

#[test]
fn records_that_cannot_be_used_are_kept_aside_with_their_library() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(folder.path());
    let source = library(folder.path(), b"x");
    let record = folder.path().join("extensions/a.toml");
    let damages = [
        ("version = 1", "version = 2", "newer"),
        ("oui = ", "owner = ", "corrupt"),
        ("00:1f:ff", "00:1f:ff:00", "corrupt"),
        ("library = \"", "library = \"../../", "corrupt"),
        ("version = 1", "version = 1\nmore = 1", "corrupt"),
        ("version", "[version", "corrupt"),
    ];
    for (old, new, suffix) in damages {
        let library = install(&shelf, &extension("a", "1"), &source);
        let text = fs::read_to_string(&record).unwrap();
        assert!(text.contains(old), "{old} is not in {text}");
        fs::write(&record, text.replacen(old, new, 1)).unwrap();
        let found = shelf.load();
        assert_eq!(found.stored, []);
        assert_eq!(found.warnings.len(), 1, "{new}");
        let told = &found.warnings[0].text;
        assert!(told.contains(&format!("a.toml.{suffix}-")), "{told}");
        assert!(!record.exists() && library.exists(), "{new}");
    }
}

#[test]
fn names_are_those_of_plain_files() {
    for name in ["a", "A-b_9", &"x".repeat(32)] {
        assert!(is_name(name), "{name}");
    }
    let long = "x".repeat(33);
    for name in [
        "", ".", "..", "a.b", "a/b", "/", "a b", "ä", "a\0", "a\n", &long,
    ] {
        assert!(!is_name(name), "{name:?}");
    }
}

/// Does something in a folder with so little room, which this thread alone sees. `None`, said loudly,
/// where the test has no right to make one.
#[expect(unsafe_code, reason = "mounts")]
fn on_a_small_disk<T: Send>(act: impl FnOnce(&Path) -> T + Send) -> Option<T> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let place = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    let done = std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let none = core::ptr::null();
            // SAFETY: all texts end with NUL, and only this thread's mounts change.
            let mounted = unsafe {
                libc::unshare(libc::CLONE_NEWNS | libc::CLONE_FS) == 0
                    && libc::mount(
                        none,
                        c"/".as_ptr(),
                        none,
                        libc::MS_REC | libc::MS_PRIVATE,
                        none.cast(),
                    ) == 0
                    && libc::mount(
                        c"none".as_ptr(),
                        place.as_ptr(),
                        c"tmpfs".as_ptr(),
                        0,
                        c"size=64k".as_ptr().cast(),
                    ) == 0
            };
            mounted.then(|| act(path))
        });
        other.join().unwrap()
    });
    if done.is_none() {
        eprintln!("SKIPPED: no small file system can be mounted here");
    }
    done
}

#[test]
fn a_disk_that_is_full_leaves_what_was_installed() {
    on_a_small_disk(|disk| {
        let elsewhere = Path::new("/dev/shm");
        let elsewhere = tempfile::tempdir_in(elsewhere).unwrap();
        let shelf = Shelf::new(disk);
        let small = library(elsewhere.path(), b"small");
        let old = install(&shelf, &extension("a", "1"), &small);
        let before = files(disk);
        // The library does not fit.
        let large = library(elsewhere.path(), &[7; 100_000]);
        let refusal = shelf.stage("a", &large).unwrap_err();
        assert_eq!(refusal.code, Win32Error::DISK_FULL, "{refusal}");
        assert_eq!(files(disk), before);
        // The library fits, its record does not.
        let small = library(elsewhere.path(), b"small");
        let staged = shelf.stage("a", &small).unwrap();
        let long = extension("a", &"x".repeat(100_000));
        let refusal = shelf.commit(&long, &staged).unwrap_err();
        assert_eq!(refusal.code, Win32Error::DISK_FULL, "{refusal}");
        assert_eq!(files(disk), before);
        let found = shelf.load();
        assert_eq!(found.warnings, []);
        assert_eq!(found.stored[0].extension, extension("a", "1"));
        assert_eq!(found.stored[0].library, old);
    });
}
