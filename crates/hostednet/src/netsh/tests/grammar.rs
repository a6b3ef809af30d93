//! What netsh's users write, and what it means.

use dot11::Ssid;
use proptest::prelude::*;
use wlan_model::{KeyFormError, SecondaryKey};
use zeroize::Zeroizing;

use super::super::grammar::{
    Command, Context, Hint, Invocation, KeyArgument, Mistake, Object, Settings, Topic, Verb, Wrong,
    command, invocation, line, words as arguments,
};
use super::super::words::{Unfit, Word};
use super::words;

const DIGITS: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

/// `wlan set hostednetwork` with these arguments, each one as the program receives it.
fn set(parameters: &[&str]) -> Result<Settings, Wrong> {
    let words: Vec<Word> = ["wlan", "set", "hostednetwork"]
        .iter()
        .chain(parameters)
        .map(|word| Zeroizing::new(word.as_bytes().to_vec()))
        .collect();
    match command(Context::Root, &words) {
        Ok(Command::Set(settings)) => Ok(settings),
        Err(Mistake::Parameters { wrong, .. }) => Err(wrong),
        other => panic!("{other:?}"),
    }
}

fn all(mode: bool, ssid: &str, key: &str, is_persistent: bool) -> Settings {
    Settings {
        mode: Some(mode),
        ssid: Some(Ssid::new(ssid).unwrap()),
        key: Some((given(key), is_persistent)),
    }
}

fn given(key: &str) -> KeyArgument {
    KeyArgument::Given(SecondaryKey::passphrase(key.as_bytes()).unwrap())
}

fn ssid(name: &str) -> Settings {
    Settings {
        ssid: Some(Ssid::new(name).unwrap()),
        ..Settings::default()
    }
}

fn key(key: &str) -> Settings {
    Settings {
        key: Some((given(key), true)),
        ..Settings::default()
    }
}

#[test]
fn set_understands_every_spelling_windows_does() {
    let net = || all(true, "net", "secret12", true);
    let table: &[(&[&str], Settings)] = &[
        // By name, in any order and case.
        (&["mode=allow", "ssid=net", "key=secret12"], net()),
        (&["key=secret12", "ssid=net", "mode=allow"], net()),
        (
            &[
                "MODE=Allow",
                "SSID=net",
                "Key=secret12",
                "KEYUSAGE=Persistent",
            ],
            net(),
        ),
        // By position.
        (&["allow", "net", "secret12"], net()),
        (&["allow", "net", "secret12", "persistent"], net()),
        (
            &["allow", "net", "secret12", "temporary"],
            all(true, "net", "secret12", false),
        ),
        // Both.
        (&["mode=allow", "net", "secret12"], net()),
        (&["key=secret12", "allow", "net"], net()),
        (
            &["allow", "net", "key=secret12", "keyUsage=persistent"],
            net(),
        ),
        // Blanks around the sign.
        (
            &[
                "mode", "=", "allow", "ssid", "=", "net", "key", "=", "secret12",
            ],
            net(),
        ),
        (
            &["mode=", "allow", "ssid=", "net", "key=", "secret12"],
            net(),
        ),
        (
            &["mode", "=allow", "ssid", "=net", "key", "=secret12"],
            net(),
        ),
        (&["mode = allow", "ssid =net", "key  =  secret12"], net()),
        // Quotes that no shell took away.
        (&["mode=allow", "ssid=\"net\"", "key=\"secret12\""], net()),
        (
            &[
                "\"mode=allow\"",
                "\"ssid\"=\"net\"",
                "key",
                "=",
                "\"secret12\"",
            ],
            net(),
        ),
        (&["mode=allow", "ssid=net\"", "key=\"secret12"], net()),
        (&["ssid=my net"], ssid("my net")),
        (&["ssid=\"my", "net\""], ssid("my net")),
        (
            &["ssid", "=", "\"my", "own", "net\"", "mode=allow"],
            Settings {
                mode: Some(true),
                ..ssid("my own net")
            },
        ),
        (
            &["allow", "\"my", "net\"", "secret12"],
            all(true, "my net", "secret12", true),
        ),
        // Shortened.
        (&["m=a", "s=net", "key=secret12", "keyu=p"], net()),
        (
            &["dis"],
            Settings {
                mode: Some(false),
                ..Settings::default()
            },
        ),
        // Any subset.
        (
            &["disallow"],
            Settings {
                mode: Some(false),
                ..Settings::default()
            },
        ),
        (&["ssid=net"], ssid("net")),
        (&["key=secret12"], key("secret12")),
        // Values that look like something else.
        (&["ssid=key=12345678"], ssid("key=12345678")),
        (&["ssid=?"], ssid("?")),
        (&["ssid==x"], ssid("=x")),
        (&["key=a=b=c=d=e"], key("a=b=c=d=e")),
        (&["key= 8 blanks"], key(" 8 blanks")),
        (&["key=pass\"word"], key("pass\"word")),
        (
            &["allow", "key", "secret12"],
            all(true, "key", "secret12", true),
        ),
        (
            &["allow", "allow", "allowallow"],
            all(true, "allow", "allowallow", true),
        ),
        (&["ssid=Büro"], ssid("Büro")),
        (
            &["ssid=12345678901234567890123456789012"],
            ssid("12345678901234567890123456789012"),
        ),
    ];
    for (parameters, expected) in table {
        assert_eq!(set(parameters).as_ref(), Ok(expected), "{parameters:?}");
    }
}

