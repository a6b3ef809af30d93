//! The text of `settings.toml`.
//!
//! Written by hand so that it can carry comments, read with a TOML parser so that a person may edit
//! what is not sealed.

use core::fmt::Write as _;

use cause::Cause;
use dot11::{Band, Channel, ChannelWidth, Ssid};
use serde::Deserialize;
use wlan_model::{AirSettings, ConnectionSettings, KeyForm, PrimaryKey, SecondaryKey, Settings};

use crate::seal::{HostKey, from_hex, to_hex};

/// The format written here. It grows when a release that knows only the one before would lose or
/// misread something: 2 has `[air]`.
const VERSION: i64 = 2;
/// The format of a file without `[air]`: a release that knows no other reads it too.
const VERSION_WITHOUT_AIR: i64 = 1;

/// What a file turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// Usable.
    Settings(Box<Settings>),
    /// Of this later format.
    Newer(i64),
    /// Neither; says why, for the middle of a sentence.
    Corrupted(String),
}

/// Read first, whatever else there is.
#[derive(Deserialize)]
struct Envelope {
    version: i64,
}

// A field we do not know would be lost at the next save, so it is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "version")]
    _version: i64,
    enabled: bool,
    connection: Option<Connection>,
    #[serde(default)]
    air: Air,
    primary_key: Option<Primary>,
    secondary_key: Option<Secondary>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Connection {
    ssid: String,
    max_peers: u32,
}

/// What is missing is left to the service. Band in GHz (`"2.4"` or `"5"`), width in MHz.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Air {
    band: Option<String>,
    channel: Option<u8>,
    width: Option<u16>,
    isolate: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Primary {
    sealed: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Secondary {
    form: KeyForm,
    sealed: String,
}

const PRIMARY_FIELD: &str = "primary_key";

/// The form is part of the context: a passphrase of 32 characters cannot be turned into a binary
/// key by editing the file.
const fn secondary_field(form: KeyForm) -> &'static str {
    match form {
        KeyForm::Passphrase => "secondary_key passphrase",
        KeyForm::Binary => "secondary_key binary",
    }
}

const fn form_name(form: KeyForm) -> &'static str {
    match form {
        KeyForm::Passphrase => "passphrase",
        KeyForm::Binary => "binary",
    }
}

/// The text for `settings`. The key is needed when there are keys to seal.
pub(crate) fn write(settings: &Settings, host_key: Option<&HostKey>) -> Result<String, Cause> {
    let seal = |field: &str, secret: &[u8]| match host_key {
        Some(key) => key.seal(field, secret),
        None => Err(Cause::new(
            "There is no host key.",
            "This is a defect; please report it.",
        )),
    };
    let version = if settings.air == AirSettings::default() {
        VERSION_WITHOUT_AIR
    } else {
        VERSION
    };
    let mut text = format!(
        "# Settings of hostednet, written by its service. Stop the service before editing.\n\
         version = {version}\n\
         enabled = {}\n",
        settings.enabled
    );
    // Writing to a string cannot fail.
    if let Some(ConnectionSettings { ssid, max_peers }) = &settings.connection {
        let hex = to_hex(ssid.as_bytes());
        let _ = write!(
            text,
            "\n[connection]\n# {ssid}\nssid = \"{hex}\"\nmax_peers = {max_peers}\n"
        );
    }
    write_air(&mut text, &settings.air);
    if let Some(key) = &settings.primary_key {
        let sealed = seal(PRIMARY_FIELD, key.expose())?;
        let _ = write!(text, "\n[primary_key]\nsealed = \"{sealed}\"\n");
    }
    if let Some(key) = &settings.secondary_key {
        let sealed = seal(secondary_field(key.form()), key.expose())?;
        let form = form_name(key.form());
        let _ = write!(
            text,
            "\n[secondary_key]\nform = \"{form}\"\nsealed = \"{sealed}\"\n"
        );
    }
    Ok(text)
}

fn write_air(text: &mut String, air: &AirSettings) {
    if *air == AirSettings::default() {
        return;
    }
    text.push_str("\n[air]\n");
    if let Some(band) = air.band {
        let band = match band {
            Band::Ghz2 => "2.4",
            Band::Ghz5 => "5",
        };
        let _ = writeln!(text, "band = \"{band}\"");
    }
    if let Some(channel) = air.channel {
        let _ = writeln!(text, "channel = {}", channel.number());
    }
    if let Some(width) = air.width {
        let _ = writeln!(text, "width = {}", width.mhz());
    }
    let _ = writeln!(text, "isolate = {}", air.isolate);
}

