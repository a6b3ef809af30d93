use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::*;

fn group(name: &str) -> Result<u32, Cause> {
    match name {
        "wheel" => Ok(10),
        "netdev" => Ok(101),
        _ => Err(Cause::new(
            format!("There is no group {name:?}."),
            "Make it.",
        )),
    }
}

fn parsed(text: &str) -> Policy {
    parse_policy(text, &group).unwrap()
}

fn refused(text: &str) -> String {
    let cause = parse_policy(text, &group).unwrap_err();
    assert!(
        !cause.remedy.is_empty() && !cause.text.contains('\n'),
        "{cause}"
    );
    cause.text
}

#[test]
fn an_empty_file_decides_nothing() {
    assert_eq!(parsed(""), Policy::default());
    assert_eq!(parsed("# only a remark\n\n"), Policy::default());
    assert_eq!(parsed("hosted_network = \"allow\""), Policy::default());
}

#[test]
fn every_key_has_its_meaning() {
    let policy = parsed(
        "hosted_network = \"disallow\"\nprivileged_group = \"netdev\"\n\
         read_keys = \"privileged\"\nset_keys = \"group:wheel\"\nssid = \"Büro\"\n",
    );
    assert_eq!(
        policy,
        Policy {
            allowed: false,
            privileged_group: Some(101),
            read_keys: Who::Privileged,
            set_keys: Who::Group(10),
            sharing: true,
            fixed_ssid: Some(Ssid::new("Büro").unwrap()),
        }
    );
    assert_eq!(parsed("read_keys = \"anybody\"").read_keys, Who::Anybody);
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (text, line, word) in [
        ("\nhosted_network = \"forbid\"", 2, "forbid"),
        ("hosted_network = true", 1, "invalid type"),
        ("# x\n\nhosted_networks = \"allow\"", 3, "hosted_networks"),
        ("ssid = \"a\"\nssid = \"b\"", 2, "duplicate"),
        ("read_keys = \"everybody\"", 1, "everybody"),
        ("\n\nset_keys = \"group:nobodys\"", 3, "nobodys"),
        ("privileged_group = \"nobodys\"", 1, "nobodys"),
        ("privileged_group = 101", 1, "invalid type"),
        ("ssid = \"\"", 1, "name"),
        ("ssid = \"123456789012345678901234567890123\"", 1, "name"),
        ("\nssid = \"unfinished", 2, "string"),
        ("[policy]\nssid = \"a\"", 1, "policy"),
    ] {
        let sentence = refused(text);
        assert!(
            sentence.starts_with(&format!("Line {line}: ")),
            "{text:?}: {sentence}"
        );
        assert!(sentence.contains(word), "{text:?}: {sentence}");
    }
}

#[test]
fn a_message_never_grows_with_the_file() {
    let long = "x".repeat(50_000);
    assert!(refused(&format!("read_keys = \"{long}\"")).len() < 500);
    assert!(refused(&format!("{long} = 1")).len() < 500);
}

#[test]
fn groups_come_from_the_system() {
    assert_eq!(system_group("root"), Ok(0));
    let cause = system_group("no-such-group-here").unwrap_err();
    assert!(cause.text.contains("no-such-group-here"), "{cause}");
    assert!(system_group("nul\0inside").is_err());
}

/// A folder with a policy in it.
fn folder(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    (folder, path)
}

#[test]
fn a_missing_file_is_no_policy_and_a_bad_one_is_refused() {
    let (folder, path) = folder("hosted_network = \"disallow\"");
    assert!(!load(&path).unwrap().allowed);
    assert_eq!(load(&folder.path().join("none")), Ok(Policy::default()));
    assert_eq!(
        load(&folder.path().join("no/folder")),
        Ok(Policy::default())
    );
    fs::write(&path, "hosted_network =").unwrap();
    let cause = load(&path).unwrap_err();
    assert!(cause.text.contains("policy.toml: Line 1"), "{cause}");
    fs::write(&path, [b'#', 0xff]).unwrap();
    assert!(load(&path).is_err(), "not UTF-8");
    fs::write(&path, "#".repeat(70_000)).unwrap();
    assert!(load(&path).unwrap_err().text.contains("65536 bytes"));
    assert!(load(folder.path()).unwrap_err().text.contains("not a file"));
}

#[test]
fn a_file_that_others_can_change_or_replace_is_refused() {
    let (folder, path) = folder("hosted_network = \"allow\"");
    for mode in [0o664, 0o646, 0o666] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let cause = load(&path).unwrap_err();
        assert!(cause.text.contains(&format!("mode {mode:o}")), "{cause}");
        assert!(cause.remedy.contains("chmod"), "{cause}");
    }
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    load(&path).unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    let cause = load(&path).unwrap_err();
    assert!(cause.text.contains("in its place"), "{cause}");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o1777)).unwrap();
    load(&path).unwrap();
}

#[test]
fn a_request_during_a_reload_is_not_forgotten() {
    let (_folder, path) = folder("");
    let (bell, heard) = crate::stop::bell().unwrap();
    let mut reloader = Reloader::new(Some(path), bell);
    reloader.begin();
    reloader.begin();
    let mut seen = 0;
    while seen < 2 {
        let mut fds = [rustix::event::PollFd::new(
            &heard,
            rustix::event::PollFlags::IN,
        )];
        rustix::event::poll(&mut fds, None).unwrap();
        heard.drain();
        while let Reloaded::Policy(outcome) = reloader.take() {
            assert_eq!(*outcome, Ok(Policy::default()));
            seen += 1;
        }
    }
    assert_eq!(reloader.take(), Reloaded::Nothing);
}

#[test]
fn the_example_is_a_policy_and_so_is_every_line_it_explains() {
    let example = include_str!("../../../../dist/policy.toml");
    let all = |name: &str| match name {
        "hostednet" => Ok(990),
        _ => group(name),
    };
    assert_eq!(
        parse_policy(example, &all).unwrap(),
        Policy {
            privileged_group: Some(990),
            ..Policy::default()
        }
    );
    let mut keys = 0;
    let uncommented: Vec<&str> = example
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if rest.contains(" = ") && !rest.starts_with(' ') => {
                keys += 1;
                rest
            }
            _ => line,
        })
        .collect();
    let policy = parse_policy(&uncommented.join("\n"), &all).unwrap();
    assert_eq!(keys, 5);
    assert!(!policy.allowed && !policy.sharing);
    assert_eq!(policy.fixed_ssid, Some(Ssid::new("Office guests").unwrap()));
}