#[test]
fn sixty_four_hexadecimal_digits_are_thirty_two_bytes() {
    let settings = set(&[&format!("key={DIGITS}"), "keyUsage=temporary"]).unwrap();

    let bytes: Vec<u8> = (0..32).map(|i| (i % 16) * 0x11).collect();
    let expected = KeyArgument::Given(SecondaryKey::binary(&bytes).unwrap());
    assert_eq!(settings.key, Some((expected, false)));
    // One digit less is a passphrase.
    assert_eq!(
        set(&[&format!("key={}", &DIGITS[1..])]),
        Ok(key(&DIGITS[1..]))
    );
}

#[test]
fn a_lone_dash_is_a_key_from_standard_input() {
    let expected = Settings {
        key: Some((KeyArgument::FromInput, true)),
        ..Settings::default()
    };
    assert_eq!(set(&["key=-"]), Ok(expected));
}

#[test]
fn an_ssid_is_bytes_and_needs_not_be_text() {
    let word = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
    let line = [
        word(b"set"),
        word(b"hostednetwork"),
        word(b"ssid=\xff\x00\xfe"),
    ];

    let Ok(Command::Set(settings)) = command(Context::Wlan, &line) else {
        panic!("not understood");
    };

    assert_eq!(settings.ssid, Some(Ssid::new(*b"\xff\x00\xfe").unwrap()));
}

