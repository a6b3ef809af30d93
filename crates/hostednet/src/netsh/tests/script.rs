//! Lines of script files, and the names the program goes by.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use super::super::grammar::{Command, Context, Line, Topic, line};
use super::super::words::words_of_line;
use super::super::{Session, is_called, read_script};
use super::words;

#[test]
fn quotes_and_blanks_part_a_line_as_on_windows() {
    for (text, expected) in [
        ("", &[][..]),
        ("  \t ", &[]),
        ("a b", &["a", "b"]),
        ("  a\tb \r", &["a", "b"]),
        ("ssid=\"my net\" x", &["ssid=my net", "x"]),
        ("\"a b\"\"c\"", &["a bc"]),
        ("ssid=\"\"", &["ssid="]),
        ("\"\"", &[""]),
        ("\"open to the end", &["open to the end"]),
    ] {
        let words = words_of_line(text.as_bytes());
        let words: Vec<_> = words
            .iter()
            .map(|word| std::str::from_utf8(word).unwrap())
            .collect();
        assert_eq!(words, expected, "{text:?}");
    }
}

#[test]
fn a_script_enters_and_leaves_contexts() {
    let start = || Some(Ok(Line::Command(Command::Start)));
    for (context, text, expected) in [
        (Context::Root, "", None),
        (Context::Root, "# a remark = of some kind", None),
        (Context::Root, "#", None),
        (
            Context::Root,
            "wlan",
            Some(Ok(Line::Context(Context::Wlan))),
        ),
        (Context::Wlan, "start hostednetwork", start()),
        (Context::Wlan, "wlan start hostednetwork", start()),
        (Context::Root, "wlan start hostednetwork", start()),
        (Context::Root, "netsh wlan start hostednetwork", start()),
        (Context::Wlan, "..", Some(Ok(Line::Context(Context::Root)))),
        (Context::Wlan, "Exit", Some(Ok(Line::End))),
        (Context::Wlan, "bye", Some(Ok(Line::End))),
        (Context::Wlan, "quit", Some(Ok(Line::End))),
        (
            Context::Wlan,
            "?",
            Some(Ok(Line::Command(Command::Help(Topic::Wlan)))),
        ),
    ] {
        assert_eq!(line(context, &words(text)), expected, "{text:?}");
    }
    assert!(matches!(
        line(Context::Root, &words("start hostednetwork")),
        Some(Err(_))
    ));
}

#[test]
fn a_script_ends_at_the_first_line_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = Session {
        socket: folder.path().join("nobody"),
        client: None,
    };
    let mut run = |text: &str| {
        let path = folder.path().join("script");
        fs::write(&path, text).unwrap();
        session.script(&path, Context::Root)
    };

    assert!(run(
        "\u{feff}# nothing\r\n\r\nwlan\r\n?\r\nexit\r\nfrobnicate\r\n"
    ));
    assert!(!run("frobnicate\nexit\n"));
    assert!(
        !run("wlan show hostednetwork\nexit\n"),
        "there is no service"
    );
    assert!(!session.script(&folder.path().join("missing"), Context::Root));
}

#[test]
fn a_script_may_be_saved_in_any_way_notepad_offers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("script");
    let wanted = "wlan set hostednetwork ssid=Größe \u{1f4f6}\r\n";
    let utf16: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(wanted.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [
        wanted.as_bytes().to_vec(),
        format!("\u{feff}{wanted}").into_bytes(),
        utf16,
    ] {
        fs::write(&path, bytes).unwrap();
        assert_eq!(read_script(&path).unwrap()[..], *wanted.as_bytes());
    }

    fs::write(&path, b"\xff\xfe\x00\xd8a\0").unwrap(); // half of a pair
    read_script(&path).unwrap_err();
}

#[test]
fn a_script_without_end_is_not_read() {
    let error = read_script(&PathBuf::from("/dev/zero")).unwrap_err();
    assert!(error.to_string().contains("longer than 1 MiB"));
}

#[test]
fn the_program_knows_the_name_it_is_called_by() {
    for (name, expected) in [
        ("netsh", true),
        ("/usr/bin/netsh", true),
        ("C/NETSH.EXE", true),
        ("./Netsh.exe", true),
        ("hostednet", false),
        ("netsh/hostednet", false),
        ("netshell", false),
        ("", false),
    ] {
        assert_eq!(is_called(Some(&OsString::from(name))), expected, "{name}");
    }
    assert!(!is_called(None));
}