fn read_air(air: &Air) -> Result<AirSettings, String> {
    let band = match air.band.as_deref() {
        None => None,
        Some("2.4") => Some(Band::Ghz2),
        Some("5") => Some(Band::Ghz5),
        Some(other) => return Err(format!("there is no band {other:?}")),
    };
    let channel = match air.channel {
        None => None,
        Some(number) => {
            let channel = Channel::new(number);
            Some(channel.ok_or_else(|| format!("there is no channel {number}"))?)
        }
    };
    let width = match air.width {
        None => None,
        Some(20) => Some(ChannelWidth::Mhz20),
        Some(40) => Some(ChannelWidth::Mhz40),
        Some(80) => Some(ChannelWidth::Mhz80),
        Some(other) => return Err(format!("there is no width of {other} MHz")),
    };
    if channel.is_some_and(|channel| band.is_some_and(|band| channel.band() != band)) {
        return Err("its channel is not in its band".into());
    }
    Ok(AirSettings {
        band,
        channel,
        width,
        isolate: air.isolate,
    })
}

/// Reads `text`, opening keys with any of `host_keys`.
pub(crate) fn parse(text: &str, host_keys: &[HostKey]) -> Parsed {
    match toml::from_str::<Envelope>(text) {
        Ok(Envelope { version }) if version > VERSION => Parsed::Newer(version),
        Ok(Envelope {
            version: VERSION_WITHOUT_AIR | VERSION,
        }) => match parse_document(text, host_keys) {
            Ok(settings) => Parsed::Settings(Box::new(settings)),
            Err(why) => Parsed::Corrupted(why),
        },
        Ok(Envelope { version }) => Parsed::Corrupted(format!("there is no format {version}")),
        Err(error) => Parsed::Corrupted(one_line(&error)),
    }
}

fn parse_document(text: &str, host_keys: &[HostKey]) -> Result<Settings, String> {
    let document: Document = toml::from_str(text).map_err(|error| one_line(&error))?;
    let unseal = |field: &str, sealed: &str| {
        host_keys
            .iter()
            .find_map(|key| key.unseal(field, sealed))
            .ok_or_else(|| {
                let key = if host_keys.is_empty() {
                    "the host key is missing"
                } else {
                    "wrong host key"
                };
                format!("its keys cannot be opened ({key}, or damaged)")
            })
    };
    let connection = match document.connection {
        None => None,
        Some(Connection { ssid, max_peers }) => {
            let bytes = from_hex(&ssid).ok_or("ssid is not hexadecimal")?;
            let ssid = Ssid::new(bytes).map_err(|error| error.to_string())?;
            if max_peers == 0 {
                return Err("max_peers is 0".into());
            }
            Some(ConnectionSettings { ssid, max_peers })
        }
    };
    let primary_key = match document.primary_key {
        None => None,
        Some(Primary { sealed }) => {
            let text = unseal(PRIMARY_FIELD, &sealed)?;
            Some(PrimaryKey::from_stored(&text).ok_or("its primary key is none")?)
        }
    };
    let secondary_key = match document.secondary_key {
        None => None,
        Some(Secondary { form, sealed }) => {
            let bytes = unseal(secondary_field(form), &sealed)?;
            let key = match form {
                KeyForm::Passphrase => SecondaryKey::passphrase(&bytes),
                KeyForm::Binary => SecondaryKey::binary(&bytes),
            };
            Some(key.map_err(|_| "its secondary key is none")?)
        }
    };
    Ok(Settings {
        connection,
        enabled: document.enabled,
        air: read_air(&document.air)?,
        primary_key,
        secondary_key,
    })
}

