//! What needs no Wine; with one it is tried by `tests/wine`.

use std::fs;

use tempfile::TempDir;

use super::classes::{TEXT, TREES};
use super::prefix::Prefix;
use super::record::Record;
use super::runner::{major, parse};

/// A folder that looks like a prefix with Wine's own wlanapi.dll.
fn prefix(head: &str) -> (TempDir, Prefix) {
    let folder = tempfile::tempdir().unwrap();
    let prefix = Prefix::new(folder.path());
    fs::create_dir_all(prefix.system32()).unwrap();
    fs::write(folder.path().join("system.reg"), head).unwrap();
    fs::write(prefix.system32().join("kernel32.dll"), "").unwrap();
    fs::write(prefix.system32().join("wlanapi.dll"), "Wine's").unwrap();
    (folder, prefix)
}

const HEAD: &str = "WINE REGISTRY Version 2\n\n#arch=win64\n";

#[test]
fn a_64_bit_prefix_can_be_set_up() {
    let (_folder, prefix) = prefix(HEAD);

    prefix.check().unwrap();
}

#[test]
fn a_32_bit_prefix_is_refused_with_what_to_do() {
    let (_folder, prefix) = prefix("WINE REGISTRY Version 2\n\n#arch=win32\n");

    let refusal = prefix.check().unwrap_err().to_string();

    assert!(refusal.contains("only 64-bit programs"), "{refusal}");
}

#[test]
fn a_folder_that_is_none_and_one_that_is_not_whole_are_told_apart() {
    let (folder, prefix) = prefix(HEAD);
    fs::remove_file(prefix.system32().join("kernel32.dll")).unwrap();
    let half = prefix.check().unwrap_err().to_string();
    fs::remove_file(folder.path().join("system.reg")).unwrap();
    let none = prefix.check().unwrap_err().to_string();

    assert!(half.contains("not whole"), "{half}");
    assert!(none.contains("no Wine prefix"), "{none}");
}

#[test]
fn undoing_brings_back_what_was_there_and_removes_what_was_not() {
    let (folder, prefix) = prefix(HEAD);
    let ours = folder.path().join("ours");
    fs::write(&ours, "ours").unwrap();
    let mut record = Record::default();
    record.begin(&prefix, ["wlanapi.dll", "new.dll"]).unwrap();
    prefix.put(&ours, "wlanapi.dll").unwrap();
    prefix.put(&ours, "new.dll").unwrap();
    assert!(record.is_replaced(&prefix, "wlanapi.dll"));

    let read = Record::read(&prefix).unwrap().unwrap();
    assert_eq!(read, record);
    read.undo(&prefix).unwrap();

    let back = fs::read_to_string(prefix.system32().join("wlanapi.dll")).unwrap();
    assert_eq!(back, "Wine's");
    assert!(!prefix.system32().join("new.dll").exists());
    assert!(!prefix.keep().exists());
    assert_eq!(Record::read(&prefix).unwrap(), None);
}

#[test]
fn installing_again_keeps_the_first_record_and_adds_what_is_new() {
    let (folder, prefix) = prefix(HEAD);
    let ours = folder.path().join("ours");
    fs::write(&ours, "ours").unwrap();
    let mut record = Record::default();
    record.begin(&prefix, ["wlanapi.dll"]).unwrap();
    prefix.put(&ours, "wlanapi.dll").unwrap();

    let mut again = Record::read(&prefix).unwrap().unwrap();
    again.begin(&prefix, ["wlanapi.dll", "new.dll"]).unwrap();

    let kept = fs::read_to_string(again.saved(&prefix, "wlanapi.dll").unwrap()).unwrap();
    assert_eq!(kept, "Wine's");
    assert_eq!(again.files.get("new.dll"), Some(&false));
}

#[test]
fn a_record_from_before_there_were_classes_is_read() {
    let (_folder, prefix) = prefix(HEAD);
    fs::create_dir_all(prefix.keep()).unwrap();
    let text =
        r#"{ "complete": true, "overrides": { "wlanapi": null }, "files": { "netsh.exe": true } }"#;
    fs::write(prefix.keep().join("record.json"), text).unwrap();

    let record = Record::read(&prefix).unwrap().unwrap();

    assert!(record.complete && record.trees.is_empty());
}

#[test]
fn every_tree_of_the_class_is_undone() {
    let keys = TEXT.lines().filter_map(|line| {
        let key = line.strip_prefix('[')?.strip_suffix(']')?;
        Some(key.replace("HKEY_LOCAL_MACHINE", "HKLM"))
    });
    let mut count = 0;
    for key in keys {
        let mut above = TREES.iter().map(|(tree, _)| *tree);
        let undone = above.any(|tree| key == tree || key.starts_with(&format!("{tree}\\")));
        assert!(undone, "{key}");
        count += 1;
    }
    assert_eq!(count, 9);
}

#[test]
fn a_file_that_wine_put_back_is_noticed() {
    let (_folder, prefix) = prefix(HEAD);
    let mut record = Record::default();
    record.begin(&prefix, ["wlanapi.dll"]).unwrap();

    assert!(!record.is_replaced(&prefix, "wlanapi.dll"));
}

#[test]
fn a_record_that_makes_no_sense_is_an_error_and_not_an_absence() {
    let (_folder, prefix) = prefix(HEAD);
    fs::create_dir_all(prefix.keep()).unwrap();
    fs::write(prefix.keep().join("record.json"), "{").unwrap();

    Record::read(&prefix).unwrap_err();
}

#[test]
fn versions_are_read_as_wine_prints_them() {
    assert_eq!(major("wine-8.0 (Debian 8.0~repack-4)"), Some(8));
    assert_eq!(major("wine-10.0-rc1"), Some(10));
    assert_eq!(major("wine-9"), Some(9));
    assert_eq!(major("something else"), None);
}

#[test]
fn values_are_read_as_reg_prints_them() {
    let output = "\r\nHKEY_CURRENT_USER\\Software\\Wine\\DllOverrides\r\n    wlanapi    REG_SZ    \
                  native,builtin\r\n\r\n";

    assert_eq!(parse(output, "wlanapi"), Some("native,builtin".to_owned()));
    assert_eq!(parse(output, "netsh.exe"), None);
}