#[test]
fn set_refuses_what_is_wrong_before_anything_is_done() {
    let long = "x".repeat(33);
    let long_ssid = format!("ssid={long}");
    let not_hex = format!("key={}", "x".repeat(64));
    let more_hex = format!("key={DIGITS}0");
    let table: &[(&[&str], Wrong)] = &[
        (&[], Wrong::Missing),
        (&["mode=maybe"], Wrong::Mode),
        (&["mode="], Wrong::Mode),
        (&["mode=", "ssid=net"], Wrong::Mode),
        (&["allowed"], Wrong::Mode),
        (&["net", "secret12"], Wrong::Mode),
        (&["ssid="], Wrong::Ssid(0)),
        (&["ssid=\"\""], Wrong::Ssid(0)),
        (&[&long_ssid], Wrong::Ssid(33)),
        (&["ssid=", "key=secret12"], Wrong::Ssid(0)),
        (
            &["key=short"],
            Wrong::Key(KeyFormError::PassphraseLength(5)),
        ),
        (&["key="], Wrong::Key(KeyFormError::PassphraseLength(0))),
        (
            &["key=passwörter"],
            Wrong::Key(KeyFormError::PassphraseCharacter),
        ),
        (
            &["key=12345678\n"],
            Wrong::Key(KeyFormError::PassphraseCharacter),
        ),
        (&[&not_hex], Wrong::Key(KeyFormError::PassphraseLength(64))),
        (&[&more_hex], Wrong::Key(KeyFormError::PassphraseLength(65))),
        (
            &["allow", "net", "short"],
            Wrong::Key(KeyFormError::PassphraseLength(5)),
        ),
        (&["key=secret12", "keyUsage=sometimes"], Wrong::KeyUsage),
        (&["keyUsage=temporary"], Wrong::KeyUsageAlone),
        (&["ssid=net", "keyUsage=persistent"], Wrong::KeyUsageAlone),
        (&["colour=red"], Wrong::Unfit(Unfit::UnknownTag)),
        (&["k=secret12"], Wrong::Unfit(Unfit::UnknownTag)),
        (&["=", "allow"], Wrong::Unfit(Unfit::UnknownTag)),
        (&["=allow"], Wrong::Unfit(Unfit::UnknownTag)),
        (&["colour", "=", "red"], Wrong::Unfit(Unfit::UnknownTag)),
        (&["ssid=a", "ssid=b"], Wrong::Unfit(Unfit::Twice("ssid"))),
        (
            &["key=secret12", "KEY=secret34"],
            Wrong::Unfit(Unfit::Twice("key")),
        ),
        (
            &["allow", "net", "secret12", "persistent", "more"],
            Wrong::Unfit(Unfit::TooMany),
        ),
        (
            &["ssid=my", "own", "net", "secret12", "temporary"],
            Wrong::Unfit(Unfit::TooMany),
        ),
        // One wrong value is enough, and nothing is done.
        (
            &["mode=allow", "ssid=net", "key=short"],
            Wrong::Key(KeyFormError::PassphraseLength(5)),
        ),
    ];
    for (parameters, expected) in table {
        assert_eq!(set(parameters), Err(*expected), "{parameters:?}");
    }
}

#[test]
fn commands_may_be_shortened_as_long_as_they_are_clear() {
    use Command::{Help, Refresh, ShowDrivers, ShowHostedNetwork, ShowInterfaces, ShowSecurity};
    use Command::{ShowSettings, Start, Stop};
    let table: &[(&str, Command)] = &[
        ("wlan start hostednetwork", Start),
        ("WLAN START HOSTEDNETWORK", Start),
        ("wl sta h", Start),
        ("wlan stop hostednetwork", Stop),
        ("wlan sto hosted", Stop),
        ("wlan refresh hostednetwork key", Refresh),
        ("wlan refresh hostednetwork data=key", Refresh),
        ("wlan refresh hostednetwork data = KEY", Refresh),
        ("wlan ref host k", Refresh),
        ("wlan show hostednetwork", ShowHostedNetwork),
        ("wlan sh hosted", ShowHostedNetwork),
        ("wlan show hostednetwork security", ShowSecurity),
        ("wlan show hostednetwork setting=security", ShowSecurity),
        (
            "wlan show hostednetwork SETTING = \"Security\"",
            ShowSecurity,
        ),
        ("wlan sh h s=sec", ShowSecurity),
        ("wlan show settings", ShowSettings),
        ("wlan show drivers", ShowDrivers(None)),
        ("wlan show driver", ShowDrivers(None)),
        ("wlan show drivers wlan0", ShowDrivers(Some("wlan0".into()))),
        ("wlan show interfaces", ShowInterfaces(None)),
        ("wlan show interface", ShowInterfaces(None)),
        (
            "wlan show interfaces interface=\"Wi-Fi\"",
            ShowInterfaces(Some("Wi-Fi".into())),
        ),
        ("wlan export hostednetworkprofile", Command::Export(None)),
        (
            "wlan export hostednetworkprofile /tmp",
            Command::Export(Some("/tmp".into())),
        ),
        (
            "wlan export hostednetworkprofile folder=\"a b\"",
            Command::Export(Some("a b".into())),
        ),
        ("wlan", Help(Topic::Wlan)),
        ("wlan ?", Help(Topic::Wlan)),
        ("wlan /?", Help(Topic::Wlan)),
        ("wlan help", Help(Topic::Wlan)),
        ("?", Help(Topic::Netsh)),
        ("--help", Help(Topic::Netsh)),
        ("wlan set", Help(Topic::Verb(Verb::Set))),
        ("wlan show ?", Help(Topic::Verb(Verb::Show))),
        (
            "wlan set hostednetwork ?",
            Help(Topic::Command(Verb::Set, Object::HostedNetwork)),
        ),
        (
            "wlan start hostednetwork /?",
            Help(Topic::Command(Verb::Start, Object::HostedNetwork)),
        ),
        (
            "wlan show drivers help",
            Help(Topic::Command(Verb::Show, Object::Drivers)),
        ),
    ];
    for (line, expected) in table {
        assert_eq!(
            command(Context::Root, &words(line)).as_ref(),
            Ok(expected),
            "{line}"
        );
    }
}