/// What the parser says, fit for the middle of a sentence.
fn one_line(error: &toml::de::Error) -> String {
    error
        .message()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> HostKey {
        HostKey::from_slice(&[9; 32]).unwrap()
    }

    fn settings() -> Settings {
        Settings {
            connection: Some(ConnectionSettings {
                ssid: Ssid::new("Büro").unwrap(),
                max_peers: 8,
            }),
            enabled: false,
            air: AirSettings::default(),
            primary_key: Some(PrimaryKey::from_entropy(&[4; 63])),
            secondary_key: Some(
                SecondaryKey::passphrase(b"0123456789abcdef0123456789abcdef").unwrap(),
            ),
        }
    }

    fn corrupted(text: &str) -> String {
        match parse(text, &[key()]) {
            Parsed::Corrupted(why) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for settings in [
            settings(),
            Settings::default(),
            Settings {
                secondary_key: Some(SecondaryKey::binary(&[0; 32]).unwrap()),
                ..Settings::default()
            },
            Settings {
                air: AirSettings {
                    band: Some(Band::Ghz5),
                    channel: Channel::new(149),
                    width: Some(ChannelWidth::Mhz40),
                    isolate: true,
                },
                ..settings()
            },
            Settings {
                air: AirSettings {
                    isolate: true,
                    ..AirSettings::default()
                },
                ..Settings::default()
            },
            Settings {
                connection: Some(ConnectionSettings {
                    ssid: Ssid::new(*b"\n[x]\0\"\xff").unwrap(),
                    max_peers: u32::MAX,
                }),
                ..settings()
            },
        ] {
            let text = write(&settings, Some(&key())).unwrap();
            assert_eq!(parse(&text, &[key()]), Parsed::Settings(Box::new(settings)));
        }
    }

    #[test]
    fn a_file_that_says_nothing_of_the_air_stays_in_the_older_format() {
        let old = "version = 1\nenabled = true\n";
        assert_eq!(parse(old, &[]), Parsed::Settings(Box::default()));
        let text = write(&Settings::default(), None).unwrap();
        assert!(
            text.contains("version = 1\n") && !text.contains("[air]"),
            "{text}"
        );
        let mut isolating = Settings::default();
        isolating.air.isolate = true;
        let text = write(&isolating, None).unwrap();
        assert!(text.contains("version = 2\n"), "{text}");
    }

    #[test]
    fn air_settings_that_no_radio_could_follow_are_said() {
        let why = |air: &str| corrupted(&format!("version = 2\nenabled = true\n[air]\n{air}"));
        assert_eq!(why("band = \"6\""), "there is no band \"6\"");
        assert_eq!(why("channel = 15"), "there is no channel 15");
        assert_eq!(why("width = 160"), "there is no width of 160 MHz");
        assert_eq!(
            why("band = \"5\"\nchannel = 6"),
            "its channel is not in its band"
        );
        assert!(why("antenna = 1").contains("antenna"));
    }

    #[test]
    fn the_name_can_be_read_and_the_keys_cannot() {
        let text = write(&settings(), Some(&key())).unwrap();
        assert!(text.contains("# Büro\nssid = \"42c3bc726f\"\n"));
        assert!(!text.contains("0123456789abcdef0123456789abcdef"));
        let primary = settings().primary_key.unwrap();
        assert!(!text.contains(core::str::from_utf8(primary.expose()).unwrap()));
    }

    #[test]
    fn a_name_that_looks_like_settings_stays_a_comment() {
        let ssid = Ssid::new("x\u{85}enabled = false").unwrap();
        let settings = Settings {
            connection: Some(ConnectionSettings { ssid, max_peers: 1 }),
            ..Settings::default()
        };
        let text = write(&settings, None).unwrap();
        assert_eq!(parse(&text, &[]), Parsed::Settings(Box::new(settings)));
    }

    #[test]
    fn another_host_key_is_tried_too() {
        let text = write(&settings(), Some(&key())).unwrap();
        let other = HostKey::from_slice(&[8; 32]).unwrap();
        assert!(matches!(parse(&text, &[other, key()]), Parsed::Settings(_)));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let good = write(&settings(), Some(&key())).unwrap();
        assert!(matches!(
            parse("version = 3\nfuture = 1", &[]),
            Parsed::Newer(3)
        ));
        assert_eq!(corrupted("version = 0"), "there is no format 0");
        assert!(corrupted("").contains("version"));
        assert!(corrupted("version = 1\nenabled = true\ncolour = 1").contains("colour"));
        assert_eq!(
            corrupted(&good.replace("42c3", "42c")),
            "ssid is not hexadecimal"
        );
        assert_eq!(
            corrupted(&good.replace("max_peers = 8", "max_peers = 0")),
            "max_peers is 0"
        );
        assert!(
            corrupted(&good.replace("form = \"passphrase\"", "form = \"binary\""))
                .contains("opened")
        );
        assert!(matches!(parse(&good, &[]), Parsed::Corrupted(why) if why.contains("missing")));
    }
}