#[test]
fn what_is_no_command_is_told_up_to_the_word_nobody_knows() {
    let table = [
        ("interface ip show address", "interface", Hint::NotOffered),
        (
            "wlan frobnicate hostednetwork key=secret12",
            "wlan frobnicate",
            Hint::Unknown,
        ),
        ("wlan connect name=home", "wlan connect", Hint::NotOffered),
        ("wlan s hostednetwork", "wlan s", Hint::Ambiguous),
        ("wlan st hostednetwork", "wlan st", Hint::Ambiguous),
        ("wlan re hostednetwork key", "wlan re", Hint::Ambiguous),
        (
            "wlan show networks mode=bssid",
            "wlan show networks",
            Hint::NotOffered,
        ),
        ("wlan show a", "wlan show a", Hint::Ambiguous),
        (
            "wlan set hostednetwrk key=secret12",
            "wlan set hostednetwrk",
            Hint::Unknown,
        ),
        ("wlan start network", "wlan start network", Hint::Unknown),
        (
            "wlan export profile",
            "wlan export profile",
            Hint::NotOffered,
        ),
        ("wlan sh\u{1b}[2Jow x", "wlan sh[2Jow", Hint::Unknown),
    ];
    for (line, words_told, hint) in table {
        let expected = Mistake::NotFound {
            words: words_told.into(),
            hint,
        };
        assert_eq!(
            command(Context::Root, &words(line)),
            Err(expected),
            "{line}"
        );
    }
}

#[test]
fn other_commands_refuse_parameters_they_do_not_have() {
    let table = [
        ("wlan start hostednetwork now", Wrong::Unfit(Unfit::TooMany)),
        ("wlan start hosted network", Wrong::Unfit(Unfit::TooMany)),
        (
            "wlan stop hostednetwork mode=allow",
            Wrong::Unfit(Unfit::TooMany),
        ),
        ("wlan refresh hostednetwork", Wrong::Missing),
        ("wlan refresh hostednetwork mypassword", Wrong::Data),
        ("wlan refresh hostednetwork data=all", Wrong::Data),
        ("wlan show hostednetwork everything", Wrong::Setting),
        (
            "wlan show hostednetwork colour=red",
            Wrong::Unfit(Unfit::UnknownTag),
        ),
        ("wlan show settings x", Wrong::Unfit(Unfit::TooMany)),
        ("wlan show drivers a b", Wrong::Unfit(Unfit::TooMany)),
        ("wlan show interfaces \"\"", Wrong::Empty),
        ("wlan export hostednetworkprofile folder=", Wrong::Empty),
    ];
    for (line, expected) in table {
        match command(Context::Root, &words(line)) {
            Err(Mistake::Parameters { wrong, .. }) => assert_eq!(wrong, expected, "{line}"),
            other => panic!("{line}: {other:?}"),
        }
    }
}

#[test]
fn options_of_netsh_come_before_the_command() {
    let start = || Ok(Invocation::Command(Command::Start));
    let script = |context| Ok(Invocation::Script("setup.txt".into(), context));
    let table: [(&str, Result<Invocation, Mistake>); 14] = [
        ("wlan start hostednetwork", start()),
        ("-c wlan start hostednetwork", start()),
        ("-C \"WLAN\" wlan start hostednetwork", start()),
        ("-f setup.txt", script(Context::Root)),
        ("-c wlan -f setup.txt", script(Context::Wlan)),
        ("exec setup.txt", script(Context::Root)),
        ("Exec", Err(Mistake::Option("exec"))),
        ("exec setup.txt start", Err(Mistake::Option("exec"))),
        ("", Err(Mistake::Interactive)),
        ("-c wlan", Err(Mistake::Interactive)),
        ("-f", Err(Mistake::Option("-f"))),
        (
            "-f setup.txt wlan start hostednetwork",
            Err(Mistake::Option("-f")),
        ),
        (
            "-r server wlan start hostednetwork",
            Err(Mistake::Option("-r")),
        ),
        ("-a aliases.txt", Err(Mistake::Option("-a"))),
    ];
    for (line, expected) in table {
        assert_eq!(invocation(&words(line)), expected, "{line}");
    }
    assert!(matches!(
        invocation(&words("-c \"interface ip\" show address")),
        Err(Mistake::NotFound { .. })
    ));
}

#[test]
fn the_debug_form_of_a_command_holds_no_key() {
    for key in ["secret12", DIGITS] {
        let command = command(Context::Root, &words(&format!("wlan set host key={key}")));
        assert!(!format!("{command:?}").contains(key));
    }
}

/// Words that are near to those that mean something.
fn word() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "netsh",
        "wlan",
        "set",
        "show",
        "start",
        "stop",
        "refresh",
        "export",
        "hostednetwork",
        "hostednetworkprofile",
        "mode",
        "ssid",
        "key",
        "keyUsage",
        "=",
        "\"",
        "allow",
        "disallow",
        "mode=",
        "ssid=\"",
        "key=-",
        "secret12",
        "persistent",
        "data=key",
        "setting=security",
        "-f",
        "-c",
        "?",
        "/?",
        "..",
        "exit",
        "#",
    ])
    .prop_map(|word| word.as_bytes().to_vec());
    prop_oneof![
        3 => known.clone(),
        1 => prop::collection::vec(any::<u8>(), 0..12),
        1 => (known.clone(), known).prop_map(|(a, b)| [a, b].concat()),
    ]
}

proptest! {
    #[test]
    fn no_words_panic_the_grammar(words in prop::collection::vec(word(), 0..10)) {
        let words: Vec<Word> = words.into_iter().map(Zeroizing::new).collect();
        let _ = invocation(&words);
        for context in [Context::Root, Context::Wlan] {
            let _ = command(context, &words);
            let _ = line(context, &words);
        }
        let _ = arguments([]);
    }

    #[test]
    fn a_key_that_is_taken_is_the_key_that_was_written(text in "[ -~]{8,63}") {
        let word = format!("key={text}");
        let taken = set(&[&word]);
        let bare = text.strip_prefix('"').unwrap_or(&text);
        let bare = bare.strip_suffix('"').unwrap_or(bare);
        match SecondaryKey::passphrase(bare.as_bytes()) {
            Ok(key) => prop_assert_eq!(
                taken.map(|settings| settings.key),
                Ok(Some((KeyArgument::Given(key), true)))
            ),
            Err(error) => prop_assert_eq!(taken, Err(Wrong::Key(error))),
        }
    }
}
